"""The event under the cursor stays under the cursor, whatever a sync or another view does around it."""

from __future__ import annotations

from hosting import SnapshotBuilder
from msgspec.structs import replace
from sample import week_of_ana
from week_driver import SIZE, Opened, app_of

from tui.domain.timespan import AllDay, Timed


async def test_a_sync_that_adds_an_all_day_event_above_keeps_the_selected_one(builder: SnapshotBuilder) -> None:
    account = builder.account("A", "ana@contoso.example")
    builder.event(account, "Office week", "2026-11-23", "2026-11-28")
    app = app_of(builder.build())
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        week = Opened(app, pilot)
        await week.select("Office week")

        builder.event(account, "Fair", "2026-11-23", "2026-11-24")
        await week.sync(builder)

        assert week.subject == "Office week"


async def test_an_event_that_moved_on_the_page_is_followed(builder: SnapshotBuilder) -> None:
    account = builder.account("A", "ana@contoso.example")
    builder.event(account, "Review", "2026-11-23 11:00", "12:00", ical_uid="uid-review")
    builder.event(account, "Lunch", "2026-11-23 12:00", "13:00")
    app = app_of(builder.build())
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        week = Opened(app, pilot)
        await week.select("Review")

        moved = builder.copies[0]
        when = Timed(moved.event.when.start.replace(day=25), moved.event.when.end.replace(day=25))
        builder.copies[0] = type(moved)(moved.calendar, replace(moved.event, when=when))
        await week.sync(builder)

        assert week.subject == "Review"
        assert week.screen.cursor.day.day == 25


async def test_an_event_that_became_all_day_is_followed_above_the_hours(builder: SnapshotBuilder) -> None:
    account = builder.account("A", "ana@contoso.example")
    builder.event(account, "Review", "2026-11-24 11:00", "12:00")
    app = app_of(builder.build())
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        week = Opened(app, pilot)
        await week.select("Review")

        day = week.screen.cursor.day
        copy = builder.copies[0]
        event = replace(copy.event, when=AllDay(day, day.replace(day=day.day + 1)))
        builder.copies[0] = type(copy)(copy.calendar, event)
        await week.sync(builder)

        assert week.subject == "Review"
        assert week.screen.cursor.line == 0


async def test_an_event_that_is_gone_leaves_the_cursor_at_its_place(builder: SnapshotBuilder) -> None:
    account = builder.account("A", "ana@contoso.example")
    builder.event(account, "Review", "2026-11-24 11:00", "12:00")
    builder.event(account, "Lunch", "2026-11-24 13:00", "14:00")
    app = app_of(builder.build())
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        week = Opened(app, pilot)
        await week.select("Review")

        del builder.copies[0]
        await week.sync(builder)

        assert week.subject == ""
        assert (week.screen.cursor.day.day, week.screen.cursor.minute) == (24, 11 * 60)


async def test_the_agenda_and_the_grid_hand_the_selection_to_each_other(builder: SnapshotBuilder) -> None:
    app = app_of(week_of_ana(builder))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        week = Opened(app, pilot)
        for subject in ("Office week", "No school", "Parents day", "Concert"):
            await week.select(subject)
            await week.press("v", "a")
            assert week.subject == subject
            await week.press("v", "a")
            assert week.subject == subject
            for size in ((60, 16), (200, 60), SIZE):
                await pilot.resize_terminal(*size)
                await pilot.pause()
                assert week.subject == subject
