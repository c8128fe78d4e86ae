"""A conflict group as lanes: one per Outlook account, on one time axis, with the overlaps shaded.

A bar's edges are ``▌`` and ``▐``; ``▒`` is time that somebody else claims too, ``═`` time that is only this
meeting's, and ``▲`` under the lanes marks where at least two run at once. Nothing rests on colour.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from typing import NamedTuple

from rich.cells import cell_len
from textual.content import Content

from tui.domain.conflicts import Group
from tui.domain.meetings import Meeting
from tui.domain.timespan import Interval, midnight
from tui.widgets.event_lines import clock_words, overlap_words, shown_subject
from tui.widgets.safe_text import MUTED, Part, clipped, fitted, line, outside, styled

GUTTER = 3
"""Cells before the axis: the letter of the account."""
LABEL = 5
_STEPS = tuple(timedelta(minutes=minutes) for minutes in (5, 10, 15, 30, 60, 120, 180, 360, 720, 1440))
_DAY = timedelta(days=1)
_ACCOUNT_STYLES = 8


class Crowd(NamedTuple):
    """A stretch in which a constant number of meetings run."""

    interval: Interval
    depth: int


class Axis(NamedTuple):
    """Time along ``width`` cells."""

    interval: Interval
    width: int

    def column(self, instant: datetime) -> int:
        """The cell at which ``instant`` lies, 0 to ``width``."""
        share = (instant - self.interval.start) / self.interval.length
        return min(max(round(share * self.width), 0), self.width)

    def columns(self, interval: Interval) -> range:
        """The cells of ``interval``, at least one."""
        first = min(self.column(interval.start), self.width - 1)
        return range(first, max(first + 1, self.column(interval.end)))


class Bar(NamedTuple):
    """A meeting in its lane."""

    meeting: Meeting
    cells: range


def account_style(letter: str) -> str:
    """The style that marks the account with ``letter``: colour as decoration, the letter stands beside it."""
    return f"$account-{(ord(letter[:1] or 'A') - ord('A')) % _ACCOUNT_STYLES + 1}"


def crowds(meetings: Sequence[Meeting], within: Interval) -> list[Crowd]:
    """Where at least two of ``meetings`` run at once inside ``within``, by start."""
    changes: list[tuple[datetime, int]] = []
    for meeting in meetings:
        clipped_interval = meeting.interval.overlap(within)
        if clipped_interval.end > clipped_interval.start:
            changes += [(clipped_interval.start, 1), (clipped_interval.end, -1)]
    changes.sort()
    found: list[Crowd] = []
    depth = 0
    for (instant, change), (following, _) in zip(changes, [*changes[1:], (within.end, 0)], strict=False):
        depth += change
        if depth > 1 and following > instant:
            found.append(Crowd(Interval(instant, following), depth))
    return found


def lane_lines(
    group: Group,
    letters: Mapping[str, str],
    zone: tzinfo,
    width: int,
    *,
    selected: str = "",
    most_rows: int = 12,
    is_private: bool = False,
) -> list[Content]:
    """``group`` drawn in ``width`` cells: axis, lanes, marks.

    ``letters`` gives the letter of an account id. ``selected`` is the meeting id whose title stands out. At most
    ``most_rows`` rows are lanes; the rest is counted. ``is_private`` hides the titles of private events.
    """
    axis = _axis(group, max(8, width - GUTTER))
    crowded = crowds(group.members, group.interval)
    shaded = {cell for crowd in crowded for cell in axis.columns(crowd.interval)}
    rows = [(letter, bars) for letter, lane in _lanes(group.members, letters) for bars in _rows(lane, axis)]
    lines = _scale(axis, zone)
    shown = ""
    for letter, bars in rows[:most_rows]:
        head = styled(f" {letter} ", account_style(letter)) if letter != shown else Content(" " * GUTTER)
        shown = letter
        lines.append(line(head, *_drawn(bars, letter, shaded, selected, is_private)))
    hidden = sum(len(bars) for _, bars in rows[most_rows:])
    if hidden:
        lines.append(styled(f"{' ' * GUTTER}+{hidden:,} more", MUTED))
    return lines + _marks(axis, crowded, shaded, zone)


def _axis(group: Group, width: int) -> Axis:
    """The time of the group with some air at both ends; a day item is just its day."""
    if group.day is not None:
        return Axis(group.interval, width)
    air = max(group.interval.length / 10, timedelta(minutes=5))
    return Axis(Interval(group.interval.start - air, group.interval.end + air), width)


def _scale(axis: Axis, zone: tzinfo) -> list[Content]:
    """Two lines: labels, and a rule with a tick under the middle of each."""
    labels = [" "] * axis.width
    rule = ["─"] * axis.width
    free = 0
    for instant, label in _ticks(axis, zone):
        column = axis.column(instant)
        first = column - LABEL // 2
        if column < axis.width:
            rule[column] = "┬"
            if first >= free and first + len(label) <= axis.width:
                labels[first : first + len(label)] = label
                free = first + len(label) + 1
    indent = " " * GUTTER
    return [styled(indent + "".join(labels), MUTED), styled(indent + "".join(rule), MUTED)]


def _ticks(axis: Axis, zone: tzinfo) -> Iterator[tuple[datetime, str]]:
    """Round times of the wall clock, as far apart as their labels need."""
    wanted = axis.interval.length * (LABEL + 3) / axis.width
    step = next((step for step in _STEPS if step >= wanted), None)
    if step is None:
        step = -(-wanted // _DAY) * _DAY
    start = axis.interval.start.astimezone(zone)
    instant = midnight(start.date(), zone)
    instant += -(-(axis.interval.start - instant) // step) * step
    while instant <= axis.interval.end:
        local = instant.astimezone(zone)
        yield instant, f"{local:%a}{local.day:>2}"[:LABEL] if step >= _DAY else clock_words(instant, zone)
        instant += step


def _lanes(members: Sequence[Meeting], letters: Mapping[str, str]) -> list[tuple[str, list[Meeting]]]:
    """The members by the letter of the account whose copy leads."""
    lanes: dict[str, list[Meeting]] = {}
    for meeting in members:
        lanes.setdefault(letters.get(meeting.lead.calendar.account_id, "?"), []).append(meeting)
    return sorted(lanes.items())


def _rows(lane: Sequence[Meeting], axis: Axis) -> list[list[Bar]]:
    """Bars that would cover each other get further rows of the lane."""
    rows: list[list[Bar]] = []
    for meeting in lane:
        bar = Bar(meeting, axis.columns(meeting.interval))
        row = next((row for row in rows if row[-1].cells.stop <= bar.cells.start), None)
        if row is None:
            rows.append([bar])
        else:
            row.append(bar)
    return rows


def _drawn(bars: Sequence[Bar], letter: str, shaded: set[int], selected: str, is_private: bool) -> Iterator[Part]:
    end = 0
    for bar in bars:
        yield " " * (bar.cells.start - end)
        title = shown_subject(bar.meeting.lead.event, is_private)
        yield from _bar(bar.cells, title, account_style(letter), shaded, bar.meeting.id == selected)
        end = bar.cells.stop


def _bar(cells: range, title: str, style: str, shaded: set[int], is_selected: bool) -> Iterator[Part]:
    """Edge, title and filling of one bar in exactly ``cells``."""
    if len(cells) == 1:
        yield "▐", style
        return
    yield "▌", style
    inner = cells[1:-1]
    text = outside(clipped(outside(title).plain, len(inner) - 1))
    used = min(len(inner), cell_len(text.plain) + 2) if len(inner) > 2 else 0
    if used:
        yield fitted(line(" ", (text.plain, "bold underline" if is_selected else "")), used)
    for cell in inner[used:]:
        yield ("▒", "$grade-high") if cell in shaded else ("═", style)
    yield "▐", style


def _marks(axis: Axis, crowded: Sequence[Crowd], shaded: set[int], zone: tzinfo) -> list[Content]:
    """The line that says where, and how many at once; the words move below when the line is full."""
    if not crowded:
        return []
    marks = "".join("▲" if cell in shaded else " " for cell in range(axis.width))
    words = _peak(crowded, zone)
    first, last = min(shaded), max(shaded)
    indent = " " * GUTTER
    if last + 3 + len(words) <= axis.width:
        return [line(indent, (marks.rstrip(), "$grade-high"), f"  {words}")]
    if first >= len(words) + 2:
        return [line(indent, f"{words:>{first - 2}}  ", (marks.strip(), "$grade-high"))]
    return [styled(indent + marks.rstrip(), "$grade-high"), line(indent, f"{words:>{axis.width}}")]


def _peak(crowded: Sequence[Crowd], zone: tzinfo) -> str:
    """How many at once at most; and when, if that is not the whole overlap."""
    depth = max(crowd.depth for crowd in crowded)
    peaks = [crowd.interval for crowd in crowded if crowd.depth == depth]
    words = f"{depth} at once"
    if len(crowded) == 1:
        return words
    return f"{words} {overlap_words(peaks[0], zone)}"
