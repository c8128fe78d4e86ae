"""Instants to kill a program at: after a time, or with a write to its files."""

from __future__ import annotations

import ctypes
import os
import select
import struct
import time
from collections.abc import Callable, Iterator
from pathlib import Path

# From <sys/inotify.h>
IN_MODIFY, IN_MOVED_TO, IN_CREATE = 0x02, 0x80, 0x100
EVENT_BYTES = 16
LOGS = (b".jsonl", b".tmp")

Instant = Callable[[], None]
"""Returns when it has come."""


def after(seconds: float) -> Instant:
    """So long after the call."""

    def wait() -> None:
        time.sleep(seconds)

    return wait


def at_write(number: int, directory: Path, within: float) -> Instant:
    """At the ``number``th write to, or appearance of, a log in the directory; at the latest after ``within`` seconds.

    The kernel tells of it as it happens (Linux: inotify), while the writer may still be in the middle of a commit.
    """
    system = ctypes.CDLL(None, use_errno=True)
    handle = system.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
    assert handle >= 0, os.strerror(ctypes.get_errno())
    assert system.inotify_add_watch(handle, os.fsencode(directory), IN_MODIFY | IN_MOVED_TO | IN_CREATE) >= 0

    def wait() -> None:
        ends = time.monotonic() + within
        seen = 0
        try:
            while seen < number and select.select([handle], [], [], max(0.0, ends - time.monotonic()))[0]:
                seen += sum(name.endswith(LOGS) for name in _names(os.read(handle, 65_536)))
        finally:
            os.close(handle)

    return wait


def _names(events: bytes) -> Iterator[bytes]:
    """The file names in ``struct inotify_event``s."""
    while events:
        *_, length = struct.unpack_from("iIII", events)
        name, events = events[EVENT_BYTES : EVENT_BYTES + length], events[EVENT_BYTES + length :]
        yield name.rstrip(b"\0")
