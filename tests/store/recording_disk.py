"""A file system in memory that counts every operation, fails the one it is told to, and can lose power.

It keeps what has reached the disk apart from what only the page cache and the directory's cache hold, so
that after a power loss each unsynced write and name may have fared in any way.
"""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Literal

from tui.store.filesystem import Access, Status

SECTOR = 512
ROOT = Path("/data")

Fate = Literal["lost", "kept", "torn", "zeroed", "shuffled", "junk"]
FATES: tuple[Fate, ...] = ("lost", "kept", "torn", "zeroed", "shuffled", "junk")


class PowerLossError(BaseException):
    """The machine is off. No handler of errors in the program can catch it."""


class Inode:
    """A file: what programs see, what is on the disk, and the operations in between."""

    def __init__(self, durable: bytes = b"") -> None:
        self.content = bytearray(durable)
        self.durable = durable
        self.pending: list[tuple[int, bytes] | int] = []

    def write(self, data: bytes, offset: int) -> None:
        self.pending.append((offset, data))
        _write(self.content, data, offset)

    def truncate(self, size: int) -> None:
        self.pending.append(size)
        _truncate(self.content, size)

    def sync(self) -> None:
        self.durable = bytes(self.content)
        self.pending.clear()

    def after_power_loss(self, fate: Fate, random: Random) -> bytes:
        if fate == "lost" or not self.pending:
            return self.durable
        if fate == "kept":
            return bytes(self.content)
        if fate == "torn":
            return self._torn(random)
        return self._mixed(fate, random)

    def _torn(self, random: Random) -> bytes:
        content = bytearray(self.durable)
        done = random.randrange(len(self.pending))
        for operation in self.pending[:done]:
            _do(content, operation)
        last = self.pending[done]
        _do(content, last if isinstance(last, int) else (last[0], last[1][: random.randrange(len(last[1]) + 1)]))
        return bytes(content)

    def _mixed(self, fate: Fate, random: Random) -> bytes:
        """The new size; each sector old or new, and what never reached the disk is zeros or whatever was there."""
        old = self.durable.ljust(len(self.content), b"\0")[: len(self.content)]
        if fate == "junk":
            old = old[: len(self.durable)] + random.randbytes(max(0, len(old) - len(self.durable)))
        mixed = bytearray(old)
        for start in range(0, len(mixed), SECTOR):
            if fate == "shuffled" and random.random() < 0.5:
                mixed[start : start + SECTOR] = self.content[start : start + SECTOR]
        return bytes(mixed)


class RecordingDisk:
    """The FileSystem of the log, in memory.

    ``fault`` is asked before each operation, with its number from 1 and its name, and may raise. The power
    goes after operation ``power_loss_after``, and from then on every operation raises.
    """

    def __init__(self, files: dict[Path, bytes] | None = None) -> None:
        self.names = {path: Inode(content) for path, content in (files or {}).items()}
        self.durable_names = dict(self.names)
        self.pending_names: list[tuple[Path | None, Path, Inode]] = []
        self.handles: dict[int, Inode] = {}
        self.times: dict[Path, datetime] = {}
        self.operations = 0
        self.fault: Callable[[int, str], None] = lambda number, name: None
        self.power_loss_after = 0
        self.dead = False
        self.short_writes: Random | None = None
        self._next_handle = 3

    def content(self, path: Path) -> bytes:
        """What programs see at the path; empty when there is no file."""
        return bytes(self.names[path].content) if path in self.names else b""

    def after_power_loss(self, fate: Fate, random: Random) -> RecordingDisk:
        """The disk that the next start finds."""
        names = dict(self.durable_names)
        for source, target, inode in self.pending_names:
            if fate == "kept" or (fate != "lost" and random.random() < 0.5):
                names.pop(source, None) if source else None
                names[target] = inode
        return RecordingDisk({path: inode.after_power_loss(fate, random) for path, inode in names.items()})

    @contextmanager
    def _operation(self, name: str) -> Iterator[None]:
        if self.dead:
            raise PowerLossError
        self.operations += 1
        number = self.operations
        self.fault(number, name)
        yield
        if number == self.power_loss_after:
            self.dead = True
            raise PowerLossError

    # The seam

    def status(self, path: Path) -> Status | None:
        with self._operation("status"):
            if path == ROOT:
                return Status("directory", 0, (0, 0))
            return _status(self.names[path]) if path in self.names else None

    def make_directory(self, path: Path) -> None:
        with self._operation("make_directory"):
            assert path == ROOT

    def open(self, path: Path, access: Access) -> int:
        with self._operation("open"):
            if access == "new" and path in self.names:
                raise FileExistsError(errno.EEXIST, "exists")
            if access in ("read", "write") and path not in self.names:
                raise FileNotFoundError(errno.ENOENT, "missing")
            if path not in self.names:
                self.names[path] = Inode()
                self.pending_names.append((None, path, self.names[path]))
            if access == "replace":
                self.names[path].truncate(0)
            self._next_handle += 1
            self.handles[self._next_handle] = self.names[path]
            return self._next_handle

    def opened(self, handle: int) -> Status:
        with self._operation("opened"):
            return _status(self.handles[handle])

    def read(self, handle: int, size: int, offset: int) -> bytes:
        with self._operation("read"):
            return bytes(self.handles[handle].content[offset : offset + size])

    def write(self, handle: int, data: bytes, offset: int) -> int:
        with self._operation("write"):
            if self.short_writes is not None and len(data) > 1:
                data = data[: self.short_writes.randrange(1, len(data))]
            self.handles[handle].write(data, offset)
            return len(data)

    def truncate(self, handle: int, size: int) -> None:
        with self._operation("truncate"):
            self.handles[handle].truncate(size)

    def sync(self, handle: int) -> None:
        with self._operation("sync"):
            self.handles[handle].sync()

    def close(self, handle: int) -> None:
        del self.handles[handle]
        with self._operation("close"):
            pass

    def rename(self, source: Path, target: Path) -> None:
        with self._operation("rename"):
            inode = self.names.pop(source)
            self.names[target] = inode
            self.pending_names.append((source, target, inode))

    def sync_directory(self, path: Path) -> None:
        with self._operation("sync_directory"):
            assert path == ROOT
            self.durable_names = dict(self.names)
            self.pending_names.clear()

    def touch(self, path: Path, at: datetime) -> None:
        with self._operation("touch"):
            if path not in self.names:
                self.names[path] = Inode()
                self.pending_names.append((None, path, self.names[path]))
            self.times[path] = at

    def touched(self, path: Path) -> datetime | None:
        with self._operation("touched"):
            return self.times.get(path) if path in self.names else None

    def lock(self, path: Path) -> DiskLock:
        return DiskLock(self)


class DiskLock:
    """A lock that nobody else wants; taking it is an operation like the others."""

    def __init__(self, disk: RecordingDisk) -> None:
        self._disk = disk

    def acquire(self, wait_seconds: float) -> None:
        with self._disk._operation("lock"):
            pass

    def release(self) -> None:
        """Cannot fail: the kernel does it when the process dies."""


def _status(inode: Inode) -> Status:
    return Status("file", len(inode.content), (1, id(inode)))


def _write(content: bytearray, data: bytes, offset: int) -> None:
    content.extend(bytes(max(0, offset - len(content))))
    content[offset : offset + len(data)] = data


def _truncate(content: bytearray, size: int) -> None:
    del content[size:]
    content.extend(bytes(size - len(content)))


def _do(content: bytearray, operation: tuple[int, bytes] | int) -> None:
    if isinstance(operation, int):
        _truncate(content, operation)
    else:
        _write(content, operation[1], operation[0])
