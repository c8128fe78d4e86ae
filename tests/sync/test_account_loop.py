"""When an account is asked again: by the poll, by a wish, after a sleep, and never while Microsoft asks to wait."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as some
from timeline import START, Timeline

from tui.domain.events import CalendarKey
from tui.errors import CalConnectError, RemoteError, SignInError, Throttled
from tui.limits import (
    BACKOFF_CAP_SECONDS,
    LOOP_TICK_SECONDS,
    POLL_IDLE_SECONDS,
    POLL_JITTER,
    RESUME_SPREAD_SECONDS,
    SIGN_IN_RETRY_SECONDS,
    SUSPENDED_SECONDS,
)
from tui.outlook.errors import AccessDenied, NotFound
from tui.sync.loop import AccountLoop, Moment, was_suspended
from tui.sync.scheduler import CalendarReport

LOW, HIGH = 1 - POLL_JITTER, 1 + POLL_JITTER


class Life:
    """An account's loop, and the seconds at which its rounds began."""

    def __init__(self, poll: float = 60.0, seed: int = 7, time: Timeline | None = None, start: float = 0.0) -> None:
        self.time = time or Timeline()
        self.failures: tuple[CalConnectError | None, ...] = (None,)
        self.opens_at = 0.0
        self.during: Callable[[], object] = lambda: None
        self.rounds: list[float] = []
        self.asked: list[bool] = []
        self.loop = AccountLoop(
            self.sync,
            poll_seconds=poll,
            clock=self.time,
            random=Random(seed),
            closed_seconds=lambda: max(0.0, self.opens_at - self.time.seconds),
            start_seconds=start,
        )
        self.task: asyncio.Task[None] | None = None

    async def sync(self, is_asked: bool) -> Sequence[CalendarReport]:
        self.rounds.append(self.time.seconds)
        self.asked.append(is_asked)
        self.during()
        return [
            CalendarReport(key=CalendarKey("ana", f"calendar {place}"), failure=failure)
            for place, failure in enumerate(self.failures)
        ]

    async def lives(self, seconds: float) -> list[float]:
        """Let time pass; the seconds at which rounds began meanwhile."""
        self.task = self.task or asyncio.ensure_future(self.loop.run())
        known = len(self.rounds)
        await self.time.pass_by(seconds)
        return self.rounds[known:]

    def end(self) -> None:
        if self.task:
            self.task.cancel()


@pytest.fixture
def life() -> Iterator[Life]:
    life = Life()
    yield life
    life.end()


def pauses(rounds: Sequence[float]) -> list[float]:
    return [after - before for before, after in pairwise(rounds)]


# By the poll


async def test_a_loop_asks_by_its_poll_never_at_the_very_same_distance(life: Life) -> None:
    found = pauses(await life.lives(600))

    assert all(60 * LOW <= pause <= 60 * HIGH for pause in found)
    assert len(set(found)) == len(found) >= 8


async def test_a_loop_asks_more_rarely_while_nobody_looks(life: Life) -> None:
    life.loop.focused = False

    found = pauses(await life.lives(3_600))

    assert all(POLL_IDLE_SECONDS * LOW <= pause <= POLL_IDLE_SECONDS * HIGH for pause in found)


async def test_who_looks_again_waits_no_longer_than_the_poll_since_the_last_round(life: Life) -> None:
    life.loop.focused = False
    await life.lives(30)
    life.loop.focused = True
    assert await life.lives(60 * LOW - 30.1) == []
    assert len(await life.lives(60 * HIGH - 60 * LOW + 0.2)) == 1


async def test_who_looks_again_after_a_long_while_sees_a_round_at_once(life: Life) -> None:
    life.loop.focused = False
    await life.lives(200)
    life.loop.focused = True
    assert await life.lives(0) == [200]


async def test_looking_again_does_not_shorten_the_wait_after_a_failure(life: Life) -> None:
    life.failures = (RemoteError("no"),)
    life.loop.focused = False
    await life.lives(200)
    life.loop.focused = True
    assert await life.lives(0) == []


