"""Where the next double booking is, seen from the cursor of the week."""

from __future__ import annotations

from datetime import datetime

from tui.domain.conflicts import Grade, Group, Pair, State
from tui.domain.meetings import Meeting
from tui.widgets.week_cursor import Cursor
from tui.widgets.week_layout import Page, instant_at
from tui.workspace.view import Snapshot


def clash_after(snapshot: Snapshot, page: Page, cursor: Cursor) -> tuple[datetime, Meeting] | None:
    """Where an overlap begins (in the viewer's zone) and the meeting that begins it.

    It is that of the event under the cursor unless the cursor is there already; then it is the next one, and after
    the last the first.
    """
    here = instant_at(cursor.day, cursor.minute, page.zone)
    found = [(group, _first_open(group)) for group in snapshot.groups if group.grade is not Grade.HINT]
    stops = sorted(
        ((pair.overlap.start, pair.second) for _, pair in found if pair is not None),
        key=lambda stop: (stop[0], stop[1].id),
    )
    if not stops:
        return None
    own = next((stop for stop, group in _own(snapshot, cursor, found) if stop[0] != here or not group), None)
    start, meeting = own or next((stop for stop in stops if stop[0] > here), stops[0])
    return start.astimezone(page.zone), meeting


def _own(
    snapshot: Snapshot, cursor: Cursor, found: list[tuple[Group, Pair | None]]
) -> list[tuple[tuple[datetime, Meeting], Group]]:
    """The clashes of the event under the cursor that lie ahead of it within the event."""
    stops = []
    for group, pair in found:
        ids = {member.id for member in group.members}
        if pair is not None and cursor.meeting_id in ids and cursor.meeting_id == pair.first.id:
            stops.append(((pair.overlap.start, pair.second), group))
    return stops


def _first_open(group: Group) -> Pair | None:
    return next((pair for pair in group.pairs if pair.state is State.OPEN), None)
