"""Who is synced when: calendars of an account side by side, accounts side by side, none held up by another.

A failure stops only the calendar or account that it belongs to, and is reported as text that a person can read.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime
from random import Random

from msgspec import Struct

from tui.clock import Clock
from tui.domain.accounts import OutlookAccount
from tui.domain.events import CalendarKey
from tui.errors import CalConnectError, RemoteError
from tui.limits import BACKOFF_CAP_SECONDS, POLL_IDLE_SECONDS, POLL_JITTER
from tui.outlook.graph import Mailbox
from tui.settings import SyncSettings
from tui.store.calendars import CalendarStore
from tui.sync.lease import Leases
from tui.sync.pull import pull


class Target(Struct, frozen=True):
    """An account and those of its calendars that are connected somewhere."""

    account: OutlookAccount
    calendar_ids: tuple[str, ...]


class CalendarReport(Struct, frozen=True, kw_only=True):
    """What one round of one calendar did."""

    key: CalendarKey
    pages: int = 0
    changed: int = 0
    removed: int = 0
    events: int = 0
    seconds: float = 0.0
    failure: CalConnectError | None = None


Progress = Callable[[OutlookAccount, int], None]
"""Hears the account and the number of items read for it in the running round."""


class Synchroniser:
    """Runs rounds. It holds no schedule of its own."""

    def __init__(
        self,
        *,
        mailbox: Callable[[OutlookAccount], Mailbox],
        store: Callable[[CalendarKey], CalendarStore],
        leases: Leases,
        settings: SyncSettings,
        clock: Clock,
    ) -> None:
        self._mailbox = mailbox
        self._leases = leases
        self._store = store
        self._settings = settings
        self._clock = clock

    async def sync_all(self, targets: Iterable[Target], progress: Progress = lambda *_: None) -> list[CalendarReport]:
        """One round of every calendar of ``targets``; a report each, in their order."""
        rounds = await asyncio.gather(*(self.sync(target, progress) for target in targets))
        return [report for reports in rounds for report in reports]

    async def sync(self, target: Target, progress: Progress = lambda *_: None) -> list[CalendarReport]:
        """One round of every calendar of one account, under its lease.

        What another process read while the lease was waited for is not asked for again.
        """
        mailbox = self._mailbox(target.account)
        asked = self._clock.now()
        read: dict[str, int] = {}

        def count(calendar_id: str, items: int) -> None:
            read[calendar_id] = items
            progress(target.account, sum(read.values()))

        async def one(calendar_id: str, waited: bool) -> CalendarReport:
            found = self._read_meanwhile(CalendarKey(target.account.id, calendar_id), asked) if waited else None
            return found or await self._round(mailbox, calendar_id, count)

        try:
            async with self._leases.held(target.account.id) as waited:
                return await asyncio.gather(*(one(id_, waited) for id_ in target.calendar_ids))
        except RemoteError as error:
            keys = (CalendarKey(target.account.id, id_) for id_ in target.calendar_ids)
            return [CalendarReport(key=key, events=len(self._store(key).copies()), failure=error) for key in keys]

    def _read_meanwhile(self, key: CalendarKey, asked: datetime) -> CalendarReport | None:
        store = self._store(key)
        store.catch_up()
        read = store.last_success()
        return CalendarReport(key=key, events=len(store.copies())) if read and read >= asked else None

    async def _round(self, mailbox: Mailbox, calendar_id: str, count: Callable[[str, int], None]) -> CalendarReport:
        started = self._clock.monotonic()
        key = CalendarKey(mailbox.account.id, calendar_id)
        events = 0
        try:
            store = self._store(key)
            store.catch_up()
            events = len(store.copies())
            done = await pull(
                mailbox,
                store,
                settings=self._settings,
                clock=self._clock,
                progress=lambda items: count(calendar_id, items),
            )
            store.succeeded(self._clock.now())
        except CalConnectError as error:
            return CalendarReport(key=key, events=events, seconds=self._clock.monotonic() - started, failure=error)
        return CalendarReport(
            key=key,
            pages=done.pages,
            changed=done.changed,
            removed=done.removed,
            events=done.events,
            seconds=self._clock.monotonic() - started,
        )


class AccountLoop:
    """Syncs one account again and again until it is cancelled."""

    def __init__(
        self,
        sync: Callable[[bool], Awaitable[Sequence[CalendarReport]]],
        *,
        poll_seconds: float,
        clock: Clock,
        random: Random,
    ) -> None:
        """``sync`` runs a round; it is told whether somebody asked for it."""
        self._sync = sync
        self._poll = poll_seconds
        self._clock = clock
        self._random = random
        self._failures = 0
        self._wake = asyncio.Event()
        self.focused = True

    def wake(self) -> None:
        """Start the next round now."""
        self._wake.set()

    async def run(self) -> None:
        """Rounds for ever: at once, then by focus, and more rarely while they fail."""
        while True:
            is_asked = self._wake.is_set()
            self._wake.clear()
            reports = await self._sync(is_asked)
            failed = any(report.failure for report in reports)
            self._failures = self._failures + 1 if failed else 0
            await self._pause(self._delay())

    def _delay(self) -> float:
        interval = self._poll if self.focused else max(self._poll, POLL_IDLE_SECONDS)
        backoff = min(BACKOFF_CAP_SECONDS, interval * 2 ** min(self._failures, 8)) if self._failures else interval
        return max(interval, backoff) * self._random.uniform(1 - POLL_JITTER, 1 + POLL_JITTER)

    async def _pause(self, seconds: float) -> None:
        waits = {asyncio.ensure_future(self._clock.sleep(seconds)), asyncio.ensure_future(self._wake.wait())}
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
