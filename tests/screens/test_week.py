"""The week screen, as a person sees and drives it."""

from __future__ import annotations

from datetime import date

import pytest
from hosting import SnapshotBuilder, screen_text
from sample import week_of_ana
from week_driver import SIZE, Opened, app_of, row

from tui.domain.events import Sensitivity
from tui.widgets.week_grid import WeekGrid


async def test_the_week_opens_on_the_next_event_of_today_with_the_working_day_in_sight(
    builder: SnapshotBuilder,
) -> None:
    app = app_of(week_of_ana(builder))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        week = Opened(app, pilot)

        assert week.subject == "Budget review"
        assert "07:00" in week.text
        assert "20:00" in week.text
        assert "10:24▸┃╌╌╌" in week.text


async def test_events_that_come_later_open_the_week_at_the_same_place(builder: SnapshotBuilder) -> None:
    app = app_of(SnapshotBuilder().build())
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        app.shell.publish(week_of_ana(builder))
        await pilot.pause()
        await pilot.pause()
        week = Opened(app, pilot)

        assert week.subject == "Budget review"
        assert "07:00" in week.text
        assert "10:24▸┃╌╌╌" in week.text


async def test_shapes_letters_and_marks_read_without_colour(builder: SnapshotBuilder) -> None:
    app = app_of(week_of_ana(builder))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        text = screen_text(app)

    for expected in ("▌A Stand-up", "╎A!Hir", "┆A Lunch talk", "█A Travel", "▌AB Contract", "▌B!Inv", "  2 copies"):
        assert expected in text
    assert row(text, "15:00").count("!") == 2
    assert "!" not in row(text, "14:00")


async def test_the_lines_below_say_everything_of_the_event_and_its_clash(builder: SnapshotBuilder) -> None:
    app = app_of(week_of_ana(builder))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        week = Opened(app, pilot)
        screen = week.screen
        meeting = next(m for m in screen.snapshot.meetings if m.subject == "Sprint planning")
        screen.go_to_meeting(meeting)
        await pilot.pause()

        line = row(week.text, "B  Sprint planning")
        assert "Thu 26 Nov 10:00–12:00   fabrikam / Calendar" in line
        assert "weekly   you: required, accepted   9 people   busy" in line
        clash = "!!! high: overlaps A Vendor demo 11:00–11:30 and C Parents day 11:00–12:30"
        assert clash in week.text


async def test_the_status_line_keeps_what_the_last_sync_changed(builder: SnapshotBuilder) -> None:
    app = app_of(week_of_ana(builder))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        assert "Sync 10:23: 3 events changed, 1 new double booking, 1 solved" in screen_text(app)


async def test_tab_and_shift_tab_walk_through_the_events_into_other_weeks(builder: SnapshotBuilder) -> None:
    account = builder.account("A", "ana@contoso.example")
    for number, day in enumerate(("2026-11-16", "2026-11-23", "2026-12-09")):
        builder.event(account, f"Event {number}", f"{day} 12:00", "13:00")
    app = app_of(builder.build())
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        week = Opened(app, pilot)
        assert week.subject == "Event 1"

        await week.press("tab")
        assert week.subject == "Event 2"
        assert "Wed 9" in week.text
        await week.press("tab")
        assert week.subject == "Event 2"
        await week.press("shift+tab", "shift+tab")
        assert week.subject == "Event 0"


async def test_arrows_and_letters_move_alike_through_empty_time(builder: SnapshotBuilder) -> None:
    app = app_of(week_of_ana(builder))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        week = Opened(app, pilot)

        await week.press("t", "down", "down", "down", "down")
        by_arrow = week.screen.cursor
        await week.press("t", "j", "j", "j", "j")

        assert week.screen.cursor == by_arrow
        assert "Mon 23 Nov 13:00   nothing until 14:00 A 1:1 with Ben" in week.text


async def test_walking_past_the_last_day_turns_the_page(builder: SnapshotBuilder) -> None:
    app = app_of(week_of_ana(builder))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        week = Opened(app, pilot)

        await week.press("end", "right")

        assert week.screen.cursor.day == date(2026, 11, 30)
        assert "Mon 30 ◂" in week.text
        await week.press("left", "home")
        assert "Mon 23 today ◂" in week.text


async def test_a_week_forth_and_back_keep_the_time(builder: SnapshotBuilder) -> None:
    app = app_of(week_of_ana(builder))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        week = Opened(app, pilot)
        before = week.screen.cursor

        await week.press("L", "L")
        assert "December 2026, week 50" in week.text
        await week.press("H", "H")

        assert week.screen.cursor == before


async def test_today_comes_back_to_now(builder: SnapshotBuilder) -> None:
    app = app_of(week_of_ana(builder))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        week = Opened(app, pilot)

        await week.press("L", "L", "pagedown", "t")

        assert week.subject == "Budget review"
        assert "10:24▸" in week.text


async def test_go_to_takes_words_and_says_what_it_understood(builder: SnapshotBuilder) -> None:
    app = app_of(week_of_ana(builder))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        week = Opened(app, pilot)

        await week.press("g", *"24 dex")
        assert "Not a day." in week.text
        await week.press("enter", "backspace", "c")
        assert "Thu 24 Dec 2026" in week.text
        await week.press("enter")

        assert week.screen.cursor.day == date(2026, 12, 24)
        assert "Thu 24 ◂" in week.text


