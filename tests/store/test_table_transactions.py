"""A transaction is one commit or none; watchers hear of each commit, once and in order."""

from __future__ import annotations

from contextlib import suppress

import pytest
from log_workload import LOG, options
from recording_disk import RecordingDisk
from tables_on_disk import Abort, OtherProcessDisk, document_of, watched
from tinydb import where
from tinydb.operations import increment

from tui.store.memory import Changes
from tui.store.tables import LogDatabase, LogTable

# Transactions


def test_a_transaction_over_several_tables_is_one_commit(disk: RecordingDisk, database: LogDatabase) -> None:
    seen = watched(database)
    with database.transaction():
        database.table("events").insert(document_of("a", n=1))
        database.table("outbox").insert(document_of("o", tx="t"))
        database.table("events").put_raw("b", b"{}")
    assert seen == [{"events": {"a": (None, b'{"n":1}'), "b": (None, b"{}")}, "outbox": {"o": (None, b'{"tx":"t"}')}}]
    assert sum(line.startswith(b"[1,") for line in disk.content(LOG).splitlines()) == 1


def test_a_transaction_reads_its_own_writes_and_an_exception_discards_them_all(
    disk: RecordingDisk, database: LogDatabase
) -> None:
    events, query = database.table("events"), where("n") > 0
    events.insert(document_of("a", n=1))
    before = disk.content(LOG)
    with suppress(Abort), database.transaction():
        events.update({"n": 2})
        events.insert(document_of("b", n=3))
        # TinyDB's annotations take ids for numbers; the table's are text.
        events.remove(doc_ids=["a"])  # type: ignore[list-item]
        database.table("outbox").insert({"n": 1})
        assert events.search(query) == [{"n": 3}]
        assert (len(events), events.ids(), database.tables()) == (1, ["b"], {"events", "outbox"})
        raise Abort
    assert events.search(query) == [{"n": 1}]
    assert disk.content(LOG) == before


def test_a_caught_exception_of_an_inner_transaction_discards_only_the_inner_one(database: LogDatabase) -> None:
    events = database.table("events")
    with database.transaction():
        events.insert(document_of("a", n=1))
        with suppress(Abort), database.transaction():
            events.update({"n": 2})
            events.insert(document_of("b", n=2))
            raise Abort
        events.insert(document_of("c", n=3))
    assert events.all() == [{"n": 1}, {"n": 3}]


def test_a_failing_update_function_changes_no_document(events: LogTable) -> None:
    events.insert_multiple([{"n": 1}, {"n": 2}, {"m": 3}])
    with pytest.raises(KeyError):
        events.update(increment("n"))
    assert [dict(document) for document in events] == [{"n": 1}, {"n": 2}, {"m": 3}]


# Watchers


def test_watchers_hear_what_each_commit_changed_until_they_are_ended(database: LogDatabase) -> None:
    seen: list[Changes] = []
    end = database.watch(seen.append)
    events = database.table("events")
    events.put_raw("a", b'{"n":1}')
    events.put_raw("a", b'{"n":2}')
    events.remove_ids(["a"])
    end()
    events.put_raw("a", b'{"n":3}')
    assert seen == [
        {"events": {"a": (None, b'{"n":1}')}},
        {"events": {"a": (b'{"n":1}', b'{"n":2}')}},
        {"events": {"a": (b'{"n":2}', None)}},
    ]


def test_a_commit_that_first_finds_another_process_s_commit_tells_of_both_in_order(
    disk: RecordingDisk, database: LogDatabase
) -> None:
    seen = watched(database)
    with LogDatabase(LOG, options=options(OtherProcessDisk(disk))) as other:
        other.table("events").put_raw("a", b'{"n":1}')
    with pytest.raises(Abort), database.transaction():
        raise Abort
    assert seen == [{"events": {"a": (None, b'{"n":1}')}}]
    with LogDatabase(LOG, options=options(OtherProcessDisk(disk))) as other:
        other.table("events").put_raw("a", b'{"n":2}')
    database.table("events").put_raw("a", b'{"n":3}')
    assert seen[1:] == [{"events": {"a": (b'{"n":1}', b'{"n":2}')}}, {"events": {"a": (b'{"n":2}', b'{"n":3}')}}]


def test_a_watcher_that_commits_in_turn_is_heard_after_the_commit_that_caused_it(database: LogDatabase) -> None:
    counted: list[int] = []
    seen = watched(database)

    def mirror(changes: Changes) -> None:
        if "events" in changes:
            counted.append(len(database.table("events")))
            database.table("outbox").put_raw("o", b'{"n":%d}' % len(counted))

    database.watch(mirror)
    later = watched(database)
    database.table("events").put_raw("a", b"{}")
    assert seen == later == [{"events": {"a": (None, b"{}")}}, {"outbox": {"o": (None, b'{"n":1}')}}]


def test_a_closed_database_hears_nothing_more_while_another_goes_on(disk: RecordingDisk, database: LogDatabase) -> None:
    with LogDatabase(LOG, options=options(disk)) as other:
        seen = watched(other)
    database.table("events").put_raw("a", b"{}")
    assert seen == []


def test_a_failing_watcher_keeps_no_other_from_hearing(database: LogDatabase) -> None:
    def failing(changes: Changes) -> None:
        raise LookupError

    database.watch(failing)
    seen = watched(database)
    with pytest.raises(LookupError):
        database.table("events").put_raw("a", b"{}")
    assert seen == [{"events": {"a": (None, b"{}")}}]
    assert database.table("events").ids() == ["a"]
