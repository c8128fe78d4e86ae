"""What stands on the lines above the hours, and what becomes of it where there is more than lines.

There stand the events of whole days, and those that last 24 hours or longer.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time, timedelta, tzinfo

from msgspec import Struct
from msgspec.structs import replace

from tui.domain.conflicts import Grade
from tui.domain.timespan import AllDay
from tui.widgets.week_block import Block

_DAY = timedelta(days=1)


class Span(Struct, frozen=True, gc=False):
    """A block on the lines above the hours."""

    block: int
    first: int
    until: int
    """Columns of the page, half-open."""
    line: int
    from_before: bool
    goes_on: bool
    grade: Grade | None = None
    """Of its worst clash."""
    begins: str = ""
    """The time at which it begins, where that is not midnight and it begins in these columns."""
    ends: str = ""
    """The time at which it ends, likewise."""


class _Days(Struct, frozen=True, gc=False):
    """The days of a block, half-open, and its times where they do not fill them."""

    first: date
    until: date
    begins: str = ""
    ends: str = ""

    @property
    def is_long(self) -> bool:
        return (self.until - self.first).days > 1


def spans_of(blocks: Sequence[Block], dates: Sequence[date], zone: tzinfo, lines: int) -> tuple[Span, ...]:
    """The blocks that stand above the hours of ``dates``, on lines.

    Those of one day come first, then by start; a line holds what does not touch. What has no place on ``lines``
    lines (0: all) is moved, day by day, to where one of them is free.
    """
    found = []
    for index, block in enumerate(blocks):
        if block.is_above:
            days = _days_of(block, zone)
            first, until = max(0, (days.first - dates[0]).days), min(len(dates), (days.until - dates[0]).days)
            if first < until:
                found.append((days.is_long, first, first - until, index, days))
    taken: list[list[bool]] = []
    spans = []
    for _, first, length, index, days in sorted(found, key=lambda entry: entry[:4]):
        until = first - length
        line = next((n for n, cells in enumerate(taken) if not any(cells[first:until])), len(taken))
        if line == len(taken):
            taken.append([False] * len(dates))
        taken[line][first:until] = [True] * (until - first)
        spans.append(_span(index, blocks[index], days, (first, until), line, dates))
    return _moved_up(tuple(sorted(spans, key=_place)), lines)


def _days_of(block: Block, zone: tzinfo) -> _Days:
    when = block.meeting.when
    if isinstance(when, AllDay):
        return _Days(when.first, max(when.until, when.first + _DAY))
    start, end = (moment.astimezone(zone) for moment in (block.meeting.interval.start, block.meeting.interval.end))
    is_whole = end.time() == time()
    return _Days(
        start.date(),
        end.date() if is_whole else end.date() + _DAY,
        "" if start.time() == time() else f"{start:%H:%M}",
        "" if is_whole else f"{end:%H:%M}",
    )


def _span(index: int, block: Block, days: _Days, shown: tuple[int, int], line: int, dates: Sequence[date]) -> Span:
    first, until = shown
    from_before, goes_on = days.first < dates[first], days.until > dates[until - 1] + _DAY
    return Span(
        index,
        first,
        until,
        line,
        from_before,
        goes_on,
        block.grade,
        "" if from_before else days.begins,
        "" if goes_on else days.ends,
    )


def _place(span: Span) -> tuple[int, int]:
    return span.line, span.first


def _moved_up(spans: tuple[Span, ...], lines: int) -> tuple[Span, ...]:
    """``spans`` with those below ``lines`` cut into pieces that stand on the free places above, as far as there are."""
    if not lines:
        return spans
    found = [span for span in spans if span.line < lines]
    taken = {(span.line, column) for span in found for column in range(span.first, span.until)}
    for span in spans[len(found) :]:
        for column in range(span.first, span.until):
            line = next((line for line in range(lines) if (line, column) not in taken), span.line)
            taken.add((line, column))
            last = found[-1]
            if (last.block, last.line, last.until) == (span.block, line, column):
                is_end = column + 1 == span.until
                found[-1] = replace(
                    last,
                    until=column + 1,
                    goes_on=span.goes_on or not is_end,
                    ends=span.ends if is_end else "",
                )
            else:
                found.append(_cut(span, column, line))
    return tuple(sorted(found, key=_place))


def _cut(span: Span, column: int, line: int) -> Span:
    """What of ``span`` stands in ``column``, on another line."""
    is_first, is_last = column == span.first, column + 1 == span.until
    return replace(
        span,
        first=column,
        until=column + 1,
        line=line,
        from_before=span.from_before or not is_first,
        goes_on=span.goes_on or not is_last,
        begins=span.begins if is_first else "",
        ends=span.ends if is_last else "",
    )


def by_column(spans: Sequence[Span], columns: int) -> tuple[tuple[Span, ...], ...]:
    """What stands above each column, by line."""
    found: list[list[Span]] = [[] for _ in range(columns)]
    for span in spans:
        for column in range(span.first, span.until):
            found[column].append(span)
    return tuple(map(tuple, found))
