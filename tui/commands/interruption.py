"""A command that is asked to end while it works: by Ctrl-C, by the system, or because its terminal closes.

The first request gives up what is under way, as a failure of the network would, and the call ends with one line.
Should that take long, or a second request come, the process ends at once: what was saved is whole at any moment.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from threading import Timer
from types import FrameType
from typing import Any, NoReturn

from tui.errors import CalConnectError
from tui.limits import LEAVE_SECONDS

_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")
_SIGNAL_EXIT_CODE = 128
_WHAT = "The command was asked to end."
_HINT = "What was read and sent before is saved; run it again for the rest."
_CURSOR_BACK = "\r\x1b[K\x1b[?25h"


class Interrupted(CalConnectError):
    """A command was asked to end by the signal ``number``; shells expect 128 and that as the exit code."""

    def __init__(self, number: int) -> None:
        super().__init__(_WHAT, _HINT)
        self.exit_code = _SIGNAL_EXIT_CODE + number


def interruptible(work: Coroutine[Any, Any, int]) -> int:
    """Run ``work`` to its end; gives its exit code. Raises Interrupted when the process was asked to end first."""
    request = _Request()
    with _heard(request):
        try:
            return asyncio.run(request.obeyed_by(work))
        except asyncio.CancelledError:
            if not request.number:
                raise
        finally:
            request.is_over = True
    raise Interrupted(request.number)


class _Request:
    """What was asked of the process from outside. ``number`` is the first signal, 0 before one."""

    def __init__(self) -> None:
        self.number = 0
        self.is_over = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[Any] | None = None

    async def obeyed_by(self, work: Coroutine[Any, Any, int]) -> int:
        """``work``, cancelled by a request."""
        self._loop, self._task = asyncio.get_running_loop(), asyncio.current_task()
        if self.number:
            work.close()
            raise asyncio.CancelledError
        return await work

    def hear(self, number: int, _: FrameType | None) -> None:
        if self.is_over:
            return
        if self.number:
            _leave_at_once(self.number)
        self.number = number
        if self._loop is not None and self._task is not None:
            with suppress(RuntimeError):  # the loop has ended, and the work with it
                self._loop.call_soon_threadsafe(self._task.cancel)
        timer = Timer(LEAVE_SECONDS, self._lose_patience)
        timer.daemon = True
        timer.start()

    def _lose_patience(self) -> None:
        if not self.is_over:
            _leave_at_once(self.number)


@contextmanager
def _heard(request: _Request) -> Iterator[None]:
    """Take the signals that ask to end; one that is ignored, as in the background of a shell, stays so.

    After a request they are ignored: the process is about to end, and another one would only disturb that.
    """
    numbers = [getattr(signal, name) for name in _SIGNALS if hasattr(signal, name)]
    before = {number: signal.getsignal(number) for number in numbers}
    taken = [number for number in numbers if before[number] is not signal.SIG_IGN]
    for number in taken:
        signal.signal(number, request.hear)
    try:
        yield
    finally:
        for number in taken:
            signal.signal(number, signal.SIG_IGN if request.number else before[number])


def _leave_at_once(number: int) -> NoReturn:
    """End without unwinding anything. The stream's buffer may be in use just now, so it is not written through."""
    start = _CURSOR_BACK if sys.stderr.isatty() else ""
    with suppress(OSError):
        os.write(sys.stderr.fileno(), f"{start}calconnect-tui: {Interrupted(number)}\n".encode())
    os._exit(_SIGNAL_EXIT_CODE + number)
