"""Connecting an Outlook account: the form, the code, every ending, the calendars."""

from __future__ import annotations

from typing import Any

import pytest
from connecting import DORA, Code, FakeWorkspace, dialog_shown, two_accounts, until
from hosting import HOSTILE, FrozenClock, HostApp, SnapshotBuilder, screen_text
from msgspec.structs import replace
from textual.pilot import Pilot

from tui.domain.accounts import AccountKind, Mode, Preference
from tui.errors import RemoteError, SignInError
from tui.screens.connections import ConnectionsScreen
from tui.screens.sign_in import SignInDialog
from tui.screens.web_page import may_open
from tui.workspace.view import Snapshot

CONNECTED = "dora@northwind.example connected: 1 calendar counts; enter on its row chooses others"


def hosted(snapshot: Snapshot, **options: Any) -> HostApp:
    return HostApp(ConnectionsScreen, snapshot, workspace=FakeWorkspace(), is_demo=True, **options)


def calls(app: HostApp) -> list[Any]:
    return app.shell.workspace.connections.calls  # type: ignore[attr-defined, no-any-return]


async def to_code(pilot: Pilot[Any], app: HostApp) -> None:
    """From Connections to the dialog that shows a code, with the defaults of the form."""
    await pilot.press("n")
    await until(pilot, dialog_shown(app, "AddNewDialog"))
    await pilot.press("tab", "tab", "tab", "enter")
    await until(pilot, lambda: "microsoft.com/devicelogin" in screen_text(app))


async def test_add_new_signs_in_and_connects_with_good_defaults(builder: SnapshotBuilder) -> None:
    app = hosted(two_accounts(builder))
    async with app.run_test(size=(80, 24)) as pilot:
        await to_code(pilot, app)
        assert "Code: D7SKN2QHF" in screen_text(app)
        assert "on any device" in screen_text(app)
        assert "█████" in screen_text(app)
        assert "Demo: press a to approve, x to decline." in screen_text(app)

        await pilot.press("a")
        await until(pilot, dialog_shown(app, "CalendarsDialog"))
        await pilot.press("enter")
        await until(pilot, lambda: bool(app.shell.toasts))

    assert calls(app) == [
        ("begin", AccountKind.WORK, Mode.WRITE),
        ("demo", "D7SKN2QHF", False),
        ("connect", "dora", "main", None, None, None),
        ("connect", "dora", "family", None, None, None),
        ("connect", "dora", "main", ("Calendar",), "", Preference.BLOCKS),
        ("connect", "dora", "family", ("Calendar",), None, None),
    ]
    assert app.shell.toasts == ["dora@northwind.example connected: 1 calendar counts"]


async def test_the_first_connection_makes_a_sub_account_and_gets_the_bookings(builder: SnapshotBuilder) -> None:
    nothing = replace(builder.build(), sub_account=None, sub_accounts=())
    app = hosted(nothing)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("enter")
        await until(pilot, dialog_shown(app, "AddNewDialog"))
        await pilot.press("down", "tab", "down", "tab", "enter")
        await until(pilot, lambda: "personal account" in screen_text(app))
        await pilot.press("a")
        await until(pilot, dialog_shown(app, "CalendarsDialog"))
        await pilot.press("enter")
        await until(pilot, lambda: bool(app.shell.toasts))

    assert calls(app)[0] == ("begin", AccountKind.PERSONAL, Mode.READ)
    assert calls(app)[-1] == ("connect", "dora", "first", ("Calendar",), "Calendar", Preference.BLOCKS)


async def test_a_known_account_is_used_here_without_a_code(builder: SnapshotBuilder) -> None:
    snapshot = two_accounts(builder)
    only_first = replace(snapshot, connections=snapshot.connections[:1])
    app = hosted(only_first)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("n")
        await until(pilot, dialog_shown(app, "AddNewDialog"))
        await pilot.press("down")
        assert "B ana@fabrikam.example: use here" in screen_text(app)
        assert "Permission" not in screen_text(app)
        await pilot.press("tab", "down", "space", "tab", "enter")
        await until(pilot, dialog_shown(app, "CalendarsDialog"))
        await pilot.press("enter")
        await until(pilot, lambda: bool(app.shell.toasts))

    assert calls(app) == [
        ("connect", "ana@fabrikam.example", "main", None, None, None),
        ("connect", "ana@fabrikam.example", "main", ("Calendar",), "", Preference.BLOCKS),
    ]


