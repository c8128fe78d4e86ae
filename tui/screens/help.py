"""The help of a screen: what it shows, its keys from the table of actions, and the rules by number."""

from __future__ import annotations

from importlib.resources import files
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Markdown

from tui.actions import Place, actions_of
from tui.widgets.dialog import is_too_small
from tui.widgets.line_view import binding


class HelpScreen(ModalScreen[None]):
    """Plain text that scrolls."""

    CSS_PATH = "help.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        binding("close"),
        binding("help", "close"),
        binding("cursor_down", "scroll_text(1)"),
        binding("cursor_up", "scroll_text(-1)"),
        binding("page_down", "scroll_text(15)"),
        binding("page_up", "scroll_text(-15)"),
        binding("cursor_home", "scroll_text(-100000)"),
        binding("cursor_end", "scroll_text(100000)"),
    ]

    def __init__(self, place: Place) -> None:
        super().__init__()
        self._place = place

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="help", can_focus=False):
            yield Markdown(help_text(self._place), open_links=False)

    def on_resize(self) -> None:
        self.set_class(is_too_small(self.app), "-too-small")

    def action_close(self) -> None:
        self.dismiss(None)

    def action_scroll_text(self, rows: int) -> None:
        self.query_one("#help", VerticalScroll).scroll_relative(y=rows, animate=False)


def help_text(place: Place) -> str:
    """The Markdown of the help for ``place``."""
    return "\n\n".join((_page(place.value), key_table(place), _page("rules"), _page("limits")))


def key_table(place: Place) -> str:
    """The keys of ``place`` as a Markdown table."""
    rows = [f"| `{action.key_text}` | {action.sentence} |" for action in actions_of(place)]
    return "\n".join(("## Keys of this screen", "", "| key | what it does |", "|---|---|", *rows))


def _page(name: str) -> str:
    return files("tui").joinpath("help", f"{name}.md").read_text("utf-8").strip()
