"""Updating and deleting events: etags, series, and what an attendee may change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from simulator_client import ANA, BEN, Client, rule, single, times, weekly

Connect = Callable[..., Client]
BERLIN = "W. Europe Standard Time"
REVIEW = single("review", "2026-11-24T14:00:00", "2026-11-24T15:00:00", body={"contentType": "text", "content": "a"})
STAND_UP = weekly("stand-up", "2026-11-23T09:00:00", "2026-11-23T09:15:00", "monday", "wednesday", zone=BERLIN)
WINDOW = "startDateTime=2026-11-23T00:00:00Z&endDateTime=2026-12-07T00:00:00Z"


def read(client: Client, event_id: str) -> Any:
    answer = client.get(f"/me/events/{event_id}")
    assert answer.status == 200, answer.body
    return answer.json()


def days(client: Client) -> list[str]:
    return [item["start"]["dateTime"][:16] for item in client.value(f"/me/calendarView?{WINDOW}")]


def occurrence(client: Client, place: int) -> dict[str, Any]:
    return client.value(f"/me/calendarView?{WINDOW}")[place]


def test_only_the_named_properties_change(connect: Connect) -> None:
    client = connect(REVIEW)
    before = read(client, "review")
    answer = client.call("PATCH", "/me/events/review", {"subject": "Second review"})
    after: Any = answer.json()
    assert (answer.status, after["subject"]) == (200, "Second review")
    differing = {name for name in after if after[name] != before.get(name)}
    assert differing == {"subject", "changeKey", "@odata.etag", "lastModifiedDateTime"}
    assert read(client, "review")["@odata.etag"] == after["@odata.etag"]


def test_times_move_with_their_zone(connect: Connect) -> None:
    body = times("2026-11-25T09:00:00", "2026-11-25T10:00:00", "Asia/Tokyo")
    after = connect(REVIEW).done("PATCH", "/me/events/review", body)
    assert (after["start"]["dateTime"][:16], after["originalStartTimeZone"]) == (
        "2026-11-25T00:00",
        "Tokyo Standard Time",
    )


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
def test_a_write_that_was_decided_on_another_version_is_refused(connect: Connect, method: str) -> None:
    client = connect(REVIEW)
    seen = read(client, "review")["@odata.etag"]
    client.change("update", "review", {"subject": "Theirs"})
    conflict = (412, "ErrorIrresolvableConflict")
    assert client.refused(method, "/me/events/review", {"subject": "Mine"}, **{"If-Match": seen}) == conflict
    current = read(client, "review")
    assert current["subject"] == "Theirs"
    answer = client.call(method, "/me/events/review", {"subject": "Mine"}, **{"If-Match": current["@odata.etag"]})
    assert answer.status in (200, 204)


@pytest.mark.parametrize("headers", [{}, {"If-Match": "*"}])
def test_a_write_without_a_version_goes_through(connect: Connect, headers: dict[str, str]) -> None:
    assert connect(REVIEW).done("PATCH", "/me/events/review", {"subject": "Mine"}, **headers)["subject"] == "Mine"


def test_a_server_can_ignore_the_version(connect: Connect) -> None:
    client = connect(REVIEW)
    client.control("behaviour", ignored_if_match=True)
    assert client.call("PATCH", "/me/events/review", {"subject": "Mine"}, **{"If-Match": 'W/"old"'}).status == 200
    assert client.call("DELETE", "/me/events/review", **{"If-Match": 'W/"old"'}).status == 204


def test_a_conflict_may_pass_without_any_version_asked_for(connect: Connect) -> None:
    client = connect(REVIEW)
    body = {"error": {"code": "ErrorIrresolvableConflict", "message": "", "innerError": {}}}
    client.control("faults", faults=[{"method": "PATCH", "path": "/me/events/", "status": 412, "body": body}])
    change = {"subject": "Mine"}
    assert client.refused("PATCH", "/me/events/review", change) == (412, "ErrorIrresolvableConflict")
    assert read(client, "review")["subject"] == "review"
    assert client.done("PATCH", "/me/events/review", change)["subject"] == "Mine"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"transactionId": "t-1"}, "ErrorInvalidRequest"),
        ({"isAllDay": True}, "ErrorPropertyValidationFailure"),
        ({"end": {"dateTime": "2026-11-24T13:00:00", "timeZone": "UTC"}}, "ErrorPropertyValidationFailure"),
        ({"start": {"dateTime": "2026-11-24T13:00:00", "timeZone": "Nowhere"}}, "TimeZoneNotSupportedException"),
        ({"nonsense": 1}, "RequestBodyRead"),
        ({"recurrence": rule({"type": "daily"}, "2026-11-23")}, "ErrorPropertyValidationFailure"),
    ],
)
def test_what_does_not_make_an_event_is_refused_and_changes_nothing(
    connect: Connect, change: dict[str, Any], code: str
) -> None:
    client = connect(REVIEW)
    before = read(client, "review")
    assert client.refused("PATCH", "/me/events/review", {"subject": "x", **change}) == (400, code)
    assert read(client, "review") == before


def test_a_changed_occurrence_becomes_an_exception_and_the_others_stay(connect: Connect) -> None:
    client = connect(STAND_UP)
    second = occurrence(client, 1)
    moved = times("2026-11-25T10:30:00", "2026-11-25T10:45:00", BERLIN)
    after = client.done("PATCH", f"/me/events/{second['id']}", moved | {"subject": "Late"})
    assert (after["type"], after["seriesMasterId"], after["originalStart"]) == (
        "exception",
        "stand-up",
        second["originalStart"],
    )
    assert days(client) == ["2026-11-23T08:00", "2026-11-25T09:30", "2026-11-30T08:00", "2026-12-02T08:00"]


@pytest.mark.parametrize(
    ("day", "is_taken"),
    [
        ("2026-11-23", False),
        ("2026-11-24", True),
        ("2026-11-29", True),
        ("2026-11-30", False),
        ("2026-12-01", False),
    ],
)
def test_an_occurrence_stays_between_its_neighbours(connect: Connect, day: str, is_taken: bool) -> None:
    client = connect(STAND_UP)
    body = times(f"{day}T07:00:00", f"{day}T07:15:00", BERLIN)
    answer = client.call("PATCH", f"/me/events/{occurrence(client, 1)['id']}", body)
    assert (answer.status == 200) is is_taken
    if not is_taken:
        error: Any = answer.json()
        assert (answer.status, error["error"]["code"]) == (400, "ErrorOccurrenceCrossingBoundary")


def test_a_deleted_or_moved_neighbour_no_longer_bounds_an_occurrence(connect: Connect) -> None:
    client = connect(STAND_UP)
    second, third = occurrence(client, 1), occurrence(client, 2)
    client.done("DELETE", f"/me/events/{third['id']}")
    tuesday = times("2026-12-01T07:00:00", "2026-12-01T07:15:00", BERLIN)
    assert client.done("PATCH", f"/me/events/{second['id']}", tuesday)["type"] == "exception"
    wednesday = occurrence(client, 2)
    body = times("2026-12-01T12:00:00", "2026-12-01T12:15:00", BERLIN)
    assert client.refused("PATCH", f"/me/events/{wednesday['id']}", body)[1] == "ErrorOccurrenceCrossingBoundary"


def test_a_moved_series_has_new_occurrences_under_new_ids(connect: Connect) -> None:
    client = connect(STAND_UP)
    before = {item["id"] for item in client.value(f"/me/calendarView?{WINDOW}")}
    body = times("2026-11-23T11:00:00", "2026-11-23T11:15:00", BERLIN)
    assert client.done("PATCH", "/me/events/stand-up", body)["type"] == "seriesMaster"
    assert {day[11:] for day in days(client)} == {"10:00"}
    assert not before & {item["id"] for item in client.value(f"/me/calendarView?{WINDOW}")}


def test_a_series_can_end_earlier_become_single_and_a_single_event_a_series(connect: Connect) -> None:
    client = connect(STAND_UP, REVIEW)
    limits = {"type": "endDate", "endDate": "2026-11-25"}
    recurrence = rule({"type": "weekly", "daysOfWeek": ["monday", "wednesday"]}, "2026-11-23", BERLIN, **limits)
    client.done("PATCH", "/me/events/stand-up", {"recurrence": recurrence})
    assert days(client) == ["2026-11-23T08:00", "2026-11-24T14:00", "2026-11-25T08:00"]
    assert client.done("PATCH", "/me/events/stand-up", {"recurrence": None})["type"] == "singleInstance"
    daily = rule({"type": "daily"}, "2026-11-24", type="numbered", numberOfOccurrences=2)
    assert client.done("PATCH", "/me/events/review", {"recurrence": daily})["type"] == "seriesMaster"
    assert days(client) == ["2026-11-23T08:00", "2026-11-24T14:00", "2026-11-25T14:00"]


def test_an_occurrence_has_no_rule_of_its_own(connect: Connect) -> None:
    client = connect(STAND_UP)
    daily = rule({"type": "daily"}, "2026-11-25")
    status = client.refused("PATCH", f"/me/events/{occurrence(client, 1)['id']}", {"recurrence": daily})
    assert status == (400, "ErrorPropertyValidationFailure")


@pytest.mark.parametrize(("method", "path"), [("DELETE", ""), ("POST", "/permanentDelete")])
def test_a_deleted_event_is_gone_and_is_announced(connect: Connect, method: str, path: str) -> None:
    client = connect(REVIEW)
    first: Any = client.get(f"/me/calendarView/delta?{WINDOW}").json()
    answer = client.call(method, f"/me/events/review{path}")
    assert (answer.status, answer.body) == (204, b"")
    assert client.refused("DELETE", "/me/events/review") == (404, "ErrorItemNotFound")
    assert client.refused("PATCH", "/me/events/review", {"subject": "x"}) == (404, "ErrorItemNotFound")
    second: Any = client.get(first["@odata.deltaLink"]).json()
    assert [(item["id"], "@removed" in item) for item in second["value"]] == [("review", True)]


def test_a_deleted_occurrence_leaves_a_gap_that_the_master_names(connect: Connect) -> None:
    client = connect(STAND_UP)
    gone = occurrence(client, 1)["id"]
    assert client.call("DELETE", f"/me/events/{gone}").status == 204
    assert client.refused("DELETE", f"/me/events/{gone}")[0] == 404
    assert days(client) == ["2026-11-23T08:00", "2026-11-30T08:00", "2026-12-02T08:00"]
    master: Any = client.get("/me/events/stand-up?$select=cancelledOccurrences").json()
    assert master["cancelledOccurrences"] == ["OID.stand-up.2026-11-25"]


def test_a_deleted_master_takes_its_series_with_it(connect: Connect) -> None:
    client = connect(STAND_UP)
    assert client.call("DELETE", "/me/events/stand-up").status == 204
    assert days(client) == []


def test_an_attendee_changes_only_own_things(connect: Connect) -> None:
    client = connect()
    body = REVIEW | {"attendees": [{"emailAddress": {"address": BEN}}]}
    client.done("POST", "/me/events", body)
    ben = client.of(BEN)
    copy = ben.events()[0]["id"]
    own = {"isReminderOn": False, "reminderMinutesBeforeStart": 5, "categories": ["Red"], "showAs": "free"}
    after = ben.done("PATCH", f"/me/events/{copy}", own)
    assert {name: after[name] for name in own} == own
    foreign: list[dict[str, Any]] = [{"subject": "Mine"}, times("2026-11-25T09:00:00", "2026-11-25T10:00:00")]
    for change in [*foreign, {"attendees": []}]:
        assert ben.refused("PATCH", f"/me/events/{copy}", change) == (400, "ErrorInvalidRequest")
    assert client.mails() == []
    assert client.events()[0]["showAs"] == "busy"


def test_a_body_without_the_link_makes_a_meeting_offline(connect: Connect) -> None:
    client = connect()
    made = client.done("POST", "/me/events", REVIEW | {"isOnlineMeeting": True})
    path, link = f"/me/events/{made['id']}", made["onlineMeeting"]["joinUrl"]
    kept = client.done("PATCH", path, {"body": {"content": f"See {link}"}, "isOnlineMeeting": False})
    assert kept["isOnlineMeeting"]
    lost = client.done("PATCH", path, {"body": {"content": "See you"}})
    assert (lost["isOnlineMeeting"], lost["onlineMeeting"], lost["onlineMeetingProvider"]) == (False, None, "unknown")


def test_events_are_written_below_their_calendar_and_their_user_too(connect: Connect) -> None:
    client = connect(REVIEW)
    for place, path in enumerate((f"/me/calendars/{client.calendar_id()}", "/me/calendar", f"/users/{ANA}")):
        assert client.done("PATCH", f"{path}/events/review", {"subject": str(place)})["subject"] == str(place)
    team = client.calendar_id("Team")
    assert client.refused("PATCH", f"/me/calendars/{team}/events/review", {"subject": "x"})[0] == 404


@pytest.mark.parametrize(
    ("method", "path"), [("PUT", "/me/events/review"), ("POST", "/me/calendars"), ("PATCH", "/me")]
)
def test_other_methods_are_not_allowed(connect: Connect, method: str, path: str) -> None:
    assert connect(REVIEW).refused(method, path, {})[0] == 405
