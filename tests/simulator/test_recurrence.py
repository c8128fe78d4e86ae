"""Which days a recurrence falls on."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from simulator_client import rule

from tui.simulator.recurrence import Expansion

LONG_AGO, FAR_AHEAD = datetime(1990, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


def days(pattern: dict[str, Any], start: str, count: int) -> list[str]:
    """The first dates of a rule that starts at ten o'clock."""
    recurrence = rule(pattern, start, type="numbered", numberOfOccurrences=count)
    expansion = Expansion(recurrence, datetime.fromisoformat(start + "T10:00:00+00:00"), "UTC", all_day=False)
    return [f"{found:%Y-%m-%d}" for found in expansion.between(LONG_AGO, FAR_AHEAD)]


@pytest.mark.parametrize(
    ("pattern", "start", "expected"),
    [
        ({"type": "daily", "interval": 3}, "2026-11-23", ["2026-11-23", "2026-11-26", "2026-11-29"]),
        (
            {"type": "weekly", "daysOfWeek": ["monday", "thursday"]},
            "2026-11-23",
            ["2026-11-23", "2026-11-26", "2026-11-30"],
        ),
        ({"type": "weekly", "daysOfWeek": ["Friday"]}, "2026-11-23", ["2026-11-27", "2026-12-04", "2026-12-11"]),
        ({"type": "absoluteMonthly", "dayOfMonth": 15}, "2026-11-15", ["2026-11-15", "2026-12-15", "2027-01-15"]),
        ({"type": "absoluteMonthly", "dayOfMonth": 31}, "2027-01-31", ["2027-01-31", "2027-02-28", "2027-03-31"]),
        ({"type": "absoluteMonthly", "dayOfMonth": 30}, "2028-01-30", ["2028-01-30", "2028-02-29", "2028-03-30"]),
        (
            {"type": "relativeMonthly", "daysOfWeek": ["thursday"], "index": "first"},
            "2026-11-05",
            ["2026-11-05", "2026-12-03", "2027-01-07"],
        ),
        (
            {"type": "relativeMonthly", "daysOfWeek": ["friday"], "index": "last"},
            "2026-11-27",
            ["2026-11-27", "2026-12-25", "2027-01-29"],
        ),
        (
            {"type": "relativeMonthly", "daysOfWeek": ["monday", "tuesday"], "index": "first"},
            "2026-11-02",
            ["2026-11-02", "2026-12-01", "2027-01-04"],
        ),
        (
            {"type": "absoluteYearly", "month": 3, "dayOfMonth": 9},
            "2026-03-09",
            ["2026-03-09", "2027-03-09", "2028-03-09"],
        ),
        (
            {"type": "absoluteYearly", "month": 2, "dayOfMonth": 29},
            "2027-02-28",
            ["2027-02-28", "2028-02-29", "2029-02-28"],
        ),
        (
            {"type": "relativeYearly", "month": 11, "daysOfWeek": ["thursday"], "index": "fourth"},
            "2026-11-26",
            ["2026-11-26", "2027-11-25", "2028-11-23"],
        ),
    ],
)
def test_each_pattern_falls_on_outlooks_days(pattern: dict[str, Any], start: str, expected: list[str]) -> None:
    assert days(pattern, start, 3) == expected


def test_a_week_begins_on_sunday_unless_the_pattern_says_otherwise() -> None:
    fortnightly = {"type": "weekly", "interval": 2, "daysOfWeek": ["sunday", "monday"]}
    assert days(fortnightly, "2026-11-23", 4) == ["2026-11-23", "2026-12-06", "2026-12-07", "2026-12-20"]
    from_monday = fortnightly | {"firstDayOfWeek": "monday"}
    assert days(from_monday, "2026-11-23", 4) == ["2026-11-23", "2026-11-29", "2026-12-07", "2026-12-13"]


def test_an_end_date_is_included_and_no_end_goes_on() -> None:
    daily = {"type": "daily"}
    first = datetime(2026, 11, 23, 10, tzinfo=UTC)
    ended = Expansion(rule(daily, "2026-11-23", type="endDate", endDate="2026-11-25"), first, "UTC", all_day=False)
    assert len(ended.between(LONG_AGO, FAR_AHEAD)) == 3
    endless = Expansion(rule(daily, "2026-11-23"), first, "UTC", all_day=False)
    assert len(endless.between(datetime(2036, 1, 1, tzinfo=UTC), datetime(2036, 1, 11, tzinfo=UTC))) == 10


@pytest.mark.parametrize(
    ("zone", "before", "after"),
    [("Europe/Berlin", "08:00", "07:00"), ("W. Europe Standard Time", "08:00", "07:00"), ("UTC", "09:00", "09:00")],
)
def test_a_series_keeps_its_wall_clock_time_over_a_change_of_daylight_time(zone: str, before: str, after: str) -> None:
    recurrence = rule({"type": "daily"}, "2027-03-27", zone)
    start = datetime.fromisoformat(f"2027-03-27T{before}:00+00:00")
    found = Expansion(recurrence, start, zone, all_day=False).between(start, datetime(2027, 3, 29, tzinfo=UTC))
    assert [f"{instant:%H:%M}" for instant in found] == [before, after]


def test_an_all_day_series_is_dates_whatever_the_zone() -> None:
    recurrence = rule({"type": "daily"}, "2027-03-27", "Asia/Tokyo")
    found = Expansion(recurrence, datetime(2027, 3, 27, tzinfo=UTC), "Asia/Tokyo", all_day=True)
    assert [f"{day:%d %H:%M}" for day in found.between(LONG_AGO, datetime(2027, 3, 30, tzinfo=UTC))] == [
        "27 00:00",
        "28 00:00",
        "29 00:00",
    ]


@pytest.mark.parametrize(
    ("pattern", "limits", "reason"),
    [
        ({"type": "hourly"}, {}, "unknown recurrence pattern"),
        ({"type": "weekly"}, {}, "daysOfWeek is missing"),
        ({"type": "weekly", "daysOfWeek": ["noday"]}, {}, "not a day of the week"),
        ({"type": "daily", "interval": 0}, {}, "interval"),
        ({"type": "absoluteMonthly", "dayOfMonth": 32}, {}, "not a day of a month"),
        ({"type": "absoluteYearly", "month": 13, "dayOfMonth": 1}, {}, "not a month"),
        ({"type": "relativeMonthly", "daysOfWeek": ["monday"], "index": "fifth"}, {}, "not an index"),
        ({"type": "daily"}, {"type": "numbered"}, "numberOfOccurrences"),
        ({"type": "daily"}, {"type": "forever"}, "unknown recurrence range"),
    ],
)
def test_a_rule_that_is_none_is_refused_with_its_reason(
    pattern: dict[str, Any], limits: dict[str, Any], reason: str
) -> None:
    with pytest.raises(ValueError, match=reason):
        Expansion(rule(pattern, "2026-11-23", **limits), datetime(2026, 11, 23, tzinfo=UTC), "UTC", all_day=False)
