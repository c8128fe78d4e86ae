"""What a client writes: event bodies, checked and brought to the form that events are kept in (event resource type).

Names that only Microsoft writes are passed over, unknown ones are refused; enumerations are read without regard to
case. Every refusal is a GraphError with status 400.
"""

from __future__ import annotations

import html
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from tui.simulator import zones
from tui.simulator.errors import GraphError, bad_request, zone_not_supported
from tui.simulator.events import DEFAULTS, HIDDEN, NO_TIME, TAGS, Item
from tui.simulator.messages import Request

MOST_ATTENDEES = 500
PREVIEW_LENGTH = 255
# Written by Microsoft, besides those that every event has by default.
SERVED = {"organizer", "originalStart", "calendar", "instances", "uid"}
ENUMERATIONS = {
    "showAs": ("free", "tentative", "busy", "oof", "workingElsewhere", "unknown"),
    "sensitivity": ("normal", "personal", "private", "confidential"),
    "importance": ("low", "normal", "high"),
    "onlineMeetingProvider": ("unknown", "teamsForBusiness", "skypeForBusiness", "skypeForConsumer"),
}
ATTENDEE_TYPES = ("required", "optional", "resource")
BODY_TYPES = ("text", "html")
LOCATION_TYPES = (
    "default", "conferenceRoom", "homeAddress", "businessAddress", "geoCoordinates", "streetAddress", "hotel",
    "restaurant", "localBusiness", "postalAddress",
)  # fmt: skip
PATTERNS = ("daily", "weekly", "absoluteMonthly", "relativeMonthly", "absoluteYearly", "relativeYearly")
RANGES = ("endDate", "noEnd", "numbered")


class Address(msgspec.Struct, rename="camel"):
    """An emailAddress."""

    address: str
    name: str | None = None


class Recipient(msgspec.Struct, rename="camel"):
    """A recipient; `type` is an attendee's."""

    email_address: Address
    type: str = "required"


class Bound(msgspec.Struct, rename="camel"):
    """A dateTimeTimeZone."""

    date_time: str
    time_zone: str = ""


class Content(msgspec.Struct, rename="camel"):
    """An itemBody."""

    content: str | None = ""
    content_type: str = "text"


class Recurrence(msgspec.Struct):
    """A patternedRecurrence; its parts are checked where they are expanded."""

    pattern: dict[str, Any]
    range: dict[str, Any]


