"""Ana's computer: a disk, a clock, and one or two windows of the program on it.

A window is a process: it has a store of its own over the same disk, and its death leaves the other one alone.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from random import Random
from typing import Any

from microsoft import Microsoft
from recording_disk import ROOT, PowerLossError, RecordingDisk
from sync_world import ANA, StillClock

from tui.domain.accounts import AccountKind, OutlookAccount
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
        options = LogOptions(
            file_system=computer.dressed(View(computer.disk)),
            now=computer.clock.now,
            compaction_slack_bytes=SMALL_SLACK,
        )
        database = LogDatabase(LOG, options=options, new_id=computer.new_id)
        self.store = CalendarStore(computer.key, database, SYNCED)
        self.mailbox = Mailbox(
            computer.account,
            network=computer.network,
            gate=computer.gate,
            token=computer.microsoft.fresh_token,
            clock=computer.clock,
            page_items=computer.page_items,
        )
        self._rounds = Synchroniser(
            mailbox=lambda account: self.mailbox,
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


class Computer:
    """The machine, through restarts and power losses."""

    def __init__(self, microsoft: Microsoft, clock: StillClock, random: Random) -> None:
        self.microsoft = microsoft
        self.network: Any = microsoft
        self.clock = clock
        self.random = random
        self.disk = RecordingDisk()
        self.page_items = random.choice((1, 3, 50))
        self.account = OutlookAccount(id="ana.home", address=ANA, kind=AccountKind.WORK)
        self.key = CalendarKey(self.account.id, microsoft.calendar.id)
        self.gate = Gate(clock, draw=random.random)
        self.windows: list[Window | None] = [None, None]
        self._ids = 0

    def dressed(self, view: View) -> Any:
        """The file system that a window gets."""
        return view

    def new_id(self) -> str:
        self._ids += 1
        return f"{self._ids:032x}"

    def window(self, place: int) -> Window:
        """The window, started unless it runs. Raises StoreError when it cannot start."""
        found = self.windows[place]
        if found is None:
            found = self.windows[place] = Window(self)
        return found

    def end(self, place: int) -> None:
        """End one process. What it knew of refusals is kept with the data."""
        window, self.windows[place] = self.windows[place], None
        if window is not None:
            window.close()
        if all(other is None for other in self.windows):
            self.gate = Gate(
                self.clock,
                draw=self.random.random,
                refusals=self.gate.refusals,
                closed_seconds=self.gate.closed_for(),
            )

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
