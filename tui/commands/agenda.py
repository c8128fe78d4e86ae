"""``agenda``: the events of all connected calendars, one line each."""

from __future__ import annotations

import argparse
from contextlib import closing
from datetime import timedelta

from tui.commands.context import Context, from_to, instant, read_day, read_window
from tui.domain.timespan import AllDay
from tui.workspace.calendar import AgendaItem


def agenda(arguments: argparse.Namespace, context: Context) -> int:
    """List what happens from a day on, or from now on."""
    window = read_window(arguments.first, arguments.days, context)
    first = read_day(arguments.first, context)
    workspace = context.open()
    with closing(workspace.database):
        sub_account = workspace.connections.sub_account(arguments.sub_account) if arguments.sub_account else None
        items = workspace.calendars.agenda(first, first + timedelta(days=arguments.days), sub_account)
        context.warn(workspace, window)
    items = [item for item in items if item.interval.end > window.start or item.interval.start >= window.start]
    if arguments.json:
        context.answer({"events": [_document(item) for item in items]})
    else:
        _say(items, context)
    return 0


def _document(item: AgendaItem) -> dict[str, object]:
    event = item.copy.event
    return {
        "account": item.address,
        "calendar": item.calendar.id,
        "calendar_name": item.calendar.name,
        "event_id": event.id,
        "ical_uid": event.ical_uid or None,
        "subject": event.subject,
        "start": instant(item.interval.start),
        "end": instant(item.interval.end),
        "all_day": isinstance(event.when, AllDay),
        "show_as": event.show_as.value,
        "response": event.response.value,
        "type": event.type.value,
        "weight": item.weighing.weight.word,
        "series_id": event.series_id or None,
        "location": event.location,
        "organizer": event.organizer.address if event.organizer else None,
        "sensitivity": event.sensitivity.value,
        "is_cancelled": event.is_cancelled,
    }


def _say(items: list[AgendaItem], context: Context) -> None:
    if not items:
        context.remark("Nothing in these days.")
    day = ""
    for item in items:
        head = f"{item.interval.start.astimezone(context.zone):%A %d %B %Y}"
        if head != day:
            if day:
                context.say()
            context.say(head)
            day = head
        subject = item.copy.event.subject or "(no subject)"
        context.say(f"  {_times(item, context)}  {subject}  ({item.address} / {item.calendar.name})")


def _times(item: AgendaItem, context: Context) -> str:
    if isinstance(item.copy.event.when, AllDay):
        return "all day    "
    return from_to(item.interval.start, item.interval.end, context.zone, with_day=False)
