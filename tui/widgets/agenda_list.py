"""The agenda as a widget: full sentences, for small terminals and for whoever has the screen read aloud.

It scrolls by entries, not by lines: so only what is seen is ever written, and ten thousand events cost what ten do.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import ClassVar, NamedTuple

from rich.segment import Segment
from textual import events
from textual.cache import LRUCache
from textual.geometry import Offset, Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.widgets.event_lines import dated
from tui.widgets.week_agenda import Agenda, Entry, wrapped_words
from tui.widgets.week_block import Block
from tui.widgets.week_ink import COMPONENTS, Ink, fit

_INDENT = 3
_MARK = "▶"


class Written(NamedTuple):
    """An event as the list says it."""

    block: Block
    sentence: str


class AgendaList(ScrollView):
    """Days and their events, with a cursor."""

    COMPONENT_CLASSES: ClassVar[set[str]] = set(COMPONENTS)

    class Pointed(Message):
        """The mouse was pressed on an entry; ``opens`` when it asks to open it."""

        def __init__(self, place: int, *, opens: bool) -> None:
            self.place = place
            self.opens = opens
            super().__init__()

    class Resized(Message):
        """It has another size: what stands where has changed."""

    def __init__(self) -> None:
        super().__init__(id="agenda")
        self.can_focus = False
        self._agenda = Agenda(())
        self._write: Callable[[Entry], Written] | None = None
        self._place = 0
        self._now: datetime | None = None
        self._is_opening = True
        self._ink: Ink | None = None
        self._texts: LRUCache[int, tuple[Written | None, list[str]]] = LRUCache(512)
        self._strips: LRUCache[tuple[int, int, bool], Strip] = LRUCache(512)
        self._seen: tuple[tuple[int, int], list[tuple[int, int]]] = ((-1, -1), [])

    def show(self, agenda: Agenda, place: int, now: datetime, write: Callable[[Entry], Written]) -> None:
        """List ``agenda`` with the cursor at ``place``; ``write`` says what an event says."""
        line = self._line_of(self._place) if self._agenda.entries else None
        self._agenda, self._place, self._now, self._write = agenda, place, now, write
        self._forget()
        self._measure()
        if line is not None and not self._is_opening:
            self._scroll(self._top_for(place, line))
        self._reveal()
        self.refresh()

    def move(self, place: int) -> None:
        """Put the cursor elsewhere: two entries are drawn anew."""
        before, self._place = self._place, place
        self._refresh_entries(before, place)
        self._reveal()

    def open_at_cursor(self) -> None:
        """Begin the list with the day of the cursor."""
        self._is_opening = True
        self._reveal()

    def paged(self, step: int) -> int:
        """The place a page further down (1) or up (-1) from the cursor."""
        place, left = self._place, max(1, self.size.height - 1)
        while left > 0:
            found = self._agenda.step(place, step)
            if found == place:
                break
            left -= self._height(found)
            place = found
        return place

    @property
    def cursor_offset(self) -> Offset | None:
        """Where on the screen the cursor is; None while it is out of sight."""
        line = self._line_of(self._place)
        return None if line is None else self.content_region.offset + Offset(0, line)

    def render_line(self, y: int) -> Strip:
        ink, seen = self._styles(), self._in_sight()
        if y >= len(seen):
            return Strip.blank(self.size.width, ink.plain)
        place, line = seen[y]
        key = (place, line, place == self._place)
        strip = self._strips.get(key)
        if strip is None:
            strip = self._strips[key] = self._drawn(*key, ink)
        return strip

    def _drawn(self, place: int, line: int, is_cursor: bool, ink: Ink) -> Strip:
        width = self._width
        written, lines = self._text(place)
        assert self._now is not None
        mark = _MARK if is_cursor and line == 0 else " "
        if written is None:
            is_today = self._agenda.entries[place].day == self._now.date()
            style = ink.cursor if is_cursor else ink.today if is_today else ink.hour
            return Strip([Segment(fit(mark + lines[line], width), style)], width)
        is_past = written.block.meeting.interval.end <= self._now
        inks = ink.of(written.block, is_past=is_past, is_selected=is_cursor)
        bar = f"{mark}{written.block.shape.value} " if line == 0 else " " * _INDENT
        return Strip([Segment(bar, inks.bar), Segment(fit(lines[line], width - _INDENT), inks.text)], width)

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._ink = None
        self._strips.clear()

    def on_resize(self) -> None:
        self._forget()
        self._measure()
        self._reveal()
        self.post_message(self.Resized())

    def on_click(self, event: events.Click) -> None:
        seen = self._in_sight()
        if event.y < len(seen):
            place = seen[event.y][0]
            if self._agenda.entries[place].meeting is not None or self._agenda.is_empty(place):
                self.post_message(self.Pointed(place, opens=event.chain > 1))

    @property
    def _width(self) -> int:
        return max(_INDENT + 8, self.scrollable_content_region.width)

    def _measure(self) -> None:
        """The last entry can be scrolled to the top: entries of several lines then never hide behind the end."""
        height = len(self._agenda.entries) + max(0, self.size.height - 1)
        self.virtual_size = Size(self.scrollable_content_region.width, height)

    def _text(self, place: int) -> tuple[Written | None, list[str]]:
        """What the entry at ``place`` says, in lines."""
        known = self._texts.get(place)
        if known is not None:
            return known
        entry = self._agenda.entries[place]
        text: tuple[Written | None, list[str]]
        if entry.meeting is None or self._write is None:
            text = None, [self._heading(place, entry)]
        else:
            written = self._write(entry)
            text = written, wrapped_words(written.sentence, self._width - _INDENT)
        self._texts[place] = text
        return text

    def _heading(self, place: int, entry: Entry) -> str:
        today = self._now.date() if self._now is not None else entry.day
        is_today = ", today" if entry.day == today else ""
        return f"{dated(entry.day, today)}{is_today}{': nothing.' if self._agenda.is_empty(place) else ''}"

    def _height(self, place: int) -> int:
        return len(self._text(place)[1])

    def _in_sight(self) -> list[tuple[int, int]]:
        """For each line of the widget the entry and the line of it that stand there."""
        key = (self.scroll_offset.y, self.size.height)
        if self._seen[0] != key:
            lines: list[tuple[int, int]] = []
            place = key[0]
            while len(lines) < key[1] and place < len(self._agenda.entries):
                lines += [(place, line) for line in range(self._height(place))]
                place += 1
            self._seen = (key, lines[: key[1]])
        return self._seen[1]

    def _line_of(self, place: int) -> int | None:
        """The line of the widget on which the entry at ``place`` begins; None where it is out of sight."""
        return next((y for y, seen in enumerate(self._in_sight()) if seen == (place, 0)), None)

    def _reveal(self) -> None:
        """Scroll to the cursor, with the line of its day where both fit."""
        if not self._agenda.entries or not self.size.height:
            return
        place = self._place
        heading = self._agenda.heading(self._agenda.entries[place].day) or 0
        if self._is_opening:
            self._is_opening = False
            self._scroll(heading)
        top = self.scroll_offset.y
        is_first = place == heading + 1
        if (heading if is_first else place) < top:
            self._scroll(heading if is_first else place)
            return
        line, height = self._line_of(place), self._height(place)
        if line is None or line + height > self.size.height:
            self._scroll(self._top_for(place, max(0, self.size.height - height)))

    def _top_for(self, place: int, line: int) -> int:
        """The entry to begin with so that the one at ``place`` begins on ``line`` or above it."""
        while place > 0 and line > 0:
            line -= self._height(place - 1)
            if line < 0:
                break
            place -= 1
        return place

    def _scroll(self, place: int) -> None:
        self.scroll_to(y=place, animate=False, immediate=True)

    def _refresh_entries(self, *places: int) -> None:
        width = self.size.width
        regions = [Region(0, y, width, 1) for y, (place, _) in enumerate(self._in_sight()) if place in places]
        if regions:
            self.refresh(*regions)

    def _styles(self) -> Ink:
        if self._ink is None:
            self._ink = Ink(self)
        return self._ink

    def _forget(self) -> None:
        self._texts.clear()
        self._strips.clear()
        self._seen = ((-1, -1), [])
