"""What the app offers to its screens: the only way from a screen to everything below it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Literal, Protocol, TypeVar

if TYPE_CHECKING:
    from textual.signal import Signal

    from tui.actions import Place
    from tui.clock import Clock
    from tui.keys import Keys
    from tui.screens.message_log import MessageLog
    from tui.settings import Changes, Settings
    from tui.workspace.view import Snapshot
    from tui.workspace.workspace import Workspace

T = TypeVar("T")
Severity = Literal["information", "warning", "error"]


class Shell(Protocol):
    """The app as its screens see it."""

    @property
    def clock(self) -> Clock:
        """The wall clock of the program."""

    @property
    def snapshot(self) -> Snapshot:
        """The newest snapshot; replaced whole, never changed."""

    @property
    def snapshots(self) -> Signal[Snapshot]:
        """Published in the app's thread whenever ``snapshot`` was replaced."""

    @property
    def progress(self) -> Signal[Snapshot]:
        """Published when only what a sync is doing has changed: nothing has to be laid out anew for it."""

    @property
    def version(self) -> int:
        """Another number whenever there is something to lay out anew."""

    @property
    def is_ready(self) -> bool:
        """Whether ``snapshot`` is real; before the first one nothing can be said of what there is or is not."""

    @property
    def problem(self) -> str:
        """Why the background cannot go on, and what to do; empty while it goes on."""

    @property
    def sync_line(self) -> str:
        """What there is to say of a sync that was asked for; empty where the news of the last one says it."""

    @property
    def settings(self) -> Settings:
        """The person's settings, as they hold now."""

    @property
    def settings_place(self) -> str:
        """Where the settings are kept, in words; empty when they are not."""

    @property
    def keys(self) -> Keys:
        """Which keys do what for this person."""

    @property
    def messages(self) -> MessageLog:
        """What was said, with its time."""

    @property
    def is_demo(self) -> bool:
        """Whether the simulator stands in for Microsoft."""

    @property
    def is_private(self) -> bool:
        """Whether private events show no more than time and calendar (see ``shown_subject``)."""

    def set_private(self, is_private: bool) -> None:
        """Turn privacy mode on or off, and keep that; every screen is redrawn."""

    def change_settings(self, changes: Changes) -> bool:
        """Let ``changes`` hold and keep them; whether they were kept. What went wrong is said."""

    def run(self, use_case: Callable[[Workspace], Awaitable[T]]) -> Awaitable[T]:
        """Run ``use_case`` on the background thread; awaiting gives its result or raises its CalConnectError."""

    def toast(self, text: str, *, severity: Severity = "information") -> None:
        """Show ``text`` (clean, never read as markup) for a few seconds."""

    def sync_now(self) -> None:
        """Start a sync round of every account."""

    def show_place(self, place: Place) -> None:
        """Go to another screen."""
