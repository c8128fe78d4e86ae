"""What JSON would change or the log could not hold is refused before anything is written."""

from __future__ import annotations

import math
from typing import Any

import pytest
from log_workload import LOG, options
from recording_disk import RecordingDisk
from tables_on_disk import document_of

from tui.store.errors import DocumentRefused
from tui.store.tables import LogDatabase, LogTable


@pytest.mark.parametrize(
    "value",
    [2**64, -(2**63) - 1, math.nan, math.inf, "\ud800", {1: 2}, {"x"}, b"bytes", [[math.nan]], object()],
    ids=lambda value: repr(value)[:20],
)
def test_a_value_that_json_would_change_is_refused_before_anything_is_written(
    disk: RecordingDisk, events: LogTable, value: object
) -> None:
    events.insert(document_of("a", n=1))
    before = disk.content(LOG)
    with pytest.raises(DocumentRefused):
        events.insert_multiple([document_of("b", n=1), document_of("c", nested={"x": value})])
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
