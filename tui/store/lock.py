"""The commit lock: one writer of a log at a time, across processes.

It is a kernel lock on a file beside the log, so the death of its holder frees it. It is never broken by
force. The holder leaves its process id in the file, so that a process that waits in vain can name it.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from tui.store.errors import StoreLocked, shown

if TYPE_CHECKING:
    from filelock import BaseFileLock

_POLL_SECONDS = 0.001
_NOTE_BYTES = 20


class CommitLock(Protocol):
    """What the log asks of a lock."""

    def acquire(self, wait_seconds: float) -> None:
        """Wait at most so long. Raises StoreLocked when another holds it, OSError when it cannot be tried."""

    def release(self) -> None:
        """Give it up."""


class SystemLock:
    """A lock held by the kernel on the file ``path``, which is made when it is missing."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock: BaseFileLock | None = None

    def acquire(self, wait_seconds: float) -> None:
        # Loading filelock takes longer than the first frame may; reading a sound log needs no lock.
        from filelock import FileLock, Timeout

        if self._lock is None:
            self._lock = FileLock(self._path, mode=0o600, thread_local=False)
        try:
            self._lock.acquire(timeout=wait_seconds, poll_interval=_POLL_SECONDS)
        except Timeout:
            raise _held(self._path) from None
        try:
            _leave_note(self._path)
        except BaseException:
            self._lock.release()
            raise

    def release(self) -> None:
        if self._lock is not None:
            self._lock.release()


def _leave_note(path: Path) -> None:
    # Windows refuses to write to, or read from, a locked region.
    if sys.platform == "win32":
        return
    handle = os.open(path, os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        os.write(handle, str(os.getpid()).ljust(_NOTE_BYTES).encode())
    finally:
        os.close(handle)


def _held(path: Path) -> StoreLocked:
    pid = _noted(path)
    holder = f"process {pid}" if pid else "another process"
    return StoreLocked(
        f"{shown(path.with_suffix(''))} is being written by {holder}, which does not finish.",
        "Look whether that process is stopped; continue or end it, then try again.",
        pid=pid,
    )


def _noted(path: Path) -> int | None:
    try:
        note = path.read_bytes()[:_NOTE_BYTES].strip()
    except OSError:
        return None
    return int(note) if note.isdigit() else None
