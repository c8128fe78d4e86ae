"""The app: places, keys, notices from the background, leaving, crashing."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta

import pytest
from hosting import NOW, FakeBackground, FrozenClock, SnapshotBuilder, screen_text
from msgspec.structs import replace
from sample import week_of_ana

from tui.actions import ACTIONS, HINTS, SCREENS, Place, action_named, actions_of
from tui.app import CalConnectApp, _screen
from tui.domain.accounts import SignInState, SubAccount
from tui.errors import StoreError
from tui.screens.base import PlaceScreen
from tui.screens.help import help_lines
from tui.settings import PrivacySettings, Settings, ThemeSettings
from tui.workspace.background import Failed, SnapshotReady, SyncFinished, SyncProgress
from tui.workspace.view import Digest

HEAVY = (
    *("msal", "httpx", "requests", "pendulum", "tinydb", "keyring", "cryptography", "icalendar", "starlette"),
    *("uvicorn", "dateutil", "textual.widgets._markdown"),
)


def app_with(background: FakeBackground, builder: SnapshotBuilder | None = None, **options: object) -> CalConnectApp:
    snapshot = builder.build() if builder is not None else None
    return CalConnectApp(background, FrozenClock(), snapshot=snapshot, environment={}, **options)  # type: ignore[arg-type]


@pytest.fixture
def background() -> FakeBackground:
    return FakeBackground()


@pytest.mark.parametrize("module", ["tui.app", "tui.screens.week", "tui.workspace.view"])
def test_nothing_heavy_is_imported_before_the_first_frame(module: str) -> None:
    code = f"import sys, {module}; print(*[name for name in {HEAVY!r} if name in sys.modules])"

    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert found.stdout.split() == []


async def test_the_background_starts_after_the_first_frame_and_stops_with_the_app(background: FakeBackground) -> None:
    app = app_with(background)
    assert background.asked == []

    async with app.run_test() as pilot:
        await pilot.pause()
        assert background.asked[0] == "start"

    assert background.asked[-1] == ("stop", 1.5)


async def test_nothing_is_said_of_the_data_before_the_first_snapshot(background: FakeBackground) -> None:
    app = app_with(background)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        assert "No Outlook account" not in screen_text(app)

        background.say(SnapshotReady(snapshot=SnapshotBuilder().build()))
        await pilot.pause()

        assert "Connect an Outlook account" in screen_text(app)


async def test_a_snapshot_from_the_background_is_drawn(background: FakeBackground, builder: SnapshotBuilder) -> None:
    app = app_with(background)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()

        background.say(SnapshotReady(snapshot=week_of_ana(builder)))
        await pilot.pause()

        assert "Design revi…" in screen_text(app)
        assert "Double-booked: 3 high" in screen_text(app)


async def test_the_progress_of_a_sync_stands_in_the_header(
    background: FakeBackground, builder: SnapshotBuilder
) -> None:
    account = builder.account("A", "ana@contoso.example", age_minutes=None)
    app = app_with(background, builder)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        assert "A not yet read" in screen_text(app)

        background.say(SyncProgress(account_id=account, text="reading 412 events"))
        await pilot.pause()
        assert "A syncing 412 events" in screen_text(app)

        background.say(SyncProgress(account_id=account, text=""))
        await pilot.pause()
        assert "syncing" not in screen_text(app)


def ended(account: str, *, asked: int = 1, changed: int = 0, errors: int = 0) -> SyncFinished:
    return SyncFinished(changed=changed, removed=0, errors=errors, account_id=account, asked=asked)


def status(app: CalConnectApp) -> str:
    """The line above the key hints."""
    return screen_text(app).splitlines()[-2].strip()


async def test_a_sync_that_was_asked_for_is_answered_on_the_status_line_once_every_account_is_through(
    background: FakeBackground, builder: SnapshotBuilder
) -> None:
    a, b = builder.account("A", "ana@contoso.example"), builder.account("B", "ana@fabrikam.example")
    app = app_with(background, builder)
    async with app.run_test(notifications=True) as pilot:
        await pilot.pause()
        background.say(ended(a, asked=0, changed=9))
        await pilot.pause()
        assert status(app) == ""

        await pilot.press("s")
        assert "sync" in background.asked
        for notice in (ended(a), ended(a)):
            background.say(notice)
            await pilot.pause()
            assert status(app) == "Asking Microsoft what has changed…"
        background.say(ended(b))
        await pilot.pause()

        assert status(app) == "Sync 10:24: nothing changed, everything is up to date"
        assert not app._notifications


async def test_a_round_that_ran_before_the_person_asked_does_not_answer(
    background: FakeBackground, builder: SnapshotBuilder
) -> None:
    account = builder.account("A", "ana@contoso.example")
    app = app_with(background, builder)
    async with app.run_test() as pilot:
        await pilot.press("s", "s")
        for asked in (0, 1):
            background.say(ended(account, asked=asked))
            await pilot.pause()
            assert status(app) == "Asking Microsoft what has changed…"

        background.say(ended(account, asked=2))
        await pilot.pause()
        assert "nothing changed" in status(app)


async def test_after_a_sync_with_changes_the_status_line_says_which(
    background: FakeBackground, builder: SnapshotBuilder
) -> None:
    account = builder.account("A", "ana@contoso.example")
    app = app_with(background, builder)
    async with app.run_test() as pilot:
        await pilot.press("s")
        builder.digest = Digest(at=NOW, changed=3, new_conflicts=1)
        background.say(SnapshotReady(snapshot=builder.build()))
        background.say(ended(account, changed=3))
        await pilot.pause()

        assert status(app) == "Sync 10:24: 3 events changed, 1 new double booking"


async def test_a_sync_that_could_not_read_everything_says_where_it_is_explained(
    background: FakeBackground, builder: SnapshotBuilder
) -> None:
    account = builder.account("A", "ana@contoso.example")
    app = app_with(background, builder)
    async with app.run_test() as pilot:
        await pilot.press("s")
        background.say(ended(account, errors=1))
        await pilot.pause()

        assert status(app) == "Not every calendar could be read: 4 Connections says why."


async def test_toasts_stand_at_the_top_above_status_line_and_hints(
    background: FakeBackground, builder: SnapshotBuilder
) -> None:
    builder.digest = Digest(at=NOW, changed=3)
    app = app_with(background, builder)
    async with app.run_test(notifications=True, size=(80, 24)) as pilot:
        for number in range(3):
            app.shell.toast(f"Toast {number}")
        await pilot.pause()
        rows = screen_text(app).splitlines()

        assert [row for row in rows[:16] if "Toast" in row]
        assert "Toast" not in "".join(rows[:2] + rows[16:])
        assert "3 events changed" in rows[-2]


@pytest.mark.parametrize("key", ["1", "2", "4", "5"])
async def test_why_the_background_cannot_go_on_is_read_whole_on_every_screen(
    background: FakeBackground, builder: SnapshotBuilder, key: str
) -> None:
    app = app_with(background, builder)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press(key)
        await pilot.pause()
        error = StoreError(
            "The list of calendars in /home/ana/.local/share/x cannot be read.", "Look at its permissions."
        )
        background.say(Failed(error=error))
        await pilot.pause()
        words = " ".join(screen_text(app).split())

        where = "/home/ana/.local/share/x"
        assert f"! The list of calendars in {where} cannot be read. Look at its permissions. q quit" in words


async def test_what_was_repaired_is_a_red_line(background: FakeBackground, builder: SnapshotBuilder) -> None:
    app = app_with(background)
    async with app.run_test(size=(120, 24)) as pilot:
        await pilot.pause()
        notices = ("The file of [/] was damaged.", "Another.")
        background.say(SnapshotReady(snapshot=replace(builder.build(), notices=notices)))
        await pilot.pause()

        assert "! The file of [/] was damaged." in screen_text(app)
        assert "M 1 more" in screen_text(app)

        await pilot.press("M")
        await pilot.pause()
        assert "Another." in screen_text(app)


async def test_no_dialog_stands_over_the_wish_to_enlarge(background: FakeBackground, builder: SnapshotBuilder) -> None:
    week_of_ana(builder)
    app = app_with(background, builder)
    async with app.run_test(size=(80, 24)) as pilot:
        for key in ("g", "question_mark"):
            await pilot.press(key)
            await pilot.pause()
            await pilot.resize_terminal(20, 5)
            await pilot.pause()
            words = " ".join(screen_text(app).split())
            assert words in ("", "This is 20x5; 60x16 is needed, 80x24 is good.")

            await pilot.resize_terminal(80, 24)
            await pilot.pause()
            await pilot.press("escape")
            await pilot.pause()


async def test_the_dialog_for_a_date_says_once_what_to_write(
    background: FakeBackground, builder: SnapshotBuilder
) -> None:
    week_of_ana(builder)
    app = app_with(background, builder)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("g")
        await pilot.pause()

        assert screen_text(app).count("fri, 24 dec, next week") == 1


async def test_a_background_that_cannot_go_on_says_why_on_the_screen(background: FakeBackground) -> None:
    app = app_with(background)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        background.say(Failed(error=StoreError("The data directory [/] cannot be read.", "Look at its permissions.")))
        await pilot.pause()

        assert "! The data directory [/] cannot be read. Look at its permissions." in screen_text(app)


async def test_a_closed_app_takes_no_more_notices(background: FakeBackground, builder: SnapshotBuilder) -> None:
    app = app_with(background, builder)
    async with app.run_test() as pilot:
        await pilot.pause()

    background.say(SyncFinished(changed=0, removed=0, errors=0))


async def test_each_digit_shows_its_screen(background: FakeBackground, builder: SnapshotBuilder) -> None:
    week_of_ana(builder)
    app = app_with(background, builder)
    async with app.run_test(size=(120, 40)) as pilot:
        for place in (Place.CONFLICTS, Place.CONNECTIONS, Place.ACCOUNTS, Place.WEEK):
            await pilot.press(action_named(place.value).keys[0])
            await pilot.pause()
            assert isinstance(app.screen, PlaceScreen)
            assert app.screen.PLACE is place


async def test_the_cursor_of_the_week_is_where_it_was_after_another_screen(
    background: FakeBackground, builder: SnapshotBuilder
) -> None:
    week_of_ana(builder)
    app = app_with(background, builder)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("L", "2")
        await pilot.pause()
        await pilot.press("1")
        await pilot.pause()

        assert "Mon 30" in screen_text(app)


@pytest.mark.parametrize("place", SCREENS)
def test_every_action_of_the_table_can_be_done_where_it_is_listed(place: Place, background: FakeBackground) -> None:
    screen = _screen(place, app_with(background).shell)

    for action in actions_of(place):
        doer = CalConnectApp if action.of_app else screen
        assert hasattr(doer, f"action_{action.id}"), action.id


@pytest.mark.parametrize("place", Place)
def test_a_key_has_one_meaning_in_each_place(place: Place) -> None:
    keys = [key for action in actions_of(place) for key in action.keys]

    assert len(keys) == len(set(keys))


def test_key_hints_name_only_what_works_there() -> None:
    for place, groups in HINTS.items():
        for action_id in (action_id for group in groups for action_id in group):
            assert place in action_named(action_id).where


def test_every_key_stands_in_the_help() -> None:
    for place in SCREENS:
        said = [" ".join(line.plain.split()) for line in help_lines(place, 200)]
        assert all(f"{action.key_text} {action.sentence}" in said for action in actions_of(place) if action.keys)
    assert len({action.id for action in ACTIONS}) == len(ACTIONS)


@pytest.mark.parametrize("key", ["1", "2", "4", "5"])
async def test_help_opens_on_every_screen_and_closes(
    key: str, background: FakeBackground, builder: SnapshotBuilder
) -> None:
    app = app_with(background, builder)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press(key)
        await pilot.pause()
        below = app.screen
        await pilot.press("question_mark")
        await pilot.pause()
        assert app.screen is not below

        await pilot.press("q")
        await pilot.pause()
        assert app.screen is below


async def test_the_palette_offers_the_actions_of_the_screen(
    background: FakeBackground, builder: SnapshotBuilder
) -> None:
    week_of_ana(builder)
    app = app_with(background, builder)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("colon")
        await pilot.press(*"go to a date")
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()

        assert "Go to" in screen_text(app)
        assert "fri, 24 dec, next week" in screen_text(app)


async def test_another_sub_account_is_asked_of_the_background(
    background: FakeBackground, builder: SnapshotBuilder
) -> None:
    builder.sub_accounts.append(SubAccount(id="family", name="[/]Family"))
    app = app_with(background, builder)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("0")
        await pilot.pause()
        assert "[/]Family" in screen_text(app)
        await pilot.press("j", "enter")
        await pilot.pause()

    assert ("select", "family") in background.asked


async def test_looking_away_and_back_is_told_to_the_background(background: FakeBackground) -> None:
    from textual import events

    app = app_with(background)
    async with app.run_test() as pilot:
        await pilot.pause()
        app.post_message(events.AppBlur())
        await pilot.pause()
        app.post_message(events.AppFocus())
        await pilot.pause()

    assert background.asked[1:3] == [("focused", False), ("focused", True)]


@pytest.mark.parametrize("key", ["q", "ctrl+q"])
async def test_quit_leaves(key: str, background: FakeBackground) -> None:
    app = app_with(background)
    async with app.run_test() as pilot:
        await pilot.pause()
        await pilot.press(key)
        await pilot.pause()

    assert app.return_code == 0
    assert background.asked[-1] == ("stop", 1.5)


async def test_ctrl_c_leaves_only_when_it_is_pressed_twice_in_a_row(background: FakeBackground) -> None:
    clock = FrozenClock()
    app = CalConnectApp(background, clock, environment={})  # type: ignore[arg-type]
    async with app.run_test() as pilot:
        await pilot.press("ctrl+c")
        clock.move(seconds=10)
        await pilot.press("ctrl+c")
        assert app.is_running
        await pilot.press("ctrl+c")
        await pilot.pause()
        assert not app.is_running


async def test_a_crash_report_shows_no_local_variables(
    background: FakeBackground, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken() -> None:
        token = "eyJ0eXAi.secret"  # noqa: F841
        raise RuntimeError("broken")

    async def crash() -> None:
        app = app_with(background)
        async with app.run_test() as pilot:
            app.call_later(broken)
            await pilot.pause()

    with pytest.raises(RuntimeError):
        await crash()

    report = capsys.readouterr().err
    assert "RuntimeError" in report
    assert "locals" not in report
    assert report.count("eyJ0eXAi.secret") <= 1, "only the line of source itself"


async def test_a_broken_sign_in_is_a_red_line_on_every_screen(
    background: FakeBackground, builder: SnapshotBuilder
) -> None:
    builder.account("C", "ana.k@outlook.example", state=SignInState.SIGN_IN_AGAIN, age_minutes=720)
    app = app_with(background, builder)
    async with app.run_test(size=(80, 24)) as pilot:
        for key in ("1", "2", "4", "5"):
            await pilot.press(key)
            await pilot.pause()
            assert "! C ana.k@outlook.example must sign in again" in screen_text(app)


async def test_toasts_are_never_read_as_markup(background: FakeBackground) -> None:
    app = app_with(background)
    async with app.run_test(notifications=True, size=(80, 24)) as pilot:
        app.shell.toast("[@click=app.quit]x[/] [/]")
        await pilot.pause()

        assert "[@click=app.quit]x[/] [/]" in screen_text(app)


def test_without_colours_the_theme_is_one_of_the_terminal(background: FakeBackground) -> None:
    app = CalConnectApp(background, FrozenClock(), environment={"NO_COLOR": "1"})  # type: ignore[arg-type]

    assert app.current_theme.ansi


def test_settings_choose_theme_and_privacy(background: FakeBackground) -> None:
    settings = Settings(theme=ThemeSettings(name="nord"), privacy=PrivacySettings(on=True))
    app = app_with(background, settings=settings)

    assert app.theme == "nord"
    assert app.shell.is_private
    assert app_with(background, settings=Settings(theme=ThemeSettings(name="gone"))).theme == "calconnect"


async def test_the_clock_of_the_header_moves_with_the_minutes(
    background: FakeBackground, builder: SnapshotBuilder
) -> None:
    clock = FrozenClock(NOW)
    app = CalConnectApp(background, clock, snapshot=week_of_ana(builder), environment={})  # type: ignore[arg-type]
    async with app.run_test(size=(120, 40)) as pilot:
        assert "Mon 23 Nov 2026  10:24" in screen_text(app)

        clock.move(minutes=1)
        assert isinstance(app.screen, PlaceScreen)
        app.screen.on_minute()
        await pilot.pause()

        assert "10:25▸" in screen_text(app)
        assert "Mon 23 Nov 2026  10:25" in screen_text(app)
    assert clock.now() - NOW == timedelta(minutes=1)
