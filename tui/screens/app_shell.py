"""What the screens get of the app: the newest snapshot, the settings, the keys, and the ways to what is below.

It holds no rule. Whatever is to be laid out anew counts ``version`` up; what only a sync is doing right now does not.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeVar

from textual.app import App
from textual.signal import Signal

from tui.actions import Place
from tui.clock import Clock
from tui.errors import SettingsError
from tui.keys import Keys, keys_from
from tui.screens.message_log import MessageLog
from tui.screens.shell import Severity
from tui.settings import Changes, Settings, SettingsFile
from tui.workspace.view import Snapshot

if TYPE_CHECKING:
    from tui.workspace.background import Background
    from tui.workspace.workspace import Workspace

T = TypeVar("T")

TOAST_SECONDS = 4.0
ERROR_SECONDS = 8.0


class AppShell:
    """The ``Shell`` of the running program."""

    def __init__(self, app: App[Any], background: Background, clock: Clock, file: SettingsFile) -> None:
        self._app = app
        self._background = background
        self._file = file
        self.clock = clock
        self.keys: Keys = keys_from(file.settings.keys)
        self.messages = MessageLog()
        self.snapshot = Snapshot()
        self.version = 0
        self.is_ready = False
        self.problem = ""
        self.sync_line = ""
        self.is_awaited = False
        self.snapshots: Signal[Snapshot] = Signal(app, "snapshots")
        self.progress: Signal[Snapshot] = Signal(app, "progress")

    @property
    def is_demo(self) -> bool:
        return self._background.is_demo

    @property
    def settings(self) -> Settings:
        return self._file.settings

    @property
    def settings_place(self) -> str:
        return str(self._file.path) if self._file.path else ""

    @property
    def is_private(self) -> bool:
        return self.settings.privacy.on

    def replace(self, snapshot: Snapshot, *, is_ready: bool = True) -> None:
        """Take ``snapshot`` as the newest and tell every screen."""
        if snapshot.digest != self.snapshot.digest and not self.is_awaited:
            self.sync_line = ""
        for notice in snapshot.notices:
            if notice not in self.snapshot.notices:
                self._keep(notice, "warning")
        self.snapshot = snapshot
        self.is_ready = is_ready
        self._publish()

    def progressed(self, account_id: str, text: str) -> None:
        """Note what the sync of one account is doing; no screen lays anything out for that."""
        self.snapshot = with_progress(self.snapshot, account_id, text)
        self.progress.publish(self.snapshot)

    def stop_with(self, problem: str) -> None:
        """The background cannot go on."""
        self.problem = problem
        self._keep(problem, "error")
        self._publish()

    def say_of_sync(self, line: str, *, is_awaited: bool = False) -> None:
        """Put ``line`` on the status line of every screen until the next news, or while awaited until the answer."""
        self.sync_line, self.is_awaited = line, is_awaited
        self.snapshots.publish(self.snapshot)

    def set_private(self, is_private: bool) -> None:
        self.change_settings({"privacy.on": is_private})

    def change_settings(self, changes: Changes) -> bool:
        before = self.settings
        problem = ""
        try:
            self._file.change(changes)
        except SettingsError as error:
            problem = str(error)
        if self.settings != before:
            self._publish()
        if problem:
            self.toast(problem, severity="error")
        return not problem

    def run(self, use_case: Callable[[Workspace], Awaitable[T]]) -> Awaitable[T]:
        return asyncio.wrap_future(self._background.submit(use_case))

    def toast(self, text: str, *, severity: Severity = "information") -> None:
        self._keep(text, severity)
        seconds = ERROR_SECONDS if severity == "error" else TOAST_SECONDS
        self._app.notify(text, severity=severity, markup=False, timeout=seconds)

    def sync_now(self) -> None:
        self._background.sync_now()

    def show_place(self, place: Place) -> None:
        self._app.switch_mode(place.value)

    def _keep(self, text: str, severity: Severity) -> None:
        self.messages.add(text, severity, self.clock.now())

    def _publish(self) -> None:
        self.version += 1
        self.snapshots.publish(self.snapshot)


def with_progress(snapshot: Snapshot, account_id: str, text: str) -> Snapshot:
    """``snapshot`` with what the sync of one account is doing right now."""
    from msgspec.structs import replace

    accounts = tuple(
        replace(view, syncing=text) if view.account.id == account_id else view for view in snapshot.accounts
    )
    return replace(snapshot, accounts=accounts)
