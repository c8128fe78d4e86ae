"""One event as every floor of the program sees it.

Its text is clean, its instants are UTC, and an occurrence is complete: what Microsoft sends sparse has been
filled in from its series master. Names follow the event resource of Microsoft Graph.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from msgspec import Struct

from tui.domain.timespan import When


class EventType(StrEnum):
    """The kinds of item of the event resource."""

    SINGLE = "singleInstance"
    OCCURRENCE = "occurrence"
    EXCEPTION = "exception"
    MASTER = "seriesMaster"


class ShowAs(StrEnum):
    """What the event says of the person's time."""

    FREE = "free"
    TENTATIVE = "tentative"
    BUSY = "busy"
    OOF = "oof"
    WORKING_ELSEWHERE = "workingElsewhere"
    UNKNOWN = "unknown"


class Response(StrEnum):
    """What the person answered to an invitation."""

    NONE = "none"
    ORGANIZER = "organizer"
    TENTATIVE = "tentativelyAccepted"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    NOT_RESPONDED = "notResponded"


class Attendance(StrEnum):
    """How somebody is invited."""

    REQUIRED = "required"
    OPTIONAL = "optional"
    RESOURCE = "resource"


class Sensitivity(StrEnum):
    """How private the event is."""

    NORMAL = "normal"
    PERSONAL = "personal"
    PRIVATE = "private"
    CONFIDENTIAL = "confidential"


class Person(Struct, frozen=True, array_like=True, gc=False):
    """A name and an address, both clean; either may be empty."""

    name: str = ""
    address: str = ""


class Attendee(Struct, frozen=True, array_like=True, gc=False):
    """Somebody invited, and the answer."""

    person: Person
    attendance: Attendance = Attendance.REQUIRED
    response: Response = Response.NONE


class Repeats(Struct, frozen=True, array_like=True, gc=False):
    """How a series repeats: a recurrence pattern type of Graph and every how many of its units."""

    pattern: str
    interval: int = 1


class Event(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """An item of one calendar."""

    id: str
    """Case-sensitive, of the mailbox."""
    when: When
    type: EventType = EventType.SINGLE
    subject: str = ""
    show_as: ShowAs = ShowAs.UNKNOWN
    etag: str = ""
    ical_uid: str = ""
    """The item's own iCalUId; empty for an occurrence that came without one."""
    series_id: str = ""
    """The id of the series master, for occurrences and exceptions."""
    series_ical_uid: str = ""
    """The master's iCalUId, for occurrences and exceptions."""
    original_start: datetime | None = None
    """Where the rule of the series put it (UTC), for occurrences and exceptions."""
    repeats: Repeats | None = None
    response: Response = Response.NONE
    is_organizer: bool = False
    organizer: Person | None = None
    attendance: Attendance = Attendance.REQUIRED
    """How the person is invited."""
    attendees: tuple[Attendee, ...] = ()
    attendee_count: int = 0
    """How many are invited; more than ``attendees`` holds when the list was cut."""
    location: str = ""
    join_url: str = ""
    web_link: str = ""
    sensitivity: Sensitivity = Sensitivity.NORMAL
    is_cancelled: bool = False
    is_draft: bool = False
    transaction_id: str = ""
    categories: tuple[str, ...] = ()
    preview: str = ""
    is_gone: bool = False
    """Outlook no longer lists it, together with so many others that the person is to see it first."""

    @property
    def is_private(self) -> bool:
        return self.sensitivity in (Sensitivity.PRIVATE, Sensitivity.CONFIDENTIAL, Sensitivity.PERSONAL)


class CalendarKey(NamedTuple):
    """Names one calendar among all accounts: the account's home account id and Graph's calendar id."""

    account_id: str
    calendar_id: str


class EventCopy(NamedTuple):
    """An event and the calendar that it stands in: one copy of a meeting."""

    calendar: CalendarKey
    event: Event
    pending: bool = False
    """Whether it shows what the person wants and Outlook has not confirmed yet."""
