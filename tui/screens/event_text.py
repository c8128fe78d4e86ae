"""What there is to say of an event, as lines: pure, from a snapshot and a width.

Every copy is told with its calendar, what that calendar is to the sub-account, how old what is known of it is, what it
weighs by which rule, and in what it differs from the first.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, tzinfo

from textual.content import Content

from tui.domain.events import Attendee, CalendarKey, Event, EventCopy, Person, Response
from tui.domain.meetings import Meeting
from tui.domain.series import repeat_words
from tui.domain.timespan import Timed, is_empty
from tui.screens.links import read_link
from tui.screens.week_model import labels_of
from tui.widgets.event_lines import (
    ago_words,
    answer_words,
    calendar_words,
    clash_words,
    dated,
    length_words,
    people_words,
    role_words,
    shown_as_words,
    shown_place,
    shown_subject,
    weight_words,
    when_words,
)
from tui.widgets.safe_text import MUTED, fitted, line, outside, styled, wrapped
from tui.workspace.view import CalendarView, Role, Snapshot

_NAME_CELLS = 12
_ROLES = {
    Role.LINKED: "bookings go here, counts",
    Role.CONFLICT: "counts",
    Role.UNUSED: "does not count here",
}


def event_lines(snapshot: Snapshot, meeting: Meeting, is_private: bool, now: datetime, width: int) -> list[Content]:
    """The lines of the event dialog."""
    event, today = meeting.lead.event, now.astimezone(snapshot.zone).date()
    hidden = is_private and event.is_private
    lines = [row for name, value in _times(meeting, snapshot.zone, today) for row in _field(name, value, width)]
    fields = _PRIVATE if hidden else tuple(_fields(event))
    lines += [row for name, value in fields for row in _field(name, value, width)]
    lines += [Content(""), *why_lines(snapshot, meeting, is_private, now, width)]
    if event.attendees and not hidden:
        lines += [Content(""), *_people(event, width)]
    if event.preview and not hidden:
        lines += [Content(""), styled("Text", "bold"), *wrapped(outside(event.preview), width)]
    return lines


_PRIVATE = (("Privacy", "private: in privacy mode only its time and calendar are shown"),)


def _times(meeting: Meeting, zone: tzinfo, today: date) -> Iterator[tuple[str, str]]:
    """When, how long, and where the rule of the series put it."""
    event = meeting.lead.event
    when = when_words(meeting.when, zone, today)
    if isinstance(meeting.when, Timed):
        when += f" ({length_words(meeting.interval.length)}), {_zone_words(meeting, zone)}"
    yield "When", when
    if is_empty(meeting.when):
        yield "", "it ends when it begins, so that it takes no time"
    start = event.original_start
    if start is not None and isinstance(meeting.when, Timed) and start != meeting.when.start:
        local = start.astimezone(zone)
        yield "Moved from", f"{dated(local.date(), today)} {local:%H:%M}, where its series has it"


def _zone_words(meeting: Meeting, zone: tzinfo) -> str:
    """The viewer's zone, as its name and its distance from UTC at that time."""
    local = meeting.interval.start.astimezone(zone)
    offset = f"{local:%z}"
    return f"{getattr(zone, 'key', str(zone))} (UTC{offset[:3]}:{offset[3:]})"


def _fields(event: Event) -> Iterator[tuple[str, str]]:
    yield "Where", shown_place(event, is_private=False)
    yield "Organiser", _person(event.organizer) if event.organizer else ""
    yield "Your part", _part(event)
    yield "Repeats", repeat_words(event.repeats)
    yield "Shown as", shown_as_words(event.show_as)
    yield "Privacy", event.sensitivity.value if event.is_private else ""
    yield "Categories", ", ".join(event.categories)
    yield "Join link", _link_words(event.join_url)
    yield "In Outlook", _link_words(event.web_link)
    yield "State", ", ".join(_states(event))


def _states(event: Event) -> Iterator[str]:
    if event.is_cancelled:
        yield "cancelled"
    if event.is_draft:
        yield "a draft: nobody was invited yet"
    if event.is_gone:
        yield "no longer listed by Outlook"


def _part(event: Event) -> str:
    """What the person is to the event, beginning with a verb or a noun of its own."""
    if event.is_organizer or event.response is Response.ORGANIZER:
        return "you organise it" if event.attendee_count else ""
    return role_words(event).removeprefix("you: ")


def _link_words(address: str) -> str:
    """The address where it may be opened; else its reason, so that nobody copies it by hand."""
    if not address:
        return ""
    try:
        return read_link(address).address
    except ValueError as error:
        return f"not opened: {error}"


