"""The form behind ``+ Add New``: which account, of which kind, with which permission, for which sub-accounts."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct
from textual.containers import Horizontal
from textual.content import Content
from textual.getters import query_one
from textual.widget import Widget
from textual.widgets import Button

from tui.domain.accounts import AccountKind, Mode, OutlookAccount, SubAccount
from tui.widgets.choices import Choice, Option, Ticks
from tui.widgets.dialog import Dialog, button, text
from tui.workspace.view import Snapshot

_NEW = "new"
_KINDS = (
    Option(AccountKind.WORK, "Work or school", "Microsoft 365"),
    Option(AccountKind.PERSONAL, "Personal", "outlook.com, live.com, hotmail.com"),
)
_MODES = (
    Option(Mode.WRITE, "Read and write", "bookings may go there"),
    Option(Mode.READ, "Read only", "its events count, nothing is written"),
)


class Wish(Struct, frozen=True, kw_only=True):
    """What is to be connected."""

    account: OutlookAccount | None
    """One that is signed in already; None asks for a new sign-in."""
    kind: AccountKind
    mode: Mode
    sub_account_ids: tuple[str, ...]
    """Where it is to be used; the selected sub-account is the first."""


class AddNewDialog(Dialog[Wish]):
    """Asks for a Wish."""

    CSS_PATH = "sign_in.tcss"

    which = query_one("#which", Choice)
    kind = query_one("#kind", Choice)
    mode = query_one("#mode", Choice)

    def __init__(self, snapshot: Snapshot) -> None:
        name = snapshot.sub_account.name if snapshot.sub_account else ""
        super().__init__(f"{f'{name} › ' if name else ''}Connections › Add New › Outlook")
        self._snapshot = snapshot
        self._usable = usable_accounts(snapshot)

    def compose_body(self) -> Iterable[Widget]:
        accounts = [
            Option(account.id, f"{account.letter} {account.address}", "use here, no code needed")
            for account in self._usable
        ]
        new = Option(_NEW, "A new one", "sign in at Microsoft with a code")
        yield _field("Account", Choice([new, *accounts], _NEW, id="which"))
        yield _field("Kind", Choice(_KINDS, AccountKind.WORK, id="kind"), "new")
        yield _field("Permission", Choice(_MODES, Mode.WRITE, id="mode"), "new")
        yield from self._sub_account_field()
        yield text("Your password is typed at Microsoft only; this program never sees it.", classes="note new")
        yield Horizontal(button("Sign in", "go", is_main=True), button("Cancel", "cancel"), classes="buttons")

    def _sub_account_field(self) -> Iterable[Widget]:
        if len(self._snapshot.sub_accounts) > 1:
            here = self._snapshot.sub_account
            options = [
                Option(one.id, one.name, "here" if one is here else "space ticks or not", is_fixed=one is here)
                for one in _here_first(self._snapshot)
            ]
            yield _field(
                "Use it in", Ticks(options, [one.id for one in self._snapshot.sub_accounts], id="sub-accounts")
            )

    def keys(self) -> str:
        return "↑ ↓ choose   tab or enter next field   esc back"

    def on_mount(self) -> None:
        (self.which if self._usable else self.kind).focus()

    def on_choice_changed(self) -> None:
        is_new = self.which.chosen == _NEW
        self.set_class(not is_new, "-use-here")
        self.query_one("#go", Button).label = Content(" Sign in " if is_new else " Use here ")

    def on_button_pressed(self, event: Button.Pressed) -> None:
        self.dismiss(self._wish() if event.button.id == "go" else None)

    def _wish(self) -> Wish:
        chosen = self.which.chosen
        ticks = self.query(Ticks)
        here = self._snapshot.sub_account
        return Wish(
            account=next((account for account in self._usable if account.id == chosen), None),
            kind=AccountKind(self.kind.chosen),
            mode=Mode(self.mode.chosen),
            sub_account_ids=ticks.first().ticked if ticks else (here.id,) if here else (),
        )


def _field(label: str, answer: Widget, classes: str = "") -> Horizontal:
    return Horizontal(text(label, classes="label"), answer, classes=f"field {classes}")


def usable_accounts(snapshot: Snapshot) -> tuple[OutlookAccount, ...]:
    """Those that are signed in and not connected in the selected sub-account."""
    here = {view.account.id for view in snapshot.connections}
    return tuple(view.account for view in snapshot.accounts if view.account.id not in here)


def _here_first(snapshot: Snapshot) -> list[SubAccount]:
    return sorted(snapshot.sub_accounts, key=lambda one: one is not snapshot.sub_account)
