"""Events as this side keeps them: Graph's JSON in UTC, complete, with their interval beside it.

An `Item` is never changed, only replaced; its encoded forms are cached on it, so each is made once.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from tui.simulator import opaque, recurrence, zones

NO_TIME = "0001-01-01T00:00:00Z"
# What an event has when its source says nothing of it; None where the value is made from the others.
DEFAULTS: dict[str, Any] = {
    "@odata.etag": None,
    "id": None,
    "createdDateTime": None,
    "lastModifiedDateTime": None,
    "changeKey": None,
    "categories": [],
    "transactionId": None,
    "originalStartTimeZone": None,
    "originalEndTimeZone": None,
    "iCalUId": None,
    "reminderMinutesBeforeStart": 15,
    "isReminderOn": True,
    "hasAttachments": False,
    "subject": "",
    "bodyPreview": "",
    "importance": "normal",
    "sensitivity": "normal",
    "isAllDay": False,
    "isCancelled": False,
    "isOrganizer": True,
    "responseRequested": True,
    "seriesMasterId": None,
    "showAs": "busy",
    "type": "singleInstance",
    "webLink": None,
    "onlineMeetingUrl": None,
    "isOnlineMeeting": False,
    "onlineMeetingProvider": "unknown",
    "allowNewTimeProposals": True,
    "isDraft": False,
    "hideAttendees": False,
    "responseStatus": {"response": "organizer", "time": NO_TIME},
    "body": {"contentType": "text", "content": ""},
    "location": {"displayName": "", "locationType": "default", "uniqueIdType": "unknown"},
    "locations": [],
    "recurrence": None,
    "attendees": [],
    "onlineMeeting": None,
}
# Known to the beta endpoint only, or served only when asked for by name.
HIDDEN = (
    "uid", "occurrenceId", "cancelledOccurrences", "exceptionOccurrences", "singleValueExtendedProperties",
    "multiValueExtendedProperties", "extensions", "attachments",
)  # fmt: skip
SPARSE = ("@odata.etag", "id", "seriesMasterId", "type", "start", "end")
TAGS = re.compile(r"<[^>]*>")


@dataclass(frozen=True, slots=True)
class View:
    """How an answer is to be written: the zone of its times, and bodies as text or as HTML."""

    zone: str = "UTC"
    is_text: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Item:
    """One event of any type, complete and in UTC; `start` and `end` are its interval."""

    event: dict[str, Any]
    start: datetime
    end: datetime
    cache: dict[object, bytes] = field(default_factory=dict, repr=False)

    @property
    def id(self) -> str:
        return str(self.event["id"])

    @property
    def type(self) -> str:
        return str(self.event["type"])

    def overlaps(self, begin: datetime, end: datetime) -> bool:
        """Whether any of it lies in `[begin, end)`; an event without length lies where it starts."""
        return self.start < end and (self.end > begin or self.start >= begin)

    def full(self, view: View) -> bytes:
        """The whole event as JSON."""
        return self._encoded(view, lambda: shown(self.event, view))

    def in_delta(self, view: View) -> bytes:
        """The event as a delta query gives it: occurrences carry only their times and their master."""
        if self.type == "occurrence":
            return self._encoded((view.zone, "delta"), lambda: self._sparse(view))
        return b'{"@odata.type":"#microsoft.graph.event",' + self.full(view)[1:]

    def _sparse(self, view: View) -> dict[str, Any]:
        event = in_zone(self.event, view.zone)
        return {"@odata.type": "#microsoft.graph.event"} | {name: event[name] for name in SPARSE}

    def _encoded(self, key: object, make: Any) -> bytes:
        if key not in self.cache:
            self.cache[key] = msgspec.json.encode(make())
        return self.cache[key]


def shown(event: Mapping[str, Any], view: View) -> dict[str, Any]:
    """The event as it is served, without the properties that v1.0 does not show."""
    served = in_zone(event, view.zone)
    for name in HIDDEN:
        served.pop(name, None)
    served["body"] = body_as(event.get("body"), view.is_text)
    return served


def in_zone(event: Mapping[str, Any], zone_name: str) -> dict[str, Any]:
    """A copy with start and end in a zone; an all-day event stays at midnight in whatever zone is asked for."""
    moved = dict(event)
    if zone_name != "UTC":
        for name in ("start", "end"):
            if event["isAllDay"]:
                moved[name] = {"dateTime": event[name]["dateTime"], "timeZone": zones.windows_name(zone_name)}
            else:
                moved[name] = zones.write_wall(zones.read_wall(event[name]), zone_name)
    return moved


def body_as(body: Mapping[str, Any] | None, is_text: bool) -> dict[str, Any] | None:
    """A body in the format that was asked for."""
    if body is None:
        return None
    content, is_html = str(body.get("content") or ""), str(body.get("contentType")).lower() == "html"
    if is_text:
        return {"contentType": "text", "content": html.unescape(TAGS.sub("", content)) if is_html else content}
    if is_html or not content:
        return {"contentType": "html", "content": content}
    return {"contentType": "html", "content": f"<html><body><pre>{html.escape(content)}</pre></body></html>"}


def read_item(source: Mapping[str, Any], defaults: Mapping[str, Any] = DEFAULTS) -> Item:
    """An item from Graph-shaped JSON with at least an id, a start and an end; its times are brought to UTC.

    Raises `ValueError` for what is not an event.
    """
    event = {**defaults, **source}
    if not isinstance(event.get("id"), str) or not event["id"]:
        raise ValueError("the event has no id")
    begin, end = (read_bound(event, name) for name in ("start", "end"))
    if end < begin:
        raise ValueError("the event ends before it starts")
    return completed(event, begin, end)


def read_bound(event: Mapping[str, Any], name: str) -> datetime:
    value = event.get(name)
    if not isinstance(value, Mapping) or "dateTime" not in value:
        raise ValueError(f"the event has no {name}")
    return zones.read_date(value) if event.get("isAllDay") else zones.read_wall(value)


def completed(event: dict[str, Any], begin: datetime, end: datetime) -> Item:
    """An item whose zones, keys and rule are filled in where the source left them out."""
    start_zone = event["start"].get("timeZone") or "UTC"
    key = event["changeKey"] or opaque.change_key(event["id"])
    created = event["createdDateTime"] or zones.write_instant(begin - timedelta(days=14))
    derived = {
        "originalStartTimeZone": zones.windows_name(start_zone),
        "originalEndTimeZone": zones.windows_name(event["end"].get("timeZone") or start_zone),
        "changeKey": key,
        "@odata.etag": f'W/"{key}"',
        "createdDateTime": created,
        "lastModifiedDateTime": created,
    }
    event |= {name: value for name, value in derived.items() if event[name] is None}
    event["iCalUId"] = event["iCalUId"] or opaque.global_object_id(event["id"])
    if event["recurrence"] is not None:
        event["recurrence"] = recurrence.completed(event["recurrence"], event["originalStartTimeZone"])
    return timed(event, begin, end)


def timed(event: dict[str, Any], begin: datetime, end: datetime) -> Item:
    """The item of an event at an interval, its wire times written to match."""
    event["start"], event["end"] = zones.write_wall(begin), zones.write_wall(end)
    return Item(event, begin, end)


def stamped(item: Item, version: str, now: datetime) -> Item:
    """The item after a write: a new change key and etag, and the time of the write."""
    key = opaque.change_key(item.id, version)
    marks = {"changeKey": key, "@odata.etag": f'W/"{key}"', "lastModifiedDateTime": zones.write_instant(now)}
    return Item({**item.event, **marks}, item.start, item.end)


def instant_of_original(item: Item) -> datetime:
    """The start that an occurrence or exception had by its rule."""
    text = item.event.get("originalStart")
    return zones.read_instant(text) if isinstance(text, str) else item.start.astimezone(UTC)
