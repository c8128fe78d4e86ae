"""Which cells of a row an event has."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from test_week_layout import BERLIN, MONDAY, block, crowd

from tui.widgets.week_cells import RowCells, row_cells
from tui.widgets.week_layout import Page, lay_out


def three(room: int = 15) -> Page:
    return lay_out(
        [
            block("2026-11-23 10:00", "2026-11-23 12:00"),
            block("2026-11-23 10:30", "2026-11-23 11:00"),
            block("2026-11-23 10:30", "2026-11-23 11:30"),
        ],
        MONDAY,
        7,
        BERLIN,
        30,
        room=room,
    )


def edges(cells: RowCells) -> list[tuple[int, int]]:
    return [(one.begin, one.until) for one in cells.shown]


def test_an_event_takes_the_free_lanes_beside_it() -> None:
    column = three().columns[0]

    assert edges(row_cells(column, 20, 15)) == [(0, 15)]
    assert edges(row_cells(column, 21, 15)) == [(0, 5), (5, 10), (10, 15)]
    assert edges(row_cells(column, 22, 15)) == [(0, 10), (10, 15)]


def test_the_selected_one_is_wide_where_lanes_are_narrow_and_the_others_stay_as_bars() -> None:
    column = three().columns[0]
    blocks = [piece.block for piece in column.rows[21]]

    assert edges(row_cells(column, 21, 15, blocks[1])) == [(0, 1), (1, 14), (14, 15)]
    assert edges(row_cells(column, 21, 15, blocks[2])) == [(0, 1), (1, 2), (2, 15)]


def test_wide_lanes_stay_as_they_are_when_selected() -> None:
    column = three(30).columns[0]

    assert edges(row_cells(column, 21, 30, 1)) == [(0, 10), (10, 20), (20, 30)]


def test_those_that_wait_are_counted_beside_the_lanes() -> None:
    cells = row_cells(crowd(40, 15).columns[0], 20, 15)

    assert (edges(cells), cells.waiting, cells.end) == ([(0, 6), (6, 12)], 38, 12)


def test_who_waits_takes_the_last_lane_when_selected() -> None:
    column = crowd(40, 15).columns[0]
    waiting = column.waiting[20][7].block

    cells = row_cells(column, 20, 15, waiting)

    assert cells.shown[-1].piece.block == waiting
    assert (len(cells.shown), cells.waiting) == (2, 38)


@given(st.integers(1, 60), st.integers(2, 60), st.integers(0, 60))
def test_cells_never_overlap_nor_leave_the_column(count: int, width: int, selected: int) -> None:
    column = crowd(count, width).columns[0]
    for row in (20, 21, 22):
        cells = row_cells(column, row, width, selected)
        places = [place for edge in edges(cells) for place in edge]
        assert places == sorted(places)
        assert not places or places[-1] <= cells.end <= width
        assert len(cells.shown) + cells.waiting == len(column.rows[row]) + len(column.waiting[row])
