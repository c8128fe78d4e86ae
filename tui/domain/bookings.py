"""What the person wants Outlook to hold and Outlook has not confirmed yet, and how it shows meanwhile.

An entry says what to do to one event of one calendar. Entries are laid over the stored events, so that what was done
is seen at once, while what is stored stays what Outlook said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum

import msgspec
from msgspec import Struct

from tui.domain.contents import is_preview, is_untouched
from tui.domain.events import Attendee, Event, EventType, Response, Sensitivity, ShowAs
from tui.domain.timespan import Timed, When


class Wanted(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The properties of an event that a write sets. None leaves one as it is, or to Outlook."""

    subject: str | None = None
    when: When | None = None
    zone: str | None = None
    """The IANA zone that the times were chosen in; UTC without it."""
    show_as: ShowAs | None = None
    location: str | None = None
    body: str | None = None
    """Plain text."""
    attendees: tuple[Attendee, ...] | None = None
    is_online: bool | None = None
    reminder_minutes: int | None = None
    """Before the start; negative for no reminder."""
    sensitivity: Sensitivity | None = None
    categories: tuple[str, ...] | None = None


class Create(Struct, frozen=True, kw_only=True, omit_defaults=True, tag="create"):
    """Make an event. ``wanted`` has at least a subject and a time."""

    wanted: Wanted
    transaction_id: str
    """The same for every attempt, so that Outlook makes one event of them (Graph page "Create event")."""


class Update(Struct, frozen=True, kw_only=True, omit_defaults=True, tag="update"):
    """Change an event."""

    wanted: Wanted


class Respond(Struct, frozen=True, kw_only=True, omit_defaults=True, tag="respond"):
    """Answer an invitation."""

    response: Response
    """ACCEPTED, TENTATIVE or DECLINED."""
    before: Response = Response.NOT_RESPONDED
    """The answer that stood when this one was decided; once it was attempted, when it was."""
    comment: str = ""
    notify: bool = True
    """Whether the organiser gets a mail."""
    proposed: Timed | None = None
    """Another time; only with TENTATIVE or DECLINED, and a mail."""


class Cancel(Struct, frozen=True, kw_only=True, omit_defaults=True, tag="cancel"):
    """Call off a meeting as its organiser; every attendee gets a mail."""

    comment: str = ""


class Delete(Struct, frozen=True, kw_only=True, omit_defaults=True, tag="delete"):
    """Remove an event."""


Action = Create | Update | Respond | Cancel | Delete


