"""What each screen and dialog looks like, as text, at three sizes, and without colours.

A difference is looked at and then, if it is meant, kept:

    RENEW_GOLDENS=1 pytest -n 0 tests/screens/test_goldens.py
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from connecting import FakeWorkspace, until
from hosting import FakeBackground, FrozenClock, SnapshotBuilder, screen_text
from msgspec.structs import replace
from sample import week_of_ana
from textual.pilot import Pilot
from textual.widgets import Input

from tui.app import CalConnectApp
from tui.domain.accounts import SignInState
from tui.domain.events import Attendance, Attendee, Person, Response
from tui.workspace.view import Snapshot

GOLDENS = Path(__file__).with_name("goldens")
SIZES = ((80, 24), (120, 40), (200, 60))


class Scene(NamedTuple):
    """Something to look at: which keys lead there from the start."""

    name: str
    keys: Sequence[str]
    data: str = "week"
    waits_for: str = ""
    """What stands on the screen once it is complete."""


SCENES = (
    Scene("week", ()),
    Scene("week-crowded", (), "full"),
    Scene("agenda", ("v", "a")),
    Scene("view-menu", ("v",)),
    Scene("search", ("slash", *"design")),
    Scene("go-to", ("g", *"fri")),
    Scene("help-week", ("question_mark",)),
    Scene("conflicts", ("2",)),
    Scene("connections", ("4",)),
    Scene("accounts", ("5",)),
    Scene("welcome", (), "empty"),
    Scene("conflicts-empty", ("2",), "empty"),
    Scene("connections-empty", ("4",), "empty"),
    Scene("broken-sign-in", ("2",), "broken"),
    Scene("too-long-names", ("4",), "long"),
    Scene("event", ("2", "enter")),
    Scene("event-full", ("2", "enter"), "full"),
    Scene("why", ("2", "enter", "w")),
    Scene("open-link", ("2", "o"), "full"),
    Scene("settings", ("2", "comma")),
    Scene("settings-choice", ("2", "comma", "down", "enter")),
    Scene("themes", ("2", "colon", *"colours", "enter")),
    Scene("messages", ("2", "o", "M")),
    Scene("palette", ("2", "colon")),
    Scene("help-conflicts", ("2", "question_mark")),
    Scene("help-event", ("2", "enter", "question_mark")),
    Scene("switcher", ("2", "0")),
    Scene("add-new", ("4", "n")),
    Scene("calendars", ("4", "enter"), waits_for="Holidays"),
    Scene("disconnect", ("4", "d"), waits_for="Disconnect"),
    Scene("sign-in", ("2", "r"), "broken", waits_for="D7SKN2QHF"),
)


def snapshot_of(data: str) -> Snapshot:
    builder = SnapshotBuilder()
    if data == "empty":
        return builder.build()
    if data == "long":
        builder.sub_account = replace(builder.sub_account, name="The longest client name of all, Ltd. & Co. KG")
        builder.account("A", "somebody.with.a.very.long.name@subsidiary.of.contoso.example")
        return builder.build()
    snapshot = week_of_ana(builder)
    if data == "full":
        return _full(builder)
    if data == "broken":
        first, *others = snapshot.accounts
        again = replace(first, account=replace(first.account, state=SignInState.SIGN_IN_AGAIN))
        return replace(snapshot, accounts=(again, *others))
    return snapshot


def _full(builder: SnapshotBuilder) -> Snapshot:
    """The first double booking is of an event with everything that an event can have."""
    people = tuple(
        Attendee(Person(f"Person {number}", f"p{number}@x.example"), Attendance.REQUIRED, Response.ACCEPTED)
        for number in range(40)
    )
    event = builder.event(
        "ana@contoso.example",
        "Everything at once",
        "2026-11-23 10:30",
        "11:30",
        location="Room 4, third floor",
        attendees=people,
        attendee_count=2_000,
        categories=("Blue", "Project X"),
        join_url="https://meet.contoso.example/abc",
        web_link="https://outlook.office365.com/owa/?itemid=1",
        preview="Bring the numbers of last quarter, and those of the one before. " * 4,
        ical_uid="everything",
    )
    builder.copy(replace(event, location="Room 5"), "ana@fabrikam.example")
    return builder.build()


async def looked_at(scene: Scene, sizes: Sequence[tuple[int, int]], environment: dict[str, str]) -> dict[str, str]:
    """The screen of ``scene`` as text, in a terminal that takes one size after the other."""
    background: Any = FakeBackground(workspace=FakeWorkspace())
    app = CalConnectApp(background, FrozenClock(), snapshot=snapshot_of(scene.data), environment=environment)
    seen = {}
    async with app.run_test(size=sizes[0]) as pilot:
        await pilot.pause()
        for key in scene.keys:
            await pilot.press(key)
            await pilot.pause()
        await until(pilot, lambda: scene.waits_for in screen_text(app))
        for width, height in sizes:
            await pilot.resize_terminal(width, height)
            await _settled(pilot)
            lines = (line.rstrip() for line in screen_text(app).splitlines())
            seen[f"{scene.name}-{width}x{height}"] = "\n".join(lines) + "\n"
    return seen


async def _settled(pilot: Pilot[Any]) -> None:
    """Nothing moves or blinks any more."""
    for field in pilot.app.screen.query(Input):
        field.cursor_blink = False
    before = ""
    while before != screen_text(pilot.app):
        before = screen_text(pilot.app)
        await pilot.pause()


def compare(name: str, seen: str) -> None:
    """Compare ``seen`` with the golden ``name``, or keep it as that when asked to."""
    file = GOLDENS / f"{name}.txt"
    if os.environ.get("RENEW_GOLDENS"):
        GOLDENS.mkdir(exist_ok=True)
        file.write_text(seen, "utf-8")
    assert seen == file.read_text("utf-8"), f"{file.name}: look, and renew it if it is meant (see the top of this file)"


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
async def test_it_looks_as_it_did(scene: Scene) -> None:
    for name, seen in (await looked_at(scene, SIZES, {})).items():
        compare(name, seen)
        assert all(one.isprintable() or one == "\n" for one in seen)


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
async def test_it_looks_as_it_did_without_colours(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")

    for name, seen in (await looked_at(scene, SIZES[:1], {"NO_COLOR": "1"})).items():
        compare(f"{name}-no-colour", seen)


def test_no_golden_is_left_over() -> None:
    sizes = (*(f"{width}x{height}" for width, height in SIZES), "{}x{}-no-colour".format(*SIZES[0]))
    wanted = {f"{scene.name}-{size}" for scene in SCENES for size in sizes}

    assert {file.stem for file in GOLDENS.glob("*.txt")} - wanted == set()
