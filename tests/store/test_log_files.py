"""The log on the real disk: what it makes there, and what it refuses to touch."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tui import limits
from tui.errors import StoreError
from tui.store.errors import StoreReadOnly, UnsafeFile
from tui.store.filesystem import SystemFiles
from tui.store.log import LogOptions
from tui.store.tables import LogDatabase

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such permissions")


class CountingFiles(SystemFiles):
    """The real disk; counts the bytes written to it and the waits for it."""

    def __init__(self) -> None:
        self.written = 0
        self.syncs = 0

    def write(self, handle: int, data: bytes, offset: int) -> int:
        taken = super().write(handle, data, offset)
        self.written += taken
        return taken

    def sync(self, handle: int) -> None:
        self.syncs += 1
        super().sync(handle)


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "calendar.jsonl"


def test_opening_and_reading_makes_nothing_until_the_first_commit(path: Path) -> None:
    with LogDatabase(path) as database:
        assert database.table("events").all() == []
        assert not database.catch_up()
        assert not path.parent.exists()
        database.table("events").put_raw("a", b"{}")
        assert path.exists()


@posix
def test_directories_are_for_the_owner_alone_and_so_are_files_whatever_the_umask(path: Path) -> None:
    before = os.umask(0)
    try:
        with LogDatabase(path, options=LogOptions(compaction_slack_bytes=0)) as database:
            for number in range(60):
                database.table("events").put_raw("a", b'{"n":%d}' % number)
    finally:
        os.umask(before)
    assert _mode(path.parent) == 0o700
    assert {_mode(file) for file in path.parent.iterdir()} == {0o600}


@posix
def test_a_file_that_others_may_read_is_closed_to_them_when_it_is_opened(path: Path) -> None:
    with LogDatabase(path) as database:
        database.table("events").put_raw("a", b"{}")
    path.chmod(0o644)
    with LogDatabase(path) as database:
        assert database.table("events").ids() == ["a"]
    assert _mode(path) == 0o600


def test_every_line_is_an_array_of_json(path: Path) -> None:
    with LogDatabase(path) as database:
        database.table("events").put_raw("é\n", '{"t":"\u2028\\n"}'.encode())
    code = "import json,sys; print([len(json.loads(l)) for l in open(sys.argv[1], encoding='utf-8')])"
    found = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, check=True)
    assert found.stdout.strip() == b"[3, 3, 3]"


def test_one_change_of_a_large_calendar_writes_little_and_waits_for_the_disk_once(path: Path) -> None:
    files = CountingFiles()
    with LogDatabase(path, options=LogOptions(file_system=files)) as database:
        events = database.table("events")
        with database.transaction():
            for number in range(5_000):
                events.put_raw(f"event-{number}", b'{"n":%d,"body":"%s"}' % (number, b"x" * 1_000))
        assert path.stat().st_size > 5_000_000
        files.written = files.syncs = 0
        with database.transaction():
            events.put_raw("event-77", b'{"n":-1,"body":"%s"}' % (b"y" * 1_000))
            database.table("meta").put_raw("delta", b'{"link":"next"}')
        assert files.written < 4_096
        assert files.syncs == 1


def test_a_file_grows_to_at_most_twice_its_documents_and_the_slack(path: Path) -> None:
    files = CountingFiles()
    body = b"x" * 1_000
    with LogDatabase(path, options=LogOptions(file_system=files)) as database:
        events = database.table("events")
        with database.transaction():
            for number in range(500):
                events.put_raw(f"event-{number}", b'{"body":"%s"}' % body)
        largest, live = 0, 500 * 1_060
        for number in range(2_000):
            events.put_raw(f"event-{number % 500}", b'{"n":%d,"body":"%s"}' % (number, body))
            largest = max(largest, path.stat().st_size)
        assert largest < 2 * live + limits.COMPACTION_SLACK_BYTES + 10_000
        assert files.written < 2 * 2_500 * 1_060
        assert events.count(lambda document: "n" in document) == 500
    with LogDatabase(path) as again:
        assert len(again.table("events")) == 500


@posix
@pytest.mark.parametrize("kind", ["link", "directory", "pipe"])
def test_what_is_not_a_plain_file_is_refused_and_left_alone(tmp_path: Path, kind: str) -> None:
    path, target = tmp_path / "calendar.jsonl", tmp_path / "target"
    target.write_bytes(b"precious")
    match kind:
        case "link":
            path.symlink_to(target)
        case "directory":
            path.mkdir()
        case "pipe":
            os.mkfifo(path)
    with pytest.raises(UnsafeFile) as refused:
        LogDatabase(path)
    assert str(path) in refused.value.what
    assert refused.value.exit_code == 5
    assert target.read_bytes() == b"precious"


@posix
def test_a_link_in_the_place_of_the_temporary_file_is_not_written_through(path: Path) -> None:
    with LogDatabase(path, options=LogOptions(compaction_slack_bytes=0)) as database:
        database.table("events").put_raw("a", b"{}")
        target = path.with_name("target")
        target.write_bytes(b"precious")
        path.with_name(path.name + ".tmp").symlink_to(target)
        for number in range(50):
            database.table("events").put_raw("a", b'{"n":%d}' % number)
        assert database.table("events").get(doc_id="a") == {"n": 49}
        assert target.read_bytes() == b"precious"


@posix
def test_a_directory_that_others_may_change_is_refused_with_the_remedy(tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    with pytest.raises(UnsafeFile) as refused:
        LogDatabase(tmp_path / "calendar.jsonl")
    tmp_path.chmod(0o700)
    assert refused.value.hint == f"Run: chmod 700 {tmp_path}"


def test_a_file_in_the_place_of_the_directory_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").write_bytes(b"")
    with pytest.raises(StoreError):
        LogDatabase(tmp_path / "data" / "calendar.jsonl")


class ReadOnlyFiles(SystemFiles):
    """A disk that is mounted for reading."""

    def open(self, path: Path, access: object) -> int:
        if access != "read":
            raise OSError(30, "Read-only file system")
        return super().open(path, "read")


def test_a_file_that_can_only_be_read_is_read_and_refuses_commits(path: Path) -> None:
    with LogDatabase(path) as database:
        database.table("events").put_raw("a", b"{}")
    with LogDatabase(path, options=LogOptions(file_system=ReadOnlyFiles())) as database:
        assert database.table("events").ids() == ["a"]
        with pytest.raises(StoreReadOnly, match="only read"):
            database.table("events").put_raw("b", b"{}")


def test_a_file_removed_while_open_is_an_empty_log_and_is_made_anew(path: Path) -> None:
    with LogDatabase(path) as database:
        events = database.table("events")
        events.put_raw("a", b"{}")
        path.unlink()
        assert database.catch_up()
        assert events.ids() == []
        events.put_raw("b", b"{}")
    with LogDatabase(path) as database:
        assert database.table("events").ids() == ["b"]


def test_a_backup_copied_over_an_open_file_is_what_is_read_from_then_on(path: Path) -> None:
    with LogDatabase(path) as database:
        events = database.table("events")
        events.put_raw("a", b'{"n":1}')
        backup = path.read_bytes()
        events.put_raw("a", b'{"n":2}')
        events.put_raw("b", b"{}")
        path.write_bytes(backup)
        assert database.catch_up()
        assert events.raw_items() == [("a", b'{"n":1}')]


def test_two_databases_of_one_file_share_one_storage_until_both_are_closed(path: Path) -> None:
    first, second = LogDatabase(path), LogDatabase(path.parent / ".." / path.parent.name / path.name)
    with first.transaction():
        second.table("events").put_raw("a", b"{}")
        assert first.table("events").ids() == ["a"]
    first.close()
    first.close()
    second.table("events").put_raw("b", b"{}")
    second.close()
    with LogDatabase(path) as third:
        assert third.table("events").ids() == ["a", "b"]


def test_threads_that_raise_one_counter_lose_no_increment(path: Path) -> None:
    def count() -> None:
        with LogDatabase(path) as database:
            table = database.table("events")
            for _ in range(25):
                with database.transaction():
                    raw = table.raw("n") or b'{"n":0}'
                    table.put_raw("n", b'{"n":%d}' % (int(raw[5:-1]) + 1))

    with LogDatabase(path) as database:
        threads = [threading.Thread(target=count) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert database.table("events").get(doc_id="n") == {"n": 100}
