"""How the cursor walks over the week."""

from __future__ import annotations

from datetime import date

from test_week_layout import block, week

from tui.widgets.week_cursor import Cursor, at_time, by_event, on_line, on_meeting, sideways, vertically

MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)
PAGE = week(
    block("2026-11-23 10:00", "2026-11-23 12:00"),
    block("2026-11-23 11:00", "2026-11-23 12:30"),
    block("2026-11-24 09:00", "2026-11-24 10:00"),
    block("2026-11-23", "2026-11-24"),
)
LONG = "2026-11-23 10:002026-11-23 12:00"
LATER = "2026-11-23 11:002026-11-23 12:30"
NEXT_DAY = "2026-11-24 09:002026-11-24 10:00"
ALL_DAY = "2026-11-232026-11-24"


def test_the_event_under_the_cursor_is_selected() -> None:
    assert at_time(PAGE, MONDAY, 10 * 60 + 30).meeting_id == LONG
    assert at_time(PAGE, MONDAY, 9 * 60).meeting_id == ""


def test_walking_down_keeps_the_event_while_it_lasts() -> None:
    cursor = at_time(PAGE, MONDAY, 10 * 60)

    walked = [cursor := vertically(PAGE, cursor, 1) for _ in range(4)]

    assert [step.meeting_id for step in walked] == [LONG, LONG, LONG, LATER]


def test_right_goes_to_the_event_beside_and_then_to_the_next_day() -> None:
    cursor = at_time(PAGE, MONDAY, 11 * 60)

    beside = sideways(PAGE, cursor, 1)
    beyond = sideways(PAGE, beside, 1)

    assert (beside.day, beside.meeting_id) == (MONDAY, LATER)
    assert (beyond.day, beyond.meeting_id) == (TUESDAY, "")


def test_left_comes_back_to_the_last_event_beside() -> None:
    assert sideways(PAGE, at_time(PAGE, TUESDAY, 11 * 60), -1).meeting_id == LATER


def test_a_walk_may_leave_the_page() -> None:
    assert sideways(PAGE, at_time(PAGE, MONDAY, 9 * 60), -1).day == date(2026, 11, 22)


def test_tab_goes_through_every_event_once_and_then_says_there_is_no_more() -> None:
    cursor: Cursor | None = at_time(PAGE, MONDAY, 0)
    seen = []
    while cursor is not None and (cursor := by_event(PAGE, cursor, 1)) is not None:
        seen.append(cursor.meeting_id)

    assert seen == [LONG, LATER, NEXT_DAY]


def test_shift_tab_goes_back_to_the_events_of_the_whole_day() -> None:
    cursor = on_meeting(PAGE, LONG)
    assert cursor is not None

    before = by_event(PAGE, cursor, -1)

    assert before is not None
    assert (before.meeting_id, before.line) == (ALL_DAY, 0)
    assert by_event(PAGE, before, -1) is None


def test_tab_from_an_empty_slot_goes_to_what_comes_next() -> None:
    following = by_event(PAGE, at_time(PAGE, MONDAY, 20 * 60), 1)

    assert following is not None
    assert following.meeting_id == NEXT_DAY


def test_up_from_midnight_reaches_the_whole_day_and_down_comes_back() -> None:
    top = vertically(PAGE, at_time(PAGE, MONDAY, 0), -1)

    assert (top.line, top.meeting_id) == (0, ALL_DAY)
    assert vertically(PAGE, top, -1) == top
    assert vertically(PAGE, top, 1) == at_time(PAGE, MONDAY, 0)


def test_a_page_key_stops_at_the_first_hour() -> None:
    assert vertically(PAGE, at_time(PAGE, MONDAY, 60), -20) == at_time(PAGE, MONDAY, 0)


def test_the_cursor_finds_an_event_on_the_day_asked_for() -> None:
    page = week(block("2026-11-23 22:00", "2026-11-24 02:00"))
    name = page.blocks[0].meeting.id

    assert on_meeting(page, name, TUESDAY) == Cursor(TUESDAY, 0, name)
    assert on_meeting(page, name) == Cursor(MONDAY, 22 * 60, name)
    assert on_meeting(page, "gone") is None


def test_an_empty_all_day_line_selects_nothing() -> None:
    assert on_line(PAGE, TUESDAY, 0, 0) == Cursor(TUESDAY, 0, "", 0)
