"""Values as stored lines, and back.

A document is the JSON of a domain value with its defaults left out: small, readable, and decoded straight into
the value. An unknown field is ignored, so that a newer version of the program can add one.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import TypeVar, cast

import msgspec
from msgspec import Struct
from tinydb.table import Document

from tui.domain.events import Event, EventType
from tui.domain.timespan import AllDay, When
from tui.store.recovery import DELTA_ID
from tui.store.tables import LogDatabase, LogTable

Value = TypeVar("Value")

# The tables of a calendar's log; another is recovery.OUTBOX.
EVENTS = "events"
GONE = "gone"
QUARANTINE = "quarantine"
FAILED = "failed"
META = "meta"


class Mark(Struct, frozen=True, kw_only=True):
    """Where a calendar's next delta round starts."""

    link: str
    window: AllDay
    """The whole UTC days that the link covers."""
    past_days: int
    future_days: int
    reconciled: date | None = None
    """The day (UTC) of the last round that read the whole window afresh."""


class Place(Struct, frozen=True, gc=False):
    """The part of an event that indexes need."""

    when: When
    type: EventType = EventType.SINGLE
    series_id: str = ""


class Odd(Struct, frozen=True):
    """Why an item of a calendar could not be understood."""

    reason: str


class LastRound(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the last sync did to all calendars, for the line that says so."""

    at: datetime
    read: int = 0
    """Events of calendars that were read for the first time."""
    changed: int = 0
    removed: int = 0
    new_conflicts: int = 0
    solved_conflicts: int = 0


_encoder = msgspec.json.Encoder()
_event_decoder = msgspec.json.Decoder(Event)
_place_decoder = msgspec.json.Decoder(Place)
_mark_decoder = msgspec.json.Decoder(Mark)


def encode(value: Struct) -> bytes:
    """``value`` as the JSON of its document."""
    return _encoder.encode(value)


def put(table: LogTable, document_id: str, value: Struct) -> None:
    """Store ``value`` in place of whatever stood under its id: a field that is back at its default is not kept."""
    with table.transaction():
        discard(table, [document_id])
        table.insert(Document(msgspec.to_builtins(value), doc_id=cast("int", document_id)))


def discard(table: LogTable, document_ids: Iterable[str]) -> None:
    """Remove documents; ids without one are passed over."""
    stored = [id_ for id_ in dict.fromkeys(document_ids) if table.contains(doc_id=id_)]
    if stored:
        table.remove(doc_ids=cast("list[int]", stored))


def from_document(document: object, kind: type[Value]) -> Value:
    """The value of a stored mapping. Raises msgspec.ValidationError when it is not one."""
    return msgspec.convert(document, kind)


def decoded(decoder: msgspec.json.Decoder[Value], line: bytes | None) -> Value | None:
    """A value from its document; None where there is none, or one that only a newer version understands."""
    if line is None:
        return None
    try:
        return decoder.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def decode_event(line: bytes | None) -> Event | None:
    """An event from its document; None where there is none, or one that only a newer version understands."""
    return decoded(_event_decoder, line)


def decode_place(line: bytes | None) -> Place | None:
    """The part of an event document that indexes need; several times faster than the whole."""
    return decoded(_place_decoder, line)


def stored_mark(database: LogDatabase) -> Mark | None:
    """Where the next round of a calendar starts; None for an initial one."""
    return decoded(_mark_decoder, database.table(META).raw(DELTA_ID))


def put_mark(database: LogDatabase, mark: Mark) -> None:
    put(database.table(META), DELTA_ID, mark)
