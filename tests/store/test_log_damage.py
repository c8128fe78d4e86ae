"""Damage on the disk is found, costs as little as it can, and is never shown as data."""

from __future__ import annotations

from random import Random
from zlib import crc32

import pytest
from hypothesis import settings
from log_workload import LOG, NOW, State, beside, committed, opened, state_of, states, workload
from recording_disk import RecordingDisk

from tui.errors import StoreError
from tui.store.errors import StoreReadOnly

COMMITS = 25
DAMAGES = settings().max_examples * 20
NO_COMPACTION = 10**9


def _log_bytes(commits: int = COMMITS, seed: int = 1) -> bytes:
    disk = RecordingDisk()
    log = opened(disk, slack=NO_COMPACTION)
    for edits in workload(seed, commits):
        committed(log, edits)
    return disk.content(LOG)


def _damaged(content: bytes, random: Random) -> bytes:
    place = random.randrange(len(content))
    match random.randrange(6):
        case 0 | 1:
            return content[:place] + bytes([content[place] ^ (1 << random.randrange(8))]) + content[place + 1 :]
        case 2:
            return content[:place]
        case 3:
            return content[:place] + bytes(512) + content[place + 512 :]
        case 4:
            other = random.randrange(len(content))
            return content[:place] + content[other : other + 512] + content[place + 512 :]
        case _:
            return content[:place] + content[place + random.randrange(1, 900) :]


def test_no_damage_is_ever_shown_as_data() -> None:
    content = _log_bytes()
    history = states(workload(1, COMMITS))
    versions = {(table, name, raw) for state in history for table, rows in state.items() for name, raw in rows.items()}
    random = Random(7)
    seen: set[str] = set()
    for _ in range(DAMAGES):
        damaged = _damaged(content, random)
        disk = RecordingDisk({LOG: damaged})
        log = opened(disk, slack=NO_COMPACTION)
        found = state_of(log.memory)
        assert all((table, name, raw) in versions for table, rows in found.items() for name, raw in rows.items())
        kind = log.recovery.kind if log.recovery else "sound"
        seen.add(kind)
        if kind == "middle":
            assert log.memory.raw("meta", "delta") is None
        else:
            assert found in history
        if kind in ("middle", "newest", "foreign"):
            kept = beside(disk, "foreign" if kind == "foreign" else "damaged")
            assert [disk.content(path) for path in kept] == [damaged]
        elif kind == "torn":
            assert content.startswith(disk.content(LOG))
        else:
            assert content.startswith(damaged)
        again = opened(disk, slack=NO_COMPACTION)
        assert again.recovery is None
        assert again.memory.tables == log.memory.tables
    assert seen >= {"middle", "newest", "torn"}


def test_every_flip_of_a_bit_in_the_newest_commit_keeps_a_copy_aside() -> None:
    content = _log_bytes(commits=3)
    start = len(_log_bytes(commits=2))
    for place in range(start, len(content)):
        damaged = content[:place] + bytes([content[place] ^ 4]) + content[place + 1 :]
        disk = RecordingDisk({LOG: damaged})
        log = opened(disk)
        assert log.recovery is not None
        assert log.recovery.kind == "newest"
        assert [disk.content(path) for path in beside(disk, "damaged")] == [damaged]
        assert state_of(log.memory) == states(workload(1, 3))[2]


def test_damage_in_the_middle_keeps_what_verifies_and_drops_the_delta_token() -> None:
    disk = RecordingDisk()
    log = opened(disk)
    for number in range(4):
        committed(log, {"outbox": {f"entry-{number}": b'{"n":%d}' % number}, "meta": {"delta": b'{"link":1}'}})
    content = disk.content(LOG)
    place = content.index(b'{"n":1}')
    damaged = RecordingDisk({LOG: content[:place] + b"?" + content[place + 1 :]})
    log = opened(damaged)
    assert log.memory.tables["outbox"].keys() == {"entry-0", "entry-2", "entry-3"}
    assert log.memory.tables["meta"].keys() == {"recovery"}
    assert b'"kind":"middle"' in log.memory.tables["meta"]["recovery"]
    assert log.recovery is not None
    assert log.recovery.at == NOW
    assert log.recovery.kept_as == "calendar.jsonl.damaged-20260301T093000Z"
    assert "downloaded again" in log.recovery.message