async def test_declining_is_said_and_a_new_code_can_be_asked_for(builder: SnapshotBuilder) -> None:
    app = hosted(two_accounts(builder))
    async with app.run_test(size=(80, 24)) as pilot:
        await to_code(pilot, app)
        await pilot.press("x")
        await until(pilot, lambda: "You declined the sign-in." in screen_text(app))
        assert "D7SKN2QHF" not in screen_text(app)

        await pilot.press("n")
        await until(pilot, lambda: "NEW2CODE9" in screen_text(app))

    assert [call[0] for call in calls(app)] == ["begin", "demo", "begin"]


async def test_an_expired_code_is_said_with_the_key_that_helps(builder: SnapshotBuilder) -> None:
    app = hosted(two_accounts(builder))
    async with app.run_test(size=(80, 24)) as pilot:
        await to_code(pilot, app)
        app.shell.workspace.connections.endings.put_nowait(  # type: ignore[attr-defined]
            SignInError("The code has expired.", "Press n for a new one.")
        )
        await until(pilot, lambda: "The code has expired. Press n for a new one." in screen_text(app))
        await pilot.press("n")
        await until(pilot, lambda: "NEW2CODE9" in screen_text(app))


async def test_the_countdown_says_when_the_time_is_over(builder: SnapshotBuilder, clock: FrozenClock) -> None:
    app = hosted(two_accounts(builder), clock=clock)
    async with app.run_test(size=(80, 24)) as pilot:
        await to_code(pilot, app)
        assert "15:00 left" in screen_text(app)

        clock.move(minutes=14, seconds=1)
        await pilot.resize_terminal(90, 24)
        await until(pilot, lambda: "0:59 left" in screen_text(app))
        clock.move(minutes=1)
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: "The code has expired: n asks for a new one." in screen_text(app))


async def test_no_network_ends_in_the_dialog_with_its_hint(builder: SnapshotBuilder) -> None:
    app = hosted(two_accounts(builder))
    app.shell.workspace.connections.begin_error = RemoteError(  # type: ignore[attr-defined]
        "Microsoft cannot be reached.", "Check the network, then press n."
    )
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("n")
        await until(pilot, dialog_shown(app, "AddNewDialog"))
        await pilot.press("tab", "tab", "tab", "enter")
        await until(pilot, lambda: "Microsoft cannot be reached. Check the network" in screen_text(app))
        assert "y copy" not in screen_text(app)


async def test_an_error_after_the_code_is_a_toast_and_the_account_is_connected_with_the_defaults(
    builder: SnapshotBuilder,
) -> None:
    app = hosted(two_accounts(builder))
    app.shell.workspace.connections.calendars_error = RemoteError("Microsoft is busy.", "Try again later.")  # type: ignore[attr-defined]
    async with app.run_test(size=(80, 24)) as pilot:
        await to_code(pilot, app)
        await pilot.press("a")
        await until(pilot, lambda: len(app.shell.toasts) == 2)

    assert app.shell.toasts == [CONNECTED, "Microsoft is busy. Try again later."]
    assert ("connect", "dora", "main", None, None, None) in calls(app)


@pytest.mark.parametrize("key", ["escape", "q"])
async def test_leaving_while_waiting_gives_the_sign_in_up(builder: SnapshotBuilder, key: str) -> None:
    app = hosted(two_accounts(builder))
    async with app.run_test(size=(80, 24)) as pilot:
        await to_code(pilot, app)
        await pilot.press(key)
        await until(pilot, lambda: app.shell.workspace.connections.cancelled == 1)  # type: ignore[attr-defined]
        await until(pilot, lambda: isinstance(app.screen, ConnectionsScreen))

    assert app.shell.toasts == ["Nothing was signed in."]


