"""Ana's computer: a disk, a clock, and one or two windows of the program on it.

A window is a process: it has a store of its own over the same disk, and its death leaves the other one alone.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from random import Random
from typing import Any

from microsoft import Microsoft
from parts import Parts
from recording_disk import ROOT, PowerLossError, RecordingDisk
from sync_world import ANA, StillClock

from tui.domain.accounts import AccountKind, GateState, OutlookAccount
from tui.domain.events import CalendarKey
from tui.errors import StoreError
from tui.outlook.gate import Gate
from tui.outlook.graph import Mailbox
from tui.settings import SyncSettings
from tui.store.calendars import CalendarStore
from tui.store.log import LogOptions
from tui.store.tables import LogDatabase
from tui.sync.scheduler import CalendarReport, Synchroniser, Target

LOG = ROOT / "calendar.jsonl"
SYNCED = ROOT / "calendar.synced"
SETTINGS = SyncSettings(past_days=10, future_days=20)
SMALL_SLACK = 6_000
"""Bytes; small, so that logs are rewritten often."""


class View:
    """The disk as one process sees it: two views are two processes, whose logs share nothing."""

    def __init__(self, disk: RecordingDisk) -> None:
        self._disk = disk

    def __getattr__(self, name: str) -> Any:
        return getattr(self._disk, name)


class FreeLeases:
    """The lease of an account that no other process wants just now."""

    @asynccontextmanager
    async def held(self, account_id: str) -> AsyncIterator[bool]:
        yield False


class Window:
    """One running process: its store, and the rounds that it makes. Raises StoreError when it cannot start."""

    def __init__(self, computer: Computer) -> None:
        self._computer = computer
        self._gate = Gate(computer.clock, draw=computer.random.random, tell=computer.keep_gate)
        self.store = computer.parts.store(self._opened())
        self._mailbox = computer.parts.mailbox(self._made_mailbox(), self.store)
        self._rounds = Synchroniser(
            mailbox=lambda account: self._behind_gate(),
            store=lambda key: self.store,
            leases=FreeLeases(),  # type: ignore[arg-type]
            settings=SETTINGS,
            clock=computer.clock,
        )

    async def sync(self) -> CalendarReport:
        """One round of the account."""
        target = Target(self._computer.account, (self._computer.key.calendar_id,))
        (report,) = await self._rounds.sync(target)
        return report

    def close(self) -> None:
        """The process ends; what the disk says to that interests nobody."""
        with suppress(PowerLossError, OSError, StoreError):
            self.store.close()

    def _opened(self) -> CalendarStore:
        options = LogOptions(
            file_system=self._computer.parts.disk(View(self._computer.disk)),
            now=self._computer.clock.now,
            compaction_slack_bytes=SMALL_SLACK,
        )
        database = LogDatabase(LOG, options=options, new_id=self._computer.new_id)
        return CalendarStore(self._computer.key, database, SYNCED)

    def _made_mailbox(self) -> Mailbox:
        return Mailbox(
            self._computer.account,
            network=self._computer.parts.network(self._computer.microsoft),
            gate=self._gate,
            token=self._computer.microsoft.fresh_token,
            clock=self._computer.clock,
            page_items=self._computer.page_items,
        )

    def _behind_gate(self) -> Mailbox:
        """The mailbox, once its gate heeds what other processes were told."""
        if self._computer.gate is not None:
            self._gate.take_over(self._computer.gate)
        return self._mailbox  # type: ignore[no-any-return]


class Computer:
    """The machine, through restarts and power losses."""

    def __init__(self, microsoft: Microsoft, clock: StillClock, random: Random, parts: Parts) -> None:
        self.microsoft = microsoft
        self.clock = clock
        self.random = random
        self.parts = parts
        self.disk = RecordingDisk()
        self.page_items = random.choice((1, 3, 50))
        self.account = OutlookAccount(id="ana.home", address=ANA, kind=AccountKind.WORK)
        self.key = CalendarKey(self.account.id, microsoft.calendar.id)
        self.gate: GateState | None = None
        self.windows: list[Window | None] = [None, None]
        self._ids = 0

    def keep_gate(self, state: GateState) -> None:
        """What a process was told of waiting is kept with the data, for the other one and the next."""
        self.gate = state

    def new_id(self) -> str:
        self._ids += 1
        return f"{self._ids:032x}"

    def window(self, place: int) -> Window:
        """The window, started unless it runs. Raises StoreError when it cannot start."""
        found = self.windows[place]
        if found is None:
            found = self.windows[place] = Window(self)
        return found

    @contextmanager
    def disk_at_rest(self) -> Iterator[None]:
        """While this lasts, no accident happens to the disk: somebody looks who is no part of the computer."""
        disk = self.disk
        operations, fault, power_loss_after = disk.operations, disk.fault, disk.power_loss_after
        disk.fault, disk.power_loss_after = (lambda number, name: None), 0
        try:
            yield
        finally:
            disk.operations, disk.fault, disk.power_loss_after = operations, fault, power_loss_after

    def end(self, place: int) -> None:
        """End one process."""
        window, self.windows[place] = self.windows[place], None
        if window is not None:
            window.close()

    def end_all(self) -> None:
        for place in range(len(self.windows)):
            self.end(place)

    def kill(self) -> None:
        """All processes died in the middle of an operation; the machine runs on with what they had written."""
        self.end_all()
        self.disk.dead, self.disk.power_loss_after = False, 0
        self.disk.handles.clear()

    def lose_power(self, fate: Any) -> None:
        """The machine stops and starts again with what had reached the disk."""
        self.end_all()
        self.disk = self.disk.after_power_loss(fate, self.random)