def test_two_damages_in_one_second_are_both_kept() -> None:
    content = _log_bytes(commits=3)
    disk = RecordingDisk({LOG: content[:-1] + b"?"})
    opened(disk)
    second = disk.content(LOG)[:-1] + b"?"
    disk = RecordingDisk({path: bytes(inode.content) for path, inode in disk.names.items()} | {LOG: second})
    opened(disk)
    assert sorted(disk.content(path) for path in beside(disk, "damaged")) == sorted([content[:-1] + b"?", second])


@pytest.mark.parametrize("tail", [b'["events","a",{"x"', b'["events","a",{"x":1}', b"\0" * 700, b"\x93\x00junk"])
def test_a_torn_tail_is_cut_without_a_word(tail: bytes) -> None:
    content = _log_bytes(commits=3)
    disk = RecordingDisk({LOG: content + tail})
    log = opened(disk)
    assert disk.content(LOG) == content
    assert log.recovery is not None
    assert (log.recovery.kind, log.recovery.message) == ("torn", "")


@pytest.mark.parametrize(
    "content",
    [b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", b'["shopping","milk"]\n', b'{"a": 1}', b"\x00\x01" * 400, b"[1,2,3]\n"],
)
def test_a_file_that_is_not_a_log_is_moved_aside_and_never_overwritten(content: bytes) -> None:
    disk = RecordingDisk({LOG: content})
    log = opened(disk)
    assert log.memory.tables == {}
    assert [disk.content(path) for path in beside(disk, "foreign")] == [content]
    assert log.recovery is not None
    assert "not a file of this program" in log.recovery.message
    committed(log, {"events": {"a": b"{}"}})
    assert opened(disk).memory.tables == {"events": {"a": b"{}"}}


@pytest.mark.parametrize("content", [b"", b"\0" * 4096, b'["meta","form', b'["meta","format",{"version":1}]\n["eve'])
def test_an_empty_file_and_a_first_commit_that_was_torn_are_new_logs(content: bytes) -> None:
    disk = RecordingDisk({LOG: content})
    log = opened(disk)
    assert log.memory.tables == {}
    assert list(disk.names) == [LOG]
    committed(log, {"events": {"a": b"{}"}})
    assert opened(disk).memory.tables == {"events": {"a": b"{}"}}


def test_a_repair_that_is_not_possible_now_leaves_the_sound_part_readable_and_is_done_by_the_next_commit() -> None:
    content = _log_bytes(commits=3)
    place = content.index(b'{"sent":1}')
    damaged = content[:place] + b"?" + content[place + 1 :]
    disk = RecordingDisk({LOG: damaged})

    def full(number: int, name: str) -> None:
        if name == "write":
            raise OSError(28, "injected")

    disk.fault = full
    log = opened(disk)
    assert state_of(log.memory) == states(workload(1, 3))[1]
    assert log.recovery is not None
    assert "No space left" in log.recovery.message
    assert disk.content(LOG) == damaged
    with pytest.raises(StoreError):
        committed(log, {"events": {"a": b"{}"}})
    disk.fault = lambda number, name: None
    committed(log, {"events": {"a": b"{}"}})
    assert log.recovery.kind == "middle"
    assert log.memory.raw("events", "a") == b"{}"


def test_a_newer_format_is_read_and_its_bytes_stay_as_they_are() -> None:
    newer = _sealed(b'["meta","format",{"version":2}]\n["events","a",{"x":1}]\n', 2)
    for content in (newer, newer + b'["events","b"'):
        disk = RecordingDisk({LOG: content})
        log = opened(disk)
        assert log.memory.tables == {"events": {"a": b'{"x":1}'}}
        with pytest.raises(StoreReadOnly, match="newer version"):
            committed(log, {"events": {"a": b"{}"}})
        assert disk.content(LOG) == content


def _sealed(lines: bytes, count: int) -> bytes:
    return lines + b'[1,%d,"%08x"]\n' % (count, crc32(b"1,%d" % count, crc32(lines)))


def test_a_copied_run_of_old_commits_is_not_replayed() -> None:
    disk = RecordingDisk()
    log = opened(disk, slack=NO_COMPACTION)
    ends = []
    for number in range(6):
        committed(log, {"events": {"a": b'{"n":%d}' % number}})
        ends.append(len(disk.content(LOG)))
    content = disk.content(LOG)
    repeated = content + content[ends[0] : ends[3]]
    state: State = opened(RecordingDisk({LOG: repeated})).memory.tables
    assert state["events"] == {"a": b'{"n":5}'}
