"""What the tests of screens share.

A frozen clock, snapshots built from domain values as the workspace would build them, and an app that hosts one
screen and remembers what the screen asked for. Import it as ``from hosting import HostApp, screen_text``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from textual.app import App
from textual.binding import BindingType
from textual.screen import Screen
from textual.signal import Signal

import tui
from tui.actions import Place, action_named
from tui.domain.accounts import AccountKind, Calendar, Connection, Mode, OutlookAccount, SignInState, SubAccount
from tui.domain.busy import BusyRules
from tui.domain.conflicts import Grade, Group, State, find_pairs, group_pairs
from tui.domain.events import CalendarKey, Event, EventCopy, Response, ShowAs
from tui.domain.meetings import meetings_of
from tui.domain.timespan import AllDay, Timed
from tui.keys import STANDARD_KEYS
from tui.screens.bindings import bindings
from tui.screens.message_log import MessageLog
from tui.screens.theme import THEMES, variable_defaults
from tui.settings import Changes, Settings, changed
from tui.workspace.view import (
    AccountView,
    CalendarView,
    ConnectionView,
    Digest,
    Role,
    Snapshot,
    SyncState,
)

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 23, 10, 24, tzinfo=BERLIN)
HOSTILE = (
    "[/]",
    "[@click=app.quit]x[/]",
    "\N{REPLACEMENT CHARACTER}]52;c;QUJD",
    "[b]" + "שלום" * 4,
    "漢字👩\u200d👩\u200d👧" * 30,
    "x" * 10_000,
    "",
)


class FrozenClock:
    """A clock that moves only when a test moves it."""

    def __init__(self, now: datetime = NOW) -> None:
        self._now = now.astimezone(UTC)

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._now.timestamp()

    async def sleep(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)

    def move(self, **distance: float) -> None:
        self._now += timedelta(**distance)


class SnapshotBuilder:
    """Builds snapshots as the workspace would, from accounts and events given in words."""

    def __init__(self, zone: ZoneInfo = BERLIN, now: datetime = NOW) -> None:
        self.zone = zone
        self.now = now
        self.sub_account = SubAccount(id="main", name="Main")
        self.sub_accounts = [self.sub_account]
        self.rules = BusyRules()
        self.accounts: dict[str, AccountView] = {}
        self.calendars: dict[CalendarKey, Calendar] = {}
        self.unused: set[CalendarKey] = set()
        self.copies: list[EventCopy] = []
        self.digest: Digest | None = None

    def account(
        self,
        letter: str,
        address: str,
        *,
        kind: AccountKind = AccountKind.WORK,
        mode: Mode = Mode.WRITE,
        state: SignInState = SignInState.SIGNED_IN,
        age_minutes: float | None = 1,
        syncing: str = "",
        error: str = "",
        calendars: tuple[str, ...] = ("Calendar",),
    ) -> str:
        """Add an Outlook account with calendars, the first one its default; gives the account id (the address)."""
        account = OutlookAccount(id=address, address=address, kind=kind, mode=mode, state=state, letter=letter)
        last = None if age_minutes is None else (self.now - timedelta(minutes=age_minutes)).astimezone(UTC)
        self.accounts[address] = AccountView(
            account=account, used_in=("main",), last_success=last, syncing=syncing, error=error, token_storage="file"
        )
        for position, name in enumerate(calendars):
            calendar = Calendar(account_id=address, id=name, name=name, can_edit=True, is_default=position == 0)
            self.calendars[calendar.key] = calendar
        return address

    def ignore(self, account: str, calendar: str) -> None:
        """Make ``calendar`` one that does not count in this sub-account."""
        self.unused.add(CalendarKey(account, calendar))

    def event(
        self, account: str, subject: str, start: str, end: str, *, calendar: str = "Calendar", **fields: Any
    ) -> Event:
        """Add an event: ``start`` is ``2026-11-26 10:00`` and ``end`` that or ``12:00``, in the builder's zone.

        Two dates make it all-day, up to but not including ``end``.
        """
        when = self._when(start, end)
        fields.setdefault("show_as", ShowAs.BUSY)
        fields.setdefault("is_organizer", True)
        fields.setdefault("response", Response.ORGANIZER)
        event = Event(id=f"event-{len(self.copies)}", when=when, subject=subject, **fields)
        self.copies.append(EventCopy(CalendarKey(account, calendar), event))
        return event

    def copy(self, event: Event, account: str, *, calendar: str = "Calendar") -> None:
        """Let ``event`` stand in another calendar too."""
        self.copies.append(EventCopy(CalendarKey(account, calendar), event))

    def _when(self, start: str, end: str) -> Timed | AllDay:
        if " " not in start:
            return AllDay(date.fromisoformat(start), date.fromisoformat(end))
        if " " not in end:
            end = f"{start.partition(' ')[0]} {end}"
        return Timed(self._instant(start), self._instant(end))

    def _instant(self, text: str) -> datetime:
        return datetime.fromisoformat(text).replace(tzinfo=self.zone).astimezone(UTC)

    def build(self) -> Snapshot:
        """The snapshot of everything that was added."""
        meetings = tuple(
            meetings_of(self.copies, counted=lambda key: key not in self.unused, rules=self.rules, zone=self.zone)
        )
        window = AllDay(date(2026, 1, 1), date(2027, 12, 31))
        groups = [
            group
            for group in group_pairs(
                find_pairs(meetings, over_before=self.now.astimezone(UTC)), zone=self.zone, window=window
            )
            if group.state is State.OPEN
        ]
        return Snapshot(
            zone=self.zone,
            sub_account=self.sub_account,
            sub_accounts=tuple(self.sub_accounts),
            accounts=tuple(self.accounts.values()),
            connections=tuple(self._connection(view) for view in self.accounts.values()),
            all_connections=tuple(self._connection(view).connection for view in self.accounts.values()),
            calendars=dict(self.calendars),
            letters={view.account.id: view.account.letter for view in self.accounts.values()},
            meetings=meetings,
            longest=max((m.interval.length for m in meetings), default=timedelta(0)),
            groups=tuple(groups),
            grades=_grades(groups),
            digest=self.digest,
        )

    def _connection(self, view: AccountView) -> ConnectionView:
        account = view.account
        calendars = [calendar for calendar in self.calendars.values() if calendar.account_id == account.id]
        counted = tuple(calendar.id for calendar in calendars if calendar.key not in self.unused)
        connection = Connection(
            id=f"main-{account.letter}", sub_account_id="main", account_id=account.id, conflict=counted
        )
        return ConnectionView(
            connection=connection, account=account, calendars=tuple(self._calendar(one, view) for one in calendars)
        )

    def _calendar(self, calendar: Calendar, view: AccountView) -> CalendarView:
        role = Role.UNUSED if calendar.key in self.unused else Role.CONFLICT
        window = AllDay(date(2026, 8, 23), date(2027, 11, 24)) if view.last_success else None
        events = sum(copy.calendar == calendar.key for copy in self.copies)
        sync = SyncState(window=window, last_success=view.last_success, error=view.error, events=events)
        return CalendarView(calendar=calendar, role=role, sync=sync)


def _grades(groups: list[Group]) -> dict[str, Grade]:
    grades: dict[str, Grade] = {}
    for group in groups:
        for pair in group.pairs:
            for meeting in (pair.first, pair.second):
                known = grades.get(meeting.id)
                grades[meeting.id] = min((known or pair.grade, pair.grade), key=lambda grade: grade.rank)
    return grades


class FakeShell:
    """What a screen gets in a test; remembers what the screen asked for."""

    def __init__(self, app: App[Any], snapshot: Snapshot, clock: FrozenClock, workspace: object, is_demo: bool) -> None:
        self.clock = clock
        self.snapshot = snapshot
        self.snapshots: Signal[Snapshot] = Signal(app, "snapshots")
        self.is_demo = is_demo
        self.is_ready = True
        self.problem = ""
        self.sync_line = ""
        self.progress: Signal[Snapshot] = Signal(app, "progress")
        self.version = 0
        self.settings = Settings()
        self.settings_place = "/home/ana/.local/state/calconnect-tui/settings.toml"
        self.keys = STANDARD_KEYS
        self.messages = MessageLog()
        self.workspace = workspace
        self.toasts: list[str] = []
        self.syncs = 0
        self.places: list[Place] = []

    def publish(self, snapshot: Snapshot) -> None:
        """A new snapshot, as after a sync."""
        self.snapshot = snapshot
        self.version += 1
        self.snapshots.publish(snapshot)

    @property
    def is_private(self) -> bool:
        return self.settings.privacy.on

    @is_private.setter
    def is_private(self, is_private: bool) -> None:
        self.settings = changed(self.settings, {"privacy.on": is_private})

    def set_private(self, is_private: bool) -> None:
        self.change_settings({"privacy.on": is_private})

    def change_settings(self, changes: Changes) -> bool:
        self.settings = changed(self.settings, changes)
        self.publish(self.snapshot)
        return True

    async def run(self, use_case: Callable[[Any], Awaitable[Any]]) -> Any:
        return await use_case(self.workspace)

    def toast(self, text: str, *, severity: str = "information") -> None:
        self.toasts.append(text)
        self.messages.add(text, severity, self.clock.now())  # type: ignore[arg-type]

    def sync_now(self) -> None:
        self.syncs += 1

    def show_place(self, place: Place) -> None:
        self.places.append(place)


class FakeBackground:
    """Stands in for the background thread: tells what a test tells it, and remembers what it was asked."""

    def __init__(self, *, is_demo: bool = False, workspace: object = None) -> None:
        self.is_demo = is_demo
        self.workspace = workspace
        self.asked: list[object] = []
        self.tell: Callable[[Any], None] | None = None

    def start(self, tell: Callable[[Any], None]) -> None:
        self.asked.append("start")
        self.tell = tell

    def say(self, notice: object) -> None:
        """Tell ``notice`` from another thread, as the real one does."""
        assert self.tell is not None
        thread = Thread(target=self.tell, args=(notice,))
        thread.start()
        thread.join()

    def submit(self, use_case: Callable[[Any], Awaitable[Any]]) -> Future[Any]:
        future: Future[Any] = Future()
        run = lambda: future.set_result(asyncio.run(_await(use_case(self.workspace))))  # noqa: E731
        thread = Thread(target=run, daemon=True)  # a sign-in that nobody finishes holds no test run up
        thread.start()
        return future

    def select_sub_account(self, sub_account_id: str) -> None:
        self.asked.append(("select", sub_account_id))

    def sync_now(self) -> None:
        self.asked.append("sync")

    def set_focused(self, focused: bool) -> None:
        self.asked.append(("focused", focused))

    def stop(self, timeout: float = 1.5) -> None:
        self.asked.append(("stop", timeout))


async def _await(awaitable: Awaitable[Any]) -> Any:
    return await awaitable


class HostApp(App[None]):
    """Hosts one screen alone: ``HostApp(WeekScreen, snapshot)``; what the screen did is in ``shell``."""

    CSS_PATH = Path(tui.__file__).with_name("app.tcss")
    DEFAULT_MODE = "hosted"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = bindings(action_named(one) for one in ("search", "go_to"))

    def __init__(
        self,
        screen: Callable[[Any], Screen[Any]],
        snapshot: Snapshot,
        *,
        clock: FrozenClock | None = None,
        workspace: object = None,
        is_demo: bool = False,
    ) -> None:
        super().__init__()
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = "calconnect"
        self.shell = FakeShell(self, snapshot, clock or FrozenClock(), workspace, is_demo)
        self.add_mode("hosted", partial(screen, self.shell))

    async def action_search(self) -> None:
        from tui.screens.search import search

        await search(self, self.shell)

    async def action_go_to(self) -> None:
        from tui.screens.go_to import go_to

        await go_to(self, self.shell)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return variable_defaults(self.current_theme)


def screen_text(app: App[Any]) -> str:
    """What the person sees, without colours."""
    return "\n".join(strip.text for strip in app.screen._compositor.render_strips())
