"""Whatever is done in whatever order, the tables hold what nested dictionaries would."""

from __future__ import annotations

from contextlib import suppress
from itertools import count
from typing import Any

import pytest
from counts import count as counted
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from log_workload import LOG, options
from recording_disk import RecordingDisk
from tables_on_disk import Abort, OtherProcessDisk, document_of
from tinydb import where

from tui.store.memory import Changes
from tui.store.tables import LogDatabase

EXAMPLES = counted(reduced=200, full=2_000)
EXAMPLES_BEFORE_A_RELEASE = 20_000
STEPS = 30

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
        self.database.table(table).upsert(document_of(name, **document))
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
        # TinyDB's annotations take ids for numbers; the table's are text.
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
            self.database.table(table).upsert(document_of(name, **document))
        self.model.pop(other, None)
        self._model(table).setdefault(name, {}).update(document)

    @rule(table=_tables, name=_ids, document=_documents)
    def abort(self, table: str, name: str, document: dict[str, Any]) -> None:
        with suppress(Abort), self.database.transaction():
            self.database.table(table).upsert(document_of(name, **document))
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
        with LogDatabase(LOG, options=options(OtherProcessDisk(self.disk))) as other:
            other.table(table).upsert(document_of(name, **document))
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


class LikeADictionaryForLong(LikeADictionary):
    """The same for many more examples."""


TestLikeADictionary = LikeADictionary.TestCase
TestLikeADictionary.settings = settings(max_examples=EXAMPLES, stateful_step_count=STEPS)
TestLikeADictionaryForLong = pytest.mark.long(LikeADictionaryForLong.TestCase)
TestLikeADictionaryForLong.settings = settings(max_examples=EXAMPLES_BEFORE_A_RELEASE, stateful_step_count=STEPS)
