"""Values as stored lines, and back.

A document is the JSON of a domain value with its defaults left out: small, readable, and decoded straight into
the value. An unknown field is ignored, so that a newer version of the program can add one.
"""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

import msgspec
from msgspec import Struct

from tui.domain.events import Event, EventType
from tui.domain.timespan import AllDay
from tui.store.tables import LogTable

Value = TypeVar("Value")


class Mark(Struct, frozen=True, kw_only=True):
    """Where a calendar's next delta round starts."""

    link: str
    window: AllDay
    """The whole UTC days that the link covers."""
    past_days: int
    future_days: int


class Place(Struct, frozen=True, gc=False):
    """The part of an event that indexes need."""

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


def encode(value: Struct) -> bytes:
    """``value`` as the JSON of its document."""
    return _encoder.encode(value)


def put(table: LogTable, document_id: str, value: Struct) -> None:
    """Store ``value`` in place of whatever stood under its id: a field that is back at its default is not kept."""
    table.put_raw(document_id, encode(value))


def from_document(document: object, kind: type[Value]) -> Value:
    """The value of a stored mapping. Raises msgspec.ValidationError when it is not one."""
    return msgspec.convert(document, kind)


def decode_event(line: bytes) -> Event:
    """An event from its document."""
    return _event_decoder.decode(line)


def decode_place(line: bytes) -> Place:
    """The part of an event document that indexes need; several times faster than the whole."""
    return _place_decoder.decode(line)
