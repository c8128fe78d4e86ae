"""What stands in which cells of a row of a day: for whoever draws it, and for the mouse that points at it."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

from tui.widgets.week_lanes import LANE_CELLS, Piece
from tui.widgets.week_layout import Column


class Cells(NamedTuple):
    """A piece in its cells of a row, half-open from the left line of the day."""

    piece: Piece
    begin: int
    until: int


class RowCells(NamedTuple):
    """What stands in a row of a day; between 0 and the first cells there is nothing."""

    shown: tuple[Cells, ...]
    waiting: int
    """How many have no cells here."""
    end: int
    """Where the number of those stands that wait."""


def row_cells(column: Column, row: int, width: int, selected: int | None = None) -> RowCells:
    """The cells of ``row`` of a day that is ``width`` cells wide; ``selected`` is a block.

    Every piece goes on to the next one, and so takes the lanes that are free beside it. What is selected can always
    be read: it takes the last lane from one that has it, and where lanes are narrow the others give way to it.
    """
    pieces = column.rows[row]
    waiting = column.waiting[row]
    if not pieces:
        return RowCells((), len(waiting), width)
    taken = next((piece for piece in waiting if piece.block == selected), None) if waiting else None
    end = max(1, width - len(f"+{len(waiting)}")) if waiting else width
    begins = [_begin(piece, width) for piece in pieces]
    if taken is not None:
        pieces = (*pieces[:-1], taken)
    shown = [Cells(piece, begin, until) for piece, begin, until in zip(pieces, begins, [*begins[1:], end], strict=True)]
    return RowCells(_eased(shown, end, selected), len(waiting), end)


def _begin(piece: Piece, width: int) -> int:
    return -(-piece.lane * (width - piece.count_cells) // piece.lanes)


def _eased(shown: list[Cells], end: int, selected: int | None) -> tuple[Cells, ...]:
    """``shown``, the others as bars alone where the selected one is too narrow to be read."""
    place = next((place for place, cells in enumerate(shown) if cells.piece.block == selected), None)
    if place is None or len(shown) == 1 or shown[place].until - shown[place].begin > LANE_CELLS:
        return tuple(shown)
    edges = [*range(place + 1), *range(end - (len(shown) - 1 - place), end), end]
    return tuple(Cells(cells.piece, begin, until) for cells, (begin, until) in zip(shown, pairwise(edges), strict=True))
