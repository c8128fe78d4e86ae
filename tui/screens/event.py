"""An event in full: all its fields, its copies, who is invited, and why it counts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from textual.content import Content

from tui.domain.events import Attendee, CalendarKey, Event, Person
from tui.domain.meetings import Meeting
from tui.domain.series import repeat_words
from tui.screens.dialogs import TextDialog
from tui.screens.shell import Shell
from tui.screens.week_model import labels_of
from tui.widgets.event_lines import (
    answer_words,
    calendar_words,
    clash_words,
    people_words,
    role_words,
    shown_as_words,
    shown_place,
    shown_subject,
    weight_words,
    when_words,
)
from tui.workspace.view import Snapshot

_NAME_WIDTH = 12


class EventDialog(TextDialog):
    """Everything that is known of a meeting."""

    def __init__(self, shell: Shell, meeting: Meeting) -> None:
        title = shown_subject(meeting.lead.event, shell.is_private)
        lines = event_text(shell.snapshot, meeting, shell.is_private, shell.clock.now())
        super().__init__(title, Content("\n").join(lines))


class WhyDialog(TextDialog):
    """Why a meeting counts, or why it does not, copy by copy."""

    def __init__(self, shell: Shell, meeting: Meeting) -> None:
        super().__init__(
            f"Why: {shown_subject(meeting.lead.event, shell.is_private)}",
            Content("\n").join(why_text(shell.snapshot, meeting, shell.is_private)),
        )


def event_text(snapshot: Snapshot, meeting: Meeting, is_private: bool, now: datetime) -> list[Content]:
    """The lines of the event dialog."""
    event = meeting.lead.event
    today = now.astimezone(snapshot.zone).date()
    lines = [_field("When", when_words(meeting.when, snapshot.zone, today))]
    hidden = is_private and event.is_private
    if hidden:
        lines.append(_field("Privacy", "private: in privacy mode only its time and calendar are shown"))
    else:
        fields = _fields(event)
        lines += [_field(name, value) for name, value in fields if value]
    lines += [Content(""), *why_text(snapshot, meeting, is_private)]
    if event.attendees and not hidden:
        lines += [Content(""), Content.styled(people_words(event), "bold"), *map(_attendee, event.attendees)]
        more = event.attendee_count - len(event.attendees)
        lines += [Content(f"  and {more} more")] if more > 0 else []
    if event.preview and not hidden:
        lines += [Content(""), Content(event.preview)]
    return lines


def _fields(event: Event) -> list[tuple[str, str]]:
    return [
        ("Where", shown_place(event, is_private=False)),
        ("Organiser", _person(event.organizer) if event.organizer else ""),
        ("You", role_words(event).removeprefix("you: ").removeprefix("you ")),
        ("Repeats", repeat_words(event.repeats)),
        ("Shown as", shown_as_words(event.show_as)),
        ("Privacy", event.sensitivity.value if event.is_private else ""),
        ("Categories", ", ".join(event.categories)),
        ("Online", event.join_url),
        ("State", "cancelled" if event.is_cancelled else ""),
    ]


def why_text(snapshot: Snapshot, meeting: Meeting, is_private: bool) -> list[Content]:
    """Each copy with its calendar and its weight, then what it overlaps."""
    labels = labels_of(snapshot)
    lines = [Content.styled("Copies" if len(meeting.copies) > 1 else "Calendar", "bold")]
    for copy, weighing in zip(meeting.copies, meeting.weighings, strict=True):
        place = _place(copy.calendar, labels, snapshot)
        lines.append(Content(f"  {place}   {weight_words(weighing)}"))
    lines += [Content(f"  {words}") for words in _sameness(meeting)]
    clash = clash_words(meeting, snapshot.groups_of(meeting.id), snapshot.zone, snapshot.letters, is_private)
    if clash:
        style = f"$grade-{snapshot.grades[meeting.id]}" if meeting.id in snapshot.grades else ""
        lines += [Content(""), Content.styled(clash, style)]
    return lines


def _place(key: CalendarKey, labels: dict[str, str], snapshot: Snapshot) -> str:
    return f"{snapshot.letters.get(key.account_id, '?')}  {calendar_words(key, snapshot.calendars, labels)}"


def _sameness(meeting: Meeting) -> Iterator[str]:
    if meeting.sameness.probable:
        yield "Probably the same: organiser, title and times agree."
    if meeting.sameness.copies_disagree:
        yield "The copies end at different times; the latest end counts."
    if meeting.sameness.linked:
        yield "Another copy has the same identifier and another start: it was not moved along."


def _attendee(attendee: Attendee) -> Content:
    return Content(f"  {_person(attendee.person)}, {attendee.attendance.value}: {answer_words(attendee.response)}")


def _person(person: Person) -> str:
    if person.name and person.address and person.name != person.address:
        return f"{person.name} <{person.address}>"
    return person.name or person.address or "somebody"


def _field(name: str, value: str) -> Content:
    return Content.assemble((f"{name:<{_NAME_WIDTH}}", "$foreground-muted"), value)
