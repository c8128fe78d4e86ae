"""How a line of the demo's week plan becomes Graph-shaped events.

Days count from the Monday of the week that the demo starts in; times are wall-clock times of one zone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from tui.simulator import opaque, zones
from tui.simulator.events import read_bound

SERIES_WEEKS_BACK, SERIES_WEEKS_AHEAD = 12, 18
ANSWERED = "2026-01-05T08:00:00Z"
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True, slots=True)
class Place:
    """Where entries are put: whose calendar, the Monday that days count from, and the zone of the times."""

    address: str
    name: str
    calendar: str
    monday: date
    zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One event on each of `days`. Without a time (`at`) it lasts `length` whole days, with one `length` minutes.

    `organizer` is somebody else's name and address, or None when it is the person's own. `uid` makes copies in
    several accounts one meeting.
    """

    subject: str
    days: tuple[int, ...] = ()
    at: str = ""
    length: int = 1
    show_as: str = "busy"
    organizer: str | None = None
    response: str = "accepted"
    role: str = "required"
    guests: tuple[str, ...] = ()
    room: str = ""
    is_online: bool = False
    is_private: bool = False
    uid: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weekly(Entry):
    """A series on some weekdays. `moved` and `renamed` make exceptions of single days, `dropped` cancels them."""

    weekdays: tuple[int, ...]
    interval: int = 1
    moved: Mapping[int, tuple[str, int]] = field(default_factory=dict)
    renamed: Mapping[int, str] = field(default_factory=dict)
    dropped: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Yearly(Entry):
    """An all-day series on the date of each of `days`, begun `age` years ago."""

    age: int = 30


def events_of(entries: tuple[Entry, ...], place: Place) -> list[dict[str, Any]]:
    """All events of a calendar."""
    return [event for entry in entries for event in written(entry, place)]


def written(entry: Entry, place: Place) -> Iterator[dict[str, Any]]:
    """The events of one entry."""
    if isinstance(entry, Weekly):
        yield from weekly_series(entry, place)
    elif isinstance(entry, Yearly):
        yield from (yearly_series(entry, place, day) for day in entry.days)
    else:
        yield from (event_on(entry, place, day) for day in entry.days)


def event_on(entry: Entry, place: Place, day: int) -> dict[str, Any]:
    """A single event."""
    key = (entry.subject, str(day), entry.at)
    uid = opaque.global_object_id("demo", entry.uid or "\0".join((place.address, place.calendar, *key)), str(day))
    return {
        "id": opaque.opaque_id("demo", place.address, place.calendar, *key),
        "iCalUId": uid,
        **manner(entry, place, uid),
        **times(entry, place, place.monday + timedelta(days=day)),
    }


def times(entry: Entry, place: Place, day: date) -> dict[str, Any]:
    """Start and end on a day."""
    if not entry.at:
        return {
            "isAllDay": True,
            "start": wall(datetime.combine(day, time.min), "UTC"),
            "end": wall(datetime.combine(day + timedelta(days=entry.length), time.min), "UTC"),
        }
    start = datetime.combine(day, time.fromisoformat(entry.at))
    return {
        "isAllDay": False,
        "start": wall(start, place.zone),
        "end": wall(start + timedelta(minutes=entry.length), place.zone),
    }


def wall(moment: datetime, zone: str) -> dict[str, str]:
    return {"dateTime": moment.isoformat(), "timeZone": zone}


def manner(entry: Entry, place: Place, uid: str) -> dict[str, Any]:
    """Everything of an event but its times."""
    own = person(f"{place.name} <{place.address}>")
    organizer = person(entry.organizer) if entry.organizer else own
    is_own = entry.organizer is None
    answer = "organizer" if is_own else entry.response
    me = {"type": entry.role, "status": status(answer), **own}
    others = [{"type": "required", "status": status("accepted"), **person(guest)} for guest in entry.guests]
    return {
        "subject": entry.subject,
        "body": {"contentType": "text", "content": entry.note},
        "bodyPreview": entry.note[:255],
        "showAs": "tentative" if answer in ("notResponded", "tentativelyAccepted") else entry.show_as,
        "sensitivity": "private" if entry.is_private else "normal",
        "isOrganizer": is_own,
        "organizer": organizer,
        "responseStatus": status(answer),
        "attendees": others if is_own else [me, *others],
        **room(entry.room),
        **online(entry.is_online, uid),
    }


