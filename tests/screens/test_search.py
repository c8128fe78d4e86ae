"""Search: what is found, why, in which order, from where, and without making a key wait."""

from __future__ import annotations

import time
from typing import Any

import pytest
from connecting import until
from hosting import HOSTILE, NOW, FakeBackground, FrozenClock, HostApp, SnapshotBuilder, screen_text
from msgspec.structs import replace
from sample import week_of_ana
from textual.pilot import Pilot

from tui.app import CalConnectApp
from tui.domain.events import Attendee, Person
from tui.screens.search import SearchDialog, count_words
from tui.screens.search_index import MOST_HITS, Hits, SearchIndex
from tui.screens.week import WeekScreen
from tui.workspace.view import Snapshot

SIZE = (120, 40)


def look(snapshot: Snapshot, query: str, *, is_private: bool = False) -> Hits:
    return SearchIndex(snapshot.meetings, snapshot.calendars, is_private=is_private).hits(query, NOW)


def reasons(snapshot: Snapshot, query: str) -> list[tuple[str, str]]:
    """Title and reason of what ``query`` finds."""
    return [(hit.meeting.subject, hit.reason) for hit in look(snapshot, query).shown]


@pytest.fixture
def snapshot(builder: SnapshotBuilder) -> Snapshot:
    a = builder.account("A", "ana@contoso.example", calendars=("Calendar", "Allotment"))
    builder.event(a, "Budget review", "2026-11-24 10:00", "11:00", location="Kitchen")
    builder.event(
        a,
        "Stand-up",
        "2026-11-25 10:00",
        "11:00",
        organizer=Person("Lee Park", "lee@fabrikam.example"),
        attendees=(Attendee(Person("Mia Öztürk", "mia@x.example")),),
        categories=("Urgent",),
        preview="Bring the zebra.",
    )
    builder.event(a, "Weeding", "2026-11-26 10:00", "11:00", calendar="Allotment")
    return builder.build()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("budget", ("Budget review", "")),
        ("kitchen", ("Budget review", "place: Kitchen")),
        ("lee", ("Stand-up", "person: Lee Park")),
        ("fabrikam", ("Stand-up", "person: lee@fabrikam.example")),
        ("öztürk", ("Stand-up", "person: Mia Öztürk")),
        ("urgent", ("Stand-up", "category: Urgent")),
        ("zebra", ("Stand-up", "text: Bring the zebra.")),
        ("allotment", ("Weeding", "calendar: Allotment")),
        ("stand zebra", ("Stand-up", "text: Bring the zebra.")),
        ("BUDGET KITCHEN", ("Budget review", "place: Kitchen")),
    ],
)
def test_what_is_found_says_where_the_words_stand(snapshot: Snapshot, query: str, found: tuple[str, str]) -> None:
    assert reasons(snapshot, query) == [found]


def test_every_copy_is_looked_through(builder: SnapshotBuilder) -> None:
    a, b = builder.account("A", "ana@contoso.example"), builder.account("B", "b@fabrikam.example")
    event = builder.event(a, "Signing", "2026-11-25 15:00", "16:00", ical_uid="u")
    builder.copy(replace(event, location="Annex"), b)

    assert reasons(builder.build(), "annex") == [("Signing", "place: Annex")]


def test_those_to_come_stand_first_then_the_past_newest_first(builder: SnapshotBuilder) -> None:
    a = builder.account("A", "ana@contoso.example")
    for day, title in ((20, "x old"), (22, "x yesterday"), (23, "x running"), (24, "x next"), (27, "x later")):
        builder.event(a, title, f"2026-11-{day} 10:00", "11:00")

    found = [hit.meeting.subject for hit in look(builder.build(), "x").shown]

    assert found == ["x running", "x next", "x later", "x yesterday", "x old"]


def test_more_than_can_be_shown_are_counted(builder: SnapshotBuilder) -> None:
    a = builder.account("A", "ana@contoso.example")
    for number in range(1_234):
        builder.event(a, f"Call {number}", f"2026-12-{number % 28 + 1:02} 10:00", "10:30")

    hits = look(builder.build(), "call")

    assert (len(hits.shown), hits.count) == (MOST_HITS, 1_234)
    assert count_words(hits).startswith("200 of 1,234 events")


def test_in_privacy_mode_guessing_words_finds_no_private_event(builder: SnapshotBuilder) -> None:
    week = week_of_ana(builder)

    assert look(week, "dentist").count == 1
    assert look(week, "dentist", is_private=True).count == 0


