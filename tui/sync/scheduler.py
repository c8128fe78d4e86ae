"""Who is synced when: calendars of an account side by side, accounts side by side, none held up by another.

A failure stops only the calendar or account that it belongs to, and is reported as text that a person can read.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime

import msgspec
from msgspec import Struct

from tui.clock import Clock
from tui.domain.accounts import OutlookAccount
from tui.domain.events import CalendarKey
from tui.errors import CalConnectError, RemoteError
from tui.outlook.graph import Mailbox
from tui.settings import SyncSettings
from tui.store.calendars import CalendarStore
from tui.sync.lease import Leases
from tui.sync.pull import pull
from tui.sync.push import has_doubtful_creates, push


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
    sent: int = 0
    """Staged writes that Outlook has carried out."""
    failed: int = 0
    """Staged writes that came to nothing."""
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

        What is staged is sent first. What another process read while the lease was waited for is not asked again.
        """
        mailbox = self._mailbox(target.account)
        asked = self._clock.now()
        read: dict[str, int] = {}

        def count(calendar_id: str, items: int) -> None:
            read[calendar_id] = items
            progress(target.account, sum(read.values()))

        async def one(calendar_id: str, waited: bool) -> CalendarReport:
            visit = _Visit(
                mailbox, self._store, CalendarKey(target.account.id, calendar_id), self._settings, self._clock
            )
            return await visit.made(asked if waited else None, lambda items: count(calendar_id, items))

        try:
            async with self._leases.held(target.account.id) as waited:
                return await asyncio.gather(*(one(id_, waited) for id_ in target.calendar_ids))
        except RemoteError as error:
            keys = (CalendarKey(target.account.id, id_) for id_ in target.calendar_ids)
            return [CalendarReport(key=key, events=self._store(key).instance_count(), failure=error) for key in keys]


class _Visit:
    """What is done for one calendar when it has its turn: staged writes out, changes in."""

    def __init__(
        self,
        mailbox: Mailbox,
        store: Callable[[CalendarKey], CalendarStore],
        key: CalendarKey,
        settings: SyncSettings,
        clock: Clock,
    ) -> None:
        self._mailbox = mailbox
        self._open = store
        self._settings = settings
        self._clock = clock
        self._report = CalendarReport(key=key)

    async def made(self, asked: datetime | None, progress: Callable[[int], None]) -> CalendarReport:
        """Make the visit. What was read since ``asked`` is not asked for again. ``progress`` hears the items read."""
        started = self._clock.monotonic()
        try:
            store = self._open(self._report.key)
            store.catch_up()
            self._note(events=store.instance_count())
            await self._exchange(store, asked, progress)
        except CalConnectError as error:
            self._note(failure=error)
        self._note(seconds=self._clock.monotonic() - started)
        return self._report

    async def _exchange(self, store: CalendarStore, asked: datetime | None, progress: Callable[[int], None]) -> None:
        """Writes go first, so that what the round reads holds them.

        An event that an attempt may have made is sent again only after a round that did not tell of it.
        """
        await self._push(store, looked=False)
        if self._is_read(store, asked) and not self._report.sent and not has_doubtful_creates(store):
            return
        await self._pull(store, progress)
        if has_doubtful_creates(store) and await self._push(store, looked=True):
            await self._pull(store, progress)

    def _is_read(self, store: CalendarStore, asked: datetime | None) -> bool:
        read = store.last_success()
        return asked is not None and read is not None and read >= asked

    async def _push(self, store: CalendarStore, *, looked: bool) -> int:
        """Send what is staged; the number of writes carried out. A failure is noted and stops nothing else."""
        done = await push(self._mailbox, store, clock=self._clock, looked=looked)
        sent, failed = self._report.sent + done.sent, self._report.failed + done.failed
        self._note(sent=sent, failed=failed, failure=done.failure or self._report.failure)
        return done.sent

    async def _pull(self, store: CalendarStore, progress: Callable[[int], None]) -> None:
        before = self._report
        done = await pull(self._mailbox, store, settings=self._settings, clock=self._clock, progress=progress)
        store.succeeded(self._clock.now())
        self._note(
            pages=before.pages + done.pages,
            changed=before.changed + done.changed,
            removed=before.removed + done.removed,
            events=done.events,
        )

    def _note(self, **fields: object) -> None:
        self._report = msgspec.structs.replace(self._report, **fields)
