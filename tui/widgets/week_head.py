"""What stands above the hours and does not scroll with them: the legend, the days, and the all-day events."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.content import Content
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from tui.widgets.event_lines import day_name
from tui.widgets.rules import ruled
from tui.widgets.safe_text import MUTED
from tui.widgets.week_cursor import Cursor, line_count, on_line
from tui.widgets.week_ink import COMPONENTS, Ink, fit
from tui.widgets.week_layout import Page, column_starts
from tui.widgets.week_rows import GUTTER
from tui.widgets.week_spans import Span


class WeekHead(Widget):
    """Days and all-day events of a page, over the same columns as the grid."""

    COMPONENT_CLASSES: ClassVar[set[str]] = set(COMPONENTS)

    class Pointed(Message):
        """The mouse was pressed on an all-day line."""

        def __init__(self, cursor: Cursor, *, twice: bool) -> None:
            self.cursor = cursor
            self.twice = twice
            super().__init__()

    def __init__(self) -> None:
        super().__init__(id="week-head")
        self._page: Page | None = None
        self._cursor: Cursor | None = None
        self._now: datetime | None = None
        self._most_lines = 2
        self._ink: Ink | None = None

    def show(self, page: Page, cursor: Cursor, now: datetime, most_lines: int) -> None:
        """Draw ``page`` with at most ``most_lines`` lines of all-day events; more are counted on the last one."""
        before = self.line_total
        self._page, self._cursor, self._now, self._most_lines = page, cursor, now, most_lines
        self.refresh(layout=self.line_total != before)

    def move(self, cursor: Cursor) -> None:
        """Put the cursor elsewhere on the same page."""
        before, self._cursor = self._cursor, cursor
        is_below = before is not None and before.line is None and cursor.line is None
        if before is None or not is_below or before.day != cursor.day:
            self.refresh()

    @property
    def line_total(self) -> int:
        """How many lines the all-day events take."""
        return min(line_count(self._page), self._most_lines) if self._page else 0

    def get_content_height(self, container: object, viewport: object, width: int) -> int:
        return self.line_total + (2 if self.line_total else 1)

    def render_line(self, y: int) -> Strip:
        width = self.size.width - 1
        page, ink = self._page, self._styles()
        if page is None or self._now is None:
            return Strip.blank(self.size.width, ink.plain)
        starts = column_starts(width, len(page.columns), GUTTER)
        if y == 0:
            segments = list(self._days(page, starts, ink))
        elif y <= self.line_total:
            segments = list(self._line(page, y - 1, starts, ink))
        else:
            segments = [Segment(ruled(starts[:-1], width, "┼"), ink.line)]
        return Strip(segments).extend_cell_length(self.size.width, ink.plain)

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._ink = None

    def on_click(self, event: events.Click) -> None:
        page = self._page
        if page is None or not 1 <= event.y <= self.line_total:
            return
        starts = column_starts(self.size.width - 1, len(page.columns), GUTTER)
        number = next((n for n in range(len(page.columns)) if starts[n] < event.x < starts[n + 1]), None)
        if number is not None:
            cursor = on_line(page, page.columns[number].day, event.y - 1, 0)
            self.post_message(self.Pointed(cursor, twice=event.chain > 1))

    def _days(self, page: Page, starts: tuple[int, ...], ink: Ink) -> Iterator[Segment]:
        assert self._now is not None
        yield Segment(" " * GUTTER, ink.hour)
        for number, day in enumerate(page.days):
            is_today = day == self._now.date()
            width = starts[number + 1] - starts[number] - 1
            is_cursor = self._cursor is not None and self._cursor.day == day
            yield Segment("│", ink.line)
            style = (ink.today if is_today else ink.plain) + Style(bold=is_today or is_cursor)
            yield Segment(fit(day_head(day, is_today, is_cursor, width), width), style)

    def _line(self, page: Page, line: int, starts: tuple[int, ...], ink: Ink) -> Iterator[Segment]:
        yield Segment(fit(" day" if line == 0 else "", GUTTER), ink.hour)
        is_last = line == self._most_lines - 1
        column = 0
        while column < len(page.columns):
            here = _on_line(page, column, line, is_last)
            until = column + 1
            while len(here) == 1 and until < here[0].until and _on_line(page, until, line, is_last) == here:
                until += 1
            yield Segment("│", ink.line)
            width = starts[until] - starts[column] - 1
            if len(here) > 1:
                yield self._more(page, column, line, len(here), width, ink)
            elif here:
                yield from self._span(page, here[0], (column, until), width, ink)
            else:
                yield self._nothing(page, column, line, width, ink)
            column = until

    def _more(self, page: Page, column: int, line: int, count: int, width: int, ink: Ink) -> Segment:
        return Segment(fit(f"+{count} more", width), ink.cursor if self._is_on(page, column, line) else ink.today)

    def _nothing(self, page: Page, column: int, line: int, width: int, ink: Ink) -> Segment:
        cursor = self._cursor
        is_here = cursor is not None and cursor.line == line and cursor.day == page.columns[column].day
        return Segment(" " * width, ink.cursor if is_here else ink.off)

    def _is_on(self, page: Page, column: int, line: int) -> bool:
        cursor = self._cursor
        day = page.columns[column].day
        return cursor is not None and cursor.line is not None and cursor.line >= line and cursor.day == day

    def _span(self, page: Page, span: Span, shown: tuple[int, int], width: int, ink: Ink) -> Iterator[Segment]:
        """What of ``span`` stands in the columns ``shown``: bar, letters, mark, title, and dashes over several days."""
        assert self._now is not None
        block = page.blocks[span.block]
        is_selected = self._cursor is not None and self._cursor.meeting_id == block.meeting.id
        is_past = block.meeting.interval.end <= self._now
        bar, title, _ = ink.of(block, is_past=is_past, is_selected=is_selected)
        from_before, goes_on = span.from_before or shown[0] > span.first, span.goes_on or shown[1] < span.until
        head = (("◂" if from_before else block.shape.value) + block.letters)[:width]
        yield Segment(head, bar)
        room = width - len(head) - 1
        if room < 0:
            return
        clash = bar if is_selected else ink.clash + Style(bgcolor=bar.bgcolor)
        yield Segment("!" if span.is_clash else " ", clash if span.is_clash else title)
        if shown[1] - shown[0] == 1 and not goes_on:
            yield Segment(fit(block.title, room), title)
        elif room > 0:
            yield Segment(_dashed(block.title, room - 1), title)
            yield Segment("▸" if goes_on else block.shape.value, bar)

    def _styles(self) -> Ink:
        if self._ink is None:
            self._ink = Ink(self)
        return self._ink


def day_head(day: date, is_today: bool, is_cursor: bool, width: int) -> str:
    """``Mon 23 today``, ``Thu 26 ◂``: the day, and what marks it, as far as ``width`` cells go."""
    text = f"{day_name(day)} {day.day}"
    for extra in ((" today" if is_today else "") + (" ◂" if is_cursor else ""), " ◂" if is_cursor else ""):
        if len(text) + len(extra) <= width:
            return text + extra
    return text


def _on_line(page: Page, column: int, line: int, is_last: bool) -> list[Span]:
    """What stands on ``line`` of a column; on the last line also all that has no line of its own."""
    return [
        span
        for span in page.spans
        if span.first <= column < span.until and (span.line == line or (is_last and span.line > line))
    ]


def _dashed(title: str, width: int) -> str:
    """The title and dashes up to the end of its days."""
    if width <= 0:
        return ""
    cut = fit(title, width)
    bare = cut.rstrip()
    gap = len(cut) - len(bare)
    return bare + (" " + "┄" * (gap - 1) if gap > 1 else " " * gap)


def legend(month: str, week: int, accounts: tuple[tuple[str, str, int], ...], has_hollow: bool, width: int) -> Content:
    """The line above the days: which week it is, and what shapes, letters and colours mean.

    ``accounts`` are letter, name and colour; where they do not fit, first the shapes go, then the names.
    """
    shapes = "▌ busy  ╎ maybe  ┆ free  █ away" + ("  ▯ not counted" if has_hollow else "") + "  ! double-booked"
    left = Content.styled(f" {month}, week {week}", "bold")
    for with_shapes, with_names in ((True, True), (False, True), (False, False)):
        names = [
            Content.styled(f"{letter} {name}" if with_names else letter, f"bold $account-{colour % 8 + 1}")
            for letter, name, colour in accounts
        ]
        right = Content("  ").join(names)
        if with_shapes:
            right = Content("   ").join([Content.styled(shapes, MUTED), right])
        if left.cell_length + right.cell_length + 3 <= width:
            break
    gap = max(1, width - left.cell_length - right.cell_length - 1)
    return Content("").join([left, Content(" " * gap), right]).truncate(width)
