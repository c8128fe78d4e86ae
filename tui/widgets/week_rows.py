"""One row of the week as styled text: a pure function of the page, the cursor, the time and the styles."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from msgspec import Struct
from rich.cells import cell_len
from rich.segment import Segment

from tui.domain.conflicts import Grade
from tui.widgets.event_lines import GRADE_MARKS
from tui.widgets.week_block import Block, Shape
from tui.widgets.week_cells import Cells, row_cells
from tui.widgets.week_clock import Slot, instant_at, on_the_wall
from tui.widgets.week_cursor import Cursor
from tui.widgets.week_ink import Ink, Inks, fit, split_title
from tui.widgets.week_lanes import Piece
from tui.widgets.week_layout import Column, Page
from tui.widgets.week_sizes import SECOND_GUTTER

_NOTE_CELLS = 9
"""Below this many cells a note is left out."""
_WIDE_CELLS = 16
"""From this many cells on the mark of a clash says its grade."""


class Frame(Struct, frozen=True):
    """What a row is drawn from besides its number."""

    page: Page
    starts: tuple[int, ...]
    """Where each column begins, and where the last one ends."""
    width: int
    now: datetime
    """In the zone of the page."""
    cursor: Cursor | None
    top: int = 0
    """The first row that is seen: what begins above it says its title again there."""

    @property
    def now_row(self) -> int:
        return now_row(self.page, self.now)

    @property
    def now_column(self) -> int:
        """The column of today; -1 when it is not on the page."""
        today = self.now.date()
        return self.page.column_of(today) if self.page.holds(today) else -1

    @property
    def day(self) -> date:
        """The day for which a second zone is said: two zones need not change their clocks on the same one."""
        is_here = self.cursor is not None and self.page.holds(self.cursor.day)
        return self.cursor.day if self.cursor is not None and is_here else self.page.columns[0].day

    @property
    def selected(self) -> int | None:
        """The block under the cursor."""
        return self.page.block_index(self.cursor.meeting_id) if self.cursor and self.cursor.meeting_id else None


def now_row(page: Page, now: datetime) -> int:
    """The row in which ``now`` lies."""
    place = on_the_wall(now, page.zone)
    return page.row_at(place.day, Slot(place.minute // page.minutes * page.minutes, place.is_second))


def row_segments(frame: Frame, row: int, ink: Ink) -> Iterator[Segment]:
    """The segments of ``row``, ``frame.width`` cells in all."""
    slot = frame.page.rows.slot(row)
    yield from _gutter(frame, row, slot, ink)
    is_working = any(column.is_working(slot.minute) for column in frame.page.columns)
    for number, column in enumerate(frame.page.columns):
        yield Segment("┃" if is_working and number == 0 else "│", ink.line)
        width = frame.starts[number + 1] - frame.starts[number] - 1
        yield from _cells(frame, row, number, column, width, ink)
    rest = frame.width - frame.starts[-1]
    if rest > 0:
        yield Segment(" " * rest, ink.off)


def _gutter(frame: Frame, row: int, slot: Slot, ink: Ink) -> Iterator[Segment]:
    """The hours: of the second zone, where there is one, and of the page's."""
    page, cursor = frame.page, frame.cursor
    is_cursor = cursor is not None and cursor.line is None and page.row_at(cursor.day, cursor.slot) == row
    is_now = row == frame.now_row and frame.now_column >= 0
    is_said = is_cursor or is_now or not slot.minute % 60
    if page.second_zone is not None:
        there = frame.now if is_now else instant_at(frame.day, slot, page.zone)
        day = frame.now.date() if is_now else frame.day
        yield Segment(_elsewhere(there.astimezone(page.second_zone), day) if is_said else " " * SECOND_GUTTER, ink.hour)
    if is_now:
        yield Segment(f" {frame.now:%H:%M}▸", ink.now)
        return
    text = f" {clock(slot)}{'²' if slot.again else ' '}" if is_said else " " * 7
    yield Segment(text, ink.cursor_hour if is_cursor else ink.hour)


def clock(slot: Slot) -> str:
    """08:30."""
    return f"{slot.minute // 60:02}:{slot.minute % 60:02}"


def _elsewhere(there: datetime, day: date) -> str:
    """The time in the second zone; a sign says that it is not ``day`` there."""
    return f" {there:%H:%M}{'-' if there.date() < day else '+' if there.date() > day else ' '}"


def _cells(frame: Frame, row: int, number: int, column: Column, width: int, ink: Ink) -> Iterator[Segment]:
    cells = row_cells(column, row, width, frame.selected)
    first = cells.shown[0].begin if cells.shown else cells.end
    if first > 0:
        yield from _empty(frame, row, number, column, first, ink)
    for one in cells.shown:
        yield from _piece(frame, row, column, one, width, ink)
    if cells.waiting:
        cursor = frame.cursor
        is_cursor = (
            cursor is not None
            and cursor.is_count
            and cursor.line is None
            and cursor.day == column.day
            and frame.page.row_at(cursor.day, cursor.slot) == row
        )
        yield Segment(f"+{cells.waiting}", ink.cursor if is_cursor else ink.today)


