"""Reading and replacing a file that only its owner may read.

Symbolic links are refused, wider permissions are narrowed, and a file is replaced whole or not at all.
"""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from pathlib import Path

from tui.errors import StoreError

Signature = tuple[int, int, int]
"""Inode, modification time in nanoseconds and size: changes whenever a file is replaced."""

_OPEN_FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
_HAS_OWNERS = hasattr(os, "getuid")


def private_directory(path: Path) -> None:
    """Make ``path`` a directory that only its owner may enter. Raises StoreError when it is a link or a stranger's."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        info = path.lstat()
        if not stat.S_ISDIR(info.st_mode):
            raise StoreError(f"{path} is a symbolic link.", "Name the real directory.")
        _own(path, info)
        if _HAS_OWNERS and stat.S_IMODE(info.st_mode) & 0o077:
            path.chmod(0o700)
    except OSError as error:
        raise _failed(path, error) from error


def signature(path: Path) -> Signature | None:
    """What tells one content of ``path`` from another; None when there is no file."""
    try:
        info = path.lstat()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _failed(path, error) from error
    return info.st_ino, info.st_mtime_ns, info.st_size


def read_private(path: Path) -> bytes:
    """The content of ``path``, whose permissions are narrowed to 0600. Raises StoreError."""
    try:
        if path.is_symlink():
            raise _link(path)
        with os.fdopen(os.open(path, _OPEN_FLAGS), "rb") as file:
            info = os.fstat(file.fileno())
            if not stat.S_ISREG(info.st_mode):
                raise StoreError(f"{path} is not a file.", "Move it away.")
            _own(path, info)
            if _HAS_OWNERS and stat.S_IMODE(info.st_mode) & 0o077:
                os.fchmod(file.fileno(), 0o600)
            return file.read()
    except OSError as error:
        raise _failed(path, error) from error


def replace_private(path: Path, data: bytes) -> None:
    """Put ``data`` in the place of ``path``, mode 0600; after a crash the old or the new content is there, whole."""
    if path.is_symlink():
        raise _link(path)
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name}-", suffix=".new", dir=path.parent)
    except OSError as error:
        raise _failed(path, error) from error
    fresh = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
        _sync_directory(path.parent)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        raise _failed(path, error) from error


def remove_leftovers(path: Path) -> None:
    """Remove what replacements of ``path`` left behind when they were killed; the caller holds the lock of the file."""
    for leftover in path.parent.glob(f".{path.name}-*.new"):
        with contextlib.suppress(FileNotFoundError):
            leftover.unlink()


def _sync_directory(path: Path) -> None:
    if not _HAS_OWNERS:
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _own(path: Path, info: os.stat_result) -> None:
    if _HAS_OWNERS and info.st_uid != os.getuid():
        raise StoreError(f"{path} belongs to another user of this machine.", "Choose another --data-dir.")


def _link(path: Path) -> StoreError:
    return StoreError(f"{path} is a symbolic link.", "Sign-ins are only kept in a file of their own: remove the link.")


def _failed(path: Path, error: OSError) -> StoreError:
    return StoreError(f"{path} cannot be used: {error.strerror or type(error).__name__}.", "Check it and the disk.")
