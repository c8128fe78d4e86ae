"""What is known of each calendar's rounds: how old its events are, and why they are not newer.

What matters to the next run is in the stores; the words for the last failure live only as long as this run.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from datetime import tzinfo
from typing import TYPE_CHECKING

from msgspec.structs import replace

from tui.clock import Clock
from tui.domain.accounts import SignInState
from tui.domain.events import CalendarKey
from tui.domain.timespan import AllDay
from tui.errors import CalConnectError, SignInError, StoreError
from tui.limits import STALE_SECONDS
from tui.store.database import Database
from tui.workspace.connections import Connections
from tui.workspace.gates import Gates
from tui.workspace.view import SyncState

if TYPE_CHECKING:
    from tui.sync.scheduler import CalendarReport

log = logging.getLogger(__name__)

_GONE = "Outlook no longer lists this calendar. Its events are kept as they were."
_NO_ACCESS = "Microsoft denied reading this calendar. Its events are kept as they were."


class Freshness:
    """Remembers reports, and answers from them and from what is stored."""

    def __init__(
        self, database: Database, connections: Connections, gates: Gates, *, clock: Clock, zone: tzinfo
    ) -> None:
        self._database = database
        self._connections = connections
        self._gates = gates
        self._clock = clock
        self._zone = zone
        self._failures: dict[CalendarKey, CalConnectError] = {}
        self._reports: dict[CalendarKey, CalendarReport] = {}

    def remember(self, reports: Sequence[CalendarReport]) -> None:
        """Note what the rounds of some accounts did."""
        states: dict[str, SignInState] = {}
        for report in reports:
            account_id = report.key.account_id
            if report.failure is None:
                self._failures.pop(report.key, None)
                self._reports[report.key] = report
                states.setdefault(account_id, SignInState.SIGNED_IN)
            else:
                self.fail([report.key], report.failure)
            if isinstance(report.failure, SignInError):
                states[account_id] = SignInState.SIGN_IN_AGAIN
        try:
            for report in reports:
                self._note_access(report)
            for account_id, state in states.items():
                self._connections.mark_sign_in(account_id, state)
        except StoreError as error:  # rounds tell it again, and those that change an event say what hinders them
            log.warning("what a round says of its account could not be saved: %s", type(error).__name__)

    def fail(self, keys: Iterable[CalendarKey], failure: CalConnectError) -> None:
        """Note that a round of these calendars came to nothing."""
        self._failures.update(dict.fromkeys(keys, failure))

    def is_newer(self, keys: Iterable[CalendarKey], seconds: float) -> bool:
        """Whether each of these calendars was read less than that long ago, by whichever process."""
        now = self._clock.now()
        ages = [self._database.calendar(key).last_success() for key in keys]
        return all(age is not None and 0 <= (now - age).total_seconds() < seconds for age in ages)

    def doubt(self, key: CalendarKey, days: AllDay | None) -> str:
        """Why an answer from the calendar about ``days`` may be wrong, as the end of a sentence, or empty."""
        store = self._database.calendar(key)
        mark, read = store.mark(), store.last_success()
        if mark is None or read is None:
            return "has not been read yet."
        if (self._clock.now() - read).total_seconds() > STALE_SECONDS:
            return f"was last read on {read.astimezone(self._zone):%d %b %Y at %H:%M}."
        if days and not (mark.window.first <= days.first and days.until <= mark.window.until):
            return f"is read only from {mark.window.first} to {mark.window.until}."
        return ""

    def state(self, key: CalendarKey) -> SyncState:
        """What is known of a calendar's rounds."""
        store = self._database.calendar(key)
        mark = store.mark()
        report = self._reports.get(key)
        calendar = self._database.roster.calendar(key)
        return SyncState(
            window=mark.window if mark else None,
            last_success=store.last_success(),
            error=self._error(key),
            events=len(store.copies()),
            changed=report.changed if report else 0,
            removed=report.removed if report else 0,
            seconds=report.seconds if report else 0.0,
            unreadable=self._database.unreadable_count(key),
            vanished=store.gone_count(),
            waiting=len(store.outbox.entries()),
            failed=len(store.outbox.failed()),
            no_access=calendar is not None and calendar.no_access,
            closed_until=self._gates.closed_until(key.account_id),
        )

    def _error(self, key: CalendarKey) -> str:
        calendar = self._database.roster.calendar(key)
        if calendar is not None and calendar.gone:
            return _GONE
        if failure := self._failures.get(key):
            return str(failure)
        return _NO_ACCESS if calendar is not None and calendar.no_access else ""

    def _note_access(self, report: CalendarReport) -> None:
        from tui.outlook.errors import AccessDenied

        is_denied = isinstance(report.failure, AccessDenied)
        calendar = self._database.roster.calendar(report.key)
        if calendar is not None and calendar.no_access != is_denied and (is_denied or report.failure is None):
            self._database.roster.put_calendar(replace(calendar, no_access=is_denied))
