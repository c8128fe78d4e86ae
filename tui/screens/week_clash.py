"""Where the next double booking is, seen from the cursor of the week."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from tui.domain.conflicts import Grade, Group, State
from tui.domain.meetings import Meeting
from tui.screens.week_model import Groups
from tui.widgets.week_clock import Slot, instant_at
from tui.widgets.week_cursor import Cursor
from tui.widgets.week_layout import Page


class Clash(NamedTuple):
    """Where a double booking begins, and the meeting that begins it; of a whole day the day and its event."""

    start: datetime
    meeting: Meeting


def clash_after(groups: Groups, page: Page, cursor: Cursor) -> Clash | None:
    """The double booking of the event under the cursor when it lies ahead, else the next one, after the last the first.

    None when there is none at all.
    """
    here = instant_at(cursor.day, cursor.slot if cursor.line is None else Slot(0), page.zone)
    index = page.block_index(cursor.meeting_id) if cursor.meeting_id else None
    if index is not None:
        own = (_clash_of(group) for group in groups.of(page.blocks[index].meeting) if group.grade is not Grade.HINT)
        ahead = next((clash for clash in own if clash.start > here), None)
        if ahead is not None:
            return ahead
    return _first(groups.since(here), (here, cursor.meeting_id)) or _first(groups.groups, None)


def _first(groups: Iterable[Group], after: tuple[datetime, str] | None) -> Clash | None:
    """The first double booking of ``groups`` (by start) whose start and meeting come after ``after``."""
    best: Clash | None = None
    for group in groups:
        if best is not None and group.interval.start > best.start:
            break
        if group.grade is not Grade.HINT:
            clash = _clash_of(group)
            place = (clash.start, clash.meeting.id)
            if (after is None or place > after) and (best is None or place < (best.start, best.meeting.id)):
                best = clash
    return best


def _clash_of(group: Group) -> Clash:
    if group.day is not None:
        return Clash(group.interval.start, next(member for member in group.members if member.all_day))
    pair = next((pair for pair in group.pairs if pair.state is State.OPEN), group.pairs[0])
    return Clash(pair.overlap.start, pair.second)
