"""Where everything stands in the week: pure functions from blocks to rows, lanes and lines.

A page is computed once per change of data, week, scale or width; drawing only looks things up in it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta, tzinfo

from msgspec import Struct

from tui.domain.timespan import Interval
from tui.widgets.week_block import Block
from tui.widgets.week_clock import NOTHING, Change, Place, Rows, Slot, change_of, on_the_wall, rows_for
from tui.widgets.week_lanes import Marked, Piece, Stretch, pieces_of
from tui.widgets.week_sizes import GUTTER, SECOND_GUTTER
from tui.widgets.week_spans import Span, by_column, spans_of

_DAY = timedelta(days=1)


class Column(Struct, frozen=True, gc=False):
    """One day."""

    day: date
    pieces: tuple[Piece, ...]
    """By first row and lane."""
    rows: tuple[tuple[Piece, ...], ...]
    """For each row what has a lane in it, by lane."""
    waiting: tuple[tuple[Piece, ...], ...]
    """For each row what stands in it without a lane."""
    skipped: tuple[int, int] = NOTHING
    """Rows that the clock skips on this day, half-open."""
    repeated: tuple[int, int] = NOTHING
    """Rows of the hour that comes twice on this day, half-open: of the second time, where that has its own."""
    absent: tuple[int, int] = NOTHING
    """Rows that only another day of the page has, half-open."""
    working: tuple[int, int] | None = None
    """The minutes of the day in which its person works, half-open."""

    def is_working(self, minute: int) -> bool:
        return self.working is not None and self.working[0] <= minute < self.working[1]

    def is_real(self, row: int) -> bool:
        """Whether there is such a time on this day."""
        return not (self.skipped[0] <= row < self.skipped[1] or self.absent[0] <= row < self.absent[1])


class Page(Struct, frozen=True, gc=False):
    """All that the week draws: some days, their blocks, and where they stand."""

    zone: tzinfo
    rows: Rows
    blocks: tuple[Block, ...]
    """By start."""
    columns: tuple[Column, ...]
    spans: tuple[Span, ...]
    above: tuple[tuple[Span, ...], ...]
    """For each column the spans above it, by line."""
    places: Mapping[str, int]
    """Meeting id to its place among the blocks."""
    most_lines: int = 0
    """How many lines there are above the hours; 0: as many as it takes."""
    second_zone: tzinfo | None = None
    """Whose hours stand beside those of ``zone``."""

    @property
    def days(self) -> tuple[date, ...]:
        return tuple(column.day for column in self.columns)

    @property
    def minutes(self) -> int:
        """Per row."""
        return self.rows.minutes

    @property
    def row_count(self) -> int:
        return self.rows.total

    @property
    def gutter(self) -> int:
        """The cells left of the first day."""
        return GUTTER + (SECOND_GUTTER if self.second_zone is not None else 0)

    def column_of(self, day: date) -> int:
        """The column of ``day``; outside of the page it is before 0 or after the last."""
        return (day - self.columns[0].day).days

    def holds(self, day: date) -> bool:
        return 0 <= self.column_of(day) < len(self.columns)

    def row_at(self, day: date, slot: Slot) -> int:
        """The row of ``slot`` on ``day``; what this day has only once is its first time."""
        row = self.rows.row(slot)
        first, until = self.columns[self.column_of(day)].absent if self.holds(day) else NOTHING
        return row - (until - first) if first <= row < until else row

    def block_index(self, meeting_id: str) -> int | None:
        """The place of a meeting among the blocks."""
        return self.places.get(meeting_id)


def lay_out(
    blocks: Iterable[Block],
    first: date,
    days: int,
    zone: tzinfo,
    minutes: int,
    *,
    all_day_lines: int = 0,
    room: int = 0,
    second_zone: tzinfo | None = None,
    working: Sequence[tuple[int, int] | None] = (),
) -> Page:
    """The page of ``days`` days from ``first``; ``minutes`` (a divisor of 60) are one row.

    ``all_day_lines`` is how many lines there are above the hours, ``room`` how many cells a column has for events;
    0 stands for as many as it takes. ``working`` are the minutes of work of each weekday from Monday on.
    """
    ordered = tuple(sorted(blocks, key=lambda block: (block.meeting.interval, block.letters, block.meeting.id)))
    dates = [first + timedelta(days=offset) for offset in range(days)]
    changes = [change_of(day, zone) for day in dates]
    rows = rows_for(changes, minutes)
    wall = _Wall(zone, rows, dict(zip(dates, changes, strict=True)))
    stretches, marks = wall.of_days(ordered)
    hours = working or [None] * 7
    columns = tuple(_column(day, wall, stretches[day], marks[day], room, hours[day.weekday()]) for day in dates)
    spans = spans_of(ordered, dates, zone, all_day_lines)
    return Page(
        zone=zone,
        rows=rows,
        blocks=ordered,
        columns=columns,
        spans=spans,
        above=by_column(spans, days),
        places={block.meeting.id: index for index, block in enumerate(ordered)},
        most_lines=all_day_lines,
        second_zone=second_zone,
    )


class _Wall:
    """Puts intervals on the rows of the days of a page."""

    def __init__(self, zone: tzinfo, rows: Rows, changes: Mapping[date, Change | None]) -> None:
        self._zone = zone
        self.rows = rows
        self.changes = changes

    def of_days(
        self, blocks: Sequence[Block]
    ) -> tuple[Mapping[date, list[Stretch]], Mapping[date, dict[int, list[Marked]]]]:
        """For each day from when to when the blocks last that stand among the hours, and when they clash."""
        stretches: defaultdict[date, list[Stretch]] = defaultdict(list)
        marks: defaultdict[date, dict[int, list[Marked]]] = defaultdict(dict)
        for index, block in enumerate(blocks):
            if not block.is_above:
                for day, start, end in self._parts(block.meeting.interval):
                    stretches[day].append(Stretch(index, start, end))
                for clash in block.clashes:
                    for day, start, end in self._parts(clash.interval):
                        marks[day].setdefault(index, []).append(Marked(start, end, clash.grade))
        return stretches, marks

    def _parts(self, interval: Interval) -> Iterable[tuple[date, int, int]]:
        """The days of the page that ``interval`` touches, with minutes down the page."""
        start = on_the_wall(interval.start, self._zone)
        end = on_the_wall(max(interval.start, interval.end), self._zone)
        day = start.day
        while day <= end.day:
            if day in self.changes and (day == start.day or day < end.day or end.minute):
                first = self._start(start) if day == start.day else 0
                until = self._end(end) if day == end.day else self.rows.total * self.rows.minutes
                yield day, first, max(first, until)
            day += _DAY

    def _start(self, place: Place) -> int:
        return self.rows.place(place.minute, is_second=place.is_second and self._is_doubled(place.day))

    def _end(self, place: Place) -> int:
        is_doubled = self._is_doubled(place.day)
        return self.rows.place(
            place.minute, is_second=place.is_second and is_doubled, ends_first=not is_doubled and not place.is_second
        )

    def _is_doubled(self, day: date) -> bool:
        change = self.changes.get(day)
        return change is not None and self.rows.extra > 0 and change.repeated == self.rows.again


def _column(
    day: date,
    wall: _Wall,
    stretches: Sequence[Stretch],
    marks: Mapping[int, Sequence[Marked]],
    room: int,
    working: tuple[int, int] | None,
) -> Column:
    rows = wall.rows
    pieces = pieces_of(stretches, marks, rows.minutes, rows.total, room)
    shown: list[list[Piece]] = [[] for _ in range(rows.total)]
    waiting: list[list[Piece]] = [[] for _ in range(rows.total)]
    for piece in sorted(pieces, key=lambda piece: piece.lane):
        for row in range(piece.first, piece.shown):
            waiting[row].append(piece)
        for row in range(piece.shown, piece.until):
            shown[row].append(piece)
    skipped, repeated, absent = _unusual(wall.changes[day], rows)
    return Column(
        day, tuple(pieces), tuple(map(tuple, shown)), tuple(map(tuple, waiting)), skipped, repeated, absent, working
    )


def _unusual(change: Change | None, rows: Rows) -> tuple[tuple[int, int], tuple[int, int], tuple[int, int]]:
    """The rows that a day with ``change`` skips, has twice, and does not have."""
    minutes = rows.minutes
    second = ((rows.again[0] + rows.extra) // minutes, (rows.again[1] + rows.extra) // minutes)
    if change is None or change.by > 0:
        skipped = NOTHING if change is None else change.skipped
        first, until = (rows.place(minute) // minutes for minute in skipped)
        return (first, until) if first < until else NOTHING, NOTHING, second if rows.extra else NOTHING
    if change.repeated == rows.again:
        return NOTHING, second, NOTHING
    first, until = change.repeated[0] // minutes, -(-change.repeated[1] // minutes)
    return NOTHING, (first, until), NOTHING
