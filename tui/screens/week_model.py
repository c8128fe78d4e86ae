"""From a snapshot to what the week draws: which blocks, in which shape and colour, and where they clash."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from tui.domain.busy import Weight
from tui.domain.conflicts import Grade, Pair, State
from tui.domain.events import Response
from tui.domain.meetings import Meeting
from tui.domain.timespan import Interval, midnight
from tui.widgets.event_lines import account_labels, second_line, shown_subject
from tui.widgets.week_cursor import Cursor, at_time
from tui.widgets.week_layout import Block, Page, Shape
from tui.workspace.view import Snapshot


def blocks_of(snapshot: Snapshot, first: date, until: date, is_private: bool) -> list[Block]:
    """What the week draws on the days from ``first`` up to ``until``."""
    clashes = _clashes(snapshot, first, until)
    colours = account_colours(snapshot.letters)
    return [
        _block(snapshot, meeting, clashes.get(meeting.id, ()), colours, is_private)
        for meeting in snapshot.meetings_between(first, until)
    ]


def _block(
    snapshot: Snapshot,
    meeting: Meeting,
    clashes: Sequence[Interval],
    colours: Mapping[str, int],
    is_private: bool,
) -> Block:
    event = meeting.lead.event
    return Block(
        meeting=meeting,
        letters=snapshot.letters_of(meeting),
        colour=colours.get(meeting.lead.calendar.account_id, 0),
        shape=shape_of(meeting),
        title=shown_subject(event, is_private),
        note=second_line(meeting, is_private),
        struck=event.is_cancelled or event.response is Response.DECLINED,
        clashes=merged(clashes),
    )


def merged(intervals: Sequence[Interval]) -> tuple[Interval, ...]:
    """``intervals`` by start, those that overlap or touch as one."""
    found: list[Interval] = []
    for interval in sorted(intervals):
        if found and interval.start <= found[-1].end:
            found[-1] = Interval(found[-1].start, max(found[-1].end, interval.end))
        else:
            found.append(interval)
    return tuple(found)


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


def _clashes(snapshot: Snapshot, first: date, until: date) -> dict[str, list[Interval]]:
    """When each meeting of those days is double-booked."""
    window = Interval(midnight(first, snapshot.zone), midnight(until, snapshot.zone))
    end = bisect_left(snapshot.groups, window.end, key=lambda group: group.interval.start)
    found: defaultdict[str, list[Interval]] = defaultdict(list)
    for group in snapshot.groups[:end]:
        if group.interval.end > window.start:
            for pair in group.pairs:
                for meeting in _marked(pair):
                    found[meeting.id].append(pair.overlap)
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
    here = at_time(page, now.date(), now.hour * 60 + now.minute)
    if here.meeting_id or not page.holds(now.date()):
        return here
    column = page.columns[page.column_of(now.date())]
    for piece in column.pieces:
        block = page.blocks[piece.block]
        if block.meeting.interval.start >= now and not block.struck:
            return Cursor(column.day, piece.first * page.minutes, block.meeting.id)
    return here


def next_start(page: Page, cursor: Cursor) -> Block | None:
    """The next event after the cursor on its day, those left out that will not be."""
    if not page.holds(cursor.day):
        return None
    for piece in page.columns[page.column_of(cursor.day)].pieces:
        block = page.blocks[piece.block]
        if piece.first * page.minutes > cursor.minute and not block.struck:
            return block
    return None
