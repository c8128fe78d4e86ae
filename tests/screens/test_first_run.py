"""Before anything is connected, and when Microsoft wants a sign-in again."""

from __future__ import annotations

from typing import Any

import pytest
from connecting import DORA, FakeWorkspace, dialog_shown, until
from hosting import NOW, FakeBackground, FrozenClock, HostApp, SnapshotBuilder, screen_text
from msgspec.structs import replace
from sample import week_of_ana
from textual.pilot import Pilot

from tui.app import DEMO, CalConnectApp
from tui.domain.accounts import AccountKind, Mode, SignInState
from tui.screens.first_run import WelcomeScreen
from tui.screens.reconnect import broken_accounts, reconnect
from tui.screens.summary import is_offline
from tui.screens.week import WeekScreen
from tui.workspace.background import SnapshotReady, SyncProgress
from tui.workspace.view import Digest, Snapshot

SIZE = (100, 30)
SIGNED_IN = "ana.k@outlook.example is signed in again: reading what has changed"


def app_of(snapshot: Snapshot | None, workspace: FakeWorkspace | None = None, **options: Any) -> CalConnectApp:
    background = FakeBackground(workspace=workspace or FakeWorkspace(), **options)
    return CalConnectApp(background, FrozenClock(), snapshot=snapshot, environment={})  # type: ignore[arg-type]


async def press(pilot: Pilot[Any], *keys: str) -> str:
    for key in keys:
        await pilot.press(key)
        await pilot.pause()
    return screen_text(pilot.app)


async def test_three_ways_to_begin_stand_in_place_of_an_empty_week(builder: SnapshotBuilder) -> None:
    app = app_of(builder.build())
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        text = screen_text(app)

        for words in ("▶ Connect an Outlook account", "Look around in the demo", "How it works"):
            assert words in text
        text = await press(pilot, "down", "down", "enter")
        assert "You sign in each Outlook account once" in text


async def test_the_first_way_asks_for_the_account(builder: SnapshotBuilder) -> None:
    app = app_of(builder.build())
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        assert "Connections › Add New › Outlook" in await press(pilot, "enter")


async def test_looking_around_ends_the_program_for_the_demo(builder: SnapshotBuilder) -> None:
    app = app_of(builder.build())
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        await press(pilot, "down", "enter")

    assert app.return_value == DEMO


async def test_the_mouse_chooses_too(builder: SnapshotBuilder) -> None:
    app = app_of(builder.build())
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        row = next(number for number, line in enumerate(screen_text(app).splitlines()) if "How it works" in line)
        await pilot.click(offset=(30, row), times=2)
        await pilot.pause()

        assert "How it works" in screen_text(app)
        assert app.screen is not app.screen_stack[1]


async def test_the_other_screens_and_keys_work_before_anything_is_connected(builder: SnapshotBuilder) -> None:
    app = app_of(builder.build())
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        assert "+ Add New" in await press(pilot, "4")
        assert "Connect an Outlook account" in await press(pilot, "1")
        assert "Settings" in await press(pilot, "comma")


async def test_after_the_first_connection_the_week_says_what_was_read(builder: SnapshotBuilder) -> None:
    app = app_of(builder.build())
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        assert isinstance(app.screen, WelcomeScreen)
        week_of_ana(builder)
        builder.digest = Digest(at=NOW, read=412, new_conflicts=3)
        app._background.say(SnapshotReady(snapshot=builder.build()))  # type: ignore[attr-defined]
        await until(pilot, lambda: not isinstance(app.screen, WelcomeScreen))
        await pilot.pause()

        assert "412 events read, 3 double bookings: press 2" in screen_text(app)


async def test_the_welcome_waits_until_it_is_known_that_nothing_is_connected() -> None:
    app = app_of(None)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        assert not isinstance(app.screen, WelcomeScreen)


async def test_the_demo_has_no_welcome(builder: SnapshotBuilder) -> None:
    app = app_of(builder.build(), is_demo=True)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        assert not isinstance(app.screen, WelcomeScreen)


def broken(builder: SnapshotBuilder, *letters: str) -> Snapshot:
    """A week in which the accounts with ``letters`` must sign in again."""
    snapshot = week_of_ana(builder)
    accounts = tuple(
        replace(view, account=replace(view.account, state=SignInState.SIGN_IN_AGAIN))
        if view.account.letter in letters
        else view
        for view in snapshot.accounts
    )
    return replace(snapshot, accounts=accounts)


