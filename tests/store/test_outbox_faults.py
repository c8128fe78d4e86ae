"""The outbox when the disk fails, the power goes, the file is damaged, or somebody else writes too."""

from __future__ import annotations

import errno
import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from calendar_on_disk import KEY, NOW, a_create, an_update, event, hours, round_of, shown, store_on
from log_workload import LOG, State, opened, state_of
from outbox_writer import __file__ as writer
from recording_disk import FATES, PowerLossError, RecordingDisk

from tui.domain.bookings import Delete, Entry, FailureKind
from tui.errors import StoreError
from tui.store.calendars import CalendarStore
from tui.store.errors import CommitUnknown
from tui.store.recovery import OUTBOX
from tui.store.tables import LogDatabase

MADE = event("new", subject="lunch", when=hours("12:00", "13:00"), transaction_id="tx-1")
STAGED_BY_EACH = 25
UNKNOWN = (
    b'{"id":"%b","order":40,"target":"a","action":{"type":"teleport","to":"Mars"},"staged_at":"2026-11-23T09:00:00Z"}'
)


def steps(store: CalendarStore) -> list[Callable[[], object]]:
    """What happens to a lunch and to two other events, a commit each."""
    outbox = store.outbox

    def entry(target: str) -> Entry:
        return next(entry for entry in outbox.entries() if entry.target.startswith(target))

    return [
        lambda: round_of(store, event("a"), event("b")),
        lambda: outbox.stage(a_create(), now=NOW),
        lambda: outbox.stage(an_update(location="Room 4"), target=entry("local:").target, now=NOW),
        lambda: outbox.stage(Delete(), target="a", now=NOW),
        lambda: outbox.mark(entry("local:")),
        lambda: outbox.settle(entry("local:"), MADE),
        lambda: outbox.mark(entry("a")),
        lambda: outbox.fail(entry("a"), FailureKind.UNCERTAIN, "It may have been sent.", NOW),
        lambda: outbox.retry(outbox.failed()[0].entry.id, etag="a-2", now=NOW),
        lambda: round_of(store, event("c"), deletes=["b"]),
        lambda: outbox.settle(entry("a"), gone=("a",)),
        lambda: outbox.drop(entry("new").id),
    ]


def state_on(disk: RecordingDisk) -> State:
    """What the next start finds."""
    return state_of(opened(RecordingDisk({path: bytes(inode.content) for path, inode in disk.names.items()})).memory)


def states() -> list[State]:
    """What stands in the tables before the first and after each of the steps."""
    disk = RecordingDisk()
    store = store_on(disk)
    found = [state_on(disk)]
    for step in steps(store):
        step()
        found.append(state_on(disk))
    return found


def test_every_step_changes_something_by_one_commit() -> None:
    disk = RecordingDisk()
    seals: list[int] = []
    for step in steps(store_on(disk)):
        before = opened(disk)._content.end.sequence
        step()
        seals.append(opened(disk)._content.end.sequence - before)

    found = states()
    assert all(before != after for before, after in pairwise(found))
    assert seals == [1] * (len(found) - 1)


@pytest.mark.parametrize("code", [errno.EIO, errno.ENOSPC])
@pytest.mark.parametrize("lasting", [False, True])
def test_a_refused_commit_stages_nothing_and_loses_nothing(code: int, lasting: bool) -> None:
    expected = states()
    for number in range(len(expected) - 1):
        refusals = 0
        for failing in range(1, 40):
            disk = RecordingDisk()
            store = store_on(disk)
            for step in steps(store)[:number]:
                step()
            entries, failed, copies = store.outbox.entries(), store.outbox.failed(), store.copies()
            start = disk.operations + failing

            def fault(operation: int, name: str, start: int = start) -> None:
                if operation == start or (lasting and operation > start):
                    raise OSError(code, "injected")

            disk.fault = fault
            try:
                steps(store)[number]()
            except CommitUnknown:
                assert state_on(disk) in expected[number : number + 2]
            except StoreError:
                refusals += 1
                assert (store.outbox.entries(), store.outbox.failed(), store.copies()) == (entries, failed, copies)
                assert state_on(disk) == expected[number]
            else:
                assert state_on(disk) == expected[number + 1]
        assert refusals


def test_after_a_power_loss_the_outbox_and_the_events_are_of_one_moment() -> None:
    expected = states()
    random = Random(7)
    whole = RecordingDisk()
    for step in steps(store_on(whole)):
        step()
    for after in range(1, whole.operations + 1):
        disk = RecordingDisk()
        disk.power_loss_after = after
        acknowledged = 0
        try:
            for step in steps(store_on(disk)):
                step()
                acknowledged += 1
        except PowerLossError:
            pass
        for fate in FATES:
            found = state_of(opened(disk.after_power_loss(fate, random)).memory)
            assert found in expected[acknowledged : acknowledged + 2]


