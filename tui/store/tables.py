"""TinyDB over logs. The operations and queries are TinyDB's own; only how a table is read and written is ours.

Ids are text. Every document handed out is a private copy: changing it changes nothing stored. A write
touches only the documents that it changes, and one that changes nothing writes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, cast

from tinydb import TinyDB
from tinydb.queries import QueryLike
from tinydb.table import Document, Table
from tinydb.utils import LRUCache

from tui.store.encoding import checked_document, decode_document, encode_document, encode_text
from tui.store.filesystem import FileSystem
from tui.store.log import LogOptions
from tui.store.recovery import Recovery
from tui.store.registry import shared_storage
from tui.store.storage import LogStorage, StoredDocuments, Watcher, random_id


class QueryCache(LRUCache):  # type: ignore[type-arg]
    """TinyDB's query cache, which keeps documents as bytes so that a result is never shared."""

    def get(self, key: Any, default: Any = None) -> Any:
        found = super().get(key)
        return default if found is None else [Document(decode_document(raw), name) for name, raw in found]

    def set(self, key: Any, value: Any) -> None:
        super().set(key, [(document.doc_id, encode_document(document)) for document in value])


class LogTable(Table):
    """One table of a log. ``raw`` and its kind work on JSON bytes, without parsing or encoding."""

    document_id_class = str  # type: ignore[assignment]
    query_cache_class = QueryCache

    def __init__(self, storage: LogStorage, name: str, **options: Any) -> None:
        self._log_storage = storage
        self._cached_revision = storage.revision
        super().__init__(storage, name, **options)

    def transaction(self) -> AbstractContextManager[None]:
        """One commit for everything done in the block, in any table of the log; see LogStorage.transaction."""
        return self._log_storage.transaction()

    # Without parsing: for the thousands of events of a round, and for typed decoding

    def raw(self, document_id: str) -> bytes | None:
        """The document as JSON, or None."""
        return self._log_storage.raw(self.name, document_id)

    def raw_items(self) -> list[tuple[str, bytes]]:
        """All documents as (id, JSON)."""
        return self._log_storage.raw_items(self.name)

    def ids(self) -> list[str]:
        """The ids of all documents."""
        return self._log_storage.ids(self.name)

    def put_raw(self, document_id: str, document: bytes) -> None:
        """Put a document, given as one JSON object on one line, whether or not there is one with this id.

        Raises DocumentRefused when it is not JSON; what its values are is for the caller to answer for.
        """
        self._log_storage.edit(self.name, {document_id: checked_document(document)})

    def remove_ids(self, document_ids: Iterable[str]) -> None:
        """Remove documents; ids without one are passed over."""
        self._log_storage.edit(self.name, dict.fromkeys(document_ids))

    # TinyDB's operations, where its own would walk the whole table

    def get(  # type: ignore[override]
        self, cond: QueryLike | None = None, doc_id: str | None = None, doc_ids: Iterable[str] | None = None
    ) -> Document | list[Document] | None:
        if doc_id is None and doc_ids is not None:
            found = ((str(wanted), self.raw(str(wanted))) for wanted in dict.fromkeys(doc_ids))
            return [self._document(name, raw) for name, raw in found if raw is not None]
        return super().get(cond, doc_id)  # type: ignore[arg-type]

    def contains(self, cond: QueryLike | None = None, doc_id: str | None = None) -> bool:  # type: ignore[override]
        if doc_id is not None:
            return self.raw(str(doc_id)) is not None
        return super().contains(cond)

    def search(self, cond: QueryLike) -> list[Document]:
        if self._cached_revision != self._log_storage.revision:
            self.clear_cache()
            self._cached_revision = self._log_storage.revision
        return super().search(cond)

    def _document(self, document_id: str, raw: bytes) -> Document:
        return self.document_class(decode_document(raw), cast("int", document_id))

    def _get_next_id(self) -> str:
        return self._log_storage.new_id()

    def _read_table(self) -> Mapping[str, Mapping[str, Any]]:  # type: ignore[override]
        return StoredDocuments(self._log_storage, self.name)

    def _update_table(self, updater: Callable[[Any], None]) -> None:
        with self._log_storage.transaction():
            draft = TableDraft(self._log_storage, self.name)
            updater(draft)
            if edits := draft.edits():
                self._log_storage.edit(self.name, edits)


