"""What tests of the tables share: documents with given ids, watchers, and the disk as another process sees it."""

from __future__ import annotations

from recording_disk import RecordingDisk
from tinydb.table import Document

from tui.store.memory import Changes
from tui.store.tables import LogDatabase


def document_of(document_id: str, **fields: object) -> Document:
    # TinyDB's annotation takes every id for a number; its code takes any value.
    return Document(fields, document_id)  # type: ignore[arg-type]


def watched(database: LogDatabase) -> list[Changes]:
    seen: list[Changes] = []
    database.watch(seen.append)
    return seen


class Abort(Exception):
    """Ends a transaction from within."""


class OtherProcessDisk(RecordingDisk):
    """The same disk, seen by what counts as another process."""

    def __init__(self, disk: RecordingDisk) -> None:
        super().__init__()
        self.names, self.durable_names, self.pending_names = disk.names, disk.durable_names, disk.pending_names
        self.times = disk.times