@pytest.mark.parametrize("poll", [10.0, 60.0, 3_600.0])
async def test_failing_never_makes_a_loop_ask_more_often(poll: float) -> None:
    life = Life(poll)
    life.failures = (RemoteError("no"),)
    found = pauses(await life.lives(max(poll, BACKOFF_CAP_SECONDS) * 14))
    life.failures = (None,)
    well = pauses((await life.lives(max(poll, BACKOFF_CAP_SECONDS) * 5))[1:])
    life.end()

    assert min(found) >= poll * LOW
    assert found[-1] >= min(BACKOFF_CAP_SECONDS, poll * 2) * LOW
    assert max(found) <= max(BACKOFF_CAP_SECONDS, poll) * HIGH
    assert all(poll * LOW <= pause <= poll * HIGH for pause in well)


@pytest.mark.parametrize("lost", [AccessDenied("closed"), NotFound("not there")])
async def test_a_calendar_that_is_lost_does_not_make_the_others_of_its_account_stale(
    life: Life, lost: RemoteError
) -> None:
    life.failures = (None, lost)
    assert max(pauses(await life.lives(600))) <= 60 * HIGH

    life.failures = (lost, lost)
    assert max(pauses(await life.lives(3_600))) > 60 * HIGH


# By a wish


async def test_a_loop_that_is_woken_asks_at_once_and_says_that_it_was_asked(life: Life) -> None:
    await life.lives(20)
    life.loop.wake()

    assert await life.lives(10) == [20]
    assert life.asked == [False, True]


async def test_a_wish_during_a_round_is_answered_by_the_next(life: Life) -> None:
    await life.lives(1)
    life.during = lambda: life.loop.wake() if len(life.rounds) == 2 else None
    life.loop.wake()

    assert await life.lives(5) == [1, 1]
    assert life.asked == [False, True, True]


# At the start


async def test_a_loop_begins_after_the_time_it_is_given() -> None:
    life = Life(start=1.5)
    assert await life.lives(10) == [1.5]
    life.end()


async def test_a_wish_cuts_the_time_until_the_first_round_short() -> None:
    life = Life(start=1.5)
    assert await life.lives(0.5) == []
    life.loop.wake()
    assert await life.lives(10) == [0.5]
    life.end()


# While Microsoft asks to wait


async def test_nothing_is_asked_before_the_gate_opens_and_the_round_comes_when_it_does(life: Life) -> None:
    life.failures = (Throttled("wait", seconds=40),)
    life.during = lambda: setattr(life, "opens_at", 40.0)
    assert await life.lives(39.9) == [0]

    life.failures = (None,)
    assert await life.lives(0.2) == [40]


async def test_a_long_wait_is_not_made_longer_by_failing_before(life: Life) -> None:
    life.failures = (RemoteError("no"),)
    await life.lives(1_500)
    life.failures = (Throttled("wait", seconds=7),)
    life.loop.wake()
    life.during = lambda: setattr(life, "opens_at", life.time.seconds + 45)
    (refused,) = await life.lives(0)
    life.failures = (None,)

    assert await life.lives(60) == [refused + 45]


async def test_a_round_asked_for_while_the_gate_is_closed_comes_when_it_opens_and_counts_as_asked(life: Life) -> None:
    await life.lives(1)
    life.opens_at = 31.0
    life.loop.wake()

    assert await life.lives(29.9) == []
    assert await life.lives(1) == [31]
    assert life.asked == [False, True]


async def test_a_gate_that_another_process_closed_meanwhile_is_heeded(life: Life) -> None:
    await life.lives(30)
    life.opens_at = 500.0
    assert await life.lives(469) == []
    assert await life.lives(2) == [500]


async def test_a_gate_that_always_opens_too_soon_is_not_stormed(life: Life) -> None:
    life.failures = (Throttled("wait", seconds=1),)
    life.during = lambda: setattr(life, "opens_at", life.time.seconds + 1)

    rounds = await life.lives(3_600)

    assert len(rounds) < 70
    assert min(pauses(rounds)[-10:]) >= 60


# An account that has to sign in again


