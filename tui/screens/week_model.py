"""From a snapshot to what the week draws: which blocks, in which shape and colour, and where they clash."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import takewhile

from tui.domain.busy import Weight
from tui.domain.conflicts import Grade, Group, Pair, State
from tui.domain.events import Response
from tui.domain.meetings import Meeting
from tui.domain.timespan import Interval, midnight
from tui.widgets.event_lines import account_labels, second_line, shown_subject
from tui.widgets.week_block import Block, Clash, Shape
from tui.widgets.week_clock import Slot, on_the_wall
from tui.widgets.week_cursor import Cursor, at_time
from tui.widgets.week_layout import Page
from tui.workspace.view import Snapshot


class Groups:
    """Finds groups by time without looking at all of them; for one snapshot's groups, which are by start."""

    def __init__(self, groups: Sequence[Group]) -> None:
        self.groups = groups
        self._longest = max((group.interval.length for group in groups), default=timedelta(0))

    def since(self, instant: datetime) -> Iterator[Group]:
        """The groups that end at ``instant`` or later, by start."""
        begin = bisect_left(self.groups, instant - self._longest, key=lambda group: group.interval.start)
        return (self.groups[n] for n in range(begin, len(self.groups)) if self.groups[n].interval.end >= instant)

    def between(self, interval: Interval) -> Iterator[Group]:
        """The groups that touch ``interval``, by start."""
        return takewhile(lambda group: group.interval.start <= interval.end, self.since(interval.start))

    def of(self, meeting: Meeting) -> tuple[Group, ...]:
        """The groups that ``meeting`` is a member of."""
        near = self.between(meeting.interval)
        return tuple(group for group in near if any(member.id == meeting.id for member in group.members))


def blocks_of(snapshot: Snapshot, groups: Groups, first: date, until: date, is_private: bool) -> list[Block]:
    """What the week draws on the days from ``first`` up to ``until``."""
    clashes = _clashes(groups, Interval(midnight(first, snapshot.zone), midnight(until, snapshot.zone)))
    colours = account_colours(snapshot.letters)
    return [
        block_of(snapshot, meeting, colours, is_private, clashes.get(meeting.id, ()))
        for meeting in snapshot.meetings_between(first, until)
    ]


def block_of(
    snapshot: Snapshot,
    meeting: Meeting,
    colours: Mapping[str, int],
    is_private: bool,
    clashes: Sequence[Clash] = (),
) -> Block:
    """``meeting`` as the week draws it; ``colours`` are by account id."""
    event = meeting.lead.event
    return Block(
        meeting=meeting,
        letters=snapshot.letters_of(meeting),
        colour=colours.get(meeting.lead.calendar.account_id, 0),
        shape=shape_of(meeting),
        title=shown_subject(event, is_private),
        note=second_line(meeting, is_private),
        struck=event.is_cancelled or event.is_gone or event.response is Response.DECLINED,
        clashes=merged(clashes),
    )


def merged(clashes: Sequence[Clash]) -> tuple[Clash, ...]:
    """``clashes`` by start, those of one grade that overlap or touch as one."""
    found: list[Clash] = []
    for clash in sorted(clashes, key=lambda one: (one.grade.rank, one.interval)):
        last = found[-1] if found else None
        if last is not None and last.grade is clash.grade and clash.interval.start <= last.interval.end:
            end = max(last.interval.end, clash.interval.end)
            found[-1] = Clash(Interval(last.interval.start, end), clash.grade)
        else:
            found.append(clash)
    return tuple(sorted(found))


def account_colours(letters: Mapping[str, str]) -> dict[str, int]:
    """The place among the colours for each account id, in the order of the letters."""
    ordered = sorted(letters.items(), key=lambda item: (len(item[1]), item[1]))
    return {account_id: position for position, (account_id, _) in enumerate(ordered)}


def shape_of(meeting: Meeting) -> Shape:
    """The state of a meeting as the shape of its bar."""
    if all(weighing.row == 0 for weighing in meeting.weighings):
        return Shape.HOLLOW
    if meeting.away:
        return Shape.AWAY
    return {Weight.HARD: Shape.BUSY, Weight.SOFT: Shape.MAYBE, Weight.NONE: Shape.FREE}[meeting.weight]


def _clashes(groups: Groups, window: Interval) -> dict[str, list[Clash]]:
    """When each meeting of ``window`` is double-booked."""
    found: defaultdict[str, list[Clash]] = defaultdict(list)
    for group in groups.between(window):
        for pair in group.pairs:
            for meeting in _marked(pair):
                found[meeting.id].append(Clash(pair.overlap, pair.grade))
    return found


def _marked(pair: Pair) -> tuple[Meeting, ...]:
    """Those of a pair that carry the mark of a clash.

    A day-long event that merely lies over a meeting would mark the whole day: then only the former is marked.
    """
    if pair.state is not State.OPEN or pair.grade is Grade.HINT:
        return ()
    if pair.grade is Grade.LOW and pair.first.all_day != pair.second.all_day:
        return (pair.first,) if pair.first.all_day else (pair.second,)
    return (pair.first, pair.second)


def labels_of(snapshot: Snapshot) -> dict[str, str]:
    """A short name for each account."""
    return account_labels({view.account.id: view.account.address for view in snapshot.accounts})


def opening_cursor(page: Page, now: datetime) -> Cursor:
    """The current event of today, else the next one, else now."""
    place = on_the_wall(now, page.zone)
    here = at_time(page, place.day, place.minute, again=place.is_second)
    if here.meeting_id or not page.holds(place.day):
        return here
    column = page.columns[page.column_of(place.day)]
    for piece in column.pieces:
        block = page.blocks[piece.block]
        if block.meeting.interval.start >= now and not block.struck:
            slot = page.rows.slot(piece.first)
            return Cursor(column.day, slot.minute, block.meeting.id, again=slot.again)
    return here


def next_start(page: Page, cursor: Cursor) -> Block | None:
    """The next event after the cursor on its day, those left out that will not be."""
    if not page.holds(cursor.day):
        return None
    row = page.row_at(cursor.day, Slot(cursor.minute, cursor.again))
    for piece in page.columns[page.column_of(cursor.day)].pieces:
        block = page.blocks[piece.block]
        if piece.first > row and not block.struck:
            return block
    return None
