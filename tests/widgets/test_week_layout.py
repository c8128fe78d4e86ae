"""Where events stand in the week."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.domain.busy import Weighing, Weight
from tui.domain.conflicts import Grade
from tui.domain.events import CalendarKey, Event, EventCopy
from tui.domain.meetings import Meeting
from tui.domain.timespan import AllDay, Interval, Timed, placed
from tui.widgets.week_block import Block, Clash, Shape
from tui.widgets.week_lanes import Piece
from tui.widgets.week_layout import Page, lay_out
from tui.widgets.week_sizes import column_starts, days_for, first_day, opening_row

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
    clashes = (Clash(Interval(_instant(clash[0], zone), _instant(clash[1], zone)), Grade.HIGH),) if clash else ()
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
    page = week(block("2026-11-23 22:00", "2026-11-24 21:00"))

    assert [(p.first, p.until) for c in page.columns for p in c.pieces] == [(44, 48), (0, 42)]


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

    assert set(only(page).clash_rows) == {23, 24}


def test_a_clash_shorter_than_a_row_marks_one_row() -> None:
    page = week(block("2026-11-23 11:00", "2026-11-23 12:00", clash=("2026-11-23 11:10", "2026-11-23 11:15")))

    assert set(only(page).clash_rows) == {22}


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


def test_the_hour_that_comes_twice_in_autumn_has_rows_of_its_own_for_the_second_time() -> None:
    page = week(first=date(2026, 10, 19))
    sunday, saturday = page.columns[6], page.columns[5]

    assert page.row_count == 50
    assert (sunday.skipped, sunday.repeated, sunday.absent) == ((0, 0), (6, 8), (0, 0))
    assert (saturday.skipped, saturday.repeated, saturday.absent) == ((0, 0), (0, 0), (6, 8))
    shown = [page.rows.slot(row) for row in range(4, 9)]
    assert shown == [(120, False), (150, False), (120, True), (150, True), (180, False)]
    assert [page.rows.row(slot) for slot in shown] == [4, 5, 6, 7, 8]


@pytest.mark.parametrize(
    ("start", "minutes", "rows"),
    [
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), 30, (5, 6)),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), 30, (7, 8)),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), 60, (5, 7)),
        (datetime(2026, 10, 25, 1, 0, tzinfo=UTC), 60, (6, 8)),
        (datetime(2026, 10, 25, 2, 0, tzinfo=UTC), 60, (8, 10)),
        (datetime(2026, 10, 24, 23, 0, tzinfo=UTC), 240, (2, 10)),
    ],
)
def test_on_the_long_day_of_autumn_every_half_hour_has_its_own_row(
    start: datetime, minutes: int, rows: tuple[int, int]
) -> None:
    when = Timed(start, start + timedelta(minutes=minutes))
    page = week(_with(block("2026-10-25 02:45", "2026-10-25 02:50"), when), first=date(2026, 10, 19))

    piece = only(page, 6)
    assert (piece.first, piece.until) == rows


def test_the_other_days_of_that_week_are_drawn_through_the_rows_they_do_not_have() -> None:
    page = week(
        block("2026-10-24 01:00", "2026-10-24 03:00"),
        block("2026-10-23 03:00", "2026-10-23 04:00"),
        block("2026-10-22 01:00", "2026-10-22 04:00"),
        first=date(2026, 10, 19),
    )

    assert [(p.first, p.until) for n in (5, 4, 3) for p in page.columns[n].pieces] == [(2, 6), (8, 10), (2, 10)]


def test_a_zone_that_changes_at_midnight_loses_its_first_hour() -> None:
    column = week(first=date(2026, 8, 31), zone=ZoneInfo("America/Santiago")).columns[6]

    assert column.skipped == (0, 2)


def test_the_hour_before_midnight_may_come_twice() -> None:
    page = week(first=date(2026, 3, 30), zone=ZoneInfo("America/Santiago"))

    assert page.columns[5].repeated == (48, 50)
    assert page.columns[4].absent == (48, 50)


def test_half_an_hour_that_comes_twice_shares_rows_of_whole_hours() -> None:
    zone = ZoneInfo("Australia/Lord_Howe")

    assert week(first=date(2026, 3, 30), zone=zone, minutes=30).row_count == 49
    page = week(first=date(2026, 3, 30), zone=zone, minutes=60)
    assert (page.row_count, page.columns[6].repeated) == (24, (1, 2))


def test_what_lasts_a_day_or_longer_stands_above_the_hours_with_its_times() -> None:
    page = week(
        block("2026-11-23 08:00", "2026-11-25 18:00"),
        block("2026-11-26 10:00", "2026-11-27 10:00"),
        block("2026-11-27 12:00", "2026-11-28 11:59"),
        block("2026-11-28 00:00", "2026-11-29 00:00"),
    )

    trip, duty, whole = sorted(page.spans, key=lambda span: span.first)
    assert (trip.first, trip.until, trip.begins, trip.ends) == (0, 3, "08:00", "18:00")
    assert (duty.first, duty.until, duty.begins, duty.ends) == (3, 5, "10:00", "10:00")
    assert (whole.first, whole.until, whole.begins, whole.ends) == (5, 6, "", "")
    assert [len(column.pieces) for column in page.columns] == [0, 0, 0, 0, 1, 1, 0]


def test_half_a_row_is_known() -> None:
    page = week(
        block("2026-11-23 09:00", "2026-11-23 09:15"),
        block("2026-11-24 09:15", "2026-11-24 09:30"),
        block("2026-11-25 09:20", "2026-11-25 10:10"),
        block("2026-11-26 09:05", "2026-11-26 09:25"),
        block("2026-11-27 09:15", "2026-11-27 09:15"),
    )

    halves = [(piece.begins_low, piece.ends_high) for column in page.columns for piece in column.pieces]
    assert halves == [(False, True), (True, False), (True, True), (False, False), (True, False)]


def crowd(count: int, room: int) -> Page:
    blocks = [block("2026-11-23 10:00", f"2026-11-23 11:{number:02}") for number in range(count)]
    return lay_out(blocks, MONDAY, 7, BERLIN, 30, room=room)


def test_a_crowd_has_as_many_lanes_as_can_be_read_and_the_others_wait() -> None:
    column = crowd(40, 15).columns[0]

    assert [len(column.rows[20]), len(column.waiting[20])] == [2, 38]
    assert {piece.lanes for piece in column.pieces} == {2}


def test_few_at_once_are_all_drawn() -> None:
    assert not any(crowd(3, 15).columns[0].waiting)


def test_who_waits_gets_a_lane_as_soon_as_one_is_free() -> None:
    page = lay_out(
        [
            block("2026-11-23 10:00", "2026-11-23 12:00"),
            block("2026-11-23 10:00", "2026-11-23 11:00"),
            block("2026-11-23 10:30", "2026-11-23 13:00"),
        ],
        MONDAY,
        7,
        BERLIN,
        30,
        room=12,
    )
    column = page.columns[0]

    assert [[page.blocks[piece.block].meeting.id[-5:] for piece in column.rows[row]] for row in (21, 22, 24)] == [
        ["11:00", "12:00"],
        ["13:00", "12:00"],
        ["13:00"],
    ]
    assert [len(column.waiting[row]) for row in (21, 22)] == [1, 0]


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


@given(
    st.lists(st.tuples(_MINUTE, st.integers(0, 2000)), max_size=40),
    st.sampled_from((15, 30, 60)),
    st.sampled_from((0, 9, 15, 30)),
)
def test_no_two_events_ever_share_a_cell(stretches: list[tuple[int, int]], minutes: int, room: int) -> None:
    start = datetime(2026, 11, 22, 23, tzinfo=UTC)
    blocks = []
    for number, (begin, length) in enumerate(stretches):
        when = Timed(start + timedelta(minutes=begin), start + timedelta(minutes=begin + length))
        blocks.append(_with(block("2026-11-23 10:00", f"2026-11-23 10:{number:02}"), when))

    page = lay_out(blocks, MONDAY, 7, BERLIN, minutes, room=room)

    for column in page.columns:
        for piece in column.pieces:
            drawn = [row for row in range(piece.first, piece.until) if piece in column.rows[row]]
            waits = [row for row in range(piece.first, piece.until) if piece in column.waiting[row]]
            assert sorted(drawn + waits) == list(range(piece.first, piece.until))
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
    assert first_day(date(2026, 11, 30), MONDAY, 5) == date(2026, 11, 30)
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
    assert opening_row(48, 28, 30, 20) == 14
    assert opening_row(48, 28, 30, None) == 14
    late = opening_row(48, 12, 30, 44)
    assert late <= 44 < late + 12
