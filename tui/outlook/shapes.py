"""Graph's JSON as it is on the wire, for typed decoding; every property may be missing or null.

Field names are Graph's (Graph pages "event resource type" and "calendar resource type"); only ``wire`` uses them.
"""

from __future__ import annotations

from msgspec import Raw, Struct, field


class EmailAddress(Struct):
    name: str | None = None
    address: str | None = None


class Recipient(Struct):
    email_address: EmailAddress | None = field(default=None, name="emailAddress")


class Status(Struct):
    response: str | None = None


class Attendee(Struct):
    type: str | None = None
    status: Status | None = None
    email_address: EmailAddress | None = field(default=None, name="emailAddress")


class Time(Struct, rename="camel"):
    date_time: str
    time_zone: str | None = None


class Location(Struct):
    display_name: str | None = field(default=None, name="displayName")


class OnlineMeeting(Struct):
    join_url: str | None = field(default=None, name="joinUrl")


class Pattern(Struct):
    type: str | None = None
    interval: int | None = None


class Recurrence(Struct):
    pattern: Pattern | None = None


class Removed(Struct):
    reason: str | None = None


class Item(Struct, rename="camel"):
    """An event as calendarView/delta, events and instances give it; every property may be missing or null."""

    id: str | None = None
    etag: str | None = field(default=None, name="@odata.etag")
    removed: Removed | None = field(default=None, name="@removed")
    type: str | None = None
    subject: str | None = None
    body_preview: str | None = None
    start: Time | None = None
    end: Time | None = None
    is_all_day: bool | None = None
    is_cancelled: bool | None = None
    is_draft: bool | None = None
    is_organizer: bool | None = None
    show_as: str | None = None
    sensitivity: str | None = None
    i_cal_u_id: str | None = field(default=None, name="iCalUId")
    series_master_id: str | None = None
    original_start: str | None = None
    response_status: Status | None = None
    organizer: Recipient | None = None
    attendees: list[Attendee] | None = None
    location: Location | None = None
    online_meeting: OnlineMeeting | None = None
    online_meeting_url: str | None = None
    web_link: str | None = None
    transaction_id: str | None = None
    categories: list[str] | None = None
    recurrence: Recurrence | None = None


class Page(Struct):
    value: list[Item]
    next_link: str | None = field(default=None, name="@odata.nextLink")
    delta_link: str | None = field(default=None, name="@odata.deltaLink")


class RawPage(Struct):
    value: list[Raw]
    next_link: str | None = field(default=None, name="@odata.nextLink")
    delta_link: str | None = field(default=None, name="@odata.deltaLink")


class Calendar(Struct, rename="camel"):
    id: str
    name: str | None = None
    color: str | None = None
    hex_color: str | None = None
    is_default_calendar: bool | None = None
    can_edit: bool | None = None
    owner: EmailAddress | None = None


class CalendarPage(Struct):
    value: list[Calendar]
    next_link: str | None = field(default=None, name="@odata.nextLink")
