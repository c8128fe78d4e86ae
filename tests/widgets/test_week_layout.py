"""Where events stand in the week."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.domain.busy import Weighing, Weight
from tui.domain.events import CalendarKey, Event, EventCopy
from tui.domain.meetings import Meeting
from tui.domain.timespan import AllDay, Interval, Timed, placed
from tui.widgets.week_layout import (
    Block,
    Page,
    Piece,
    Shape,
    column_starts,
    days_for,
    first_day,
    lay_out,
    opening_row,
)

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = date(2026, 11, 23)


def block(start: str, end: str, *, clash: tuple[str, str] | None = None, zone: ZoneInfo = BERLIN) -> Block:
    """A block from two local times, or from two dates."""
    when: Timed | AllDay
    if ":" in start:
        when = Timed(_instant(start, zone), _instant(end, zone))
    else:
        when = AllDay(date.fromisoformat(start), date.fromisoformat(end))
    event = Event(id=start + end, when=when)
    meeting = Meeting(
        id=start + end,
        copies=(EventCopy(CalendarKey("a", "c"), event),),
        weighings=(Weighing(Weight.HARD, 11),),
        weight=Weight.HARD,
        when=when,
        interval=placed(when, zone),
    )
    clashes = (Interval(_instant(clash[0], zone), _instant(clash[1], zone)),) if clash else ()
    return Block(meeting=meeting, letters="A", colour=0, shape=Shape.BUSY, title=start, clashes=clashes)


def _instant(text: str, zone: ZoneInfo) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


def week(*blocks: Block, first: date = MONDAY, minutes: int = 30, zone: ZoneInfo = BERLIN) -> Page:
    return lay_out(blocks, first, 7, zone, minutes)


def only(page: Page, column: int = 0) -> Piece:
    (piece,) = page.columns[column].pieces
    return piece


def test_an_event_takes_the_rows_of_its_wall_clock_times() -> None:
    piece = only(week(block("2026-11-23 10:00", "2026-11-23 11:30")))

    assert (piece.first, piece.until) == (20, 23)


@pytest.mark.parametrize(("minutes", "rows"), [(60, (10, 12)), (30, (20, 23)), (15, (40, 46))])
def test_finer_rows_show_the_same_times(minutes: int, rows: tuple[int, int]) -> None:
    piece = only(week(block("2026-11-23 10:00", "2026-11-23 11:30"), minutes=minutes))

    assert (piece.first, piece.until) == rows


def test_an_event_without_length_still_has_a_row() -> None:
    piece = only(week(block("2026-11-23 23:59", "2026-11-23 23:59")))

    assert (piece.first, piece.until) == (47, 48)


def test_an_event_across_midnight_stands_on_each_of_its_days() -> None:
    page = week(block("2026-11-23 22:00", "2026-11-25 01:00"))

    assert [(p.first, p.until) for c in page.columns for p in c.pieces] == [(44, 48), (0, 48), (0, 2)]


def test_an_event_that_ends_at_midnight_does_not_touch_the_next_day() -> None:
    page = week(block("2026-11-23 22:00", "2026-11-24 00:00"))

    assert not page.columns[1].pieces


def test_events_that_overlap_stand_side_by_side() -> None:
    page = week(
        block("2026-11-26 10:00", "2026-11-26 12:00"),
        block("2026-11-26 11:00", "2026-11-26 11:30"),
        block("2026-11-26 11:00", "2026-11-26 12:30"),
    )

    assert [(piece.lane, piece.lanes) for piece in page.columns[3].pieces] == [(0, 3), (1, 3), (2, 3)]


def test_a_lane_is_used_again_after_its_event_has_ended() -> None:
    page = week(
        block("2026-11-23 09:00", "2026-11-23 12:00"),
        block("2026-11-23 09:30", "2026-11-23 10:00"),
        block("2026-11-23 11:00", "2026-11-23 11:30"),
    )

    assert [piece.lane for piece in page.columns[0].pieces] == [0, 1, 1]


def test_events_that_only_touch_inside_a_row_do_not_stand_side_by_side() -> None:
    page = week(block("2026-11-23 09:00", "2026-11-23 09:45"), block("2026-11-23 09:45", "2026-11-23 10:30"))

    assert [(p.first, p.until, p.lanes) for p in page.columns[0].pieces] == [(18, 19, 1), (19, 21, 1)]


def test_a_clash_marks_exactly_the_rows_of_the_overlap() -> None:
    page = week(block("2026-11-23 11:00", "2026-11-23 13:00", clash=("2026-11-23 11:30", "2026-11-23 12:30")))

    assert only(page).clash_rows == {23, 24}


def test_a_clash_shorter_than_a_row_marks_one_row() -> None:
    page = week(block("2026-11-23 11:00", "2026-11-23 12:00", clash=("2026-11-23 11:10", "2026-11-23 11:15")))

    assert only(page).clash_rows == {22}


def test_a_clash_marks_only_the_day_it_is_on() -> None:
    page = week(block("2026-11-23 22:00", "2026-11-24 02:00", clash=("2026-11-24 01:00", "2026-11-24 02:00")))

    assert [sorted(column.pieces[0].clash_rows) for column in page.columns[:2]] == [[], [2, 3]]


def test_all_day_events_of_one_day_stand_above_longer_ones() -> None:
    page = week(block("2026-11-22", "2026-11-28"), block("2026-11-25", "2026-11-26"))

    short, long = page.spans
    assert (short.line, short.first, short.until) == (0, 2, 3)
    assert (long.line, long.first, long.until, long.from_before, long.goes_on) == (1, 0, 5, True, False)


def test_all_day_events_of_different_days_share_a_line() -> None:
    page = week(block("2026-11-23", "2026-11-24"), block("2026-11-24", "2026-11-25"))

    assert {span.line for span in page.spans} == {0}


def test_an_all_day_event_of_another_week_is_not_on_the_page() -> None:
    assert not week(block("2026-11-30", "2026-12-01")).spans


def test_the_skipped_hour_of_spring_is_marked() -> None:
    column = week(first=date(2026, 3, 23)).columns[6]

    assert (column.skipped, column.repeated) == ((4, 6), (0, 0))


def test_the_repeated_hour_of_autumn_is_marked() -> None:
    column = week(first=date(2026, 10, 19)).columns[6]

    assert (column.skipped, column.repeated) == ((0, 0), (4, 6))


def test_an_event_after_the_change_of_the_clock_stands_at_its_wall_clock() -> None:
    piece = only(week(block("2026-03-29 10:00", "2026-03-29 11:00"), first=date(2026, 3, 23)), 6)

    assert (piece.first, piece.until) == (20, 22)


def test_an_event_through_the_repeated_hour_never_ends_before_it_starts() -> None:
    start = datetime(2026, 10, 25, 0, 45, tzinfo=UTC)
    when = Timed(start, start + timedelta(minutes=30))
    page = week(_with(block("2026-10-25 02:45", "2026-10-25 02:50"), when), first=date(2026, 10, 19))

    assert only(page, 6).until > only(page, 6).first


def _with(one: Block, when: Timed) -> Block:
    from msgspec.structs import replace

    meeting = replace(one.meeting, when=when, interval=placed(when, BERLIN))
    return replace(one, meeting=meeting)


_MINUTE = st.integers(0, 7 * 24 * 60)


@given(st.lists(st.tuples(_MINUTE, st.integers(0, 2000)), max_size=40), st.sampled_from((15, 30, 60)))
def test_no_two_events_ever_share_a_cell(stretches: list[tuple[int, int]], minutes: int) -> None:
    start = datetime(2026, 11, 22, 23, tzinfo=UTC)
    blocks = []
    for number, (begin, length) in enumerate(stretches):
        when = Timed(start + timedelta(minutes=begin), start + timedelta(minutes=begin + length))
        blocks.append(_with(block("2026-11-23 10:00", f"2026-11-23 10:{number:02}"), when))

    page = week(*blocks, minutes=minutes)

    for column in page.columns:
        for row in column.rows:
            lanes = [piece.lane for piece in row]
            assert len(lanes) == len(set(lanes))
            assert all(piece.lane < piece.lanes for piece in row)
            assert len({piece.lanes for piece in row}) <= 1


@pytest.mark.parametrize(("width", "days"), [(199, 7), (119, 7), (98, 7), (97, 5), (79, 5), (59, 3), (30, 1)])
def test_as_many_days_are_shown_as_have_room_to_be_read(width: int, days: int) -> None:
    assert days_for(width) == days


def test_columns_fill_the_width_to_the_last_cell() -> None:
    for width in range(40, 220):
        starts = column_starts(width, 7)
        widths = [after - before for before, after in pairwise(starts)]
        assert starts[-1] == width
        assert max(widths) - min(widths) <= 1


def test_seven_days_are_the_week_of_the_day() -> None:
    assert first_day(date(2026, 11, 26), None, 7) == MONDAY
    assert first_day(date(2026, 11, 29), None, 7, week_start=6) == date(2026, 11, 29)


def test_fewer_days_give_way_by_as_few_as_it_takes() -> None:
    assert first_day(date(2026, 11, 27), MONDAY, 5) == MONDAY
    assert first_day(date(2026, 11, 28), MONDAY, 5) == date(2026, 11, 24)
    assert first_day(date(2026, 11, 22), MONDAY, 5) == date(2026, 11, 22)


def test_a_far_day_begins_with_its_week() -> None:
    assert first_day(date(2027, 3, 3), MONDAY, 5) == date(2027, 3, 1)
    assert first_day(date(2027, 3, 7), MONDAY, 5) == date(2027, 3, 3)


@given(st.dates(date(2026, 1, 1), date(2027, 1, 1)), st.dates(date(2026, 1, 1), date(2027, 1, 1)))
def test_a_page_always_holds_the_day_it_is_made_for(day: date, shown: date) -> None:
    for days in (7, 5, 3, 1):
        first = first_day(day, shown, days)
        assert first <= day < first + timedelta(days=days)


def test_the_week_opens_on_the_working_day_with_now_in_sight() -> None:
    assert opening_row(48, 28, 30, 10 * 60 + 24) == 14
    assert opening_row(48, 28, 30, None) == 14
    late = opening_row(48, 12, 30, 22 * 60)
    assert late * 30 <= 22 * 60 < (late + 12) * 30