class EventPayload(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """The properties of an event that a client may write."""

    subject: str | UnsetType | None = UNSET
    body: Content | UnsetType | None = UNSET
    start: Bound | UnsetType = UNSET
    end: Bound | UnsetType = UNSET
    is_all_day: bool | UnsetType = UNSET
    show_as: str | UnsetType = UNSET
    sensitivity: str | UnsetType = UNSET
    importance: str | UnsetType = UNSET
    location: dict[str, Any] | UnsetType | None = UNSET
    locations: list[dict[str, Any]] | UnsetType = UNSET
    attendees: list[Recipient] | UnsetType | None = UNSET
    categories: list[str] | UnsetType = UNSET
    recurrence: Recurrence | UnsetType | None = UNSET
    response_requested: bool | UnsetType = UNSET
    allow_new_time_proposals: bool | UnsetType = UNSET
    hide_attendees: bool | UnsetType = UNSET
    is_reminder_on: bool | UnsetType = UNSET
    reminder_minutes_before_start: int | UnsetType = UNSET
    is_online_meeting: bool | UnsetType = UNSET
    online_meeting_provider: str | UnsetType = UNSET
    transaction_id: str | UnsetType | None = UNSET
    single_value_extended_properties: list[dict[str, Any]] | UnsetType = UNSET
    multi_value_extended_properties: list[dict[str, Any]] | UnsetType = UNSET
    extensions: list[dict[str, Any]] | UnsetType = UNSET
    attachments: list[dict[str, Any]] | UnsetType = UNSET


WRITABLE = {field.encode_name for field in msgspec.structs.fields(EventPayload)}
PASSED_OVER = ({*DEFAULTS, *HIDDEN} | SERVED) - WRITABLE


def json_object(request: Request) -> dict[str, Any]:
    """The body as a JSON object; an action's may be left out."""
    try:
        value = msgspec.json.decode(request.body or b"null")
    except (msgspec.DecodeError, UnicodeError):
        value = ()
    if not isinstance(value, dict | None):
        raise bad_request(
            "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid "
            "JSON format.",
            "BadRequest",
        )
    return value or {}


def unreadable(text: object) -> GraphError:
    return bad_request(str(text), "RequestBodyRead")


def invalid() -> GraphError:
    return bad_request("At least one property failed validation.", "ErrorPropertyValidationFailure")


def event_changes(source: Mapping[str, Any], item: Item | None) -> dict[str, Any]:
    """The properties that a body names, as they are kept; `item` is the event that they change, None for a new one."""
    changes = named_properties(source)
    for name, members in ENUMERATIONS.items():
        if name in changes:
            changes[name] = member(changes[name], members)
    if "body" in changes:
        changes |= body_and_preview(changes["body"])
    if "location" in changes or "locations" in changes:
        changes |= places(changes)
    if "attendees" in changes:
        changes["attendees"] = attendees(changes["attendees"] or [], item)
    if "attachments" in changes:
        changes["hasAttachments"] = bool(changes["attachments"])
    check_times(changes, item)
    if changes.get("recurrence"):
        changes["recurrence"] = recurrence(changes, item)
    return changes


def named_properties(source: Mapping[str, Any]) -> dict[str, Any]:
    named = {name: value for name, value in source.items() if "@" not in name and name not in PASSED_OVER}
    unknown = next((name for name in named if name not in WRITABLE), None)
    if unknown is not None:
        raise unreadable(
            f"The property '{unknown}' does not exist on type 'microsoft.graph.event'. Make sure to only use property "
            "names that are defined by the type."
        )
    try:
        values: dict[str, Any] = msgspec.to_builtins(msgspec.convert(named, EventPayload))
    except msgspec.ValidationError as error:
        raise unreadable(error) from None
    return values


def member(text: object, members: tuple[str, ...]) -> str:
    """The member of an enumeration that a text means."""
    found = next((name for name in members if name.lower() == str(text).lower()), None)
    if found is None:
        raise unreadable(f"Requested value '{text}' was not found.")
    return found


def body_and_preview(body: Mapping[str, Any] | None) -> dict[str, Any]:
    content = str((body or {}).get("content") or "")
    kind = member((body or {}).get("contentType") or "text", BODY_TYPES)
    text = html.unescape(TAGS.sub("", content)) if kind == "html" else content
    return {"body": {"contentType": kind, "content": content}, "bodyPreview": text.strip()[:PREVIEW_LENGTH]}


def places(changes: Mapping[str, Any]) -> dict[str, Any]:
    """`location` and `locations` in step: either is made of the other where only one is named."""
    several = [place(source) for source in changes.get("locations", ())]
    if "location" in changes:
        one = place(changes["location"] or {})
        return {"location": one, "locations": several or ([one] if one["displayName"] else [])}
    return {
        "location": place({"displayName": "; ".join(part["displayName"] for part in several)}),
        "locations": several,
    }


def place(source: Mapping[str, Any]) -> dict[str, Any]:
    name = str(source.get("displayName") or "")
    filled = {"displayName": name, "locationType": "default", "uniqueIdType": "unknown"}
    filled |= {"uniqueId": name, "uniqueIdType": "private"} if name else {}
    return filled | dict(source) | {"locationType": member(source.get("locationType") or "default", LOCATION_TYPES)}


def attendees(sources: list[dict[str, Any]], item: Item | None) -> list[dict[str, Any]]:
    """The attendees as they are kept; who was there before keeps the answer that was given."""
    if len(sources) > MOST_ATTENDEES:
        raise bad_request(f"A meeting has at most {MOST_ATTENDEES} attendees.")
    before = {} if item is None else {address_of(known): known for known in item.event["attendees"]}
    return [attendee(source, before.get(address_of(source), {})) for source in sources]


def attendee(source: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    mail = source["emailAddress"]
    if "@" not in mail["address"]:
        raise bad_request("At least one recipient isn't valid.", "ErrorInvalidRecipients")
    own = {
        "type": member(source["type"], ATTENDEE_TYPES),
        "emailAddress": {"name": mail["name"] or mail["address"], "address": mail["address"]},
    }
    return {"status": {"response": "none", "time": NO_TIME}, **before, **own}


def address_of(recipient: object) -> str:
    """The address of an attendee, recipient or organizer, for comparison; empty for one that has none."""
    mail = recipient.get("emailAddress") if isinstance(recipient, Mapping) else None
    return str((mail.get("address") if isinstance(mail, Mapping) else None) or "").lower()


def check_times(changes: Mapping[str, Any], item: Item | None) -> None:
    """Raise for bounds that are missing, in unknown zones, the wrong way round, or not whole days where all-day."""
    if item is None and not {"start", "end"} <= changes.keys():
        raise invalid()
    given = [changes[name] for name in ("start", "end") if name in changes]
    for bound in given:
        check_zone(bound["timeZone"])
    is_all_day = bool(changes.get("isAllDay", item is not None and item.event["isAllDay"]))
    begin, end = (instant(changes, name, item, is_all_day) for name in ("start", "end"))
    if end < begin or (is_all_day and end - begin < timedelta(days=1)):
        raise invalid()
    if is_all_day and len({zones.windows_name(bound["timeZone"]) for bound in given}) > 1:
        raise invalid()


def check_zone(name: str) -> None:
    if not name or not zones.is_known(name):
        raise zone_not_supported(name)


def instant(changes: Mapping[str, Any], name: str, item: Item | None, is_all_day: bool) -> datetime:
    """One bound after the change; an all-day one must be at midnight."""
    if name not in changes:
        assert item is not None
        return item.start if name == "start" else item.end
    try:
        return zones.read_date(changes[name]) if is_all_day else zones.read_wall(changes[name])
    except (ValueError, OverflowError):
        raise invalid() from None


def recurrence(changes: Mapping[str, Any], item: Item | None) -> dict[str, Any]:
    """The rule with its enumerations in Graph's spelling; its start date must be the event's."""
    pattern, limits = dict(changes["recurrence"]["pattern"]), dict(changes["recurrence"]["range"])
    pattern["type"], limits["type"] = member(pattern.get("type"), PATTERNS), member(limits.get("type"), RANGES)
    for name in ("firstDayOfWeek", "index"):
        if name in pattern:
            pattern[name] = str(pattern[name]).lower()
    if "daysOfWeek" in pattern:
        pattern["daysOfWeek"] = [str(day).lower() for day in pattern["daysOfWeek"] or []]
    if limits.get("recurrenceTimeZone"):
        check_zone(str(limits["recurrenceTimeZone"]))
    else:
        limits.pop("recurrenceTimeZone", None)
    check_first_day(limits, changes, item)
    return {"pattern": pattern, "range": limits}


def check_first_day(limits: Mapping[str, Any], changes: Mapping[str, Any], item: Item | None) -> None:
    is_all_day = bool(changes.get("isAllDay", item is not None and item.event["isAllDay"]))
    own_zone = changes["start"]["timeZone"] if "start" in changes else item and item.event["originalStartTimeZone"]
    begin = instant(changes, "start", item, is_all_day)
    zone_name = zones.first_known(limits.get("recurrenceTimeZone"), own_zone)
    day = begin.date() if is_all_day else begin.astimezone(zones.zone(zone_name)).date()
    try:
        first, last = date.fromisoformat(str(limits.get("startDate"))), str(limits.get("endDate"))
        is_empty = limits["type"] == "endDate" and date.fromisoformat(last) < first
    except ValueError:
        raise invalid() from None
    if first != day or is_empty:
        raise invalid()
