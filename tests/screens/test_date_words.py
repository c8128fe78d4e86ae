"""Days as people write them."""

from __future__ import annotations

from datetime import date

import pytest

from tui.screens.date_words import read_day

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("today", "2026-11-23"),
        (" Tomorrow ", "2026-11-24"),
        ("yesterday", "2026-11-22"),
        ("mon", "2026-11-23"),
        ("fri", "2026-11-27"),
        ("Friday", "2026-11-27"),
        ("next mon", "2026-11-30"),
        ("last fri", "2026-11-20"),
        ("next week", "2026-11-30"),
        ("last week", "2026-11-16"),
        ("next month", "2026-12-23"),
        ("next year", "2027-11-23"),
        ("in 3 weeks", "2026-12-14"),
        ("10 days ago", "2026-11-13"),
        ("+3", "2026-11-26"),
        ("- 1", "2026-11-22"),
        ("week 52", "2026-12-21"),
        ("w2", "2027-01-11"),
        ("24", "2026-11-24"),
        ("1st", "2026-12-01"),
        ("31", "2026-12-31"),
        ("24 dec", "2026-12-24"),
        ("24. December", "2026-12-24"),
        ("dec 24", "2026-12-24"),
        ("dec 24, 2027", "2027-12-24"),
        ("1 feb", "2027-02-01"),
        ("29 feb", "2028-02-29"),
        ("24.12.", "2026-12-24"),
        ("24.12.2028", "2028-12-24"),
        ("2026-12-01", "2026-12-01"),
        ("2026-W50-2", "2026-12-08"),
        ("20261201", "2026-12-01"),
    ],
)
def test_a_day_is_understood(text: str, day: str) -> None:
    assert read_day(text, TODAY) == date.fromisoformat(day)


@pytest.mark.parametrize(
    "text",
    [
        *("", "soon", "32", "31 feb", "ma 3", "2026-13-01", "2026-02-30", "0001-01-01", "9999-12-31", "week 60"),
        *("in 9999 years", "[/]", "x" * 10_000, "10:00", "2026-12-01/2026-12-05"),
    ],
)
def test_what_is_no_day_is_refused_with_what_to_write(text: str) -> None:
    with pytest.raises(ValueError, match=r"Try fri|Only the years"):
        read_day(text, TODAY)