async def test_an_account_that_has_to_sign_in_is_asked_at_most_once_in_half_an_hour(life: Life) -> None:
    life.failures = (SignInError("sign in"),)

    rounds = await life.lives(3 * 3_600)

    assert life.loop.is_paused
    assert len(rounds) > 3
    assert min(pauses(rounds)) >= SIGN_IN_RETRY_SECONDS


async def test_a_person_who_asks_is_heard_all_the_same_and_a_success_ends_the_pause(life: Life) -> None:
    life.failures = (SignInError("sign in"),)
    await life.lives(60)
    life.failures = (None,)
    life.loop.wake()

    assert await life.lives(1) == [60]
    assert not life.loop.is_paused
    assert len(await life.lives(60 * HIGH)) == 1


# After a sleep


async def test_after_a_suspend_each_account_catches_up_once_and_not_all_together() -> None:
    time = Timeline()
    lives = [Life(seed=seed, time=time, poll=3_600.0) for seed in range(6)]
    for life in lives:
        await life.lives(0)
    time.ahead += timedelta(hours=8)
    await time.pass_by(LOOP_TICK_SECONDS + RESUME_SPREAD_SECONDS)

    assert [len(life.rounds) for life in lives] == [2] * 6
    assert not any(life.asked[1] for life in lives)
    assert len({life.rounds[1] for life in lives}) == 6
    await time.pass_by(600)
    assert [len(life.rounds) for life in lives] == [2] * 6
    for life in lives:
        life.end()


async def test_after_a_stop_of_the_whole_process_each_account_catches_up_once() -> None:
    time = Timeline()
    lives = [Life(seed=seed, time=time) for seed in range(6)]
    for life in lives:
        await life.lives(0)
    await time.jump(8 * 3_600)
    await time.pass_by(RESUME_SPREAD_SECONDS)

    assert [len(life.rounds) for life in lives] == [2] * 6
    assert len({life.rounds[1] for life in lives}) == 6
    for life in lives:
        life.end()


async def test_a_suspend_during_a_round_is_caught_up_after_it(life: Life) -> None:
    await life.lives(0)
    life.failures = (RemoteError("the connection is gone"),)
    life.during = lambda: setattr(life.time, "ahead", timedelta(hours=1))
    slept, again = await life.lives(60 * HIGH + RESUME_SPREAD_SECONDS)

    assert again - slept <= RESUME_SPREAD_SECONDS


async def test_a_suspend_opens_no_gate_and_ends_no_pause() -> None:
    time = Timeline()
    closed, paused = Life(time=time), Life(time=time)
    paused.failures = (SignInError("sign in"),)
    closed.opens_at = 900.0
    await closed.lives(0)
    await paused.lives(0)
    time.ahead += timedelta(hours=8)

    assert await closed.lives(899) == []
    assert paused.rounds == [0]
    assert await closed.lives(1) == [900]
    closed.end()
    paused.end()


async def test_a_clock_that_is_set_back_makes_no_round(life: Life) -> None:
    await life.lives(1)
    life.time.ahead -= timedelta(days=1)

    assert await life.lives(60 * LOW - 2) == []


@given(some.floats(0, 1e6), some.floats(0, 1e6))
def test_clocks_that_go_together_never_look_like_a_sleep(start: float, seconds: float) -> None:
    before = Moment(START, start)
    after = Moment(START + timedelta(seconds=seconds), start + seconds)

    assert not was_suspended(before, after)
    assert was_suspended(before, after, seconds - SUSPENDED_SECONDS - 1)


@pytest.mark.parametrize(
    ("wall", "monotonic", "expected", "slept"),
    [
        (SUSPENDED_SECONDS + 6, 5, 5, True),
        (SUSPENDED_SECONDS + 4, 5, 5, False),
        (5, SUSPENDED_SECONDS + 6, 5, True),
        (5, SUSPENDED_SECONDS + 4, 5, False),
        (-86_400, 5, 5, False),
    ],
)
def test_a_sleep_is_told_from_what_clocks_do_anyway(
    wall: float, monotonic: float, expected: float, slept: bool
) -> None:
    before, after = Moment(START, 0), Moment(START + timedelta(seconds=wall), monotonic)

    assert was_suspended(before, after, expected) is slept
