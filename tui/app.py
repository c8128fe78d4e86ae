"""The program on the screen: modes, themes, palette, and the thread between screens and background.

The app holds no rule of the domain. It keeps the newest snapshot, tells the screens of it, and hands use cases to
the background thread. Nothing slow is imported before the first frame; the background starts after it.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping
from datetime import tzinfo
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, TypeVar

from rich.segment import Segments
from rich.traceback import Traceback
from textual.app import App, SystemCommand
from textual.binding import BindingType
from textual.message import Message
from textual.screen import Screen
from textual.signal import Signal

from tui.actions import ACTIONS, SCREENS, Place
from tui.clock import Clock
from tui.screens.bindings import bindings
from tui.screens.palette import ActionProvider
from tui.screens.shell import Severity, Shell
from tui.screens.theme import PLAIN, STANDARD, THEMES, variable_defaults
from tui.settings import Settings
from tui.workspace.view import Snapshot

if TYPE_CHECKING:
    from tui.workspace.background import Background, Notice, SyncFinished
    from tui.workspace.workspace import Workspace

T = TypeVar("T")

STOP_SECONDS = 1.5
SECOND_INTERRUPT_SECONDS = 2.0


class Told(Message):
    """The background has something to say; made on its thread, read on the app's."""

    def __init__(self, notice: Notice) -> None:
        self.notice = notice
        super().__init__()


class Asked(NamedTuple):
    """A sync that the person asked for: whose rounds are still awaited, and what came so far."""

    number: int = 0
    """How many were asked for, this one included: a round that began before it does not answer it."""
    awaited: frozenset[str] = frozenset()
    """Account ids."""
    changes: int = 0
    errors: int = 0


class AppShell:
    """What the screens get of the app."""

    def __init__(self, app: CalConnectApp, background: Background, clock: Clock, settings: Settings) -> None:
        self._app = app
        self._background = background
        self.clock = clock
        self.settings = settings
        self.snapshot = Snapshot()
        self.is_ready = False
        self.problem = ""
        self.sync_line = ""
        self.is_awaited = False
        self.is_private = settings.privacy.hide_private
        self.snapshots: Signal[Snapshot] = Signal(app, "snapshots")

    @property
    def is_demo(self) -> bool:
        return self._background.is_demo

    def replace(self, snapshot: Snapshot, *, is_ready: bool = True) -> None:
        """Take ``snapshot`` as the newest and tell every screen."""
        if snapshot.digest != self.snapshot.digest and not self.is_awaited:
            self.sync_line = ""
        self.snapshot = snapshot
        self.is_ready = is_ready
        self.snapshots.publish(snapshot)

    def say_of_sync(self, line: str, *, is_awaited: bool = False) -> None:
        """Put ``line`` on the status line of every screen until the next news, or while awaited until the answer."""
        self.sync_line, self.is_awaited = line, is_awaited
        self.snapshots.publish(self.snapshot)

    def set_private(self, is_private: bool) -> None:
        self.is_private = is_private
        self.snapshots.publish(self.snapshot)

    def run(self, use_case: Callable[[Workspace], Awaitable[T]]) -> Awaitable[T]:
        return asyncio.wrap_future(self._background.submit(use_case))

    def toast(self, text: str, *, severity: Severity = "information") -> None:
        self._app.notify(text, severity=severity, markup=False, timeout=8 if severity == "error" else 4)

    def sync_now(self) -> None:
        self._background.sync_now()

    def show_place(self, place: Place) -> None:
        self._app.switch_mode(place.value)


