"""What a log says, held in memory: each document as its own bytes, parsed only by whoever reads it.

A document is replaced, never changed in place, so bytes handed out stay what they were; and whether
something changed is a comparison of bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tui.store.encoding import encode_text

Edits = dict[str, dict[str, bytes | None]]
"""Table → id → the new document, or None to remove it."""

Changes = Mapping[str, Mapping[str, tuple[bytes | None, bytes | None]]]
"""Table → id → the document before and after; None where there is none. Never an entry with both equal."""

NO_CHANGES: Changes = {}


class Memory:
    """The tables of one log. ``live_bytes`` is what their lines take in a file without dead ones."""

    def __init__(self) -> None:
        self.tables: dict[str, dict[str, bytes]] = {}
        self.live_bytes = 0

    def raw(self, table: str, document_id: str) -> bytes | None:
        """The document's bytes, or None."""
        documents = self.tables.get(table)
        return None if documents is None else documents.get(document_id)

    def needed(self, edits: Edits) -> Edits:
        """Those of the edits that would change something."""
        kept = {
            table: {document_id: value for document_id, value in rows.items() if self.raw(table, document_id) != value}
            for table, rows in edits.items()
        }
        return {table: rows for table, rows in kept.items() if rows}

    def apply(self, edits: Edits) -> Changes:
        """Make the edits; gives what they changed."""
        changes: dict[str, dict[str, tuple[bytes | None, bytes | None]]] = {}
        for table, rows in edits.items():
            documents = self.tables.setdefault(table, {})
            name_bytes = len(encode_text(table))
            changed = {}
            for document_id, new in rows.items():
                old = documents.get(document_id)
                if old == new:
                    continue
                changed[document_id] = (old, new)
                if new is None:
                    del documents[document_id]
                else:
                    documents[document_id] = new
                self.live_bytes += _line_bytes(name_bytes, document_id, new) - _line_bytes(name_bytes, document_id, old)
            if changed:
                changes[table] = changed
            if not documents:
                del self.tables[table]
        return changes


def difference(before: Memory, after: Memory) -> Changes:
    """What changed from one to the other."""
    changes: dict[str, dict[str, tuple[bytes | None, bytes | None]]] = {}
    for table in before.tables.keys() | after.tables.keys():
        old, new = before.tables.get(table, {}), after.tables.get(table, {})
        changed = {
            document_id: (old.get(document_id), new.get(document_id))
            for document_id in old.keys() | new.keys()
            if old.get(document_id) != new.get(document_id)
        }
        if changed:
            changes[table] = changed
    return changes


def merged(parts: Iterable[Changes]) -> Changes:
    """Several changes, in their order, as one: what all of them together did."""
    result: dict[str, dict[str, tuple[bytes | None, bytes | None]]] = {}
    for part in parts:
        for table, rows in part.items():
            into = result.setdefault(table, {})
            for document_id, (old, new) in rows.items():
                origin = into.pop(document_id)[0] if document_id in into else old
                if origin != new:
                    into[document_id] = (origin, new)
    return {table: rows for table, rows in result.items() if rows}


def _line_bytes(name_bytes: int, document_id: str, value: bytes | None) -> int:
    return 0 if value is None else name_bytes + len(encode_text(document_id)) + len(value) + 5
