"""The list of conflict groups: by day, two lines each; what two series make again and again is one entry.

A day is a heading, and the clashes of series stand together under one of their own, where the first of them falls.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, tzinfo
from functools import partial
from itertools import groupby

from msgspec import Struct
from rich.cells import cell_len
from textual.content import Content

from tui.domain.conflicts import Group
from tui.domain.meetings import Meeting
from tui.domain.series import Line, SeriesClash, series_of
from tui.domain.timespan import Interval
from tui.widgets.event_lines import (
    GRADE_MARKS,
    clock_words,
    day_name,
    day_words,
    letters_of,
    overlap_words,
    shown_subject,
)
from tui.widgets.line_view import CURSOR, Row, RowList
from tui.widgets.safe_text import MUTED, Part, line, outside, spread, styled

_MARK_WIDTH = 4


class GroupsShown(Struct, frozen=True, kw_only=True):
    """What the list draws."""

    lines: Sequence[Line] = ()
    zone: tzinfo
    today: date
    letters: Mapping[str, str]
    """Account id to letter."""
    occurrences: Mapping[str, int] = {}
    """Clash id to how many meetings the rarer of its two series has."""
    expanded: frozenset[str] = frozenset()
    """The clashes whose groups are listed one by one."""
    is_private: bool = False


def clash_id(clash: SeriesClash) -> str:
    """Names the clash of two series, also after some of it was solved."""
    return "series " + " ".join(sorted(series_of(meeting) for meeting in clash.groups[0].members))


def claimed_twice(group: Group) -> Interval:
    """From when to when ``group`` double-books; of a hint the short gap between its meetings."""
    overlap = group.overlap
    return Interval(overlap.end, overlap.start) if overlap.end < overlap.start else overlap


class GroupList(RowList):
    """Conflict groups with a cursor."""

    def show_groups(self, shown: GroupsShown, cursor: str = "") -> None:
        """List ``shown``; the cursor goes to the group or clash ``cursor``, else stays where it is."""
        self.show(group_rows(shown), cursor)


def group_rows(shown: GroupsShown) -> list[Row]:
    """The rows for ``shown``: headings, groups by day, series."""
    clashes = [entry for entry in shown.lines if isinstance(entry, SeriesClash)]
    groups = [entry for entry in shown.lines if isinstance(entry, Group)]
    first_clash = _day(clashes[0].groups[0], shown) if clashes else None
    rows: list[Row] = []
    by_day = partial(_day, shown=shown)
    for day, of_day in groupby(sorted(groups, key=by_day), key=by_day):
        if first_clash is not None and first_clash < day:
            rows += _series_rows(clashes, shown)
            first_clash = None
        rows.append(_heading(_day_title(day, shown.today)))
        rows += [_group_row(group, shown) for group in of_day]
    if first_clash is not None:
        rows += _series_rows(clashes, shown)
    return rows


def _day(group: Group, shown: GroupsShown) -> date:
    """The day that a group is listed under; what began before today stands under today."""
    return max(group.day or claimed_twice(group).start.astimezone(shown.zone).date(), shown.today)


def _day_title(day: date, today: date) -> str:
    year = f" {day.year}" if day.year != today.year else ""
    return f"{'Today, ' if day == today else ''}{day_words(day)}{year}"


def _heading(title: str) -> Row:
    return Row("", lambda width, is_cursor: [styled(f" {title}", f"bold {MUTED}")])


def _series_rows(clashes: Sequence[SeriesClash], shown: GroupsShown) -> list[Row]:
    rows = [_heading("Series")]
    for clash in clashes:
        rows.append(_clash_row(clash, shown))
        if clash_id(clash) in shown.expanded:
            rows += [_occurrence_row(group, shown) for group in clash.groups]
    return rows


def _group_row(group: Group, shown: GroupsShown) -> Row:
    when = "all day" if group.day is not None else overlap_words(claimed_twice(group), shown.zone, _day(group, shown))
    titles = _titles(group, shown.is_private)

    def draw(width: int, is_cursor: bool) -> Sequence[Content]:
        return [_head(group, when, shown, width, is_cursor), _second(titles, "", width)]

    return Row(group.id, draw, 2)


def _clash_row(clash: SeriesClash, shown: GroupsShown) -> Row:
    first = clash.groups[0]
    when = _clash_when(clash, shown.zone)
    is_open = clash_id(clash) in shown.expanded
    total = shown.occurrences.get(clash_id(clash), 0)
    tail = f": {len(clash.groups)}{f' of {total}' if total >= len(clash.groups) else ''} {'▾' if is_open else '▸'}"
    titles = _titles(first, shown.is_private)

    def draw(width: int, is_cursor: bool) -> Sequence[Content]:
        return [_head(clash, when, shown, width, is_cursor), _second(titles, tail, width)]

    return Row(clash_id(clash), draw, 2)


def _occurrence_row(group: Group, shown: GroupsShown) -> Row:
    day = claimed_twice(group).start.astimezone(shown.zone).date()
    when = f"{day_words(day)}  {overlap_words(claimed_twice(group), shown.zone)}"

    def draw(width: int, is_cursor: bool) -> Sequence[Content]:
        return [line(CURSOR if is_cursor else " ", "    ", _mark(group), " ", when)]

    return Row(group.id, draw)


def _head(entry: Line, when: str, shown: GroupsShown, width: int, is_cursor: bool) -> Content:
    group = entry if isinstance(entry, Group) else entry.groups[0]
    letters = f" {_letters(group.members, shown.letters)} "
    if cell_len(when) + 1 + _MARK_WIDTH + cell_len(letters) > width:
        when = when.replace(" – ", "–")
    left = line(CURSOR if is_cursor else " ", _mark(entry), " " * (_MARK_WIDTH - len(GRADE_MARKS[entry.grade])), when)
    return spread(left, letters, width)


def _mark(entry: Line) -> Part:
    return GRADE_MARKS[entry.grade], f"bold $grade-{entry.grade}"


def _letters(members: Sequence[Meeting], letters: Mapping[str, str]) -> str:
    copies = [copy for meeting in members for copy in meeting.copies[:1]]
    return " ".join(letters_of(copies, letters))


def _second(titles: str, tail: str, width: int) -> Content:
    indent = 1 + _MARK_WIDTH
    room = max(1, width - indent - len(tail))
    return line(" " * indent, outside(titles).truncate(room, ellipsis=True), tail)


def _titles(group: Group, is_private: bool) -> str:
    """The titles joined; of an all-day item its own titles and how many meetings they meet."""
    leading = [meeting for meeting in group.members if meeting.all_day or group.day is None]
    titles = [shown_subject(meeting.lead.event, is_private) for meeting in leading]
    others = [meeting for meeting in group.members if meeting not in leading]
    if len(others) == 1:
        titles.append(shown_subject(others[0].lead.event, is_private))
    elif others:
        titles.append(f"{len(others)} meetings of that day")
    return " × ".join(titles)


def _clash_when(clash: SeriesClash, zone: tzinfo) -> str:
    """ "Wednesdays 12:00" when it is always the same, else the first day and how they go on."""
    starts: list[datetime] = [claimed_twice(group).start.astimezone(zone) for group in clash.groups]
    times = {f"{start:%H:%M}" for start in starts}
    if len({start.weekday() for start in starts}) == 1 and len(times) == 1:
        return f"every {day_name(starts[0])} {times.pop()}"
    return f"from {day_words(starts[0].date())} {clock_words(starts[0], zone)}"
