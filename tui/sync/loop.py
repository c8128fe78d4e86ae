"""When the next round of an account comes.

A round comes by the poll, when somebody asks for it, or after the machine slept; never while Microsoft asks to wait.
Failing makes rounds rarer, and an account that has to sign in again is left alone until a person does something.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from random import Random
from typing import TYPE_CHECKING, NamedTuple

from tui.clock import Clock
from tui.errors import CalConnectError, SignInError, Throttled
from tui.limits import (
    BACKOFF_CAP_SECONDS,
    BACKOFF_FIRST_SECONDS,
    LOOP_TICK_SECONDS,
    POLL_IDLE_SECONDS,
    POLL_JITTER,
    RESUME_SPREAD_SECONDS,
    SIGN_IN_RETRY_SECONDS,
    SUSPENDED_SECONDS,
)
from tui.outlook.errors import AccessDenied, NotFound

if TYPE_CHECKING:
    from tui.sync.scheduler import CalendarReport

_DOUBLINGS_AT_MOST = 16


class Moment(NamedTuple):
    """What both clocks say at once."""

    wall: datetime
    monotonic: float


def was_suspended(before: Moment, after: Moment, expected_seconds: float = math.inf) -> bool:
    """Whether the machine slept between two moments.

    Where the monotonic clock stands still meanwhile, the wall clock ran on without it; where it does not, much more
    time has passed than the ``expected_seconds``.
    """
    passed = after.monotonic - before.monotonic
    wall = (after.wall - before.wall).total_seconds()
    return max(wall - passed, passed - expected_seconds) > SUSPENDED_SECONDS


class AccountLoop:
    """Syncs one account again and again until it is cancelled."""

    def __init__(
        self,
        sync: Callable[[bool], Awaitable[Sequence[CalendarReport]]],
        *,
        poll_seconds: float,
        clock: Clock,
        random: Random,
        closed_seconds: Callable[[], float] = lambda: 0.0,
        start_seconds: float = 0.0,
    ) -> None:
        """``sync`` runs a round; it is told whether somebody asked for it.

        ``closed_seconds`` says for how long Microsoft asks to leave the account alone. The first round comes after
        ``start_seconds``.
        """
        self._sync = sync
        self._poll = poll_seconds
        self._clock = clock
        self._random = random
        self._closed_seconds = closed_seconds
        self._failures = 0
        self._refusals = 0
        self._is_asked = False
        self._stirred = asyncio.Event()
        self._focused = True
        self._spread = 1.0
        self._ended = clock.monotonic()
        self._due = self._ended + start_seconds
        self.is_paused = False
        """Whether the account has to sign in again before it is of any use to ask."""

    @property
    def focused(self) -> bool:
        """Whether somebody looks; the poll is rarer while nobody does."""
        return self._focused

    @focused.setter
    def focused(self, focused: bool) -> None:
        self._focused = focused
        if focused and not self._failures:
            self._due = min(self._due, self._ended + self._poll * self._spread)
            self._stirred.set()

    def wake(self) -> None:
        """Somebody asks for a round: it comes now, or as soon as Microsoft lets it."""
        self._is_asked = True
        self._stirred.set()

    async def run(self) -> None:
        """Rounds for ever."""
        while True:
            await self._rest()
            is_asked, self._is_asked = self._is_asked, False
            before = self._moment()
            self._note(await self._sync(is_asked))
            if was_suspended(before, self._moment()):
                self._resume()

    async def _rest(self) -> None:
        """Wait for the next round, in short steps, so that a machine that slept is noticed soon."""
        while (seconds := min(self._seconds_left(), LOOP_TICK_SECONDS)) > 0:
            before = self._moment()
            await self._pause(seconds)
            if was_suspended(before, self._moment(), seconds):
                self._resume()

    def _seconds_left(self) -> float:
        due = 0.0 if self._is_asked else self._due - self._clock.monotonic()
        return max(due, self._closed_seconds())

    def _moment(self) -> Moment:
        return Moment(self._clock.now(), self._clock.monotonic())

    def _note(self, reports: Sequence[CalendarReport]) -> None:
        """Decide from what a round did when the next one comes."""
        failures = _of_the_account(reports)
        self._failures = self._failures + 1 if failures else 0
        is_refused = any(isinstance(failure, Throttled) for failure in failures)
        self._refusals = self._refusals + 1 if is_refused else 0
        self.is_paused = any(isinstance(failure, SignInError) for failure in failures)
        self._spread = self._random.uniform(1 - POLL_JITTER, 1 + POLL_JITTER)
        self._ended = self._clock.monotonic()
        self._due = self._ended + self._delay()

    def _delay(self) -> float:
        interval = self._poll if self._focused else max(self._poll, POLL_IDLE_SECONDS)
        if self.is_paused:
            return SIGN_IN_RETRY_SECONDS * (1 + self._random.random() * POLL_JITTER)
        if self._refusals:
            # The gate says when; only one that opens too soon, again and again, is not believed.
            return min(interval, BACKOFF_FIRST_SECONDS * _doubled(self._refusals - 1))
        if self._failures:
            interval = max(interval, min(BACKOFF_CAP_SECONDS, interval * _doubled(self._failures)))
        return interval * self._spread

    def _resume(self) -> None:
        """Catch up once after the machine slept, not all accounts at the same time."""
        if not self.is_paused:
            self._failures = 0
            self._due = self._clock.monotonic() + self._random.uniform(0, RESUME_SPREAD_SECONDS)

    async def _pause(self, seconds: float) -> None:
        """Let time pass, less when something changed what is waited for."""
        self._stirred.clear()
        waits = {asyncio.ensure_future(self._clock.sleep(seconds)), asyncio.ensure_future(self._stirred.wait())}
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()


def _doubled(times: int) -> float:
    return 2.0 ** min(times, _DOUBLINGS_AT_MOST)


def _of_the_account(reports: Sequence[CalendarReport]) -> list[CalConnectError]:
    """The failures that concern the account: not those of a calendar lost or closed to it, while others are read."""
    failures = [report.failure for report in reports if report.failure is not None]
    concerning = [failure for failure in failures if not isinstance(failure, AccessDenied | NotFound)]
    return concerning if len(failures) < len(reports) else failures
