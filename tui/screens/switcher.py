"""The switcher of sub-accounts."""

from __future__ import annotations

from textual.content import Content

from tui.screens.dialogs import ChoiceDialog
from tui.workspace.view import Snapshot

_TITLE = "Sub-accounts: one per job, client or family; which calendars count, and where bookings go"


def switcher(snapshot: Snapshot) -> ChoiceDialog:
    """A dialog that gives the id of the sub-account to go to."""
    used: dict[str, int] = {}
    for connection in snapshot.all_connections:
        used[connection.sub_account_id] = used.get(connection.sub_account_id, 0) + 1
    choices = [
        (one.id, Content.assemble((one.name, "bold"), f"   {_accounts(used.get(one.id, 0))}"))
        for one in snapshot.sub_accounts
    ]
    return ChoiceDialog(_TITLE, choices, snapshot.sub_account.id if snapshot.sub_account else "")


def _accounts(count: int) -> str:
    return "no Outlook account yet" if not count else "1 Outlook account" if count == 1 else f"{count} Outlook accounts"