class TableDraft(MutableMapping[str, dict[str, Any]]):
    """A table while TinyDB changes it: documents are parsed when touched, and only those can have changed."""

    def __init__(self, storage: LogStorage, table: str) -> None:
        self._storage = storage
        self._table = table
        self._touched: dict[str, dict[str, Any] | None] = {}

    def edits(self) -> dict[str, bytes | None]:
        """What differs from the stored table. Raises DocumentRefused."""
        found = {name: (self._storage.raw(self._table, name), document) for name, document in self._touched.items()}
        return {
            name: None if document is None else encode_document(document)
            for name, (stored, document) in found.items()
            if not _is_same(stored, document)
        }

    def __getitem__(self, document_id: str) -> dict[str, Any]:
        name = str(document_id)
        if name not in self._touched:
            raw = self._storage.raw(self._table, name)
            self._touched[name] = None if raw is None else decode_document(raw)
        document = self._touched[name]
        if document is None:
            raise KeyError(document_id)
        return document

    def __setitem__(self, document_id: str, document: dict[str, Any]) -> None:
        encode_text(str(document_id))
        self._touched[str(document_id)] = document

    def __delitem__(self, document_id: str) -> None:
        if document_id not in self:
            raise KeyError(document_id)
        self._touched[str(document_id)] = None

    def __contains__(self, document_id: object) -> bool:
        name = str(document_id)
        if name in self._touched:
            return self._touched[name] is not None
        return self._storage.raw(self._table, name) is not None

    def __iter__(self) -> Iterator[str]:
        stored = self._storage.ids(self._table)
        known = set(stored)
        yield from (name for name in stored if name in self)
        yield from [name for name in self._touched if name not in known and name in self]

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def clear(self) -> None:
        self._touched = dict.fromkeys([*self._storage.ids(self._table), *self._touched])


class LogDatabase(TinyDB):
    """The tables of one log file."""

    table_class = LogTable  # type: ignore[assignment]

    def __init__(self, path: Path, *, options: LogOptions | None = None, new_id: Callable[[], str] = random_id) -> None:
        """Open the log at ``path``, which need not exist: it is made by its first commit.

        A log that is open in this process is shared, with the options and ``new_id`` it was opened with.
        Raises UnsafeFile and StoreError as Log.open does.
        """
        self._log_storage = shared_storage(path, options or LogOptions(), new_id)
        self._watches: list[Callable[[], None]] = []
        super().__init__(storage=lambda: self._log_storage)

    @property
    def recovery(self) -> Recovery | None:
        """What opening the file had to do, if anything."""
        return self._log_storage.recovery

    @property
    def file_system(self) -> FileSystem:
        """The disk that the log is on."""
        return self._log_storage.file_system

    def new_id(self) -> str:
        """An id that no document has."""
        return self._log_storage.new_id()

    def table(self, name: str, **options: Any) -> LogTable:
        return cast("LogTable", super().table(name, **options))

    def transaction(self) -> AbstractContextManager[None]:
        """One commit for everything done in the block, in any table; see LogStorage.transaction."""
        return self._log_storage.transaction()

    def watch(self, watcher: Watcher) -> Callable[[], None]:
        """Hear of every commit until the database is closed; see LogStorage.watch."""
        end = self._log_storage.watch(watcher)
        self._watches.append(end)
        return end

    def catch_up(self) -> bool:
        """Take in what other processes have committed; whether there was anything."""
        return self._log_storage.catch_up()

    def reopen(self) -> None:
        """Start again from the disk, as one must after CommitUnknown."""
        self._log_storage.reopen()

    def drop_table(self, name: str) -> None:
        """Remove all documents of a table."""
        self._log_storage.edit(name, dict.fromkeys(self._log_storage.ids(name)))

    def close(self) -> None:
        """Give the file back when nobody else in this process uses it. Closing twice is no error."""
        if self._opened:
            for end in self._watches:
                end()
            super().close()


def _is_same(stored: bytes | None, document: dict[str, Any] | None) -> bool:
    """Whether a document says what is stored, however the stored bytes were spelled."""
    if stored is None or document is None:
        return stored is None and document is None
    encoded = encode_document(document)
    return encoded == stored or encoded == encode_document(decode_document(stored))
