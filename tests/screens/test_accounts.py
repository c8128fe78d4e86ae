"""The matrix of Outlook accounts and sub-accounts, and the switcher."""

from __future__ import annotations

from typing import Any

import pytest
from connecting import FakeWorkspace, dialog_shown, two_accounts, until
from hosting import HOSTILE, HostApp, SnapshotBuilder, screen_text
from msgspec.structs import replace

from tui.domain.accounts import SignInState, SubAccount
from tui.screens.accounts import AccountsScreen
from tui.screens.switcher import switcher
from tui.workspace.view import Snapshot


def hosted(snapshot: Snapshot) -> HostApp:
    return HostApp(AccountsScreen, snapshot, workspace=FakeWorkspace(), is_demo=True)


def calls(app: HostApp) -> list[Any]:
    return app.shell.workspace.connections.calls  # type: ignore[attr-defined, no-any-return]


async def test_the_matrix_says_who_is_used_where(builder: SnapshotBuilder) -> None:
    app = hosted(two_accounts(builder))
    async with app.run_test(size=(120, 30)) as pilot:
        await pilot.pause()
        lines = [line.rstrip() for line in screen_text(app).splitlines()]

    assert lines[2].startswith("─ Microsoft sign-ins, and where they are used ─")
    assert lines[3:6] == [
        "   Outlook account          Main        Family      Sign-in          Permission",
        "▶A ana@contoso.example      [●]          ●          signed in        read and write",
        " B ana@fabrikam.example      ●           –          signed in        read only",
    ]
    assert "Sign-in is kept     in a file on this computer that only you can read" in "\n".join(lines)


async def test_space_connects_with_defaults_and_without_a_code(builder: SnapshotBuilder) -> None:
    app = hosted(two_accounts(builder))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("down", "right")
        assert "space connects it, without a new sign-in, in Family." in screen_text(app)
        await pilot.press("space")
        await until(pilot, lambda: bool(app.shell.toasts))

    assert calls(app) == [("connect", "ana@fabrikam.example", "family", None, None, None)]
    assert app.shell.toasts == ["ana@fabrikam.example connected in Family: 1 calendar counted"]


async def test_space_disconnects_after_asking(builder: SnapshotBuilder) -> None:
    app = hosted(two_accounts(builder))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("l", "space")
        await until(pilot, dialog_shown(app, "DisconnectDialog"))
        assert "from Family?" in screen_text(app)
        await pilot.press("right", "enter")
        await until(pilot, lambda: bool(app.shell.toasts))
    assert calls(app) == [("disconnect", "family-A", False)]


async def test_a_broken_sign_in_shows(builder: SnapshotBuilder) -> None:
    builder.account("A", "ana@contoso.example", state=SignInState.SIGN_IN_AGAIN)
    app = hosted(builder.build())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "! sign in again" in screen_text(app)


async def test_many_sub_accounts_follow_the_cursor(builder: SnapshotBuilder) -> None:
    snapshot = two_accounts(builder)
    many = tuple(SubAccount(id=f"s{number}", name=f"Client {number}") for number in range(12))
    app = hosted(replace(snapshot, sub_accounts=(*snapshot.sub_accounts, *many)))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(*["right"] * 13)
        heading = screen_text(app).splitlines()[3]
        assert "Client 11" in heading
        assert "‹" in heading
        await pilot.press(*["left"] * 20)
        assert "Main" in screen_text(app).splitlines()[3]


async def test_nobody_signed_in_says_where_to_start(builder: SnapshotBuilder) -> None:
    app = hosted(replace(builder.build(), sub_account=None, sub_accounts=()))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("space", "left", "enter")
        assert "Nobody is signed in." in screen_text(app)
        assert "Press 4 for Connections, then n" in screen_text(app)


@pytest.mark.parametrize("hostile", HOSTILE)
async def test_hostile_names_are_drawn_as_they_stand(builder: SnapshotBuilder, hostile: str) -> None:
    builder.account("A", hostile, error=hostile)
    builder.sub_accounts[0] = builder.sub_account = SubAccount(id="main", name=hostile)
    app = hosted(builder.build())
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        for size in ((60, 16), (200, 60), (80, 24)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
        assert hostile[:3] in screen_text(app)


async def test_the_switcher_marks_where_one_is_and_gives_the_choice(builder: SnapshotBuilder) -> None:
    snapshot = two_accounts(builder)
    given: list[str | None] = []
    app = hosted(snapshot)
    async with app.run_test(size=(100, 24)) as pilot:
        app.push_screen(switcher(snapshot), given.append)
        await pilot.pause()
        assert "Sub-accounts: one per job, client or family" in screen_text(app)
        assert "● Main  A B" in screen_text(app)
        assert "○ Family  A" in screen_text(app)
        await pilot.press("down", "enter")
    assert given == ["family"]
