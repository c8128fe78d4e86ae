"""What all screens have in common: header above, status and key hints below, and one way to hear of new data.

A screen that is not on top does not lay anything out; it catches up when it comes back.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.content import Content
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static

from tui.actions import Place, action_named
from tui.domain.conflicts import Grade
from tui.screens.bindings import screen_bindings
from tui.screens.shell import Shell
from tui.screens.summary import digest_words, header_state
from tui.widgets.footer import Footer
from tui.widgets.header import Header, HeaderState
from tui.workspace.view import Snapshot

if TYPE_CHECKING:
    from tui.domain.conflicts import Group
    from tui.domain.meetings import Meeting

GOOD_SIZE = (80, 24)

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
        self._shown = -1
        self._status = Content("")
        self._counts: tuple[tuple[Group, ...], dict[Grade, int]] = ((), {})

    @property
    def snapshot(self) -> Snapshot:
        return self.shell.snapshot

    def now(self) -> datetime:
        """Now, in the viewer's zone."""
        return self.shell.clock.now().astimezone(self.snapshot.zone)

    def compose(self) -> ComposeResult:
        yield Header(self._header_state())
        yield from self.compose_body()
        yield Footer(self.PLACE, self.shell.keys)
        yield Static("", id="enlarge", markup=False)

    def on_resize(self) -> None:
        (width, height), (columns, rows) = self.app.size, self.MINIMUM
        self.set_class(width < columns or height < rows, "-too-small")
        good = "{}x{}".format(*GOOD_SIZE)
        self.query_one("#enlarge", Static).update(
            Content(f"This is {width}x{height}; {columns}x{rows} is needed, {good} is good.")
        )

    def compose_body(self) -> Iterable[Widget]:
        """What stands between header and footer."""
        return ()

    def show(self, snapshot: Snapshot) -> None:
        """Lay ``snapshot`` out."""

    def tick(self) -> None:
        """A minute has passed."""

    def status(self, snapshot: Snapshot) -> Content:
        """The line above the key hints; the last sync unless a screen has something more to say."""
        return Content(f" {self.shell.sync_line}" if self.shell.sync_line else digest_words(snapshot, self.shell.keys))

    def say(self, text: str) -> None:
        """Put ``text`` (clean) on the line above the key hints until the next snapshot."""
        self.query_one(Footer).show(Content(f" {text}"))

    def on_mount(self) -> None:
        self.shell.snapshots.subscribe(self, self._on_snapshot)
        self.shell.progress.subscribe(self, self._on_progress)
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

    def _on_progress(self, _snapshot: Snapshot) -> None:
        """What a sync is doing stands in the header alone, unless there is nothing else to show yet."""
        if not self.is_current:
            return
        self.query_one(Header).show(self._header_state())
        if not self.snapshot.meetings:
            self.show(self.snapshot)

    def _catch_up(self) -> None:
        self.query_one(Header).show(self._header_state())
        if self._shown != self.shell.version:
            self._shown = self.shell.version
            self.show(self.snapshot)
            self._status = Content("")
        status = self.status(self.snapshot)
        if status != self._status:
            self._status = status
            self.query_one(Footer).show(status)

    def _header_state(self) -> HeaderState:
        if self._counts[0] is not self.snapshot.groups or not self._counts[1]:
            self._counts = (self.snapshot.groups, self.snapshot.open_by_grade())
        return header_state(self.shell, self.PLACE, self.now(), self._counts[1])

    @property
    def meeting(self) -> Meeting | None:
        """What is under the cursor, where the screen shows events."""
        return None

    def go_to_meeting(self, meeting: Meeting) -> None:
        """Put the cursor on ``meeting``, where the screen shows events in their order."""

    def action_open_link(self) -> None:
        """Open the join link, else the web page, of the event under the cursor."""
        from tui.screens.opening import open_link_of

        if self.meeting is None:
            self.say("No event under the cursor: tab goes to the next one.")
        else:
            open_link_of(self.app, self.shell, self.meeting)

    def on_header_place_chosen(self, message: Header.PlaceChosen) -> None:
        self.shell.show_place(message.place)

    async def on_header_sub_account_clicked(self) -> None:
        await self.perform("switch_sub_account")

    async def on_hint_line_hint_chosen(self, message: Footer.HintChosen) -> None:
        await self.perform(message.action_id)

    async def perform(self, action_id: str) -> None:
        """Do what the key of ``action_id`` would do."""
        namespace = self.app if action_named(action_id).of_app else self
        await self.app.run_action(action_id, default_namespace=namespace)
