"""Work that goes on when whoever waits for it gives up.

A worker thread cannot be stopped, so what holds a lock around one must hold it to the end.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

_Result = TypeVar("_Result")


class Tasks:
    """The tasks that are under way on one event loop."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[Any]] = set()

    def start(self, work: Coroutine[Any, Any, _Result]) -> asyncio.Task[_Result]:
        """``work`` in a task of its own; its failure is for whoever awaits it, if anybody does."""
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._ended)
        return task

    async def to_its_end(self, work: Coroutine[Any, Any, _Result]) -> _Result:
        """The result of ``work``, which runs on when the caller is cancelled."""
        return await asyncio.shield(self.start(work))

    async def aclose(self) -> None:
        """Wait for what is still under way."""
        while self._running:
            await asyncio.wait(self._running)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled():
            task.exception()