async def test_leaving_the_calendars_leaves_the_account_connected_with_the_defaults_and_says_so(
    builder: SnapshotBuilder,
) -> None:
    app = hosted(two_accounts(builder))
    async with app.run_test(size=(80, 24)) as pilot:
        await to_code(pilot, app)
        await pilot.press("a")
        await until(pilot, dialog_shown(app, "CalendarsDialog"))
        await pilot.press("escape")
        await until(pilot, lambda: bool(app.shell.toasts))

    assert calls(app)[-2:] == [
        ("connect", "dora", "main", None, None, None),
        ("connect", "dora", "family", None, None, None),
    ]
    assert app.shell.toasts == [CONNECTED]


async def test_signing_in_what_is_connected_already_is_explained(builder: SnapshotBuilder) -> None:
    app = hosted(two_accounts(builder))
    app.shell.workspace.connections.account = replace(DORA, id="ana@contoso.example", address="ana@contoso.example")  # type: ignore[attr-defined]
    async with app.run_test(size=(80, 24)) as pilot:
        await to_code(pilot, app)
        await pilot.press("a")
        await until(pilot, lambda: "already connected here" in screen_text(app))
        await pilot.press("n")
        await until(pilot, lambda: "NEW2CODE9" in screen_text(app))


async def test_an_unexpected_failure_is_named_without_its_text(builder: SnapshotBuilder) -> None:
    app = hosted(two_accounts(builder))

    async def breaks(kind: AccountKind, mode: Mode) -> None:
        raise RuntimeError("token=secret")

    app.shell.workspace.connections.begin_sign_in = breaks  # type: ignore[attr-defined]
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("n")
        await until(pilot, dialog_shown(app, "AddNewDialog"))
        await pilot.press("tab", "tab", "tab", "enter")
        await until(pilot, lambda: "Something unexpected stopped this (RuntimeError)." in screen_text(app))
        assert "secret" not in screen_text(app)


class Dialogs(HostApp):
    """Shows the sign-in dialog alone, with a browser that only takes notes."""

    def __init__(self, snapshot: Snapshot, *, is_demo: bool, code: Code, opens: bool = True) -> None:
        self.opened: list[str] = []

        def open_page(address: str) -> bool:
            self.opened.append(address)
            return opens

        workspace = FakeWorkspace()
        workspace.connections.codes = [code]
        super().__init__(
            lambda shell: SignInDialog(shell, AccountKind.WORK, Mode.WRITE, open_page=open_page),
            snapshot,
            workspace=workspace,
            is_demo=is_demo,
        )


async def test_the_code_is_copied_and_the_page_opened(builder: SnapshotBuilder) -> None:
    app = Dialogs(builder.build(), is_demo=False, code=Code())
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "D7SKN2QHF" in screen_text(app))
        await pilot.press("y", "o")
        await until(pilot, lambda: bool(app.opened))

        assert app.clipboard == "D7SKN2QHF"
        assert "Demo" not in screen_text(app)
        assert "Only go on if you started this sign-in yourself." in screen_text(app)
    assert app.opened == ["https://microsoft.com/devicelogin"]


async def test_demo_keys_do_nothing_outside_the_demo(builder: SnapshotBuilder) -> None:
    app = Dialogs(builder.build(), is_demo=False, code=Code())
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "D7SKN2QHF" in screen_text(app))
        await pilot.press("a", "x")
        assert "D7SKN2QHF" in screen_text(app)
    assert [call[0] for call in calls(app)] == ["begin"]


async def test_an_address_that_is_no_web_page_is_not_opened(builder: SnapshotBuilder) -> None:
    app = Dialogs(builder.build(), is_demo=True, code=Code(verification_uri="http://evil.example/"))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "evil.example" in screen_text(app))
        await pilot.press("o")
        await until(pilot, lambda: bool(app.shell.toasts))
    assert app.opened == []


