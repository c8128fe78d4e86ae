"""Several real processes on one file: none loses another's commit, and death of one harms nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from random import Random

import pytest
from hypothesis import settings
from log_writer import __file__ as writer

from tui.store.errors import StoreLocked
from tui.store.log import LogOptions
from tui.store.memory import Changes
from tui.store.tables import LogDatabase

INCREMENTS = 50
KILLS = max(4, settings().max_examples // 5)


def _started(path: Path, *arguments: str) -> subprocess.Popen[bytes]:
    # Unbuffered: what a buffer had read ahead would be missing from the rest that is read at the end.
    return subprocess.Popen(
        [sys.executable, writer, str(path), *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
    )


def _ended(process: subprocess.Popen[bytes]) -> bytes:
    output, _ = process.communicate()
    return output


def test_two_processes_that_raise_one_counter_lose_no_increment(tmp_path: Path) -> None:
    path = tmp_path / "shared.jsonl"
    processes = [_started(path, "count", str(INCREMENTS)) for _ in range(2)]
    for process in processes:
        _ended(process)
        assert process.returncode == 0
    with LogDatabase(path) as database:
        events = database.table("events")
        assert events.get(doc_id="counter") == {"n": 2 * INCREMENTS}
        assert len(events) == 2 * INCREMENTS + 1
        assert database.recovery is None


def test_a_commit_and_a_compaction_of_another_process_are_found_and_told(tmp_path: Path) -> None:
    path = tmp_path / "shared.jsonl"
    seen: list[Changes] = []
    with LogDatabase(path) as database:
        database.watch(seen.append)
        assert not database.catch_up()
        _ended(_started(path, "count", "1"))
        assert database.catch_up()
        assert seen[0]["events"]["counter"] == (None, b'{"n":1}')
        first = path.stat().st_ino
        while path.stat().st_ino == first:
            _ended(_started(path, "count", "40"))
        assert database.catch_up()
        assert seen[1]["events"]["counter"] == (b'{"n":1}', database.table("events").raw("counter"))
        assert len(seen) == 2


def test_a_writer_killed_at_any_moment_loses_no_acknowledged_commit(tmp_path: Path) -> None:
    path = tmp_path / "killed.jsonl"
    random = Random(1)
    for _ in range(KILLS):
        process = _started(path, "number")
        assert process.stdout is not None
        acknowledged = 0
        for _ in range(random.randint(1, 120)):
            acknowledged = int(process.stdout.readline())
        process.kill()
        acknowledged = int((_ended(process).splitlines() or [b"%d" % acknowledged])[-1])
        with LogDatabase(path) as database:
            number = database.table("events").get(doc_id="number")
            assert isinstance(number, dict)
            assert number["n"] in (acknowledged, acknowledged + 1)
            assert database.table("meta").raw("delta") == b'{"n":%d}' % number["n"]


def test_a_stopped_holder_of_the_lock_is_named_and_its_death_frees_the_lock(tmp_path: Path) -> None:
    path = tmp_path / "held.jsonl"
    process = _started(path, "hold")
    assert process.stdout is not None
    assert process.stdout.readline() == b"held\n"
    with LogDatabase(path, options=LogOptions(lock_wait_seconds=0.05)) as database:
        assert database.table("events").all() == []
        with pytest.raises(StoreLocked, match=f"process {process.pid}") as refused:
            database.table("events").put_raw("a", b"{}")
        assert refused.value.pid == process.pid
        process.kill()
        _ended(process)
        database.table("events").put_raw("a", b"{}")
        assert database.table("events").ids() == ["a"]


@pytest.mark.skipif(sys.platform == "win32", reason="a limit on file sizes is a POSIX notion")
def test_a_real_limit_on_the_file_size_refuses_and_keeps_what_was_saved(tmp_path: Path) -> None:
    path = tmp_path / "limited.jsonl"
    saved, message = _ended(_started(path, "limit", "20000")).split(b" ", 1)
    assert b"could not be written: File too large" in message
    with LogDatabase(path) as database:
        assert len(database.table("events")) == int(saved) > 10
        assert database.recovery is None
        database.table("events").put_raw("later", b"{}")
