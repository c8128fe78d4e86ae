"""How the cursor walks over a page: pure functions, so that every move can be read and tested.

The cursor is a place in time (a day and a row, or a line of the all-day events) and, where something stands
there, the event under it. Arrows walk by row and day, and first between events that stand side by side; a walk
may leave the page: then its day does, and whoever holds the cursor turns the page. Tab walks by event.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

from tui.widgets.week_clock import Slot
from tui.widgets.week_layout import Column, Page
from tui.widgets.week_spans import Span


class Cursor(NamedTuple):
    """Where the cursor is."""

    day: date
    minute: int
    """Of the day, by the wall clock; of an all-day line it is the minute to come back to."""
    meeting_id: str = ""
    """The event under the cursor, or empty."""
    line: int | None = None
    """The line above the hours, or None among the hours."""
    again: bool = False
    """Whether the clock shows the minute for the second time on that day."""
    is_count: bool = False
    """Whether it is on the number of those that have no place of their own here."""

    @property
    def slot(self) -> Slot:
        return Slot(self.minute, self.again)

    def is_at(self, day: date) -> bool:
        """Whether it is in the empty time of ``day``."""
        return self.line is None and not self.meeting_id and not self.is_count and self.day == day


def at_time(page: Page, day: date, minute: int, keep: str = "", *, again: bool = False) -> Cursor:
    """The cursor at ``minute`` of ``day``; of the events there it takes ``keep``, else the first."""
    if not page.holds(day):
        return Cursor(day, minute)
    minute = min(24 * 60 - 1, max(0, minute)) // page.minutes * page.minutes
    return _in_row(page, day, page.row_at(day, Slot(minute, again)), keep)


def _in_row(page: Page, day: date, row: int, keep: str = "", *, on_count: bool = False) -> Cursor:
    column, slot = page.columns[page.column_of(day)], page.rows.slot(row)
    ids = _ids(page, column, row)
    waiting = [page.blocks[piece.block].meeting.id for piece in column.waiting[row]]
    if on_count and waiting:
        return Cursor(day, slot.minute, again=slot.again, is_count=True)
    chosen = keep if keep in ids or keep in waiting else ids[0] if ids else ""
    return Cursor(day, slot.minute, chosen, again=slot.again)


def on_line(page: Page, day: date, line: int, minute: int, keep: str = "") -> Cursor:
    """The cursor on a line above the hours of ``day``; ``keep`` is the event it takes of several there."""
    here = at_place(page, day, line)
    line = min(line, max(0, page.most_lines - 1)) if page.most_lines else line
    ids = [page.blocks[span.block].meeting.id for span in here]
    if len(ids) > 1 and keep not in ids:
        return Cursor(day, minute, line=line, is_count=True)
    return Cursor(day, minute, keep if keep in ids else ids[0] if ids else "", line)


def at_place(page: Page, day: date, line: int) -> list[Span]:
    """What stands on ``line`` above ``day``; on the last line there is also all that has none of its own."""
    if not page.holds(day):
        return []
    last = page.most_lines - 1 if page.most_lines else None
    above = page.above[page.column_of(day)]
    if last is None or line < last:
        return [span for span in above if span.line == line]
    return [span for span in above if span.line >= last]


def on_meeting(page: Page, meeting_id: str, near: date | None = None) -> Cursor | None:
    """The cursor at the first row of a meeting, on day ``near`` where it stands there; None when it is not shown."""
    index = page.block_index(meeting_id)
    if index is None:
        return None
    days = [n for n, above in enumerate(page.above) if any(span.block == index for span in above)]
    if days:
        number = page.column_of(near) if near is not None and page.column_of(near) in days else days[0]
        line = next(span.line for span in page.above[number] if span.block == index)
        return on_line(page, page.columns[number].day, line, 0, meeting_id)
    columns = [column for column in page.columns if any(piece.block == index for piece in column.pieces)]
    if not columns:
        return None
    column = next((column for column in columns if column.day == near), columns[0])
    piece = next(piece for piece in column.pieces if piece.block == index)
    return _in_row(page, column.day, piece.first, meeting_id)


def vertically(page: Page, cursor: Cursor, rows: int) -> Cursor:
    """Up (negative) or down; from the first row up to the all-day lines and back."""
    if cursor.line is not None:
        line = cursor.line + (1 if rows > 0 else -1)
        if line < 0:
            return cursor
        if line < _lines_of(page, cursor.day):
            return on_line(page, cursor.day, line, 0)
        return at_time(page, cursor.day, 0)
    row = page.row_at(cursor.day, cursor.slot) + rows
    if row < 0 and rows == -1 and line_count(page):
        return on_line(page, cursor.day, _lines_of(page, cursor.day) - 1, 0)
    row = _real(page.columns[page.column_of(cursor.day)], row, 1 if rows > 0 else -1, page.row_count)
    return _in_row(page, cursor.day, row, cursor.meeting_id, on_count=cursor.is_count)


def _real(column: Column, row: int, step: int, row_count: int) -> int:
    """The row, or the next one in the direction of ``step`` that there is on this day."""
    row = min(row_count - 1, max(0, row))
    for _ in range(2):
        while 0 <= row < row_count and not column.is_real(row):
            row += step
        if 0 <= row < row_count:
            break
        step, row = -step, min(row_count - 1, max(0, row))
    return min(row_count - 1, max(0, row))


def sideways(page: Page, cursor: Cursor, step: int) -> Cursor:
    """Left (-1) or right (1): to the event beside this one in the same row, else to the day beside."""
    day = cursor.day + timedelta(days=step)
    if cursor.line is not None:
        return on_line(page, day, min(cursor.line, _lines_of(page, day) - 1), cursor.minute)
    here = _stops_in_row(page, cursor.day, cursor.slot)
    beside = _position(here, cursor) + step
    if here and 0 <= beside < len(here):
        return here[beside]
    there = _stops_in_row(page, day, cursor.slot)
    if not there:
        return Cursor(day, cursor.minute, again=cursor.again)
    return there[0 if step > 0 else -1]


def _stops_in_row(page: Page, day: date, slot: Slot) -> list[Cursor]:
    """Where the cursor can be in a row of ``day``: on each event that has a lane, then on the number of the others."""
    if not page.holds(day):
        return []
    row, column = page.row_at(day, slot), page.columns[page.column_of(day)]
    slot = page.rows.slot(row)
    stops = [Cursor(day, slot.minute, one, again=slot.again) for one in _ids(page, column, row)]
    if column.waiting[row]:
        stops.append(Cursor(day, slot.minute, again=slot.again, is_count=True))
    return stops or [Cursor(day, slot.minute, again=slot.again)]


def _position(stops: list[Cursor], cursor: Cursor) -> int:
    """The place of the cursor among ``stops``; an event that has no lane is where their number is."""
    for place, stop in enumerate(stops):
        if (stop.meeting_id, stop.is_count) == (cursor.meeting_id, cursor.is_count):
            return place
    return len(stops) - 1 if stops and stops[-1].is_count else -2


def _ids(page: Page, column: Column, row: int) -> list[str]:
    return [page.blocks[piece.block].meeting.id for piece in column.rows[row]]


def by_event(page: Page, cursor: Cursor, step: int) -> Cursor | None:
    """The next (1) or previous (-1) event in time order; None where the page has no more."""
    stops = _stops(page)
    ids = [stop.meeting_id for stop in stops]
    if cursor.meeting_id in ids:
        position = ids.index(cursor.meeting_id) + step
        return stops[position] if 0 <= position < len(stops) else None
    place = _order(page, cursor)
    if step > 0:
        return next((stop for stop in stops if _order(page, stop) >= place), None)
    return next((stop for stop in reversed(stops) if _order(page, stop) < place), None)


def _stops(page: Page) -> list[Cursor]:
    """Each event of the page once, by time, those above the hours at the head of their day."""
    stops: list[Cursor] = []
    seen: set[int] = set()
    for column, above in zip(page.columns, page.above, strict=True):
        for span in above:
            if span.block not in seen:
                seen.add(span.block)
                stops.append(on_line(page, column.day, span.line, 0, page.blocks[span.block].meeting.id))
        for piece in column.pieces:
            if piece.block not in seen:
                seen.add(piece.block)
                stops.append(_in_row(page, column.day, piece.first, page.blocks[piece.block].meeting.id))
    return sorted(stops, key=lambda stop: _order(page, stop))


def _order(page: Page, cursor: Cursor) -> tuple[date, int, int]:
    if cursor.line is not None:
        return (cursor.day, -1, cursor.line)
    return (cursor.day, page.row_at(cursor.day, cursor.slot), 0)


def line_count(page: Page) -> int:
    """How many lines there are above the hours."""
    return page.most_lines or max((span.line + 1 for span in page.spans), default=0)


def _lines_of(page: Page, day: date) -> int:
    """How many lines of a day the cursor can stand on: down to its last event, at least one."""
    above = page.above[page.column_of(day)] if page.holds(day) else ()
    lines = above[-1].line + 1 if above else 1
    return min(lines, page.most_lines) if page.most_lines else lines
