"""Microsoft's bytes become clean events; what cannot be understood is set aside by itself and stops nothing else."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

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
from tui.domain.text import clean
from tui.domain.timespan import EARLIEST, LATEST, AllDay, Timed
from tui.limits import (
    ATTENDEES_KEPT,
    CATEGORIES_KEPT,
    LOCATION_CHARACTERS,
    NAME_CHARACTERS,
    PREVIEW_CHARACTERS,
    SUBJECT_CHARACTERS,
)
from tui.outlook.wire import (
    GraphError,
    Item,
    Quarantined,
    Removed,
    Sparse,
    Unreadable,
    decode_calendars,
    decode_error,
    decode_event,
    decode_page,
    zone_named,
)

ANA = "ana@contoso.example"
TIMES = {
    "start": {"dateTime": "2026-11-24T09:00:00.0000000", "timeZone": "UTC"},
    "end": {"dateTime": "2026-11-24T10:00:00.0000000", "timeZone": "UTC"},
}
NINE, TEN = datetime(2026, 11, 24, 9, tzinfo=UTC), datetime(2026, 11, 24, 10, tzinfo=UTC)
HOSTILE = "\x1b]0;owned\x07\x9b31m\u202egpj.exe\u200b\u2066[@click=app.quit]\r\n\ufeff\U000e0041"


def page_of(*items: Any, **more: str) -> bytes:
    return json.dumps({"value": list(items), **more}).encode()


def items_of(*items: Any) -> tuple[Item, ...]:
    return decode_page(page_of(*items), ANA).items


def event_of(**properties: Any) -> Event:
    """The event that an item with usable times and these properties becomes."""
    (event,) = items_of({"id": "e", **TIMES, **properties})
    assert isinstance(event, Event)
    return event


def between(start: str, end: str, zone: str | None = "UTC", **more: Any) -> Item:
    times = {bound: {"dateTime": text, "timeZone": zone} for bound, text in (("start", start), ("end", end))}
    (item,) = items_of({"id": "e", **times, **more})
    return item


# What is in an event


def test_everything_that_the_program_knows_of_an_event_is_read() -> None:
    event = event_of(**{
        "@odata.etag": 'W/"key"',
        "iCalUId": "uid",
        "type": "exception",
        "seriesMasterId": "S",
        "originalStart": "2026-11-23T09:00:00Z",
        "subject": "Planning",
        "showAs": "workingElsewhere",
        "responseStatus": {"response": "notResponded", "time": "0001-01-01T00:00:00Z"},
        "isOrganizer": True,
        "organizer": {"emailAddress": {"name": "Ben", "address": "ben@fabrikam.example"}},
        "attendees": [
            {
                "type": "optional",
                "status": {"response": "declined"},
                "emailAddress": {"name": "A", "address": "ANA@Contoso.example"},
            },
            {"type": "resource", "emailAddress": {"name": "Room 4", "address": "room4@contoso.example"}},
        ],
        "location": {"displayName": "Room 4"},
        "onlineMeeting": {"joinUrl": "https://teams.example/1"},
        "onlineMeetingUrl": "https://older.example/1",
        "webLink": "https://outlook.example/1",
        "sensitivity": "confidential",
        "isCancelled": True,
        "isDraft": True,
        "transactionId": "t",
        "categories": ["Blue"],
        "bodyPreview": "Agenda",
        "recurrence": {"pattern": {"type": "relativeMonthly", "interval": 2}, "range": {}},
        "somethingNew": {"nested": [1, None]},
    })  # fmt: skip

    assert event == Event(
        id="e",
        when=Timed(NINE, TEN),
        type=EventType.EXCEPTION,
        subject="Planning",
        show_as=ShowAs.WORKING_ELSEWHERE,
        etag='W/"key"',
        ical_uid="uid",
        series_id="S",
        original_start=datetime(2026, 11, 23, 9, tzinfo=UTC),
        repeats=Repeats("relativeMonthly", 2),
        response=Response.NOT_RESPONDED,
        is_organizer=True,
        organizer=Person("Ben", "ben@fabrikam.example"),
        attendance=Attendance.OPTIONAL,
        attendees=(
            Attendee(Person("A", "ANA@Contoso.example"), Attendance.OPTIONAL, Response.DECLINED),
            Attendee(Person("Room 4", "room4@contoso.example"), Attendance.RESOURCE),
        ),
        attendee_count=2,
        location="Room 4",
        join_url="https://teams.example/1",
        web_link="https://outlook.example/1",
        sensitivity=Sensitivity.CONFIDENTIAL,
        is_cancelled=True,
        is_draft=True,
        transaction_id="t",
        categories=("Blue",),
        preview="Agenda",
    )


@pytest.mark.parametrize("shape", [str, str.upper, str.lower, str.capitalize])
def test_enum_values_are_read_in_any_case(shape: Any) -> None:
    for show_as in ShowAs:
        assert event_of(showAs=shape(show_as.value)).show_as is show_as
    for response in Response:
        assert event_of(responseStatus={"response": shape(response.value)}).response is response
    for sensitivity in Sensitivity:
        assert event_of(sensitivity=shape(sensitivity.value)).sensitivity is sensitivity
    for kind in EventType:
        assert event_of(type=shape(kind.value), showAs="busy").type is kind


def test_unknown_enum_values_count_as_unknown() -> None:
    event = event_of(showAs="onTheMoon", type="newKind", sensitivity="?", responseStatus={"response": "maybe"})

    assert (event.show_as, event.type) == (ShowAs.UNKNOWN, EventType.SINGLE)
    assert (event.sensitivity, event.response) == (Sensitivity.NORMAL, Response.NONE)


def test_an_event_of_which_everything_is_null_but_its_time_is_an_event() -> None:
    whole = event_of(showAs="busy")
    names = ("subject", "showAs", "type", "attendees", "organizer", "location", "onlineMeeting", "recurrence",
             "categories", "responseStatus", "isAllDay", "isCancelled", "@odata.etag", "iCalUId", "@removed",
             "originalStart", "sensitivity", "webLink", "bodyPreview", "seriesMasterId", "transactionId")  # fmt: skip

    assert event_of(**dict.fromkeys(names)) == Event(id="e", when=whole.when)


# Times


@pytest.mark.parametrize(
    ("text", "zone", "instant"),
    [
        ("2026-11-24T09:00:00.0000000", "UTC", NINE),
        ("2026-11-24T09:00:00", "UTC", NINE),
        ("2026-11-24T09:00", "UTC", NINE),
        ("2026-11-24T09:00:00.1234567", "UTC", NINE.replace(microsecond=123456)),
        ("2026-11-24T09:00:00Z", "W. Europe Standard Time", NINE),
        ("2026-11-24T10:00:00+01:00", "UTC", NINE),
        ("2026-11-24T10:00:00", "W. Europe Standard Time", NINE),
        ("2026-11-24T10:00:00", "Europe/Berlin", NINE),
        ("2026-11-24T14:30:00", "India Standard Time", NINE),
        ("2026-11-24T09:00:00", "tzone://Microsoft/Utc", NINE),
        ("2026-11-24T09:00:00", "tzone://Microsoft/Custom", NINE),
        ("2026-11-24T09:00:00", "Customized Time Zone", NINE),
        ("2026-11-24T09:00:00", "../../etc/passwd", NINE),
        ("2026-11-24T09:00:00", "/etc/localtime", NINE),
        ("2026-11-24T09:00:00", "\0", NINE),
        ("2026-11-24T09:00:00", "x" * 1_000_000, NINE),
        ("2026-11-24T09:00:00", "", NINE),
        ("2026-11-24T09:00:00", None, NINE),
        ("2026-11-24", "UTC", datetime(2026, 11, 24, tzinfo=UTC)),
        ("0001-01-01T00:00:00.0000000Z", "tzone://Microsoft/Utc", EARLIEST),
        ("0001-01-01T00:00:00", "Tokyo Standard Time", EARLIEST),
        ("9999-12-31T23:59:59.9999999", "UTC", LATEST),
        ("9999-12-31T23:59:59.9999999Z", "Hawaiian Standard Time", LATEST),
        # A clock change: the hour that there is not, and the hour that there is twice.
        ("2026-03-29T02:30:00", "W. Europe Standard Time", datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        ("2026-10-25T02:30:00", "W. Europe Standard Time", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
    ],
)  # fmt: skip
def test_a_time_is_an_instant_whatever_it_looks_like(text: str, zone: str | None, instant: datetime) -> None:
    item = between(text, text, zone)

    assert isinstance(item, Event)
    assert item.when == Timed(instant, instant)


@pytest.mark.parametrize(
    "text",
    ["", "soon", "0000-01-01T00:00:00", "2026-02-30T09:00:00", "2026-13-01T09:00:00", "2026-11-24T09:60:00",
     "2026-11-24T25:00:00", "2026-11-24T09:00:00+99:00", "99999-01-01T00:00:00", "1e999", "2026-11-24T09:00:00[x]",
     "٢٠٢٦-١١-٢٤T٠٩:٠٠:٠٠"],
)  # fmt: skip
@pytest.mark.parametrize("bound", ["start", "end"])
def test_a_time_that_is_none_sets_its_event_aside(text: str, bound: str) -> None:
    broken = {"id": "broken", **TIMES, bound: {"dateTime": text, "timeZone": "UTC"}}

    assert [type(item) for item in items_of(broken, {"id": "whole", **TIMES})] == [Quarantined, Event]


def test_midnight_written_as_24_is_the_next_day_or_nothing() -> None:
    item = between("2026-11-24T24:00:00", "2026-11-24T24:00:00")

    # Python reads it from 3.14 on; both are right, a third is not.
    midnight = datetime(2026, 11, 25, tzinfo=UTC)
    assert isinstance(item, Quarantined) or (isinstance(item, Event) and item.when == Timed(midnight, midnight))


@pytest.mark.parametrize("text", ["2026-11-24T00:00:00.0000000", "2026-11-24", "2026-11-24T00:00:00Z"])
@pytest.mark.parametrize("zone", ["UTC", "Tonga Standard Time", "Hawaiian Standard Time", "nowhere", None])
def test_an_all_day_event_has_the_dates_that_stand_there_whatever_the_zone(text: str, zone: str | None) -> None:
    item = between(text, text.replace("24", "26"), zone, isAllDay=True)

    assert isinstance(item, Event)
    assert item.when == AllDay(date(2026, 11, 24), date(2026, 11, 26))


@pytest.mark.parametrize(
    ("text", "day"), [("0001-01-01T00:00:00", EARLIEST.date()), ("9999-12-31T00:00:00", LATEST.date())]
)
def test_an_all_day_event_at_the_ends_of_time_stays_within_reach(text: str, day: date) -> None:
    item = between(text, text, isAllDay=True)

    assert isinstance(item, Event)
    assert item.when == AllDay(day, day)


def test_every_zone_name_of_windows_and_iana_is_known() -> None:
    from tzlocal.windows_tz import tz_win, win_tz

    names = [name for name in filter(None, (*win_tz, *tz_win)) if zone_named(name).key == "UTC"]
    assert {win_tz.get(name, name) for name in names} <= {"UTC", "Etc/UTC", "Etc/UCT", "Etc/Zulu", "Etc/Universal"}
    assert {name: zone_named(name).key for name in ("Pacific Standard Time", "Asia/Kolkata")} == {
        "Pacific Standard Time": "America/Los_Angeles",
        "Asia/Kolkata": "Asia/Kolkata",
    }


@pytest.mark.parametrize("text", ["", "no time", "0000-01-01T00:00:00Z", "2026-02-30T00:00:00Z"])
def test_an_original_start_that_is_none_is_left_out(text: str) -> None:
    assert event_of(originalStart=text).original_start is None


# Kinds of item


def test_an_occurrence_without_content_is_sparse() -> None:
    (item,) = items_of({"id": "o", "type": "Occurrence", "seriesMasterId": "S", "@odata.etag": "x", **TIMES})

    assert item == Sparse("o", "S", Timed(NINE, TEN), "x")


def test_an_occurrence_with_content_is_an_event() -> None:
    event = event_of(type="occurrence", seriesMasterId="S", subject="", showAs="busy")

    assert (event.type, event.series_id) == (EventType.OCCURRENCE, "S")


@pytest.mark.parametrize("mark", [{"reason": "deleted"}, {"reason": "changed"}, {"reason": None}, {}])
def test_a_removal_names_what_is_gone(mark: dict[str, Any]) -> None:
    assert items_of({"@odata.type": "#microsoft.graph.event", "id": "gone", "@removed": mark}) == (Removed("gone"),)


@pytest.mark.parametrize(
    "broken",
    [
        {**TIMES},
        {"id": "", **TIMES},
        {"id": None, **TIMES},
        {"id": 7, **TIMES},
        {"id": "a\x1b[2J", **TIMES},
        {"id": "a\u202eb", **TIMES},
        {"id": "x" * 5_000, **TIMES},
        {"id": "\ud800", **TIMES},
        {"@removed": {"reason": "deleted"}},
        {"id": "\x07", "@removed": {"reason": "deleted"}},
        {"id": "a"},
        {"id": "a", "start": TIMES["start"]},
        {"id": "a", "start": None, "end": None},
        {"id": "a", "start": {"timeZone": "UTC"}, "end": TIMES["end"]},
        {"id": "a", "start": "2026-11-24T09:00:00", "end": TIMES["end"]},
        {"id": "a", **TIMES, "subject": 5},
        {"id": "a", **TIMES, "attendees": {}},
        {"id": "a", **TIMES, "attendees": ["ana"]},
        {"id": "a", **TIMES, "isAllDay": "yes"},
        {"id": "a", **TIMES, "seriesMasterId": "\x1b"},
        {"id": "a", "type": "occurrence", **TIMES},
        {"id": "a", "type": "occurrence", "seriesMasterId": "S"},
        None,
        3,
        "text",
        [],
    ],
    ids=lambda broken: ascii(broken)[:50],
)
def test_one_broken_item_is_set_aside_alone(broken: Any) -> None:
    good = [{"id": name, **TIMES, "subject": name} for name in ("before", "after")]

    before, odd, after = items_of(good[0], broken, good[1])

    assert isinstance(odd, Quarantined)
    assert odd.reason
    assert [event.subject for event in (before, after) if isinstance(event, Event)] == ["before", "after"]


def test_what_is_set_aside_is_named_where_that_is_possible() -> None:
    odd = items_of({"id": "a", **TIMES, "subject": 5}, {"id": "\x1b", **TIMES}, {"id": "b", "start": None})

    assert [item.id for item in odd] == ["a", "", "b"]


# Bytes


def test_links_of_a_page_are_kept_as_they_are() -> None:
    link = "https://graph.microsoft.com/v1.0/me/calendarView/delta?$skiptoken=a%2Fb=="
    page = decode_page(page_of(**{"@odata.nextLink": link, "@odata.deltaLink": link + "2"}))

    assert (page.items, page.next_link, page.delta_link) == ((), link, link + "2")


def test_a_byte_order_mark_is_passed_over() -> None:
    page = decode_page(b"\xef\xbb\xbf" + page_of({"id": "a", **TIMES}), ANA)

    assert [item.id for item in page.items] == ["a"]


def test_half_of_a_surrogate_pair_becomes_a_replacement_character() -> None:
    assert event_of(subject="a\ud800b").subject == "a\ufffdb"


def test_bytes_that_are_no_text_set_only_their_item_aside() -> None:
    body = page_of({"id": "a", **TIMES}, {"id": "b", "subject": "?", **TIMES}).replace(b'"?"', b'"\xff"')

    assert [type(item) for item in decode_page(body).items] == [Event, Quarantined]
    assert [item.id for item in decode_page(body).items] == ["a", "b"]


def test_a_number_that_json_does_not_have_sets_only_its_item_aside() -> None:
    body = page_of({"id": "a", **TIMES}, {"id": "b", "start": 0}).replace(b'"start": 0', b'"start": NaN')

    assert [type(item) for item in decode_page(body).items] == [Event, Quarantined]


def test_of_a_property_given_twice_the_last_counts() -> None:
    body = page_of({"id": "a", "subject": "first", **TIMES}).replace(b'"first"', b'"first", "subject": "second"')

    (event,) = decode_page(body).items
    assert isinstance(event, Event)
    assert event.subject == "second"


@pytest.mark.parametrize(
    "body",
    [b"", b"null", b"[]", b"{}", b"3", b'"value"', b'{"value": null}', b'{"value": {}}', b'{"value": [', b"\x00",
     b"<html>sign in</html>", b"\xff\xfe", b'{"value": [], "@odata.nextLink": 3}', b"[" * 100_000,
     b'{"value":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
     b'{"value":[{"id":"a","x":' + b"[" * 100_000 + b"]" * 100_000 + b"}]}"],
    ids=lambda body: repr(body[:24]),
)  # fmt: skip
def test_what_is_no_page_is_unreadable(body: bytes) -> None:
    with pytest.raises(Unreadable):
        decode_page(body)
    with pytest.raises(Unreadable):
        decode_calendars(body, "account")


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b"<html>", b'{"id": 3}', b"[" * 100_000])
def test_what_is_no_event_is_unreadable(body: bytes) -> None:
    with pytest.raises(Unreadable):
        decode_event(body)


def test_a_single_event_is_read_or_set_aside() -> None:
    assert decode_event(json.dumps({"id": "a", "type": "occurrence", **TIMES}).encode()) == Event(
        id="a", when=Timed(NINE, TEN), type=EventType.OCCURRENCE
    )
    assert decode_event(b'{"id": "a"}') == Quarantined("a", "An event without start or end.")
    assert isinstance(decode_event(json.dumps(TIMES).encode()), Quarantined)


# Too much


def test_a_crowd_is_counted_and_its_first_are_kept() -> None:
    crowd = [{"emailAddress": {"address": f"{n}@contoso.example"}} for n in range(ATTENDEES_KEPT + 700)]
    event = event_of(attendees=[*crowd, {"type": "optional", "emailAddress": {"address": ANA}}])

    assert (len(event.attendees), event.attendee_count) == (ATTENDEES_KEPT, ATTENDEES_KEPT + 701)
    assert event.attendance is Attendance.OPTIONAL


def test_huge_texts_are_cut() -> None:
    huge = "x" * 1_000_000
    event = event_of(**{
        "subject": huge,
        "bodyPreview": huge,
        "location": {"displayName": huge},
        "organizer": {"emailAddress": {"name": huge, "address": huge}},
        "categories": ["y" * 1_000] * 500,
        "webLink": "https://x.example/" + huge,
        "@odata.etag": huge,
    })  # fmt: skip

    assert (len(event.subject), len(event.preview)) == (SUBJECT_CHARACTERS, PREVIEW_CHARACTERS)
    assert (len(event.location), len(event.etag)) == (LOCATION_CHARACTERS, NAME_CHARACTERS)
    assert event.organizer is not None
    assert len(event.organizer.name) == len(event.organizer.address) == NAME_CHARACTERS
    assert [len(name) for name in event.categories] == [NAME_CHARACTERS] * CATEGORIES_KEPT
    assert event.web_link == ""


def test_a_number_beyond_measure_is_cut_too() -> None:
    event = event_of(recurrence={"pattern": {"type": "daily", "interval": 10**400}})

    assert event.repeats is not None
    assert event.repeats.interval < 2**63
    assert event_of(recurrence={"pattern": {"type": "daily", "interval": -3}}).repeats == Repeats("daily", 1)


def test_hostile_text_is_harmless_everywhere() -> None:
    person = {"emailAddress": {"name": HOSTILE, "address": HOSTILE}}
    event = event_of(**{
        "subject": HOSTILE,
        "bodyPreview": HOSTILE,
        "location": {"displayName": HOSTILE},
        "organizer": person,
        "attendees": [person],
        "categories": [HOSTILE],
        "iCalUId": HOSTILE,
        "transactionId": HOSTILE,
        "@odata.etag": HOSTILE,
        "webLink": "javascript:alert(1)",
        "onlineMeeting": {"joinUrl": "https://x.example/\x1b[2J"},
        "recurrence": {"pattern": {"type": HOSTILE}},
    })  # fmt: skip

    assert event.repeats is not None
    assert event.organizer is not None
    texts = [event.subject, event.preview, event.location, event.ical_uid, event.transaction_id, event.etag,
             event.repeats.pattern, *event.categories, event.organizer.name, event.organizer.address,
             event.attendees[0].person.name]  # fmt: skip
    assert all(text == clean(text) and "\x1b" not in text and "\u202e" not in text for text in texts)
    assert (event.web_link, event.join_url) == ("", "")


JSON = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | some.text(max_size=8),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
TEXTS = some.sampled_from(
    ["2026-11-24T09:00:00", "2026-11-24", "9999-12-31T23:59:59", "0001-01-01T00:00:00Z", "24:00", "UTC",
     "occurrence", "seriesMaster", "Tokyo Standard Time", "../x", "https://x.example", HOSTILE, "\ud800"]
)  # fmt: skip
VALUES = some.one_of(
    JSON,
    TEXTS,
    some.fixed_dictionaries({"dateTime": TEXTS | JSON, "timeZone": TEXTS | JSON}),
    some.lists(some.fixed_dictionaries({"emailAddress": JSON, "type": TEXTS}), max_size=2),
    some.fixed_dictionaries({"pattern": some.fixed_dictionaries({"type": TEXTS, "interval": JSON})}),
)
NAMES = some.sampled_from(
    ["id", "@odata.etag", "@removed", "type", "subject", "start", "end", "isAllDay", "showAs", "iCalUId",
     "seriesMasterId", "originalStart", "responseStatus", "organizer", "attendees", "location", "onlineMeeting",
     "webLink", "categories", "recurrence", "bodyPreview", "other"]
)  # fmt: skip


@given(some.lists(some.dictionaries(NAMES, VALUES, max_size=8) | JSON, max_size=4), JSON)
def test_nothing_that_arrives_raises_anything_but_unreadable(items: list[Any], link: Any) -> None:
    try:
        page = decode_page(json.dumps({"value": items, "@odata.nextLink": link}).encode(), ANA)
    except Unreadable:
        assert link is not None
        assert not isinstance(link, str)
        return
    assert len(page.items) == len(items)
    assert all(item.id == clean(item.id) for item in page.items)


@given(some.binary(max_size=60))
def test_no_bytes_raise_anything_but_unreadable(body: bytes) -> None:
    for prefix in (b"", b'{"value":[', b'{"value":[{"id":"a",'):
        for decode in (decode_page, decode_event, lambda it: decode_calendars(it, "account")):
            try:
                decode(prefix + body)
            except Unreadable:
                continue
    assert isinstance(decode_error(body), GraphError)


# Calendars and errors


def test_a_calendar_is_read() -> None:
    body = page_of(
        {"id": "c1", "name": "Calendar", "color": "auto", "hexColor": "#ff0000", "isDefaultCalendar": True,
         "canEdit": True, "owner": {"name": "Ana", "address": ANA}},
        {"id": "c2", "name": HOSTILE, "color": None},
        **{"@odata.nextLink": "https://graph.microsoft.com/next"},
    )  # fmt: skip
    (own, other), link = decode_calendars(body, "account")

    assert (own.key, own.name, own.owner, own.colour) == (("account", "c1"), "Calendar", ANA, "#ff0000")
    assert (own.can_edit, own.is_default, own.gone) == (True, True, False)
    assert other.name == clean(HOSTILE)
    assert (other.can_edit, other.is_default) == (False, False)
    assert link == "https://graph.microsoft.com/next"


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"", GraphError()),
        (b"<html>502</html>", GraphError()),
        (b"[]", GraphError()),
        (b'{"error": "text"}', GraphError()),
        (b'{"error": {"code": null, "message": null, "innerError": null}}', GraphError()),
        (b'{"error": {"code": 7}}', GraphError("7")),
        (b'{"error": {"code": "A", "message": "B\\u001b[2J"}}', GraphError("A", message="B\ufffd[2J")),
        (b'{"error": {"code": "A", "innerError": {"request-id": "r"}}}', GraphError("A", request_id="r")),
        (b'{"error": {"code": "A", "innererror": {"request-id": "r", "code": "B"}}}', GraphError("A", "B", "", "r")),
        (b"[" * 100_000, GraphError()),
    ],
)
def test_an_error_says_what_it_can(body: bytes, error: GraphError) -> None:
    assert decode_error(body) == error


# Microsoft's own examples, in a folder beside the checkout that is no part of the project

GRAPH = Path(__file__).parents[3] / "shared" / "graph"
needs_examples = pytest.mark.skipif(not GRAPH.is_dir(), reason="the folder ../shared/graph is not beside this checkout")


# What is no event, calendar or error; user and mailboxSettings are read by another module and its tests.
NOT_SERVED = (
    "findmeetingtimes", "getschedule", "calendarperm", "category", "categories", "supportedtimezones", "calendargroup",
    "reminderview", "translateexchangeids", "attachments", "extension", "mailboxsettings", "open-users", "user-get",
)  # fmt: skip
# Events that the documentation shows without their start or end, with placeholders, or narrowed to a few properties.
WITHOUT_TIMES = (
    "events-in-text", "calendarview", "event-delta", "update-event", "/calendar/events", "patch /v1.0/me/events",
)  # fmt: skip


def examples() -> list[tuple[str, Any]]:
    """Each answer of Microsoft's documentation that has a body, by name."""
    found = [(path.stem, json.loads(path.read_text())) for path in sorted(GRAPH.glob("examples/**/*.json"))]
    samples = GRAPH / "doc-samples.json"
    mocks = json.loads(samples.read_text())["mocks"] if samples.exists() else []
    found += [(f"{mock['request'].get('method')} {mock['request']['url']}", mock) for mock in mocks]
    bodies = [(name, (example["response"] or {}).get("body")) for name, example in found]
    return [(name, body) for name, body in bodies if isinstance(body, dict)]


