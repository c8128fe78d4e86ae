"""Where the person is claimed twice: which meetings make a pair, and how bad it is."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from conflict_values import AWAY, QUARTER_HOUR, TENTATIVE, pairs_of
from domain_values import ANA, HOME, MONDAY, WORK, Fields, at, copy, meeting, meetings, timed, whole_days

from tui.domain.busy import BusyRules, Weight
from tui.domain.conflicts import Grade, State, find_pairs, grade_of
from tui.domain.events import Response, ShowAs
from tui.domain.meetings import Meeting
from tui.domain.timespan import Timed, When

# Pairs


@pytest.mark.parametrize(
    "other",
    [
        timed("09:30", "10:30"),
        timed("08:30", "09:30"),
        timed("09:15", "09:45"),
        timed("08:00", "11:00"),
        timed("09:00", "10:00"),
        Timed(at("09:59") + timedelta(seconds=59), at("11:00")),
        whole_days(),
    ],
)
def test_meetings_that_share_time_conflict(other: When) -> None:
    assert len(pairs_of(timed("09:00", "10:00"), other)) == 1


@pytest.mark.parametrize(
    "other",
    [
        timed("10:00", "11:00"),
        timed("08:00", "09:00"),
        timed("12:00", "13:00"),
        timed("09:30", "09:30"),
        timed("09:45", "09:15"),
        whole_days(MONDAY + timedelta(days=1)),
        whole_days(MONDAY - timedelta(days=1)),
        whole_days(count=0),
    ],
)
def test_meetings_that_touch_or_are_apart_or_last_no_time_do_not_conflict(other: When) -> None:
    assert pairs_of(timed("09:00", "10:00"), other) == []


def test_two_meetings_of_one_calendar_conflict_as_much_as_those_of_two() -> None:
    same = meetings(copy("1", calendar=WORK), copy("2", calendar=WORK))
    different = meetings(copy("1", calendar=WORK), copy("2", calendar=HOME))

    assert [pair.grade for pair in find_pairs(same)] == [pair.grade for pair in find_pairs(different)] == [Grade.HIGH]


def test_the_copies_of_one_meeting_do_not_conflict_with_each_other() -> None:
    assert find_pairs(meetings(copy("1", ical_uid="uid"), copy("2", calendar=HOME, ical_uid="uid"))) == []


@pytest.mark.parametrize(
    "fields",
    [{"show_as": ShowAs.FREE}, {"is_cancelled": True}, {"response": Response.DECLINED}, {"is_draft": True}],
)
def test_a_meeting_that_does_not_count_conflicts_with_nothing(fields: Fields) -> None:
    assert find_pairs([meeting("1"), meeting("2", **fields)]) == []


def test_a_meeting_without_a_counted_calendar_conflicts_with_nothing() -> None:
    made = meetings(copy("1"), copy("2", calendar=HOME), counted=lambda calendar: calendar == WORK)

    assert find_pairs(made) == []


@pytest.mark.parametrize(("now", "state"), [("09:59", State.OPEN), ("10:00", State.SOLVED), ("10:01", State.SOLVED)])
def test_a_pair_is_solved_once_its_overlap_is_over(now: str, state: State) -> None:
    made = [meeting("1"), meeting("2", timed("09:30", "12:00"))]

    (pair,) = find_pairs(made, over_before=at(now))

    assert pair.state is state


def test_without_a_present_nothing_is_over() -> None:
    assert find_pairs([meeting("1"), meeting("2")])[0].state is State.OPEN


def test_an_hour_that_comes_twice_is_two_hours() -> None:
    first = Timed(datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 0, tzinfo=UTC))
    second = Timed(datetime(2026, 10, 25, 1, 30, tzinfo=UTC), datetime(2026, 10, 25, 2, 0, tzinfo=UTC))

    berlin = ZoneInfo("Europe/Berlin")
    assert first.start.astimezone(berlin).replace(fold=0) == second.start.astimezone(berlin).replace(fold=0)

    assert pairs_of(first, second) == []


def test_a_day_that_the_zone_of_the_viewer_skipped_claims_nothing() -> None:
    apia = ZoneInfo("Pacific/Apia")
    skipped = copy("day", whole_days(date(2011, 12, 30)))
    around = copy("1", Timed(datetime(2011, 12, 30, 9, tzinfo=UTC), datetime(2011, 12, 30, 11, tzinfo=UTC)))

    assert find_pairs(meetings(skipped, around, zone=apia)) == []


def test_fifty_thousand_meetings_that_all_meet_one_long_one_are_paired_once_each() -> None:
    begin = at("00:00")
    short = [
        meeting(str(number), Timed(begin + timedelta(minutes=number), begin + timedelta(minutes=number + 1)))
        for number in range(50_000)
    ]
    long = meeting("long", Timed(begin, begin + timedelta(days=365)), organizer=ANA)

    assert len(find_pairs([*short, long])) == len(short)


# Grades


HARD_TIMED = meeting("hard")
SOFT_TIMED = meeting("soft", **TENTATIVE)
AWAY_TIMED = meeting("away", **AWAY)
HARD_DAY = meeting("hard day", whole_days())
SOFT_DAY = meeting("soft day", whole_days(), **TENTATIVE)
AWAY_DAY = meeting("away day", whole_days(), **AWAY)


@pytest.mark.parametrize(
    ("one", "other", "grade"),
    [
        (HARD_TIMED, HARD_TIMED, Grade.HIGH),
        (HARD_TIMED, SOFT_TIMED, Grade.MEDIUM),
        (SOFT_TIMED, SOFT_TIMED, Grade.LOW),
        (AWAY_TIMED, HARD_TIMED, Grade.HIGH),
        (AWAY_TIMED, SOFT_TIMED, Grade.MEDIUM),
        (AWAY_TIMED, AWAY_TIMED, Grade.HIGH),
        (AWAY_DAY, HARD_TIMED, Grade.HIGH),
        (AWAY_DAY, SOFT_TIMED, Grade.MEDIUM),
        (AWAY_DAY, AWAY_TIMED, Grade.HIGH),
        (AWAY_DAY, HARD_DAY, Grade.LOW),
        (AWAY_DAY, SOFT_DAY, Grade.LOW),
        (AWAY_DAY, AWAY_DAY, Grade.LOW),
        (HARD_DAY, AWAY_TIMED, Grade.LOW),
        (HARD_DAY, HARD_TIMED, Grade.LOW),
        (HARD_DAY, SOFT_TIMED, Grade.LOW),
        (HARD_DAY, HARD_DAY, Grade.LOW),
        (HARD_DAY, SOFT_DAY, Grade.LOW),
        (SOFT_DAY, HARD_TIMED, Grade.LOW),
        (SOFT_DAY, SOFT_TIMED, Grade.LOW),
        (SOFT_DAY, AWAY_TIMED, Grade.LOW),
        (SOFT_DAY, SOFT_DAY, Grade.LOW),
    ],
    ids=lambda value: value.lead.event.id if isinstance(value, Meeting) else str(value),
)
def test_the_grade_of_a_pair_whichever_comes_first(one: Meeting, other: Meeting, grade: Grade) -> None:
    assert grade_of(one, other) is grade
    assert grade_of(other, one) is grade


def test_out_of_office_that_a_sub_account_does_not_take_as_busy_is_not_away() -> None:
    made = meetings(copy("1"), copy("2", whole_days(), **AWAY), rules=BusyRules(oof=Weight.SOFT))

    assert [pair.grade for pair in find_pairs(made)] == [Grade.LOW]


# Hints


@pytest.mark.parametrize(("start", "hinted"), [("10:00", True), ("10:14", True), ("10:15", False), ("10:30", False)])
def test_a_gap_below_the_minimum_is_a_hint(start: str, hinted: bool) -> None:
    made = [meeting("1"), meeting("2", timed(start, "11:00"))]

    found = find_pairs(made, minimum_gap=QUARTER_HOUR)

    assert [pair.grade for pair in found] == [Grade.HINT] * hinted


def test_without_a_minimum_gap_there_are_no_hints() -> None:
    assert pairs_of(timed("09:00", "10:00"), timed("10:00", "11:00")) == []


def test_whole_days_need_no_gap() -> None:
    tuesday = whole_days(MONDAY + timedelta(days=1))

    assert pairs_of(whole_days(), tuesday, timed("23:50", "23:55"), minimum_gap=QUARTER_HOUR) == [("0", "2")]


def test_a_conflict_stays_a_conflict_when_gaps_are_hinted() -> None:
    made = [meeting("1"), meeting("2", timed("09:59", "11:00"))]

    assert [pair.grade for pair in find_pairs(made, minimum_gap=QUARTER_HOUR)] == [Grade.HIGH]
