"""The next time that is free everywhere."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from domain_values import at, copy, meetings, timed, whole_days

from tui.domain.availability import next_free
from tui.domain.events import EventCopy, ShowAs
from tui.domain.timespan import Interval, Timed

TUESDAY = date(2026, 11, 24)
FRIDAY, NEXT_MONDAY = date(2026, 11, 27), date(2026, 11, 30)


def free(*taken: EventCopy, after: datetime) -> Interval | None:
    return next_free(meetings(*taken), after, UTC)


@pytest.mark.parametrize(
    ("taken", "after", "expected"),
    [
        ((), at("10:10"), Interval(at("10:10"), at("17:00"))),
        ((), at("06:00"), Interval(at("09:00"), at("17:00"))),
        ((), at("16:45"), Interval(at("09:00", TUESDAY), at("17:00", TUESDAY))),
        ((), at("18:00", FRIDAY), Interval(at("09:00", NEXT_MONDAY), at("17:00", NEXT_MONDAY))),
        ((timed("10:00", "11:00"),), at("10:00"), Interval(at("11:00"), at("17:00"))),
        ((timed("11:00", "12:00"),), at("10:00"), Interval(at("10:00"), at("11:00"))),
        ((timed("10:20", "12:00"),), at("10:00"), Interval(at("12:00"), at("17:00"))),
        ((timed("10:00", "13:00"), timed("11:00", "12:00")), at("10:00"), Interval(at("13:00"), at("17:00"))),
        (
            (timed("10:00", "11:00"), timed("11:00", "16:40")),
            at("10:00"),
            Interval(at("09:00", TUESDAY), at("17:00", TUESDAY)),
        ),
    ],
)
def test_the_next_half_hour_or_more_within_working_hours(
    taken: tuple[Timed, ...], after: datetime, expected: Interval
) -> None:
    copies = [copy(str(number), when) for number, when in enumerate(taken)]

    assert free(*copies, after=after) == expected


def test_maybe_takes_time_and_free_does_not() -> None:
    maybe = copy("maybe", timed("09:00", "10:00"), show_as=ShowAs.TENTATIVE)
    shown_free = copy("free", timed("10:00", "17:00"), show_as=ShowAs.FREE)

    assert free(maybe, shown_free, after=at("08:00")) == Interval(at("10:00"), at("17:00"))


def test_nothing_is_free_when_two_weeks_are_taken() -> None:
    assert free(copy("leave", whole_days(count=30)), after=at("08:00")) is None


def test_working_hours_follow_the_wall_clock_over_a_clock_change() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    friday_evening = datetime(2026, 3, 27, 20, tzinfo=UTC)

    found = next_free([], friday_evening, berlin)

    assert found is not None
    assert found.start == datetime(2026, 3, 30, 7, tzinfo=UTC)
    assert found.length == timedelta(hours=8)
