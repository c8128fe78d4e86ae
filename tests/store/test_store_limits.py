"""The bounds of the log and the index at their edges."""

from __future__ import annotations

import json
from datetime import UTC, date, timedelta
from pathlib import Path

import pytest
from calendar_on_disk import event, hours, round_of, store_on
from log_workload import LOG, NOW, committed
from recording_disk import DiskLock, RecordingDisk

from tui.domain.timespan import AllDay, Interval, Timed, midnight
from tui.limits import COMMIT_LOCK_WAIT_SECONDS, COMPACTION_SLACK_BYTES, LONG_EVENT_DAYS, SEAL_EVERY_LINES
from tui.store.calendars import CalendarStore
from tui.store.errors import StoreLocked
from tui.store.log import Log, LogOptions
from tui.store.memory import Edits


def logged(disk: RecordingDisk, *commits: Edits) -> Log:
    """A log with the program's own bounds, after some commits."""
    log = Log(LOG, LogOptions(file_system=disk, now=lambda: NOW))
    log.open()
    for edits in commits:
        committed(log, edits)
    return log


# The lock


class BusyDisk(RecordingDisk):
    """Another process writes the log for so many seconds more."""

    busy_seconds = 0.0

    def lock(self, path: Path) -> DiskLock:
        return HeldLock(self)


class HeldLock(DiskLock):
    def __init__(self, disk: BusyDisk) -> None:
        super().__init__(disk)
        self._busy = disk

    def acquire(self, wait_seconds: float) -> None:
        if self._busy.busy_seconds > wait_seconds:
            raise StoreLocked("Somebody else is writing.", "Wait.", pid=1)
        super().acquire(wait_seconds)


def test_a_commit_waits_for_another_writer_up_to_the_limit_and_no_longer() -> None:
    disk = BusyDisk()
    disk.busy_seconds = COMMIT_LOCK_WAIT_SECONDS
    log = logged(disk, {"events": {"a": b"{}"}})

    disk.busy_seconds = COMMIT_LOCK_WAIT_SECONDS + 0.1
    with pytest.raises(StoreLocked):
        committed(log, {"events": {"b": b"{}"}})

    assert log.memory.tables["events"] == {"a": b"{}"}


# Compaction


def written(last: int) -> tuple[RecordingDisk, int]:
    """A log after a commit whose document has ``last`` bytes, and how far it is from being compacted then."""
    disk = RecordingDisk()
    documents = [b'"%s"' % (b"x" * 100_000), b'"%s"' % (b"y" * 200_000), b'"%s"' % (b"z" * last)]
    commits: list[Edits] = [{"events": {"a": document}} for document in documents]
    log = logged(disk, *commits)
    dead = len(disk.content(LOG)) - log.memory.live_bytes
    return disk, dead - log.memory.live_bytes - COMPACTION_SLACK_BYTES


def test_a_log_is_compacted_when_what_is_dead_exceeds_what_is_live_by_more_than_the_slack() -> None:
    long = 100_000
    _, beyond = written(long)
    assert beyond < 0
    last = long + beyond

    at_the_edge, beyond = written(last)
    assert beyond == 0
    assert len(at_the_edge.content(LOG)) > 300_000

    over_the_edge, _ = written(last - 1)
    assert len(over_the_edge.content(LOG)) < last + 200


def seals(disk: RecordingDisk) -> list[int]:
    """How many lines each commit line of the file seals."""
    lines = [json.loads(line) for line in disk.content(LOG).splitlines()]
    return [line[1] for line in lines if isinstance(line[0], int)]


@pytest.mark.parametrize("more", [0, 1])
def test_a_compacted_log_is_sealed_often_enough_to_lose_little_to_damage(more: int) -> None:
    disk = RecordingDisk()
    names = [f"event-{number}" for number in range(SEAL_EVERY_LINES + more)]
    edits: list[Edits] = [{"events": dict.fromkeys(names, b'"%d %s"' % (version, b"x" * 600))} for version in range(3)]
    logged(disk, *edits)

    assert max(seals(disk)) == SEAL_EVERY_LINES
    assert sum(seals(disk)) - SEAL_EVERY_LINES <= 3


# The index


def found_on(store: CalendarStore, day: date, count: int = 1) -> set[str]:
    until = day + timedelta(days=count)
    copies = store.copies_between(Interval(midnight(day, UTC), midnight(until, UTC)), AllDay(day, until))
    return {copy.event.id for copy in copies}


@pytest.mark.parametrize("length", [LONG_EVENT_DAYS, LONG_EVENT_DAYS + 1])
def test_an_event_is_found_on_each_of_its_days_however_many_they_are(length: int) -> None:
    store = store_on(RecordingDisk())
    first = date(2026, 11, 23)
    start = hours("09:00", "10:00").start
    round_of(
        store,
        event("timed", when=Timed(start, start + timedelta(days=length - 1))),
        event("whole", when=AllDay(first, first + timedelta(days=length))),
    )

    for day in range(length):
        assert found_on(store, first + timedelta(days=day)) == {"timed", "whole"}
    for day in (-1, length):
        assert found_on(store, first + timedelta(days=day)) == set()
    round_of(store, deletes=["timed", "whole"])
    assert found_on(store, first, length) == set()
