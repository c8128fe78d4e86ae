"""The keys that move in a list, for screens whose list may not have the focus."""

from __future__ import annotations

from tui.widgets.line_view import RowList


class ListKeys:
    """Hands the moving keys of a screen on to its ``rows``."""

    rows: RowList

    def action_cursor_up(self) -> None:
        self.rows.action_move(-1)

    def action_cursor_down(self) -> None:
        self.rows.action_move(1)

    def action_cursor_home(self) -> None:
        self.rows.action_edge(1)

    def action_cursor_end(self) -> None:
        self.rows.action_edge(-1)

    def action_page_up(self) -> None:
        self.rows.action_page(-1)

    def action_page_down(self) -> None:
        self.rows.action_page(1)