def _empty(frame: Frame, row: int, number: int, column: Column, width: int, ink: Ink) -> Iterator[Segment]:
    slot, cursor = frame.page.rows.slot(row), frame.cursor
    if cursor and cursor.is_at(column.day) and frame.page.row_at(cursor.day, cursor.slot) == row:
        yield Segment(fit(f" {clock(slot)}", width), ink.cursor)
    elif number == frame.now_column and row == frame.now_row:
        yield Segment("╌" * width, ink.now)
    elif column.skipped[0] <= row < column.skipped[1]:
        yield Segment(fit("no such hour" if row == column.skipped[0] else "", width), ink.change)
    elif column.absent[0] <= row < column.absent[1]:
        yield Segment(("· " * width)[:width], ink.change)
    elif column.repeated[0] <= row < column.repeated[1]:
        yield Segment(fit(_again(slot) if row == column.repeated[0] else "", width), ink.change)
    else:
        yield Segment(" " * width, ink.working if column.is_working(slot.minute) else ink.off)


def _again(slot: Slot) -> str:
    return f"{clock(slot)} again" if slot.again else "hour comes twice"


def _piece(frame: Frame, row: int, column: Column, cells: Cells, full: int, ink: Ink) -> Iterator[Segment]:
    """A row of an event: its bar, letters on the first row that is seen, the mark of a clash, words."""
    piece = cells.piece
    block = frame.page.blocks[piece.block]
    is_selected = frame.selected == piece.block
    inks = ink.of(block, is_past=block.meeting.interval.end <= frame.now, is_selected=is_selected)
    half = _half(piece, row)
    width = cells.until - cells.begin
    line = row - min(max(piece.shown, frame.top), row) if piece.shown <= row else row - max(piece.first, frame.top)
    head = (_bar(block.shape, half) + (block.letters if line == 0 else ""))[:width]
    yield Segment(head[:1], inks.edge if half else inks.bar)
    if len(head) > 1:
        yield Segment(head[1:], inks.bar)
    room = width - len(head)
    if room <= 0:
        return
    grade = piece.clash_rows.get(row)
    mark = _mark(grade, width)[:room]
    room -= len(mark)
    words = _words(block, piece, column, row, line, cells, full) if room > 1 else ""
    words = f" {words}" if words and line else words
    if half and not words and grade is None:
        yield Segment(_filling(half, inks, len(mark) + room), inks.half)
        return
    yield Segment(mark, inks.text if grade is None else inks.bar if is_selected else ink.clash(grade, inks.bar))
    if room:
        yield from _text(words, room, half, inks, is_title=line == 0)


def _text(words: str, room: int, half: str, inks: Inks, *, is_title: bool) -> Iterator[Segment]:
    style = inks.title if is_title else inks.text
    if not half:
        yield Segment(fit(words, room), style)
        return
    shown = fit(words, room).rstrip()
    yield Segment(shown, style)
    if cell_len(shown) < room:
        yield Segment(_filling(half, inks, room - cell_len(shown)), inks.half)


def _filling(half: str, inks: Inks, width: int) -> str:
    """Half blocks where the ground of the event has a colour of its own, else nothing."""
    is_tinted = inks.half.color is not None and not inks.half.color.is_default and inks.half.color != inks.half.bgcolor
    return half * width if is_tinted else " " * width


def _half(piece: Piece, row: int) -> str:
    """``▀`` or ``▄`` where the event takes only that half of the row, else empty."""
    if piece.begins_low and row == piece.first:
        return "▄"
    return "▀" if piece.ends_high and row == piece.until - 1 else ""


def _bar(shape: Shape, half: str) -> str:
    return shape.value if not half else shape.upper if half == "▀" else shape.lower


def _mark(grade: Grade | None, width: int) -> str:
    """``!`` on the rows of a clash; where there is room as many as its grade has."""
    if width < _WIDE_CELLS:
        return "!" if grade else " "
    return f"{GRADE_MARKS[grade] if grade else '':<3} " if grade else " "


def _words(block: Block, piece: Piece, column: Column, row: int, line: int, cells: Cells, full: int) -> str:
    """The text of a row of an event: the title, on two rows where that shows all of it, then the note."""
    width = cells.until - cells.begin
    if line > 2:
        return ""
    note = block.note if width >= _NOTE_CELLS else ""
    if piece.until - (row - line) >= 3:
        head, rest = split_title(block.title, _room(piece, column, row - line, full) - len(block.letters))
        if rest and cell_len(rest) <= _room(piece, column, row - line + 1, full) - 1:
            return (head, rest, note)[line]
    return (block.title, note, "")[line]


def _room(piece: Piece, column: Column, row: int, full: int) -> int:
    """How many cells of ``row`` the words of ``piece`` have, besides bar and mark."""
    own = next((one for one in row_cells(column, row, full).shown if one.piece == piece), None)
    width = own.until - own.begin if own else 0
    return width - 1 - len(_mark(piece.clash_rows.get(row), width))
