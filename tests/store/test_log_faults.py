"""Any one operation on the disk fails: the commit happened, or it did not, and the caller is told which."""

from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from counts import count
from log_workload import LOG, committed, opened, state_of, states, workload
from recording_disk import RecordingDisk

from tui.errors import StoreError
from tui.store.errors import CommitUnknown

COMMITS = 10
SEEDS = count(reduced=3, full=40)

Fault = Callable[[int, RecordingDisk], Callable[[int, str], None]]
"""The number of an operation and the disk → what the disk asks before each of its operations."""


def _once(code: int) -> Fault:
    def at(failing: int, disk: RecordingDisk) -> Callable[[int, str], None]:
        def fault(number: int, name: str) -> None:
            if number == failing:
                raise OSError(code, "injected")

        return fault

    return at


def _full_from(failing: int, disk: RecordingDisk) -> Callable[[int, str], None]:
    """The disk is full from then on: what takes space fails, and so does waiting for it."""

    def fault(number: int, name: str) -> None:
        if number >= failing and name in ("write", "sync"):
            raise OSError(errno.ENOSPC, "injected")

    return fault


def _broken_from(failing: int, disk: RecordingDisk) -> Callable[[int, str], None]:
    def fault(number: int, name: str) -> None:
        if number >= failing:
            raise OSError(errno.EIO, "injected")

    return fault


def _short_then_full(failing: int, disk: RecordingDisk) -> Callable[[int, str], None]:
    """One write stops in the middle, and the next one finds no space for the rest."""
    cut: list[int] = []

    def fault(number: int, name: str) -> None:
        disk.short_writes = None
        if cut == [number - 1] and name == "write":
            raise OSError(errno.ENOSPC, "injected")
        if number >= failing and name == "write" and not cut:
            cut.append(number)
            disk.short_writes = Random(failing)

    return fault


FAULTS: dict[str, Fault] = {
    "an I/O error once": _once(errno.EIO),
    "no space once": _once(errno.ENOSPC),
    "no space from then on": _full_from,
    "a write stops short and its rest finds no space": _short_then_full,
    "the disk is gone from then on": _broken_from,
}


def _no_fault(number: int, name: str) -> None:
    pass


def _run(seed: int, fault: Callable[[int, str], None], disk: RecordingDisk) -> int:
    """Run the workload under a fault, checking what is reported; gives the number of operations."""
    log = opened(disk)
    edits = workload(seed, COMMITS)
    expected = [state_of(log.memory)]
    disk.operations = 0
    disk.fault = fault
    for commit in edits:
        before = expected[-1]
        try:
            committed(log, commit)
        except CommitUnknown:
            disk.fault = _no_fault
            with pytest.raises(CommitUnknown):
                committed(log, commit)
            with pytest.raises(CommitUnknown):
                log.catch_up()
            log.reopen()
            assert state_of(log.memory) in (before, _after(before, commit))
        except StoreError:
            assert state_of(log.memory) == before
        else:
            assert state_of(log.memory) == _after(before, commit)
        expected.append(state_of(log.memory))
    disk.fault = _no_fault
    assert state_of(opened(RecordingDisk(_files(disk))).memory) == expected[-1]
    committed(log, {"after": {"fault": b"{}"}})
    assert state_of(opened(RecordingDisk(_files(disk))).memory) == expected[-1] | {"after": {"fault": b"{}"}}
    return disk.operations


def _after(state: dict[str, dict[str, bytes]], edits: dict[str, dict[str, bytes | None]]) -> object:
    puts: dict[str, dict[str, bytes | None]] = {table: dict(rows) for table, rows in state.items()}
    for table, rows in edits.items():
        puts[table] = puts.get(table, {}) | rows
    return {
        table: kept
        for table, rows in puts.items()
        if (kept := {name: value for name, value in rows.items() if value is not None})
    }


def _files(disk: RecordingDisk) -> dict[Path, bytes]:
    return {path: bytes(inode.content) for path, inode in disk.names.items()}


