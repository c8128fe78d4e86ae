"""Time that tests let pass: everybody who sleeps wakes at the second that was asked for, and nothing really waits."""

from __future__ import annotations

import asyncio
import heapq
from datetime import UTC, datetime, timedelta
from itertools import count

START = datetime(2026, 11, 23, 9, tzinfo=UTC)


class Timeline:
    """Time that passes only while a test lets it, from one sleeper to the next."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.ahead = timedelta(0)
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._numbers = count()

    def now(self) -> datetime:
        return START + self.ahead + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        awake = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self.seconds + seconds, next(self._numbers), awake))
        await awake

    async def pass_by(self, seconds: float) -> None:
        """Let so much time pass, everybody waking at the second that was asked for."""
        end = self.seconds + seconds
        await settle()
        while self._sleepers and self._sleepers[0][0] <= end:
            due, _, awake = heapq.heappop(self._sleepers)
            if not awake.done():
                self.seconds = max(self.seconds, due)
                awake.set_result(None)
                await settle()
        self.seconds = end

    async def jump(self, seconds: float) -> None:
        """The whole process stands still for so long, and then goes on."""
        self.seconds += seconds
        await self.pass_by(0.0)


async def settle() -> None:
    for _ in range(12):
        await asyncio.sleep(0)
