"""What a measured process must know of the sample: the names of its calendars and the week that is asked for.

Kept apart from the making of the sample, and from every library that not all stores need, so that a start is
charged to the store alone.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tui.domain.events import CalendarKey, Event, EventType
from tui.domain.timespan import Interval, placed

MIDDLE = datetime(2026, 6, 1, tzinfo=UTC)
WEEK = Interval(MIDDLE, MIDDLE + timedelta(days=7))


def calendar_key(number: int) -> CalendarKey:
    """The name of the calendar ``number``, as long as Graph's; four of them share an account."""
    return CalendarKey(f"{number // 4:032x}.{number // 4:032x}", f"AAMkAG{number:0146}")


def is_in_week(event: Event) -> bool:
    """Whether the event happens in the week that is asked for."""
    return event.type is not EventType.MASTER and placed(event.when, UTC).overlaps(WEEK)
