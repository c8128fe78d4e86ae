"""An event loop whose time jumps to the next timer, so that whoever waits for minutes or months waits no time."""

from __future__ import annotations

import asyncio
import selectors


class JumpingSelector(selectors.DefaultSelector):
    """Instead of waiting it lets simulated time pass."""

    def __init__(self, grace_seconds: float) -> None:
        super().__init__()
        self.passed = 0.0
        self._grace = grace_seconds

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(self._grace if timeout is None else min(timeout, self._grace))
        if not ready:
            assert timeout is not None, "everybody waits for something that never comes"
            self.passed += max(0.0, timeout)
        return ready


class JumpingLoop(asyncio.SelectorEventLoop):
    """An event loop that is always at the next timer; ``time`` starts at 0.

    Before it jumps, ``grace_seconds`` of real time are left to the kernel for what is on its way between sockets.
    """

    def __init__(self, grace_seconds: float = 0.0) -> None:
        self._jumping = JumpingSelector(grace_seconds)
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.passed