async def test_without_a_browser_the_person_is_told(builder: SnapshotBuilder) -> None:
    app = Dialogs(builder.build(), is_demo=False, code=Code(), opens=False)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "D7SKN2QHF" in screen_text(app))
        await pilot.press("o")
        await until(pilot, lambda: bool(app.shell.toasts))
    assert app.shell.toasts == ["No browser opens here. Open the address on any device."]


@pytest.mark.parametrize("hostile", [text for text in HOSTILE if text])
async def test_hostile_codes_and_addresses_are_drawn_as_they_stand(builder: SnapshotBuilder, hostile: str) -> None:
    app = Dialogs(builder.build(), is_demo=True, code=Code(user_code=hostile, verification_uri=hostile))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: hostile[:3] in screen_text(app))
        await pilot.press("o")
        await pilot.resize_terminal(60, 16)
        await until(pilot, lambda: bool(app.shell.toasts))
    assert app.opened == []


@pytest.mark.parametrize(
    ("address", "is_demo", "may"),
    [
        ("https://microsoft.com/devicelogin", False, True),
        ("http://127.0.0.1:8080/device", True, True),
        ("http://127.0.0.1:8080/device", False, False),
        ("http://microsoft.com/", True, False),
        ("https://user:password@evil.example/", False, False),
        ("file:///etc/passwd", True, False),
        ("javascript:alert(1)", True, False),
        ("https://", False, False),
        ("", False, False),
    ],
)
def test_only_https_and_the_demos_own_pages_may_be_opened(address: str, is_demo: bool, may: bool) -> None:
    assert may_open(address, is_demo=is_demo) is may


async def to_calendars(pilot: Pilot[Any], app: HostApp) -> None:
    await pilot.press("enter")
    await until(pilot, dialog_shown(app, "CalendarsDialog"))


async def test_calendars_are_ticked_linked_and_saved(builder: SnapshotBuilder) -> None:
    app = hosted(two_accounts(builder))
    async with app.run_test(size=(80, 30)) as pilot:
        await to_calendars(pilot, app)
        await pilot.press("down", "enter", "down", "space")
        assert "Bookings of Main go to On-call. 3 of 3 count as busy." in screen_text(app)
        await pilot.press("tab", "down", "tab", "enter")
        await until(pilot, lambda: bool(app.shell.toasts))

    assert calls(app) == [
        ("configure", "main-A", "On-call", ("Calendar", "On-call", "Holidays"), Preference.TWO_WAY),
    ]


async def test_the_linked_calendar_always_counts(builder: SnapshotBuilder) -> None:
    app = hosted(two_accounts(builder))
    async with app.run_test(size=(80, 30)) as pilot:
        await to_calendars(pilot, app)
        await pilot.press("space")
        assert "Bookings go there, so it always counts as busy." in screen_text(app)
        await pilot.press("enter")
        assert "Bookings of Main go nowhere yet. 2 of 3 count as busy." in screen_text(app)
        assert "become" not in screen_text(app)
        await pilot.press("tab", "enter")
        await until(pilot, lambda: bool(app.shell.toasts))

    assert calls(app) == [("configure", "main-A", None, ("Calendar", "On-call"), Preference.BLOCKS)]


async def test_a_calendar_that_cannot_be_written_gets_no_bookings(builder: SnapshotBuilder) -> None:
    app = hosted(two_accounts(builder))
    async with app.run_test(size=(80, 30)) as pilot:
        await to_calendars(pilot, app)
        await pilot.press("end", "enter")
        assert "Bookings cannot go to Holidays: read only." in screen_text(app)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, ConnectionsScreen))
    assert calls(app) == []


async def test_a_read_only_sign_in_gets_no_bookings(builder: SnapshotBuilder) -> None:
    app = hosted(two_accounts(builder))
    async with app.run_test(size=(80, 30)) as pilot:
        await pilot.press("down")
        await to_calendars(pilot, app)
        assert "Bookings of Main go to A Calendar. 1 of 3 count as busy." in screen_text(app)
        await pilot.press("enter")
        assert "Bookings cannot go to Calendar: sign-in is read only." in screen_text(app)
