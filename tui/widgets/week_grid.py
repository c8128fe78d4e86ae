"""The week as one widget that draws lines: hours down, days across.

It draws what it is given and says where the mouse was; who moves the cursor stands above it. Strips are kept
until something they show changes, and a move of the cursor repaints only the rows it touches.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from textual import events
from textual.cache import LRUCache
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.widgets.week_cursor import Cursor, at_time
from tui.widgets.week_ink import COMPONENTS, Ink
from tui.widgets.week_layout import Page, column_starts, opening_row
from tui.widgets.week_rows import GUTTER, Frame, row_segments


class WeekGrid(ScrollView):
    """The hours of some days."""

    COMPONENT_CLASSES: ClassVar[set[str]] = set(COMPONENTS)

    class Pointed(Message):
        """The mouse was pressed on a place of the grid; ``twice`` when it asks to open what is there."""

        def __init__(self, cursor: Cursor, *, twice: bool) -> None:
            self.cursor = cursor
            self.twice = twice
            super().__init__()

    def __init__(self) -> None:
        super().__init__(id="week-grid")
        self.can_focus = False
        self._page: Page | None = None
        self._cursor: Cursor | None = None
        self._now: datetime | None = None
        self._frame: Frame | None = None
        self._cursor_rows: frozenset[int] = frozenset()
        self._opening: tuple[int | None] | None = None
        self._ink: Ink | None = None
        self._strips: LRUCache[tuple[int, Cursor | None], Strip] = LRUCache(512)

    def show(self, page: Page, cursor: Cursor, now: datetime) -> None:
        """Draw ``page`` from now on; ``now`` is in its zone."""
        self._page, self._cursor, self._now = page, cursor, now
        self._forget()
        self.virtual_size = Size(self.scrollable_content_region.width, page.row_count)
        self.refresh()

    def move(self, cursor: Cursor) -> None:
        """Put the cursor elsewhere on the same page: repaints just the rows that change."""
        before, self._cursor = self._cursor, cursor
        self._frame = None
        rows = self._touched(before) | self._touched(cursor)
        self._refresh_rows(rows)
        self.reveal(cursor)

    def reveal(self, cursor: Cursor) -> None:
        """Scroll so that the cursor is in sight; opening does that by itself."""
        if self._page is not None and cursor.line is None and self._opening is None:
            row = cursor.minute // self._page.minutes
            self.scroll_to_region(Region(0, row, 1, 1), animate=False, immediate=True, x_axis=False)

    def open_at(self, now_minute: int | None) -> None:
        """Scroll to the working day, and to now when it is on the page; without a size, as soon as there is one."""
        self._opening = (now_minute,)
        if self.size.height:
            self._open()

    def _open(self) -> None:
        if self._page is None or self._opening is None:
            return
        row = opening_row(self._page.row_count, self.size.height, self._page.minutes, self._opening[0])
        self._opening = None
        self.scroll_to(y=row, animate=False, immediate=True)

    @property
    def page_rows(self) -> int:
        """How many rows a page key goes."""
        return max(1, self.size.height - 2)

    def render_line(self, y: int) -> Strip:
        row = y + self.scroll_offset.y
        width = self.scrollable_content_region.width
        frame = self._frame_for(width)
        if frame is None or row >= frame.page.row_count:
            return Strip.blank(self.size.width, self.rich_style)
        key = (row, self._cursor if row in self._cursor_rows else None)
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
            self._open()

    def on_click(self, event: events.Click) -> None:
        frame = self._frame
        if frame is None:
            return
        x, row = event.x, event.y + self.scroll_offset.y
        number = next((n for n in range(len(frame.starts) - 1) if frame.starts[n] < x < frame.starts[n + 1]), None)
        if number is not None and row < frame.page.row_count:
            cursor = self._pointed(frame, number, row, x - frame.starts[number] - 1)
            self.post_message(self.Pointed(cursor, twice=event.chain > 1))

    def _pointed(self, frame: Frame, number: int, row: int, x: int) -> Cursor:
        column = frame.page.columns[number]
        width = frame.starts[number + 1] - frame.starts[number] - 1
        under = [piece for piece in column.rows[row] if -(-piece.lane * width // piece.lanes) <= x]
        keep = frame.page.blocks[under[-1].block].meeting.id if under else ""
        cursor = at_time(frame.page, column.day, row * frame.page.minutes, keep)
        return cursor if under else cursor._replace(meeting_id="")

    def _frame_for(self, width: int) -> Frame | None:
        if self._page is None or self._now is None:
            return None
        if self._frame is None or self._frame.width != width:
            starts = column_starts(width, len(self._page.columns), GUTTER)
            self._frame = Frame(self._page, starts, width, self._now, self._cursor)
            self._cursor_rows = self._touched(self._cursor)
        return self._frame

    def _touched(self, cursor: Cursor | None) -> frozenset[int]:
        """The rows that look different because of ``cursor``."""
        if cursor is None or self._page is None:
            return frozenset()
        rows = set() if cursor.line is not None else {cursor.minute // self._page.minutes}
        if cursor.meeting_id:
            for column in self._page.columns:
                for piece in column.pieces:
                    if self._page.blocks[piece.block].meeting.id == cursor.meeting_id:
                        rows.update(range(piece.first, piece.until))
        return frozenset(rows)

    def _refresh_rows(self, rows: frozenset[int]) -> None:
        top, height, width = self.scroll_offset.y, self.size.height, self.size.width
        regions = [Region(0, row - top, width, 1) for row in rows if 0 <= row - top < height]
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
