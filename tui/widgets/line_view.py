"""Lines of Content that scroll, and a list of rows with a cursor, both drawn line by line.

Only the lines on screen are ever drawn, so ten thousand rows cost what thirty cost. A row is marked by ``▶`` as well
as by its style: the cursor reads without colour.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import ClassVar, NamedTuple

from textual import events
from textual.binding import Binding, BindingType
from textual.cache import LRUCache
from textual.content import Content
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.visual import Visual

from tui.actions import action_named
from tui.widgets.safe_text import fitted

CURSOR = "▶"


def binding(action_id: str, does: str = "") -> Binding:
    """The keys that the table of actions has for ``action_id``, bound to what a list or a page does for it."""
    action = action_named(action_id)
    return Binding(",".join(action.keys), does or action_id, action.label, show=False, id=action_id)


class LineView(ScrollView, can_focus=True):
    """Lines that fit the width; a subclass says how many there are and what each says."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"lines--cursor"}
    DEFAULT_CSS = """
    LineView {
        overflow-x: hidden;
        scrollbar-gutter: stable;
        scrollbar-size-vertical: 1;

        & > .lines--cursor {
            text-style: bold;
            background: $surface-lighten-1;
        }
        &:focus > .lines--cursor {
            background: $block-cursor-blurred-background;
        }
    }
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._strips: LRUCache[tuple[int, int], Strip] = LRUCache(512)

    def line_count(self, width: int) -> int:
        """How many lines there are when each has ``width`` cells."""
        raise NotImplementedError

    def line_at(self, number: int, width: int) -> Content:
        """The line ``number``, at most ``width`` cells."""
        raise NotImplementedError

    @property
    def line_width(self) -> int:
        return max(1, self.scrollable_content_region.width)

    def redraw(self) -> None:
        """Draw everything anew: the lines or their styles changed."""
        self._strips.clear()
        self.virtual_size = Size(self.line_width, self.line_count(self.line_width))
        self.refresh()

    def notify_style_update(self) -> None:
        self._strips.clear()
        super().notify_style_update()

    def on_mount(self) -> None:
        self.redraw()

    def on_resize(self) -> None:
        self.redraw()

    def render_line(self, y: int) -> Strip:
        number, width = y + self.scroll_offset.y, self.line_width
        if number >= self.line_count(width):
            return Strip.blank(self.size.width, self.visual_style.rich_style)
        strip = self._strips.get((number, width))
        if strip is None:
            content = fitted(self.line_at(number, width), width)
            strip = Visual.to_strips(self, content, width, 1, self.visual_style)[0]
            self._strips[(number, width)] = strip
        return strip


class Page(LineView):
    """Text to read: the lines are made for the width they are shown in."""

    BINDINGS: ClassVar[list[BindingType]] = [
        binding("cursor_down", "scroll(1)"),
        binding("cursor_up", "scroll(-1)"),
        binding("page_down", "scroll_page(1)"),
        binding("page_up", "scroll_page(-1)"),
        binding("cursor_home", "scroll_edge(-1)"),
        binding("cursor_end", "scroll_edge(1)"),
    ]

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._make: Callable[[int], Sequence[Content]] = lambda width: ()
        self._lines: Sequence[Content] = ()
        self._made_for = 0

    def show(self, make: Callable[[int], Sequence[Content]]) -> None:
        """Show what ``make`` gives for a width in cells."""
        self._make = make
        self._made_for = 0
        self.redraw()

    def line_count(self, width: int) -> int:
        return len(self._lines_for(width))

    def line_at(self, number: int, width: int) -> Content:
        return self._lines_for(width)[number]

    def _lines_for(self, width: int) -> Sequence[Content]:
        if self._made_for != width:
            self._lines = self._make(width)
            self._made_for = width
        return self._lines

    def show_lines(self, first: int, count: int) -> None:
        """Scroll until the lines from ``first`` on are visible."""
        self.scroll_to_region(Region(0, first, 1, count), animate=False)

    def action_scroll(self, step: int) -> None:
        self.scroll_relative(y=step, animate=False, immediate=True)

    def action_scroll_page(self, step: int) -> None:
        self.scroll_relative(y=step * max(1, self.size.height - 1), animate=False, immediate=True)

    def action_scroll_edge(self, step: int) -> None:
        (self.scroll_end if step > 0 else self.scroll_home)(animate=False, immediate=True)


class Row(NamedTuple):
    """An entry of a list; one without an id is a heading that the cursor passes over."""

    id: str
    draw: Callable[[int, bool], Sequence[Content]]
    """Its lines for a width, and whether the cursor is on it. May be called often: pure and quick."""
    height: int = 1


class RowList(LineView):
    """Rows with a cursor that arrows, page keys and the mouse move."""

    BINDINGS: ClassVar[list[BindingType]] = [
        binding("cursor_down", "move(1)"),
        binding("cursor_up", "move(-1)"),
        binding("page_down", "page(1)"),
        binding("page_up", "page(-1)"),
        binding("cursor_home", "edge(1)"),
        binding("cursor_end", "edge(-1)"),
        Binding("enter", "choose", "Open", show=False),
    ]

    class Moved(Message):
        """The cursor went to another row."""

        def __init__(self, rows: RowList, row_id: str) -> None:
            super().__init__()
            self.rows = rows
            self.row_id = row_id

        @property
        def control(self) -> RowList:
            return self.rows

    class Chosen(Moved):
        """The person opened a row."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._rows: Sequence[Row] = ()
        self._tops: list[int] = []
        self._height = 0
        self._cursor = -1

    def show(self, rows: Sequence[Row], cursor: str = "") -> None:
        """Show ``rows``; the cursor goes to the row ``cursor``, else stays with its row or near its place."""
        wanted = cursor or self.cursor_id
        place = self._cursor
        self._rows = rows
        self._tops, self._height = [], 0
        for row in rows:
            self._tops.append(self._height)
            self._height += row.height
        self._cursor = self._place_of(wanted, place)
        self.redraw()
        self._scroll_to_cursor()

    @property
    def cursor_id(self) -> str:
        """The id of the row under the cursor; empty when there is none."""
        return self._rows[self._cursor].id if 0 <= self._cursor < len(self._rows) else ""

    def line_count(self, width: int) -> int:
        return self._height

    def line_at(self, number: int, width: int) -> Content:
        place = self._place_at(number)
        row = self._rows[place]
        lines = row.draw(width, place == self._cursor)
        content = fitted(lines[number - self._tops[place]], width)
        return content.stylize_before(".lines--cursor") if place == self._cursor else content

    def _place_at(self, number: int) -> int:
        return bisect_right(self._tops, number) - 1

    def _place_of(self, row_id: str, place: int) -> int:
        """Where ``row_id`` is, else the selectable row nearest to ``place``."""
        selectable = [index for index, row in enumerate(self._rows) if row.id]
        for index in selectable:
            if self._rows[index].id == row_id:
                return index
        return min(selectable, key=lambda index: abs(index - max(0, place)), default=-1)

    def move_to(self, row_id: str) -> None:
        """Put the cursor on the row ``row_id``, if there is one."""
        for index, row in enumerate(self._rows):
            if row.id == row_id and row_id:
                self._go(index)
                return

    def _go(self, place: int) -> None:
        if place == self._cursor or not 0 <= place < len(self._rows):
            return
        self._cursor = place
        self._strips.clear()
        self.refresh()
        self._scroll_to_cursor()
        self.post_message(self.Moved(self, self.cursor_id))

    def _scroll_to_cursor(self) -> None:
        if self._cursor < 0:
            return
        first = self._cursor
        while first > 0 and not self._rows[first - 1].id:
            first -= 1
        bottom = self._tops[self._cursor] + self._rows[self._cursor].height
        self.scroll_to_region(Region(0, self._tops[first], 1, bottom - self._tops[first]), animate=False, force=True)

    def action_move(self, step: int) -> None:
        place = self._cursor + step
        while 0 <= place < len(self._rows):
            if self._rows[place].id:
                self._go(place)
                return
            place += step

    def action_page(self, step: int) -> None:
        if self._cursor < 0:
            return
        target = self._tops[self._cursor] + step * max(1, self.size.height - 1)
        place = self._place_at(min(max(target, 0), self._height - 1))
        self._go(self._place_of("", place))

    def action_edge(self, step: int) -> None:
        order = range(len(self._rows)) if step > 0 else range(len(self._rows) - 1, -1, -1)
        self._go(next((index for index in order if self._rows[index].id), -1))

    def action_choose(self) -> None:
        if self.cursor_id:
            self.post_message(self.Chosen(self, self.cursor_id))

    def on_click(self, event: events.Click) -> None:
        number = event.y + self.scroll_offset.y
        if not 0 <= number < self._height:
            return
        place = self._place_at(number)
        if self._rows[place].id:
            self._go(place)
            if event.chain > 1:
                self.action_choose()
