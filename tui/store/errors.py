"""What can go wrong between the store and the disk, said so that a person can act on it.

No message holds a document or an id: they may be shown and logged as they are.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tui.errors import StoreError

_NO_SPACE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
NO_PERMISSION = {errno.EACCES, errno.EPERM, errno.EROFS}


class StoreReadOnly(StoreError):
    """The file can be read but must not, or cannot, be written."""


class StoreLocked(StoreError):
    """Another process holds the commit lock. ``pid`` is its process id when it is known."""

    def __init__(self, what: str, hint: str = "", *, pid: int | None = None) -> None:
        super().__init__(what, hint)
        self.pid = pid


class CommitUnknown(StoreError):
    """A write failed and could not be undone: it may or may not be found on the disk when it is next opened."""


class EntryChanged(StoreError):
    """What was to be done to a staged change no longer fits: it was withdrawn, sent or changed meanwhile."""


class UnsafeFile(StoreError):
    """What stands in the place of a file or directory of ours is a link, of another kind, or another user's."""


class DocumentRefused(StoreError):
    """A document or id cannot be written as JSON without changing it."""


def shown(path: Path) -> str:
    """The path with everything unprintable replaced, for a message."""
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in str(path))


def described(error: OSError) -> str:
    """The system's own words for the error, without the path it may carry."""
    return os.strerror(error.errno) if error.errno else type(error).__name__


@contextmanager
def reported(path: Path, doing: str) -> Iterator[None]:
    """Turn an OSError of the block into a StoreError: ``doing`` is what could not be done, as "read" or "written"."""
    try:
        yield
    except OSError as error:
        raise StoreError(f"{shown(path)} could not be {doing}: {described(error)}.", _hint(error)) from error


def _hint(error: OSError) -> str:
    if error.errno in _NO_SPACE:
        return "Free some space and try again; what was saved before is unharmed."
    if error.errno in NO_PERMISSION:
        return "Check who owns the data directory and whether its disk is mounted for writing."
    return "Check the disk, then try again; what was saved before is unharmed."
