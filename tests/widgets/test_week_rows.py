"""What a row of the week says."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from tui.widgets.week_ink import fit, split_title


@pytest.mark.parametrize("width", [0, 1, 2, 5, 11])
@pytest.mark.parametrize("text", ["", "abc", "漢字漢字漢字", "é" * 30, "👩\u200d👩\u200d👧 family", "x" * 10_000])
def test_text_always_takes_exactly_its_cells(text: str, width: int) -> None:
    assert cell_len(fit(text, width)) == width


def test_a_cut_is_shown() -> None:
    assert fit("Budget review", 8) == "Budget …"
    assert fit("Budget", 8) == "Budget  "


def test_a_title_breaks_at_a_space() -> None:
    assert split_title("Sprint planning", 10) == ("Sprint", "planning")
    assert split_title("Sprint planning", 6) == ("Sprint", "planning")
    assert split_title("Planning", 5) == ("Planning", "")
    assert split_title("Short", 10) == ("Short", "")


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [
        ("会議室", 5, "会議…"),
        ("会議室", 4, "会… "),
        ("👨\u200d👩\u200d👧\u200d👦 family", 4, "👨\u200d👩\u200d👧\u200d👦 …"),
        ("👨\u200d👩\u200d👧\u200d👦 family", 2, "👨\u200d👩\u200d👧\u200d👦"),
        ("é" * 5, 3, "éé…"),
        ("Hi", 1, "H"),
        ("会議", 1, " "),
    ],
)
def test_a_cut_never_goes_through_a_character_nor_leaves_an_ellipsis_alone_in_its_cell(
    text: str, width: int, shown: str
) -> None:
    assert fit(text, width) == shown


def test_titles_of_wide_characters_break_between_them() -> None:
    assert split_title("会議室 予約", 6) == ("会議室", "予約")
    assert split_title("👨\u200d👩\u200d👧 dinner", 5) == ("👨\u200d👩\u200d👧", "dinner")
