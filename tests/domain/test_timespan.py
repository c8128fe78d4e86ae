"""Where spans of time begin and end, for a viewer in any zone."""

from __future__ import annotations

import zoneinfo
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from domain_values import MONDAY, at, timed, whole_days
from hypothesis import given
from hypothesis import strategies as st

from tui.domain.timespan import (
    DAY,
    EARLIEST,
    LATEST,
    AllDay,
    Interval,
    When,
    clamp,
    clamp_day,
    days_of,
    is_empty,
    midnight,
    placed,
    start_of,
)

BERLIN = ZoneInfo("Europe/Berlin")
MOMENT = timedelta(microseconds=1)
some_zone = st.sampled_from(sorted(zoneinfo.available_timezones() - {"localtime", "posixrules"})).map(ZoneInfo)
some_day = st.dates(date(1970, 1, 1), date(2037, 12, 31))
some_instant = st.builds(at, st.times().map(str), some_day)


@pytest.mark.parametrize(
    ("zone", "day", "instant"),
    [
        ("UTC", date(2026, 11, 23), "2026-11-23T00:00+00:00"),
        ("Europe/Berlin", date(2026, 7, 1), "2026-06-30T22:00+00:00"),
        ("Asia/Kathmandu", date(2026, 11, 23), "2026-11-22T18:15+00:00"),
        ("America/Sao_Paulo", date(2018, 11, 4), "2018-11-04T03:00+00:00"),
        ("Africa/Cairo", date(2024, 4, 26), "2024-04-25T22:00+00:00"),
        ("America/Havana", date(2026, 11, 1), "2026-11-01T04:00+00:00"),
        ("Pacific/Apia", date(2011, 12, 30), "2011-12-30T10:00+00:00"),
    ],
    ids=["plain", "summer", "odd offset", "skipped", "skipped in Cairo", "doubled", "skipped day"],
)
def test_midnight_is_the_first_instant_of_the_day(zone: str, day: date, instant: str) -> None:
    assert midnight(day, ZoneInfo(zone)).isoformat(timespec="minutes") == instant


@given(some_zone, some_day)
def test_before_midnight_it_is_an_earlier_day_and_from_midnight_on_it_is_not(zone: ZoneInfo, day: date) -> None:
    instant = midnight(day, zone)

    assert instant.utcoffset() == timedelta(0)
    assert (instant - MOMENT).astimezone(zone).date() < day
    assert instant.astimezone(zone).date() >= day


@given(some_zone, some_day)
def test_the_days_of_a_zone_follow_each_other_without_a_gap(zone: ZoneInfo, day: date) -> None:
    today, tomorrow = placed(AllDay(day, day + DAY), zone), placed(AllDay(day + DAY, day + 2 * DAY), zone)

    assert today.start <= today.end == tomorrow.start


def test_timed_spans_are_placed_where_they_are_in_every_zone() -> None:
    assert placed(timed("09:00", "10:00"), BERLIN) == Interval(at("09:00"), at("10:00"))


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [
        (("09:00", "10:00"), ("09:30", "10:30"), ("09:30", "10:00")),
        (("09:00", "10:00"), ("09:00", "10:00"), ("09:00", "10:00")),
        (("09:00", "12:00"), ("10:00", "11:00"), ("10:00", "11:00")),
        (("09:00", "10:00"), ("10:00", "11:00"), None),
        (("09:00", "10:00"), ("11:00", "12:00"), None),
    ],
)
def test_half_open_intervals_share_what_both_hold(
    one: tuple[str, str], other: tuple[str, str], shared: tuple[str, str] | None
) -> None:
    first, second = Interval(at(one[0]), at(one[1])), Interval(at(other[0]), at(other[1]))

    assert first.overlaps(second) == second.overlaps(first) == (shared is not None)
    assert first.overlap(second) == second.overlap(first)
    assert (first.overlap(second).length > timedelta(0)) == (shared is not None)
    if shared:
        assert first.overlap(second) == Interval(at(shared[0]), at(shared[1]))


@pytest.mark.parametrize(
    ("when", "empty"),
    [
        (timed("09:00", "09:01"), False),
        (timed("09:00", "09:00"), True),
        (timed("10:00", "09:00"), True),
        (whole_days(), False),
        (whole_days(count=0), True),
        (whole_days(count=-1), True),
    ],
)
def test_a_span_is_empty_when_it_ends_no_later_than_it_starts(when: When, empty: bool) -> None:
    assert is_empty(when) is empty


def test_the_start_of_whole_days_is_a_date_and_never_an_instant() -> None:
    assert start_of(whole_days()) == MONDAY
    assert start_of(timed("00:00", "01:00")) == at("00:00") != start_of(whole_days())


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        ("2026-11-23T09:00", "2026-11-23T10:00", [23]),
        ("2026-11-23T22:30", "2026-11-23T23:30", [23, 24]),
        ("2026-11-22T23:00", "2026-11-23T23:00", [23]),
        ("2026-11-22T22:59", "2026-11-23T23:01", [22, 23, 24]),
        ("2026-11-22T23:00", "2026-11-22T23:00", [23]),
        ("2026-11-23T10:00", "2026-11-20T10:00", [23]),
    ],
    ids=["within", "over midnight", "exactly a day", "around a day", "no length", "backwards"],
)
def test_an_interval_touches_the_days_of_the_zone_that_it_has_instants_on(
    start: str, end: str, days: list[int]
) -> None:
    interval = Interval(*(datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (start, end)))

    assert [day.day for day in days_of(interval, BERLIN)] == days


@given(some_zone, some_instant, st.timedeltas(MOMENT, timedelta(days=5)))
def test_each_touched_day_is_named_once_in_order_from_the_first_to_the_last(
    zone: ZoneInfo, start: datetime, length: timedelta
) -> None:
    days = list(days_of(Interval(start, start + length), zone))

    assert days == [days[0] + number * DAY for number in range(len(days))]
    assert days[0] == start.astimezone(zone).date()
    assert midnight(days[-1], zone) < start + length


@given(some_zone, some_day, st.integers(1, 5))
def test_whole_days_touch_themselves_and_no_other_day(zone: ZoneInfo, first: date, count: int) -> None:
    interval = placed(whole_days(first, count), zone)
    own = {first + number * DAY for number in range(count)}

    assert interval.length == timedelta(0) or set(days_of(interval, zone)) <= own


@given(st.datetimes(timezones=st.just(UTC)), some_zone)
def test_a_clamped_instant_can_be_shown_in_every_zone_with_days_to_spare(instant: datetime, zone: ZoneInfo) -> None:
    clamped = clamp(instant)

    assert EARLIEST <= clamped <= LATEST
    assert clamped == instant or not EARLIEST <= instant <= LATEST
    assert list(days_of(Interval(clamped, clamped + DAY), zone))


@given(st.dates(), some_zone)
def test_a_clamped_day_has_a_midnight_in_every_zone(day: date, zone: ZoneInfo) -> None:
    clamped = clamp_day(day)

    assert EARLIEST.date() <= clamped <= LATEST.date()
    assert placed(AllDay(clamped, clamped + DAY), zone).start <= LATEST + DAY
