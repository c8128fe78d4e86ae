"""Microsoft's JSON on one side, the domain's values on the other.

Nothing else in the program knows Graph's shapes. Every text is cleaned here, every instant becomes UTC, and an
item that cannot be understood becomes a quarantine entry instead of stopping the calendar that it stands in.
Unknown properties are ignored, unknown enum values read as unknown, names of enum values in any case
(Graph page "event resource type").
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

from tui.domain.accounts import Calendar
from tui.domain.events import (
    Attendance,
    Attendee,
    Event,
    EventType,
    Person,
    Repeats,
    Response,
    Sensitivity,
    ShowAs,
)
from tui.domain.text import clean, clean_url
from tui.domain.timespan import AllDay, Timed, When, clamp, clamp_day
from tui.limits import (
    ATTENDEES_KEPT,
    CATEGORIES_KEPT,
    ITEM_BYTES,
    LOCATION_CHARACTERS,
    NAME_CHARACTERS,
    PREVIEW_CHARACTERS,
)
from tui.outlook import shapes

Kind = TypeVar("Kind", bound=StrEnum)

_UNDECODABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_LARGEST_INTERVAL = 9_999
_SURROGATES = re.compile("[\ud800-\udfff]")


class Removed(Struct, frozen=True):
    """An id that left the window: deleted, or moved or changed outside it (Graph page "event: delta")."""

    id: str


class Sparse(Struct, frozen=True):
    """An occurrence as delta gives it: identity and time only. The rest is its series master's."""

    id: str
    series_id: str
    when: When
    etag: str


class Quarantined(Struct, frozen=True):
    """An item that could not be understood."""

    id: str
    reason: str


Item = Event | Sparse | Removed | Quarantined

_NAMELESS = Quarantined("", "An item without a usable id.")


class Page(Struct, frozen=True):
    """One page of a collection: its items in order, and where the next or the closing link leads."""

    items: tuple[Item, ...]
    next_link: str = ""
    delta_link: str = ""


class _Named(Struct):
    id: str = ""


class GraphError(Struct, frozen=True):
    """The error body of Graph (Graph page "errors"); every text may be empty."""

    code: str = ""
    inner_code: str = ""
    message: str = ""
    request_id: str = ""


class Unreadable(ValueError):
    """A body is not the JSON that was expected."""


def decode_page(body: bytes, address: str = "") -> Page:
    """A page of events; ``address`` is the mailbox owner's, to find the own attendee.

    Raises Unreadable when the body is no page. A single odd item is quarantined.
    """
    own = address.casefold()
    if len(body) > ITEM_BYTES and _has_too_large(body):
        return _decode_page_item_by_item(body, own)
    try:
        page = _page_decoder.decode(body)
    except _UNDECODABLE:
        return _decode_page_item_by_item(body, own)
    return Page(tuple(_item(item, own) for item in page.value), page.next_link or "", page.delta_link or "")


def _has_too_large(body: bytes) -> bool:
    """Whether an item of a page is larger than any that is read."""
    try:
        return any(len(memoryview(raw)) > ITEM_BYTES for raw in _raw_decoder.decode(body).value)
    except _UNDECODABLE:
        return True


def _decode_page_item_by_item(body: bytes, own: str) -> Page:
    """The slow way, for a page in which something is odd: each item stands or falls by itself."""
    try:
        page = _raw_decoder.decode(body)
    except _UNDECODABLE:
        page = _raw_decoder.decode(_rewritten(body))
    items = tuple(_item_alone(bytes(raw), own) for raw in page.value)
    return Page(items, page.next_link or "", page.delta_link or "")


def _rewritten(body: bytes) -> bytes:
    """``body`` read by the lenient parser (byte order mark, lone surrogates, NaN) and written anew."""
    try:
        value = json.loads(body.decode("utf-8-sig", "replace"), parse_constant=lambda name: None)
        text = _SURROGATES.sub("\ufffd", json.dumps(value, ensure_ascii=False)).encode()
        _raw_decoder.decode(text)
    except (ValueError, RecursionError) as error:
        raise Unreadable("Microsoft sent something that is not a list of events.") from error
    return text


def _item_alone(raw: bytes, own: str) -> Item:
    if len(raw) > ITEM_BYTES:
        return Quarantined(_loose_id(raw), f"An item of more than {ITEM_BYTES // 1024} KiB.")
    try:
        return _item(_item_decoder.decode(raw), own)
    except _UNDECODABLE as error:
        return Quarantined(_loose_id(raw), clean(str(error)))


def _loose_id(raw: bytes) -> str:
    """The id of an item that is otherwise not to be understood; empty when it has none that can be used."""
    try:
        found = _named_decoder.decode(raw).id
    except _UNDECODABLE:
        return ""
    return found if _is_usable(found) else ""


