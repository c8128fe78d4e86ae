"""The clock on the wall of a page: in which row an instant stands, also where the clock changes.

Rows go by the wall clock, and all days of a page share them. Where the clock is set back on one of its days, the
hour that comes twice has rows of its own for the second time; the other days do not have these rows, as the day on
which the clock is set forward does not have those of the hour that it skips.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import NamedTuple

from tui.domain.timespan import midnight

DAY_MINUTES = 24 * 60
_MINUTE = timedelta(minutes=1)
_INSTANT = timedelta(microseconds=1)
NOTHING = (0, 0)


class Slot(NamedTuple):
    """What the clock shows in a row."""

    minute: int
    """Of the day."""
    again: bool = False
    """Whether it shows it for the second time."""


class Change(NamedTuple):
    """The clock is moved by ``by`` minutes (negative: set back) when it shows ``at``, in minutes of the day."""

    at: int
    by: int

    @property
    def skipped(self) -> tuple[int, int]:
        """The minutes that the clock never shows, half-open."""
        return (self.at, self.at + self.by) if self.by > 0 else NOTHING

    @property
    def repeated(self) -> tuple[int, int]:
        """The minutes that it shows twice, half-open."""
        return (self.at + self.by, self.at) if self.by < 0 else NOTHING


class Rows(NamedTuple):
    """The rows of a page, from midnight to midnight."""

    minutes: int
    """Per row."""
    again: tuple[int, int] = NOTHING
    """The minutes of the day that have rows for their second time, half-open."""

    @property
    def extra(self) -> int:
        return self.again[1] - self.again[0]

    @property
    def total(self) -> int:
        return (DAY_MINUTES + self.extra) // self.minutes

    def slot(self, row: int) -> Slot:
        """What the clock shows in ``row``."""
        minute = row * self.minutes
        if minute < self.again[1] or not self.extra:
            return Slot(minute)
        return Slot(minute - self.extra, again=minute < self.again[1] + self.extra)

    def row(self, slot: Slot) -> int:
        """The row in which the clock shows ``slot``."""
        return self.place(slot.minute, is_second=slot.again) // self.minutes

    def place(self, minute: int, *, is_second: bool = False, ends_first: bool = False) -> int:
        """How many minutes down the page the clock shows ``minute``.

        ``ends_first`` asks for the end of the time that ends then, where the second time would come between.
        """
        first, until = self.again
        if is_second and minute >= first:
            return minute + self.extra
        return minute if minute < until or (minute == until and ends_first) else minute + self.extra


def change_of(day: date, zone: tzinfo) -> Change | None:
    """How the clock is moved on ``day`` in ``zone``; None on a usual day."""
    begin, end = midnight(day, zone), midnight(day + timedelta(days=1), zone)
    by = DAY_MINUTES - int((end - begin) / _MINUTE)
    if not by:
        return None
    before = (begin - _INSTANT).astimezone(zone).utcoffset()
    at, until = 0, int((end - begin) / _MINUTE)
    while at < until:
        middle = (at + until) // 2
        if (begin + middle * _MINUTE).astimezone(zone).utcoffset() == before:
            at = middle + 1
        else:
            until = middle
    return Change(at, by)


def rows_for(changes: Sequence[Change | None], minutes: int) -> Rows:
    """The rows of days with these changes; an hour that comes twice shares its rows where they do not fit it."""
    repeated = {change.repeated for change in changes if change is not None and change.by < 0}
    if len(repeated) == 1:
        (again,) = repeated
        if not again[0] % minutes and not again[1] % minutes:
            return Rows(minutes, again)
    return Rows(minutes)


class Place(NamedTuple):
    """An instant on the wall."""

    day: date
    minute: int
    is_second: bool
    """Whether the clock shows it for the second time."""


def on_the_wall(instant: datetime, zone: tzinfo) -> Place:
    """What calendar and clock show at ``instant``."""
    local = instant.astimezone(zone)
    return Place(local.date(), local.hour * 60 + local.minute, bool(local.fold))


def instant_at(day: date, slot: Slot, zone: tzinfo) -> datetime:
    """The instant (UTC) at which the clock shows ``slot`` on ``day``."""
    wall = time(slot.minute // 60, slot.minute % 60, fold=int(slot.again))
    return datetime.combine(day, wall, zone).astimezone(UTC)
