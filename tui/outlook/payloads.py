"""What the person wants as Graph's JSON: the bodies of writes (Graph pages "Create event" and "Update event").

Only the properties that are wanted are named, so that nothing else changes. Times are wall times beside a Windows
name of their zone or UTC, which every mailbox knows; an instant is never written in a form that could mean another.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from tui.domain.bookings import Create, Respond, Wanted
from tui.domain.events import Attendee, Response
from tui.domain.timespan import AllDay, When
from tui.outlook.wire import zone_named

_ACTIONS = {
    Response.ACCEPTED: "accept",
    Response.TENTATIVE: "tentativelyAccept",
    Response.DECLINED: "decline",
}

Json = dict[str, Any]


def creation(action: Create) -> bytes:
    """The body that makes an event."""
    return msgspec.json.encode({**_properties(action.wanted), "transactionId": action.transaction_id})


def change(wanted: Wanted) -> bytes:
    """The body that changes an event."""
    return msgspec.json.encode(_properties(wanted))


def answer(action: Respond) -> tuple[str, bytes]:
    """The name of the action that answers an invitation, and its body (Graph page "event: decline").

    Raises KeyError for a response that nobody can give.
    """
    body: Json = {"sendResponse": action.notify}
    if action.comment:
        body["comment"] = action.comment
    if action.proposed:
        body["proposedNewTime"] = _bounds(action.proposed, None)
    return _ACTIONS[action.response], msgspec.json.encode(body)


def cancellation(comment: str) -> bytes:
    """The body that calls off a meeting."""
    return msgspec.json.encode({"comment": comment} if comment else {})


def windows_zone(name: str | None) -> str:
    """The Windows name of an IANA or Windows zone; UTC for none and for one that Windows does not know."""
    from tzlocal.windows_tz import tz_win, win_tz

    if not name:
        return "UTC"
    return name if name in win_tz else tz_win.get(name, "UTC")


def _properties(wanted: Wanted) -> Json:
    """The properties of the event resource that ``wanted`` sets."""
    plain = {
        "subject": wanted.subject,
        "showAs": wanted.show_as,
        "sensitivity": wanted.sensitivity,
        "isOnlineMeeting": wanted.is_online,
        "categories": wanted.categories,
        "location": None if wanted.location is None else {"displayName": wanted.location},
        "body": None if wanted.body is None else {"contentType": "text", "content": wanted.body},
        "attendees": None if wanted.attendees is None else [_attendee(attendee) for attendee in wanted.attendees],
    }
    named = {name: value for name, value in plain.items() if value is not None}
    return named | _time(wanted.when, wanted.zone) | _reminder(wanted.reminder_minutes)


def _time(when: When | None, zone: str | None) -> Json:
    return {} if when is None else {"isAllDay": isinstance(when, AllDay), **_bounds(when, zone)}


def _reminder(minutes: int | None) -> Json:
    if minutes is None:
        return {}
    return {"isReminderOn": True, "reminderMinutesBeforeStart": minutes} if minutes >= 0 else {"isReminderOn": False}


def _attendee(attendee: Attendee) -> Json:
    person = attendee.person
    address = {"address": person.address, **({"name": person.name} if person.name else {})}
    return {"type": attendee.attendance, "emailAddress": address}


def _bounds(when: When, zone: str | None) -> Json:
    """``start`` and ``end``, both in one zone; whole days from midnight to midnight."""
    name = windows_zone(zone)
    if isinstance(when, AllDay):
        return {"start": _bound(when.first, name), "end": _bound(when.until, name)}
    own = zone_named(name)
    if _is_ambiguous(when.start, own) or _is_ambiguous(when.end, own):
        name, own = "UTC", zone_named("UTC")
    return {"start": _bound(when.start.astimezone(own), name), "end": _bound(when.end.astimezone(own), name)}


def _bound(wall: date, zone: str) -> Json:
    text = wall.replace(tzinfo=None).isoformat() if isinstance(wall, datetime) else f"{wall.isoformat()}T00:00:00"
    return {"dateTime": text, "timeZone": zone}


def _is_ambiguous(instant: datetime, zone: ZoneInfo) -> bool:
    """Whether the wall time of ``instant`` comes twice, as when clocks are set back."""
    wall = instant.astimezone(zone)
    return wall.replace(fold=0).astimezone(UTC) != wall.replace(fold=1).astimezone(UTC)
