"""Series that clash again and again, and how a series repeats in words."""

from __future__ import annotations

from datetime import UTC, timedelta

import pytest
from domain_values import HOME, MONDAY, WORK, at, copy, meetings, timed, whole_days
from hypothesis import given
from hypothesis import strategies as st

from tui.domain.conflicts import Grade, Group, find_pairs, group_pairs
from tui.domain.events import CalendarKey, EventCopy, Repeats, ShowAs
from tui.domain.series import SeriesClash, fold_series, repeat_words, series_of
from tui.domain.timespan import AllDay

WINDOW = AllDay(MONDAY, MONDAY + timedelta(days=365))


def occurrence(
    series: str, week: int, start: str, end: str, calendar: CalendarKey = WORK, show_as: ShowAs = ShowAs.BUSY
) -> EventCopy:
    day = MONDAY + timedelta(weeks=week)
    return copy(
        f"{series}{week}",
        timed(start, end, day),
        calendar=calendar,
        show_as=show_as,
        series_ical_uid=series,
        original_start=at(start, day),
    )


def clash(week: int) -> list[EventCopy]:
    return [occurrence("a", week, "09:00", "10:00"), occurrence("b", week, "09:30", "10:30", calendar=HOME)]


def groups_of(copies: list[EventCopy]) -> list[Group]:
    return group_pairs(find_pairs(meetings(*copies)), zone=UTC, window=WINDOW)


def test_two_series_that_clash_twice_are_one_line_at_the_place_of_the_first() -> None:
    lone = [copy("x", timed("15:00", "16:00")), copy("y", timed("15:00", "16:00"))]
    groups = groups_of([*clash(0), *lone, *clash(1), *clash(2)])

    lines = fold_series(groups)

    assert lines == [SeriesClash(groups=(groups[0], groups[2], groups[3])), groups[1]]


def test_two_series_that_clash_once_stay_a_group() -> None:
    groups = groups_of(clash(0))

    assert fold_series(groups) == groups


def test_a_clash_has_the_worst_grade_of_its_groups() -> None:
    softer = [
        occurrence("a", 0, "09:00", "10:00"),
        occurrence("b", 0, "09:30", "10:30", show_as=ShowAs.TENTATIVE),
    ]

    (line,) = fold_series(groups_of([*softer, *clash(1)]))

    assert isinstance(line, SeriesClash)
    assert line.grade is Grade.HIGH
    assert line.groups[0].grade is Grade.MEDIUM


@pytest.mark.parametrize(
    "extra",
    [
        [copy("third", timed("09:00", "10:00"))],
        [copy("third", timed("09:00", "10:00")), copy("fourth", timed("09:00", "10:00"))],
    ],
)
def test_a_group_with_a_third_meeting_stays_a_group_of_its_own(extra: list[EventCopy]) -> None:
    groups = groups_of([*clash(0), *clash(1), *extra])

    assert fold_series(groups) == groups


def test_a_series_that_clashes_with_single_events_or_with_itself_is_not_folded() -> None:
    singles = [
        c
        for week in range(3)
        for c in (occurrence("a", week, "09:00", "10:00"), copy(f"s{week}", clash(week)[1].event.when))
    ]
    itself = [occurrence("a", week, start, "12:00") for week in range(3) for start in ("09:00", "10:00")]

    for copies in (singles, itself):
        groups = groups_of(copies)
        assert len(groups) == 3
        assert fold_series(groups) == groups


def test_all_day_items_are_not_folded() -> None:
    days = [
        copy(f"{name}{week}", whole_days(MONDAY + timedelta(weeks=week)), series_ical_uid=name)
        for week in range(3)
        for name in "ab"
    ]

    assert fold_series(groups_of(days)) == groups_of(days)


@given(st.lists(st.tuples(st.sampled_from(["ab", "bc", "ac", ""]), st.integers(0, 20)), unique_by=lambda one: one[1]))
def test_folding_loses_no_group(weeks: list[tuple[str, int]]) -> None:
    copies = [
        occurrence(name, week, "09:00", "10:00") if pair else copy(f"{name}{week}", clash(week)[0].event.when)
        for pair, week in weeks
        for name in pair or "xy"
    ]
    groups = groups_of(copies)

    lines = fold_series(groups)

    unfolded = [group for line in lines for group in (line.groups if isinstance(line, SeriesClash) else [line])]
    assert sorted(group.id for group in unfolded) == sorted(group.id for group in groups)
    firsts = [line.groups[0] if isinstance(line, SeriesClash) else line for line in lines]
    assert firsts == sorted(firsts, key=lambda group: group.interval.start)


def test_a_series_is_named_across_calendars_before_within_one() -> None:
    (known_everywhere,) = meetings(copy("1", series_ical_uid="uid", series_id="id"))
    (known_here,) = meetings(copy("1", series_id="id"))
    (single,) = meetings(copy("1"))

    assert [series_of(one) for one in (known_everywhere, known_here, single)] == ["uid", "id", ""]


@pytest.mark.parametrize(
    ("repeats", "words"),
    [
        (None, ""),
        (Repeats("daily"), "daily"),
        (Repeats("weekly"), "weekly"),
        (Repeats("weekly", 2), "every 2 weeks"),
        (Repeats("absoluteMonthly"), "monthly"),
        (Repeats("relativeMonthly", 3), "every 3 months"),
        (Repeats("absoluteYearly"), "yearly"),
        (Repeats("relativeYearly", 4), "every 4 years"),
        (Repeats("hourly"), "repeats"),
        (Repeats(""), "repeats"),
    ],
)
def test_how_a_series_repeats_is_said_in_words(repeats: Repeats | None, words: str) -> None:
    assert repeat_words(repeats) == words