@pytest.mark.parametrize("query", [*HOSTILE, "(a+)+$", "\\", "%", "x" * 5_000])
def test_any_query_is_only_words(snapshot: Snapshot, query: str) -> None:
    assert look(snapshot, query).count == 0


async def typed(pilot: Pilot[Any], words: str) -> SearchDialog:
    """Search for ``words`` from the screen that is shown, until the answer stands there."""
    await pilot.press("slash")
    await until(pilot, lambda: isinstance(pilot.app.screen, SearchDialog) and pilot.app.screen.is_mounted)
    await pilot.press(*words)
    answer = pilot.app.screen.query_one("#dialog-answer")
    await until(pilot, lambda: bool(str(answer.render())))
    assert isinstance(pilot.app.screen, SearchDialog)
    return pilot.app.screen


async def test_esc_returns_to_where_the_person_was_and_enter_stays(builder: SnapshotBuilder) -> None:
    app = HostApp(WeekScreen, week_of_ana(builder))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        week = app.screen
        assert isinstance(week, WeekScreen)
        before = week.cursor
        await typed(pilot, "concert")
        await until(pilot, lambda: week.meeting is not None and week.meeting.subject == "Concert")
        await pilot.press("escape")
        await pilot.pause()
        assert week.cursor == before

        await typed(pilot, "concert")
        await until(pilot, lambda: week.meeting is not None and week.meeting.subject == "Concert")
        await pilot.press("enter")
        await pilot.pause()
        assert week.meeting is not None
        assert week.meeting.subject == "Concert"


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_the_hit_stands_in_the_week_above_the_panel(builder: SnapshotBuilder, size: tuple[int, int]) -> None:
    app = HostApp(WeekScreen, week_of_ana(builder))
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        dialog = await typed(pilot, "concert")
        await pilot.pause()
        panel = dialog.query_one("#dialog").region
        rows = screen_text(app).splitlines()

        assert panel.bottom == size[1]
        assert any("Concert" in row for row in rows[3 : panel.y - 4])


async def test_search_works_from_every_screen_and_goes_back_there(builder: SnapshotBuilder) -> None:
    snapshot = week_of_ana(builder)
    app = CalConnectApp(FakeBackground(), FrozenClock(), snapshot=snapshot, environment={})  # type: ignore[arg-type]
    async with app.run_test(size=SIZE) as pilot:
        for key, mode in (("2", "conflicts"), ("4", "connections"), ("5", "accounts")):
            await pilot.press(key)
            await pilot.pause()
            await typed(pilot, "concert")
            assert app.current_mode == "week"
            await pilot.press("escape")
            await until(pilot, lambda mode=mode: app.current_mode == mode)  # type: ignore[misc]


async def test_a_date_in_words_works_from_every_screen(builder: SnapshotBuilder) -> None:
    snapshot = week_of_ana(builder)
    app = CalConnectApp(FakeBackground(), FrozenClock(), snapshot=snapshot, environment={})  # type: ignore[arg-type]
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("2")
        await pilot.pause()
        await pilot.press("g")
        await until(pilot, lambda: app.current_mode == "week" and len(app.screen_stack) == 2)
        await pilot.press(*"24 dec", "enter")
        await pilot.pause()

        assert "Thu 24" in screen_text(app)
        assert app.current_mode == "week"


async def test_new_data_is_searched_while_the_panel_is_open(builder: SnapshotBuilder) -> None:
    app = HostApp(WeekScreen, week_of_ana(builder))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        await typed(pilot, "regatta")
        assert "nothing found" in screen_text(app)
        builder.event("ana@contoso.example", "Regatta", "2026-11-24 18:00", "19:00")
        app.shell.publish(builder.build())

        await until(pilot, lambda: "1 event" in screen_text(app))


def test_fifty_thousand_events_are_looked_through_in_a_blink(builder: SnapshotBuilder) -> None:
    a = builder.account("A", "ana@contoso.example")
    builder.event(a, "Needle", "2026-11-25 10:00", "11:00", location="Haystack", preview="x" * 200)
    meeting = builder.build().meetings[0]
    index = SearchIndex([meeting] * 50_000, {}, is_private=False)
    begin = time.perf_counter()

    hits = index.hits("nothing such", NOW)

    assert hits.count == 0
    assert time.perf_counter() - begin < 0.5
