"""The sub-accounts to choose from."""

from __future__ import annotations

from textual.content import Content

from tui.screens.dialogs import ChoiceDialog
from tui.widgets.safe_text import MUTED, line, outside, styled
from tui.workspace.view import Snapshot

_TITLE = "Sub-accounts: one per job, client or family; which calendars count, and where bookings go"


def switcher(snapshot: Snapshot) -> ChoiceDialog:
    """A dialog that gives the id of the sub-account to go to; the selected one is under the cursor."""
    selected = snapshot.sub_account.id if snapshot.sub_account else ""
    choices = [(one.id, _choice(snapshot, one.id, one.name, selected)) for one in snapshot.sub_accounts]
    return ChoiceDialog(_TITLE, choices, selected)


def _choice(snapshot: Snapshot, sub_account_id: str, name: str, selected: str) -> Content:
    letters = sorted(
        snapshot.letters.get(connection.account_id, "?")
        for connection in snapshot.all_connections
        if connection.sub_account_id == sub_account_id
    )
    mark = "● " if sub_account_id == selected else "○ "
    used = f"  {' '.join(letters)}" if letters else "  no Outlook account yet"
    return line(mark, outside(name, "bold"), styled(used, MUTED))
