"""The data directory: one log for the workspace, one per calendar.

Only its owner may read it. File names are hashes, never text of a server. A calendar's log is opened when it is
first asked for.
"""

from __future__ import annotations

import os
from contextlib import closing
from hashlib import blake2b
from pathlib import Path

from tui import settings
from tui.domain.events import CalendarKey
from tui.errors import StoreError
from tui.store.calendars import CalendarStore
from tui.store.documents import FAILED, QUARANTINE
from tui.store.errors import reported, shown
from tui.store.recovery import OUTBOX
from tui.store.roster import Roster
from tui.store.tables import LogDatabase

WORKSPACE = "workspace.jsonl"
CALENDARS = "calendars"
LEASES = "leases"
SETTINGS = settings.FILE_NAME


class Database:
    """All stores of one data directory."""

    def __init__(self, directory: Path) -> None:
        """Open ``directory``, making it if need be. Raises StoreError when it cannot be used."""
        self.directory = directory
        _private_directory(directory)
        _private_directory(directory / CALENDARS)
        self.leases = directory / LEASES
        _private_directory(self.leases)
        self.roster = Roster(LogDatabase(directory / WORKSPACE))
        self._calendars: dict[CalendarKey, CalendarStore] = {}

    def calendar(self, key: CalendarKey) -> CalendarStore:
        """The store of one calendar; its log is made with its first commit."""
        if key not in self._calendars:
            path = self._log(key)
            self._calendars[key] = CalendarStore(key, LogDatabase(path), path.with_suffix(".synced"))
        return self._calendars[key]

    def unreadable_count(self, key: CalendarKey) -> int:
        """How many items of a calendar could not be understood."""
        with closing(LogDatabase(self._log(key))) as log:
            return len(log.table(QUARANTINE).ids())

    def adopt(self, old: CalendarKey, new: CalendarKey) -> None:
        """Move the staged and the failed changes of one calendar to another, because both are the same.

        However often it is interrupted or done, by whichever process, each change stands in one of them at least
        until it is done again, and in one alone then. Raises StoreError.
        """
        with closing(LogDatabase(self._log(old))) as source, closing(LogDatabase(self._log(new))) as target:
            source.catch_up()
            if not any(source.table(name).ids() for name in (OUTBOX, FAILED)):
                return
            with source.transaction():
                _move_changes(source, target)

    def forget_calendar(self, key: CalendarKey) -> None:
        """Remove a calendar's cached events from the disk."""
        store = self._calendars.pop(key, None)
        if store is not None:
            store.close()
        log = self._log(key)
        for path in sorted(log.parent.glob(f"{log.stem}.*")):
            with reported(path, "removed"):
                path.unlink(missing_ok=True)

    def notices(self) -> tuple[str, ...]:
        """What the person must be told of the files opened so far, in sentences."""
        repairs = [self.roster.recovery, *(store.recovery for store in self._calendars.values())]
        return tuple(repair.message for repair in repairs if repair and repair.message)

    def catch_up(self) -> bool:
        """Take over what other processes committed; says whether there was anything."""
        return any([self.roster.catch_up(), *(store.catch_up() for store in self._calendars.values())])

    def close(self) -> None:
        for store in self._calendars.values():
            store.close()
        self._calendars.clear()
        self.roster.close()

    def _log(self, key: CalendarKey) -> Path:
        name = blake2b("\0".join(key).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
        return self.directory / CALENDARS / f"{name}.jsonl"


def _move_changes(source: LogDatabase, target: LogDatabase) -> None:
    """Saved in the target before it leaves the source, whose lock keeps others from doing the same meanwhile."""
    with target.transaction():
        arrived = {id_ for name in (OUTBOX, FAILED) for id_ in target.table(name).ids()}
        for name in (OUTBOX, FAILED):
            target.table(name).insert_multiple(
                one for one in source.table(name).all() if str(one.doc_id) not in arrived
            )
    for name in (OUTBOX, FAILED):
        source.table(name).truncate()


def _private_directory(path: Path) -> None:
    """Make ``path`` a directory that only its owner may enter; one that also holds other things stays as it is."""
    if path.exists() and not path.is_dir():
        raise StoreError(f"{shown(path)} is a file.", "Name a directory with --data-dir.")
    is_ours = not path.exists() or _holds_ours(path)
    with reported(path, "made"):
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.is_symlink() and path.name in (CALENDARS, LEASES):
        raise StoreError(f"{shown(path)} is a link.", "Put a directory in its place.")
    if not os.access(path, os.R_OK | os.W_OK | os.X_OK):
        raise StoreError(
            f"{shown(path)} cannot be written.", "Choose another with --data-dir, or mend its permissions."
        )
    if is_ours and os.name == "posix" and path.stat().st_mode & 0o077:
        with reported(path, "made private"):
            path.chmod(0o700)


def _holds_ours(path: Path) -> bool:
    with reported(path, "read"):
        names = {entry.name for entry in path.iterdir()}
    return not names or not names.isdisjoint((WORKSPACE, SETTINGS)) or path.name in (CALENDARS, LEASES)
