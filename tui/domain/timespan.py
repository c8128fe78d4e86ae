"""When something happens: between two instants, or on whole days.

Instants are aware UTC datetimes. Whole days are dates and have no zone of their own: they are placed at the
midnights of whoever looks (RFC 5545 3.3.4). Every span is half-open: touching is not overlapping.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from msgspec import Struct

from tui.limits import EARLIEST_YEAR, LATEST_YEAR

EARLIEST = datetime(EARLIEST_YEAR, 1, 1, tzinfo=UTC)
LATEST = datetime(LATEST_YEAR, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)


class Timed(Struct, frozen=True, array_like=True, tag="t", gc=False):
    """From ``start`` up to, not including, ``end``; aware UTC."""

    start: datetime
    end: datetime


class AllDay(Struct, frozen=True, array_like=True, tag="d", gc=False):
    """The days from ``first`` up to, not including, ``until``."""

    first: date
    until: date


When = Timed | AllDay


class Interval(Struct, frozen=True, order=True, gc=False):
    """A half-open interval of instants (aware UTC)."""

    start: datetime
    end: datetime

    def overlaps(self, other: Interval) -> bool:
        return self.start < other.end and other.start < self.end

    def overlap(self, other: Interval) -> Interval:
        """The instants that both have; its end is not after its start when there are none."""
        return Interval(max(self.start, other.start), min(self.end, other.end))

    @property
    def length(self) -> timedelta:
        return self.end - self.start


def midnight(day: date, zone: tzinfo) -> datetime:
    """The first instant of ``day`` in ``zone``, as UTC.

    Where a clock change skips midnight it is the instant of the change, where midnight comes twice the earlier.
    """
    return datetime.combine(day, time(), zone).astimezone(UTC)


def start_of(when: When) -> date:
    """The start of ``when`` as it stands: an instant, or the first of whole days."""
    return when.start if isinstance(when, Timed) else when.first


def placed(when: When, zone: tzinfo) -> Interval:
    """The instants of ``when`` for a viewer in ``zone``."""
    if isinstance(when, Timed):
        return Interval(when.start, when.end)
    return Interval(midnight(when.first, zone), midnight(when.until, zone))


def is_empty(when: When) -> bool:
    """Whether nothing lies between start and end (zero length, or an end before the start)."""
    if isinstance(when, Timed):
        return when.end <= when.start
    return when.until <= when.first


def clamp(instant: datetime) -> datetime:
    """``instant`` moved into the years that can be shifted by zones and days without overflow."""
    return min(max(instant, EARLIEST), LATEST)


def clamp_day(day: date) -> date:
    """``day`` moved into the same years as ``clamp``."""
    return min(max(day, EARLIEST.date()), LATEST.date())


def days_of(interval: Interval, zone: tzinfo) -> Iterator[date]:
    """The days in ``zone`` that ``interval`` touches, at least the day of its start."""
    day = interval.start.astimezone(zone).date()
    last = max(day, (interval.end - timedelta(microseconds=1)).astimezone(zone).date())
    while day <= last:
        yield day
        day += DAY


def wanted_window(today: date, past_days: int, future_days: int) -> AllDay:
    """The whole UTC days that must be covered on ``today``."""
    return AllDay(today - timedelta(days=past_days), today + timedelta(days=future_days + 1))
