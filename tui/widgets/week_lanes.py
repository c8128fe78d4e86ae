"""The events of one day in lanes: side by side where they share a row, as few lanes as the rows allow.

Where there are more at once than a column has room for, some wait: they are counted in their rows, and get a lane
as soon as one is free. So two events never share a cell, and every lane is wide enough to be read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from msgspec import Struct

from tui.domain.conflicts import Grade

LANE_CELLS = 5
"""What a lane needs at least: bar, letter, mark, and two cells of the title."""
_NO_ROWS: Mapping[int, Grade] = {}


class Stretch(NamedTuple):
    """From when to when a block lasts, in minutes down the page."""

    block: int
    start: int
    end: int


class Marked(NamedTuple):
    """From when to when a block clashes, in minutes down the page, and how badly."""

    start: int
    end: int
    grade: Grade


class Piece(Struct, frozen=True, gc=False):
    """What of a block stands in the rows of one day."""

    block: int
    """Its place in the page's blocks."""
    first: int
    until: int
    """Rows, half-open."""
    lane: int
    lanes: int
    """How many lanes the cluster has that it stands in."""
    shown: int
    """The row from which it has its lane; ``until`` where it never gets one."""
    count_cells: int = 0
    """What is kept free beside the lanes for the number of those that have none."""
    clash_rows: Mapping[int, Grade] = _NO_ROWS
    begins_low: bool = False
    """It begins in the lower half of its first row."""
    ends_high: bool = False
    """It ends in the upper half of its last row."""


class _Rowed(NamedTuple):
    """A stretch in rows."""

    first: int
    block: int
    until: int
    begins_low: bool
    ends_high: bool


class _Seat(NamedTuple):
    entry: _Rowed
    lane: int
    shown: int


def pieces_of(
    stretches: Sequence[Stretch], marks: Mapping[int, Sequence[Marked]], minutes: int, row_count: int, room: int
) -> list[Piece]:
    """The pieces of one day by first row and lane; ``room`` is the cells of its column (0: no end of lanes).

    ``marks`` says when a block clashes on this day.
    """
    found = []
    for cluster in _clusters(_in_rows(stretches, minutes, row_count)):
        seats, lanes, count_cells = _seated(cluster, room)
        for entry, lane, shown in seats:
            rows = _clash_rows(marks.get(entry.block, ()), minutes, entry.first, entry.until)
            found.append(
                Piece(
                    block=entry.block,
                    first=entry.first,
                    until=entry.until,
                    lane=lane,
                    lanes=lanes,
                    shown=shown,
                    count_cells=count_cells,
                    clash_rows=rows,
                    begins_low=entry.begins_low,
                    ends_high=entry.ends_high,
                )
            )
    return found


def _in_rows(stretches: Sequence[Stretch], minutes: int, row_count: int) -> list[_Rowed]:
    """The rows that each touches, at least one; where two only touch inside a row, the later one has it."""
    latest_start: dict[int, int] = {}
    for _, start, _ in stretches:
        row = start // minutes
        latest_start[row] = max(start, latest_start.get(row, start))
    placed = []
    for block, start, end in stretches:
        first = min(row_count - 1, start // minutes)
        until = max(first + 1, -(-end // minutes))
        ends_high = 0 < end % minutes <= minutes / 2
        if until - first > 1 and end % minutes and latest_start.get(until - 1, -1) >= end:
            until, ends_high = until - 1, False
        begins_low = start % minutes >= minutes / 2
        ends_high = ends_high and not (begins_low and until - first == 1)
        placed.append(_Rowed(first, block, until, begins_low, ends_high))
    return sorted(placed)


def _clusters(placed: Iterable[_Rowed]) -> Iterable[list[_Rowed]]:
    """Those that hang together by rows; ``placed`` is by first row."""
    cluster: list[_Rowed] = []
    ends = 0
    for entry in placed:
        if cluster and entry.first >= ends:
            yield cluster
            cluster = []
            ends = 0
        cluster.append(entry)
        ends = max(ends, entry.until)
    if cluster:
        yield cluster


def _seated(cluster: Sequence[_Rowed], room: int) -> tuple[list[_Seat], int, int]:
    """Who has which lane from which row on, how many lanes there are, and the cells kept for a count."""
    ends: list[int] = []
    seats = []
    for entry in cluster:
        lane = next((lane for lane, end in enumerate(ends) if end <= entry.first), len(ends))
        ends[lane : lane + 1] = [entry.until]
        seats.append(_Seat(entry, lane, entry.first))
    if not room or len(ends) == 1 or len(ends) * LANE_CELLS <= room:
        return seats, len(ends), 0
    count_cells = len(f"+{len(ends) - 1}")
    lanes = max(1, (room - count_cells) // LANE_CELLS)
    return _in_turn(cluster, lanes), lanes, count_cells


def _in_turn(cluster: Sequence[_Rowed], lanes: int) -> list[_Seat]:
    """As many at once as there are ``lanes``; the others wait until one is free."""
    free_from = [0] * lanes
    waiting: list[_Rowed] = []
    seats = []
    upcoming = list(reversed(cluster))
    for row in sorted({row for entry in cluster for row in (entry.first, entry.until)}):
        while upcoming and upcoming[-1].first == row:
            waiting.append(upcoming.pop())
        seats += [_Seat(entry, lanes - 1, entry.until) for entry in waiting if entry.until <= row]
        waiting = [entry for entry in waiting if entry.until > row]
        for lane in range(lanes):
            if waiting and free_from[lane] <= row:
                entry = waiting.pop(0)
                free_from[lane] = entry.until
                seats.append(_Seat(entry, lane, row))
    return sorted(seats)


def _clash_rows(marks: Iterable[Marked], minutes: int, first: int, until: int) -> Mapping[int, Grade]:
    """Those rows from ``first`` up to ``until`` that a clash touches, each with its worst grade."""
    found: dict[int, Grade] = {}
    for start, end, grade in marks:
        end = max(start + 1, end)
        for row in range(max(first, min(until - 1, start // minutes)), min(until, -(-end // minutes))):
            if row not in found or grade.rank < found[row].rank:
                found[row] = grade
    return found or _NO_ROWS
