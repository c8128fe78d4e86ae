"""Microsoft's own examples of events, calendars and errors are understood.

They stand in a folder beside the checkout that is no part of the project; without it the test is skipped.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from graph_pages import items_of, page_of

from tui.domain.events import Event
from tui.domain.text import clean
from tui.outlook.wire import Quarantined, decode_calendars, decode_error

GRAPH = Path(__file__).parents[3] / "shared" / "graph"
needs_examples = pytest.mark.skipif(not GRAPH.is_dir(), reason="the folder ../shared/graph is not beside this checkout")

# What is no event, calendar or error; user and mailboxSettings are read by another module and its tests.
NOT_SERVED = (
    "findmeetingtimes", "getschedule", "calendarperm", "category", "categories", "supportedtimezones", "calendargroup",
    "reminderview", "translateexchangeids", "attachments", "extension", "mailboxsettings", "open-users", "user-get",
)  # fmt: skip
# Events that the documentation shows without their start or end, with placeholders, or narrowed to a few properties.
WITHOUT_TIMES = (
    "events-in-text", "calendarview", "event-delta", "update-event", "/calendar/events", "patch /v1.0/me/events",
)  # fmt: skip


def examples() -> list[tuple[str, Any]]:
    """Each answer of Microsoft's documentation that has a body, by name."""
    found = [(path.stem, json.loads(path.read_text())) for path in sorted(GRAPH.glob("examples/**/*.json"))]
    samples = GRAPH / "doc-samples.json"
    mocks = json.loads(samples.read_text())["mocks"] if samples.exists() else []
    found += [(f"{mock['request'].get('method')} {mock['request']['url']}", mock) for mock in mocks]
    bodies = [(name, (example["response"] or {}).get("body")) for name, example in found]
    return [(name, body) for name, body in bodies if isinstance(body, dict)]


def kind_of(body: Any) -> str:
    """What a resource is, by properties that only such a one has."""
    if "error" in body:
        return "error"
    if "@removed" in body or {"start", "end"} <= body.keys():
        return "event"
    if "canEdit" in body and "name" in body:
        return "calendar"
    return "other"


def is_placeholder(body: Any) -> bool:
    """The documentation's schematic examples name a type where a value would stand."""
    text = json.dumps(body)
    return any(mark in text for mark in ("-value", "datetime-value", "String (timestamp)", '"@odata.type": "String'))


@needs_examples
def test_every_event_calendar_and_error_of_the_documentation_is_understood() -> None:
    seen = {"event": 0, "calendar": 0, "error": 0}
    others = set()
    for name, body in examples():
        values = body["value"] if isinstance(body.get("value"), list) else [body]
        kinds = {kind_of(value) for value in values if isinstance(value, dict)} or {"other"}
        assert len(kinds) == 1, name
        (kind,) = kinds
        if kind == "other":
            others.add(name.lower())
        elif not is_placeholder(body):
            understand(kind, name, values)
            seen[kind] += len(values)

    assert seen["event"] > 40
    assert seen["calendar"] > 15
    assert seen["error"] >= 6
    assert not [name for name in others if not any(part in name for part in (*NOT_SERVED, *WITHOUT_TIMES))]


def understand(kind: str, name: str, values: list[Any]) -> None:
    if kind == "error":
        assert decode_error(json.dumps(values[0]).encode()).code, name
    elif kind == "calendar":
        calendars, _ = decode_calendars(page_of(*values), "account")
        assert [calendar.id for calendar in calendars] == [value["id"] for value in values], name
    else:
        named = [{"id": f"without-{number}", **value} for number, value in enumerate(values)]
        items = items_of(*named)
        assert [item.id for item in items] == [value["id"] for value in named], name
        assert not [item for item in items if isinstance(item, Quarantined)], name
        for item, value in zip(items, named, strict=True):
            if isinstance(item, Event) and value.get("subject"):
                assert item.subject == clean(value["subject"])
                assert item.attendee_count == len(value.get("attendees") or [])
