"""What stands in place of an empty week: three ways to begin."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import ClassVar

from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.getters import query_one
from textual.widget import Widget

from tui.actions import Place
from tui.screens.base import PlaceScreen
from tui.screens.bindings import screen_bindings
from tui.screens.connecting import Connecting
from tui.screens.list_keys import ListKeys
from tui.screens.working import Working
from tui.widgets.dialog import text
from tui.widgets.line_view import CURSOR, Row, RowList
from tui.widgets.safe_text import MUTED, line
from tui.workspace.view import Snapshot

CONNECT, LOOK, HOW = "connect", "demo", "how"
_CHOICES = (
    (CONNECT, "Connect an Outlook account", "a code to enter at Microsoft; half a minute"),
    (LOOK, "Look around in the demo", "three made-up accounts, none of yours"),
    (HOW, "How it works", "a page to read"),
)


class WelcomeScreen(Working, ListKeys, PlaceScreen):
    """Stands above the week until the first account is connected."""

    PLACE = Place.WELCOME
    BINDINGS: ClassVar[list[BindingType]] = screen_bindings(Place.WELCOME)

    rows = query_one("#ways", RowList)

    def compose_body(self) -> Iterable[Widget]:
        with Vertical(id="welcome"):
            yield text("All your Outlook calendars in one week, and every double booking found.", classes="title")
            rows = RowList(id="ways")
            rows.styles.height = 2 * len(_CHOICES) - 1
            yield rows

    def on_mount(self) -> None:
        rows = [Row(way, partial(_line, title, hint), 1 + (way != HOW)) for way, title, hint in _CHOICES]
        self.rows.show(rows, CONNECT)
        self.rows.focus()

    def show(self, snapshot: Snapshot) -> None:
        """Once something is connected there is a week to show."""
        if snapshot.all_connections:
            self.call_later(self._leave)

    def _leave(self) -> None:
        if self.is_current:
            self.dismiss(None)

    def action_choose(self) -> None:
        """Begin in the way that the cursor is on."""
        match self.rows.cursor_id:
            case "connect":
                self.work(Connecting(self, self.shell).add(), "connect")
            case "demo":
                self.app.exit(LOOK)
            case _:
                from tui.screens.help import HelpScreen

                self.app.push_screen(HelpScreen(Place.WELCOME, self.shell.keys))

    def on_row_list_chosen(self) -> None:
        self.action_choose()


def _line(title: str, hint: str, width: int, is_cursor: bool) -> Sequence[Content]:
    return [line(f"{CURSOR if is_cursor else ' '} ", (f"{title:<29}", "bold"), (hint, MUTED)), Content("")]
