"""What screens ask of the value that they draw."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import pytest
from domain_values import CLIENT, HOME, MONDAY, WORK, Fields, at, copy, meetings, timed, whole_days
from hypothesis import given
from hypothesis import strategies as st

from tui.domain.conflicts import Grade, find_pairs, group_pairs
from tui.domain.events import EventCopy, ShowAs
from tui.domain.timespan import AllDay, Interval, Timed, When, midnight
from tui.workspace.view import Snapshot

TUESDAY = MONDAY + timedelta(days=1)
BERLIN = ZoneInfo("Europe/Berlin")


def snapshot(*copies: EventCopy, zone: tzinfo = UTC) -> Snapshot:
    made = tuple(meetings(*copies, zone=zone))
    return Snapshot(
        zone=zone,
        meetings=made,
        longest=max((one.interval.length for one in made), default=timedelta(0)),
        groups=tuple(group_pairs(find_pairs(made), zone=zone, window=AllDay(MONDAY, MONDAY + timedelta(days=7)))),
        letters={WORK.account_id: "A", HOME.account_id: "B"},
    )


def on_monday(*copies: EventCopy, zone: tzinfo = UTC) -> list[str]:
    shown = snapshot(*copies, zone=zone).meetings_between(MONDAY, TUESDAY)
    return [one.lead.event.id for one in shown]


@pytest.mark.parametrize(
    ("when", "shown"),
    [
        (timed("00:00", "00:15"), True),
        (timed("23:45", "23:59"), True),
        (timed("12:00", "12:00"), True),
        (timed("00:00", "00:00"), True),
        (Timed(at("22:00", MONDAY - timedelta(days=1)), at("00:00")), False),
        (Timed(at("22:00", MONDAY - timedelta(days=1)), at("00:01")), True),
        (Timed(at("00:00", TUESDAY), at("01:00", TUESDAY)), False),
        (Timed(at("00:00", TUESDAY), at("00:00", TUESDAY)), False),
        (Timed(at("00:00", MONDAY - timedelta(days=300)), at("00:00", TUESDAY)), True),
        (whole_days(), True),
        (whole_days(MONDAY - timedelta(days=2), 2), False),
        (whole_days(MONDAY - timedelta(days=2), 3), True),
        (whole_days(TUESDAY), False),
    ],
)
def test_a_day_shows_the_meetings_that_touch_it(when: When, shown: bool) -> None:
    assert on_monday(copy("1", when)) == ["1"] * shown


def test_the_borders_of_a_day_are_the_midnights_of_the_viewer() -> None:
    late = copy("late", Timed(at("22:30"), at("22:45")))
    next_day = copy("next day", Timed(at("23:00"), at("23:15")))

    assert on_monday(late, next_day, zone=BERLIN) == ["late"]


@given(
    st.lists(st.tuples(st.integers(-96, 96), st.integers(0, 400)), max_size=15),
    st.integers(-2, 2),
    st.integers(1, 3),
)
def test_the_meetings_between_days_are_those_found_by_looking_at_each(
    spans: list[tuple[int, int]], offset: int, count: int
) -> None:
    begin, quarter = at("00:00"), timedelta(minutes=15)
    copies = [
        copy(str(number), Timed(begin + start * quarter, begin + (start + length) * quarter))
        for number, (start, length) in enumerate(spans)
    ]
    seen = snapshot(*copies, zone=BERLIN)
    first = MONDAY + timedelta(days=offset)
    until = first + timedelta(days=count)
    window = Interval(midnight(first, BERLIN), midnight(until, BERLIN))

    assert list(seen.meetings_between(first, until)) == [
        one for one in seen.meetings if one.interval.overlaps(window) or window.start <= one.interval.start < window.end
    ]


def test_the_next_meeting_is_timed_and_counts() -> None:
    seen = snapshot(
        copy("running", timed("08:00", "10:00")),
        copy("free", timed("09:05", "09:30"), show_as=ShowAs.FREE),
        copy("next", timed("09:10", "09:30")),
        copy("later", timed("11:00", "12:00")),
        copy("day", whole_days(TUESDAY)),
    )

    found = seen.next_meeting(at("09:00"))

    assert found is not None
    assert found.lead.event.id == "next"
    assert seen.next_meeting(at("11:01")) is None


def test_the_letters_of_a_meeting_name_each_account_once() -> None:
    shared: Fields = {"ical_uid": "uid"}
    (made,) = meetings(
        copy("1", calendar=HOME, **shared, show_as=ShowAs.TENTATIVE),
        copy("2", calendar=WORK, **shared),
        copy("3", calendar=WORK._replace(calendar_id="another"), **shared),
        copy("4", calendar=CLIENT, **shared, show_as=ShowAs.FREE),
    )

    assert snapshot().letters_of(made) == "AB?"


def test_the_groups_of_a_meeting_are_those_it_is_a_member_of() -> None:
    seen = snapshot(
        copy("1", timed("09:00", "10:00")),
        copy("2", timed("09:00", "10:00")),
        copy("day", whole_days()),
        copy("alone", timed("09:00", "10:00", date(2026, 11, 26))),
    )
    groups = {one.lead.event.id: len(seen.groups_of(one.id)) for one in seen.meetings}

    assert groups == {"1": 2, "2": 2, "day": 1, "alone": 0}
    assert seen.open_by_grade() == {Grade.HIGH: 1, Grade.MEDIUM: 0, Grade.LOW: 1, Grade.HINT: 0}


def test_an_empty_snapshot_answers_everything_with_nothing() -> None:
    empty = Snapshot()

    assert empty.meetings_between(MONDAY, TUESDAY) == ()
    assert empty.next_meeting(datetime(2026, 1, 1, tzinfo=UTC)) is None
    assert empty.groups_of("nothing") == ()