def why_lines(snapshot: Snapshot, meeting: Meeting, is_private: bool, now: datetime, width: int) -> list[Content]:
    """Each copy with its calendar and its weight, then what the meeting overlaps."""
    count = len(meeting.copies)
    lines = [styled(f"{count} copies" if count > 1 else "Calendar", "bold")]
    for index in range(count):
        lines += _copy(snapshot, meeting, index, is_private, now, width)
    for words in _sameness(meeting):
        lines += wrapped(line(" ", words), width, 1)
    clash = clash_words(meeting, snapshot.groups_of(meeting.id), snapshot.zone, snapshot.letters, is_private)
    if clash:
        style = f"$grade-{snapshot.grades[meeting.id]}" if meeting.id in snapshot.grades else ""
        lines += [Content(""), *wrapped(outside(clash, style), width, 4)]
    return lines


def _copy(
    snapshot: Snapshot, meeting: Meeting, index: int, is_private: bool, now: datetime, width: int
) -> Iterator[Content]:
    copy = meeting.copies[index]
    letter = snapshot.letters.get(copy.calendar.account_id, "?")
    place = calendar_words(copy.calendar, snapshot.calendars, labels_of(snapshot))
    head = line(" ", (f"{letter}  ", "bold"), outside(place), (f"   {_standing(snapshot, copy.calendar, now)}", MUTED))
    yield from wrapped(head, width, 4)
    yield from wrapped(line("    ", weight_words(meeting.weighings[index])), width, 4)
    today = now.astimezone(snapshot.zone).date()
    differs = _differences(meeting.lead, copy, snapshot.zone, today) if index else []
    if differs and not (is_private and copy.event.is_private):
        yield from wrapped(line("    differs: ", outside("; ".join(differs))), width, 4)
    if copy.pending:
        yield Content("    as you want it; Outlook has not confirmed it yet")


def _standing(snapshot: Snapshot, key: CalendarKey, now: datetime) -> str:
    """What the calendar is to the sub-account, and how old its data is."""
    view = _calendar_view(snapshot, key)
    if view is None:
        return "not used in this sub-account"
    read = view.sync.last_success
    return f"{_ROLES[view.role]}, {f'read {ago_words(read, now)}' if read else 'not yet read'}".replace(
        "read now", "read just now"
    )


def _calendar_view(snapshot: Snapshot, key: CalendarKey) -> CalendarView | None:
    views = (view for connection in snapshot.connections for view in connection.calendars)
    return next((view for view in views if view.calendar.key == key), None)


def _differences(lead: EventCopy, copy: EventCopy, zone: tzinfo, today: date) -> list[str]:
    """In what ``copy`` says something else than ``lead``, in its own words."""
    mine, other = _comparable(lead.event, zone, today), _comparable(copy.event, zone, today)
    return [f"{name} {words or 'nothing'}" for name, words in other.items() if words != mine[name]]


def _comparable(event: Event, zone: tzinfo, today: date) -> dict[str, str]:
    return {
        "title": f"“{shown_subject(event, is_private=False)}”",
        "time": when_words(event.when, zone, today),
        "place": shown_place(event, is_private=False),
        "shown as": shown_as_words(event.show_as),
        "answer": answer_words(event.response),
        "state": ", ".join(_states(event)),
    }


def _sameness(meeting: Meeting) -> Iterator[str]:
    if meeting.sameness.probable:
        yield "Probably the same: organiser, title and times agree."
    if meeting.sameness.copies_disagree:
        yield "The copies end at different times; the latest end counts."
    if meeting.sameness.linked:
        yield "Another copy has the same identifier and another start: it was not moved along."


def _people(event: Event, width: int) -> list[Content]:
    lines = [styled(people_words(event), "bold")]
    for attendee in event.attendees:
        lines += wrapped(outside(_attendee(attendee)), width - 1, 2)
    more = event.attendee_count - len(event.attendees)
    return [*(row.pad_left(1) if number else row for number, row in enumerate(lines)), *_more(more)]


def _more(count: int) -> list[Content]:
    return [Content(f" and {count:,} more")] if count > 0 else []


def _attendee(attendee: Attendee) -> str:
    return f"{_person(attendee.person)}, {attendee.attendance.value}: {answer_words(attendee.response)}"


def _person(person: Person) -> str:
    if person.name and person.address and person.name != person.address:
        return f"{person.name} <{person.address}>"
    return person.name or person.address or "somebody"


def _field(name: str, value: str, width: int) -> list[Content]:
    """A name and its value on as many lines as that needs; nothing without a value."""
    if not value:
        return []
    rows = wrapped(outside(value), max(10, width - _NAME_CELLS))
    return [line(fitted((name if number == 0 else "", MUTED), _NAME_CELLS), row) for number, row in enumerate(rows)]


def copied_text(snapshot: Snapshot, meeting: Meeting, is_private: bool, now: datetime) -> str:
    """Title, time, place and link as one line to paste."""
    event, today = meeting.lead.event, now.astimezone(snapshot.zone).date()
    hidden = is_private and event.is_private
    link = "" if hidden or not event.join_url else _safe(event.join_url)
    parts = (
        shown_subject(event, is_private),
        when_words(meeting.when, snapshot.zone, today),
        "" if hidden else event.location,
        link,
    )
    return ", ".join(part for part in parts if part)


def _safe(address: str) -> str:
    try:
        return read_link(address).address
    except ValueError:
        return ""
