"""Every touch of the disk that the log makes, behind one seam.

Tests put a file system in this place that records each operation, fails the Nth, or loses power. The log
calls nothing else of the operating system.
"""

from __future__ import annotations

import errno
import os
import shlex
import stat
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, Protocol

import msgspec

from tui.store.errors import UnsafeFile, shown
from tui.store.lock import CommitLock, SystemLock

if sys.platform == "darwin":
    import fcntl

Access = Literal["read", "write", "new", "replace"]
Kind = Literal["file", "directory", "link", "other"]

_FLAGS: dict[Access, int] = {
    "read": os.O_RDONLY,
    "write": os.O_RDWR,
    "new": os.O_RDWR | os.O_CREAT | os.O_EXCL,
    "replace": os.O_RDWR | os.O_CREAT | os.O_TRUNC,
}
# Each of these is missing on some system.
_ALWAYS = (
    getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_NOINHERIT", 0)
    | getattr(os, "O_BINARY", 0)
)


class Status(msgspec.Struct, frozen=True):
    """What stands at a path: ``identity`` tells two files apart, ``size`` is in bytes, ``ours`` is whether this
    user owns it, ``open_to_others`` whether somebody else may change it."""

    kind: Kind
    size: int
    identity: tuple[int, int]
    ours: bool = True
    open_to_others: bool = False


class FileSystem(Protocol):
    """The operations of the log. Every one may raise OSError. Handles are whatever ``open`` gives."""

    def status(self, path: Path) -> Status | None:
        """What stands there, links not followed; None when nothing does."""

    def make_directory(self, path: Path) -> None:
        """Make the directory and its parents, for this user alone; one that exists is left as it is."""

    def open(self, path: Path, access: Access) -> int:
        """Open a file, never through a link. "new" fails when it exists, "replace" empties it."""

    def opened(self, handle: int) -> Status:
        """What the handle is open on."""

    def read(self, handle: int, size: int, offset: int) -> bytes:
        """At most ``size`` bytes from ``offset``; empty at the end of the file."""

    def write(self, handle: int, data: bytes, offset: int) -> int:
        """Write at ``offset``; gives how many bytes were taken, which may be fewer."""

    def truncate(self, handle: int, size: int) -> None:
        """Cut the file to ``size`` bytes."""

    def sync(self, handle: int) -> None:
        """Return when content and size are on the disk."""

    def close(self, handle: int) -> None:
        """Give the handle back."""

    def rename(self, source: Path, target: Path) -> None:
        """Put ``source`` in the place of ``target`` in one step."""

    def sync_directory(self, path: Path) -> None:
        """Return when the names in the directory are on the disk."""

    def touch(self, path: Path, at: datetime) -> None:
        """Say that the file was last changed ``at``; an empty one is made when there is none. Never through a link."""

    def touched(self, path: Path) -> datetime | None:
        """When the file was last changed (UTC); None when there is none."""

    def lock(self, path: Path) -> CommitLock:
        """The lock that lives in the file ``path``, not yet acquired."""


