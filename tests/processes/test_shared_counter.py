"""Writers in several processes on one log, which compact it under each other: no increment of any is lost."""

from __future__ import annotations

import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest
from counts import count
from store.log_writer import __file__ as log_writer
from workspace.served import until

from tui.store.tables import LogDatabase

INCREMENTS = count(60, 300)


def inode(path: Path) -> int:
    return path.stat().st_ino if path.exists() else 0


@pytest.mark.parametrize("writers", [2, 4])
def test_writers_that_raise_one_counter_lose_no_increment_while_the_log_is_compacted(
    tmp_path: Path, writers: int
) -> None:
    path = tmp_path / "shared.jsonl"
    call = [sys.executable, log_writer, str(path), "count", str(INCREMENTS)]
    inodes = set[int]()
    with ExitStack() as stack:
        processes = [stack.enter_context(subprocess.Popen(call)) for _ in range(writers)]

        def all_ended() -> bool:
            inodes.add(inode(path))
            return all(process.poll() is not None for process in processes)

        until(all_ended, "the end of all writers", within=60)
    assert [process.returncode for process in processes] == [0] * writers
    with LogDatabase(path) as database:
        events = database.table("events")
        assert events.get(doc_id="counter") == {"n": writers * INCREMENTS}
        assert len(events) == writers * INCREMENTS + 1
        assert database.recovery is None
    assert len(inodes - {0}) > 1, "never compacted"
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["shared.jsonl", "shared.jsonl.lock"]
