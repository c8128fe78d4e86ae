"""Which days a `patternedRecurrence` falls on (recurrencePattern and recurrenceRange resource types).

A series follows the wall clock of its own zone, so its instants move with daylight time. Where RFC 5545 and Outlook
differ, Outlook stands: the 29th to 31st become the last day of a short month, weeks start on Sunday unless the pattern
says otherwise, and a relative pattern with several weekdays means the one of them that fits.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time
from typing import Any

from dateutil import rrule

from tui.simulator import zones

WEEKDAYS = {
    "monday": rrule.MO,
    "tuesday": rrule.TU,
    "wednesday": rrule.WE,
    "thursday": rrule.TH,
    "friday": rrule.FR,
    "saturday": rrule.SA,
    "sunday": rrule.SU,
}
POSITIONS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": -1}
FREQUENCIES = {
    "daily": rrule.DAILY,
    "weekly": rrule.WEEKLY,
    "absolutemonthly": rrule.MONTHLY,
    "relativemonthly": rrule.MONTHLY,
    "absoluteyearly": rrule.YEARLY,
    "relativeyearly": rrule.YEARLY,
}
# What Graph fills into the fields that a pattern or range does not use.
UNUSED_PATTERN = {
    "interval": 1,
    "month": 0,
    "dayOfMonth": 0,
    "daysOfWeek": [],
    "firstDayOfWeek": "sunday",
    "index": "first",
}
UNUSED_RANGE = {"endDate": "0001-01-01", "recurrenceTimeZone": "UTC", "numberOfOccurrences": 0}


class Expansion:
    """The starts of one series, computed as far as they were asked for."""

    def __init__(self, recurrence: Mapping[str, Any], first_start: datetime, zone_name: str, all_day: bool) -> None:
        """`first_start` gives the time of day; an all-day series is expanded as dates at midnight UTC.

        Raises `ValueError` when the rule is not one.
        """
        self._zone = UTC if all_day else zones.zone(zone_name)
        time_of_day = first_start.astimezone(self._zone).time()
        self._ahead: Iterator[datetime] = iter(rule(recurrence, time_of_day))
        self._starts: list[datetime] = []
        self._is_complete = False

    def between(self, begin: datetime, end: datetime) -> list[datetime]:
        """The instants in `[begin, end)`."""
        self._advance(end)
        return self._starts[bisect_left(self._starts, begin) : bisect_left(self._starts, end)]

    def before(self, instant: datetime) -> Iterator[datetime]:
        """The instants before one of them, the nearest first."""
        self._advance(instant)
        return reversed(self._starts[: bisect_left(self._starts, instant)])

    def after(self, instant: datetime) -> Iterator[datetime]:
        """The instants after one of them, the nearest first, for as long as they are asked for."""
        self._advance(instant)
        place = bisect_right(self._starts, instant)
        while True:
            if place == len(self._starts) and not self._is_complete:
                self._take()
            if place == len(self._starts):
                return
            yield self._starts[place]
            place += 1

    def first(self) -> datetime | None:
        """The first instant of the series, None when it never falls on any day."""
        if not self._starts:
            self._take()
        return self._starts[0] if self._starts else None

    def _advance(self, end: datetime) -> None:
        while not self._is_complete and (not self._starts or self._starts[-1] < end):
            self._take()

    def _take(self) -> None:
        wall = next(self._ahead, None)
        if wall is None:
            self._is_complete = True
        else:
            self._starts.append(wall.replace(tzinfo=self._zone).astimezone(UTC))


def rule(recurrence: Mapping[str, Any], time_of_day: time) -> rrule.rrule:
    """The rule over naive wall-clock times; raises `ValueError` for a field that is missing or out of its range."""
    pattern, limits = recurrence.get("pattern") or {}, recurrence.get("range") or {}
    kind = str(pattern.get("type", "")).lower()
    if kind not in FREQUENCIES:
        raise ValueError(f"unknown recurrence pattern {pattern.get('type')!r}")
    start = datetime.combine(date.fromisoformat(str(limits.get("startDate"))), time_of_day)
    return rrule.rrule(
        FREQUENCIES[kind],
        dtstart=start,
        interval=positive(pattern.get("interval", 1), "interval"),
        wkst=weekday(pattern.get("firstDayOfWeek") or "sunday"),
        **day_rule(kind, pattern),
        **end_rule(limits),
    )


def day_rule(kind: str, pattern: Mapping[str, Any]) -> dict[str, Any]:
    """The BYxxx parts of a pattern."""
    months = {"bymonth": month(pattern)} if kind.endswith("yearly") else {}
    if kind.startswith("absolute"):
        return months | last_day_rule(positive(pattern.get("dayOfMonth", 0), "dayOfMonth"))
    if kind.startswith("relative"):
        return months | {"byweekday": weekdays(pattern), "bysetpos": position(pattern)}
    return {"byweekday": weekdays(pattern)} if kind == "weekly" else {}


def last_day_rule(day: int) -> dict[str, Any]:
    """A day of the month, or the last day of a month that is shorter."""
    if day > 31:
        raise ValueError(f"dayOfMonth {day} is not a day of a month")
    return {"bymonthday": day} if day <= 28 else {"bymonthday": tuple(range(28, day + 1)), "bysetpos": -1}


def end_rule(limits: Mapping[str, Any]) -> dict[str, Any]:
    """COUNT or UNTIL of a range; the end date is included."""
    kind = str(limits.get("type", "")).lower()
    if kind == "noend":
        return {}
    if kind == "numbered":
        return {"count": positive(limits.get("numberOfOccurrences", 0), "numberOfOccurrences")}
    if kind == "enddate":
        return {"until": datetime.combine(date.fromisoformat(str(limits.get("endDate"))), time.max)}
    raise ValueError(f"unknown recurrence range {limits.get('type')!r}")


def weekdays(pattern: Mapping[str, Any]) -> list[Any]:
    days = pattern.get("daysOfWeek") or []
    if not days:
        raise ValueError("daysOfWeek is missing")
    return [weekday(day) for day in days]


def weekday(name: object) -> Any:
    try:
        return WEEKDAYS[str(name).lower()]
    except KeyError:
        raise ValueError(f"{name!r} is not a day of the week") from None


def position(pattern: Mapping[str, Any]) -> int:
    index = str(pattern.get("index") or "first").lower()
    if index not in POSITIONS:
        raise ValueError(f"{index!r} is not an index")
    return POSITIONS[index]


def month(pattern: Mapping[str, Any]) -> int:
    number = positive(pattern.get("month", 0), "month")
    if number > 12:
        raise ValueError(f"{number} is not a month")
    return number


def positive(value: object, name: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError(f"{name} is {value!r}, it must be at least 1")
    return value


def completed(recurrence: Mapping[str, Any], zone_name: str) -> dict[str, Any]:
    """The rule as Graph answers it, with every unused field filled in."""
    limits = {**UNUSED_RANGE, "recurrenceTimeZone": zone_name, **recurrence["range"]}
    return {"pattern": {**UNUSED_PATTERN, **recurrence["pattern"]}, "range": limits}


def expansion_of(event: Mapping[str, Any], first_start: datetime) -> Expansion:
    """The expansion of a series master; raises `ValueError` when its rule is not one."""
    limits = event["recurrence"].get("range") or {}
    name = zones.first_known(limits.get("recurrenceTimeZone"), event.get("originalStartTimeZone"))
    return Expansion(event["recurrence"], first_start, name, bool(event.get("isAllDay")))


def day_of(start: datetime, event: Mapping[str, Any]) -> date:
    """The date of an occurrence in the zone of its series: at most one a day, so it names the occurrence."""
    if event.get("isAllDay"):
        return start.date()
    limits = (event.get("recurrence") or {}).get("range") or {}
    name = zones.first_known(limits.get("recurrenceTimeZone"), event.get("originalStartTimeZone"))
    return start.astimezone(zones.zone(name)).date()