@pytest.mark.parametrize("key", ["1", "2", "4", "5"])
async def test_reconnect_starts_the_sign_in_of_the_broken_account_on_every_screen(
    builder: SnapshotBuilder, key: str
) -> None:
    workspace = FakeWorkspace()
    snapshot = broken(builder, "C")
    workspace.connections.account = broken_accounts(snapshot)[0]
    app = app_of(snapshot, workspace)
    async with app.run_test(size=SIZE) as pilot:
        text = await press(pilot, key)
        assert "r reconnect" in text
        await pilot.press("r")
        await until(pilot, dialog_shown(app, "SignInDialog"))  # type: ignore[arg-type]
        await until(pilot, lambda: "D7SKN2QHF" in screen_text(app))
        assert "Sign in again: ana.k@outlook.example" in screen_text(app)
        assert workspace.connections.calls[0] == ("begin", AccountKind.PERSONAL, Mode.WRITE)


async def test_of_two_broken_ones_the_person_chooses(builder: SnapshotBuilder) -> None:
    app = app_of(broken(builder, "A", "C"))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        assert "Which one signs in again?" in await press(pilot, "r")
        await press(pilot, "down", "enter")
        await until(pilot, lambda: "Sign in again: ana.k@outlook.example" in screen_text(app))


async def test_the_row_says_which_where_there_is_one(builder: SnapshotBuilder) -> None:
    app = app_of(broken(builder, "A", "C"))
    async with app.run_test(size=SIZE) as pilot:
        await press(pilot, "4", "down", "down", "r")
        await until(pilot, lambda: "Sign in again: ana.k@outlook.example" in screen_text(app))


async def test_without_a_broken_one_it_says_so(builder: SnapshotBuilder) -> None:
    app = app_of(week_of_ana(builder))
    async with app.run_test(size=SIZE) as pilot:
        await press(pilot, "r")

        assert app.shell.messages.newest_first[0].text == "No account has to sign in again."


@pytest.mark.parametrize("is_other", [True, False])
async def test_only_the_account_that_is_broken_mends_it(builder: SnapshotBuilder, is_other: bool) -> None:
    workspace = FakeWorkspace()
    snapshot = broken(builder, "C")
    workspace.connections.account = DORA if is_other else broken_accounts(snapshot)[0]
    app = HostApp(WeekScreen, snapshot, workspace=workspace)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        app.run_worker(reconnect(app, app.shell), exit_on_error=False)
        await until(pilot, lambda: "D7SKN2QHF" in screen_text(app))
        workspace.connections.endings.put_nowait(None)
        await until(pilot, lambda: "You signed in" in screen_text(app) or app.shell.syncs == 1)
        words = " ".join(screen_text(app).split())

        assert ("You signed in dora@northwind.example;" in words) == is_other
        assert app.shell.toasts == ([] if is_other else [SIGNED_IN])


def test_offline_is_said_when_no_account_can_be_reached(builder: SnapshotBuilder) -> None:
    week = week_of_ana(builder)
    error = "graph.microsoft.com cannot be reached. Try again later."

    def failing(*letters: str) -> Snapshot:
        views = (replace(v, error=error if v.account.letter in letters else "") for v in week.accounts)
        return replace(week, accounts=tuple(views))

    assert is_offline(failing("A", "B", "C"))
    assert not is_offline(failing("A", "B"))
    assert not is_offline(Snapshot())


async def test_the_progress_of_a_sync_lays_nothing_out(builder: SnapshotBuilder, monkeypatch: Any) -> None:
    from tui.screens.conflicts import ConflictsScreen

    app = app_of(week_of_ana(builder))
    async with app.run_test(size=SIZE) as pilot:
        await press(pilot, "2")
        shown: list[object] = []
        monkeypatch.setattr(ConflictsScreen, "show", lambda self, snapshot: shown.append(snapshot))
        background: Any = app._background
        background.say(SyncProgress(account_id="ana@contoso.example", text="reading 412 events"))
        await pilot.pause()

        assert "A syncing 412 events" in screen_text(app)
        assert shown == []