class CalConnectApp(App[None]):
    """The terminal app."""

    TITLE = "calconnect-tui"
    CSS_PATH = "app.tcss"
    ENABLE_COMMAND_PALETTE = True
    COMMAND_PALETTE_BINDING = "ctrl+p"
    COMMANDS: ClassVar[set[Any]] = {ActionProvider}
    DEFAULT_MODE = Place.WEEK.value
    BINDINGS: ClassVar[list[BindingType]] = bindings(action for action in ACTIONS if action.of_app)

    def __init__(
        self,
        background: Background,
        clock: Clock,
        *,
        settings: Settings | None = None,
        zone: tzinfo | None = None,
        snapshot: Snapshot | None = None,
        environment: Mapping[str, str] = os.environ,
    ) -> None:
        """``snapshot`` is what may be shown before the background has spoken, in its zone; else ``zone`` is used."""
        # Textual chooses how to draw without colours here, before there is a theme.
        super().__init__(ansi_color=bool(environment.get("NO_COLOR")) or None)
        self._background = background
        self.shell = AppShell(self, background, clock, settings or Settings())
        if snapshot is not None:
            self.shell.snapshot, self.shell.is_ready = snapshot, True
        elif zone is not None:
            self.shell.snapshot = Snapshot(zone=zone)
        self._interrupted_at = float("-inf")
        self._sync = Asked()
        self._has_begun = False
        self._is_stopped = False
        for place in SCREENS:
            self.add_mode(place.value, partial(_screen, place, self.shell))
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = self._theme_name(environment)

    def _theme_name(self, environment: Mapping[str, str]) -> str:
        """Without colours only a theme of the terminal's own palette stays readable."""
        if environment.get("NO_COLOR"):
            return PLAIN
        wanted = environment.get("TEXTUAL_THEME") or self.shell.settings.theme.name
        return wanted if wanted in self.available_themes else STANDARD

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return variable_defaults(is_plain=self.current_theme.ansi)

    def on_mount(self) -> None:
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        self._has_begun = True
        self._background.start(self._tell)

    def _tell(self, notice: Notice) -> None:
        """Runs on the background thread; an app that is closing takes no more messages, and none are missed then."""
        if not self._is_stopped and not self.post_message(Told(notice)):
            self._is_stopped = True

    def on_told(self, message: Told) -> None:
        from tui.workspace.background import Failed, SnapshotReady, SyncFinished, SyncProgress

        match message.notice:
            case SnapshotReady(snapshot=snapshot):
                self.shell.replace(snapshot)
            case SyncProgress(account_id=account_id, text=text):
                self.shell.replace(with_progress(self.shell.snapshot, account_id, text), is_ready=self.shell.is_ready)
            case SyncFinished() as finished:
                self._finished(finished)
            case Failed(error=error):
                self.shell.problem = str(error)
                self.shell.replace(self.shell.snapshot, is_ready=self.shell.is_ready)

    def _finished(self, round_: SyncFinished) -> None:
        """Answer a sync that the person asked for once every account is through; others show in the header alone."""
        asked = self._sync
        if round_.asked < asked.number or round_.account_id not in asked.awaited:
            return
        self._sync = asked._replace(
            awaited=(asked.awaited - {round_.account_id}) & self._connected_accounts(),
            changes=asked.changes + round_.changed + round_.removed,
            errors=asked.errors + round_.errors,
        )
        if not self._sync.awaited:
            self.shell.say_of_sync(self._answer(self._sync))

    def _answer(self, asked: Asked) -> str:
        """What came of ``asked``; empty where the news of the sync says it."""
        if asked.errors:
            return "Not every calendar could be read: 4 Connections says why."
        if asked.changes:
            return ""
        now = self.shell.clock.now().astimezone(self.shell.snapshot.zone)
        return f"Sync {now:%H:%M}: nothing changed, everything is up to date"

    def _connected_accounts(self) -> frozenset[str]:
        return frozenset(connection.account_id for connection in self.shell.snapshot.all_connections)

    def on_app_focus(self) -> None:
        self._focused_is(True)

    def on_app_blur(self) -> None:
        self._focused_is(False)

    def _focused_is(self, is_focused: bool) -> None:
        if self._has_begun:
            self._background.set_focused(is_focused)

    async def on_unmount(self) -> None:
        self._is_stopped = True
        if not self._has_begun:
            return
        await asyncio.to_thread(self._background.stop, STOP_SECONDS)

    def action_week(self) -> None:
        self.switch_mode(Place.WEEK.value)

    def action_conflicts(self) -> None:
        self.switch_mode(Place.CONFLICTS.value)

    def action_connections(self) -> None:
        self.switch_mode(Place.CONNECTIONS.value)

    def action_accounts(self) -> None:
        self.switch_mode(Place.ACCOUNTS.value)

    def action_sync(self) -> None:
        accounts = self._connected_accounts()
        if not accounts:
            self.shell.say_of_sync("There is nothing to sync: no Outlook account is connected.")
            return
        self._sync = Asked(self._sync.number + 1, accounts)
        self.shell.sync_now()
        self.shell.say_of_sync("Asking Microsoft what has changed…", is_awaited=True)

    def action_help(self) -> None:
        from tui.screens.help import HelpScreen

        self.push_screen(HelpScreen(Place(self.current_mode)))

    def action_switch_sub_account(self) -> None:
        from tui.screens.switcher import switcher

        self.push_screen(switcher(self.shell.snapshot), self._select_sub_account)

    def _select_sub_account(self, sub_account_id: str | None) -> None:
        if sub_account_id:
            self._background.select_sub_account(sub_account_id)

    def action_help_quit(self) -> None:
        """ctrl+c twice quits: once may be a hand that wanted to copy."""
        now = self.shell.clock.monotonic()
        if now - self._interrupted_at <= SECOND_INTERRUPT_SECONDS:
            self.exit()
        self._interrupted_at = now
        self.shell.toast("ctrl+c again leaves the program.")

    def get_system_commands(self, screen: Screen[Any]) -> list[SystemCommand]:
        """Only those of Textual that are not in our own table."""
        return [command for command in super().get_system_commands(screen) if command.title == "Theme"]

    def _fatal_error(self) -> None:
        """The report of a crash, without local variables: they may hold tokens and other people's words."""
        self.bell()
        traceback = Traceback(show_locals=False, width=None)
        self._exit_renderables.append(Segments(self.console.render(traceback, self.console.options)))
        self._close_messages_no_wait()


def with_progress(snapshot: Snapshot, account_id: str, text: str) -> Snapshot:
    """``snapshot`` with what the sync of one account is doing right now."""
    from msgspec.structs import replace

    accounts = tuple(
        replace(view, syncing=text) if view.account.id == account_id else view for view in snapshot.accounts
    )
    return replace(snapshot, accounts=accounts)


def _screen(place: Place, shell: Shell) -> Screen[Any]:
    """The screen of a place; its module is imported when it is first shown."""
    match place:
        case Place.CONFLICTS:
            from tui.screens.conflicts import ConflictsScreen

            return ConflictsScreen(shell)
        case Place.CONNECTIONS:
            from tui.screens.connections import ConnectionsScreen

            return ConnectionsScreen(shell)
        case Place.ACCOUNTS:
            from tui.screens.accounts import AccountsScreen

            return AccountsScreen(shell)
        case _:
            from tui.screens.week import WeekScreen

            return WeekScreen(shell)
