"""The styles of the week, resolved once per theme, and text cut to cells.

A style says again what a letter or a shape already says; without colour it falls back to bold, dim, reverse and
strike.
"""

from __future__ import annotations

from rich.cells import cell_len, set_cell_size
from rich.style import Style
from textual.widget import Widget

from tui.widgets.week_layout import Block, Shape

ACCOUNT_STYLES = 8
COMPONENTS = frozenset(
    {
        *(f"week--account-{number}" for number in range(1, ACCOUNT_STYLES + 1)),
        *("week--plain", "week--off", "week--working", "week--line", "week--hour", "week--now", "week--today"),
        *("week--cursor", "week--cursor-hour", "week--clash", "week--change"),
    }
)


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
        self.clash = named("clash")
        self.change = named("change")
        self._accounts = [named(f"account-{number}") for number in range(1, ACCOUNT_STYLES + 1)]
        self._blocks: dict[tuple[int, Shape, bool, bool, bool], tuple[Style, Style, Style]] = {}

    def of(self, block: Block, *, is_past: bool, is_selected: bool) -> tuple[Style, Style, Style]:
        """Bar and letters, title, and the other text of a block."""
        key = (block.colour % ACCOUNT_STYLES, block.shape, block.struck, is_past, is_selected)
        if key not in self._blocks:
            self._blocks[key] = self._build(*key)
        return self._blocks[key]

    def _build(
        self, colour: int, shape: Shape, struck: bool, is_past: bool, is_selected: bool
    ) -> tuple[Style, Style, Style]:
        account = self._accounts[colour]
        text = Style(color=self.plain.color, bgcolor=account.bgcolor)
        is_weak = shape in (Shape.FREE, Shape.HOLLOW) or struck
        if is_weak:
            account, text = (Style(color=style.color, bgcolor=self.plain.bgcolor) for style in (account, text))
        if is_selected:
            selected = Style(color=account.color, bgcolor=self.plain.bgcolor, reverse=True)
            return selected + Style(bold=True), selected + Style(bold=True, strike=struck), selected
        weak = Style(dim=True) if is_past else Style()
        title = text + weak + Style(bold=not (is_past or is_weak), strike=struck, italic=shape is Shape.HOLLOW)
        return account + weak + Style(bold=not is_past), title, text + weak + Style(strike=struck)


def fit(text: str, width: int) -> str:
    """``text`` in exactly ``width`` cells, with an ellipsis where it was cut."""
    if width <= 0:
        return ""
    length = len(text) if text.isascii() else cell_len(text[: width * 8])
    if length <= width:
        return text + " " * (width - length)
    return set_cell_size(text[: width * 8], width - 1) + "…"


def split_title(title: str, width: int) -> tuple[str, str]:
    """What of ``title`` stands in ``width`` cells and what goes to the next row, at a space where there is one."""
    if width <= 0 or (len(title) <= width and cell_len(title) <= width):
        return title, ""
    head = set_cell_size(title[: width * 8], width).rstrip()
    if title[len(head) : len(head) + 1] != " ":
        before = head.rpartition(" ")[0]
        head = before if before else ""
    return (head, title[len(head) :].lstrip()) if head else (title, "")
