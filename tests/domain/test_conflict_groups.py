"""Pairs become groups of timed meetings, and an item for each day with all-day ones."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from conflict_values import AWAY, QUARTER_HOUR, TENTATIVE, ids, named
from domain_values import MONDAY, MONTH, at, copy, groups_of, meeting, meetings, timed, whole_days
from msgspec.structs import replace

from tui.domain.conflicts import Grade, Group, State, find_pairs, group_pairs, pairs_among
from tui.domain.timespan import AllDay, Interval, Timed

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


def test_hints_chain_nothing_together() -> None:
    made = [meeting(str(hour), timed(f"{hour}:00", f"{hour + 1}:00")) for hour in range(10, 14)]

    groups = group_pairs(find_pairs(made, minimum_gap=QUARTER_HOUR), zone=UTC, window=MONTH)

    assert [ids(group.members) for group in groups] == [["10", "11"], ["11", "12"], ["12", "13"]]


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