class SystemFiles:
    """The real thing, on Linux, macOS and Windows. Files are made for this user alone."""

    def status(self, path: Path) -> Status | None:
        try:
            return _status(os.lstat(path))
        except FileNotFoundError:
            return None

    def make_directory(self, path: Path) -> None:
        if path.is_dir():
            return
        self.make_directory(path.parent)
        path.mkdir(mode=0o700, exist_ok=True)
        self.sync_directory(path.parent)

    def open(self, path: Path, access: Access) -> int:
        handle = os.open(path, _FLAGS[access] | _ALWAYS, 0o600)
        if sys.platform != "win32" and access != "read" and os.fstat(handle).st_mode & 0o077:
            os.fchmod(handle, 0o600)
        return handle

    def opened(self, handle: int) -> Status:
        return _status(os.fstat(handle))

    def read(self, handle: int, size: int, offset: int) -> bytes:
        if sys.platform == "win32":
            os.lseek(handle, offset, os.SEEK_SET)
            return os.read(handle, size)
        return os.pread(handle, size, offset)

    def write(self, handle: int, data: bytes, offset: int) -> int:
        if sys.platform == "win32":
            os.lseek(handle, offset, os.SEEK_SET)
            return os.write(handle, data)
        return os.pwrite(handle, data, offset)

    def truncate(self, handle: int, size: int) -> None:
        os.ftruncate(handle, size)

    def sync(self, handle: int) -> None:
        if sys.platform == "darwin":
            _sync_through_the_drive(handle)
        elif sys.platform == "win32":
            os.fsync(handle)
        else:
            os.fdatasync(handle)

    def close(self, handle: int) -> None:
        os.close(handle)

    def rename(self, source: Path, target: Path) -> None:
        source.replace(target)

    def sync_directory(self, path: Path) -> None:
        if sys.platform == "win32":
            return
        handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(handle)
        except OSError as error:
            # Some network and user-space file systems have no such thing as a directory to sync.
            if error.errno != errno.EINVAL:
                raise
        finally:
            os.close(handle)

    def touch(self, path: Path, at: datetime) -> None:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | _ALWAYS, 0o600))
        os.utime(path, (at.timestamp(), at.timestamp()))

    def touched(self, path: Path) -> datetime | None:
        try:
            return datetime.fromtimestamp(os.lstat(path).st_mtime, UTC)
        except FileNotFoundError:
            return None

    def lock(self, path: Path) -> CommitLock:
        return SystemLock(path)


SYSTEM_FILES = SystemFiles()

_KIND_WORDS: dict[Kind, str] = {
    "file": "a file",
    "directory": "a directory",
    "link": "a symbolic link",
    "other": "a device or pipe",
}


if sys.platform == "darwin":

    def _sync_through_the_drive(handle: int) -> None:
        """fsync on macOS leaves the data in the drive's own cache; not every file system knows the way past it."""
        try:
            fcntl.fcntl(handle, fcntl.F_FULLFSYNC)
        except OSError as error:
            if error.errno not in (errno.ENOTSUP, errno.EINVAL, errno.ENOTTY):
                raise
            os.fsync(handle)


def _status(found: os.stat_result) -> Status:
    return Status(
        kind=_kind(found.st_mode),
        size=found.st_size,
        identity=(found.st_dev, found.st_ino),
        ours=sys.platform == "win32" or found.st_uid == os.geteuid(),
        open_to_others=sys.platform != "win32" and bool(found.st_mode & 0o022),
    )


def _kind(mode: int) -> Kind:
    if stat.S_ISREG(mode):
        return "file"
    if stat.S_ISDIR(mode):
        return "directory"
    return "link" if stat.S_ISLNK(mode) else "other"


def require_file(path: Path, status: Status) -> None:
    """Raises UnsafeFile unless this is a plain file of this user."""
    if status.kind != "file":
        raise UnsafeFile(f"{shown(path)} is {_KIND_WORDS[status.kind]}, not a plain file.", "Move it away.")
    if not status.ours:
        raise UnsafeFile(f"{shown(path)} belongs to another user.", "Use a data directory of your own.")


def require_directory(path: Path, status: Status | None) -> None:
    """Raises UnsafeFile unless nothing stands here, or a directory of this user that nobody else may change."""
    if status is None:
        return
    if status.kind != "directory":
        raise UnsafeFile(f"{shown(path)} is {_KIND_WORDS[status.kind]}, not a directory.", "Move it away.")
    if not status.ours:
        raise UnsafeFile(f"{shown(path)} belongs to another user.", "Use a data directory of your own.")
    if status.open_to_others:
        raise UnsafeFile(f"Other users may change {shown(path)}.", f"Run: chmod 700 {shlex.quote(shown(path))}")
