"""Where everything stands in the week: pure functions from meetings to rows and lanes.

Rows are wall-clock: a day always has 24 hours of them, also when the clock changes. Lanes are found by rows, so
that two events never share a cell, and do not depend on the width of the screen. A page is computed once per
change of data, week or scale; drawing only looks things up in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import Enum
from typing import NamedTuple

from msgspec import Struct

from tui.domain.meetings import Meeting
from tui.domain.timespan import AllDay, Interval, midnight
from tui.widgets.week_spans import Span, moved_up

DAY_MINUTES = 24 * 60
_NO_ROWS: frozenset[int] = frozenset()


class Shape(Enum):
    """The state of an event as the shape of its left bar: it reads without colour."""

    BUSY = "▌"
    MAYBE = "╎"
    FREE = "┆"
    AWAY = "█"
    HOLLOW = "▯"
    """Its calendar does not count here."""


class Block(Struct, frozen=True, kw_only=True, gc=False):
    """A meeting as the week draws it; every text is clean and already private where it has to be."""

    meeting: Meeting
    letters: str
    colour: int
    """The place of the account among the colours, from 0."""
    shape: Shape
    title: str
    note: str = ""
    """The second line."""
    struck: bool = False
    """Cancelled or declined."""
    clashes: tuple[Interval, ...] = ()
    """When it is double-booked."""


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
    clash_rows: frozenset[int]


class Column(Struct, frozen=True, gc=False):
    """One day."""

    day: date
    pieces: tuple[Piece, ...]
    """By first row and lane."""
    rows: tuple[tuple[Piece, ...], ...]
    """For each row what stands in it, by lane."""
    skipped: tuple[int, int] = (0, 0)
    """Rows that the clock skips on this day, half-open."""
    repeated: tuple[int, int] = (0, 0)
    """Rows that come twice on this day, half-open."""


class Page(Struct, frozen=True, gc=False):
    """All that the grid draws: some days, their blocks, and where they stand."""

    zone: tzinfo
    minutes: int
    """Per row."""
    blocks: tuple[Block, ...]
    """By start."""
    columns: tuple[Column, ...]
    spans: tuple[Span, ...]

    @property
    def days(self) -> tuple[date, ...]:
        return tuple(column.day for column in self.columns)

    @property
    def row_count(self) -> int:
        return DAY_MINUTES // self.minutes

    def column_of(self, day: date) -> int:
        """The column of ``day``; outside of the page it is before 0 or after the last."""
        return (day - self.columns[0].day).days

    def holds(self, day: date) -> bool:
        return 0 <= self.column_of(day) < len(self.columns)

    def block_index(self, meeting_id: str) -> int | None:
        """The place of a meeting among the blocks."""
        return next((i for i, block in enumerate(self.blocks) if block.meeting.id == meeting_id), None)


def lay_out(
    blocks: Iterable[Block], first: date, days: int, zone: tzinfo, minutes: int, all_day_lines: int = 0
) -> Page:
    """The page of ``days`` days from ``first``; ``minutes`` (a divisor of 60) are one row.

    ``all_day_lines`` is how many lines of all-day events are drawn (0: all): what lies below them is moved, day by
    day, to where one of them is free.
    """
    ordered = tuple(sorted(blocks, key=lambda block: (block.meeting.interval, block.letters, block.meeting.id)))
    dates = [first + timedelta(days=offset) for offset in range(days)]
    wall = _Wall(first, zone)
    timed = [_Stretch(n, *wall.of(block.meeting.interval)) for n, block in enumerate(ordered) if not _is_all_day(block)]
    columns = tuple(
        _column(day, offset * DAY_MINUTES, ordered, timed, wall, minutes) for offset, day in enumerate(dates)
    )
    return Page(
        zone=zone,
        minutes=minutes,
        blocks=ordered,
        columns=columns,
        spans=moved_up(_spans(ordered, dates), all_day_lines),
    )


class _Stretch(NamedTuple):
    """From when to when a block lasts, in minutes of the wall clock from the first midnight of the page."""

    block: int
    start: int
    end: int


class _Wall:
    """The clock on the wall, in minutes from the midnight of ``first``."""

    def __init__(self, first: date, zone: tzinfo) -> None:
        self._midnight = datetime.combine(first, time())
        self.zone = zone

    def of(self, interval: Interval) -> tuple[int, int]:
        """Start and end; the end is never before the start, also where the clock is set back between them."""
        start = self._minute(interval.start)
        return start, max(start, self._minute(interval.end))

    def _minute(self, instant: datetime) -> int:
        distance = instant.astimezone(self.zone).replace(tzinfo=None) - self._midnight
        return distance.days * DAY_MINUTES + distance.seconds // 60


def _is_all_day(block: Block) -> bool:
    return isinstance(block.meeting.when, AllDay)


def _column(
    day: date, begin: int, blocks: Sequence[Block], timed: Sequence[_Stretch], wall: _Wall, minutes: int
) -> Column:
    """The column of ``day``, whose midnight is at ``begin``."""
    until = begin + DAY_MINUTES
    here = [
        _Stretch(one.block, max(0, one.start - begin), min(DAY_MINUTES, one.end - begin))
        for one in timed
        if one.start < until and (one.end > begin or one.start >= begin)
    ]
    pieces = tuple(_pieces(here, begin, blocks, wall, minutes))
    rows: list[list[Piece]] = [[] for _ in range(DAY_MINUTES // minutes)]
    for piece in sorted(pieces, key=lambda piece: piece.lane):
        for row in range(piece.first, piece.until):
            rows[row].append(piece)
    skipped, repeated = _clock_change(day, wall.zone, minutes)
    return Column(day, pieces, tuple(map(tuple, rows)), skipped, repeated)


def _pieces(
    here: Sequence[_Stretch], begin: int, blocks: Sequence[Block], wall: _Wall, minutes: int
) -> Iterable[Piece]:
    """The pieces of one day, in lanes that are as few as the rows allow."""
    placed = _rows_of(here, minutes)
    placed.sort(key=lambda entry: (entry[1], entry[0]))
    for cluster in _clusters(placed):
        lanes: list[int] = []
        taken: list[tuple[int, int, int, int]] = []
        for index, first, until in cluster:
            lane = next((lane for lane, free_from in enumerate(lanes) if free_from <= first), len(lanes))
            lanes[lane : lane + 1] = [until]
            taken.append((index, first, until, lane))
        for index, first, until, lane in taken:
            clash_rows = _clash_rows(blocks[index].clashes, begin, wall, minutes, (first, until))
            yield Piece(index, first, until, lane, len(lanes), clash_rows)


def _rows_of(spans: Sequence[_Stretch], minutes: int) -> list[tuple[int, int, int]]:
    """Rows that each span touches, at least one; where two only touch inside a row, the later one has it."""
    latest_start: dict[int, int] = {}
    for _, start, _ in spans:
        row = start // minutes
        latest_start[row] = max(start, latest_start.get(row, start))
    last = DAY_MINUTES // minutes - 1
    placed = []
    for index, start, end in spans:
        first = min(last, start // minutes)
        until = max(first + 1, -(-end // minutes))
        if until - first > 1 and end % minutes and latest_start.get(until - 1, -1) >= end:
            until -= 1
        placed.append((index, first, until))
    return placed


def _clusters(placed: Sequence[tuple[int, int, int]]) -> Iterable[list[tuple[int, int, int]]]:
    """Those that hang together by rows; ``placed`` is by first row."""
    cluster: list[tuple[int, int, int]] = []
    ends = 0
    for entry in placed:
        if cluster and entry[1] >= ends:
            yield cluster
            cluster = []
            ends = 0
        cluster.append(entry)
        ends = max(ends, entry[2])
    if cluster:
        yield cluster


def _clash_rows(
    clashes: Sequence[Interval], begin: int, wall: _Wall, minutes: int, rows: tuple[int, int]
) -> frozenset[int]:
    """Those of ``rows`` (half-open) that a clash touches on the day that begins at ``begin``."""
    found: set[int] = set()
    first, until = rows
    for clash in clashes:
        start, end = (minute - begin for minute in wall.of(clash))
        end = max(start + 1, end)
        if end > 0 and start < DAY_MINUTES:
            found.update(range(max(first, min(until - 1, start // minutes)), min(until, -(-end // minutes))))
    return frozenset(found) if found else _NO_ROWS


def _clock_change(day: date, zone: tzinfo, minutes: int) -> tuple[tuple[int, int], tuple[int, int]]:
    """The rows of ``day`` that the clock skips, and those that come twice."""
    length = midnight(day + timedelta(days=1), zone) - midnight(day, zone)
    moved = int(length.total_seconds() // 60) - DAY_MINUTES
    if not moved:
        return (0, 0), (0, 0)
    row = _change_row(day, zone, minutes)
    rows = -(-abs(moved) // minutes)
    if moved < 0:
        return (row, row + rows), (0, 0)
    return (0, 0), (max(0, row - rows), row)


def _change_row(day: date, zone: tzinfo, minutes: int) -> int:
    """The first row at whose wall clock the offset is no longer that of midnight before the change."""
    instant, before = midnight(day, zone), midnight(day, zone).astimezone(zone).utcoffset()
    wall = 0
    while wall < DAY_MINUTES and instant.astimezone(zone).utcoffset() == before:
        instant += timedelta(minutes=minutes)
        wall += minutes
    return wall // minutes


def _spans(blocks: Sequence[Block], dates: Sequence[date]) -> tuple[Span, ...]:
    """All-day blocks on lines: those of one day first, then by start; a line holds what does not touch."""
    found = [(index, block, _columns(block, dates)) for index, block in enumerate(blocks) if _is_all_day(block)]
    found = [entry for entry in found if entry[2][0] < entry[2][1]]
    found.sort(key=lambda entry: (_is_long(entry[1]), entry[2][0], entry[2][0] - entry[2][1]))
    lines: list[list[bool]] = []
    spans = []
    for index, block, (first, until) in found:
        line = next((n for n, taken in enumerate(lines) if not any(taken[first:until])), len(lines))
        if line == len(lines):
            lines.append([False] * len(dates))
        lines[line][first:until] = [True] * (until - first)
        spans.append(_span(index, block, first, until, line, dates))
    return tuple(sorted(spans, key=lambda span: (span.line, span.first)))


def _columns(block: Block, dates: Sequence[date]) -> tuple[int, int]:
    when = block.meeting.when
    assert isinstance(when, AllDay)
    until = max(when.until, when.first + timedelta(days=1))
    return max(0, (when.first - dates[0]).days), min(len(dates), (until - dates[0]).days)


def _is_long(block: Block) -> bool:
    when = block.meeting.when
    return isinstance(when, AllDay) and (when.until - when.first).days > 1


def _span(index: int, block: Block, first: int, until: int, line: int, dates: Sequence[date]) -> Span:
    when = block.meeting.when
    assert isinstance(when, AllDay)
    return Span(
        index,
        first,
        until,
        line,
        from_before=when.first < dates[first],
        goes_on=when.until > dates[until - 1] + timedelta(days=1),
        is_clash=bool(block.clashes),
    )


def first_day(day: date, shown: date | None, days: int, week_start: int = 0) -> date:
    """The first day of a page of ``days`` days that holds ``day``.

    Seven days are always a week from ``week_start`` (0 is Monday). Fewer stay where they are (``shown``) and give
    way by as few days as it takes; without ``shown``, or far from it, they begin with the week where they can.
    """
    begin = day - timedelta(days=(day.weekday() - week_start) % 7)
    if days >= 7:
        return begin
    if shown is not None and -days <= (day - shown).days < 2 * days:
        offset = (day - shown).days
        return shown + timedelta(days=min(0, offset) + max(0, offset - days + 1))
    return begin if (day - begin).days < days else min(day, begin + timedelta(days=7 - days))


def days_for(width: int, gutter: int = 7, narrowest: int = 12) -> int:
    """How many days a grid of ``width`` cells shows so that each has at least ``narrowest``: 7, 5, 3 or 1."""
    return next((days for days in (7, 5, 3) if (width - gutter) // days - 1 >= narrowest), 1)


def minutes_for(height: int) -> int:
    """The minutes of a row for a grid of ``height`` rows: fine where eleven hours of quarters fit, else half hours."""
    return 15 if height >= 44 else 30


def all_day_lines_for(height: int) -> int:
    """How many lines of all-day events a screen of ``height`` rows draws."""
    return max(2, height // 12)


def column_starts(width: int, days: int, gutter: int = 7) -> tuple[int, ...]:
    """Where each column of a grid of ``width`` cells begins (at its left line), and where the last one ends."""
    room = max(days * 2, width - gutter)
    return tuple(gutter + room * column // days for column in range(days + 1))


def opening_row(row_count: int, height: int, minutes: int, now_minute: int | None) -> int:
    """The row to show at the top: the working day in the middle, and now in sight when it is on the page."""
    visible = height * minutes
    top = max(0, (14 * 60 - visible // 2) // 60 * 60)
    if now_minute is not None and not top + minutes <= now_minute < top + visible - minutes:
        top = max(0, (now_minute - minutes) // 60 * 60)
    return max(0, min(top // minutes, row_count - height))


def instant_at(day: date, minute: int, zone: tzinfo) -> datetime:
    """The instant (UTC) at which the clock on the wall first shows ``minute`` of ``day``."""
    return datetime.combine(day, time(minute // 60, minute % 60), zone).astimezone(UTC)
