"""The week as a list in full sentences: for small terminals, and for whoever has the screen read aloud."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import partial
from textwrap import wrap
from typing import ClassVar

from msgspec import Struct
from rich.segment import Segment
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.domain.conflicts import Grade
from tui.domain.timespan import AllDay
from tui.widgets.event_lines import day_words, time_words
from tui.widgets.week_cursor import Cursor, on_meeting
from tui.widgets.week_ink import COMPONENTS, Ink, fit
from tui.widgets.week_layout import Block, Page


class AgendaLine(Struct, frozen=True, gc=False):
    """A line of the list: a day, an event of it, or that there is none."""

    day: date
    text: str
    block: int | None = None
    is_first: bool = True
    """Whether the sentence begins here; it goes on over as many lines as it needs."""


class AgendaList(ScrollView):
    """The events of a page, day by day."""

    COMPONENT_CLASSES: ClassVar[set[str]] = set(COMPONENTS)

    class Pointed(Message):
        """The mouse was pressed on an event."""

        def __init__(self, cursor: Cursor, *, twice: bool) -> None:
            self.cursor = cursor
            self.twice = twice
            super().__init__()

    def __init__(self) -> None:
        super().__init__(id="agenda")
        self.can_focus = False
        self._page: Page | None = None
        self._make: Callable[[int], list[AgendaLine]] = lambda width: []
        self._lines: list[AgendaLine] = []
        self._current: frozenset[int] = frozenset()
        self._cursor: Cursor | None = None
        self._now: datetime | None = None
        self._ink: Ink | None = None

    def show(
        self, page: Page, cursor: Cursor, now: datetime, grades: Mapping[str, Grade], labels: Mapping[str, str]
    ) -> None:
        """List ``page`` from now on."""
        self._page, self._now = page, now
        self._make = partial(agenda_lines, page, now.date(), grades, labels)
        self._list()
        self.move(cursor)

    def _list(self) -> None:
        width = max(20, self.scrollable_content_region.width)
        self._lines = self._make(width)
        self.virtual_size = Size(width, len(self._lines))

    def on_resize(self) -> None:
        self._list()
        if self._cursor is not None:
            self.move(self._cursor)

    def move(self, cursor: Cursor) -> None:
        """Put the cursor elsewhere."""
        self._cursor = cursor
        self._current = self._lines_of(cursor)
        self._reveal(cursor.day)
        self.refresh()

    def _reveal(self, day: date) -> None:
        """Scroll to the cursor, with the line of its day where both fit."""
        if not self._current:
            return
        top, bottom = min(self._current), max(self._current) + 1
        heading = next(number for number, line in enumerate(self._lines) if line.day == day)
        if bottom - heading <= self.size.height:
            top = heading
        self.scroll_to_region(Region(0, top, 1, bottom - top), animate=False, immediate=True, x_axis=False)

    def _lines_of(self, cursor: Cursor) -> frozenset[int]:
        """The lines of the event under the cursor, else the line of its day."""
        on_day = [number for number, line in enumerate(self._lines) if line.day == cursor.day]
        here = [number for number in on_day if self._id_of(self._lines[number]) == cursor.meeting_id != ""]
        return frozenset(here or on_day[:1])

    def _id_of(self, line: AgendaLine) -> str:
        return "" if line.block is None or self._page is None else self._page.blocks[line.block].meeting.id

    def render_line(self, y: int) -> Strip:
        if self._ink is None:
            self._ink = Ink(self)
        ink, width, number = self._ink, self.scrollable_content_region.width, y + self.scroll_offset.y
        if self._page is None or self._now is None or number >= len(self._lines):
            return Strip.blank(self.size.width, ink.plain)
        line = self._lines[number]
        is_cursor = number in self._current
        if line.block is None:
            style = ink.cursor if is_cursor else ink.today if line.day == self._now.date() else ink.hour
            return Strip([Segment(fit(line.text, width), style)], width)
        block = self._page.blocks[line.block]
        is_past = block.meeting.interval.end <= self._now
        bar, _, text = ink.of(block, is_past=is_past, is_selected=is_cursor)
        return Strip(
            [
                Segment(f" {block.shape.value} " if line.is_first else "   ", bar),
                Segment(fit(line.text, width - 3), text),
            ],
            width,
        )

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._ink = None

    def on_click(self, event: events.Click) -> None:
        number = event.y + self.scroll_offset.y
        if self._page is None or number >= len(self._lines) or self._lines[number].block is None:
            return
        cursor = on_meeting(self._page, self._id_of(self._lines[number]), self._lines[number].day)
        if cursor is not None:
            self.post_message(self.Pointed(cursor, twice=event.chain > 1))


def agenda_lines(
    page: Page, today: date, grades: Mapping[str, Grade], labels: Mapping[str, str], width: int
) -> list[AgendaLine]:
    """The lines of ``page``, ``width`` cells each: every day, under it its events in sentences, all-day ones first."""
    lines = []
    for number, column in enumerate(page.columns):
        lines.append(AgendaLine(column.day, f" {day_words(column.day)}{', today' if column.day == today else ''}"))
        blocks = [span.block for span in page.spans if span.first <= number < span.until]
        blocks += [piece.block for piece in column.pieces]
        for index in blocks:
            block = page.blocks[index]
            words = sentence(block, page, grades.get(block.meeting.id), labels, column.day)
            for place, text in enumerate(wrap(words, width - 4, max_lines=6, placeholder=" …")):
                lines.append(AgendaLine(column.day, text, index, place == 0))
        if not blocks:
            lines.append(AgendaLine(column.day, "   Nothing."))
    return lines


def sentence(block: Block, page: Page, grade: Grade | None, labels: Mapping[str, str], day: date) -> str:
    """What stands under ``day``: ``10:00 to 12:00, Sprint planning, busy, in fabrikam (B). Double-booked, high.``"""
    meeting = block.meeting
    time = time_words(meeting.when, page.zone, day).replace(" – ", "–").replace("–", " to ")
    if isinstance(meeting.when, AllDay):
        time = time.capitalize()
    state = "cancelled or declined" if block.struck else "away" if meeting.away else meeting.weight.plain
    account = labels.get(meeting.lead.calendar.account_id, "")
    clash = f" Double-booked, {grade}." if grade is not None and grade is not Grade.HINT else ""
    note = f", {block.note}" if block.note and block.note not in (state, block.title) else ""
    return f"{time}, {block.title}, {state}{note}, in {account} ({block.letters}).{clash}"
