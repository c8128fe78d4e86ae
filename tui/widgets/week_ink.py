"""The styles of the week, resolved once per theme, and text cut to cells.

A style says again what a letter or a shape already says; without colour it falls back to bold, dim, reverse and
strike.
"""

from __future__ import annotations

from typing import NamedTuple

from rich.cells import cell_len, split_graphemes
from rich.style import Style
from textual.widget import Widget

from tui.domain.conflicts import Grade
from tui.widgets.week_block import Block, Shape

ACCOUNT_STYLES = 8
_CODEPOINTS = 12
"""How many codepoints of a cell are looked at: longer clusters are cut off whole."""
COMPONENTS = frozenset(
    {
        *(f"week--account-{number}" for number in range(1, ACCOUNT_STYLES + 1)),
        *("week--plain", "week--off", "week--working", "week--line", "week--hour", "week--now", "week--today"),
        *("week--cursor", "week--cursor-hour", "week--change"),
        *(f"week--clash-{grade}" for grade in Grade),
    }
)


class Inks(NamedTuple):
    """The styles of one block."""

    bar: Style
    """The bar and the letters."""
    title: Style
    text: Style
    half: Style
    """Of half a cell that is filled, by ``▀`` or ``▄``."""
    edge: Style
    """The bar in a row of which the event takes only half."""


class Ink:
    """All styles of one widget, read from its component classes."""

    def __init__(self, widget: Widget) -> None:
        def named(name: str) -> Style:
            return widget.get_component_rich_style(f"week--{name}")

        self.plain = named("plain")
        self.off = named("off")
        self.working = named("working")
        self.line = named("line")
        self.hour = named("hour")
        self.now = named("now")
        self.today = named("today")
        self.cursor = named("cursor")
        self.cursor_hour = named("cursor-hour")
        self.change = named("change")
        self._clashes = {grade: named(f"clash-{grade}") for grade in Grade}
        self._accounts = [named(f"account-{number}") for number in range(1, ACCOUNT_STYLES + 1)]
        self._blocks: dict[tuple[int, Shape, bool, bool, bool], Inks] = {}

    def clash(self, grade: Grade, ground: Style) -> Style:
        """The style of the mark of a clash on the ground of ``ground``."""
        return self._clashes[grade] + Style(bgcolor=ground.bgcolor)

    def of(self, block: Block, *, is_past: bool, is_selected: bool) -> Inks:
        """The styles of a block."""
        key = (block.colour, block.shape, block.struck, is_past, is_selected)
        if key not in self._blocks:
            self._blocks[key] = self._build(*key)
        return self._blocks[key]

    def _build(self, colour: int, shape: Shape, struck: bool, is_past: bool, is_selected: bool) -> Inks:
        account = self._accounts[colour % ACCOUNT_STYLES]
        if colour // ACCOUNT_STYLES % 2:
            account += Style(underline=True)
        text = Style(color=self.plain.color, bgcolor=account.bgcolor)
        is_weak = shape in (Shape.FREE, Shape.HOLLOW) or struck
        if is_weak:
            account, text = (style + Style(bgcolor=self.plain.bgcolor) for style in (account, text))
        if is_selected:
            selected = Style(color=account.color, bgcolor=self.plain.bgcolor, reverse=True)
            bar = selected + Style(bold=True)
            half = Style(color=account.color, bgcolor=self.plain.bgcolor)
            return Inks(bar, selected + Style(bold=True, strike=struck), selected, half, bar)
        weak = Style(dim=True) if is_past else Style()
        bar = account + weak + Style(bold=not is_past)
        title = text + weak + Style(bold=not (is_past or is_weak), strike=struck, italic=shape is Shape.HOLLOW)
        half = Style(color=account.bgcolor, bgcolor=self.plain.bgcolor)
        return Inks(bar, title, text + weak + Style(strike=struck), half, bar + Style(bgcolor=self.plain.bgcolor))


def fit(text: str, width: int) -> str:
    """``text`` in exactly ``width`` cells, with an ellipsis where it was cut.

    It is cut between the clusters that a person sees as one character; of what does not fit beside an ellipsis no
    ellipsis is left alone.
    """
    if width <= 0:
        return ""
    if text.isascii():
        if len(text) <= width:
            return text + " " * (width - len(text))
        return text[: width - 1] + "…" if width > 1 else text[:1]
    text = text[: (width + 1) * _CODEPOINTS]
    length = cell_len(text)
    if length > width:
        head = head_of(text, width - 1)
        text = f"{head}…" if head else head_of(text, width)
        length = cell_len(text)
    return text + " " * (width - length)


def head_of(text: str, width: int) -> str:
    """As many whole characters of the beginning of ``text`` as stand in ``width`` cells."""
    end = used = 0
    for _, until, cells in split_graphemes(text[: (width + 1) * _CODEPOINTS])[0]:
        used += cells
        if used > width:
            break
        end = until
    return text[:end]


def split_title(title: str, width: int) -> tuple[str, str]:
    """What of ``title`` stands in ``width`` cells and what goes to the next row, at a space where there is one."""
    if width <= 0 or (len(title) <= width and cell_len(title) <= width):
        return title, ""
    head = head_of(title, width)
    if title[len(head) : len(head) + 1] != " ":
        head = head.rpartition(" ")[0]
    head = head.rstrip()
    return (head, title[len(head) :].lstrip()) if head else (title, "")
