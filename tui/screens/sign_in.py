"""Signing in at Microsoft with a code: shows it large, says what is awaited, and gives every ending its own words."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.getters import query_one
from textual.widget import Widget
from textual.widgets import Static

from tui.domain.accounts import AccountKind, Mode, OutlookAccount
from tui.errors import CalConnectError
from tui.screens.shell import Shell
from tui.screens.web_page import may_open, open_page
from tui.screens.working import Working, failure_words
from tui.widgets.block_letters import block_lines
from tui.widgets.dialog import Dialog, text
from tui.widgets.safe_text import MUTED, line, outside, styled

if TYPE_CHECKING:
    from tui.outlook.sign_in import DeviceCode
    from tui.workspace.workspace import Workspace

CODE_CELLS = 66
"""The widest code that is drawn large."""


class SignInDialog(Working, Dialog[OutlookAccount]):
    """Gives the account that was signed in. Closing it gives the sign-in up."""

    CSS_PATH = "sign_in.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "copy_code", "copy the code"),
        Binding("o", "open_page", "open the page"),
        Binding("n", "new_code", "new code"),
        Binding("a", "answer_in_demo(False)", "approve"),
        Binding("x", "answer_in_demo(True)", "decline"),
    ]

    code_text = query_one("#code", Static)
    state_text = query_one("#state", Static)

    def __init__(
        self,
        shell: Shell,
        kind: AccountKind,
        mode: Mode,
        *,
        connected: frozenset[str] = frozenset(),
        expected: OutlookAccount | None = None,
        open_page: Callable[[str], bool] = open_page,
    ) -> None:
        """``connected`` are the account ids that are in use here already: signing one in again connects nothing.

        ``expected`` is the account that is to sign in again: another one does not mend it.

        ``open_page`` opens an address in a browser and says whether it could; it is called in a thread.
        """
        super().__init__(f"Sign in again: {expected.address}" if expected else "Sign in at Microsoft")
        self.shell = shell
        self._kind = kind
        self._mode = mode
        self._connected = connected
        self._expected = expected
        self._open_page = open_page
        self._code: DeviceCode | None = None
        self._ends_at = 0.0
        self._ended = ""

    def compose_body(self) -> Iterable[Widget]:
        yield text("", id="code")
        yield text("", id="address")
        yield text("", id="state")
        yield text("Only go on if you started this sign-in yourself.", id="warning")
        yield text("", id="demo")

    def on_mount(self) -> None:
        self.set_interval(1, self._show_state)
        self.action_new_code()

    async def _sign_in(self) -> None:
        """From a new code to its ending."""
        kind, mode = self._kind, self._mode

        async def begin(workspace: Workspace) -> DeviceCode:
            return await workspace.connections.begin_sign_in(kind, mode)

        code = await self.shell.run(begin)
        self._code = code
        self._ends_at = self.shell.clock.monotonic() + code.expires_in
        self._show()

        async def finish(workspace: Workspace) -> OutlookAccount:
            return await workspace.connections.finish_sign_in(code)

        account = await self.shell.run(finish)
        if self._expected is not None and account.id != self._expected.id:
            self._end(
                f"You signed in {account.address}; {self._expected.address} still has to. "
                "Choose “Use another account” at Microsoft, or a private window; n asks for a new code."
            )
        elif account.id in self._connected:
            self._end(
                f"This is {account.address}, which is already connected here. "
                "Choose “Use another account” at Microsoft, or a private window; n asks for a new code."
            )
        else:
            self.dismiss(account)

    def failed(self, error: BaseException) -> None:
        self._end(failure_words(error))

    def _end(self, words: str) -> None:
        self._code = None
        self._ended = words
        self._show()

    def _show(self) -> None:
        code = self._code
        self.set_class(bool(self._ended), "-ended")
        self.code_text.update(_code_lines(code.user_code, self.app.size.width) if code else Content(""))
        self.query_one("#address", Static).update(_address_line(code) if code else Content(""))
        self.query_one("#dialog-keys", Static).update(Content(self.keys()))
        self.query_one("#demo", Static).update(self._demo())
        self._show_state()

    def _show_state(self) -> None:
        self.state_text.update(self._state())

    def _state(self) -> Content:
        if self._ended:
            return line(("! ", "bold $text-error"), outside(self._ended))
        if self._code is None:
            return Content("Asking Microsoft for a code …")
        left = self._ends_at - self.shell.clock.monotonic()
        if left <= 0:
            return Content("The code has expired: n asks for a new one.")
        minutes, seconds = divmod(int(left), 60)
        who = "work or school" if self._kind is AccountKind.WORK else "personal"
        return line("Waiting for your ", who, " account … ", (f"{minutes}:{seconds:02d}", "bold"), " left")

    def keys(self) -> str:
        with_code = "y copy the code   o open the page   " if self._code is not None else ""
        return f"{with_code}n new code   esc cancel"

    def _demo(self) -> Content:
        if self._code is None or not self.shell.is_demo:
            return Content("")
        return line("Demo: press ", ("a", "bold"), " to approve, ", ("x", "bold"), " to decline.")

    def on_resize(self) -> None:
        self._show()

    def action_new_code(self) -> None:
        self._code = None
        self._ended = ""
        self._show()
        self.work(self._sign_in(), "sign-in")

    def action_copy_code(self) -> None:
        if self._code is not None:
            self.app.copy_to_clipboard(self._code.user_code)
            self.shell.toast("Copied the code, if your terminal allows it.")

    def action_open_page(self) -> None:
        if self._code is not None:
            self.work(self._open(self._code.verification_uri), "open-page")

    async def _open(self, address: str) -> None:
        if not may_open(address, is_demo=self.shell.is_demo):
            self.shell.toast("That address is not one to open from here. Type it in a browser.", severity="warning")
        elif not await asyncio.to_thread(self._open_page, address):
            self.shell.toast("No browser opens here. Open the address on any device.", severity="warning")

    async def action_answer_in_demo(self, decline: bool) -> None:
        """Play the person at Microsoft's page; only the demo can."""
        code = self._code
        if code is None or not self.shell.is_demo:
            return

        async def answer(workspace: Workspace) -> None:
            await workspace.connections.approve_in_demo(code, decline=decline)

        try:
            await self.shell.run(answer)
        except CalConnectError as error:
            self.shell.toast(failure_words(error), severity="error")


def _code_lines(code: str, width: int) -> Content:
    """The code in block letters where they fit, and as text to read out and to copy."""
    blocks = [styled(row, "bold $accent") for row in block_lines(code, min(CODE_CELLS, width - 10))]
    plain = line("Code: ", (code, "bold"))
    return Content("\n").join([*blocks, Content(""), plain] if blocks else [plain])


def _address_line(code: DeviceCode) -> Content:
    where = "  on any device" if may_open(code.verification_uri, is_demo=False) else "  on this computer"
    return line("Enter it at ", outside(code.verification_uri, "bold underline"), styled(where, MUTED))
