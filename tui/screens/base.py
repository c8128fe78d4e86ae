"""What all screens have in common: header above, status and key hints below, and one way to hear of new data.

A screen that is not on top does not lay anything out; it catches up when it comes back.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar

from textual.app import ComposeResult
from textual.content import Content
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static

from tui.actions import Place, action_named
from tui.screens.bindings import screen_bindings
from tui.screens.shell import Shell
from tui.screens.summary import digest_words, header_state
from tui.widgets.footer import Footer
from tui.widgets.header import Header, HeaderState
from tui.workspace.view import Snapshot

__all__ = ["PlaceScreen", "screen_bindings"]


class PlaceScreen(Screen[None]):
    """A screen with a digit of its own.

    A subclass sets ``PLACE`` and ``BINDINGS = screen_bindings(PLACE)``, composes its body in ``compose_body`` and
    lays a snapshot out in ``show``, which is called in the app's thread whenever the screen is on top and there
    is something new: a snapshot, another privacy mode, or a new minute (then ``tick``).
    """

    PLACE: ClassVar[Place]
    MINIMUM: ClassVar[tuple[int, int]] = (60, 16)
    """Columns and rows below which nothing useful fits."""
    AUTO_FOCUS = None

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self.shell = shell
        self._shown: tuple[Snapshot, bool] | None = None
        self._status = Content("")

    @property
    def snapshot(self) -> Snapshot:
        return self.shell.snapshot

    def now(self) -> datetime:
        """Now, in the viewer's zone."""
        return self.shell.clock.now().astimezone(self.snapshot.zone)

    def compose(self) -> ComposeResult:
        yield Header(self._header_state())
        yield from self.compose_body()
        yield Footer(self.PLACE)
        yield Static("Please enlarge the terminal.", id="enlarge")

    def on_resize(self) -> None:
        size = self.app.size
        self.set_class(size.width < self.MINIMUM[0] or size.height < self.MINIMUM[1], "-too-small")

    def compose_body(self) -> Iterable[Widget]:
        """What stands between header and footer."""
        return ()

    def show(self, snapshot: Snapshot) -> None:
        """Lay ``snapshot`` out."""

    def tick(self) -> None:
        """A minute has passed."""

    def status(self, snapshot: Snapshot) -> Content:
        """The line above the key hints; the last sync unless a screen has something more to say."""
        return Content(f" {self.shell.sync_line}" if self.shell.sync_line else digest_words(snapshot))

    def say(self, text: str) -> None:
        """Put ``text`` (clean) on the line above the key hints until the next snapshot."""
        self.query_one(Footer).show(Content(f" {text}"))

    def on_mount(self) -> None:
        self.shell.snapshots.subscribe(self, self._on_snapshot)
        self.set_interval(60 - self.now().second or 60, self._first_tick, repeat=1)
        self._catch_up()

    def on_screen_resume(self) -> None:
        self._catch_up()

    def _first_tick(self) -> None:
        self.on_minute()
        self.set_interval(60, self.on_minute)

    def on_minute(self) -> None:
        if self.is_current:
            self.query_one(Header).show(self._header_state())
            self.tick()

    def _on_snapshot(self, _snapshot: Snapshot) -> None:
        if self.is_current:
            self._catch_up()

    def _catch_up(self) -> None:
        self.query_one(Header).show(self._header_state())
        newest = (self.snapshot, self.shell.is_private)
        if self._shown is None or self._shown[0] is not newest[0] or self._shown[1] != newest[1]:
            self._shown = newest
            self.show(self.snapshot)
            self._status = Content("")
        status = self.status(self.snapshot)
        if status != self._status:
            self._status = status
            self.query_one(Footer).show(status)

    def _header_state(self) -> HeaderState:
        return header_state(self.shell, self.PLACE, self.now())

    def on_header_place_chosen(self, message: Header.PlaceChosen) -> None:
        self.shell.show_place(message.place)

    async def on_header_sub_account_clicked(self) -> None:
        await self.perform("switch_sub_account")

    async def on_footer_hint_chosen(self, message: Footer.HintChosen) -> None:
        await self.perform(message.action_id)

    async def perform(self, action_id: str) -> None:
        """Do what the key of ``action_id`` would do."""
        namespace = self.app if action_named(action_id).of_app else self
        await self.app.run_action(action_id, default_namespace=namespace)