@pytest.mark.parametrize("name", FAULTS)
@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_commit_that_fails_leaves_the_state_before_or_says_that_it_cannot_know(seed: int, name: str) -> None:
    operations = _run(seed, _no_fault, _disk_of_short_writes(seed))
    for failing in range(1, operations + 1):
        disk = _disk_of_short_writes(seed)
        _run(seed, FAULTS[name](failing, disk), disk)


def _disk_of_short_writes(seed: int) -> RecordingDisk:
    """A disk on which every write takes a part of what it is given."""
    disk = RecordingDisk()
    disk.short_writes = Random(seed)
    return disk


def test_a_compaction_that_fails_changes_nothing_and_is_not_tried_again_at_every_commit(
    caplog: pytest.LogCaptureFixture,
) -> None:
    disk = RecordingDisk()
    log = opened(disk)

    def fault(number: int, name: str) -> None:
        if name == "rename":
            raise OSError(errno.EACCES, "injected")

    disk.fault = fault
    for number in range(200):
        committed(log, {"events": {"a": b'{"n":%d,"pad":"%s"}' % (number, b"x" * 50)}})
    assert log.memory.raw("events", "a") == opened(disk).memory.raw("events", "a")
    assert 1 < len(caplog.records) < 40
    assert "was not compacted: Permission denied" in caplog.text
    grown = len(disk.content(LOG))
    disk.fault = _no_fault
    for number in range(20):
        committed(log, {"events": {"a": b'{"n":%d}' % number}})
    assert len(disk.content(LOG)) < grown / 10


def test_a_full_disk_refuses_to_save_goes_on_reading_and_works_again_with_space() -> None:
    disk = RecordingDisk()
    log = opened(disk)
    edits = workload(3, 4)
    committed(log, edits[0])
    disk.fault = _full_from(1, disk)
    for commit in edits[1:]:
        with pytest.raises(StoreError, match="No space left") as refused:
            committed(log, commit)
        assert "Free some space" in refused.value.hint
        assert state_of(opened(disk).memory) == state_of(log.memory) == states(edits)[1]
    disk.fault = _no_fault
    for commit in edits[1:]:
        committed(log, commit)
    assert state_of(log.memory) == states(edits)[-1]


def test_a_write_that_cannot_be_undone_is_reported_as_unknown_and_never_comes_back_after_a_refusal() -> None:
    disk = RecordingDisk()
    log = opened(disk)
    committed(log, {"events": {"a": b'{"v":1}'}})

    def fault(number: int, name: str) -> None:
        if name in ("sync", "truncate"):
            raise OSError(errno.EIO, "injected")

    disk.fault = fault
    with pytest.raises(CommitUnknown):
        committed(log, {"events": {"a": b'{"v":2}'}})
    assert log.memory.raw("events", "a") == b'{"v":1}'
    with pytest.raises(CommitUnknown):
        log.catch_up()
    disk.fault = _broken_from(1, disk)
    with pytest.raises(StoreError, match="could not be read"):
        log.reopen()
    assert log.memory.raw("events", "a") == b'{"v":1}'
    disk.fault = _no_fault
    with pytest.raises(CommitUnknown):
        committed(log, {"events": {"a": b'{"v":3}'}})
    changes = log.reopen()
    assert changes == {"events": {"a": (b'{"v":1}', b'{"v":2}')}}


def test_another_reader_unlearns_a_commit_that_its_writer_had_to_take_back() -> None:
    disk = RecordingDisk()
    writer, reader = opened(disk), opened(disk)
    committed(writer, {"events": {"a": b'{"v":1}'}})
    reader.catch_up()

    def fault(number: int, name: str) -> None:
        if name == "sync":
            disk.fault = _no_fault
            reader.catch_up()
            raise OSError(errno.EIO, "injected")

    disk.fault = fault
    with pytest.raises(StoreError):
        committed(writer, {"events": {"a": b'{"v":2}'}})
    assert reader.memory.raw("events", "a") == b'{"v":2}'
    committed(writer, {"events": {"a": b'{"v":3}'}})
    assert reader.catch_up() == {"events": {"a": (b'{"v":2}', b'{"v":3}')}}
    committed(reader, {"events": {"b": b"{}"}})
    assert opened(disk).memory.tables == {"events": {"a": b'{"v":3}', "b": b"{}"}}
