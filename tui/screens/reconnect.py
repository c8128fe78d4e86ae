"""Signing in again where Microsoft wants that, from every screen."""

from __future__ import annotations

from typing import Any

from textual.app import App
from textual.content import Content

from tui.domain.accounts import OutlookAccount, SignInState
from tui.screens.dialogs import ChoiceDialog
from tui.screens.shell import Shell
from tui.screens.sign_in import SignInDialog
from tui.widgets.safe_text import MUTED, line, outside
from tui.workspace.view import Snapshot


def broken_accounts(snapshot: Snapshot) -> list[OutlookAccount]:
    """The accounts that must sign in again, those of the selected sub-account first."""
    here = {view.account.id for view in snapshot.connections}
    broken = [view.account for view in snapshot.accounts if view.account.state is SignInState.SIGN_IN_AGAIN]
    return sorted(broken, key=lambda account: (account.id not in here, account.letter))


async def reconnect(app: App[Any], shell: Shell, account_id: str = "") -> None:
    """Sign the broken account in again: that of the row the person is on (``account_id``), else the only one there is.

    Of several the person chooses. Runs in a worker; ends when the dialog does.
    """
    broken = broken_accounts(shell.snapshot)
    if not broken:
        shell.toast("No account has to sign in again.")
        return
    account = next((one for one in broken if one.id == account_id), broken[0] if len(broken) == 1 else None)
    if account is None:
        chosen = await app.push_screen_wait(ChoiceDialog("Which one signs in again?", list(map(_choice, broken))))
        account = next((one for one in broken if one.id == chosen), None)
    if account is None:
        return
    signed_in = await app.push_screen_wait(SignInDialog(shell, account.kind, account.mode, expected=account))
    if signed_in is not None:
        shell.toast(f"{signed_in.address} is signed in again: reading what has changed")
        shell.sync_now()


def _choice(account: OutlookAccount) -> tuple[str, Content]:
    return account.id, line((f"{account.letter}  ", "bold"), outside(account.address), (f"  {account.kind}", MUTED))
