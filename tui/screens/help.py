"""The help of a place: its keys from the table of actions first, then what it shows, and the rules by number."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from typing import ClassVar

from textual.binding import BindingType
from textual.content import Content

from tui.actions import DIALOGS, SCREENS, Action, Place, actions_of
from tui.keys import STANDARD_KEYS, Keys
from tui.screens.dialogs import PageDialog
from tui.screens.help_lines import page_lines
from tui.widgets.line_view import binding
from tui.widgets.safe_text import fitted, line, styled, wrapped

_KEY_CELLS = 17
_EVERYWHERE = 4


class HelpScreen(PageDialog[None]):
    """Text that scrolls; it closes by the key that opened it, too."""

    CSS_PATH = "help.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [binding("help", "close")]

    def __init__(self, place: Place, keys: Keys = STANDARD_KEYS) -> None:
        super().__init__(f"Help: {place.label}", keys)
        self._place = place

    def lines(self, width: int) -> Sequence[Content]:
        return help_lines(self._place, width, self._keys)


def help_lines(place: Place, width: int, keys: Keys = STANDARD_KEYS) -> list[Content]:
    """The help for ``place`` in lines of at most ``width`` cells."""
    return [*key_lines(place, width, keys), Content(""), *page_lines(help_text(place), width)]


def key_lines(place: Place, width: int, keys: Keys = STANDARD_KEYS) -> list[Content]:
    """What each key does: first those of this place, then those that work on every screen."""
    actions = [action for action in actions_of(place) if keys.of(action.id)]
    own = [action for action in actions if not _is_general(action)]
    general = [action for action in actions if _is_general(action)]
    lines = [styled("Keys here", "bold"), *(row for one in own for row in _key(one, width, keys))]
    if general:
        lines += [Content(""), styled("Keys everywhere", "bold")]
        lines += [row for one in general for row in _key(one, width, keys)]
    return lines


def _is_general(action: Action) -> bool:
    return len([place for place in action.where if place in SCREENS]) >= _EVERYWHERE


def _key(action: Action, width: int, keys: Keys) -> list[Content]:
    key = fitted((keys.text(action.id), "bold $text-accent"), _KEY_CELLS)
    rows = wrapped(Content(action.sentence), max(20, width - _KEY_CELLS))
    return [line(key if number == 0 else " " * _KEY_CELLS, row) for number, row in enumerate(rows)]


def help_text(place: Place) -> str:
    """What is told of ``place`` besides its keys; dialogs have the rules alone."""
    own = [] if place in DIALOGS else [_page(place.value)]
    return "\n\n".join((*own, _page("rules"), _page("limits")))


def _page(name: str) -> str:
    return files("tui").joinpath("help", f"{name}.md").read_text("utf-8").strip()
