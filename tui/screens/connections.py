"""The Outlook accounts that are used in the selected sub-account, and ``+ Add New``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import ClassVar

from textual.binding import BindingType
from textual.content import Content
from textual.getters import query_one
from textual.widget import Widget
from textual.widgets import Static

from tui.actions import Place
from tui.screens.base import PlaceScreen
from tui.screens.bindings import screen_bindings
from tui.screens.connecting import Connecting
from tui.screens.connection_words import add_new_lines, connection_lines, heading, table_row
from tui.screens.list_keys import ListKeys
from tui.screens.working import Working
from tui.widgets.line_view import CURSOR, Page, Row, RowList
from tui.widgets.rules import Rule
from tui.widgets.safe_text import MUTED, line, outside
from tui.workspace.view import AccountView, ConnectionView, Snapshot

ADD_NEW = "+"
"""The id of the row that adds a connection."""


class ConnectionsScreen(Working, ListKeys, PlaceScreen):
    """The connections of the selected sub-account."""

    PLACE = Place.CONNECTIONS
    BINDINGS: ClassVar[list[BindingType]] = screen_bindings(Place.CONNECTIONS)
    CSS_PATH = "connections.tcss"

    rows = query_one("#connections", RowList)
    page = query_one("#connection", Page)

    def compose_body(self) -> Iterable[Widget]:
        yield Static(id="path")
        yield RowList(id="connections")
        yield Page(id="connection")
        yield Rule()

    def on_mount(self) -> None:
        self.rows.focus()

    def show(self, snapshot: Snapshot) -> None:
        self.rows.styles.height = len(snapshot.connections) + 2
        self.query_one("#path", Static).update(self._path())
        table = [Row("", lambda width, is_cursor: [heading(width)])]
        table += [Row(view.connection.id, partial(self._row, view)) for view in snapshot.connections]
        table.append(Row(ADD_NEW, _add_new_row))
        self.rows.show(table)
        self._draw()

    def tick(self) -> None:
        self.show(self.snapshot)

    def on_resize(self) -> None:
        self.query_one("#path", Static).update(self._path())

    def _path(self) -> Content:
        name = self.snapshot.sub_account.name if self.snapshot.sub_account else "Main"
        path = line("─ ", outside(name), " › Settings › Calendars › ", ("Connections", "bold"), " ")
        return line(path, "─" * max(0, self.size.width - path.cell_length))

    def _row(self, view: ConnectionView, width: int, is_cursor: bool) -> Sequence[Content]:
        return [table_row(view, self._account(view), self.now(), width, is_cursor)]

    def _account(self, view: ConnectionView) -> AccountView | None:
        return next((one for one in self.snapshot.accounts if one.account.id == view.account.id), None)

    @property
    def selected(self) -> ConnectionView | None:
        """The connection under the cursor; None on ``+ Add New``."""
        wanted = self.rows.cursor_id
        return next((view for view in self.snapshot.connections if view.connection.id == wanted), None)

    @property
    def account_id(self) -> str:
        """The Outlook account under the cursor."""
        return self.selected.account.id if self.selected else ""

    def _draw(self) -> None:
        view, snapshot, now = self.selected, self.snapshot, self.now()
        if view is None:
            self.page.show(partial(add_new_lines, snapshot))
        else:
            self.page.show(partial(connection_lines, view, self._account(view), snapshot, now))
        self.page.scroll_home(animate=False)

    def on_row_list_moved(self) -> None:
        self._draw()

    def on_row_list_chosen(self) -> None:
        self.action_choose_calendars()

    def action_choose_calendars(self) -> None:
        view = self.selected
        if view is None:
            self.action_add()
        else:
            self.work(Connecting(self, self.shell).configure(view), "connect")

    def action_add(self) -> None:
        self.work(Connecting(self, self.shell).add(), "connect")

    def action_disconnect(self) -> None:
        view = self.selected
        if view is not None:
            self.work(Connecting(self, self.shell).disconnect(view.connection), "connect")

    def action_next(self) -> None:
        """Between the table and the text below it, to scroll that."""
        (self.rows if self.page.has_focus else self.page).focus()

    action_previous = action_next


def _add_new_row(width: int, is_cursor: bool) -> Sequence[Content]:
    hint = "   connect another Outlook account, or one that is signed in already"
    return [line(CURSOR if is_cursor else " ", ("+ Add New", "bold"), (hint, MUTED))]
