"""A meeting as the week draws it: letters, colour, the shape of its state, its words, and when it is double-booked."""

from __future__ import annotations

from datetime import timedelta
from enum import Enum

from msgspec import Struct

from tui.domain.conflicts import Grade
from tui.domain.meetings import Meeting
from tui.domain.timespan import Interval

_WHOLE_DAY = timedelta(hours=24)


class Shape(Enum):
    """The state of an event as the shape of its left bar: it reads without colour."""

    BUSY = "▌"
    MAYBE = "╎"
    FREE = "┆"
    AWAY = "█"
    HOLLOW = "▯"
    """Its calendar does not count here."""

    @property
    def upper(self) -> str:
        """The bar of an event that takes only the upper half of a row."""
        return _HALVES[self][0]

    @property
    def lower(self) -> str:
        """The bar of an event that takes only the lower half of a row."""
        return _HALVES[self][1]


_HALVES = {
    Shape.BUSY: ("▘", "▖"),
    Shape.MAYBE: ("╹", "╻"),
    Shape.FREE: ("'", ","),
    Shape.AWAY: ("▀", "▄"),
    Shape.HOLLOW: ("▔", "▁"),
}


class Clash(Struct, frozen=True, order=True, gc=False):
    """When an event is double-booked, and how badly."""

    interval: Interval
    grade: Grade


class Block(Struct, frozen=True, kw_only=True, gc=False):
    """A meeting as the week draws it; every text is clean and already private where it has to be."""

    meeting: Meeting
    letters: str
    colour: int
    """The place of the account among the colours, from 0."""
    shape: Shape
    title: str
    note: str = ""
    """The second line."""
    struck: bool = False
    """Cancelled or declined."""
    clashes: tuple[Clash, ...] = ()

    @property
    def is_above(self) -> bool:
        """Whether it stands above the hours: events of whole days, and all that last 24 hours or longer."""
        return self.meeting.all_day or self.meeting.interval.length >= _WHOLE_DAY

    @property
    def grade(self) -> Grade | None:
        """The worst grade of its clashes; None without one."""
        return min((clash.grade for clash in self.clashes), key=lambda grade: grade.rank, default=None)
