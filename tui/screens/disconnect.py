"""Before an account stops being used in a sub-account: what stops, what stays, and what may be forgotten."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from msgspec import Struct
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import Button

from tui.domain.accounts import OutlookAccount
from tui.widgets.dialog import Dialog, button, text
from tui.widgets.safe_text import Part, line, outside


class Parting(StrEnum):
    """What the person wants gone."""

    CONNECTION = "connection"
    EVERYTHING = "everything"
    """The sign-in and the cached events too."""


class Leaving(Struct, frozen=True, kw_only=True):
    """What is about to be disconnected; its texts are clean."""

    account: OutlookAccount
    sub_account: str
    linked: str = ""
    """The calendar that bookings go to, if it is one of this account."""
    used_in: tuple[str, ...] = ()
    """Names of the other sub-accounts that use the account."""
    events: int = 0


class DisconnectDialog(Dialog[Parting]):
    """Gives what is to go; the safe button has the focus."""

    CSS_PATH = "disconnect.tcss"
    AUTO_FOCUS = "#keep"

    def __init__(self, leaving: Leaving) -> None:
        super().__init__(f"Disconnect {leaving.account.letter} {leaving.account.address} from {leaving.sub_account}?")
        self._leaving = leaving

    def compose_body(self) -> Iterable[Widget]:
        yield text("What stops", classes="field")
        for sentence in stops(self._leaving):
            yield text(line("– ", sentence))
        yield text("What stays", classes="field")
        for sentence in stays(self._leaving):
            yield text(line("– ", sentence))
        if not self._leaving.used_in:
            yield text(
                "No other sub-account uses this account. Its sign-in and cached events may be forgotten too: "
                "connecting it again then needs a new code. Nothing changes in Outlook.",
                classes="field plain",
            )
        yield Horizontal(*self._buttons(), classes="buttons")

    def _buttons(self) -> Iterable[Button]:
        yield button("Keep it connected", "keep", is_main=True)
        yield button("Disconnect", Parting.CONNECTION)
        if not self._leaving.used_in:
            yield button("Disconnect and forget", Parting.EVERYTHING)

    def keys(self) -> str:
        return "← → choose   enter do it   esc keep it connected"

    def on_button_pressed(self, event: Button.Pressed) -> None:
        self.dismiss(None if event.button.id == "keep" else Parting(event.button.id or ""))


def stops(leaving: Leaving) -> list[Part]:
    """What no longer works in the sub-account."""
    here = leaving.sub_account
    sentences: list[Part] = [
        outside(f"Its events leave the week of {here}, and no longer make you busy there."),
        outside(f"Double bookings with it are no longer found in {here}."),
    ]
    if leaving.linked:
        sentences.append(
            outside(f"New bookings of {here} no longer go to {leaving.linked}: choose another calendar for them.")
        )
    return sentences


def stays(leaving: Leaving) -> list[Part]:
    """What is not touched."""
    sentences: list[Part] = [outside("Bookings that are in Outlook already stay there, and so does every event.")]
    if leaving.used_in:
        sentences.append(outside(f"{', '.join(leaving.used_in)} goes on using it, with the same sign-in."))
    else:
        sentences.append(outside(f"The sign-in stays on this machine, and so do its {leaving.events:,} cached events."))
    return sentences
