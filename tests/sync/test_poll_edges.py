"""The poll to the second: how soon the next round comes at the least, and how late at the most."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from random import Random

import pytest
from timeline import Timeline

from tui.domain.events import CalendarKey
from tui.limits import POLL_FOCUSED_SECONDS, POLL_IDLE_SECONDS, POLL_JITTER
from tui.settings import SyncSettings
from tui.sync.loop import AccountLoop
from tui.sync.scheduler import CalendarReport


class Extreme(Random):
    """Always draws the least, or always the most."""

    def __init__(self, *, is_most: bool) -> None:
        super().__init__(0)
        self._is_most = is_most

    def uniform(self, a: float, b: float) -> float:
        return b if self._is_most else a


@pytest.mark.parametrize(("is_most", "share"), [(False, 1 - POLL_JITTER), (True, 1 + POLL_JITTER)])
@pytest.mark.parametrize(("focused", "poll"), [(True, POLL_FOCUSED_SECONDS), (False, POLL_IDLE_SECONDS)])
async def test_rounds_follow_each_other_at_the_poll_give_or_take_a_fifth(
    focused: bool, poll: float, is_most: bool, share: float
) -> None:
    time = Timeline()
    rounds: list[float] = []

    async def sync(is_asked: bool) -> Sequence[CalendarReport]:
        rounds.append(time.seconds)
        return [CalendarReport(key=CalendarKey("ana", "calendar"))]

    loop = AccountLoop(sync, poll_seconds=SyncSettings().poll_seconds, clock=time, random=Extreme(is_most=is_most))
    loop.focused = focused
    running = asyncio.ensure_future(loop.run())
    await time.pass_by(3.5 * poll * share)
    running.cancel()

    assert rounds == pytest.approx([0, poll * share, 2 * poll * share, 3 * poll * share])
