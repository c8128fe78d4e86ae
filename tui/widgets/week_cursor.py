"""How the cursor walks over a page: pure functions, so that every move can be read and tested.

The cursor is a place in time (a day and a row, or a line of the all-day events) and, where something stands
there, the event under it. Arrows walk by row and day, and first between events that stand side by side; a walk
may leave the page: then its day does, and whoever holds the cursor turns the page. Tab walks by event.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

from tui.widgets.week_layout import Page, Piece
from tui.widgets.week_spans import Span


class Cursor(NamedTuple):
    """Where the cursor is."""

    day: date
    minute: int
    """Of the day, by the wall clock; of an all-day line it is the minute to come back to."""
    meeting_id: str = ""
    """The event under the cursor, or empty."""
    line: int | None = None
    """The line among the all-day events, or None among the hours."""


def at_time(page: Page, day: date, minute: int, keep: str = "") -> Cursor:
    """The cursor at ``minute`` of ``day``; of the events there it takes ``keep``, else the first."""
    if not page.holds(day):
        return Cursor(day, minute)
    row = min(page.row_count - 1, max(0, minute // page.minutes))
    here = page.columns[page.column_of(day)].rows[row]
    ids = [page.blocks[piece.block].meeting.id for piece in here]
    return Cursor(day, row * page.minutes, keep if keep in ids else ids[0] if ids else "")


def on_line(page: Page, day: date, line: int, minute: int) -> Cursor:
    """The cursor on an all-day line of ``day``."""
    span = _span_at(page, day, line)
    return Cursor(day, minute, page.blocks[span.block].meeting.id if span else "", line)


def on_meeting(page: Page, meeting_id: str, near: date | None = None) -> Cursor | None:
    """The cursor at the first row of a meeting, on day ``near`` where it stands there; None when it is not shown."""
    index = page.block_index(meeting_id)
    if index is None:
        return None
    span = min((span for span in page.spans if span.block == index), key=lambda span: span.first, default=None)
    if span is not None:
        return Cursor(page.columns[span.first].day, 0, meeting_id, span.line)
    days = [column for column in page.columns if any(piece.block == index for piece in column.pieces)]
    if not days:
        return None
    column = next((column for column in days if column.day == near), days[0])
    piece = next(piece for piece in column.pieces if piece.block == index)
    return Cursor(column.day, piece.first * page.minutes, meeting_id)


def vertically(page: Page, cursor: Cursor, rows: int) -> Cursor:
    """Up (negative) or down; from the first row up to the all-day lines and back."""
    if cursor.line is not None:
        line = cursor.line + (1 if rows > 0 else -1)
        if line < 0:
            return cursor
        return (
            on_line(page, cursor.day, line, 0) if line < _lines_of(page, cursor.day) else at_time(page, cursor.day, 0)
        )
    row = cursor.minute // page.minutes + rows
    if row < 0 and rows == -1 and line_count(page):
        return on_line(page, cursor.day, _lines_of(page, cursor.day) - 1, 0)
    row = min(page.row_count - 1, max(0, row))
    return at_time(page, cursor.day, row * page.minutes, cursor.meeting_id)


def sideways(page: Page, cursor: Cursor, step: int) -> Cursor:
    """Left (-1) or right (1): to the event beside this one in the same row, else to the day beside."""
    day = cursor.day + timedelta(days=step)
    if cursor.line is not None:
        return on_line(page, day, min(cursor.line, _lines_of(page, day) - 1), cursor.minute)
    here = _row(page, cursor.day, cursor.minute)
    ids = [page.blocks[piece.block].meeting.id for piece in here]
    beside = ids.index(cursor.meeting_id) + step if cursor.meeting_id in ids else -1
    if 0 <= beside < len(ids):
        return cursor._replace(meeting_id=ids[beside])
    there = _row(page, day, cursor.minute)
    if not there:
        return Cursor(day, cursor.minute)
    return Cursor(day, cursor.minute, page.blocks[there[0 if step > 0 else -1].block].meeting.id)


def by_event(page: Page, cursor: Cursor, step: int) -> Cursor | None:
    """The next (1) or previous (-1) event in time order; None where the page has no more."""
    stops = _stops(page)
    ids = [stop.meeting_id for stop in stops]
    if cursor.meeting_id in ids:
        position = ids.index(cursor.meeting_id) + step
        return stops[position] if 0 <= position < len(stops) else None
    place = _order(cursor)
    if step > 0:
        return next((stop for stop in stops if _order(stop) >= place), None)
    return next((stop for stop in reversed(stops) if _order(stop) < place), None)


def _stops(page: Page) -> list[Cursor]:
    """Each event of the page once, by time, all-day ones at the head of their day."""
    begins: dict[int, Span] = {}
    for span in sorted(page.spans, key=lambda span: span.first):
        begins.setdefault(span.block, span)
    stops = [
        Cursor(page.columns[span.first].day, 0, page.blocks[block].meeting.id, span.line)
        for block, span in begins.items()
    ]
    seen: set[int] = set()
    for column in page.columns:
        for piece in column.pieces:
            if piece.block not in seen:
                seen.add(piece.block)
                stops.append(Cursor(column.day, piece.first * page.minutes, page.blocks[piece.block].meeting.id))
    return sorted(stops, key=_order)


def _order(cursor: Cursor) -> tuple[date, int, int]:
    return (cursor.day, -1, cursor.line) if cursor.line is not None else (cursor.day, cursor.minute, 0)


def line_count(page: Page) -> int:
    """How many lines the all-day events take."""
    return max((span.line + 1 for span in page.spans), default=0)


def _lines_of(page: Page, day: date) -> int:
    """How many lines of a day the cursor can stand on: down to its last event, at least one."""
    column = page.column_of(day)
    return max((span.line + 1 for span in page.spans if span.first <= column < span.until), default=1)


def _row(page: Page, day: date, minute: int) -> tuple[Piece, ...]:
    if not page.holds(day):
        return ()
    return page.columns[page.column_of(day)].rows[minute // page.minutes]


def _span_at(page: Page, day: date, line: int) -> Span | None:
    if not page.holds(day):
        return None
    column = page.column_of(day)
    return next((span for span in page.spans if span.line == line and span.first <= column < span.until), None)
