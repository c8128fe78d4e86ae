"""The two lines at the top, and the two at the bottom."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from tui.actions import SCREENS, Place
from tui.domain.conflicts import Grade
from tui.widgets.footer import hint_at, hint_line, hints
from tui.widgets.header import HeaderState, header_lines

STATE = HeaderState(
    place=Place.WEEK,
    moment=datetime(2026, 11, 23, 10, 24, tzinfo=ZoneInfo("Europe/Berlin")),
    sub_account="Main",
    counts=((Grade.HIGH, 3), (Grade.MEDIUM, 2), (Grade.LOW, 0), (Grade.HINT, 5)),
    next_meeting="next 11:00 Budget review (A)",
    next_in="in 36 min",
    ages=("A B 1 min", "C 2 min old"),
)


def test_a_wide_header_says_everything() -> None:
    first, second = (line.plain for line in header_lines(STATE, 120))

    assert first.startswith(" Main ▾    1 Week    2 Conflicts")
    assert first.rstrip().endswith("Mon 23 Nov 2026  10:24")
    assert second.startswith(" Double-booked: 3 high, 2 medium   next 11:00 Budget review (A), in 36 min")
    assert second.rstrip().endswith("data: A B 1 min · C 2 min old")


def test_a_narrow_header_shortens_and_keeps_the_screens() -> None:
    first, second = (line.plain for line in header_lines(STATE, 80))

    assert all(place.label in first for place in SCREENS)
    assert second.startswith(" 3 high 2 med   next 11:00 Budget review (A)")
    assert second.rstrip().endswith("A B 1 min · C 2 min old")


@pytest.mark.parametrize("width", [0, 1, 10, 40, 60, 80, 100, 120, 200, 400])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    busy = replace(STATE, banners=(("漢字" * 200, "4 Connections"),), next_meeting="next " + "漢字" * 100)

    assert all(line.cell_length <= width for line in header_lines(busy, width))


def test_the_demo_says_that_it_is_one() -> None:
    assert " DEMO " in header_lines(replace(STATE, is_demo=True), 120)[0].plain


def test_without_double_bookings_it_says_so() -> None:
    assert "No double booking" in header_lines(replace(STATE, counts=()), 120)[1].plain


def test_a_banner_is_a_third_line_with_the_key_that_helps() -> None:
    broken = replace(STATE, banners=(("C must sign in again", "4 Connections"),))

    third = header_lines(broken, 80)[2].plain
    assert third.startswith(" ! C must sign in again")
    assert third.rstrip().endswith("4 Connections")


@pytest.mark.parametrize("place", SCREENS)
def test_help_and_quit_are_never_left_out_of_the_hints(place: Place) -> None:
    for width in (30, 60, 80, 120):
        shown = [action_id for action_id, _, _ in hints(place, width)]
        assert {"help", "quit"} <= set(shown)
        assert hint_line(place, width).cell_length <= width


def test_a_click_on_a_hint_finds_its_action() -> None:
    line = hint_line(Place.WEEK, 120).plain

    assert hint_at(Place.WEEK, 120, line.index("go to")) == "go_to"
    assert hint_at(Place.WEEK, 120, line.index("quit")) == "quit"
    assert hint_at(Place.WEEK, 120, 0) == ""
    assert hint_at(Place.WEEK, 120, 119) == ""
