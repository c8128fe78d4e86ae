"""The settings, the colours and the messages: chosen, seen at once, kept, and read again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hosting import HOSTILE, NOW, FakeBackground, FrozenClock, SnapshotBuilder, screen_text
from msgspec.structs import replace
from sample import week_of_ana
from textual.pilot import Pilot

from tui.app import CalConnectApp
from tui.errors import StoreError
from tui.screens.message_log import MESSAGES_KEPT, MessageLog
from tui.screens.settings_words import ENTRIES, checker, entry_named
from tui.screens.theme import THEMES
from tui.settings import FILE_NAME, Settings, read_settings
from tui.workspace.background import Failed, SnapshotReady

SIZE = (100, 30)


def app_in(directory: Path | None, environment: dict[str, str] | None = None, **options: Any) -> CalConnectApp:
    settings = read_settings(directory) if directory else Settings()
    return CalConnectApp(
        options.pop("background", FakeBackground()),
        FrozenClock(),
        snapshot=week_of_ana(SnapshotBuilder()),
        settings=settings,
        data_directory=directory,
        environment=environment or {},
        **options,
    )


async def press(pilot: Pilot[Any], *keys: str) -> str:
    """Press ``keys`` one after the other; gives what is on the screen then."""
    for key in keys:
        await pilot.press(key)
        await pilot.pause()
    return screen_text(pilot.app)


async def go_to(pilot: Pilot[Any], label: str) -> None:
    """Open the settings with the cursor on ``label``."""
    await press(pilot, "comma")
    place = next(number for number, entry in enumerate(ENTRIES) if entry.label == label)
    await press(pilot, *["down"] * place)


async def test_a_choice_is_kept_at_once_and_the_week_follows(tmp_path: Path) -> None:
    app = app_in(tmp_path)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        await go_to(pilot, "The week begins on")
        text = await press(pilot, "enter", "down", "enter")

        assert "The week begins on             Sunday" in text
        assert read_settings(tmp_path).week.first_day == "sunday"


async def test_what_is_written_is_checked_while_it_is_written(tmp_path: Path) -> None:
    app = app_in(tmp_path)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        await go_to(pilot, "Working hours")
        text = await press(pilot, "enter", "x", "enter")
        assert "Write them like" in text
        assert not (tmp_path / FILE_NAME).exists()

        await press(pilot, "ctrl+u", *"8-12", "enter")
        assert read_settings(tmp_path).week.working_hours == "8-12"


async def test_privacy_holds_on_every_screen_at_once(tmp_path: Path) -> None:
    app = app_in(tmp_path)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        await go_to(pilot, "Private events show only when")
        await press(pilot, "enter", "up", "enter")

        assert app.shell.is_private
        assert read_settings(tmp_path).privacy.on


async def test_what_waits_for_the_next_start_says_so(tmp_path: Path) -> None:
    app = app_in(tmp_path)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        await go_to(pilot, "Copies are one meeting")
        text = await press(pilot, "enter", "down", "enter")

        assert "by identifier only  from the next start" in text
        assert "* holds from the next start" in text


async def test_the_screen_says_where_the_settings_are(tmp_path: Path) -> None:
    app = app_in(tmp_path)
    async with app.run_test(size=(140, 30)) as pilot:
        await pilot.pause()
        text = await press(pilot, "comma")

        lines = text.splitlines()
        left, right = (next(line.index(corner) for line in lines if corner in line) for corner in "╭╮")
        inside = "".join(line[left + 1 : right].strip(" ▁▂▃▄▅▆▇█") for line in lines)
        assert FILE_NAME in inside


async def test_in_the_demo_nothing_is_kept_and_it_says_so() -> None:
    app = app_in(None)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        await go_to(pilot, "The week begins on")
        text = await press(pilot, "enter", "down", "enter")

        assert "Sunday" in text
        assert "nothing is kept" in text


async def test_a_file_that_cannot_be_written_is_said_and_the_choice_holds_for_now(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text("# mine\n")
    (tmp_path / FILE_NAME).chmod(0o400)
    app = app_in(tmp_path)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await pilot.pause()
        await go_to(pilot, "The week begins on")
        await press(pilot, "enter", "down", "enter")

        assert app.shell.settings.week.first_day == "sunday"
        assert "is read-only. Make it writable" in app.shell.messages.newest_first[0].text
        assert (tmp_path / FILE_NAME).read_text() == "# mine\n"


@pytest.mark.parametrize("entry", [entry for entry in ENTRIES if not entry.choices and entry.key != "theme.name"])
@pytest.mark.parametrize("written", [*HOSTILE, "-1", "1e9", "٣", "99999999999999", "../../etc/passwd"])
def test_what_is_no_value_is_refused_in_words(entry: Any, written: str) -> None:
    if written == "" and not entry.unit:
        return
    with pytest.raises(ValueError) as caught:
        checker(entry, Settings())(written)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 300


def test_every_offered_setting_says_what_holds() -> None:
    for entry in ENTRIES:
        assert entry.words(Settings())
    assert entry_named("sync.past_days").words(Settings()) == "92 days"
    assert checker(entry_named("sync.past_days"), Settings())("100 days") == "100 days"


async def test_a_theme_is_seen_while_the_cursor_is_on_it_and_esc_brings_the_old_one_back(tmp_path: Path) -> None:
    app = app_in(tmp_path)
    async with app.run_test(size=SIZE) as pilot:
        await press(pilot, "colon", *"colours", "enter")
        await press(pilot, "down")
        assert app.theme == "calconnect-high-contrast"
        await press(pilot, "down")
        assert app.theme == "calconnect-light"

        await press(pilot, "escape")
        assert app.theme == "calconnect"
        assert not (tmp_path / FILE_NAME).exists()


async def test_a_chosen_theme_is_there_at_the_next_start(tmp_path: Path) -> None:
    app = app_in(tmp_path)
    async with app.run_test(size=SIZE) as pilot:
        await press(pilot, "colon", *"colours", "enter", "down", "down", "enter")

    assert app_in(tmp_path).theme == "calconnect-light"


async def test_without_colours_a_theme_is_kept_for_later_and_not_shown(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = app_in(tmp_path, {"NO_COLOR": "1"})
    async with app.run_test(size=SIZE) as pilot:
        text = await press(pilot, "colon", *"colours", "enter")
        assert "NO_COLOR is set" in text
        await press(pilot, "end", "enter")

        assert app.current_theme.ansi
    assert read_settings(tmp_path).theme.name != "calconnect"


async def test_an_unknown_theme_is_said_at_the_start(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text("[theme]\nname = 'gone'\n")
    app = app_in(tmp_path)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await pilot.pause()

        assert app.theme == "calconnect"
        assert "There is no theme “gone”." in screen_text(app)


def luminance(colour: str) -> float:
    """The relative luminance of ``#rrggbb`` (WCAG 2)."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_accounts_and_grades_are_readable_on_the_ground_of_our_own_themes(theme: Any) -> None:
    ground = luminance(theme.background)
    for name, colour in theme.variables.items():
        light, dark = sorted((luminance(colour), ground), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, name


async def test_messages_keep_what_toasts_said_with_their_time(tmp_path: Path) -> None:
    background = FakeBackground()
    app = app_in(tmp_path, background=background)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        app.shell.toast("[/] \x1b]52;c;x\x07 [@click=app.quit]x[/]", severity="error")
        background.say(SnapshotReady(snapshot=replace(app.shell.snapshot, notices=("A file was repaired.",))))
        background.say(Failed(error=StoreError("The disk is full.", "Make room.")))
        await pilot.pause()
        text = await press(pilot, "M")

        assert "10:24  error: [/]" in text
        assert "[@click=app.quit]x[/]" in text
        assert "\x1b" not in text
        assert text.index("The disk is full. Make room.") < text.index("A file was repaired.") < text.index("[/]")


def test_the_list_of_messages_is_bounded_and_says_what_it_dropped() -> None:
    log = MessageLog()
    for number in range(MESSAGES_KEPT + 7):
        log.add(f"Message {number}", "information", NOW)

    assert len(log.newest_first) == MESSAGES_KEPT
    assert log.newest_first[0].text == f"Message {MESSAGES_KEPT + 6}"
    assert log.dropped == 7


async def test_the_last_sub_account_is_asked_for_at_the_next_start(tmp_path: Path) -> None:
    background = FakeBackground()
    app = app_in(tmp_path, background=background)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        assert ("select", "main") not in background.asked
        await press(pilot, "0", "enter")
        await app.workers.wait_for_complete()

    again = FakeBackground()
    async with app_in(tmp_path, background=again).run_test(size=SIZE) as pilot:
        await pilot.pause()
    assert again.asked[:2] == ["start", ("select", "main")]
