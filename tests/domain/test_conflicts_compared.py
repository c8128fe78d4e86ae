"""Pairs, groups and all-day items against a comparison of everything with everything."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from itertools import combinations, pairwise
from random import Random
from zoneinfo import ZoneInfo

from domain_values import (
    MONDAY,
    copy,
    groups_of,
    meetings,
    whole_days,
)
from hypothesis import given
from hypothesis import strategies as st

from tui.domain.busy import Weight
from tui.domain.conflicts import Grade, Pair, find_pairs
from tui.domain.events import EventCopy, ShowAs
from tui.domain.meetings import Meeting
from tui.domain.timespan import AllDay, Interval, Timed, midnight

QUARTER_HOUR = timedelta(minutes=15)

ZONES = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kathmandu",
    "America/Sao_Paulo",
    "Africa/Cairo",
    "America/Havana",
]
CHANGES = [MONDAY, date(2018, 11, 4), date(2024, 4, 26), date(2026, 3, 29), date(2026, 10, 25), date(2026, 11, 1)]


@st.composite
def busy_weeks(draw: st.DrawFn) -> tuple[list[EventCopy], tzinfo, AllDay]:
    """Up to a dozen events around a day at which clocks may change, the zone of the viewer, and a window."""
    first = draw(st.sampled_from(CHANGES)) - timedelta(days=1)
    zone = ZoneInfo(draw(st.sampled_from(ZONES)))
    begin = datetime(first.year, first.month, first.day, tzinfo=UTC)
    quarters = st.integers(0, 4 * 24 * 3)
    spans = st.one_of(
        st.builds(
            lambda start, length: Timed(begin + start * QUARTER_HOUR, begin + (start + length) * QUARTER_HOUR),
            quarters,
            st.integers(-1, 12),
        ),
        st.builds(
            lambda offset, count: whole_days(first + timedelta(days=offset), count),
            st.integers(0, 3),
            st.integers(0, 3),
        ),
    )
    show_as = st.sampled_from([ShowAs.BUSY, ShowAs.BUSY, ShowAs.TENTATIVE, ShowAs.OOF, ShowAs.FREE])
    drawn = draw(st.lists(st.tuples(spans, show_as), max_size=12))
    copies = [copy(str(number), when, show_as=shown) for number, (when, shown) in enumerate(drawn)]
    return copies, zone, whole_days(first + timedelta(days=draw(st.integers(-1, 2))), draw(st.integers(1, 4)))


def brute_force(made: Sequence[Meeting]) -> set[frozenset[str]]:
    return {
        frozenset((a.id, b.id))
        for a, b in combinations([m for m in made if m.weight is not Weight.NONE], 2)
        if a.interval.start < b.interval.end and b.interval.start < a.interval.end
    }


def connected(edges: Iterable[frozenset[str]]) -> set[frozenset[str]]:
    """The connected components of a graph, by merging until nothing changes."""
    components: set[frozenset[str]] = set()
    for edge in edges:
        touched = {component for component in components if component & edge}
        components = (components - touched) | {edge.union(*touched)}
    return components


def both(pair: Pair) -> frozenset[str]:
    return frozenset((pair.first.id, pair.second.id))


@given(busy_weeks())
def test_the_pairs_are_those_of_comparing_everything_with_everything(
    week: tuple[list[EventCopy], tzinfo, AllDay],
) -> None:
    copies, zone, _ = week
    made = meetings(*copies, zone=zone)

    found = find_pairs(made)

    assert {both(pair) for pair in found} == brute_force(made)
    assert len(found) == len({both(pair) for pair in found})
    assert all(pair.first.interval.start <= pair.second.interval.start for pair in found)
    assert all(one.second.interval.start <= next_.second.interval.start for one, next_ in pairwise(found))


@given(busy_weeks(), st.integers(1, 8))
def test_a_minimum_gap_adds_hints_and_changes_no_conflict(
    week: tuple[list[EventCopy], tzinfo, AllDay], quarters: int
) -> None:
    copies, zone, _ = week
    made = meetings(*copies, zone=zone)
    gap = quarters * QUARTER_HOUR

    found = find_pairs(made, minimum_gap=gap)
    hints = {both(pair) for pair in found if pair.grade is Grade.HINT}

    assert {both(pair) for pair in found} - hints == brute_force(made)
    assert hints == {
        frozenset((a.id, b.id))
        for a, b in combinations([m for m in made if m.counts and not m.all_day], 2)
        if timedelta(0) <= max(a.interval.start - b.interval.end, b.interval.start - a.interval.end) < gap
    }


@given(busy_weeks())
def test_the_groups_of_timed_meetings_are_the_connected_clusters(
    week: tuple[list[EventCopy], tzinfo, AllDay],
) -> None:
    copies, zone, window = week
    made = [m for m in meetings(*copies, zone=zone) if not m.all_day]

    groups = groups_of(made, zone=zone, window=window)

    assert {frozenset(m.id for m in group.members) for group in groups} == connected(brute_force(made))
    assert sum(len(group.pairs) for group in groups) == len(brute_force(made))
    assert groups == sorted(groups, key=lambda group: group.interval.start)


@given(busy_weeks())
def test_each_day_of_the_window_has_one_item_of_all_that_meets_whole_days_on_it(
    week: tuple[list[EventCopy], tzinfo, AllDay],
) -> None:
    copies, zone, window = week
    made = meetings(*copies, zone=zone)
    found = [pair for pair in find_pairs(made) if pair.first.all_day or pair.second.all_day]
    expected = {}
    for number in range((window.until - window.first).days):
        day = window.first + timedelta(days=number)
        instants = Interval(midnight(day, zone), midnight(day + timedelta(days=1), zone))
        met = {both(pair) for pair in found if pair.overlap.overlaps(instants)}
        if met:
            expected[day] = met

    items = [group for group in groups_of(made, zone=zone, window=window) if group.day is not None]

    assert {item.day: {both(pair) for pair in item.pairs} for item in items} == expected
    assert len(items) == len(expected)


@given(busy_weeks(), st.randoms(use_true_random=False))
def test_the_order_of_the_meetings_changes_no_group(
    week: tuple[list[EventCopy], tzinfo, AllDay], random: Random
) -> None:
    copies, zone, window = week
    made = meetings(*copies, zone=zone)
    shuffled = list(made)
    random.shuffle(shuffled)

    assert groups_of(shuffled, zone=zone, window=window) == groups_of(made, zone=zone, window=window)
