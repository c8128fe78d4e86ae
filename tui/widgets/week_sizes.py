"""What fits: how many days, rows, lines and cells the week has on a screen of some size."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

GUTTER = 7
"""The cells of the hours, left of the days."""
SECOND_GUTTER = 7
"""The cells of the hours of a second time zone, left of the first."""
SIDE_WIDTH = 48
"""The cells of the panel beside the week, where there is room for one."""
_WIDE = 200


def first_day(day: date, shown: date | None, days: int, week_start: int = 0) -> date:
    """The first day of a page of ``days`` days that holds ``day``.

    Seven days are always a week from ``week_start`` (0 is Monday). Fewer stay where they are (``shown``) and give
    way by a day to a neighbour; without ``shown``, or farther from it, they begin with the week where they can.
    """
    begin = day - timedelta(days=(day.weekday() - week_start) % 7)
    if days >= 7:
        return begin
    if shown is not None and -1 <= (day - shown).days <= days:
        offset = (day - shown).days
        return shown + timedelta(days=min(0, offset) + max(0, offset - days + 1))
    return begin if (day - begin).days < days else min(day, begin + timedelta(days=7 - days))


def days_for(width: int, gutter: int = GUTTER, narrowest: int = 12) -> int:
    """How many days a grid of ``width`` cells shows so that each has at least ``narrowest``: 7, 5, 3 or 1."""
    return next((days for days in (7, 5, 3) if (width - gutter) // days - 1 >= narrowest), 1)


def minutes_for(height: int) -> int:
    """The minutes of a row for a grid of ``height`` rows: fine where eleven hours of quarters fit, else half hours."""
    return 15 if height >= 44 else 30


def all_day_lines_for(height: int) -> int:
    """How many lines a screen of ``height`` rows keeps for what stands above the hours, whatever week it shows."""
    return 2 if height < 36 else 3 if height < 60 else 4


def side_width_for(width: int) -> int:
    """The cells of the panel beside the week on a screen of ``width`` cells; 0 where there is no room for one."""
    return SIDE_WIDTH if width >= _WIDE else 0


def column_starts(width: int, days: int, gutter: int = GUTTER) -> tuple[int, ...]:
    """Where each column of a grid of ``width`` cells begins (at its left line), and where the last one ends."""
    room = max(days * 2, width - gutter)
    return tuple(gutter + room * column // days for column in range(days + 1))


def column_room(width: int, days: int, gutter: int = GUTTER) -> int:
    """The cells that the narrowest of these columns has for events."""
    return min(after - before for before, after in pairwise(column_starts(width, days, gutter))) - 1


def opening_row(row_count: int, height: int, minutes: int, now_row: int | None) -> int:
    """The row to show at the top: the working day in the middle, and now in sight when it is on the page."""
    visible = height * minutes
    top = max(0, (14 * 60 - visible // 2) // 60 * 60) // minutes
    if now_row is not None and not top + 1 <= now_row < top + height - 1:
        top = max(0, (now_row - 1) * minutes // 60 * 60) // minutes
    return max(0, min(top, row_count - height))
