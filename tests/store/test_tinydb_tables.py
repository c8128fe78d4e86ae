"""The tables behave as TinyDB's own, never hand out what is stored, and write no more than needed."""

from __future__ import annotations

from typing import Any

import pytest
from log_workload import LOG, options
from recording_disk import RecordingDisk
from tables_on_disk import document_of, watched
from tinydb import Query, where
from tinydb.operations import increment
from tinydb.table import Table

from tui.store.tables import LogDatabase, LogTable

# TinyDB's operations


def test_inserted_documents_get_new_ids_and_given_ids_are_kept(events: LogTable) -> None:
    given: list[Any] = [events.insert({"subject": "1:1"})]
    given += events.insert_multiple([{"subject": "Review"}, document_of("AAMkAG=", subject="Lunch")])
    assert given == events.ids() == ["new-1", "new-2", "AAMkAG="]
    assert len(events) == 3


def test_ids_that_differ_only_in_case_are_different_documents(events: LogTable) -> None:
    events.upsert(document_of("AAMk", n=1))
    events.upsert(document_of("AAmk", n=2))
    assert events.get(doc_id="AAMk") == {"n": 1}
    assert events.get(doc_id="AAmk") == {"n": 2}


def test_queries_find_update_count_and_remove(events: LogTable) -> None:
    events.insert_multiple([{"n": number, "who": {"name": f"p{number % 2}"}} for number in range(6)])
    assert [document["n"] for document in events.search(where("n") > 3)] == [4, 5]
    assert events.count(Query().who.name == "p1") == 3
    assert events.contains(where("n") == 5)
    events.update(increment("n"), where("n") == 5)
    events.update_multiple([({"place": "last"}, where("n") == 6)])
    found = events.get(where("place") == "last")
    assert found == {"n": 6, "who": {"name": "p1"}, "place": "last"}
    assert len(events.remove(where("n") < 3)) == 3
    assert sorted(document["n"] for document in events) == [3, 4, 6]


def test_upsert_by_query_updates_all_that_match_and_else_inserts(events: LogTable) -> None:
    events.insert_multiple([{"kind": "a", "n": 1}, {"kind": "a", "n": 2}])
    events.upsert({"kind": "a", "colour": "blue"}, where("kind") == "a")
    assert events.count(where("colour") == "blue") == 2
    events.upsert({"kind": "b"}, where("kind") == "b")
    assert events.get(doc_id="new-3") == {"kind": "b"}


def test_get_by_several_ids_gives_those_that_exist(events: LogTable) -> None:
    events.insert_multiple([document_of("a", n=1), document_of("b", n=2), document_of("c", n=3)])
    assert events.get(doc_ids=["c", "missing", "a", "c"]) == [{"n": 3}, {"n": 1}]
    assert events.get(doc_id="missing") is None
    assert not events.contains(doc_id="missing")


def test_truncate_and_drop_table_leave_the_other_tables(database: LogDatabase, events: LogTable) -> None:
    for name in ("events", "outbox", "meta"):
        database.table(name).insert({"n": 1})
    events.truncate()
    database.drop_table("outbox")
    assert database.tables() == {"meta"}
    database.drop_tables()
    assert database.tables() == set()


def test_a_plain_tinydb_table_works_on_the_same_storage(database: LogDatabase, events: LogTable) -> None:
    class PlainTable(Table):
        # A subclass may choose the class of its ids; the annotation only knows TinyDB's own choice, int.
        document_id_class = str  # type: ignore[assignment]

    events.insert(document_of("a", n=1))
    plain = PlainTable(database.storage, "events")
    plain.update({"n": 2})
    plain.insert(document_of("b", n=3))
    # Here too the annotation alone asks for numbers.
    plain.remove(doc_ids=["a"])  # type: ignore[list-item]
    assert events.all() == [{"n": 3}]


def test_inserting_an_id_that_exists_is_refused_and_changes_nothing(disk: RecordingDisk, events: LogTable) -> None:
    events.insert(document_of("a", n=1))
    before = disk.content(LOG)
    with pytest.raises(ValueError, match="already exists"):
        events.insert_multiple([document_of("b", n=2), document_of("a", n=3)])
    assert disk.content(LOG) == before
    assert events.all() == [{"n": 1}]


# Private copies


def test_changing_a_result_changes_nothing_stored_and_no_later_result(events: LogTable) -> None:
    events.insert(document_of("a", who={"name": "Ada"}))
    query = where("who").exists()
    for _ in range(2):
        found = events.search(query)
        assert found == [{"who": {"name": "Ada"}}]
        found[0]["who"]["name"] = "Eve"
    events.all()[0].clear()
    assert events.raw("a") == b'{"who":{"name":"Ada"}}'


def test_a_document_changed_after_it_was_given_stays_as_it_was_given(events: LogTable) -> None:
    given = document_of("a", tags=["x"])
    events.insert(given)
    given["tags"].append("y")
    assert events.get(doc_id="a") == {"tags": ["x"]}


def test_a_search_is_repeated_after_every_change_whoever_made_it(disk: RecordingDisk, events: LogTable) -> None:
    query = where("n") > 0
    assert events.search(query) == []
    with LogDatabase(LOG, options=options(disk)) as other:
        other.table("events").insert(document_of("a", n=1))
    assert events.search(query) == [{"n": 1}]


# Writing no more than needed


def test_an_update_that_changes_nothing_writes_nothing(disk: RecordingDisk, database: LogDatabase) -> None:
    events = database.table("events")
    events.insert(document_of("a", n=1, f=1.5, t="é"))
    before, seen = disk.content(LOG), watched(database)
    events.upsert(document_of("a", n=1))
    events.update({"t": "é"}, where("n") == 1)
    events.remove_ids(["missing"])
    events.put_raw("a", b'{"n":1,"f":1.5,"t":"\xc3\xa9"}')
    with database.transaction():
        events.update({"n": 2})
        events.update({"n": 1})
    assert disk.content(LOG) == before
    assert seen == []


def test_an_untouched_document_is_not_rewritten_however_it_was_spelled(disk: RecordingDisk, events: LogTable) -> None:
    events.put_raw("a", b'{ "n" : 1.0, "t": "\\u00e9" }')
    before = disk.content(LOG)
    events.update({"seen": True}, where("n") == 2)
    assert disk.content(LOG) == before


def test_a_write_appends_only_the_documents_it_changes(disk: RecordingDisk, events: LogTable) -> None:
    events.insert_multiple([document_of(f"e{number}", n=number) for number in range(50)])
    before = disk.content(LOG)
    events.update({"n": -1}, where("n") == 7)
    added = disk.content(LOG).removeprefix(before)
    assert added.startswith(b'["events","e7",{"n":-1}]\n[2,1,"')