def test_two_processes_that_stage_at_once_lose_nothing_and_share_no_order(tmp_path: Path) -> None:
    path = tmp_path / "calendar.jsonl"
    command = [sys.executable, writer, str(path)]
    processes = [
        subprocess.Popen([*command, name, str(STAGED_BY_EACH)], stdout=subprocess.PIPE, text=True)
        for name in ("one", "two")
    ]
    told = [process.communicate()[0].split() for process in processes]

    assert [process.returncode for process in processes] == [0, 0]
    store = CalendarStore(KEY, LogDatabase(path), path.with_suffix(".synced"))
    entries = store.outbox.entries()
    assert [entry.order for entry in entries] == list(range(1, 2 * STAGED_BY_EACH + 1))
    for name, orders in zip(("one", "two"), told, strict=True):
        assert [str(entry.order) for entry in entries if entry.target == name] == orders
    store.close()


@pytest.fixture
def damaged() -> RecordingDisk:
    """Three staged changes, the second of a kind unknown here; a commit among them is damaged."""
    disk = RecordingDisk()
    store = store_on(disk)
    round_of(store, event("a"), event("b"))
    store.outbox.stage(Delete(), target="a", now=NOW)
    put_raw(disk, OUTBOX, "unknown", UNKNOWN % b"unknown")
    round_of(store, event("lost"))
    store.outbox.stage(an_update(subject="renamed"), target="b", now=NOW)
    content = disk.content(LOG)
    place = content.index(b'"lost"')
    return RecordingDisk({LOG: content[:place] + b"?" + content[place + 1 :]})


def put_raw(disk: RecordingDisk, table: str, document_id: str, document: bytes) -> RecordingDisk:
    """Store a document as a newer version of the program would; the disk that the next start finds."""
    log = opened(disk)
    with log.exclusive():
        log.commit({table: {document_id: document}})
    return RecordingDisk({path: bytes(inode.content) for path, inode in disk.names.items()})


def test_damage_in_the_middle_leaves_every_staged_change_doubtful(damaged: RecordingDisk) -> None:
    store = store_on(damaged)

    assert [(entry.target, entry.doubtful) for entry in store.outbox.entries()] == [("a", True), ("b", True)]
    assert store.mark() is None
    assert store.recovery is not None
    assert store.recovery.kind == "middle"
    assert b'"doubtful":true' in damaged.content(LOG).split(b'"unknown"', 1)[1].splitlines()[0]


def test_damage_to_the_newest_commit_leaves_what_was_staged_before_doubtful() -> None:
    disk = RecordingDisk()
    store = store_on(disk)
    store.outbox.mark(store.outbox.stage(Delete(), target="a", now=NOW))
    content = disk.content(LOG)
    store = store_on(RecordingDisk({LOG: content[:-3] + b'?"]\n'[:3]}))

    (entry,) = store.outbox.entries()
    assert (entry.attempts, entry.doubtful) == (0, True)


@pytest.mark.parametrize("table", ["outbox", "failed"])
@pytest.mark.parametrize(
    "document",
    [
        UNKNOWN % b"strange",
        b"{}",
        b'{"order":"first","entry":7}',
        b'{"id":"strange","order":40,"target":"a","action":{"type":"create","wanted":{},"transaction_id":"t"},'
        b'"staged_at":"2026-11-23T09:00:00Z"}',
    ],
)
def test_what_only_a_newer_version_understands_is_passed_over_and_kept(table: str, document: bytes) -> None:
    disk = RecordingDisk()
    round_of(store_on(disk), event("a"))
    disk = put_raw(disk, table, "strange", document)
    store = store_on(disk)

    assert (store.outbox.entries(), store.outbox.failed()) == ((), ())
    assert shown(store) == {"a": ("a", False)}
    entry = store.outbox.mark(store.outbox.stage(Delete(), target="a", now=NOW))
    store.outbox.settle(entry, gone=("a",))
    round_of(store, event("b"), whole=True)
    assert opened(disk).memory.raw(table, "strange") == document


def test_a_new_change_goes_behind_one_that_only_a_newer_version_understands() -> None:
    disk = RecordingDisk()
    disk = put_raw(disk, OUTBOX, "strange", UNKNOWN % b"strange")

    assert store_on(disk).outbox.stage(Delete(), target="a", now=NOW).order == 41


def test_an_event_that_only_a_newer_version_understands_is_passed_over_and_kept() -> None:
    disk = RecordingDisk()
    round_of(store_on(disk), event("a"))
    document = b'{"id":"odd","when":["t","2026-11-23T09:00:00Z","2026-11-23T10:00:00Z"],"type":"hologram"}'
    following = store_on(disk)
    assert shown(following) == {"a": ("a", False)}
    disk = put_raw(disk, "events", "odd", document)
    assert following.catch_up()

    for store in (following, store_on(disk)):
        assert shown(store) == {"a": ("a", False)}
        assert store.event("odd") is None
        round_of(store, event("a", subject="other"))
        assert shown(store) == {"a": ("other", False)}
    assert opened(disk).memory.raw("events", "odd") == document
