"""One row of the week as styled text: a pure function of the page, the cursor, the time and the styles."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from msgspec import Struct
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from tui.widgets.week_cursor import Cursor
from tui.widgets.week_ink import Ink, fit, split_title
from tui.widgets.week_layout import Block, Column, Page, Piece

GUTTER = 7
WORKING_MINUTES = (9 * 60, 17 * 60)


class Frame(Struct, frozen=True):
    """What a row is drawn from besides its number."""

    page: Page
    starts: tuple[int, ...]
    """Where each column begins, and where the last one ends."""
    width: int
    now: datetime
    """In the zone of the page."""
    cursor: Cursor | None

    @property
    def now_row(self) -> int:
        return (self.now.hour * 60 + self.now.minute) // self.page.minutes

    @property
    def now_column(self) -> int:
        """The column of today; -1 when it is not on the page."""
        today = self.now.date()
        return self.page.column_of(today) if self.page.holds(today) else -1


def row_segments(frame: Frame, row: int, ink: Ink) -> Iterator[Segment]:
    """The segments of ``row``, ``frame.width`` cells in all."""
    yield _hour(frame, row, ink)
    for number, column in enumerate(frame.page.columns):
        yield Segment("│", ink.line)
        width = frame.starts[number + 1] - frame.starts[number] - 1
        yield from _cells(frame, row, number, column, width, ink)
    rest = frame.width - frame.starts[-1]
    if rest > 0:
        yield Segment(" " * rest, ink.off)


def _hour(frame: Frame, row: int, ink: Ink) -> Segment:
    minute = row * frame.page.minutes
    if row == frame.now_row and frame.now_column >= 0:
        return Segment(f" {frame.now:%H:%M}▸", ink.now)
    is_cursor = frame.cursor is not None and frame.cursor.line is None and frame.cursor.minute == minute
    text = f" {minute // 60:02}:{minute % 60:02} " if is_cursor or not minute % 60 else " " * GUTTER
    return Segment(text, ink.cursor_hour if is_cursor else ink.hour)


def _cells(frame: Frame, row: int, number: int, column: Column, width: int, ink: Ink) -> Iterator[Segment]:
    pieces = column.rows[row]
    shown = _that_fit(pieces, width)
    begins = [_begin(piece, width) for piece in shown]
    hidden = len(pieces) - len(shown)
    end = width - len(f"+{hidden}") if hidden else width
    first = begins[0] if begins else end
    if first > 0:
        yield from _empty(frame, row, number, column, first, ink)
    for position, piece in enumerate(shown):
        until = begins[position + 1] if position + 1 < len(shown) else end
        yield from _piece(frame, row, column, piece, until - begins[position], width, ink)
    if hidden:
        yield Segment(f"+{hidden}", ink.clash)


def _begin(piece: Piece, width: int) -> int:
    return -(-piece.lane * width // piece.lanes)


def _that_fit(pieces: tuple[Piece, ...], width: int) -> tuple[Piece, ...]:
    """Those whose lane leaves at least two cells; the others are only counted."""
    if not pieces or width >= 2 * pieces[0].lanes:
        return pieces
    shown: list[Piece] = []
    for piece in pieces:
        if _begin(piece, width) <= width - 5 and (not shown or _begin(piece, width) - _begin(shown[-1], width) >= 2):
            shown.append(piece)
    return tuple(shown)


def _empty(frame: Frame, row: int, number: int, column: Column, width: int, ink: Ink) -> Iterator[Segment]:
    minute = row * frame.page.minutes
    cursor = frame.cursor
    if cursor and cursor.line is None and (cursor.day, cursor.minute, cursor.meeting_id) == (column.day, minute, ""):
        yield Segment(fit(f" {minute // 60:02}:{minute % 60:02}", width), ink.cursor)
    elif number == frame.now_column and row == frame.now_row:
        yield Segment("╌" * width, ink.now)
    elif column.skipped[0] <= row < column.skipped[1]:
        yield Segment(fit("no such hour" if row == column.skipped[0] else "", width), ink.change)
    elif column.repeated[0] <= row < column.repeated[1]:
        yield Segment(fit("hour comes twice" if row == column.repeated[0] else "", width), ink.change)
    else:
        is_working = column.day.weekday() < 5 and WORKING_MINUTES[0] <= minute < WORKING_MINUTES[1]
        yield Segment(" " * width, ink.working if is_working else ink.off)


def _piece(frame: Frame, row: int, column: Column, piece: Piece, width: int, full: int, ink: Ink) -> Iterator[Segment]:
    block = frame.page.blocks[piece.block]
    is_selected = frame.cursor is not None and frame.cursor.meeting_id == block.meeting.id
    bar, title, text = ink.of(block, is_past=block.meeting.interval.end <= frame.now, is_selected=is_selected)
    is_clash = row in piece.clash_rows
    clash = ink.clash + Style(bgcolor=bar.bgcolor) if not is_selected else bar
    line = row - piece.first
    head = block.shape.value + (block.letters if line == 0 else "")
    head = head[:width]
    yield Segment(head, bar)
    room = width - len(head)
    if room > 0:
        yield Segment("!" if is_clash else " ", clash if is_clash else text)
        words = _words(block, piece, column, line, full)
        if room > 1:
            yield Segment(fit(words if line == 0 else f" {words}", room - 1), title if line == 0 else text)


def _words(block: Block, piece: Piece, column: Column, line: int, full: int) -> str:
    """The text of a row of an event: the title, on two rows where that shows all of it, then the note."""
    if line > 2:
        return ""
    if piece.until - piece.first >= 3:
        head, rest = split_title(block.title, _width_in(column, piece, 0, full) - 2 - len(block.letters))
        if rest and cell_len(rest) <= _width_in(column, piece, 1, full) - 3:
            return (head, rest, block.note)[line]
    return (block.title, block.note, "")[line]


def _width_in(column: Column, piece: Piece, line: int, full: int) -> int:
    """How wide ``piece`` is in its row ``line``: up to the next event there."""
    beside = next((other for other in column.rows[piece.first + line] if other.lane > piece.lane), None)
    return (_begin(beside, full) if beside else full) - _begin(piece, full)
