"""The program on the screen: modes, themes, keys, and the thread between screens and background.

The app holds no rule of the domain. It keeps the newest snapshot, tells the screens of it, and hands use cases to
the background thread. Nothing slow is imported before the first frame; the background starts after it.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from datetime import tzinfo
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from rich.segment import Segments
from rich.traceback import Traceback
from textual.app import App
from textual.binding import BindingType
from textual.message import Message
from textual.screen import Screen

from tui.actions import ACTIONS, SCREENS, Place
from tui.clock import Clock
from tui.screens.app_shell import AppShell
from tui.screens.bindings import bindings
from tui.screens.shell import Shell
from tui.screens.theme import PLAIN, STANDARD, THEMES, variable_defaults
from tui.screens.working import Working
from tui.settings import LastPlace, Settings, SettingsFile
from tui.workspace.view import Snapshot

if TYPE_CHECKING:
    from tui.workspace.background import Background, Notice, SyncFinished
    from tui.workspace.workspace import Workspace

STOP_SECONDS = 1.5
SECOND_INTERRUPT_SECONDS = 2.0
DEMO = "demo"
"""What the app ends with when the person wants to look around in the demo."""


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


class CalConnectApp(Working, App[str]):
    """The terminal app."""

    shell: AppShell
    TITLE = "calconnect-tui"
    CSS_PATH = "app.tcss"
    ENABLE_COMMAND_PALETTE = False
    DEFAULT_MODE = Place.WEEK.value
    BINDINGS: ClassVar[list[BindingType]] = bindings(action for action in ACTIONS if action.of_app)

    def __init__(
        self,
        background: Background,
        clock: Clock,
        *,
        settings: Settings | None = None,
        data_directory: Path | None = None,
        zone: tzinfo | None = None,
        snapshot: Snapshot | None = None,
        environment: Mapping[str, str] = os.environ,
    ) -> None:
        """``settings`` are those of ``data_directory``, where changes are kept; without one they are not.

        ``snapshot`` is what may be shown before the background has spoken, in its zone; else ``zone`` is used.
        """
        # Textual chooses how to draw without colours here, before there is a theme.
        super().__init__(ansi_color=bool(environment.get("NO_COLOR")) or None)
        self._background = background
        self._last_place = LastPlace(data_directory)
        self.shell = AppShell(self, background, clock, SettingsFile(data_directory, settings or Settings()))
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
        return variable_defaults(self.current_theme)

    def on_mount(self) -> None:
        self.set_keymap(self.shell.keys.keymap)
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        self._has_begun = True
        self._background.start(self._tell)
        if self._last_place.sub_account_id:
            self._background.select_sub_account(self._last_place.sub_account_id)
        for problem in self._problems():
            self.shell.toast(problem, severity="warning")
        self._welcome()

    def _problems(self) -> list[str]:
        """What of the settings could not be followed."""
        wanted = self.shell.settings.theme.name
        unknown = [f"There is no theme “{wanted[:40]}”."] if wanted not in self.available_themes else []
        return [*self.shell.keys.problems, *unknown]

    def _tell(self, notice: Notice) -> None:
        """Runs on the background thread; an app that is closing takes no more messages, and none are missed then."""
        if not self._is_stopped and not self.post_message(Told(notice)):
            self._is_stopped = True

    def on_told(self, message: Told) -> None:
        from tui.workspace.background import Failed, SnapshotReady, SyncFinished, SyncProgress

        match message.notice:
            case SnapshotReady(snapshot=snapshot):
                self.shell.replace(snapshot)
                self._welcome()
            case SyncProgress(account_id=account_id, text=text):
                self.shell.progressed(account_id, text)
            case SyncFinished() as finished:
                self._finished(finished)
            case Failed(error=error):
                self.shell.stop_with(str(error))

    def _welcome(self) -> None:
        """Before anything is connected the week would be empty: three ways to begin stand there instead."""
        is_empty = self.shell.is_ready and not self.shell.snapshot.all_connections and not self.shell.is_demo
        if is_empty and self.current_mode == Place.WEEK.value and len(self.screen_stack) == 1:
            from tui.screens.first_run import WelcomeScreen

            self.push_screen(WelcomeScreen(self.shell))

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
            keys = self.shell.keys
            return f"Not every calendar could be read: {keys.first('connections')} Connections says why."
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

    async def action_week(self) -> None:
        await self.switch_mode(Place.WEEK.value)
        self._welcome()

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

        self.push_screen(HelpScreen(self._place, self.shell.keys))

    @property
    def _place(self) -> Place:
        """Where the person is: a screen, or a dialog above one."""
        return getattr(self.screen, "PLACE", Place(self.current_mode))

    def action_command_palette(self) -> None:
        from tui.screens.palette import PaletteDialog

        self.push_screen(PaletteDialog(self._place, self.shell.keys), partial(self._perform, self.screen))

    async def _perform(self, screen: Screen[Any], action_id: str | None) -> None:
        perform = getattr(screen, "perform", None)
        if action_id and perform is not None:
            await perform(action_id)

    async def action_search(self) -> None:
        from tui.screens.search import search

        await search(self, self.shell)

    async def action_go_to(self) -> None:
        from tui.screens.go_to import go_to

        await go_to(self, self.shell)

    def action_settings(self) -> None:
        from tui.screens.settings import SettingsDialog

        self.push_screen(SettingsDialog(self.shell))

    def action_theme(self) -> None:
        from tui.screens.themes import choose_theme

        choose_theme(self, self.shell)

    def action_let_go(self) -> None:
        self.work(self._let_go(), "let-go")

    async def _let_go(self) -> None:
        async def acknowledge(workspace: Workspace) -> bool:
            is_needed = bool(workspace.calendars.vanished())
            workspace.calendars.acknowledge_gone()
            return is_needed

        is_done = await self.shell.run(acknowledge)
        self.shell.toast("What vanished from Outlook is shown no longer." if is_done else "Nothing has vanished.")

    def action_messages(self) -> None:
        from tui.screens.messages import MessagesDialog

        self.push_screen(MessagesDialog(self.shell))

    def action_reconnect(self) -> None:
        from tui.screens.reconnect import reconnect

        self.work(reconnect(self, self.shell, getattr(self.screen, "account_id", "")), "reconnect")

    def action_switch_sub_account(self) -> None:
        from tui.screens.switcher import switcher

        self.push_screen(switcher(self.shell.snapshot), self._select_sub_account)

    def _select_sub_account(self, sub_account_id: str | None) -> None:
        if sub_account_id:
            self._background.select_sub_account(sub_account_id)
            self.work(self._keep_place(sub_account_id), "place")

    async def _keep_place(self, sub_account_id: str) -> None:
        if not await asyncio.to_thread(self._last_place.select, sub_account_id):
            self.shell.toast("Which sub-account you chose cannot be kept: the data directory cannot be written.")

    def action_help_quit(self) -> None:
        """ctrl+c twice quits: once may be a hand that wanted to copy."""
        now = self.shell.clock.monotonic()
        if now - self._interrupted_at <= SECOND_INTERRUPT_SECONDS:
            self.exit()
        self._interrupted_at = now
        self.shell.toast("ctrl+c again leaves the program.")

    def _fatal_error(self) -> None:
        """The report of a crash, without local variables: they may hold tokens and other people's words."""
        self.bell()
        traceback = Traceback(show_locals=False, width=None)
        self._exit_renderables.append(Segments(self.console.render(traceback, self.console.options)))
        self._close_messages_no_wait()


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
