"""Pages of events as Microsoft Graph sends them, written short, and what becomes of them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from tui.domain.events import Event
from tui.outlook.wire import Item, decode_page

ANA = "ana@contoso.example"
TIMES = {
    "start": {"dateTime": "2026-11-24T09:00:00.0000000", "timeZone": "UTC"},
    "end": {"dateTime": "2026-11-24T10:00:00.0000000", "timeZone": "UTC"},
}
NINE, TEN = datetime(2026, 11, 24, 9, tzinfo=UTC), datetime(2026, 11, 24, 10, tzinfo=UTC)
HOSTILE = "\x1b]0;owned\x07\x9b31m\u202egpj.exe\u200b\u2066[@click=app.quit]\r\n\ufeff\U000e0041"


def page_of(*items: Any, **more: str) -> bytes:
    return json.dumps({"value": list(items), **more}).encode()


def items_of(*items: Any) -> tuple[Item, ...]:
    return decode_page(page_of(*items), ANA).items


def event_of(**properties: Any) -> Event:
    """The event that an item with usable times and these properties becomes."""
    (event,) = items_of({"id": "e", **TIMES, **properties})
    assert isinstance(event, Event)
    return event


def between(start: str, end: str, zone: str | None = "UTC", **more: Any) -> Item:
    times = {bound: {"dateTime": text, "timeZone": zone} for bound, text in (("start", start), ("end", end))}
    (item,) = items_of({"id": "e", **times, **more})
    return item