def _is_usable(identifier: str) -> bool:
    """An id must be kept as it is to be of use, so one that would need cleaning is none."""
    return bool(identifier) and "\ufffd" not in identifier and clean(identifier) == identifier


def decode_event(body: bytes, address: str = "") -> Event | Quarantined:
    """One whole event, as ``GET /me/events/{id}`` gives it. Raises Unreadable when the body is no object."""
    try:
        item = _item_decoder.decode(body)
    except _UNDECODABLE as error:
        raise Unreadable("Microsoft sent something that is not an event.") from error
    return _event(item, address.casefold()) if _is_usable(item.id or "") else _NAMELESS


def _item(item: shapes.Item, own: str) -> Item:
    if not item.id or not _is_usable(item.id):
        return _NAMELESS
    if item.removed is not None:
        return Removed(item.id)
    if item.series_master_id and not _is_usable(item.series_master_id):
        return Quarantined(item.id, "An item whose series has no usable id.")
    return _sparse(item) if _is_sparse(item) else _event(item, own)


def _is_sparse(item: shapes.Item) -> bool:
    """Delta leaves everything but identity and time out of occurrences; a whole one says how it shows."""
    return (item.type or "").casefold() == "occurrence" and item.show_as is None and item.subject is None


def _sparse(item: shapes.Item) -> Sparse | Quarantined:
    assert item.id is not None
    when = _when(item)
    if not item.series_master_id or isinstance(when, str):
        return Quarantined(item.id, when if isinstance(when, str) else "An occurrence without a series.")
    return Sparse(item.id, item.series_master_id, when, clean(item.etag or "", NAME_CHARACTERS))


def _event(item: shapes.Item, own: str) -> Event | Quarantined:
    assert item.id is not None
    when = _when(item)
    if isinstance(when, str):
        return Quarantined(item.id, when)
    attendees = item.attendees or []
    return Event(
        id=item.id,
        when=when,
        type=_enum(EventType, item.type, EventType.SINGLE),
        subject=clean(item.subject or ""),
        show_as=_enum(ShowAs, item.show_as, ShowAs.UNKNOWN),
        etag=clean(item.etag or "", NAME_CHARACTERS),
        ical_uid=clean(item.i_cal_u_id or ""),
        series_id=item.series_master_id or "",
        original_start=_instant(item.original_start),
        repeats=_repeats(item.recurrence),
        response=_response(item.response_status),
        is_organizer=bool(item.is_organizer),
        organizer=_person(item.organizer.email_address) if item.organizer else None,
        attendance=_own_attendance(attendees, own),
        attendees=tuple(_attendee(attendee) for attendee in attendees[:ATTENDEES_KEPT]),
        attendee_count=len(attendees),
        location=clean((item.location and item.location.display_name) or "", LOCATION_CHARACTERS),
        join_url=clean_url((item.online_meeting and item.online_meeting.join_url) or item.online_meeting_url or ""),
        web_link=clean_url(item.web_link or ""),
        sensitivity=_enum(Sensitivity, item.sensitivity, Sensitivity.NORMAL),
        is_cancelled=bool(item.is_cancelled),
        is_draft=bool(item.is_draft),
        transaction_id=clean(item.transaction_id or ""),
        categories=tuple(clean(name, NAME_CHARACTERS) for name in (item.categories or [])[:CATEGORIES_KEPT]),
        preview=clean(item.body_preview or "", PREVIEW_CHARACTERS),
    )


def _enum(kind: type[Kind], text: str | None, default: Kind) -> Kind:
    """``text`` as a member of ``kind`` in any case, else ``default``."""
    known = _members(kind)
    return known.get(text or "") or known.get((text or "").casefold()) or default


_MEMBERS: dict[type[StrEnum], dict[str, Any]] = {}


def _members(kind: type[Kind]) -> Mapping[str, Kind]:
    if kind not in _MEMBERS:
        _MEMBERS[kind] = {name: member for member in kind for name in (member.value, member.value.casefold())}
    return _MEMBERS[kind]


def _response(status: shapes.Status | None) -> Response:
    return _enum(Response, status.response if status else None, Response.NONE)


def _person(address: shapes.EmailAddress | None) -> Person | None:
    if address is None or not (address.name or address.address):
        return None
    return Person(clean(address.name or "", NAME_CHARACTERS), clean(address.address or "", NAME_CHARACTERS))


def _attendee(attendee: shapes.Attendee) -> Attendee:
    return Attendee(
        _person(attendee.email_address) or Person(),
        _enum(Attendance, attendee.type, Attendance.REQUIRED),
        _response(attendee.status),
    )


