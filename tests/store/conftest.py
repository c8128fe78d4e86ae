"""A database on a disk in memory, and its table of events."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest
from log_workload import LOG, options
from recording_disk import RecordingDisk

from tui.store.tables import LogDatabase, LogTable


@pytest.fixture
def disk() -> RecordingDisk:
    return RecordingDisk()


@pytest.fixture
def database(disk: RecordingDisk) -> Iterator[LogDatabase]:
    numbers = count(1)
    with LogDatabase(LOG, options=options(disk), new_id=lambda: f"new-{next(numbers)}") as opened:
        yield opened


@pytest.fixture
def events(database: LogDatabase) -> LogTable:
    return database.table("events")
