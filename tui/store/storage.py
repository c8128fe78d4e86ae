"""A log as a TinyDB storage: transactions over all its tables, watchers, and one user at a time.

Edits are staged in layers above the log's memory and become one commit when the outermost transaction
ends; a transaction that raises leaves nothing behind, nor does a nested one whose exception is caught.
The lock of threads is held through a transaction, so nobody reads what is not yet, or never will be, saved.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any
from uuid import uuid4

from tinydb.storages import Storage

from tui.store.encoding import decode_document, encode_document, encode_text
from tui.store.errors import DocumentRefused
from tui.store.filesystem import FileSystem
from tui.store.lines import FORMAT_ID, META_TABLE
from tui.store.log import Log
from tui.store.memory import NO_CHANGES, Changes, Edits
from tui.store.recovery import Recovery

Watcher = Callable[[Changes], None]


def random_id() -> str:
    """An id that no other document has."""
    return uuid4().hex


class LogStorage(Storage):
    """The documents of one log, for any number of threads.

    ``revision`` changes whenever what can be read may have changed. ``closing`` is called by ``close``; without it
    the log is closed at once.
    """

    def __init__(
        self, log: Log, *, new_id: Callable[[], str] = random_id, closing: Callable[[], None] | None = None
    ) -> None:
        super().__init__()
        self.revision = 0
        self.new_id = new_id
        self._log = log
        self._closing = closing or log.close
        self._guard = threading.RLock()
        self._layers: list[Edits] = []
        self._watchers: list[Watcher] = []
        self._untold: deque[Changes] = deque()
        self._telling = False

    @property
    def recovery(self) -> Recovery | None:
        """What opening the log had to do, if anything."""
        return self._log.recovery

    @property
    def file_system(self) -> FileSystem:
        """The disk that the log is on."""
        return self._log.file_system

    # TinyDB's side

    def read(self) -> dict[str, dict[str, Any]] | None:
        """TinyDB's view: table → id → document. The tables are live and parse a document when it is read."""
        names = self.tables()
        return {name: StoredDocuments(self, name) for name in names} if names else None  # type: ignore[misc]

    def write(self, data: dict[str, dict[str, Any]]) -> None:
        """Make the documents these, by one commit of what differs."""
        with self.transaction():
            for name in self.tables() - data.keys():
                self.edit(name, dict.fromkeys(self.ids(name)))
            for name, documents in data.items():
                if not isinstance(documents, StoredDocuments):
                    self._make(name, documents)

    def close(self) -> None:
        self._closing()

    def _make(self, table: str, documents: Mapping[str, Any]) -> None:
        wanted: dict[str, bytes | None] = {str(key): encode_document(dict(value)) for key, value in documents.items()}
        gone = [document_id for document_id in self.ids(table) if document_id not in wanted]
        self.edit(table, wanted | dict.fromkeys(gone))

    # Reading

    def tables(self) -> set[str]:
        """The names of the tables that hold a document."""
        with self._guard:
            names = {*self._log.memory.tables, *(name for layer in self._layers for name in layer)}
            return {name for name in names if not self._layers or self.ids(name)}

    def raw(self, table: str, document_id: str) -> bytes | None:
        """The document as JSON, or None."""
        with self._guard:
            for layer in reversed(self._layers):
                rows = layer.get(table)
                if rows is not None and document_id in rows:
                    return rows[document_id]
            return self._log.memory.raw(table, document_id)

    def raw_items(self, table: str) -> list[tuple[str, bytes]]:
        """All documents of a table as (id, JSON)."""
        with self._guard:
            return list(self._rows(table).items())

    def ids(self, table: str) -> list[str]:
        """The ids of all documents of a table."""
        with self._guard:
            return list(self._rows(table))

    def count(self, table: str) -> int:
        """How many documents a table holds."""
        with self._guard:
            return len(self._rows(table))

    def _rows(self, table: str) -> dict[str, bytes]:
        stored = self._log.memory.tables.get(table, {})
        staged = [rows for layer in self._layers if (rows := layer.get(table))]
        if not staged:
            return stored
        merged: dict[str, bytes | None] = dict(stored)
        for rows in staged:
            merged.update(rows)
        return {document_id: value for document_id, value in merged.items() if value is not None}

    # Writing

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All edits of the block are one commit, on the disk when the block is left, or none of them happens.

        The commit lock is held meanwhile, so others' commits wait: never await, or wait for the network or a
        person, inside. Raises StoreError and its kinds; whatever the block raises is passed on.
        """
        with self._guard:
            if self._layers:
                with self._layer() as edits:
                    yield
                self._merge_down(edits)
                return
            try:
                with self._log.exclusive() as found:
                    self._note(found)
                    with self._layer() as edits:
                        yield
                    if needed := self._log.memory.needed(edits):
                        self._note(self._log.commit(needed))
            finally:
                self._tell()

    def edit(self, table: str, rows: Mapping[str, bytes | None]) -> None:
        """Put documents, given as JSON objects on one line, or remove those given as None."""
        for document_id in rows:
            encode_text(document_id)
            if table == META_TABLE and document_id == FORMAT_ID:
                raise DocumentRefused("The document meta/format belongs to the file itself.")
        encode_text(table)
        with self._guard:
            if not self._layers:
                with self.transaction():
                    self.edit(table, rows)
                return
            self._layers[-1].setdefault(table, {}).update(rows)
            self.revision += 1

    @contextmanager
    def _layer(self) -> Iterator[Edits]:
        edits: Edits = {}
        self._layers.append(edits)
        try:
            yield edits
        finally:
            self._layers.pop()
            self.revision += 1

    def _merge_down(self, edits: Edits) -> None:
        for table, rows in edits.items():
            self._layers[-1].setdefault(table, {}).update(rows)

    # Following

    def catch_up(self) -> bool:
        """Take in what other processes have committed; whether there was anything. Nothing inside a transaction."""
        with self._guard:
            if self._layers:
                return False
            found = self._log.catch_up()
            self._note(found)
            self._tell()
            return bool(found)

    def reopen(self) -> None:
        """Start again from the disk, as one must after CommitUnknown."""
        with self._guard:
            self._note(self._log.reopen())
            self._tell()

    def watch(self, watcher: Watcher) -> Callable[[], None]:
        """Have ``watcher`` called after each commit with what it changed; commits of other processes that are
        found together come as one. It is called on the thread that committed or caught up, may read and write,
        and must not raise: the commit would stand and its caller would not know. Gives a call that ends it.
        """
        with self._guard:
            self._watchers.append(watcher)
        return lambda: self._unwatch(watcher)

    def _unwatch(self, watcher: Watcher) -> None:
        with self._guard:
            if watcher in self._watchers:
                self._watchers.remove(watcher)

    def _note(self, changes: Changes) -> None:
        if changes != NO_CHANGES:
            self.revision += 1
            self._untold.append(changes)

    def _tell(self) -> None:
        """Tell the watchers in the order of the commits, also when one of them commits in turn."""
        if self._telling:
            return
        self._telling = True
        try:
            while self._untold:
                changes = self._untold.popleft()
                with ExitStack() as calls:
                    for watcher in reversed(self._watchers):
                        calls.callback(watcher, changes)
        finally:
            self._telling = False


class StoredDocuments(Mapping[str, dict[str, Any]]):
    """A table as TinyDB reads it: every document read is a private copy."""

    def __init__(self, storage: LogStorage, table: str) -> None:
        self._storage = storage
        self._table = table

    def __getitem__(self, document_id: str) -> dict[str, Any]:
        raw = self._storage.raw(self._table, document_id)
        if raw is None:
            raise KeyError(document_id)
        return decode_document(raw)

    def __contains__(self, document_id: object) -> bool:
        return isinstance(document_id, str) and self._storage.raw(self._table, document_id) is not None

    def __iter__(self) -> Iterator[str]:
        return iter(self._storage.ids(self._table))

    def __len__(self) -> int:
        return self._storage.count(self._table)
