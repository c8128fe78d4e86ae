"""The events of every connected calendar, and the rounds that keep them fresh."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from datetime import date, tzinfo
from itertools import chain
from operator import is_
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct

from tui.clock import Clock
from tui.domain.accounts import Calendar, OutlookAccount, SubAccount
from tui.domain.busy import BusyRules, Weighing, weigh
from tui.domain.events import CalendarKey, EventCopy
from tui.domain.meetings import Match, Meeting, meetings_of
from tui.domain.timespan import AllDay, Interval, midnight, placed, wanted_window
from tui.errors import CalConnectError
from tui.limits import CALENDAR_LIST_SECONDS, GONE_CALENDAR_LIST_SECONDS
from tui.settings import Settings
from tui.store.database import Database
from tui.workspace.connections import Connections
from tui.workspace.freshness import Freshness
from tui.workspace.outlook import Outlook
from tui.workspace.successors import Successors
from tui.workspace.view import SyncState

if TYPE_CHECKING:
    from tui.sync.scheduler import CalendarReport, Progress, Synchroniser, Target


class AgendaItem(Struct, frozen=True, kw_only=True):
    """One copy of an event in its place."""

    copy: EventCopy
    calendar: Calendar
    address: str
    interval: Interval
    weighing: Weighing


class _Merged(NamedTuple):
    """Meetings, and what they were made of."""

    copies: tuple[tuple[EventCopy, ...], ...]
    counted: frozenset[CalendarKey]
    rules: BusyRules
    meetings: tuple[Meeting, ...]

    def still_holds(
        self, copies: tuple[tuple[EventCopy, ...], ...], counted: frozenset[CalendarKey], rules: BusyRules
    ) -> bool:
        """Whether the calendars hold the very same values, counted and weighed alike."""
        same = len(copies) == len(self.copies) and all(map(is_, copies, self.copies))
        return same and (counted, rules) == (self.counted, self.rules)


class Calendars:
    """Reads stored events and runs rounds."""

    def __init__(
        self,
        database: Database,
        outlook: Outlook,
        connections: Connections,
        *,
        settings: Settings,
        clock: Clock,
        zone: tzinfo,
    ) -> None:
        self._database = database
        self._outlook = outlook
        self._connections = connections
        self._settings = settings
        self._clock = clock
        self.zone = zone
        self._merged: _Merged | None = None
        self._successors = Successors(database)
        self._freshness = Freshness(database, connections, outlook.gates, clock=clock, zone=zone)

    def connected(self, sub_account: SubAccount | None = None) -> tuple[CalendarKey, ...]:
        """The calendars that count in ``sub_account``, or in any."""
        keys = [
            CalendarKey(connection.account_id, calendar_id)
            for connection in self._database.roster.connections()
            if sub_account is None or connection.sub_account_id == sub_account.id
            for calendar_id in connection.conflict
        ]
        return tuple(dict.fromkeys(keys))

    def window(self) -> AllDay:
        """The whole UTC days that are synced or are to be: the widest of all connected calendars."""
        wanted = wanted_window(self._clock.now().date(), self._settings.sync.past_days, self._settings.sync.future_days)
        marks = (self._database.calendar(key).mark() for key in self.connected())
        windows = [wanted, *(mark.window for mark in marks if mark)]
        return AllDay(min(window.first for window in windows), max(window.until for window in windows))

    def meetings(self, sub_account: SubAccount, shown: Iterable[CalendarKey]) -> tuple[Meeting, ...]:
        """The meetings of the calendars ``shown``, by start, weighed as ``sub_account`` does.

        The same value until an event, a rule or a calendar's role changes.
        """
        copies = tuple(self._successors.copies(key) for key in shown)
        counted = frozenset(self.connected(sub_account))
        merged = self._merged
        if merged is None or not merged.still_holds(copies, counted, sub_account.rules):
            meetings = meetings_of(
                list(chain.from_iterable(copies)),
                counted=counted.__contains__,
                rules=sub_account.rules,
                zone=self.zone,
                match=Match(self._settings.meetings.match),
            )
            self._merged = merged = _Merged(copies, counted, sub_account.rules, tuple(meetings))
        return merged.meetings

    def agenda(self, first: date, until: date, sub_account: SubAccount | None = None) -> list[AgendaItem]:
        """The events of connected calendars that touch the days from ``first`` up to ``until``, by start.

        Without a sub-account every event is weighed by the rules as they come.
        """
        window = Interval(midnight(first, self.zone), midnight(until, self.zone))
        rules = sub_account.rules if sub_account else BusyRules()
        known = {calendar.key: calendar for calendar in self._all_calendars()}
        addresses = {account.id: account.address for account in self._database.roster.accounts()}
        items = []
        for copy in chain.from_iterable(self._successors.copies(key) for key in self.connected(sub_account)):
            interval = placed(copy.event.when, self.zone)
            if _touches(interval, window):
                item = AgendaItem(
                    copy=copy,
                    calendar=known[copy.calendar],
                    address=addresses[copy.calendar.account_id],
                    interval=interval,
                    weighing=weigh(copy.event, rules),
                )
                items.append(item)
        return sorted(items, key=lambda item: (item.interval, item.address, item.copy.event.id))

    async def sync(
        self,
        account_ids: Iterable[str] | None = None,
        progress: Progress | None = None,
        waiting: Callable[[str], None] | None = None,
    ) -> list[CalendarReport]:
        """One round of every connected calendar (of the accounts named), all side by side.

        Failures are in the reports, and remembered for the screens. ``waiting`` hears the id of an account that
        another process reads just now.
        """
        from tui.outlook.errors import NotFound

        wanted = None if account_ids is None else frozenset(account_ids)
        accounts = [t.account for t in self.targets() if wanted is None or t.account.id in wanted]
        failures = await self._list_calendars(account for account in accounts if self._list_is_old(account))
        named = {account.id for account in accounts}
        targets = [target for target in self.targets() if target.account.id in named]
        self._successors.adopt(self._live(named))
        reports = await self._synchroniser(waiting).sync_all(targets, progress or (lambda *_: None))
        self._freshness.remember(reports)
        self._successors.forget_old(report.key for report in reports)
        missing = {report.key.account_id for report in reports if isinstance(report.failure, NotFound)}
        await self._list_calendars(account for account in accounts if account.id in missing)
        unread = [target.account.id for target in targets if not target.calendar_ids and target.account.id in failures]
        return [*reports, *chain.from_iterable(self.failed(account_id, failures[account_id]) for account_id in unread)]

    def _list_is_old(self, account: OutlookAccount) -> bool:
        """A calendar that is gone may come back: then the list is asked for more often."""
        if account.listed_at is None:
            return True
        keys = {key for key in self.connected() if key.account_id == account.id}
        seconds = CALENDAR_LIST_SECONDS if keys <= set(self._live([account.id])) else GONE_CALENDAR_LIST_SECONDS
        return abs((self._clock.now() - account.listed_at).total_seconds()) > seconds

    async def _list_calendars(self, accounts: Iterable[OutlookAccount]) -> dict[str, CalConnectError]:
        """Learn which calendars there are. What fails here, by account, fails the account's round too."""
        asked = list(accounts)
        lists = (self._connections.calendars(account.id) for account in asked)
        failures = {}
        for account, outcome in zip(asked, await asyncio.gather(*lists, return_exceptions=True), strict=True):
            if isinstance(outcome, CalConnectError):
                failures[account.id] = outcome
            elif isinstance(outcome, BaseException):
                raise outcome
        return failures

    def failed(self, account_id: str, failure: CalConnectError) -> list[CalendarReport]:
        """Note that a round of an account came to nothing; a report for each of its connected calendars."""
        from tui.sync.scheduler import CalendarReport

        keys = [key for key in self.connected() if key.account_id == account_id]
        self._freshness.fail(keys, failure)
        return [CalendarReport(key=key, failure=failure) for key in keys]

    def is_fresh(self, account_id: str, seconds: float) -> bool:
        """Whether an account was read less than that long ago, by whichever process, as far as Microsoft lists it."""
        account = self._database.roster.account(account_id)
        if account is None or self._list_is_old(account):
            return False
        return self._freshness.is_newer(self._live([account_id]), seconds)

    def targets(self) -> list[Target]:
        """What a sync reads: each account that is connected, with those of its connected calendars that are there."""
        from tui.sync.scheduler import Target

        used = {key.account_id for key in self.connected()}
        return [
            Target(account, tuple(key.calendar_id for key in self._live([account.id])))
            for account in self._database.roster.accounts()
            if account.id in used
        ]

    def doubts(self, days: AllDay | None = None) -> list[str]:
        """Why an answer about ``days`` may be wrong: a sentence for each connected calendar that is not up to date."""
        found = ((key, self._freshness.doubt(key, days)) for key in self.connected())
        return [f"{self._place(key)} {doubt}" for key, doubt in found if doubt]

    def vanished(self) -> list[str]:
        """What Outlook stopped listing all at once and is kept: a sentence for each calendar."""
        found = ((key, self._database.calendar(key).gone_count()) for key in self.connected())
        return [
            f"{self._place(key)}: {_events(count)} at once from Outlook; they stay here until you let go (: let go)."
            for key, count in found
            if count
        ]

    def acknowledge_gone(self, key: CalendarKey | None = None) -> None:
        """The person has seen what Outlook stopped listing, in one calendar or in all: it is shown no longer."""
        for seen in self.connected() if key is None else (key,):
            self._database.calendar(seen).acknowledge_gone()

    def sync_state(self, key: CalendarKey) -> SyncState:
        """What is known of a calendar's rounds."""
        return self._freshness.state(key)

    def _synchroniser(self, waiting: Callable[[str], None] | None) -> Synchroniser:
        from tui.sync.lease import Leases
        from tui.sync.scheduler import Synchroniser

        return Synchroniser(
            mailbox=self._outlook.mailbox,
            store=self._database.calendar,
            leases=Leases(self._database.leases, self._clock, waiting=waiting or (lambda account_id: None)),
            settings=self._settings.sync,
            clock=self._clock,
        )

    def _live(self, account_ids: Iterable[str]) -> list[CalendarKey]:
        """The connected calendars of some accounts that Microsoft lists."""
        wanted = frozenset(account_ids)
        gone = {calendar.key for calendar in self._all_calendars() if calendar.gone}
        return [key for key in self.connected() if key.account_id in wanted and key not in gone]

    def _place(self, key: CalendarKey) -> str:
        account, calendar = self._database.roster.account(key.account_id), self._database.roster.calendar(key)
        return f"{account.address if account else '?'} / {calendar.name if calendar else '?'}"

    def _all_calendars(self) -> Iterable[Calendar]:
        roster = self._database.roster
        return (calendar for account in roster.accounts() for calendar in roster.calendars(account.id))


def _touches(interval: Interval, window: Interval) -> bool:
    """Overlaps, or is a moment (zero length) within."""
    return interval.overlaps(window) or window.start <= interval.start < window.end


def _events(count: int) -> str:
    return "1 event vanished" if count == 1 else f"{count:,} events vanished"
