"""Where the person is claimed twice: pairs, grades, groups and all-day items."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from domain_values import (
    ANA,
    HOME,
    MONDAY,
    MONTH,
    WORK,
    Fields,
    at,
    copy,
    groups_of,
    meeting,
    meetings,
    timed,
    whole_days,
)
from msgspec.structs import replace

from tui.domain.busy import BusyRules, Weight
from tui.domain.conflicts import Grade, Group, Pair, State, find_pairs, grade_of, group_pairs, pairs_among
from tui.domain.events import Response, ShowAs
from tui.domain.meetings import Meeting
from tui.domain.timespan import AllDay, Interval, Timed, When

QUARTER_HOUR = timedelta(minutes=15)
TENTATIVE: Fields = {"show_as": ShowAs.TENTATIVE}
AWAY: Fields = {"show_as": ShowAs.OOF}


def pairs_of(*when: When, minimum_gap: timedelta = timedelta(0)) -> list[tuple[str, str]]:
    """The pairs among busy events at those times, by their places in the call."""
    made = [meeting(str(place), one) for place, one in enumerate(when)]
    return [named(pair) for pair in find_pairs(made, minimum_gap=minimum_gap)]


def named(pair: Pair) -> tuple[str, str]:
    return (pair.first.lead.event.id, pair.second.lead.event.id)


def ids(made: Iterable[Meeting]) -> list[str]:
    return [one.lead.event.id for one in made]


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


def test_hints_chain_nothing_together() -> None:
    made = [meeting(str(hour), timed(f"{hour}:00", f"{hour + 1}:00")) for hour in range(10, 14)]

    groups = group_pairs(find_pairs(made, minimum_gap=QUARTER_HOUR), zone=UTC, window=MONTH)

    assert [ids(group.members) for group in groups] == [["10", "11"], ["11", "12"], ["12", "13"]]


# Groups of timed meetings


def test_a_chain_of_overlaps_is_one_group_with_its_worst_grade() -> None:
    made = [
        meeting("1", timed("09:00", "10:00"), **TENTATIVE),
        meeting("2", timed("09:30", "11:00"), **TENTATIVE),
        meeting("3", timed("10:30", "12:00")),
        meeting("4", timed("12:00", "13:00")),
    ]

    (group,) = groups_of(made)

    assert ids(group.members) == ["1", "2", "3"]
    assert [named(pair) for pair in group.pairs] == [("1", "2"), ("2", "3")]
    assert (group.grade, group.state, group.day) == (Grade.MEDIUM, State.OPEN, None)
    assert group.interval == Interval(at("09:00"), at("12:00"))
    assert group.overlap == Interval(at("09:30"), at("11:00"))


def test_clusters_that_touch_are_two_groups() -> None:
    made = [
        meeting("1", timed("09:00", "10:00")),
        meeting("2", timed("09:00", "10:00")),
        meeting("3", timed("10:00", "11:00")),
        meeting("4", timed("10:00", "11:00")),
    ]

    assert [set(ids(group.members)) for group in groups_of(made)] == [{"1", "2"}, {"3", "4"}]


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ((State.SOLVED, State.OPEN), State.OPEN),
        ((State.KEPT, State.OPEN), State.OPEN),
        ((State.KEPT, State.SNOOZED), State.SNOOZED),
        ((State.SOLVED, State.KEPT), State.KEPT),
        ((State.SOLVED, State.SOLVED), State.SOLVED),
    ],
)
def test_a_group_is_open_while_one_of_its_pairs_is(states: tuple[State, State], expected: State) -> None:
    made = [
        meeting("1", timed("09:00", "10:00")),
        meeting("2", timed("09:30", "11:00")),
        meeting("3", timed("10:30", "12:00")),
    ]
    decided = [replace(pair, state=state) for pair, state in zip(find_pairs(made), states, strict=True)]

    for order in (decided, decided[::-1]):
        (group,) = group_pairs(order, zone=UTC, window=MONTH)
        assert group.state is expected


def test_the_name_of_a_group_is_that_of_its_members() -> None:
    one, two, three = (meeting(name, timed("09:00", "10:00"), ical_uid=name) for name in "123")

    assert groups_of([one, two])[0].id == groups_of([two, one])[0].id
    assert groups_of([one, two])[0].id != groups_of([one, two, three])[0].id


def test_the_pairs_among_some_members_are_told_by_their_places() -> None:
    made = [meeting(str(number), timed("09:00", "10:00")) for number in range(3)]
    (group,) = groups_of(made)

    first, _, third = group.members

    (told,) = pairs_among(group, [third, first])

    assert told[:2] == (1, 0)
    assert (told[2].first, told[2].second) == (first, third)


# All-day items


def test_an_all_day_meeting_makes_one_item_of_a_day_and_does_not_chain_it_together() -> None:
    made = [
        meeting("day", whole_days()),
        meeting("1", timed("09:00", "10:00")),
        meeting("2", timed("09:30", "10:30")),
        meeting("3", timed("15:00", "16:00")),
    ]

    item, group = groups_of(made)

    assert (item.day, group.day) == (MONDAY, None)
    assert [named(pair) for pair in item.pairs] == [("day", "1"), ("day", "2"), ("day", "3")]
    assert ids(group.members) == ["1", "2"]
    assert item.interval == Interval(at("00:00"), at("00:00") + timedelta(days=1))
    assert (item.grade, group.grade) == (Grade.LOW, Grade.HIGH)


def test_several_all_day_meetings_of_a_day_make_one_item() -> None:
    made = [meeting("a", whole_days()), meeting("b", whole_days()), meeting("1", timed("09:00", "10:00"))]

    (item,) = groups_of(made)

    assert {frozenset(named(pair)) for pair in item.pairs} == {frozenset(pair) for pair in ("ab", "a1", "b1")}
    assert len(item.members) == 3


def test_an_all_day_meeting_of_several_days_makes_one_item_for_each_day_that_meets_something() -> None:
    days = [MONDAY + timedelta(days=number) for number in range(4)]
    made = [
        meeting("trip", whole_days(count=4), **AWAY),
        meeting("monday", timed("09:00", "10:00", days[0])),
        meeting("wednesday", timed("09:00", "10:00", days[2])),
        meeting("night", Timed(at("22:00", days[2]), at("02:00", days[3]))),
    ]

    items = groups_of(made)

    assert [(item.day, ids(item.members)) for item in items] == [
        (days[0], ["trip", "monday"]),
        (days[2], ["trip", "wednesday", "night"]),
        (days[3], ["trip", "night"]),
    ]
    assert {item.grade for item in items} == {Grade.HIGH}
    assert len({item.id for item in items}) == len(items)
    assert items[1].overlap == Interval(at("09:00", days[2]), at("00:00", days[3]))


def test_all_day_items_are_made_only_within_the_window() -> None:
    century = AllDay(date(1950, 1, 1), date(2150, 1, 1))
    made = [meeting("1", century), meeting("2", century)]

    items = groups_of(made, window=whole_days(count=3))

    assert [item.day for item in items] == [MONDAY + timedelta(days=number) for number in range(3)]


def test_a_day_that_is_over_is_solved_although_its_meetings_go_on() -> None:
    made = [meeting("1", whole_days(count=3)), meeting("2", whole_days(count=3))]
    now = at("12:00", MONDAY + timedelta(days=1))

    items = group_pairs(find_pairs(made, over_before=now), zone=UTC, window=MONTH, over_before=now)

    assert [item.state for item in items] == [State.SOLVED, State.OPEN, State.OPEN]


# Zones and clock changes


@pytest.mark.parametrize(
    ("zone", "day", "start", "hours"),
    [
        ("Europe/Berlin", date(2026, 11, 23), datetime(2026, 11, 22, 23, tzinfo=UTC), 24),
        ("Europe/Berlin", date(2026, 3, 29), datetime(2026, 3, 28, 23, tzinfo=UTC), 23),
        ("Europe/Berlin", date(2026, 10, 25), datetime(2026, 10, 24, 22, tzinfo=UTC), 25),
        ("America/New_York", date(2026, 3, 8), datetime(2026, 3, 8, 5, tzinfo=UTC), 23),
        ("Asia/Kathmandu", date(2026, 11, 23), datetime(2026, 11, 22, 18, 15, tzinfo=UTC), 24),
        ("America/Sao_Paulo", date(2018, 11, 4), datetime(2018, 11, 4, 3, tzinfo=UTC), 23),
        ("Africa/Cairo", date(2024, 4, 26), datetime(2024, 4, 25, 22, tzinfo=UTC), 23),
        ("America/Havana", date(2026, 11, 1), datetime(2026, 11, 1, 4, tzinfo=UTC), 25),
    ],
)
def test_an_all_day_meeting_claims_the_day_from_midnight_to_midnight_of_the_viewer(
    zone: str, day: date, start: datetime, hours: int
) -> None:
    viewer = ZoneInfo(zone)
    end = start + timedelta(hours=hours)
    all_day = copy("day", whole_days(day))

    def conflicting(when: Timed) -> list[Group]:
        return groups_of(meetings(all_day, copy("1", when), zone=viewer), zone=viewer, window=whole_days(day, 2))

    assert conflicting(Timed(start - QUARTER_HOUR, start)) == []
    assert [item.day for item in conflicting(Timed(start, start + QUARTER_HOUR))] == [day]
    assert [item.day for item in conflicting(Timed(end - QUARTER_HOUR, end))] == [day]
    assert conflicting(Timed(end, end + QUARTER_HOUR)) == []


def test_a_day_that_the_zone_of_the_viewer_skipped_claims_nothing() -> None:
    apia = ZoneInfo("Pacific/Apia")
    skipped = copy("day", whole_days(date(2011, 12, 30)))
    around = copy("1", Timed(datetime(2011, 12, 30, 9, tzinfo=UTC), datetime(2011, 12, 30, 11, tzinfo=UTC)))

    assert find_pairs(meetings(skipped, around, zone=apia)) == []


def test_an_hour_that_comes_twice_is_two_hours() -> None:
    first = Timed(datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 0, tzinfo=UTC))
    second = Timed(datetime(2026, 10, 25, 1, 30, tzinfo=UTC), datetime(2026, 10, 25, 2, 0, tzinfo=UTC))

    berlin = ZoneInfo("Europe/Berlin")
    assert first.start.astimezone(berlin).replace(fold=0) == second.start.astimezone(berlin).replace(fold=0)

    assert pairs_of(first, second) == []


def test_fifty_thousand_meetings_that_all_meet_one_long_one_are_paired_once_each() -> None:
    begin = at("00:00")
    short = [
        meeting(str(number), Timed(begin + timedelta(minutes=number), begin + timedelta(minutes=number + 1)))
        for number in range(50_000)
    ]
    long = meeting("long", Timed(begin, begin + timedelta(days=365)), organizer=ANA)

    assert len(find_pairs([*short, long])) == len(short)
