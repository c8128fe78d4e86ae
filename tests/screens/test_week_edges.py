"""The week screen at its edges: sizes, hostile text, empty states, crowds, changes of the clock."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hosting import HOSTILE, NOW, FrozenClock, SnapshotBuilder, screen_text
from sample import week_of_ana
from week_driver import SIZE, Opened, app_of, row

from tui.domain.events import Response, ShowAs
from tui.domain.text import clean


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60), (60, 16), (40, 12), (20, 5), (1, 1)])
async def test_every_size_is_drawn_without_spilling(size: tuple[int, int], builder: SnapshotBuilder) -> None:
    app = app_of(week_of_ana(builder))
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        await pilot.press("tab", "L", "H", "v", "escape", "enter", "q")
        await pilot.pause()
        assert all(len(line) <= size[0] for line in screen_text(app).splitlines())


async def test_resizing_keeps_the_event_under_the_cursor(builder: SnapshotBuilder) -> None:
    app = app_of(week_of_ana(builder))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        week = Opened(app, pilot)
        await week.press("tab", "tab")
        subject = week.subject
        for size in ((80, 24), (50, 12), (200, 60), (120, 40)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            assert week.subject == subject


@pytest.mark.parametrize("size", [SIZE, (200, 60), (60, 16)])
async def test_hostile_text_is_shown_as_it_is(size: tuple[int, int], builder: SnapshotBuilder) -> None:
    account = builder.account("A", "ana@[b]contoso[/b].example", calendars=("[/]",))
    for number, text in enumerate(HOSTILE):
        day = date(2026, 11, 23) + timedelta(days=number)
        builder.event(
            account, clean(text), f"{day} 11:00", "13:00", calendar="[/]", location=clean(text), preview=clean(text)
        )
        builder.event(account, clean(text), str(day), str(day + timedelta(days=1)), calendar="[/]")
    app = app_of(builder.build())
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        week = Opened(app, pilot)
        for _ in range(2 * len(HOSTILE)):
            await week.press("enter", "q", "w", "q", "tab")
        await week.press("t", "y", "slash", "x", "escape", "v", *["j"] * 5, "enter")

        assert app.is_running
        assert "[/]" in week.text
        assert not {c for c in week.text if ord(c) < 32 and c != "\n"}


async def test_without_a_connection_it_says_how_to_begin(builder: SnapshotBuilder) -> None:
    app = app_of(builder.build())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "Press 4 then n to connect an Outlook account." in screen_text(app)
        await pilot.press("tab", "enter", "w", "c", "t", "L", "y")
        assert app.is_running


async def test_a_first_sync_says_that_it_is_reading(builder: SnapshotBuilder) -> None:
    builder.account("A", "ana@contoso.example", age_minutes=None, syncing="reading 412 events")
    app = app_of(builder.build())
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        text = screen_text(app)
        assert "Reading your calendars…" in text
        assert "ana@contoso.example  reading 412 events" in text


async def test_an_empty_week_says_so(builder: SnapshotBuilder) -> None:
    builder.account("A", "ana@contoso.example")
    app = app_of(builder.build())
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        assert "nothing on these days" in screen_text(app)


async def test_what_does_not_count_is_hollow_and_what_is_declined_is_struck(builder: SnapshotBuilder) -> None:
    account = builder.account("A", "ana@contoso.example", calendars=("Calendar", "Team"))
    builder.ignore(account, "Team")
    builder.event(account, "Team day", "2026-11-23 12:00", "13:00", calendar="Team")
    builder.event(account, "No thanks", "2026-11-23 15:00", "16:00", response=Response.DECLINED)
    app = app_of(builder.build())
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        text = screen_text(app)
        assert "▯A Team day" in text
        assert "▯ not counted" in text
        strips = app.screen._compositor.render_strips()
        struck = [s.text for strip in strips for s in strip if s.style and s.style.strike and s.text.strip()]
        assert any(text.startswith("No thanks") for text in struck)


async def test_a_new_snapshot_keeps_the_cursor_and_is_drawn(builder: SnapshotBuilder) -> None:
    app = app_of(week_of_ana(builder))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        week = Opened(app, pilot)
        cursor = week.screen.cursor
        builder.event("ana@contoso.example", "Brand new", "2026-11-24 18:00", "19:00")

        app.shell.publish(builder.build())
        await pilot.pause()

        assert week.screen.cursor == cursor
        assert "▌A Brand new" in week.text


async def test_an_all_day_event_clashes_in_its_own_row_only(builder: SnapshotBuilder) -> None:
    app = app_of(week_of_ana(builder))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        text = screen_text(app)
        assert "▌C!No school" in text
        assert "▌AB Contract" in text


async def test_being_away_all_day_marks_the_meetings_it_meets(builder: SnapshotBuilder) -> None:
    account = builder.account("A", "ana@contoso.example")
    builder.event(account, "Holiday", "2026-11-24", "2026-11-25", show_as=ShowAs.OOF)
    builder.event(account, "Board", "2026-11-24 12:00", "13:00")
    app = app_of(builder.build())
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        text = screen_text(app)
        assert "█A!Holiday" in text
        assert "▌A!Board" in text


async def test_more_all_day_events_than_lines_are_counted(builder: SnapshotBuilder) -> None:
    account = builder.account("A", "ana@contoso.example")
    for number in range(5):
        builder.event(account, f"Day {number}", "2026-11-25", "2026-11-26", show_as=ShowAs.FREE)
    app = app_of(builder.build())
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        assert "+3 more" in screen_text(app)


async def test_many_events_at_once_are_counted_where_they_cannot_be_drawn(builder: SnapshotBuilder) -> None:
    account = builder.account("A", "ana@contoso.example")
    for number in range(20):
        builder.event(account, f"Meeting {number}", "2026-11-25 12:00", "13:00")
    app = app_of(builder.build())
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        week = Opened(app, pilot)
        assert "│▌" in row(week.text, "12:00")
        assert "+" in row(week.text, "12:00")
        await week.press(*["tab"] * 20)
        assert week.subject.startswith("Meeting")


async def test_the_change_of_the_clock_is_named_on_its_day(builder: SnapshotBuilder) -> None:
    account = builder.account("A", "ana@contoso.example")
    builder.event(account, "Brunch", "2026-03-29 10:00", "11:00")
    clock = FrozenClock(datetime(2026, 3, 29, 1, 0, tzinfo=NOW.tzinfo))
    app = app_of(builder.build(), clock=clock)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        assert "no such hour" in row(screen_text(app), "02:00")
        assert "Brunch" in row(screen_text(app), "10:00")


async def test_650_events_a_week_are_drawn_and_walked_through(builder: SnapshotBuilder) -> None:
    account = builder.account("A", "ana@contoso.example")
    monday = datetime(2026, 11, 23, 7, 0)  # noqa: DTZ001
    for number in range(650):
        start = monday + timedelta(days=number % 7, minutes=7 * (number // 7))
        builder.event(account, f"Event {number}", f"{start:%Y-%m-%d %H:%M}", f"{start + timedelta(minutes=30):%H:%M}")
    app = app_of(builder.build())
    async with app.run_test(size=(200, 60)) as pilot:
        await pilot.pause()
        week = Opened(app, pilot)
        await week.press("tab", "tab", "right", "down", "L", "H", "pagedown")
        assert "▌A!Ev" in week.text


async def test_on_two_lines_bars_are_drawn_as_far_as_they_fit_and_only_what_is_hidden_is_counted(
    builder: SnapshotBuilder,
) -> None:
    a, c = builder.account("A", "ana@contoso.example"), builder.account("C", "ana.k@outlook.example")
    builder.event(a, "On-call", "2026-11-23", "2026-11-30", show_as=ShowAs.FREE)
    builder.event(a, "Office week", "2026-11-23", "2026-11-28", show_as=ShowAs.FREE)
    builder.event(c, "No school", "2026-11-25", "2026-11-26")
    app = app_of(builder.build())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        week = Opened(app, pilot)
        above = [line.split("│")[1:] for line in week.text.splitlines()[4:6]]

        assert [len(cells) for cells in above] == [3, 3]
        assert "On-call" in above[0][0] + above[1][0]
        assert "Office week" in above[0][0] + above[1][0]
        assert "No school" in above[0][1]
        assert above[1][1].strip() == "+2 more"
        assert "On-call" in above[0][2] + above[1][2]

        await week.press("home", "pageup", "pageup", "pageup", "up")
        seen = {week.subject}
        await week.press("up")
        assert seen | {week.subject} == {"On-call", "Office week"}
        await week.press("right", "right")
        assert week.subject == "No school"


async def test_tab_stops_once_at_a_bar_that_is_drawn_in_pieces(builder: SnapshotBuilder) -> None:
    a = builder.account("A", "ana@contoso.example")
    builder.event(a, "On-call", "2026-11-23", "2026-11-30", show_as=ShowAs.FREE)
    builder.event(a, "Office week", "2026-11-23", "2026-11-28", show_as=ShowAs.FREE)
    builder.event(a, "No school", "2026-11-25", "2026-11-26")
    app = app_of(builder.build())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        week = Opened(app, pilot)
        week.screen.go_to_day(date(2026, 11, 22))
        subjects = []
        for _ in range(4):
            await week.press("tab")
            subjects.append(week.subject)

    assert sorted(subjects[:3]) == ["No school", "Office week", "On-call"]


async def test_the_free_time_is_never_cut_off_below_the_week(builder: SnapshotBuilder) -> None:
    a, b = builder.account("A", "ana@contoso.example"), builder.account("B", "ana@fabrikam.example")
    builder.event(a, "Budget review of the whole department", "2026-11-23 11:00", "12:00")
    builder.event(b, "Invoices of the last quarter, with everybody", "2026-11-23 11:30", "12:30")
    app = app_of(builder.build())
    async with app.run_test(size=(80, 24)) as pilot:
        for width in (70, 80, 120, 200):
            await pilot.resize_terminal(width, 24)
            await pilot.pause()
            (line,) = [line for line in screen_text(app).splitlines()[-5:] if "!!! high" in line]
            assert line.rstrip().endswith("Mon 12:30–17:00")


async def test_the_rule_below_the_hours_ends_their_columns(builder: SnapshotBuilder) -> None:
    builder.event(builder.account("A", "ana@contoso.example"), "One", "2026-11-23 11:00", "12:00")
    app = app_of(builder.build())
    async with app.run_test(size=(80, 24)) as pilot:
        for width in (80, 120, 200):
            await pilot.resize_terminal(width, 24)
            await pilot.pause()
            shown = screen_text(app).splitlines()
            columns = [place for place, cell in enumerate(shown[3]) if cell == "│"]
            assert [place for place, cell in enumerate(shown[-5]) if cell == "┴"] == columns


async def test_an_account_of_which_nothing_counts_is_not_waited_for(builder: SnapshotBuilder) -> None:
    builder.ignore(builder.account("A", "ana@contoso.example", age_minutes=None), "Calendar")
    app = app_of(builder.build())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()

        assert "Reading your calendars" not in screen_text(app)


async def test_before_everything_is_read_c_does_not_say_that_there_is_no_clash(builder: SnapshotBuilder) -> None:
    builder.event(builder.account("A", "ana@contoso.example"), "One", "2026-11-23 11:00", "12:00")
    builder.account("B", "ana@fabrikam.example", age_minutes=None)
    app = app_of(builder.build())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("c")
        await pilot.pause()

        assert "Not every calendar is read yet." in screen_text(app)
        assert "not double-booked" not in screen_text(app)
