"""Where the week is full or its events are long: numbers that open lists, titles that come again, half rows."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hosting import NOW, FrozenClock, SnapshotBuilder, screen_text
from sample import week_of_ana
from textual import events
from textual.widget import Widget
from week_driver import SIZE, Opened, app_of, row

from tui.domain.busy import Weight
from tui.domain.events import Response, ShowAs
from tui.screens.dialogs import ChoiceDialog
from tui.widgets.week_grid import WeekGrid
from tui.widgets.week_head import WeekHead


def crowded(builder: SnapshotBuilder) -> SnapshotBuilder:
    account = builder.account("A", "ana@contoso.example")
    for number in range(40):
        builder.event(account, f"Meeting {number}", "2026-11-25 12:00", "13:00")
    for number in range(20):
        builder.event(account, f"Day {number}", "2026-11-25", "2026-11-26", show_as=ShowAs.FREE)
    return builder


async def test_forty_at_once_are_lanes_that_can_be_read_and_a_number(builder: SnapshotBuilder) -> None:
    app = app_of(crowded(builder).build())
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        cell = row(screen_text(app), "12:00").split("│")[2]

        assert cell.count("▌A!Me") == 2
        assert cell.endswith("+38")


async def test_enter_on_the_number_lists_the_slot_and_goes_to_the_chosen_one(builder: SnapshotBuilder) -> None:
    app = app_of(crowded(builder).build())
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        week = Opened(app, pilot)
        week.screen.go_to_day(date(2026, 11, 25))
        while week.screen.cursor.minute < 12 * 60:
            await week.press("down")
        await week.press("right", "right")
        assert week.screen.cursor.is_count
        assert "40 events: enter lists them" in week.text

        await week.press("enter")
        assert isinstance(app.screen, ChoiceDialog)
        assert "40 events, Wed 25 Nov 12:00" in week.text
        await week.press("end", "enter")

        chosen = week.subject
        assert chosen.startswith("Meeting")
        await week.press("right")
        assert week.screen.cursor.day == date(2026, 11, 26)


async def test_a_click_on_the_number_lists_the_slot(builder: SnapshotBuilder) -> None:
    app = app_of(crowded(builder).build())
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        y = next(n for n, line in enumerate(screen_text(app).splitlines()) if line.startswith(" 12:00"))
        x = row(screen_text(app), "12:00").index("+38")
        await pilot.click(offset=(x + 1, y))
        await pilot.pause()

        assert isinstance(app.screen, ChoiceDialog)


async def test_the_number_above_the_hours_lists_what_it_counts(builder: SnapshotBuilder) -> None:
    app = app_of(crowded(builder).build())
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        week = Opened(app, pilot)
        lines = week.text.splitlines()
        y = next(n for n, line in enumerate(lines) if "+18 more" in line)
        await pilot.click(offset=(lines[y].index("+18"), y))
        await pilot.pause()
        assert "18 events, Wed 25 Nov" in week.text
        await week.press("down", "enter")

        assert week.subject.startswith("Day")
        assert f"{week.subject}"[:6] in week.text.splitlines()[y]


async def test_tab_goes_to_every_event_of_a_crowd_and_shows_it(builder: SnapshotBuilder) -> None:
    app = app_of(crowded(builder).build())
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        week = Opened(app, pilot)
        seen = set()
        for _ in range(60):
            await week.press("tab")
            seen.add(week.subject)

        assert len(seen) == 60


async def test_what_lasts_longer_than_a_day_says_its_times_above_the_hours(builder: SnapshotBuilder) -> None:
    account = builder.account("A", "ana@contoso.example")
    builder.event(account, "Trip", "2026-11-23 08:00", "2026-11-26 18:00")
    app = app_of(builder.build())
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        week = Opened(app, pilot)
        (line,) = [line for line in week.text.splitlines()[:8] if "Trip" in line]

        assert "▌A 08:00 Trip ┄" in line
        assert "–18:00▌" in line
        assert "Trip" not in "".join(week.text.splitlines()[8:-5])
        await week.select("Trip")
        await week.press("c")


async def test_an_event_that_begins_above_the_first_row_says_its_title_there(builder: SnapshotBuilder) -> None:
    builder.event(builder.account("A", "ana@contoso.example"), "Night watch", "2026-11-24 00:30", "20:00")
    app = app_of(builder.build())
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        week = Opened(app, pilot)
        assert "▌A Night watch" in row(week.text, "07:00")

        week.screen.query_one(WeekGrid).scroll_to(y=16, animate=False, immediate=True)
        await pilot.pause()
        assert "▌A Night watch" in row(week.text, "08:00")
        week.screen.query_one(WeekGrid).scroll_to(y=0, animate=False, immediate=True)
        await pilot.pause()
        assert "Night watch" not in row(week.text, "08:00")


async def test_half_a_row_is_half_a_bar(builder: SnapshotBuilder) -> None:
    account = builder.account("A", "ana@contoso.example")
    builder.event(account, "Call", "2026-11-24 12:00", "12:15")
    builder.event(account, "Late", "2026-11-25 12:15", "12:30")
    builder.event(account, "Idle", "2026-11-26 12:00", "12:15", show_as=ShowAs.FREE)
    builder.event(account, "Gone", "2026-11-27 12:15", "12:30", show_as=ShowAs.OOF)
    builder.event(account, "Whole", "2026-11-28 12:00", "12:30")
    app = app_of(builder.build())
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        line = row(screen_text(app), "12:00")

        for shown in ("▘A Call", "▖A Late", "'A Idle", "▄A Gone", "▌A Whole"):
            assert shown in line


async def test_no_ellipsis_stands_alone_and_narrow_lanes_have_no_notes(builder: SnapshotBuilder) -> None:
    account = builder.account("A", "ana@contoso.example")
    for number in range(3):
        builder.event(account, f"Meeting {number}", "2026-11-23 12:00", "14:00", location="Room")
    app = app_of(builder.build())
    for size in ((80, 24), SIZE):
        async with app_of(app.shell.snapshot).run_test(size=size) as pilot:
            await pilot.pause()
            shown = screen_text(pilot.app)
            assert " …" not in "".join(row(shown, "12:00"))
            assert "▌!…" not in shown


async def test_the_marks_of_a_clash_say_its_grade_where_there_is_room(builder: SnapshotBuilder) -> None:
    account = builder.account("A", "ana@contoso.example")
    builder.event(account, "One", "2026-11-23 12:00", "13:00")
    builder.event(account, "Two", "2026-11-23 12:00", "13:00", response=Response.TENTATIVE, is_organizer=False)
    snapshot = builder.build()
    assert {meeting.weight for meeting in snapshot.meetings} == {Weight.HARD, Weight.SOFT}
    app = app_of(snapshot)
    app.shell.change_settings({"week.days": 1})
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        assert "▌A!!  One" in row(screen_text(app), "12:00")
        strips = app.screen._compositor.render_strips()
        marks = {s.style.color for strip in strips for s in strip if s.style and s.text.strip() == "!!"}
        high = app.screen.query_one(WeekGrid).get_component_rich_style("week--clash-high").color
        assert marks
        assert high not in marks


async def test_both_times_of_the_hour_that_comes_twice_have_rows(builder: SnapshotBuilder) -> None:
    builder.event(builder.account("A", "ana@contoso.example"), "Backup", "2026-10-25 03:00", "04:00")
    clock = FrozenClock(datetime(2026, 10, 25, 1, 0, tzinfo=NOW.tzinfo))
    app = app_of(builder.build(), clock=clock)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        week = Opened(app, pilot)
        assert "02:00 again" in row(week.text, "02:00²")
        await week.press("t", *["pageup"] * 3, "down", "down", "down", "down")
        assert (week.screen.cursor.minute, week.screen.cursor.again) == (120, False)
        await week.press("down", "down")
        assert (week.screen.cursor.minute, week.screen.cursor.again) == (120, True)
        await week.press("left")
        assert (week.screen.cursor.minute, week.screen.cursor.again) == (120, False)
        await week.press("down", "down")
        assert week.screen.cursor.minute == 180


async def test_now_is_in_the_row_of_its_own_time_of_the_two(builder: SnapshotBuilder) -> None:
    builder.event(builder.account("A", "ana@contoso.example"), "Backup", "2026-10-25 03:00", "04:00")
    first = datetime(2026, 10, 25, 2, 10, tzinfo=NOW.tzinfo)
    for now, after in ((first, "02:00²"), (first.replace(fold=1), "03:00")):
        app = app_of(builder.build(), clock=FrozenClock(now))
        async with app.run_test(size=SIZE) as pilot:
            await pilot.pause()
            hours = [line[:7].strip() for line in screen_text(app).splitlines() if line[:7].strip()[2:3] == ":"]
            assert hours[hours.index("02:10▸") + 1] == after


async def test_a_click_on_a_day_goes_there(builder: SnapshotBuilder) -> None:
    app = app_of(week_of_ana(builder))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        week = Opened(app, pilot)
        head = week.screen.query_one(WeekHead).region
        await pilot.click(offset=(60, head.y))
        await pilot.pause()

        assert week.screen.cursor.day == date(2026, 11, 26)
        assert week.screen.cursor.minute == 11 * 60


async def scroll(widget: Widget, up: bool) -> None:
    kind = events.MouseScrollUp if up else events.MouseScrollDown
    x, y = widget.region.offset
    widget.post_message(kind(widget, 9, 3, 0, 0, 0, False, False, False, x + 9, y + 3))


@pytest.mark.parametrize("keys", [(), ("v", "a")])
async def test_the_wheel_scrolls_and_leaves_the_cursor(keys: tuple[str, ...], builder: SnapshotBuilder) -> None:
    app = app_of(week_of_ana(builder))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        week = Opened(app, pilot)
        await week.press(*keys)
        widget = week.screen.query_one("#agenda" if keys else "#week-grid")
        before, cursor = widget.scroll_offset.y, week.screen.cursor
        for _ in range(2):
            await scroll(widget, up=False)
            await pilot.pause()
        below = widget.scroll_offset.y
        await scroll(widget, up=True)
        await pilot.pause()

        assert below > before
        assert widget.scroll_offset.y < below
        assert week.screen.cursor == cursor


async def test_the_cursor_of_the_terminal_stands_on_the_event(builder: SnapshotBuilder) -> None:
    app = app_of(week_of_ana(builder))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        week = Opened(app, pilot)
        for subject in ("Invoices", "Sprint planning", "Office week"):
            await week.select(subject)
            await pilot.pause()
            x, y = app.cursor_position
            assert week.text.splitlines()[y][x + 1 :].lstrip("AB!").strip().startswith(subject[:3])
        await week.press("v", "a")
        await pilot.pause()
        assert week.text.splitlines()[app.cursor_position.y].startswith("▶")
