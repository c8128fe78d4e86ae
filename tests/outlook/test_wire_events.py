"""Microsoft's items become events, series and removals; one that cannot be understood is set aside alone."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from graph_pages import NINE, TEN, TIMES, event_of, items_of

from tui.domain.events import Attendance, Attendee, Event, EventType, Person, Repeats, Response, Sensitivity, ShowAs
from tui.domain.timespan import Timed
from tui.outlook.wire import Quarantined, Removed, Sparse

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
