"""The gate that all requests for one mailbox pass, so that Microsoft is never stormed.

A few requests are in flight at a time. A refusal closes the gate for the whole mailbox, not only for the request that
met it; the longest wait that was asked for counts. See "Microsoft Graph throttling guidance" and RFC 9110, 10.2.3.
"""

from __future__ import annotations

import asyncio
import math
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from tui.clock import Clock
from tui.domain.accounts import GateState
from tui.limits import (
    BACKOFF_CAP_SECONDS,
    BACKOFF_FIRST_SECONDS,
    REQUESTS_IN_FLIGHT_PER_MAILBOX,
    RETRY_AFTER_CAP_SECONDS,
)

_TOO_SHORT_TO_REPEAT_SECONDS = 1.0


class GateClosed(Exception):
    """The gate stays closed for ``seconds``, longer than the caller would wait."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"closed for {seconds:.0f} s")
        self.seconds = seconds


class Gate:
    """One mailbox's gate; lives on one event loop.

    ``draw`` gives a number in [0, 1). ``refusals`` and ``closed_seconds`` restore a gate of an earlier run. ``tell``
    hears every change that other runs and processes must heed: a refusal, and the first success after one.
    """

    def __init__(
        self,
        clock: Clock,
        draw: Callable[[], float] = random.random,
        *,
        refusals: int = 0,
        closed_seconds: float = 0.0,
        tell: Callable[[GateState], None] = lambda state: None,
    ) -> None:
        self._clock = clock
        self._draw = draw
        self._refusals = refusals
        self._opens_at = clock.monotonic() + min(closed_seconds, RETRY_AFTER_CAP_SECONDS)
        self._places = asyncio.Semaphore(REQUESTS_IN_FLIGHT_PER_MAILBOX)
        self._tell = tell
        self._told: GateState | None = None
        self._taken_over: GateState | None = None

    @property
    def refusals(self) -> int:
        """How often in a row the gate was closed."""
        return self._refusals

    @asynccontextmanager
    async def within(self, patience_seconds: float = math.inf) -> AsyncIterator[None]:
        """A place for one request, for a caller who waits no longer than that once it has one.

        Raises GateClosed instead of a longer wait, also when the refusal that closed the gate came meanwhile.
        """
        async with self._places:
            while (seconds := self.closed_for()) > 0:
                if seconds > patience_seconds:
                    raise GateClosed(seconds)
                await self._clock.sleep(seconds)
            yield

    def closed_for(self) -> float:
        """Seconds until the next request may leave; zero when the gate is open."""
        return max(0.0, self._opens_at - self._clock.monotonic())

    def throttled(self, retry_after: str | None, wall_now: datetime) -> float:
        """Close after a refusal (429 or 503) whose Retry-After header is given; returns the seconds until it opens.

        Refusals that arrive while the gate is closed belong to the same one.
        """
        if self.closed_for() == 0:
            self._refusals += 1
        seconds = asked_wait(retry_after, wall_now)
        if seconds is None or (seconds <= _TOO_SHORT_TO_REPEAT_SECONDS and self._refusals > 1):
            seconds = max(seconds or 0.0, self._backoff())
        self._opens_at = max(self._opens_at, self._clock.monotonic() + seconds)
        self._share()
        return self.closed_for()

    def succeeded(self) -> None:
        """A request was served. One that was under way when the gate closed says nothing about it."""
        if self.closed_for() == 0 and self._refusals:
            self._refusals = 0
            self._share()

    def take_over(self, state: GateState) -> None:
        """Heed what an earlier run or another process was told; each state counts once.

        By whatever clock it was written, it closes the gate for no longer than Microsoft can ask for. One that was
        written by a wrong clock is told anew, so that nobody else waits for it.
        """
        if state in (self._told, self._taken_over):
            return
        self._taken_over = state
        ahead = (state.opens_at - self._clock.now()).total_seconds()
        self._refusals = max(state.refusals, self._refusals if self.closed_for() else 0)
        seconds = min(ahead, RETRY_AFTER_CAP_SECONDS)
        self._opens_at = max(self._opens_at, self._clock.monotonic() + seconds)
        if ahead > RETRY_AFTER_CAP_SECONDS:
            self._share()

    def _share(self) -> None:
        opens_at = self._clock.now() + timedelta(seconds=self.closed_for())
        self._told = GateState(opens_at=opens_at, refusals=self._refusals)
        self._tell(self._told)

    def _backoff(self) -> float:
        """A random part of 2, 4, 8 … 300 seconds: clients that were refused together come back apart."""
        doublings = min(self._refusals - 1, 16)
        return self._draw() * min(BACKOFF_CAP_SECONDS, BACKOFF_FIRST_SECONDS * 2.0**doublings)


def asked_wait(retry_after: str | None, wall_now: datetime) -> float | None:
    """The seconds that a Retry-After header asks for, at most the cap; None when it asks for nothing usable.

    It holds digits or an HTTP date (RFC 9110, 10.2.3); a date that has passed is not usable.
    """
    text = (retry_after or "").strip()
    if text.isascii() and text.isdecimal():
        return min(RETRY_AFTER_CAP_SECONDS, float(text[:400]))
    try:
        date = parsedate_to_datetime(text)
    except ValueError:
        return None
    seconds = (date.replace(tzinfo=date.tzinfo or UTC) - wall_now).total_seconds()
    return min(RETRY_AFTER_CAP_SECONDS, seconds) if seconds > 0 else None
