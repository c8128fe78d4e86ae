"""Short ways to write down events and meetings of Monday, 23 November 2026."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

from tui.domain.busy import BusyRules
from tui.domain.conflicts import Group, find_pairs, group_pairs
from tui.domain.events import CalendarKey, Event, EventCopy, Person, ShowAs
from tui.domain.meetings import Match, Meeting, meetings_of
from tui.domain.timespan import AllDay, Timed, When

Fields = dict[str, Any]

MONDAY = date(2026, 11, 23)
MONTH = AllDay(date(2026, 11, 1), date(2026, 12, 1))
WORK = CalendarKey("work@example.com", "work-calendar")
HOME = CalendarKey("home@example.com", "home-calendar")
CLIENT = CalendarKey("client@example.com", "client-calendar")
DEFAULT_RULES = BusyRules()
ANA = Person("Ana", "ana@example.com")


def at(clock: str, day: date = MONDAY) -> datetime:
    """The UTC instant of a wall clock such as ``09:30``."""
    return datetime.combine(day, time.fromisoformat(clock), UTC)


def timed(start: str, end: str, day: date = MONDAY) -> Timed:
    return Timed(at(start, day), at(end, day))


def whole_days(first: date = MONDAY, count: int = 1) -> AllDay:
    return AllDay(first, first + timedelta(days=count))


def event(event_id: str = "event", when: When | None = None, **fields: Any) -> Event:
    """A busy event, from nine to ten unless told otherwise."""
    return Event(id=event_id, when=when or timed("09:00", "10:00"), **{"show_as": ShowAs.BUSY, **fields})


def copy(event_id: str = "event", when: When | None = None, calendar: CalendarKey = WORK, **fields: Any) -> EventCopy:
    return EventCopy(calendar, event(event_id, when, **fields))


def meetings(
    *copies: EventCopy,
    zone: tzinfo = UTC,
    match: Match = Match.FULL,
    counted: Callable[[CalendarKey], bool] = lambda _: True,
    rules: BusyRules = DEFAULT_RULES,
) -> list[Meeting]:
    return meetings_of(copies, counted=counted, rules=rules, zone=zone, match=match)


def meeting(event_id: str = "event", when: When | None = None, *, zone: tzinfo = UTC, **fields: Any) -> Meeting:
    """The one meeting that a lone event makes."""
    (made,) = meetings(copy(event_id, when, **fields), zone=zone)
    return made


def groups_of(made: Iterable[Meeting], *, zone: tzinfo = UTC, window: AllDay = MONTH) -> list[Group]:
    return group_pairs(find_pairs(made), zone=zone, window=window)
