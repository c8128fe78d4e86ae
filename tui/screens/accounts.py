"""Microsoft sign-ins, and where they are used: a matrix of Outlook accounts and sub-accounts."""

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
from tui.domain.accounts import Connection, SubAccount
from tui.screens.account_words import Matrix, account_lines, heading, matrix_row, nobody_lines
from tui.screens.base import PlaceScreen
from tui.screens.bindings import screen_bindings
from tui.screens.connecting import Connecting
from tui.screens.list_keys import ListKeys
from tui.screens.shell import Shell
from tui.screens.working import Working
from tui.widgets.line_view import Page, Row, RowList
from tui.widgets.rules import Rule
from tui.widgets.safe_text import line
from tui.workspace.view import AccountView, Snapshot

TITLE = "Microsoft sign-ins, and where they are used"


class AccountsScreen(Working, ListKeys, PlaceScreen):
    """All Outlook accounts of this computer's user."""

    PLACE = Place.ACCOUNTS
    BINDINGS: ClassVar[list[BindingType]] = screen_bindings(Place.ACCOUNTS)
    CSS_PATH = "accounts.tcss"

    rows = query_one("#accounts", RowList)
    page = query_one("#account", Page)

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self._column = -1

    def compose_body(self) -> Iterable[Widget]:
        yield Static(id="title")
        yield RowList(id="accounts")
        yield Page(id="account")
        yield Rule()

    def on_mount(self) -> None:
        self.rows.focus()

    def show(self, snapshot: Snapshot) -> None:
        self._column = self._column_in(snapshot)
        matrix = self._matrix()
        self.rows.styles.height = len(snapshot.accounts) + 1
        self.query_one("#title", Static).update(self._title())
        table = [Row("", lambda width, is_cursor: [heading(matrix, width)])]
        table += [Row(view.account.id, partial(self._row, matrix, view)) for view in snapshot.accounts]
        self.rows.show(table)
        self._draw()

    def tick(self) -> None:
        self._draw()

    def on_resize(self) -> None:
        self.query_one("#title", Static).update(self._title())

    def _title(self) -> Content:
        title = line("─ ", (TITLE, "bold"), " ")
        return line(title, "─" * max(0, self.size.width - title.cell_length))

    def _column_in(self, snapshot: Snapshot) -> int:
        """The column of the cursor: at first that of the selected sub-account."""
        ids = [one.id for one in snapshot.sub_accounts]
        if self._column < 0 and snapshot.sub_account is not None and snapshot.sub_account.id in ids:
            return ids.index(snapshot.sub_account.id)
        return min(max(0, self._column), max(0, len(ids) - 1))

    def _matrix(self) -> Matrix:
        snapshot = self.snapshot
        return Matrix(
            sub_accounts=snapshot.sub_accounts,
            used=frozenset((one.account_id, one.sub_account_id) for one in snapshot.all_connections),
            column=self._column,
        )

    def _row(self, matrix: Matrix, view: AccountView, width: int, is_cursor: bool) -> Sequence[Content]:
        return [matrix_row(matrix, view, width, is_cursor)]

    @property
    def selected(self) -> AccountView | None:
        wanted = self.rows.cursor_id
        return next((view for view in self.snapshot.accounts if view.account.id == wanted), None)

    @property
    def account_id(self) -> str:
        """The Outlook account under the cursor."""
        return self.selected.account.id if self.selected else ""

    @property
    def _sub_account(self) -> SubAccount | None:
        known = self.snapshot.sub_accounts
        return known[self._column] if 0 <= self._column < len(known) else None

    def _connection(self, view: AccountView, sub_account: SubAccount) -> Connection | None:
        wanted = (view.account.id, sub_account.id)
        every = self.snapshot.all_connections
        return next((one for one in every if (one.account_id, one.sub_account_id) == wanted), None)

    def _draw(self) -> None:
        view, snapshot, now = self.selected, self.snapshot, self.now()
        if view is None:
            self.page.show(nobody_lines)
        else:
            self.page.show(partial(account_lines, view, snapshot, self._sub_account, now))

    def on_row_list_moved(self) -> None:
        self._draw()

    def on_row_list_chosen(self) -> None:
        self.action_toggle_connection()

    def action_cursor_left(self) -> None:
        self._go(-1)

    def action_cursor_right(self) -> None:
        self._go(1)

    def _go(self, step: int) -> None:
        self._column = min(max(0, self._column + step), max(0, len(self.snapshot.sub_accounts) - 1))
        self.show(self.snapshot)

    def action_toggle_connection(self) -> None:
        """Connect the account under the cursor in the sub-account of the column, or disconnect it there."""
        view, sub_account = self.selected, self._sub_account
        if view is None or sub_account is None:
            return
        walks = Connecting(self, self.shell)
        connection = self._connection(view, sub_account)
        if connection is None:
            self.work(walks.connect_with_defaults(view.account, sub_account.id, sub_account.name), "connect")
        else:
            self.work(walks.disconnect(connection), "connect")
