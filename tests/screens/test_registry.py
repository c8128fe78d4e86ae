"""Every action of the table is reached by its key, by the palette, and by the mouse where something stands for it."""

from __future__ import annotations

from typing import Any

import pytest
from connecting import FakeWorkspace, until
from hosting import FakeBackground, FrozenClock, SnapshotBuilder, screen_text
from sample import week_of_ana
from textual.pilot import Pilot
from textual.screen import Screen

from tui.actions import ACTIONS, DIALOGS, SCREENS, Action, Place, actions_of
from tui.app import CalConnectApp
from tui.screens.palette import PaletteDialog, found, offered
from tui.settings import Settings
from tui.widgets.footer import hints

SIZE = (120, 40)
PLACES = (*SCREENS, Place.WELCOME, Place.EVENT)


def app_of(*, is_empty: bool = False, settings: Settings | None = None) -> CalConnectApp:
    snapshot = SnapshotBuilder().build() if is_empty else week_of_ana(SnapshotBuilder())
    background = FakeBackground(workspace=FakeWorkspace())
    return CalConnectApp(background, FrozenClock(), snapshot=snapshot, settings=settings, environment={})  # type: ignore[arg-type]


async def arrive(pilot: Pilot[Any], place: Place) -> None:
    """Go to ``place`` in an app that has just started."""
    await pilot.pause()
    if place is Place.EVENT:
        await pilot.press("enter")
    elif place in SCREENS and place is not Place.WEEK:
        await pilot.press(next(action for action in ACTIONS if action.id == place.value).keys[0])
    await pilot.pause()
    assert getattr(pilot.app.screen, "PLACE", None) is place


def listen(app: CalConnectApp, screen: Screen[Any], action: Action, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is done is only noted: what it does is told by its own tests."""
    done: list[str] = []
    doer = type(app) if action.of_app else type(screen)
    assert hasattr(doer, f"action_{action.id}")
    monkeypatch.setattr(doer, f"action_{action.id}", lambda self: done.append(action.id))
    return done


def answers(screen: Screen[Any], action: Action, key: str) -> bool:
    """Whether the pressed ``key`` would start ``action``: the binding that answers it carries its name."""
    active = screen.active_bindings.get(key)
    return active is not None and active.binding.id == action.id


@pytest.mark.parametrize("place", PLACES)
async def test_every_action_answers_to_each_of_its_keys(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    app = app_of(is_empty=place is Place.WELCOME)
    async with app.run_test(size=SIZE) as pilot:
        await arrive(pilot, place)
        for action in actions_of(place):
            others = [key for key in action.keys if not answers(app.screen, action, key)]
            done = listen(app, app.screen, action, monkeypatch)
            await pilot.press(*others)
            monkeypatch.undo()

            assert len(done) == len(others), action.id


@pytest.mark.parametrize("place", PLACES)
async def test_every_action_is_done_from_the_palette(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    app = app_of(is_empty=place is Place.WELCOME)
    async with app.run_test(size=SIZE) as pilot:
        await arrive(pilot, place)
        for action in offered(place):
            done = listen(app, app.screen, action, monkeypatch)
            app.action_command_palette()
            await until(pilot, lambda: isinstance(app.screen, PaletteDialog) and app.screen.is_mounted)
            assert isinstance(app.screen, PaletteDialog)
            app.screen.rows.move_to(action.id)
            await pilot.press("enter")
            await until(pilot, lambda done=done: bool(done))  # type: ignore[misc]
            monkeypatch.undo()

            assert done == [action.id]


@pytest.mark.parametrize("place", [*SCREENS, Place.WELCOME])
async def test_a_click_on_a_hint_does_what_its_key_does(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    app = app_of(is_empty=place is Place.WELCOME)
    async with app.run_test(size=SIZE) as pilot:
        await arrive(pilot, place)
        line = screen_text(app).splitlines()[-1]
        for action_id, key, label in hints(place, SIZE[0]):
            action = next(action for action in ACTIONS if action.id == action_id)
            done = listen(app, app.screen, action, monkeypatch)
            await pilot.click("#footer", offset=(line.index(f" {key} {label}") + 1, 1))
            await until(pilot, lambda done=done: bool(done))  # type: ignore[misc]
            assert done == [action_id]
            monkeypatch.undo()


async def test_a_click_on_the_hints_of_an_event_does_what_its_key_does(monkeypatch: pytest.MonkeyPatch) -> None:
    app = app_of()
    async with app.run_test(size=SIZE) as pilot:
        await arrive(pilot, Place.EVENT)
        begin = 1
        for action_id, key, label in hints(Place.EVENT, 80):
            action = next(action for action in ACTIONS if action.id == action_id)
            done = listen(app, app.screen, action, monkeypatch)
            await pilot.click("#dialog-keys", offset=(begin, 0))
            await until(pilot, lambda done=done: bool(done))  # type: ignore[misc]
            monkeypatch.undo()
            begin += len(f"{key} {label}  ")


@pytest.mark.parametrize("place", [Place.CONFLICTS, Place.CONNECTIONS, Place.ACCOUNTS])
async def test_a_click_on_the_name_of_a_screen_goes_there(place: Place) -> None:
    app = app_of()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        await pilot.click("#header", offset=(screen_text(app).splitlines()[0].index(place.label), 0))
        await until(pilot, lambda: app.current_mode == place.value)


async def test_a_click_on_what_is_double_booked_shows_the_conflicts() -> None:
    app = app_of()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        await pilot.click("#header", offset=(screen_text(app).splitlines()[1].index("3 high"), 1))
        await until(pilot, lambda: app.current_mode == Place.CONFLICTS.value)


async def test_a_click_beside_a_dialog_closes_it() -> None:
    app = app_of()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("comma")
        await pilot.pause()
        await pilot.click(offset=(1, 20))
        await pilot.pause()

        assert app.screen is app.screen_stack[0]


@pytest.mark.parametrize("place", [*SCREENS, Place.WELCOME, *DIALOGS])
def test_no_two_lines_of_the_palette_read_alike(place: Place) -> None:
    sentences = [action.sentence for action in offered(place)]

    assert len(sentences) == len(set(sentences))


def test_the_palette_finds_what_is_meant_first() -> None:
    assert found(Place.WEEK, "theme")[0].id == "theme"
    assert found(Place.WEEK, "settings")[0].id == "settings"
    assert found(Place.WEEK, "one week back")[0].id == "week_back"
    assert found(Place.WEEK, "qqqq") == []


async def test_the_palette_works_above_a_dialog() -> None:
    app = app_of()
    async with app.run_test(size=SIZE) as pilot:
        await arrive(pilot, Place.EVENT)
        await pilot.press("colon", *"why", "enter")
        await pilot.pause()

        assert "Why: “Budget review”" in screen_text(app)


async def test_another_key_from_the_settings_works_and_is_named_everywhere() -> None:
    app = app_of(settings=Settings(keys={"sync": "f5", "conflicts": "f2", "cursor_down": "n"}))
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await pilot.pause()
        text = screen_text(app)
        assert "f5 sync" in text.splitlines()[-1]
        assert "f2 Conflicts" in text.splitlines()[0]
        assert "n is the key of “add”" in text

        await pilot.press("f5")
        await pilot.pause()
        assert "Asking Microsoft" in screen_text(app)
        await pilot.press("2")
        await pilot.pause()
        assert app.current_mode == "week"
        await pilot.press("f2")
        await pilot.pause()
        assert app.current_mode == "conflicts"
        await pilot.press("question_mark")
        await pilot.pause()
        assert "f5               Ask Microsoft" in screen_text(app)