class Entry(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One staged write to one event of one calendar."""

    id: str
    order: int
    """Entries of one event are sent in this order."""
    target: str
    """The event's id; for an event that is still to be made, an id of its own that Outlook never gives."""
    action: Action
    etag: str = ""
    """The version of the event that was decided on; empty for one that is still to be made."""
    staged_at: datetime
    held: bool = False
    """Waits until the person sends it."""
    attempts: int = 0
    doubtful: bool = False
    """An attempt may have taken effect: look before sending again."""


class FailureKind(StrEnum):
    """Why a write came to nothing."""

    REFUSED = "refused"
    GONE = "gone"
    CHANGED = "changed meanwhile"
    UNCERTAIN = "may have been sent"
    FOLLOWS = "follows one that failed"


class Failed(Struct, frozen=True, kw_only=True):
    """An entry that was not carried out, kept with all that was wanted until the person decides."""

    entry: Entry
    kind: FailureKind
    reason: str
    """A sentence for the person."""
    at: datetime


class Settled(Struct, frozen=True, kw_only=True):
    """What becomes of the outbox: the entries that are done, and those that now say something else."""

    done: frozenset[str] = frozenset()
    changed: tuple[Entry, ...] = ()


def overlay(
    entries: Iterable[Entry], event: Callable[[str], Event | None], members: Callable[[str], Iterable[str]]
) -> dict[str, Event | None]:
    """What ``entries``, in their order, make of the stored events: by id the event as it will be, None where none is.

    ``event`` gives a stored event, ``members`` the ids of the occurrences and exceptions of a series. What a new time
    of a series does to its occurrences only Outlook knows: they keep theirs until it says.
    """
    shown: dict[str, Event | None] = {}
    for entry in sorted(entries, key=lambda entry: entry.order):
        shown[entry.target] = _after(shown.get(entry.target, event(entry.target)), entry)
        for member in members(entry.target):
            shown[member] = _member_after(shown.get(member, event(member)), entry)
    return shown


def ready(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """The entries that may be sent now: of each event the first, unless it waits for the person."""
    first: dict[str, Entry] = {}
    for entry in sorted(entries, key=lambda entry: entry.order):
        first.setdefault(entry.target, entry)
    return tuple(entry for entry in first.values() if not entry.held)


def followers(entries: Iterable[Entry], entry: Entry) -> tuple[Entry, ...]:
    """The entries for the same event that come after ``entry``."""
    return tuple(other for other in entries if other.target == entry.target and other.order > entry.order)


def settled(entries: Sequence[Entry], entry: Entry, event: Event | None, *, is_answer: bool = True) -> Settled:
    """What becomes of the outbox when ``entry`` is carried out and ``event`` is what Outlook then holds, if known.

    Later entries for the same event are pointed at it: at its id, if it had none, and at its version. With a Create
    whose event was not answered but found later they get no version where somebody may have changed it since, which
    those who decided on them have not seen.
    """
    if event is None:
        return Settled(done=frozenset((entry.id,)))
    is_seen = is_answer or not isinstance(entry.action, Create) or is_as_made(event, entry.action)
    etag = event.etag if is_seen else ""
    pointed = tuple(msgspec.structs.replace(other, target=event.id, etag=etag) for other in followers(entries, entry))
    return Settled(done=frozenset((entry.id,)), changed=pointed)


def linked(entries: Sequence[Entry], events: Iterable[Event]) -> Settled:
    """What becomes of the outbox when Outlook tells of ``events``: creates whose event is among them are done."""
    waiting = {
        entry.action.transaction_id: entry
        for entry in entries
        if isinstance(entry.action, Create) and entry.action.transaction_id
    }
    parts = [
        settled(entries, waiting[event.transaction_id], event, is_answer=False)
        for event in events
        if event.transaction_id in waiting
    ]
    return Settled(
        done=frozenset().union(*(part.done for part in parts)),
        changed=tuple(entry for part in parts for entry in part.changed),
    )


def is_as_made(event: Event, create: Create) -> bool:
    """Whether ``event`` is certainly still what ``create`` made, as far as an event shows."""
    wanted = create.wanted
    made = msgspec.structs.replace(_made(event.id, wanted, create.transaction_id), response=event.response)
    if wanted.body is not None and is_preview(event.preview, wanted.body):
        made = msgspec.structs.replace(made, preview=event.preview)
    return is_untouched(made, event)


def as_wanted(event: Event, wanted: Wanted) -> Event:
    """``event`` with the properties that ``wanted`` sets."""
    fields: Mapping[str, object] = {
        "subject": wanted.subject,
        "when": wanted.when,
        "show_as": wanted.show_as,
        "location": wanted.location,
        "preview": wanted.body,
        "attendees": wanted.attendees,
        "attendee_count": None if wanted.attendees is None else len(wanted.attendees),
        "sensitivity": wanted.sensitivity,
        "categories": wanted.categories,
    }
    return msgspec.structs.replace(event, **{name: value for name, value in fields.items() if value is not None})


def _after(event: Event | None, entry: Entry) -> Event | None:
    match entry.action:
        case Create(wanted=wanted, transaction_id=transaction_id):
            return _made(entry.target, wanted, transaction_id)
        case Update(wanted=wanted):
            return event and as_wanted(event, wanted)
        case Respond(response=response):
            return event and msgspec.structs.replace(event, response=response)
        case Cancel():
            return event and msgspec.structs.replace(event, is_cancelled=True)
        case Delete():
            return None


def _member_after(event: Event | None, entry: Entry) -> Event | None:
    if isinstance(entry.action, Update):
        wanted = msgspec.structs.replace(entry.action.wanted, when=None)
        return event and as_wanted(event, wanted)
    return _after(event, entry)


def _made(id_: str, wanted: Wanted, transaction_id: str) -> Event:
    assert wanted.when is not None
    event = Event(
        id=id_,
        when=wanted.when,
        type=EventType.SINGLE,
        show_as=ShowAs.BUSY,
        response=Response.ORGANIZER,
        is_organizer=True,
        transaction_id=transaction_id,
    )
    return as_wanted(event, wanted)
