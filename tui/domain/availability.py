"""When the person is free: time that no meeting claims in any calendar that counts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import chain, takewhile

from tui.domain.meetings import Meeting
from tui.domain.timespan import Interval

WORK_STARTS = time(9)
WORK_ENDS = time(17)
LEAST = timedelta(minutes=30)
DAYS_AHEAD = 14


def next_free(meetings: Iterable[Meeting], after: datetime, zone: tzinfo) -> Interval | None:
    """The next time of at least half an hour, from ``after`` on, that is free everywhere.

    Weekdays 09:00 to 17:00 in ``zone`` are looked at, for two weeks. ``meetings`` come by start; those that claim
    the person, surely or maybe, take their time.
    """
    ends = after + timedelta(days=DAYS_AHEAD + 1)
    near = takewhile(lambda meeting: meeting.interval.start < ends, meetings)
    taken = [meeting.interval for meeting in near if meeting.counts and meeting.interval.end > after]
    for hours in _working_hours(after, zone):
        for gap in _gaps(taken, hours):
            if gap.length >= LEAST:
                return gap
    return None


def _working_hours(after: datetime, zone: tzinfo) -> Iterator[Interval]:
    first = after.astimezone(zone).date()
    for day in (first + timedelta(days=number) for number in range(DAYS_AHEAD)):
        hours = Interval(max(after, _at(day, WORK_STARTS, zone)), _at(day, WORK_ENDS, zone))
        if day.weekday() < 5 and hours.end > hours.start:
            yield hours


def _at(day: date, clock: time, zone: tzinfo) -> datetime:
    return datetime.combine(day, clock, zone).astimezone(UTC)


def _gaps(taken: Iterable[Interval], hours: Interval) -> Iterator[Interval]:
    """What ``taken`` (by start) leaves of ``hours``, in order."""
    free_from = hours.start
    for busy in chain((i for i in taken if i.overlaps(hours)), [Interval(hours.end, hours.end)]):
        if busy.start > free_from:
            yield Interval(free_from, busy.start)
        free_from = max(free_from, busy.end)