def kind_of(body: Any) -> str:
    """What a resource is, by properties that only such a one has."""
    if "error" in body:
        return "error"
    if "@removed" in body or {"start", "end"} <= body.keys():
        return "event"
    if "canEdit" in body and "name" in body:
        return "calendar"
    return "other"


def is_placeholder(body: Any) -> bool:
    """The documentation's schematic examples name a type where a value would stand."""
    text = json.dumps(body)
    return any(mark in text for mark in ("-value", "datetime-value", "String (timestamp)", '"@odata.type": "String'))


@needs_examples
def test_every_event_calendar_and_error_of_the_documentation_is_understood() -> None:
    seen = {"event": 0, "calendar": 0, "error": 0}
    others = set()
    for name, body in examples():
        values = body["value"] if isinstance(body.get("value"), list) else [body]
        kinds = {kind_of(value) for value in values if isinstance(value, dict)} or {"other"}
        assert len(kinds) == 1, name
        (kind,) = kinds
        if kind == "other":
            others.add(name.lower())
        elif not is_placeholder(body):
            understand(kind, name, values)
            seen[kind] += len(values)

    assert seen["event"] > 40
    assert seen["calendar"] > 15
    assert seen["error"] >= 6
    assert not [name for name in others if not any(part in name for part in (*NOT_SERVED, *WITHOUT_TIMES))]


def understand(kind: str, name: str, values: list[Any]) -> None:
    if kind == "error":
        assert decode_error(json.dumps(values[0]).encode()).code, name
    elif kind == "calendar":
        calendars, _ = decode_calendars(page_of(*values), "account")
        assert [calendar.id for calendar in calendars] == [value["id"] for value in values], name
    else:
        named = [{"id": f"without-{number}", **value} for number, value in enumerate(values)]
        items = items_of(*named)
        assert [item.id for item in items] == [value["id"] for value in named], name
        assert not [item for item in items if isinstance(item, Quarantined)], name
        for item, value in zip(items, named, strict=True):
            if isinstance(item, Event) and value.get("subject"):
                assert item.subject == clean(value["subject"])
                assert item.attendee_count == len(value.get("attendees") or [])
