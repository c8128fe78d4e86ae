"""The week as one widget that draws lines: hours down, days across.

It draws what it is given and says where the mouse was; who moves the cursor stands above it. Strips are kept
until something they show changes, and a move of the cursor or of the clock repaints only the rows it touches.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from msgspec.structs import replace
from textual import events
from textual.cache import LRUCache
from textual.geometry import Offset, Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.widgets.week_cells import row_cells
from tui.widgets.week_cursor import Cursor, at_time
from tui.widgets.week_ink import COMPONENTS, Ink
from tui.widgets.week_layout import Page
from tui.widgets.week_rows import Frame, now_row, row_segments
from tui.widgets.week_sizes import column_starts, opening_row

_TITLE_ROWS = 3
"""How many rows the words of an event take at most."""


class WeekGrid(ScrollView):
    """The hours of some days."""

    COMPONENT_CLASSES: ClassVar[set[str]] = set(COMPONENTS)

    class Pointed(Message):
        """The mouse was pressed on a place of the grid; ``opens`` when it asks to open what is there."""

        def __init__(self, cursor: Cursor, *, opens: bool) -> None:
            self.cursor = cursor
            self.opens = opens
            super().__init__()

    class Resized(Message):
        """It has another size: what stands where has changed."""

    def __init__(self) -> None:
        super().__init__(id="week-grid")
        self.can_focus = False
        self._page: Page | None = None
        self._cursor: Cursor | None = None
        self._now: datetime | None = None
        self._frame: Frame | None = None
        self._cursor_rows: frozenset[int] = frozenset()
        self._opening: tuple[datetime | None] | None = None
        self._ink: Ink | None = None
        self._strips: LRUCache[tuple[int, Cursor | None, int], Strip] = LRUCache(512)

    def show(self, page: Page, cursor: Cursor, now: datetime) -> None:
        """Draw ``page`` from now on; of the page that stands there only what moved. ``now`` is in its zone."""
        if page is self._page:
            self._tick(now)
            if cursor != self._cursor:
                self.move(cursor)
            return
        before, self._page, self._cursor, self._now = self._page, page, cursor, now
        self._forget()
        top = self.scroll_offset.y
        self.virtual_size = Size(self.scrollable_content_region.width, page.row_count)
        self.refresh()
        if before is not None and before.minutes != page.minutes:
            self.call_after_refresh(self._scroll_to_row, top * before.minutes // page.minutes)

    def _scroll_to_row(self, row: int) -> None:
        """The hours at the top stay there, however fine the rows are."""
        self.scroll_to(y=row, animate=False, immediate=True)
        if self._cursor is not None:
            self.reveal(self._cursor)

    def move(self, cursor: Cursor) -> None:
        """Put the cursor elsewhere on the same page: repaints just the rows that change."""
        before, self._cursor = self._cursor, cursor
        self._frame = None
        if before is not None and before.day != cursor.day and self._page and self._page.second_zone is not None:
            self._forget()
            self.refresh()
        self._refresh_rows(self._touched(before) | self._touched(cursor))
        self.reveal(cursor)

    def _tick(self, now: datetime) -> None:
        """Repaint the rows of the time that has passed."""
        before, self._now = self._now, now
        if self._page is None or before is None or before == now:
            return
        self._frame = None
        rows = {now_row(self._page, before), now_row(self._page, now)}
        if before.date() != now.date():
            rows.update(range(self._page.row_count))
        for column in self._page.columns:
            for piece in column.pieces:
                if before < self._page.blocks[piece.block].meeting.interval.end <= now:
                    rows.update(range(piece.first, piece.until))
        for key in [key for key in self._strips.keys() if key[0] in rows]:  # noqa: SIM118 - not a mapping
            self._strips.discard(key)
        self._refresh_rows(frozenset(rows))

    def reveal(self, cursor: Cursor) -> None:
        """Scroll so that the cursor is in sight; opening does that by itself."""
        if self._page is not None and cursor.line is None and self._opening is None:
            row = self._page.row_at(cursor.day, cursor.slot)
            self.scroll_to_region(Region(0, row, 1, 1), animate=False, immediate=True, x_axis=False)

    def open_at(self, now: datetime | None) -> None:
        """Scroll to the working day, and to ``now`` when it is given; without a size, as soon as there is one."""
        self._opening = (now,)
        if self.size.height:
            self._open()

    def _open(self) -> None:
        if self._page is None or self._opening is None:
            return
        now = self._opening[0]
        self._opening = None
        wanted = None if now is None else now_row(self._page, now)
        row = opening_row(self._page.row_count, self.size.height, self._page.minutes, wanted)
        self.scroll_to(y=row, animate=False, immediate=True)
        if self._cursor is not None:
            self.reveal(self._cursor)

    @property
    def page_rows(self) -> int:
        """How many rows a page key goes."""
        return max(1, self.size.height - 2)

    @property
    def cursor_offset(self) -> Offset | None:
        """Where on the screen the cursor is; None while it is out of sight."""
        frame, cursor = self._frame_for(self.scrollable_content_region.width), self._cursor
        if frame is None or cursor is None or cursor.line is not None or not frame.page.holds(cursor.day):
            return None
        row, number = frame.page.row_at(cursor.day, cursor.slot), frame.page.column_of(cursor.day)
        y = row - self.scroll_offset.y
        width = frame.starts[number + 1] - frame.starts[number] - 1
        cells = row_cells(frame.page.columns[number], row, width, frame.selected)
        begins = [one.begin for one in cells.shown if one.piece.block == frame.selected]
        x = frame.starts[number] + 1 + (cells.end if cursor.is_count else begins[0] if begins else 0)
        return self.content_region.offset + Offset(x, y) if 0 <= y < self.size.height else None

    def render_line(self, y: int) -> Strip:
        top = self.scroll_offset.y
        row = y + top
        width = self.scrollable_content_region.width
        frame = self._frame_for(width)
        if frame is None or row >= frame.page.row_count:
            return Strip.blank(self.size.width, self.rich_style)
        key = (row, self._cursor if row in self._cursor_rows else None, top if y < _TITLE_ROWS else -1)
        strip = self._strips.get(key)
        if strip is None:
            strip = Strip(row_segments(frame, row, self._styles()), width)
            self._strips[key] = strip
        return strip

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._ink = None
        self._forget()

    def on_resize(self) -> None:
        self._forget()
        if self._page is not None:
            self.virtual_size = Size(self.scrollable_content_region.width, self._page.row_count)
            if self._opening is None and self._now is not None:
                self._opening = (self._now if self._page.holds(self._now.date()) else None,)
            self._open()
        self.post_message(self.Resized())

    def on_click(self, event: events.Click) -> None:
        frame = self._frame
        if frame is None:
            return
        x, row = event.x, event.y + self.scroll_offset.y
        number = next((n for n in range(len(frame.starts) - 1) if frame.starts[n] < x < frame.starts[n + 1]), None)
        if number is not None and row < frame.page.row_count:
            cursor = self._pointed(frame, number, row, x - frame.starts[number] - 1)
            self.post_message(self.Pointed(cursor, opens=event.chain > 1 or cursor.is_count))

    def _pointed(self, frame: Frame, number: int, row: int, x: int) -> Cursor:
        column = frame.page.columns[number]
        width = frame.starts[number + 1] - frame.starts[number] - 1
        cells = row_cells(column, row, width, frame.selected)
        under = next((one.piece for one in cells.shown if one.begin <= x < one.until), None)
        slot = frame.page.rows.slot(row)
        keep = frame.page.blocks[under.block].meeting.id if under else ""
        cursor = at_time(frame.page, column.day, slot.minute, keep, again=slot.again)
        is_count = cells.waiting > 0 and x >= cells.end
        return cursor if under else cursor._replace(meeting_id="", is_count=is_count)

    def _frame_for(self, width: int) -> Frame | None:
        if self._page is None or self._now is None:
            return None
        top = self.scroll_offset.y
        if self._frame is None or self._frame.width != width:
            starts = column_starts(width, len(self._page.columns), self._page.gutter)
            self._frame = Frame(self._page, starts, width, self._now, self._cursor, top)
            self._cursor_rows = self._touched(self._cursor)
        elif self._frame.top != top:
            self._frame = replace(self._frame, top=top)
        return self._frame

    def _touched(self, cursor: Cursor | None) -> frozenset[int]:
        """The rows that look different because of ``cursor``."""
        page = self._page
        if cursor is None or page is None:
            return frozenset()
        rows = set() if cursor.line is not None else {page.row_at(cursor.day, cursor.slot)}
        selected = page.block_index(cursor.meeting_id) if cursor.meeting_id else None
        if selected is not None:
            for column in page.columns:
                for piece in column.pieces:
                    if piece.block == selected:
                        rows.update(range(piece.first, piece.until))
        return frozenset(rows)

    def _refresh_rows(self, rows: frozenset[int]) -> None:
        top, height, width = self.scroll_offset.y, self.size.height, self.size.width
        regions = [Region(0, row - top, width, 1) for row in sorted(rows) if 0 <= row - top < height]
        if regions:
            self.refresh(*regions)

    def _styles(self) -> Ink:
        if self._ink is None:
            self._ink = Ink(self)
        return self._ink

    def _forget(self) -> None:
        self._strips.clear()
        self._frame = None
        self._cursor_rows = frozenset()
