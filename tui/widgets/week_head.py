"""What stands above the hours and does not scroll with them: the legend, the days, and the all-day events."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.content import Content
from textual.geometry import Offset
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from tui.widgets.event_lines import day_name
from tui.widgets.rules import ruled
from tui.widgets.safe_text import MUTED
from tui.widgets.week_clock import Slot, instant_at
from tui.widgets.week_cursor import Cursor, at_place, at_time, line_count, on_line
from tui.widgets.week_ink import COMPONENTS, Ink, fit
from tui.widgets.week_layout import Page
from tui.widgets.week_sizes import GUTTER, SECOND_GUTTER, column_starts
from tui.widgets.week_spans import Span


class WeekHead(Widget):
    """Days and all-day events of a page, over the same columns as the grid."""

    COMPONENT_CLASSES: ClassVar[set[str]] = set(COMPONENTS)

    class Pointed(Message):
        """The mouse was pressed on a day or a line; ``opens`` when it asks to open what is there."""

        def __init__(self, cursor: Cursor, *, opens: bool) -> None:
            self.cursor = cursor
            self.opens = opens
            super().__init__()

    def __init__(self) -> None:
        super().__init__(id="week-head")
        self._page: Page | None = None
        self._cursor: Cursor | None = None
        self._now: datetime | None = None
        self._ink: Ink | None = None

    def show(self, page: Page, cursor: Cursor, now: datetime) -> None:
        """Draw ``page``; of the page that is drawn only what is new."""
        if page is self._page and self._now is not None:
            before, self._now = self._now, now
            if before.date() != now.date() or self._has_ended(page, before, now):
                self.refresh()
            self.move(cursor)
            return
        lines = self.line_total
        self._page, self._cursor, self._now = page, cursor, now
        self.refresh(layout=self.line_total != lines)

    def _has_ended(self, page: Page, before: datetime, now: datetime) -> bool:
        return any(before < page.blocks[span.block].meeting.interval.end <= now for span in page.spans)

    def move(self, cursor: Cursor) -> None:
        """Put the cursor elsewhere on the same page."""
        before, self._cursor = self._cursor, cursor
        if before == cursor:
            return
        is_below = before is not None and before.line is None and cursor.line is None
        if before is None or not is_below or before.day != cursor.day:
            self.refresh()

    @property
    def line_total(self) -> int:
        """How many lines there are between the days and the hours."""
        return line_count(self._page) if self._page else 0

    @property
    def cursor_offset(self) -> Offset | None:
        """Where on the screen the cursor is; None while it is among the hours."""
        cursor, page = self._cursor, self._page
        if cursor is None or page is None or cursor.line is None or not page.holds(cursor.day):
            return None
        return self.content_region.offset + Offset(self._starts(page)[page.column_of(cursor.day)] + 1, cursor.line + 1)

    def get_content_height(self, container: object, viewport: object, width: int) -> int:
        return self.line_total + (2 if self.line_total else 1)

    def _starts(self, page: Page) -> tuple[int, ...]:
        return column_starts(self.size.width - 1, len(page.columns), page.gutter)

    def render_line(self, y: int) -> Strip:
        width = self.size.width - 1
        page, ink = self._page, self._styles()
        if page is None or self._now is None:
            return Strip.blank(self.size.width, ink.plain)
        starts = self._starts(page)
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
        if page is None or self._cursor is None or event.y > self.line_total:
            return
        starts = self._starts(page)
        number = next((n for n in range(len(page.columns)) if starts[n] < event.x < starts[n + 1]), None)
        if number is None:
            return
        day = page.columns[number].day
        if event.y == 0:
            self.post_message(self.Pointed(at_time(page, day, self._cursor.minute), opens=False))
            return
        cursor = on_line(page, day, event.y - 1, 0)
        self.post_message(self.Pointed(cursor, opens=event.chain > 1 or cursor.is_count))

    def _days(self, page: Page, starts: tuple[int, ...], ink: Ink) -> Iterator[Segment]:
        assert self._now is not None
        yield Segment(_zones(page), ink.hour)
        for number, day in enumerate(page.days):
            is_today = day == self._now.date()
            width = starts[number + 1] - starts[number] - 1
            is_cursor = self._cursor is not None and self._cursor.day == day
            yield Segment("│", ink.line)
            style = (ink.today if is_today else ink.plain) + Style(bold=is_today or is_cursor)
            yield Segment(fit(day_head(day, is_today, is_cursor, width), width), style)

    def _line(self, page: Page, line: int, starts: tuple[int, ...], ink: Ink) -> Iterator[Segment]:
        yield Segment(fit(" day" if line == 0 else "", page.gutter), ink.hour)
        column = 0
        while column < len(page.columns):
            here = at_place(page, page.columns[column].day, line)
            until = column + 1
            while len(here) == 1 and until < here[0].until and at_place(page, page.columns[until].day, line) == here:
                until += 1
            yield Segment("│", ink.line)
            width = starts[until] - starts[column] - 1
            if len(here) > 1:
                yield from self._more(page, column, here, width, ink)
            elif here:
                yield from self._span(page, here[0], (column, until), width, ink)
            else:
                yield self._nothing(page, column, line, width, ink)
            column = until

    def _more(self, page: Page, column: int, here: list[Span], width: int, ink: Ink) -> Iterator[Segment]:
        """How many stand here; of them the selected one, where there is one."""
        cursor = self._cursor
        is_here = cursor is not None and cursor.day == page.columns[column].day and cursor.line is not None
        if is_here and cursor is not None and cursor.meeting_id:
            selected = next((s for s in here if page.blocks[s.block].meeting.id == cursor.meeting_id), None)
            if selected is not None:
                count = f" +{len(here) - 1}"
                yield from self._span(page, selected, (column, column + 1), width - len(count), ink)
                yield Segment(count[: max(0, width)], ink.today)
                return
        is_count = is_here and cursor is not None and cursor.is_count
        yield Segment(fit(f"+{len(here)} more", width), ink.cursor if is_count else ink.today)

    def _nothing(self, page: Page, column: int, line: int, width: int, ink: Ink) -> Segment:
        cursor = self._cursor
        is_here = cursor is not None and cursor.line == line and cursor.day == page.columns[column].day
        return Segment(" " * width, ink.cursor if is_here else ink.off)

    def _span(self, page: Page, span: Span, shown: tuple[int, int], width: int, ink: Ink) -> Iterator[Segment]:
        """What of ``span`` stands in the columns ``shown``: bar, letters, mark, title, and dashes over several days."""
        assert self._now is not None
        block = page.blocks[span.block]
        is_selected = self._cursor is not None and self._cursor.meeting_id == block.meeting.id
        inks = ink.of(block, is_past=block.meeting.interval.end <= self._now, is_selected=is_selected)
        from_before, goes_on = span.from_before or shown[0] > span.first, span.goes_on or shown[1] < span.until
        head = (("◂" if from_before else block.shape.value) + block.letters)[: max(0, width)]
        yield Segment(head, inks.bar)
        room = width - len(head) - 1
        if room < 0:
            return
        mark = inks.title if span.grade is None else inks.bar if is_selected else ink.clash(span.grade, inks.bar)
        yield Segment("!" if span.grade else " ", mark)
        title = f"{span.begins} {block.title}" if span.begins and not from_before else block.title
        ends = f"–{span.ends}" if span.ends and not goes_on else ""
        if shown[1] - shown[0] == 1 and not goes_on and not ends:
            yield Segment(fit(title, room), inks.title)
        elif room > 0:
            yield Segment(_dashed(title, ends, room - 1), inks.title)
            yield Segment("▸" if goes_on else block.shape.value, inks.bar)

    def _styles(self) -> Ink:
        if self._ink is None:
            self._ink = Ink(self)
        return self._ink


def _zones(page: Page) -> str:
    """The gutter beside the days: the names of the zones where there are two."""
    if page.second_zone is None:
        return " " * GUTTER
    noon = instant_at(page.columns[0].day, Slot(12 * 60), page.zone)
    names = [f"{noon.astimezone(zone):%Z}"[: GUTTER - 2] for zone in (page.second_zone, page.zone)]
    return f" {names[0]:<{SECOND_GUTTER - 1}} {names[1]:<{GUTTER - 1}}"


def day_head(day: date, is_today: bool, is_cursor: bool, width: int) -> str:
    """``Mon 23 today``, ``Thu 26 ◂``: the day, and what marks it, as far as ``width`` cells go."""
    text = f"{day_name(day)} {day.day}"
    mark = "◂" if is_cursor else ""
    wanted = [f"{text} {mark}".rstrip(), f"{text}{mark}", text]
    if is_today:
        wanted = [f"{text} today {mark}".rstrip(), f"{text} today{mark}", f"today {day.day}{mark}", *wanted]
    return next((one for one in wanted if len(one) <= width), text)


def _dashed(title: str, ends: str, width: int) -> str:
    """The title, dashes up to the end of its days, and the time of the end where there is room for it."""
    if width <= 0:
        return ""
    if ends and width < len(ends) + 4:
        ends = ""
    cut = fit(title, width - len(ends))
    bare = cut.rstrip()
    gap = cell_len(cut) - cell_len(bare)
    return bare + (" " + "┄" * (gap - 1) if gap > 1 else " " * gap) + ends


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
