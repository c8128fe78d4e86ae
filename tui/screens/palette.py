"""The palette: everything of the table of actions that can be done here, found by its words.

A list of our own: it works above dialogs too, shows the keys that hold for this person, and nothing in it is read
as markup.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import ClassVar

from textual.binding import BindingType
from textual.content import Content
from textual.fuzzy import Matcher
from textual.getters import query_one
from textual.widget import Widget
from textual.widgets import Input

from tui.actions import Action, Place, actions_of
from tui.keys import Keys
from tui.widgets.dialog import Dialog
from tui.widgets.line_view import CURSOR, Row, RowList, binding
from tui.widgets.safe_text import MUTED, line, spread

_SELF = "command_palette"
_MOVES = ("cursor_", "page_")


def offered(place: Place) -> list[Action]:
    """What can be done in ``place``: what only it can do first, then what every screen can, then how to move."""
    found = [action for action in actions_of(place) if action.id != _SELF]
    return sorted(found, key=lambda action: (action.id.startswith(_MOVES), action.of_app))


def found(place: Place, query: str) -> list[Action]:
    """Those of ``offered`` that ``query`` means, the best first; all of them for an empty one."""
    if not query.strip():
        return offered(place)
    matcher = Matcher(query.strip())
    scores = [(max(matcher.match(action.sentence), matcher.match(action.label)), action) for action in offered(place)]
    hits = [(score, action) for score, action in scores if score > 0]
    return [action for _, action in sorted(hits, key=lambda hit: -hit[0])]


class PaletteDialog(Dialog[str]):
    """Gives the id of an action to do."""

    AUTO_FOCUS = "Input"
    BINDINGS: ClassVar[list[BindingType]] = [
        binding("command_palette", "close"),
        binding("cursor_down", "step(1)"),
        binding("cursor_up", "step(-1)"),
        binding("next", "step(1)"),
        binding("previous", "step(-1)"),
        binding("page_down", "page(1)"),
        binding("page_up", "page(-1)"),
    ]

    rows = query_one(RowList)

    def __init__(self, place: Place, keys: Keys) -> None:
        super().__init__("What do you want to do?")
        self._place = place
        self._keys = keys

    def compose_body(self) -> Iterable[Widget]:
        yield Input(placeholder="some letters of it", compact=True)
        rows = RowList(classes="actions")
        rows.can_focus = False
        yield rows

    def keys(self) -> str:
        return f"↑ ↓ choose   enter do it   {self.key_of('close')} back"

    def on_mount(self) -> None:
        self._show("")

    def on_input_changed(self, message: Input.Changed) -> None:
        self._show(message.value)

    def _show(self, query: str) -> None:
        rows = [Row(action.id, partial(self._line, action)) for action in found(self._place, query)]
        self.rows.show(rows or [Row("", _nothing)], rows[0].id if rows else "")

    def _line(self, action: Action, width: int, is_cursor: bool) -> Sequence[Content]:
        left = line(f"{CURSOR if is_cursor else ' '} ", action.sentence)
        return [spread(left, line(" ", (self._keys.text(action.id), "bold $text-accent"), " "), width)]

    def action_step(self, step: int) -> None:
        self.rows.action_move(step)

    def action_page(self, step: int) -> None:
        self.rows.action_page(step)

    def on_row_list_chosen(self, message: RowList.Chosen) -> None:
        self.dismiss(message.row_id)

    def on_input_submitted(self, message: Input.Submitted) -> None:
        if self.rows.cursor_id:
            self.dismiss(self.rows.cursor_id)


def _nothing(width: int, is_cursor: bool) -> Sequence[Content]:
    return [Content.styled("  Nothing here does that.", MUTED)]