def _own_attendance(attendees: list[shapes.Attendee], own: str) -> Attendance:
    for attendee in attendees:
        address = attendee.email_address and attendee.email_address.address
        if own and address and address.casefold() == own:
            return _enum(Attendance, attendee.type, Attendance.REQUIRED)
    return Attendance.REQUIRED


def _repeats(recurrence: shapes.Recurrence | None) -> Repeats | None:
    if recurrence is None or recurrence.pattern is None:
        return None
    interval = min(max(1, recurrence.pattern.interval or 1), _LARGEST_INTERVAL)
    return Repeats(clean(recurrence.pattern.type or "", NAME_CHARACTERS), interval)


def _when(item: shapes.Item) -> When | str:
    """The span of an item, or why it has none."""
    if item.start is None or item.end is None:
        return "An event without start or end."
    try:
        if _is_all_day(item):
            return AllDay(_day(item.start), _day(item.end))
        return Timed(_utc(item.start), _utc(item.end))
    except (ValueError, OverflowError):
        return "An event whose times cannot be read."


def _is_all_day(item: shapes.Item) -> bool:
    """Said so; a sparse occurrence of an all-day series is told by its master when it is completed."""
    return bool(item.is_all_day)


def _day(time: shapes.Time) -> date:
    """All-day bounds are dates whatever zone stands beside them."""
    return clamp_day(date.fromisoformat(time.date_time[:10]))


def _utc(time: shapes.Time) -> datetime:
    """The instant of wall time and zone; an offset in the text wins over the zone beside it."""
    wall = _parse(time.date_time)
    if wall.tzinfo is None:
        wall = clamp(wall.replace(tzinfo=UTC)).replace(tzinfo=zone_named(time.time_zone or "UTC"))
    return clamp(wall.astimezone(UTC))


def _parse(text: str) -> datetime:
    if text[:5] == "0000-":
        raise ValueError("there is no year 0")
    return datetime.fromisoformat(text)


def _instant(text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        found = _parse(text)
        return clamp((found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC))
    except (ValueError, OverflowError):
        return None


_ZONES: dict[str, ZoneInfo] = {"UTC": ZoneInfo("UTC"), "tzone://Microsoft/Utc": ZoneInfo("UTC")}


def zone_named(name: str) -> ZoneInfo:
    """The zone of a Windows or IANA name, or UTC for a name that neither list has.

    The name is looked up in tables and never opened as a path.
    """
    if name not in _ZONES:
        from tzlocal.windows_tz import tz_win, win_tz

        known = win_tz.get(name) or (name if name in tz_win else "")
        if not known:
            return _ZONES["UTC"]
        _ZONES[name] = ZoneInfo(known)
    return _ZONES[name]


def decode_calendars(body: bytes, account_id: str) -> tuple[tuple[Calendar, ...], str]:
    """A page of calendars of an account and the link to the next page (empty on the last).

    Raises Unreadable when the body is no list of calendars.
    """
    try:
        page = _calendar_decoder.decode(body)
    except _UNDECODABLE as error:
        raise Unreadable("Microsoft sent something that is not a list of calendars.") from error
    return tuple(_calendar(item, account_id) for item in page.value), page.next_link or ""


def _calendar(item: shapes.Calendar, account_id: str) -> Calendar:
    return Calendar(
        account_id=account_id,
        id=item.id,
        name=clean(item.name or "", NAME_CHARACTERS) or "(no name)",
        owner=clean((item.owner and item.owner.address) or "", NAME_CHARACTERS),
        colour=clean(item.hex_color or item.color or "", 32),
        can_edit=bool(item.can_edit),
        is_default=bool(item.is_default_calendar),
    )


def decode_error(body: bytes) -> GraphError:
    """What an error body says; empty when it is empty, HTML or anything else (Graph page "errors")."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return GraphError()
    error = value.get("error") if isinstance(value, dict) else None
    if not isinstance(error, dict):
        return GraphError()
    inner: dict[str, Any] = next(
        (error[name] for name in ("innerError", "innererror") if isinstance(error.get(name), dict)), {}
    )
    return GraphError(
        code=clean(str(error.get("code") or ""), NAME_CHARACTERS),
        inner_code=clean(str(inner.get("code") or ""), NAME_CHARACTERS),
        message=clean(str(error.get("message") or "")),
        request_id=clean(str(inner.get("request-id") or ""), NAME_CHARACTERS),
    )


_page_decoder = msgspec.json.Decoder(shapes.Page)
_raw_decoder = msgspec.json.Decoder(shapes.RawPage)
_named_decoder = msgspec.json.Decoder(_Named)
_item_decoder = msgspec.json.Decoder(shapes.Item)
_calendar_decoder = msgspec.json.Decoder(shapes.CalendarPage)
