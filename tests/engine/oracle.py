"""What must be so of a store: it holds what Microsoft holds, and shows each event once."""

from __future__ import annotations

from datetime import UTC, datetime, time

from microsoft import Violation
from sync_world import as_told, in_words

from tui.domain.bookings import Create
from tui.simulator.mailbox import Calendar
from tui.store.calendars import CalendarStore


def require_same(store: CalendarStore, calendar: Calendar) -> None:
    """The store holds what ``calendar`` holds in the window that it covers, field by field."""
    stored = {id_: in_words(event) for id_ in store.event_ids() if (event := store.event(id_))}
    mark = store.mark()
    if mark is None:
        raise Violation("there was no complete round")
    begin, end = (datetime.combine(day, time(), UTC) for day in (mark.window.first, mark.window.until))
    known = {item.id: item.event for group in calendar.groups.values() for item in group.in_delta(begin, end)}
    for id_ in known.keys() | stored.keys():
        told = as_told(known[id_], known) if id_ in known else None
        # A list of changes leaves an occurrence's own identifier out; where it is known, it must be the right one.
        if told and told["type"] == "occurrence" and id_ in stored and not stored[id_]["ical_uid"]:
            told["ical_uid"] = ""
        if stored.get(id_) != told:
            raise Violation(f"the store differs: {_difference(stored.get(id_), told)}")


def require_shown_once(store: CalendarStore) -> None:
    """No event that was made stands beside the one that is still to be made."""
    entries = store.outbox.entries()
    waiting = {entry.action.transaction_id for entry in entries if isinstance(entry.action, Create)}
    events = (store.event(id_) for id_ in (store.event_ids() if waiting else ()))
    if any(event is not None and event.transaction_id in waiting for event in events):
        raise Violation("an event that she made is shown twice")


def _difference(stored: dict[str, object] | None, told: dict[str, object] | None) -> str:
    if stored is None or told is None:
        return f"it has {_subject(stored)} where Microsoft has {_subject(told)}"
    return "; ".join(f"{name} {stored[name]!r} is {told[name]!r}" for name in told if stored.get(name) != told[name])


def _subject(event: dict[str, object] | None) -> object:
    return "nothing" if event is None else event["subject"]
