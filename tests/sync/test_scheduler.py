"""Who is synced when: a failure stops only what it belongs to, and failing never makes it ask more often."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import NoReturn

import pytest
from sync_world import World, single

from tui.domain.accounts import OutlookAccount
from tui.domain.events import CalendarKey
from tui.errors import RemoteError
from tui.limits import BACKOFF_CAP_SECONDS, POLL_IDLE_SECONDS, POLL_JITTER
from tui.sync.lease import Leases
from tui.sync.scheduler import AccountLoop, CalendarReport, Synchroniser, Target

KEY = CalendarKey("ana.home", "calendar")


def synchroniser(world: World) -> Synchroniser:
    return Synchroniser(
        mailbox=lambda account: world.mailbox,
        store=world.database.calendar,
        leases=Leases(world.database.leases, world.clock),
        settings=world.settings,
        clock=world.clock,
    )


async def test_a_calendar_that_fails_does_not_stop_the_others(tmp_path: Path) -> None:
    world = World(tmp_path, single("lunch", "2026-11-24T12:00:00", "2026-11-24T13:00:00"))
    team, gone = world.calendar_id("Team"), "no-such-calendar"
    target = Target(world.account, (gone, world.key.calendar_id, team))
    read: list[tuple[OutlookAccount, int]] = []

    reports = await synchroniser(world).sync_all([target], lambda account, items: read.append((account, items)))

    assert [report.key.calendar_id for report in reports] == [gone, world.key.calendar_id, team]
    assert [isinstance(report.failure, RemoteError) for report in reports] == [True, False, False]
    assert "does not find" in str(reports[0].failure)
    assert [(report.events, report.pages) for report in reports[1:]] == [(1, 1), (0, 1)]
    assert read[-1] == (world.account, 1)
    assert world.store.last_success() == world.clock.now()
    assert world.database.calendar(CalendarKey(world.account.id, gone)).last_success() is None
    world.assert_same()


class ManualClock:
    """Sleeps until the test lets it go on, and remembers for how long it was to sleep."""

    def __init__(self) -> None:
        self.asked: asyncio.Queue[float] = asyncio.Queue()
        self.go_on = asyncio.Event()

    def now(self) -> NoReturn:
        raise AssertionError("the wall clock decides nothing here")

    def monotonic(self) -> float:
        return 0.0

    async def sleep(self, seconds: float) -> None:
        self.asked.put_nowait(seconds)
        await self.go_on.wait()
        self.go_on.clear()


class Lived:
    """A loop that runs, its rounds counted."""

    def __init__(self, poll_seconds: float) -> None:
        self.clock = ManualClock()
        self.fails = False
        self.rounds = 0
        self.loop = AccountLoop(self.sync, poll_seconds=poll_seconds, clock=self.clock, random=Random(7))

    async def sync(self, is_asked: bool) -> Sequence[CalendarReport]:
        self.rounds += 1
        return [CalendarReport(key=KEY, failure=RemoteError("no") if self.fails else None)]

    async def pause(self) -> float:
        """The length of the pause after the next round; it is over then."""
        seconds = await self.clock.asked.get()
        self.clock.go_on.set()
        return seconds


@pytest.fixture
def jitter() -> tuple[float, float]:
    return 1 - POLL_JITTER, 1 + POLL_JITTER


async def test_a_loop_asks_by_its_poll_and_more_rarely_when_nobody_looks(jitter: tuple[float, float]) -> None:
    lived = Lived(60)
    running = asyncio.create_task(lived.loop.run())
    pauses = [await lived.pause() for _ in range(5)]
    lived.loop.focused = False
    await lived.pause()
    idle = await lived.pause()
    running.cancel()

    low, high = jitter
    assert all(60 * low <= seconds <= 60 * high for seconds in pauses)
    assert len(set(pauses)) == 5
    assert POLL_IDLE_SECONDS * low <= idle <= POLL_IDLE_SECONDS * high


@pytest.mark.parametrize("poll", [10.0, 60.0, 3_600.0])
async def test_failing_never_makes_a_loop_ask_more_often(poll: float, jitter: tuple[float, float]) -> None:
    lived = Lived(poll)
    lived.fails = True
    running = asyncio.create_task(lived.loop.run())
    pauses = [await lived.pause() for _ in range(12)]
    lived.fails = False
    await lived.pause()
    await lived.pause()
    healthy = await lived.pause()
    running.cancel()

    low, high = jitter
    assert min(pauses) >= poll * low
    assert pauses[-1] >= min(BACKOFF_CAP_SECONDS, poll * 2) * low
    assert max(pauses) <= max(BACKOFF_CAP_SECONDS, poll) * high
    assert poll * low <= healthy <= poll * high


async def test_a_loop_that_is_woken_asks_at_once() -> None:
    lived = Lived(60)
    running = asyncio.create_task(lived.loop.run())
    await lived.clock.asked.get()
    lived.loop.wake()
    await lived.clock.asked.get()
    running.cancel()

    assert lived.rounds == 2
