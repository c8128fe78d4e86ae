"""Where the next double booking is, seen from the cursor of the week."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from tui.domain.conflicts import Grade, Group, State
from tui.domain.meetings import Meeting
from tui.widgets.week_cursor import Cursor
from tui.widgets.week_layout import Page, instant_at
from tui.workspace.view import Snapshot


class Clash(NamedTuple):
    """Where a double booking begins, and the meeting that begins it; of a whole day the day and its event."""

    start: datetime
    meeting: Meeting


def clash_after(snapshot: Snapshot, page: Page, cursor: Cursor) -> Clash | None:
    """The double booking of the event under the cursor when it lies ahead, else the next one, after the last the first.

    None when there is none at all.
    """
    here = instant_at(cursor.day, 0 if cursor.line is not None else cursor.minute, page.zone)
    found = [(group, _clash_of(group)) for group in snapshot.groups if group.grade is not Grade.HINT]
    if not found:
        return None
    for group, clash in found:
        if clash.start > here and cursor.meeting_id in {member.id for member in group.members}:
            return clash
    clashes = sorted((clash for _, clash in found), key=lambda clash: (clash.start, clash.meeting.id))
    ahead = (clash for clash in clashes if (clash.start, clash.meeting.id) > (here, cursor.meeting_id))
    return next(ahead, clashes[0])


def _clash_of(group: Group) -> Clash:
    if group.day is not None:
        return Clash(group.interval.start, next(member for member in group.members if member.all_day))
    pair = next((pair for pair in group.pairs if pair.state is State.OPEN), group.pairs[0])
    return Clash(pair.overlap.start, pair.second)
