"""The events of every connected calendar, and the rounds that keep them fresh."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import date, tzinfo
from itertools import chain
from operator import is_
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct

from tui.clock import Clock
from tui.domain.accounts import Calendar, OutlookAccount, SignInState, SubAccount
from tui.domain.busy import BusyRules, Weighing, weigh
from tui.domain.events import CalendarKey, EventCopy
from tui.domain.meetings import Match, Meeting, meetings_of
from tui.domain.timespan import AllDay, Interval, midnight, placed, wanted_window
from tui.errors import CalConnectError, SignInError
from tui.limits import CALENDAR_LIST_SECONDS, STALE_SECONDS
from tui.settings import Settings
from tui.store.database import Database
from tui.workspace.connections import Connections
from tui.workspace.outlook import Outlook
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
        self._failures: dict[CalendarKey, CalConnectError] = {}
        self._reports: dict[CalendarKey, CalendarReport] = {}

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
        copies = tuple(self._database.calendar(key).copies() for key in shown)
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
        for copy in chain.from_iterable(self._database.calendar(key).copies() for key in self.connected(sub_account)):
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
        self, account_ids: Iterable[str] | None = None, progress: Progress | None = None
    ) -> list[CalendarReport]:
        """One round of every connected calendar (of the accounts named), all side by side.

        Failures are in the reports, and remembered for the screens.
        """
        from tui.outlook.graph import NotFound

        wanted = None if account_ids is None else frozenset(account_ids)
        accounts = [t.account for t in self.targets() if wanted is None or t.account.id in wanted]
        await self._list_calendars(account for account in accounts if self._list_is_old(account))
        named = {account.id for account in accounts}
        targets = [target for target in self.targets() if target.account.id in named]
        reports = await self._synchroniser.sync_all(targets, progress or (lambda *_: None))
        for report in reports:
            self._remember(report)
        missing = {report.key.account_id for report in reports if isinstance(report.failure, NotFound)}
        await self._list_calendars(account for account in accounts if account.id in missing)
        return reports

    def _list_is_old(self, account: OutlookAccount) -> bool:
        if account.listed_at is None:
            return True
        return abs((self._clock.now() - account.listed_at).total_seconds()) > CALENDAR_LIST_SECONDS

    async def _list_calendars(self, accounts: Iterable[OutlookAccount]) -> None:
        """Learn which calendars there are. What fails here fails the account's round too, which says so."""
        lists = (self._connections.calendars(account.id) for account in accounts)
        for failure in await asyncio.gather(*lists, return_exceptions=True):
            if isinstance(failure, BaseException) and not isinstance(failure, CalConnectError):
                raise failure

    def failed(self, account_id: str, failure: CalConnectError) -> list[CalendarReport]:
        """Note that a round of an account came to nothing; a report for each of its connected calendars."""
        from tui.sync.scheduler import CalendarReport

        reports = [CalendarReport(key=key, failure=failure) for key in self.connected() if key.account_id == account_id]
        self._failures.update((report.key, failure) for report in reports)
        return reports

    def is_fresh(self, account_id: str, seconds: float) -> bool:
        """Whether every connected calendar of the account was read less than that long ago, by whichever process."""
        now = self._clock.now()
        ages = [self._database.calendar(key).last_success() for key in self.connected() if key.account_id == account_id]
        return all(age is not None and 0 <= (now - age).total_seconds() < seconds for age in ages)

    def targets(self) -> list[Target]:
        """What a sync reads: each account with its connected calendars."""
        from tui.sync.scheduler import Target

        gone = {calendar.key for calendar in self._all_calendars() if calendar.gone}
        keys = [key for key in self.connected() if key not in gone]
        return [
            Target(account, tuple(key.calendar_id for key in keys if key.account_id == account.id))
            for account in self._database.roster.accounts()
            if any(key.account_id == account.id for key in keys)
        ]

    def doubts(self, days: AllDay | None = None) -> list[str]:
        """Why an answer about ``days`` may be wrong: a sentence for each connected calendar that is not up to date."""
        known = {calendar.key: calendar for calendar in self._all_calendars()}
        addresses = {account.id: account.address for account in self._database.roster.accounts()}
        found = ((key, self._doubt(key, days)) for key in self.connected())
        return [f"{addresses[key.account_id]} / {known[key].name} {doubt}" for key, doubt in found if doubt]

    def _doubt(self, key: CalendarKey, days: AllDay | None) -> str:
        store = self._database.calendar(key)
        mark, read = store.mark(), store.last_success()
        if mark is None or read is None:
            return "has not been read yet."
        if (self._clock.now() - read).total_seconds() > STALE_SECONDS:
            return f"was last read on {read.astimezone(self.zone):%d %b %Y at %H:%M}."
        if days and not (mark.window.first <= days.first and days.until <= mark.window.until):
            return f"is read only from {mark.window.first} to {mark.window.until}."
        return ""

    def sync_state(self, key: CalendarKey) -> SyncState:
        """What is known of a calendar's rounds."""
        store = self._database.calendar(key)
        mark = store.mark()
        failure = self._failures.get(key)
        report = self._reports.get(key)
        return SyncState(
            window=mark.window if mark else None,
            last_success=store.last_success(),
            error=str(failure) if failure else "",
            events=len(store.copies()),
            changed=report.changed if report else 0,
            removed=report.removed if report else 0,
            seconds=report.seconds if report else 0.0,
        )

    @property
    def _synchroniser(self) -> Synchroniser:
        from tui.sync.lease import Leases
        from tui.sync.scheduler import Synchroniser

        return Synchroniser(
            mailbox=self._outlook.mailbox,
            store=self._database.calendar,
            leases=Leases(self._database.leases, self._clock),
            settings=self._settings.sync,
            clock=self._clock,
        )

    def _remember(self, report: CalendarReport) -> None:
        if report.failure is None:
            self._failures.pop(report.key, None)
            self._reports[report.key] = report
            self._connections.mark_sign_in(report.key.account_id, SignInState.SIGNED_IN)
            return
        self._failures[report.key] = report.failure
        if isinstance(report.failure, SignInError):
            self._connections.mark_sign_in(report.key.account_id, SignInState.SIGN_IN_AGAIN)

    def _all_calendars(self) -> Iterable[Calendar]:
        roster = self._database.roster
        return (calendar for account in roster.accounts() for calendar in roster.calendars(account.id))


def _touches(interval: Interval, window: Interval) -> bool:
    """Overlaps, or is a moment (zero length) within."""
    return interval.overlaps(window) or window.start <= interval.start < window.end