def person(text: str) -> dict[str, Any]:
    """The recipient of `Name <address>`."""
    name, _, address = text.rstrip(">").partition(" <")
    return {"emailAddress": {"name": name, "address": address}}


def status(response: str) -> dict[str, str]:
    is_answered = response not in ("none", "notResponded", "organizer")
    return {"response": response, "time": ANSWERED if is_answered else "0001-01-01T00:00:00Z"}


def room(name: str) -> dict[str, Any]:
    if not name:
        return {}
    location = {"displayName": name, "locationType": "default", "uniqueId": name, "uniqueIdType": "private"}
    return {"location": location, "locations": [location]}


def online(is_online: bool, uid: str) -> dict[str, Any]:
    if not is_online:
        return {}
    url = f"https://teams.microsoft.com/l/meetup-join/{opaque.guid('join', uid)}"
    return {"isOnlineMeeting": True, "onlineMeetingProvider": "teamsForBusiness", "onlineMeeting": {"joinUrl": url}}


def weekly_series(entry: Weekly, place: Place) -> Iterator[dict[str, Any]]:
    """A master; with exceptions also all its instances, else only the days that it leaves out."""
    first, last = -7 * SERIES_WEEKS_BACK, 7 * SERIES_WEEKS_AHEAD
    days = [day for day in range(first, last) if day % 7 in entry.weekdays and (day - first) // 7 % entry.interval == 0]
    master = master_on(entry, place, days[0], days[-1])
    dropped = [place.monday + timedelta(days=day) for day in entry.dropped]
    master["cancelledOccurrences"] = [f"OID.{master['id']}.{day.isoformat()}" for day in dropped]
    yield master
    if entry.moved or entry.renamed:
        yield from (instance(entry, place, master, day) for day in days if day not in entry.dropped)


def master_on(entry: Weekly, place: Place, first: int, last: int) -> dict[str, Any]:
    start, end = (place.monday + timedelta(days=day) for day in (first, last))
    pattern = {
        "type": "weekly",
        "interval": entry.interval,
        "daysOfWeek": [WEEKDAYS[day] for day in entry.weekdays],
        "firstDayOfWeek": "monday",
    }
    limits = {"type": "endDate", "startDate": start.isoformat(), "endDate": end.isoformat()}
    rule = {"pattern": pattern, "range": {**limits, "recurrenceTimeZone": place.zone if entry.at else "UTC"}}
    return {**event_on(entry, place, first), "type": "seriesMaster", "recurrence": rule}


def instance(entry: Weekly, place: Place, master: dict[str, Any], day: int) -> dict[str, Any]:
    """The occurrence or exception of a series on a day."""
    date_of = place.monday + timedelta(days=day)
    event = {name: value for name, value in master.items() if name not in ("recurrence", "cancelledOccurrences")}
    is_exception = day in entry.moved or day in entry.renamed
    event |= {
        "id": opaque.opaque_id("demo", master["id"], str(day)),
        "iCalUId": f"{master['iCalUId'][:32]}{date_of:%Y}{date_of:%m%d}{master['iCalUId'][40:]}",
        "seriesMasterId": master["id"],
        "type": "exception" if is_exception else "occurrence",
        "subject": entry.renamed.get(day, entry.subject),
        **times(entry, place, date_of),
    }
    event["originalStart"] = zones.write_instant(read_bound(event, "start"))
    if day in entry.moved:
        at, length = entry.moved[day]
        start = datetime.combine(date_of, time.fromisoformat(at))
        event |= {"start": wall(start, place.zone), "end": wall(start + timedelta(minutes=length), place.zone)}
    return event


def yearly_series(entry: Yearly, place: Place, day: int) -> dict[str, Any]:
    """A birthday or the like."""
    date_of = place.monday + timedelta(days=day)
    pattern = {"type": "absoluteYearly", "interval": 1, "month": date_of.month, "dayOfMonth": date_of.day}
    # Not every year has a 29 February.
    born = date(date_of.year - entry.age, date_of.month, min(date_of.day, 28 if date_of.month == 2 else 31))
    limits = {"type": "noEnd", "startDate": born.isoformat(), "recurrenceTimeZone": "UTC"}
    master = event_on(entry, place, day) | times(entry, place, born)
    return {**master, "type": "seriesMaster", "recurrence": {"pattern": pattern, "range": limits}}
