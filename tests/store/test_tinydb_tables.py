"""The tables behave as TinyDB's own, and never hand out or half-write what is stored."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import suppress
from itertools import count
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from log_workload import LOG, options
from recording_disk import RecordingDisk
from tinydb import Query, where
from tinydb.operations import increment
from tinydb.table import Document, Table

from tui.store.errors import DocumentRefused
from tui.store.memory import Changes
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


def _document(document_id: str, **fields: object) -> Document:
    return Document(fields, document_id)  # type: ignore[arg-type]


class Abort(Exception):
    """Ends a transaction from within."""


# TinyDB's operations


def test_inserted_documents_get_new_ids_and_given_ids_are_kept(events: LogTable) -> None:
    given: list[Any] = [events.insert({"subject": "1:1"})]
    given += events.insert_multiple([{"subject": "Review"}, _document("AAMkAG=", subject="Lunch")])
    assert given == events.ids() == ["new-1", "new-2", "AAMkAG="]
    assert len(events) == 3


def test_ids_that_differ_only_in_case_are_different_documents(events: LogTable) -> None:
    events.upsert(_document("AAMk", n=1))
    events.upsert(_document("AAmk", n=2))
    assert events.get(doc_id="AAMk") == {"n": 1}
    assert events.get(doc_id="AAmk") == {"n": 2}


def test_queries_find_update_count_and_remove(events: LogTable) -> None:
    events.insert_multiple([{"n": number, "who": {"name": f"p{number % 2}"}} for number in range(6)])
    assert [document["n"] for document in events.search(where("n") > 3)] == [4, 5]
    assert events.count(Query().who.name == "p1") == 3
    assert events.contains(where("n") == 5)
    events.update(increment("n"), where("n") == 5)
    events.update_multiple([({"last": True}, where("n") == 6)])
    found = events.get(where("last") == True)  # noqa: E712
    assert found == {"n": 6, "who": {"name": "p1"}, "last": True}
    assert len(events.remove(where("n") < 3)) == 3
    assert sorted(document["n"] for document in events) == [3, 4, 6]


def test_upsert_by_query_updates_all_that_match_and_else_inserts(events: LogTable) -> None:
    events.insert_multiple([{"kind": "a", "n": 1}, {"kind": "a", "n": 2}])
    events.upsert({"kind": "a", "seen": True}, where("kind") == "a")
    assert events.count(where("seen") == True) == 2  # noqa: E712
    events.upsert({"kind": "b"}, where("kind") == "b")
    assert events.get(doc_id="new-3") == {"kind": "b"}


def test_get_by_several_ids_gives_those_that_exist(events: LogTable) -> None:
    events.insert_multiple([_document("a", n=1), _document("b", n=2), _document("c", n=3)])
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
        document_id_class = str  # type: ignore[assignment]

    events.insert(_document("a", n=1))
    plain = PlainTable(database.storage, "events")
    plain.update({"n": 2})
    plain.insert(_document("b", n=3))
    plain.remove(doc_ids=["a"])  # type: ignore[list-item]
    assert events.all() == [{"n": 3}]


def test_inserting_an_id_that_exists_is_refused_and_changes_nothing(disk: RecordingDisk, events: LogTable) -> None:
    events.insert(_document("a", n=1))
    before = disk.content(LOG)
    with pytest.raises(ValueError, match="already exists"):
        events.insert_multiple([_document("b", n=2), _document("a", n=3)])
    assert disk.content(LOG) == before
    assert events.all() == [{"n": 1}]


# Private copies


def test_changing_a_result_changes_nothing_stored_and_no_later_result(events: LogTable) -> None:
    events.insert(_document("a", who={"name": "Ada"}))
    query = where("who").exists()
    for _ in range(2):
        found = events.search(query)
        assert found == [{"who": {"name": "Ada"}}]
        found[0]["who"]["name"] = "Eve"
    events.all()[0].clear()
    assert events.raw("a") == b'{"who":{"name":"Ada"}}'


def test_a_document_changed_after_it_was_given_stays_as_it_was_given(events: LogTable) -> None:
    given = _document("a", tags=["x"])
    events.insert(given)
    given["tags"].append("y")
    assert events.get(doc_id="a") == {"tags": ["x"]}


def test_a_search_is_repeated_after_every_change_whoever_made_it(disk: RecordingDisk, events: LogTable) -> None:
    query = where("n") > 0
    assert events.search(query) == []
    with LogDatabase(LOG, options=options(disk)) as other:
        other.table("events").insert(_document("a", n=1))
    assert events.search(query) == [{"n": 1}]


# Writing no more than needed


def test_an_update_that_changes_nothing_writes_nothing(disk: RecordingDisk, database: LogDatabase) -> None:
    events = database.table("events")
    events.insert(_document("a", n=1, f=1.5, t="é"))
    before, seen = disk.content(LOG), _watched(database)
    events.upsert(_document("a", n=1))
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
    events.insert_multiple([_document(f"e{number}", n=number) for number in range(50)])
    before = disk.content(LOG)
    events.update({"n": -1}, where("n") == 7)
    added = disk.content(LOG).removeprefix(before)
    assert added.startswith(b'["events","e7",{"n":-1}]\n[2,1,"')


# Transactions


def test_a_transaction_over_several_tables_is_one_commit(disk: RecordingDisk, database: LogDatabase) -> None:
    seen = _watched(database)
    with database.transaction():
        database.table("events").insert(_document("a", n=1))
        database.table("outbox").insert(_document("o", tx="t"))
        database.table("events").put_raw("b", b"{}")
    assert seen == [{"events": {"a": (None, b'{"n":1}'), "b": (None, b"{}")}, "outbox": {"o": (None, b'{"tx":"t"}')}}]
    assert sum(line.startswith(b"[1,") for line in disk.content(LOG).splitlines()) == 1


def test_a_transaction_reads_its_own_writes_and_an_exception_discards_them_all(
    disk: RecordingDisk, database: LogDatabase
) -> None:
    events, query = database.table("events"), where("n") > 0
    events.insert(_document("a", n=1))
    before = disk.content(LOG)
    with suppress(Abort), database.transaction():
        events.update({"n": 2})
        events.insert(_document("b", n=3))
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
        events.insert(_document("a", n=1))
        with suppress(Abort), database.transaction():
            events.update({"n": 2})
            events.insert(_document("b", n=2))
            raise Abort
        events.insert(_document("c", n=3))
    assert events.all() == [{"n": 1}, {"n": 3}]


def test_a_failing_update_function_changes_no_document(events: LogTable) -> None:
    events.insert_multiple([{"n": 1}, {"n": 2}, {"m": 3}])
    with pytest.raises(KeyError):
        events.update(increment("n"))
    assert [dict(document) for document in events] == [{"n": 1}, {"n": 2}, {"m": 3}]


# What cannot be stored


@pytest.mark.parametrize(
    "value",
    [2**64, -(2**63) - 1, math.nan, math.inf, "\ud800", {1: 2}, {"x"}, b"bytes", [[math.nan]], object()],
    ids=lambda value: repr(value)[:20],
)
def test_a_value_that_json_would_change_is_refused_before_anything_is_written(
    disk: RecordingDisk, events: LogTable, value: object
) -> None:
    events.insert(_document("a", n=1))
    before = disk.content(LOG)
    with pytest.raises(DocumentRefused):
        events.insert_multiple([_document("b", n=1), _document("c", nested={"x": value})])
    assert disk.content(LOG) == before
    assert events.ids() == ["a"]


def test_a_document_nested_too_deeply_is_refused(events: LogTable) -> None:
    with pytest.raises(DocumentRefused, match="too deeply"):
        events.put_raw("a", b'{"x":' * 100_000 + b"1" + b"}" * 100_000)
    with pytest.raises(DocumentRefused, match="too deeply"):
        events.insert(_nested(100_000))
    assert len(events) == 0


@pytest.mark.parametrize("levels", [100, 500, 800, 900])
def test_a_nested_document_that_is_accepted_can_be_read_back_from_a_deeper_stack(
    disk: RecordingDisk, events: LogTable, levels: int
) -> None:
    try:
        events.put_raw("a", b'{"x":' * levels + b"{}" + b"}" * levels)
    except DocumentRefused:
        assert levels > 100
    else:
        found = _read_back(disk, deeper=200)
        depth = 0
        while found:
            found, depth = found["x"], depth + 1
        assert depth == levels


def _read_back(disk: RecordingDisk, deeper: int) -> dict[str, Any]:
    if deeper:
        return _read_back(disk, deeper - 1)
    with LogDatabase(LOG, options=options(RecordingDisk({LOG: disk.content(LOG)}))) as database:
        found = database.table("events").get(doc_id="a")
        assert isinstance(found, dict)
        return found


def _nested(levels: int) -> dict[str, Any]:
    document: dict[str, Any] = {}
    for _ in range(levels):
        document = {"x": document}
    return document


@pytest.mark.parametrize(
    "raw",
    [b"", b"[]", b"1", b'{"a":1}\n', b'{"a":\n1}', b'{"a":tru}', b'{"a":1}{}', b' {"a":1}', b'{"a":"\xff"}', b"]["],
)
def test_raw_bytes_that_are_not_one_json_object_on_one_line_are_refused(events: LogTable, raw: bytes) -> None:
    with pytest.raises(DocumentRefused):
        events.put_raw("a", raw)
    assert len(events) == 0


def test_an_id_that_is_not_unicode_and_the_id_of_the_file_format_are_refused(database: LogDatabase) -> None:
    with pytest.raises(DocumentRefused, match="Unicode"):
        database.table("events").put_raw("\udcff", b"{}")
    with pytest.raises(DocumentRefused, match="meta/format"):
        database.table("meta").put_raw("format", b"{}")


# Watchers


def _watched(database: LogDatabase) -> list[Changes]:
    seen: list[Changes] = []
    database.watch(seen.append)
    return seen


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
    seen = _watched(database)
    with LogDatabase(LOG, options=options(_View(disk))) as other:
        other.table("events").put_raw("a", b'{"n":1}')
    with pytest.raises(Abort), database.transaction():
        raise Abort
    assert seen == [{"events": {"a": (None, b'{"n":1}')}}]
    with LogDatabase(LOG, options=options(_View(disk))) as other:
        other.table("events").put_raw("a", b'{"n":2}')
    database.table("events").put_raw("a", b'{"n":3}')
    assert seen[1:] == [{"events": {"a": (b'{"n":1}', b'{"n":2}')}}, {"events": {"a": (b'{"n":2}', b'{"n":3}')}}]


def test_a_watcher_that_commits_in_turn_is_heard_after_the_commit_that_caused_it(database: LogDatabase) -> None:
    counted: list[int] = []
    seen = _watched(database)

    def mirror(changes: Changes) -> None:
        if "events" in changes:
            counted.append(len(database.table("events")))
            database.table("outbox").put_raw("o", b'{"n":%d}' % len(counted))

    database.watch(mirror)
    later = _watched(database)
    database.table("events").put_raw("a", b"{}")
    assert seen == later == [{"events": {"a": (None, b"{}")}}, {"outbox": {"o": (None, b'{"n":1}')}}]


def test_a_closed_database_hears_nothing_more_while_another_goes_on(disk: RecordingDisk, database: LogDatabase) -> None:
    with LogDatabase(LOG, options=options(disk)) as other:
        seen = _watched(other)
    database.table("events").put_raw("a", b"{}")
    assert seen == []


def test_a_failing_watcher_keeps_no_other_from_hearing(database: LogDatabase) -> None:
    def failing(changes: Changes) -> None:
        raise LookupError

    database.watch(failing)
    seen = _watched(database)
    with pytest.raises(LookupError):
        database.table("events").put_raw("a", b"{}")
    assert seen == [{"events": {"a": (None, b"{}")}}]
    assert database.table("events").ids() == ["a"]


# Like a dictionary


_ids = st.sampled_from(["a", "A", "é", 'quote"', "back\\slash", "\u2028", "😀", ""]) | st.text(
    st.characters(codec="utf-8"), max_size=4
)
_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8"), max_size=6),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["k", "é"]), inner),
    max_leaves=4,
)
_documents = st.dictionaries(st.sampled_from(["n", "m", "x y", "é"]), _values, max_size=3)
_tables = st.sampled_from(["events", "outbox", 'ta"ble'])


class LikeADictionary(RuleBasedStateMachine):
    """Whatever is done, the tables hold what two nested dictionaries would."""

    @initialize()
    def start(self) -> None:
        self.disk = RecordingDisk()
        self.model: dict[str, dict[str, dict[str, Any]]] = {}
        self.followed: dict[str, dict[str, bytes]] = {}
        self.numbers = count()
        self._open()

    def _open(self) -> None:
        self.database = LogDatabase(LOG, options=options(self.disk), new_id=lambda: f"new-{next(self.numbers)}")
        self.database.watch(self._follow)

    def _follow(self, changes: Changes) -> None:
        for table, rows in changes.items():
            for name, (old, new) in rows.items():
                assert self.followed.get(table, {}).get(name) == old
                if new is None:
                    del self.followed[table][name]
                else:
                    self.followed.setdefault(table, {})[name] = new

    def _model(self, table: str) -> dict[str, dict[str, Any]]:
        return self.model.setdefault(table, {})

    @rule(table=_tables, name=_ids, document=_documents)
    def upsert(self, table: str, name: str, document: dict[str, Any]) -> None:
        self.database.table(table).upsert(_document(name, **document))
        self._model(table).setdefault(name, {}).update(document)

    @rule(table=_tables, document=_documents)
    def insert(self, table: str, document: dict[str, Any]) -> None:
        name = self.database.table(table).insert(document)
        self._model(table)[str(name)] = document

    @rule(table=_tables, document=_documents, field=st.sampled_from(["n", "m"]))
    def update_by_query(self, table: str, document: dict[str, Any], field: str) -> None:
        self.database.table(table).update(document, where(field).exists())
        for stored in self._model(table).values():
            if field in stored:
                stored.update(document)

    @rule(table=_tables, field=st.sampled_from(["n", "m"]))
    def remove_by_query(self, table: str, field: str) -> None:
        self.database.table(table).remove(where(field).exists())
        self.model[table] = {name: stored for name, stored in self._model(table).items() if field not in stored}

    @rule(table=_tables, name=_ids)
    def remove_by_id(self, table: str, name: str) -> None:
        self.database.table(table).remove(doc_ids=[name])  # type: ignore[list-item]
        self._model(table).pop(name, None)

    @rule(table=_tables)
    def truncate(self, table: str) -> None:
        self.database.table(table).truncate()
        self.model.pop(table, None)

    @rule(table=_tables, name=_ids, document=_documents, other=_tables)
    def transact(self, table: str, name: str, document: dict[str, Any], other: str) -> None:
        with self.database.transaction():
            self.database.table(other).truncate()
            self.database.table(table).upsert(_document(name, **document))
        self.model.pop(other, None)
        self._model(table).setdefault(name, {}).update(document)

    @rule(table=_tables, name=_ids, document=_documents)
    def abort(self, table: str, name: str, document: dict[str, Any]) -> None:
        with suppress(Abort), self.database.transaction():
            self.database.table(table).upsert(_document(name, **document))
            self.database.table("events").truncate()
            raise Abort

    @rule(tail=st.sampled_from([b"", b'["events","a"', b"\0\0", b'["events","a",{"n":1}']))
    def crash(self, tail: bytes) -> None:
        files = {path: bytes(inode.content) for path, inode in self.disk.names.items()}
        if files.get(LOG):
            files[LOG] += tail
        self.disk = RecordingDisk(files)
        self._open()

    @rule()
    def reopen(self) -> None:
        self.database.close()
        self._open()

    @rule(table=_tables, name=_ids, document=_documents)
    def write_through_a_second_process(self, table: str, name: str, document: dict[str, Any]) -> None:
        with LogDatabase(LOG, options=options(_View(self.disk))) as other:
            other.table(table).upsert(_document(name, **document))
        self._model(table).setdefault(name, {}).update(document)
        self.database.catch_up()

    @invariant()
    def holds_the_same(self) -> None:
        expected = {table: rows for table, rows in self.model.items() if rows}
        assert self.database.tables() == set(expected)
        for table, rows in expected.items():
            stored = self.database.table(table)
            assert {str(document.doc_id): dict(document) for document in stored} == rows
            assert len(stored) == len(rows)
        assert {table: rows for table, rows in self.followed.items() if rows} == {
            table: dict(self.database.table(table).raw_items()) for table in expected
        }


class _View(RecordingDisk):
    """The same disk, seen by what counts as another process."""

    def __init__(self, disk: RecordingDisk) -> None:
        super().__init__()
        self.names, self.durable_names, self.pending_names = disk.names, disk.durable_names, disk.pending_names


TestLikeADictionary = LikeADictionary.TestCase
