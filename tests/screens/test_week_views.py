"""The ways to look at the week: fewer days, finer rows, the agenda, a second zone, the panel of a wide terminal."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hosting import NOW, FrozenClock, SnapshotBuilder, screen_text
from sample import week_of_ana
from week_driver import SIZE, Opened, app_of, row

from tui.domain.events import ShowAs
from tui.widgets.agenda_list import AgendaList
from tui.widgets.week_grid import WeekGrid
from tui.widgets.week_head import WeekHead


@pytest.mark.parametrize("days", [1, 3, 5, 7])
async def test_v_and_a_digit_set_the_days_and_keep_them(days: int, builder: SnapshotBuilder) -> None:
    app = app_of(week_of_ana(builder))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        week = Opened(app, pilot)
        await week.press("v", str(days))

        assert len(week.screen.page.days) == days
        assert app.shell.settings.week.days == days
        await week.press("v", "0")
        assert len(week.screen.page.days) == 7


@pytest.mark.parametrize(("key", "minutes"), [("c", 60), ("m", 30), ("f", 15)])
async def test_v_and_a_letter_set_how_fine_the_rows_are(key: str, minutes: int, builder: SnapshotBuilder) -> None:
    app = app_of(week_of_ana(builder))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        week = Opened(app, pilot)
        await week.press("v", key)

        assert week.screen.page.minutes == minutes
        assert week.subject == "Budget review"


async def test_every_line_of_the_view_menu_says_its_key(builder: SnapshotBuilder) -> None:
    app = app_of(week_of_ana(builder))
    app.shell.change_settings({"week.second_zone": "America/New_York"})
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        week = Opened(app, pilot)
        await week.press("v")

        for line in ("5    Days: 5", "a    Agenda", "c    Rows: 60 minutes", "s  ● Second time zone: America/New_York"):
            assert line in week.text


async def test_after_the_agenda_the_hours_open_on_the_working_day(builder: SnapshotBuilder) -> None:
    app = app_of(week_of_ana(builder))
    async with app.run_test(size=(60, 16)) as pilot:
        await pilot.pause()
        await pilot.resize_terminal(*SIZE)
        await pilot.pause()
        week = Opened(app, pilot)

        assert "07:00" in week.text
        assert "20:00" in week.text
        assert "10:24▸" in week.text


async def test_a_second_zone_has_its_hours_beside_the_others_until_it_is_hidden(builder: SnapshotBuilder) -> None:
    app = app_of(week_of_ana(builder))
    app.shell.change_settings({"week.second_zone": "Asia/Kolkata"})
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        week = Opened(app, pilot)

        assert "IST    CET" in week.text
        assert " 13:30  09:00 ┃" in week.text
        assert " 14:54  10:24▸" in week.text
        await week.press("v", "s")
        assert "IST" not in week.text
        assert " 09:00 ┃" in week.text


async def test_the_second_zone_follows_its_own_change_of_the_clock(builder: SnapshotBuilder) -> None:
    builder.event(builder.account("A", "ana@contoso.example"), "One", "2026-10-27 15:00", "16:00")
    app = app_of(builder.build(), clock=FrozenClock(datetime(2026, 10, 24, 14, 0, tzinfo=NOW.tzinfo)))
    app.shell.change_settings({"week.second_zone": "America/New_York"})
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        week = Opened(app, pilot)
        assert " 06:00  12:00 " in week.text
        await week.press("right")
        assert " 07:00  12:00 " in week.text


async def test_the_agenda_goes_over_all_days_that_hold_events_in_both_directions(builder: SnapshotBuilder) -> None:
    account = builder.account("A", "ana@contoso.example")
    for day in ("2026-09-01", "2026-11-23", "2027-02-03"):
        builder.event(account, f"Event of {day}", f"{day} 12:00", "13:00")
    app = app_of(builder.build())
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        week = Opened(app, pilot)
        await week.press("v", "a")

        assert "Mon 23 Nov, today" in week.text
        assert "Wed 3 Feb 2027" in week.text
        await week.press("up")
        assert week.subject == "Event of 2026-09-01"
        assert "Tue 1 Sep" in week.text
        await week.press("end")
        assert week.subject == "Event of 2027-02-03"
        await week.press("home")
        assert week.subject == "Event of 2026-09-01"
        await week.press("t")
        assert week.subject == "Event of 2026-11-23"


async def test_the_agenda_begins_with_the_day_of_the_cursor(builder: SnapshotBuilder) -> None:
    app = app_of(week_of_ana(builder))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        week = Opened(app, pilot)
        await week.select("Sprint planning")
        await week.press("v", "a")

        assert week.text.splitlines()[3].strip() == "Thu 26 Nov"
        assert week.subject == "Sprint planning"


async def test_a_day_that_holds_nothing_is_said_when_it_was_asked_for(builder: SnapshotBuilder) -> None:
    builder.event(builder.account("A", "ana@contoso.example"), "One", "2026-11-24 12:00", "13:00")
    app = app_of(builder.build())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        week = Opened(app, pilot)
        await week.press("v", "a", "g", *"26 nov", "enter")

        assert "▶Thu 26 Nov: nothing." in week.text
        await week.press("up")
        assert week.subject == "One"


async def test_a_multi_day_event_is_a_full_sentence(builder: SnapshotBuilder) -> None:
    account = builder.account("A", "ana@contoso.example")
    builder.event(account, "Office week", "2026-11-23", "2026-11-30", show_as=ShowAs.FREE)
    app = app_of(builder.build())
    async with app.run_test(size=(60, 16)) as pilot:
        await pilot.pause()
        shown = " ".join(screen_text(app).split())

        assert "All day until Sun 29 Nov: Office week, A Contoso, does not count: shown as free." in shown


async def test_ten_thousand_events_are_written_only_where_they_are_seen(builder: SnapshotBuilder) -> None:
    account = builder.account("A", "ana@contoso.example")
    start = datetime(2026, 1, 5, 8, 0)  # noqa: DTZ001
    for number in range(10_000):
        begin = start + timedelta(minutes=60 * number)
        builder.event(account, f"Event {number}", f"{begin:%Y-%m-%d %H:%M}", f"{begin + timedelta(minutes=45):%H:%M}")
    snapshot = builder.build()
    app = app_of(snapshot)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        week = Opened(app, pilot)
        await week.press("v", "a")
        agenda = week.screen.query_one(AgendaList)
        written: list[str] = []
        write = agenda._write
        assert write is not None

        def counted(entry: object) -> object:
            written.append(str(entry)[:40])
            return write(entry)  # type: ignore[arg-type]

        agenda._write = counted  # type: ignore[assignment]
        await week.press("end")
        assert week.subject == "Event 9999"
        await week.press("home", "pagedown", "down")

        assert len(written) < 400


async def test_a_move_in_the_agenda_redraws_two_entries(builder: SnapshotBuilder) -> None:
    app = app_of(week_of_ana(builder))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        week = Opened(app, pilot)
        await week.press("v", "a")
        agenda = week.screen.query_one(AgendaList)
        drawn = redrawn(agenda)
        await week.press("down")

        assert 1 <= len(set(drawn)) <= 2


def redrawn(widget: AgendaList | WeekGrid | WeekHead) -> list[int]:
    """The lines that ``widget`` is asked for from now on."""
    lines: list[int] = []
    render = widget.render_line

    def told(y: int) -> object:
        lines.append(y)
        return render(y)

    widget.render_line = told  # type: ignore[method-assign,assignment]
    return lines


async def test_a_snapshot_that_changes_nothing_on_the_page_draws_nothing(builder: SnapshotBuilder) -> None:
    week_of_ana(builder)
    app = app_of(builder.build())
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        week = Opened(app, pilot)
        page = week.screen.page
        grid, head = redrawn(week.screen.query_one(WeekGrid)), redrawn(week.screen.query_one(WeekHead))
        builder.event("ana@contoso.example", "Far away", "2027-01-05 10:00", "11:00")
        await week.sync(builder)

        assert week.screen.page is page
        assert (grid, head) == ([], [])


async def test_a_minute_redraws_only_the_rows_of_the_time_that_has_passed(builder: SnapshotBuilder) -> None:
    clock = FrozenClock()
    app = app_of(week_of_ana(builder), clock=clock)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        week = Opened(app, pilot)
        grid = redrawn(week.screen.query_one(WeekGrid))
        clock.move(minutes=6)
        week.screen.on_minute()
        await pilot.pause()

        assert "10:30▸" in week.text
        assert "10:24▸" not in week.text
        assert 1 <= len(set(grid)) <= 2


async def test_a_wide_terminal_says_the_event_in_full_beside_the_week(builder: SnapshotBuilder) -> None:
    app = app_of(week_of_ana(builder))
    async with app.run_test(size=(200, 60)) as pilot:
        await pilot.pause()
        week = Opened(app, pilot)
        await week.select("Sprint planning")
        panel = [line[152:].strip() for line in week.text.splitlines()[3:]]

        assert panel[0].endswith("B  Sprint planning")
        assert any("Lee Park" in line for line in panel)
        day = next(place for place, line in enumerate(panel) if line.endswith("Thu 26 Nov"))
        assert any("▶ ▌B 10:00–12:00  Sprint planning" in line for line in panel[day:])
        assert any("▌A 16:00–17:00  1:1 with Mia" in line for line in panel[day:])
        await pilot.resize_terminal(120, 40)
        await pilot.pause()
        assert "Lee Park" not in week.text


async def test_below_the_smallest_size_one_line_says_what_is_needed(builder: SnapshotBuilder) -> None:
    app = app_of(week_of_ana(builder))
    async with app.run_test(size=(50, 14)) as pilot:
        await pilot.pause()
        assert "This is 50x14; 60x16 is needed, 80x24 is good." in screen_text(app)
        await pilot.resize_terminal(60, 16)
        await pilot.pause()
        assert "Budget review, A Contoso" in screen_text(app)


async def test_working_hours_are_marked_in_the_gutter(builder: SnapshotBuilder) -> None:
    builder.event(builder.account("A", "ana@contoso.example"), "One", "2026-11-24 12:00", "13:00")
    app = app_of(builder.build())
    app.shell.change_settings({"week.working_hours": "mon-thu 08:00-12:00"})
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        shown = screen_text(app)

        assert [row(shown, hour)[7] for hour in ("07:00", "08:00", "11:00", "12:00")] == ["│", "┃", "┃", "│"]


async def test_the_head_is_as_high_in_every_week(builder: SnapshotBuilder) -> None:
    account = builder.account("A", "ana@contoso.example")
    for number in range(9):
        builder.event(account, f"Day {number}", "2026-12-01", "2026-12-02")
    app = app_of(builder.build())
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        week = Opened(app, pilot)
        grid = week.screen.query_one(WeekGrid)
        tops = []
        for _ in range(3):
            tops.append(grid.region.y)
            await week.press("L")

        assert len(set(tops)) == 1
        assert date(2026, 12, 14) in week.screen.page.days