async def test_c_walks_from_clash_to_clash(builder: SnapshotBuilder) -> None:
    app = app_of(week_of_ana(builder))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        week = Opened(app, pilot)
        places = []
        for _ in range(4):
            await week.press("c")
            places.append((week.screen.cursor.day.day, week.screen.cursor.minute))

        assert places == [(23, 690), (24, 630), (25, 0), (26, 660)]


async def test_enter_opens_the_event_and_q_closes_it(builder: SnapshotBuilder) -> None:
    app = app_of(week_of_ana(builder))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        week = Opened(app, pilot)
        await week.press("enter")
        for expected in ("Budget review", "Where       Rm 5", "Busy: Outlook shows it as busy or away (rule 11)"):
            assert expected in week.text

        await week.press("q")

        assert len(app.screen_stack) == 1


async def test_why_names_the_rule_of_each_copy(builder: SnapshotBuilder) -> None:
    account = builder.account("A", "ana@contoso.example", calendars=("Calendar", "Team"))
    builder.ignore(account, "Team")
    event = builder.event(account, "Offsite", "2026-11-23 12:00", "13:00", ical_uid="u")
    builder.copy(event, account, calendar="Team")
    app = app_of(builder.build())
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        week = Opened(app, pilot)
        await week.press("w")

        calendar, team = (week.text.index(f"contoso / {name}   ") for name in ("Calendar", "Team"))
        assert calendar < week.text.index("Busy: Outlook shows it as busy") < team
        assert team < week.text.index("Does not count: its calendar does not count")


async def test_search_is_a_list_that_the_week_follows(builder: SnapshotBuilder) -> None:
    week_of_ana(builder)
    builder.event("ana@contoso.example", "Reviewers' dinner", "2026-12-10 19:00", "21:00")
    app = app_of(builder.build())
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        week = Opened(app, pilot)

        await week.press("slash", *"review")
        assert week.subject == "Budget review"
        await week.press("down", "down", "down")
        assert week.subject == "Reviewers' dinner"
        await week.press("enter")

        assert len(app.screen_stack) == 1
        assert week.screen.cursor.day == date(2026, 12, 10)


async def test_copy_gives_the_words_of_the_event(builder: SnapshotBuilder) -> None:
    app = app_of(week_of_ana(builder))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        await pilot.press("y")

        assert app.clipboard.startswith("A  Budget review   Mon 23 Nov 11:00–12:00   contoso / Calendar")


async def test_the_mouse_selects_what_it_points_at_and_opens_on_a_double_click(builder: SnapshotBuilder) -> None:
    app = app_of(week_of_ana(builder))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        week = Opened(app, pilot)
        top = week.screen.query_one(WeekGrid).region.y

        await pilot.click(offset=(45, top + 13))
        await pilot.pause()
        assert week.subject == "Lunch talk"
        await pilot.click(offset=(45, top + 20))
        await pilot.pause()
        assert week.subject == ""
        await pilot.click(offset=(45, top + 16), times=2)
        await pilot.pause()
        assert len(app.screen_stack) == 2


async def test_private_events_show_only_their_time_in_privacy_mode(builder: SnapshotBuilder) -> None:
    account = builder.account("A", "ana@contoso.example")
    builder.event(
        account, "Therapy", "2026-11-23 12:00", "13:00", location="Elm Street", sensitivity=Sensitivity.PRIVATE
    )
    builder.event(account, "Stand-up", "2026-11-23 12:30", "13:30")
    app = app_of(builder.build())
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        week = Opened(app, pilot)
        assert "Therapy" in week.text

        await week.press("v", "end", "enter")
        for keys in ((), ("enter",), ("q", "w"), ("q", "slash", *"thera")):
            await week.press(*keys)
            assert "Therapy" not in week.text
            assert "Elm Street" not in week.text


@pytest.mark.parametrize(("choice", "days"), [("Days: 1", 1), ("Days: 3", 3), ("Days: 5", 5), ("Days: 7", 7)])
async def test_the_view_menu_sets_the_days(choice: str, days: int, builder: SnapshotBuilder) -> None:
    app = app_of(week_of_ana(builder))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        week = Opened(app, pilot)
        await week.press("v", *["j"] * {7: 1, 5: 2, 3: 3, 1: 4}[days], "enter")

        assert len(week.screen.page.days) == days
        assert week.subject == "Budget review"


async def test_the_agenda_says_the_week_in_sentences(builder: SnapshotBuilder) -> None:
    app = app_of(week_of_ana(builder))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        week = Opened(app, pilot)
        await week.press("v", *["j"] * 5, "enter")

        assert "Mon 23 Nov, today" in week.text
        assert "11:00 to 12:00: Budget review, A Contoso, busy, Rm 5. Double-booked, high." in week.text
        await week.press("down")
        assert week.subject == "Invoices"


async def test_a_small_terminal_gets_the_agenda(builder: SnapshotBuilder) -> None:
    app = app_of(week_of_ana(builder))
    async with app.run_test(size=(60, 16)) as pilot:
        await pilot.pause()
        assert "11:00 to 12:00: Budget review" in screen_text(app)
