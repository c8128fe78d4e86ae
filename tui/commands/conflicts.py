"""``conflicts``: every double booking of a sub-account."""

from __future__ import annotations

import argparse
from contextlib import closing

from tui.commands.context import Context, from_to, instant, read_window
from tui.domain.conflicts import Grade, Group, State, pairs_among
from tui.domain.meetings import Meeting
from tui.workspace.conflicts import is_open, within
from tui.workspace.workspace import Workspace


def conflicts(arguments: argparse.Namespace, context: Context) -> int:
    """List the groups that touch the days asked for; 1 when open ones are among them.

    Without a first day what is over is left out.
    """
    window = read_window(arguments.first, arguments.days, context)
    workspace = context.open()
    with closing(workspace.database):
        sub_account = workspace.connections.sub_account(arguments.sub_account)
        over_before = window.start if arguments.first is None else None
        groups = workspace.conflicts.groups(sub_account, over_before=over_before)
        found = within((group for group in groups if _wanted(group, arguments)), window)
        context.warn(workspace, window)
        if arguments.json:
            context.answer(
                {
                    "sub_account": sub_account.name,
                    "zone": str(context.zone),
                    "from": instant(window.start),
                    "to": instant(window.end),
                    "groups": [_group(group, members, workspace) for group, members in found],
                }
            )
        else:
            _say(found, workspace, context)
    return 1 if any(is_open(group) for group, _ in found) else 0


def _wanted(group: Group, arguments: argparse.Namespace) -> bool:
    """Of the state asked for (open ones without), at or above the grade asked for."""
    state = State(arguments.state or State.OPEN)
    return group.state is state and group.grade.rank <= Grade(arguments.grade or Grade.HINT).rank


def _group(group: Group, members: list[Meeting], workspace: Workspace) -> dict[str, object]:
    return {
        "id": group.id,
        "grade": group.grade.value,
        "state": group.state.value,
        "start": instant(group.interval.start),
        "end": instant(group.interval.end),
        "members": [_member(meeting, workspace) for meeting in members],
        "pairs": [[i, j, pair.grade.value, pair.state.value] for i, j, pair in pairs_among(group, members)],
    }


def _member(meeting: Meeting, workspace: Workspace) -> dict[str, object]:
    return {
        "meeting": meeting.id,
        "subject": meeting.subject,
        "start": instant(meeting.interval.start),
        "end": instant(meeting.interval.end),
        "all_day": meeting.all_day,
        "weight": meeting.weight.word,
        "copies": [
            {
                "account": workspace.connections.account(copy.calendar.account_id).address,
                "calendar": copy.calendar.calendar_id,
                "event_id": copy.event.id,
                "ical_uid": copy.event.ical_uid or None,
            }
            for copy in meeting.copies
        ],
    }


def _say(found: list[tuple[Group, list[Meeting]]], workspace: Workspace, context: Context) -> None:
    if not found:
        context.remark("No double bookings in these days.")
    letters = {account.id: account.letter for account in workspace.database.roster.accounts()}
    for group, members in found:
        overlap = from_to(group.overlap.start, group.overlap.end, context.zone)
        when = f"{group.day:%a %d %b} all day" if group.day else overlap
        context.say(f"{group.grade.value:<6}  {when}  {group.id}")
        for meeting in members:
            marks = "".join(dict.fromkeys(letters[copy.calendar.account_id] for copy in meeting.copies))
            times = (
                "all day" if meeting.all_day else from_to(meeting.interval.start, meeting.interval.end, context.zone)
            )
            context.say(f"        {marks:<3} {times}  {meeting.subject or '(no subject)'}  ({meeting.weight.plain})")
