"""One log: a file of checksummed commits and what it says, in memory.

What always holds:

- The memory is the state after some whole number of commits of the file.
- A commit is acknowledged only when it is on the disk, and only then do memory and callers see it.
- A commit that fails leaves file and memory as they were, or says that it cannot know (CommitUnknown).
- The file is only ever appended to, cut back to its last good commit, or replaced in one step.
- Nothing unverified is ever read as data, and nothing unverified that was once complete is thrown away.

A log is not safe for several threads at once; see LogStorage.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from tui import limits
from tui.errors import StoreError
from tui.store.errors import NO_PERMISSION, CommitUnknown, StoreReadOnly, described, reported, shown
from tui.store.filesystem import SYSTEM_FILES, FileSystem, require_directory, require_file
from tui.store.lines import FORMAT_VERSION, START, Position, Sealer, groups
from tui.store.memory import NO_CHANGES, Changes, Edits, Memory, difference, merged
from tui.store.recovery import Recovery, RecoveryKind, examined, free_name, postponed, without_lost_trust
from tui.store.writing import Writing, copy_aside, in_blocks, read_blocks, write_all

_logger = logging.getLogger(__name__)


def _now() -> datetime:
    return datetime.now(UTC)


class LogOptions(msgspec.Struct, frozen=True):
    """What a log is given from outside: the disk, the wall clock, and its bounds."""

    file_system: FileSystem = SYSTEM_FILES
    now: Callable[[], datetime] = _now
    lock_wait_seconds: float = limits.COMMIT_LOCK_WAIT_SECONDS
    compaction_slack_bytes: int = limits.COMPACTION_SLACK_BYTES
    seal_every_lines: int = limits.SEAL_EVERY_LINES


class _OpenFile(msgspec.Struct, frozen=True):
    handle: int
    identity: tuple[int, int]
    writable: bool


class _Content(msgspec.Struct):
    """What was read so far. ``seal`` is the commit line that ends at ``end``; ``sound`` whether nothing follows it."""

    memory: Memory
    end: Position = START
    seal: bytes = b""
    sound: bool = True
    version: int = FORMAT_VERSION


class Log:
    """The log at ``path``. ``recovery`` says what opening it had to do, if anything."""

    def __init__(self, path: Path, options: LogOptions | None = None) -> None:
        self.path = path
        self.recovery: Recovery | None = None
        self._options = options or LogOptions()
        self._files = self._options.file_system
        self._lock = self._files.lock(path.with_name(path.name + ".lock"))
        self._file: _OpenFile | None = None
        self._content = _Content(Memory())
        self._directory_synced = False
        self._unknown = False
        self._compact_from = 0
        self._untold: list[Changes] = []

    @property
    def file_system(self) -> FileSystem:
        """The disk that the log is on."""
        return self._files

    @property
    def memory(self) -> Memory:
        """The documents as of the last commit read or written."""
        return self._content.memory

    def open(self) -> None:
        """Read the file and repair it where it needs that; a missing one is empty and is not made.

        Raises UnsafeFile for a link, a directory or another user's file, StoreError when it cannot be read.
        A repair that is not possible now is left for the next commit; what verifies can be read.
        """
        with reported(self.path, "read"):
            require_directory(self.path.parent, self._files.status(self.path.parent))
            self._load()
        if self._content.sound or self._is_newer:
            return
        try:
            with self.exclusive():
                pass
        except StoreError as error:
            self.recovery = postponed(self.path, self._options.now(), str(error))

    def reopen(self) -> Changes:
        """Start again from what is on the disk, as one must after CommitUnknown; gives what differs."""
        before, was_unknown = self.memory, self._unknown
        self._unknown = False
        try:
            self.open()
        except StoreError:
            self._unknown = was_unknown
            raise
        finally:
            self._untold.append(difference(before, self.memory))
        return self._told()

    def close(self) -> None:
        """Give the file back. The memory stays."""
        if self._file is not None:
            handle, self._file = self._file.handle, None
            self._files.close(handle)

    def catch_up(self) -> Changes:
        """Read what other processes have committed since; gives what it changed. Takes no lock."""
        self._refuse_when_unknown()
        with reported(self.path, "read"):
            return self._follow()

    @contextmanager
    def exclusive(self) -> Iterator[Changes]:
        """Hold the commit lock, caught up and repaired; gives what catching up changed.

        Raises StoreLocked when another process holds the lock too long, CommitUnknown after one, StoreError.
        """
        self._refuse_when_unknown()
        with reported(self.path, "written"):
            self._files.make_directory(self.path.parent)
            require_directory(self.path.parent, self._files.status(self.path.parent))
            self._lock.acquire(self._options.lock_wait_seconds)
        try:
            with reported(self.path, "written"):
                changes = self._settle()
            yield changes
        finally:
            self._lock.release()

    def commit(self, edits: Edits) -> Changes:
        """Write the edits as one commit; on return they are on the disk. Gives what changed.

        Must be called inside ``exclusive``. Raises StoreReadOnly; StoreError, and then nothing happened;
        CommitUnknown, and then nobody can know before the log is reopened.
        """
        with reported(self.path, "written"):
            file = self._writable_file()
            written = self._append(file, edits)
            self._content.end, self._content.seal = written.sealer.position, written.seal
            changes = self.memory.apply(edits)
        self._compact_if_due()
        return changes

    # Reading

    @property
    def _is_newer(self) -> bool:
        return self._content.version > FORMAT_VERSION

    def _follow(self) -> Changes:
        """Take in what the file says beyond the memory."""
        self._untold.append(self._found())
        return self._told()

    def _told(self) -> Changes:
        """What was taken in since this was last asked, also by a reading that an error ended."""
        changes, self._untold = merged(self._untold), []
        return changes

    def _found(self) -> Changes:
        status = self._files.status(self.path)
        if status is None and self._file is None and self._content.end == START:
            return NO_CHANGES
        if status is None or self._file is None or status.identity != self._file.identity:
            return self._reload()
        if not self._still_stands(self._file, status.size):
            return self._reload()
        if status.size == self._content.end.offset:
            self._content.sound = True
            return NO_CHANGES
        for changes in _taken_in(self._blocks(self._file, self._content.end.offset), self._content):
            self._untold.append(changes)
        return NO_CHANGES

    def _still_stands(self, file: _OpenFile, size: int) -> bool:
        """Whether the commit that was read last is still there; its writer may have had to take it back."""
        end, seal = self._content.end.offset, self._content.seal
        return size >= end and self._files.read(file.handle, len(seal), end - len(seal)) == seal

    def _reload(self) -> Changes:
        before = self.memory
        self._load()
        return difference(before, self.memory)

    def _load(self) -> None:
        """Read the file from its start, as if for the first time."""
        self.close()
        content = _Content(Memory())
        status = self._files.status(self.path)
        if status is not None:
            require_file(self.path, status)
            file = self._open_file()
            for _ in _taken_in(self._blocks(file, 0), content):
                pass
        self._content = content

    def _blocks(self, file: _OpenFile, offset: int) -> Iterator[bytes]:
        return read_blocks(self._files, file.handle, offset)

    def _open_file(self) -> _OpenFile:
        try:
            handle, writable = self._files.open(self.path, "write"), True
        except OSError as error:
            if error.errno not in NO_PERMISSION:
                raise
            handle, writable = self._files.open(self.path, "read"), False
        return self._adopt(handle, writable)

    def _adopt(self, handle: int, writable: bool) -> _OpenFile:
        try:
            self._file = _OpenFile(handle, self._files.opened(handle).identity, writable)
        except OSError:
            self._files.close(handle)
            raise
        self._directory_synced = False
        return self._file

    # Writing; all of it under the commit lock

    def _settle(self) -> Changes:
        """Catch up, and leave nothing behind the last good commit."""
        changes = self._follow()
        if self._content.sound or self._is_newer:
            return changes
        self._untold.append(changes)
        before = self.memory
        try:
            self._repair()
        finally:
            self._untold.append(difference(before, self.memory))
        return self._told()

    def _repair(self) -> None:
        file = self._writable_file()
        verdict = examined(self._blocks(file, 0))
        match verdict.kind:
            case "torn":
                self._files.truncate(file.handle, verdict.end.offset)
                self._files.sync(file.handle)
                self.recovery = self._recovered("torn")
            case "foreign":
                kept = self._free_name("foreign")
                self.close()
                self._files.rename(self.path, kept)
                self._files.sync_directory(self.path.parent)
                self.recovery = self._recovered("foreign", kept)
            case "newest" | "middle":
                kept = self._free_name("damaged")
                copy_aside(self._files, self._blocks(file, 0), kept)
                self.recovery = self._recovered(verdict.kind, kept)
                self._replace(without_lost_trust(verdict.memory, self.recovery), verdict.sequence)
        self._load()

    def _recovered(self, kind: RecoveryKind, kept: Path | None = None) -> Recovery:
        return Recovery(kind, shown(Path(self.path.name)), self._options.now(), kept.name if kept else "")

    def _free_name(self, suffix: str) -> Path:
        return free_name(self._files, self.path, suffix, self._options.now())

    def _writable_file(self) -> _OpenFile:
        """The open file, made when there is none. Raises StoreReadOnly."""
        if self._is_newer:
            raise StoreReadOnly(
                f"{shown(self.path)} was written by a newer version of this program, so it is only read.",
                "Update this program to change it.",
            )
        file = self._file or self._adopt(self._files.open(self.path, "new"), True)
        if not file.writable:
            raise StoreReadOnly(
                f"{shown(self.path)} cannot be written, only read.",
                "Check who owns it and whether its disk is mounted for writing.",
            )
        return file

    def _append(self, file: _OpenFile, edits: Edits) -> Writing:
        """Write the edits and their commit line and wait until they are on the disk."""
        writing = Writing(Sealer(self._content.end))
        try:
            if not self._directory_synced:
                self._files.sync_directory(self.path.parent)
                self._directory_synced = True
            write_all(self._files, file.handle, in_blocks(writing.commit(edits)), self._content.end.offset)
            self._files.sync(file.handle)
        except BaseException as error:
            self._take_back(file, error)
            raise
        return writing

    def _take_back(self, file: _OpenFile, cause: BaseException) -> None:
        try:
            self._files.truncate(file.handle, self._content.end.offset)
        except OSError:
            self._unknown = True
            raise self._unknown_outcome() from cause

    def _unknown_outcome(self) -> CommitUnknown:
        return CommitUnknown(
            f"It could not be confirmed that the last change to {shown(self.path)} was saved.",
            "Check the disk, then start the program again to see what is there.",
        )

    def _refuse_when_unknown(self) -> None:
        if self._unknown:
            raise self._unknown_outcome()

    # Compaction

    def _compact_if_due(self) -> None:
        size, live = self._content.end.offset, self.memory.live_bytes
        if size < self._compact_from or size - live <= live + self._options.compaction_slack_bytes:
            return
        try:
            self._replace(self.memory, self._content.end.sequence)
        except OSError as error:
            # The commit stands; the file is only longer than it need be.
            _logger.warning("%s was not compacted: %s", shown(Path(self.path.name)), described(error))
            self._compact_from = size + self._options.compaction_slack_bytes

    def _replace(self, memory: Memory, sequence: int) -> None:
        """Put a file that holds just these documents in the place of this one."""
        temporary = self.path.with_name(self.path.name + ".tmp")
        writing = Writing(Sealer(Position(sequence=sequence)))
        handle = self._files.open(temporary, "replace")
        try:
            lines = writing.whole(memory, self._options.seal_every_lines)
            write_all(self._files, handle, in_blocks(lines), 0)
            self._files.sync(handle)
        finally:
            self._files.close(handle)
        # Windows does not replace a file that is open.
        self.close()
        self._files.rename(temporary, self.path)
        self._open_file()
        self._content = _Content(memory, writing.sealer.position, writing.seal)
        self._compact_from = 0
        self._files.sync_directory(self.path.parent)
        self._directory_synced = True


def _taken_in(blocks: Iterable[bytes], content: _Content) -> Iterator[Changes]:
    """Take in the verified commits of ``blocks``, which go on from ``content.end``; gives what each changes."""
    content.sound = True
    for group in groups(blocks, content.end):
        if not group.verified:
            content.sound = False
            return
        changes = content.memory.apply(group.edits)
        content.end, content.seal = group.end, group.seal
        content.version = group.version or content.version
        yield changes
