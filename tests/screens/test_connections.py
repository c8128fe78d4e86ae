"""The connections of a sub-account: the table, what is said of the row, disconnecting."""

from __future__ import annotations

from typing import Any

import pytest
from connecting import FakeWorkspace, dialog_shown, two_accounts, until
from hosting import HOSTILE, HostApp, SnapshotBuilder, screen_text
from msgspec.structs import replace

from tui.domain.accounts import AccountKind, SignInState
from tui.errors import StoreError
from tui.screens.connections import ConnectionsScreen
from tui.workspace.view import Snapshot


def hosted(snapshot: Snapshot) -> HostApp:
    return HostApp(ConnectionsScreen, snapshot, workspace=FakeWorkspace(), is_demo=True)


def calls(app: HostApp) -> list[Any]:
    return app.shell.workspace.connections.calls  # type: ignore[attr-defined, no-any-return]


async def test_the_table_fits_eighty_columns(builder: SnapshotBuilder) -> None:
    app = hosted(two_accounts(builder))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        lines = [line.rstrip() for line in screen_text(app).splitlines()]

    assert lines[2] == f"─ Main › Settings › Calendars › Connections {'─' * 36}"
    assert lines[3:7] == [
        "   Outlook account            Kind     Bookings go to Counted State",
        "▶A ana@contoso.example        work     ● Calendar     2 of 3  ok, 1 min",
        " B ana@fabrikam.example       work       read only    1 of 1  ok, 1 min",
        " + Add New   connect another Outlook account, or one that is signed in already",
    ]


async def test_wide_terminals_show_preference_last_sync_events_and_error(builder: SnapshotBuilder) -> None:
    app = hosted(two_accounts(builder))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        lines = screen_text(app).splitlines()

    heading = " ".join(lines[3].split())
    assert heading == "Outlook account Kind Bookings go to Counted State Preference Last sync Events Error"
    assert " ".join(lines[4].split()) == "▶A ana@contoso.example work ● Calendar 2 of 3 ok blocks 1 min 1 –"


async def test_the_row_is_explained_below_in_words(builder: SnapshotBuilder) -> None:
    app = hosted(two_accounts(builder))
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.pause()
        text = screen_text(app)

    assert "Linked calendar     Calendar: bookings made in Main are written to it; it always counts" in text
    assert "Conflict calendars  Calendar, On-call: read to know when you are busy, never written" in text
    assert "Not read            Birthdays" in text
    assert "Made in Outlook     comes back as blocked time (preference: blocks)" in text
    assert "Also used in        Family (signed in once, synced once)" in text


async def test_the_row_that_adds_explains_what_a_connection_is(builder: SnapshotBuilder) -> None:
    app = hosted(two_accounts(builder))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("end")
        assert "A connection is an Outlook account used in Main." in screen_text(app)
        await pilot.press("enter")
        await until(pilot, dialog_shown(app, "AddNewDialog"))


async def test_plus_adds_too(builder: SnapshotBuilder) -> None:
    app = hosted(two_accounts(builder))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("plus")
        await until(pilot, dialog_shown(app, "AddNewDialog"))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, ConnectionsScreen))
    assert app.shell.toasts == []


async def test_nothing_connected_leaves_the_way_to_connect(builder: SnapshotBuilder) -> None:
    app = hosted(builder.build())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "▶+ Add New" in screen_text(app)
        assert "A connection is an Outlook account" in screen_text(app)


async def test_a_broken_sign_in_says_so_in_the_row_and_below(builder: SnapshotBuilder) -> None:
    builder.account("C", "ana.k@outlook.example", kind=AccountKind.PERSONAL, state=SignInState.SIGN_IN_AGAIN)
    app = hosted(builder.build())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "personal" in screen_text(app)
        assert "! sign in again" in screen_text(app)
        assert "Microsoft wants you to sign in again" in screen_text(app)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ({"age_minutes": None}, "not read yet"),
        ({"syncing": "reading 412"}, "reading 412"),
        ({"error": "The network is down."}, "! not read"),
    ],
)
async def test_the_state_is_said_in_two_words(builder: SnapshotBuilder, state: dict[str, Any], words: str) -> None:
    builder.account("A", "ana@contoso.example", **state)
    app = hosted(builder.build())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        row = next(line for line in screen_text(app).splitlines() if line.startswith("▶A"))
        assert words in row
        assert ("The network is down." in screen_text(app)) is ("error" in state)


async def test_disconnecting_what_is_used_elsewhere_offers_no_forgetting(builder: SnapshotBuilder) -> None:
    app = hosted(two_accounts(builder))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("d")
        await until(pilot, dialog_shown(app, "DisconnectDialog"))
        text = " ".join(screen_text(app).replace("│", " ").split())
        assert "Bookings that are in Outlook already stay there" in text
        assert "no longer go to Calendar" in text
        assert "Family goes on using it" in text
        assert "forget" not in text
        await pilot.press("right", "enter")
        await until(pilot, lambda: bool(app.shell.toasts))

    assert calls(app) == [("disconnect", "main-A", False)]
    assert app.shell.toasts == ["ana@contoso.example disconnected from Main"]


async def test_the_last_use_may_be_forgotten(builder: SnapshotBuilder) -> None:
    app = hosted(two_accounts(builder))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("down", "d")
        await until(pilot, dialog_shown(app, "DisconnectDialog"))
        assert "No other sub-account uses this account." in screen_text(app)
        await pilot.press("right", "right", "enter")
        await until(pilot, lambda: bool(app.shell.toasts))

    assert calls(app) == [("disconnect", "main-B", True)]
    assert app.shell.toasts == ["ana@fabrikam.example disconnected and forgotten"]


@pytest.mark.parametrize("key", ["enter", "escape"])
async def test_the_safe_answer_is_the_default(builder: SnapshotBuilder, key: str) -> None:
    app = hosted(two_accounts(builder))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("d")
        await until(pilot, dialog_shown(app, "DisconnectDialog"))
        await pilot.press(key)
        await until(pilot, lambda: isinstance(app.screen, ConnectionsScreen))
    assert calls(app) == []


async def test_a_failure_is_said_in_words(builder: SnapshotBuilder) -> None:
    app = hosted(two_accounts(builder))

    async def fails(connection_id: str, *, forget: bool) -> None:
        raise StoreError("The disk is full.", "Make room, then try again.")

    app.shell.workspace.connections.disconnect = fails  # type: ignore[attr-defined]
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("d")
        await until(pilot, dialog_shown(app, "DisconnectDialog"))
        await pilot.press("right", "enter")
        await until(pilot, lambda: bool(app.shell.toasts))
    assert app.shell.toasts == ["The disk is full. Make room, then try again."]


async def test_the_cursor_stays_with_its_account_when_data_changes(builder: SnapshotBuilder) -> None:
    snapshot = two_accounts(builder)
    app = hosted(snapshot)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("down")
        app.shell.publish(replace(snapshot, connections=snapshot.connections[::-1]))
        await pilot.pause()
        assert "▶B ana@fabrikam.example" in screen_text(app)


@pytest.mark.parametrize("hostile", HOSTILE)
async def test_hostile_names_are_drawn_as_they_stand(builder: SnapshotBuilder, hostile: str) -> None:
    builder.account("A", hostile, calendars=(hostile or "Calendar", "Other"), error=hostile)
    app = hosted(builder.build())
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        for size in ((60, 16), (200, 60), (80, 24)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
        assert hostile[:3] in screen_text(app)
        await pilot.press("d")
        await until(pilot, dialog_shown(app, "DisconnectDialog"))
