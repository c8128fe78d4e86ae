"""Profile, calendars and events as the Graph API answers them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from simulator_client import ANA, BEN, GRAPH, Client, all_day, single, weekly

WINDOW = "startDateTime=2026-11-23T00:00:00Z&endDateTime=2026-12-07T00:00:00Z"
Connect = Callable[..., Client]
REVIEW = single("review", "2026-11-24T14:00:00", "2026-11-24T15:00:00", "Europe/Berlin")
STAND_UP = weekly("stand-up", "2026-11-23T09:00:00", "2026-11-23T09:15:00", "monday", zone="Europe/Berlin")
FAIR = all_day("fair", "2026-11-25", "2026-11-27")


def body(client: Client, path: str, prefer: str = "") -> Any:
    answer = client.get(path, prefer)
    assert answer.status == 200, answer.body
    return answer.json()


def test_me_is_the_account_of_the_token(connect: Connect) -> None:
    client = connect()
    me = body(client, "/me?$select=displayName,mail,userPrincipalName")
    assert (me["displayName"], me["mail"], me["userPrincipalName"]) == ("Ana Keller", ANA, ANA)
    assert body(client, f"/users/{ANA.upper()}")["id"] == body(client, f"/users/{me['id']}")["id"] == me["id"]


def test_mailbox_settings_name_the_windows_zone(connect: Connect) -> None:
    assert body(connect(), "/me/mailboxSettings")["timeZone"] == "W. Europe Standard Time"
    assert body(connect(), "/me/mailboxSettings/timeZone")["value"] == "W. Europe Standard Time"


def test_another_mailbox_is_denied_and_an_unknown_one_is_not_found(connect: Connect) -> None:
    assert connect().get(f"/users/{BEN}/calendars").status == 403
    assert connect().get("/users/nobody@contoso.example/calendars").status == 404


def test_calendars_tell_which_is_default_and_which_can_be_edited(connect: Connect) -> None:
    first, second = connect().value("/me/calendars")
    assert (first["name"], first["isDefaultCalendar"], first["isRemovable"], first["canEdit"]) == (
        "Calendar",
        True,
        False,
        True,
    )
    assert (second["name"], second["isDefaultCalendar"], second["isRemovable"], second["canEdit"]) == (
        "Team",
        False,
        True,
        False,
    )
    assert first["owner"] == {"name": "Ana Keller", "address": ANA}


def test_calendars_are_paged_and_selected(connect: Connect) -> None:
    client = connect()
    page = body(client, "/me/calendars?$top=1&$select=name")
    assert [set(calendar) for calendar in page["value"]] == [{"id", "name"}]
    assert page["@odata.nextLink"].startswith(f"{GRAPH}/me/calendars?")
    assert [calendar["name"] for calendar in client.value("/me/calendars?$top=1")] == ["Calendar", "Team"]


def test_ids_are_the_same_in_every_run_of_a_scenario(connect: Connect) -> None:
    assert connect().calendar_id("Team") == connect().calendar_id("Team")
    assert connect().calendar_id("Team") != connect().calendar_id("Calendar")


def test_a_view_holds_instances_in_full_and_no_master(connect: Connect) -> None:
    items = connect(REVIEW, STAND_UP, FAIR).value(f"/me/calendarView?{WINDOW}")
    assert [(item["type"], item["subject"]) for item in items] == [
        ("occurrence", "stand-up"),
        ("singleInstance", "review"),
        ("singleInstance", "fair"),
        ("occurrence", "stand-up"),
    ]
    assert items[0]["seriesMasterId"] == "stand-up"
    assert items[0]["recurrence"] is None
    assert items[0]["originalStart"] == "2026-11-23T08:00:00Z"
    assert items[0]["iCalUId"] != items[3]["iCalUId"]


def test_events_lists_singles_and_masters_with_the_rule_filled_in(connect: Connect) -> None:
    items = connect(REVIEW, STAND_UP).value("/me/events")
    assert [item["type"] for item in items] == ["singleInstance", "seriesMaster"]
    pattern = items[1]["recurrence"]["pattern"]
    assert (pattern["month"], pattern["dayOfMonth"], pattern["index"]) == (0, 0, "first")
    assert (pattern["firstDayOfWeek"], pattern["daysOfWeek"]) == ("sunday", ["monday"])
    assert items[1]["recurrence"]["range"]["endDate"] == "0001-01-01"
    assert items[1]["recurrence"]["range"]["numberOfOccurrences"] == 0


def test_a_page_has_ten_events_unless_asked_otherwise(connect: Connect) -> None:
    events = [single(f"e{hour:02}", f"2026-11-24T{hour:02}:00:00", f"2026-11-24T{hour:02}:30:00") for hour in range(23)]
    client = connect(*events)
    sizes = {
        query: len(body(client, f"/me/calendarView?{WINDOW}{query}")["value"])
        for query in ("", "&$top=20", "&top=1000")
    }
    assert sizes == {"": 10, "&$top=20": 20, "&top=1000": 23}
    assert [item["id"] for item in client.value(f"/me/calendarView?{WINDOW}")] == [event["id"] for event in events]


def test_query_names_are_read_without_regard_to_case(connect: Connect) -> None:
    query = "startdatetime=2026-11-23T00:00:00Z&ENDDATETIME=2026-12-07T00:00:00Z&$SELECT=Subject"
    assert [set(item) for item in connect(REVIEW).value(f"/me/calendarView?{query}")] == [
        {"@odata.etag", "id", "subject"}
    ]


@pytest.mark.parametrize("preferred", ["Tokyo Standard Time", "Asia/Tokyo"])
def test_times_come_in_the_zone_that_is_preferred_with_its_windows_name(connect: Connect, preferred: str) -> None:
    client = connect(REVIEW)
    answer = client.get("/me/events/review", f'outlook.timezone="{preferred}"')
    event: Any = answer.json()
    assert event["start"] == {"dateTime": "2026-11-24T22:00:00.0000000", "timeZone": "Tokyo Standard Time"}
    assert event["originalStartTimeZone"] == "W. Europe Standard Time"
    assert answer.headers["preference-applied"] == f'outlook.timezone="{preferred}"'


def test_all_day_events_are_at_midnight_in_any_zone(connect: Connect) -> None:
    for prefer in ("", 'outlook.timezone="Tokyo Standard Time"', 'outlook.timezone="Pacific Standard Time"'):
        event = body(connect(FAIR), "/me/events/fair", prefer)
        assert event["start"]["dateTime"] == "2026-11-25T00:00:00.0000000"
        assert event["end"]["dateTime"] == "2026-11-27T00:00:00.0000000"


def test_an_unknown_zone_is_refused(connect: Connect) -> None:
    answer = connect(REVIEW).get(f"/me/calendarView?{WINDOW}", 'outlook.timezone="Mars/Olympus"')
    error: Any = answer.json()
    assert (answer.status, error["error"]["code"]) == (400, "TimeZoneNotSupportedException")
    assert "'Mars/Olympus'" in error["error"]["message"]


def test_bodies_come_as_html_unless_text_is_preferred(connect: Connect) -> None:
    client = connect(REVIEW | {"body": {"contentType": "text", "content": "a < b"}})
    assert body(client, "/me/events/review")["body"]["contentType"] == "html"
    assert "a &lt; b" in body(client, "/me/events/review")["body"]["content"]
    text = body(client, "/me/events/review", 'outlook.body-content-type="text"')["body"]
    assert text == {"contentType": "text", "content": "a < b"}


def test_every_answer_carries_a_request_id_and_repeats_the_clients(connect: Connect) -> None:
    first, second = (connect().get("/me", **{"client-request-id": "mine"}) for _ in range(2))
    assert first.headers["request-id"]
    assert first.headers["client-request-id"] == second.headers["client-request-id"] == "mine"


@pytest.mark.parametrize(
    "path",
    ["/me/events/none", "/me/calendars/none", f"/me/calendars/none/calendarView?{WINDOW}", "/me/events/none/instances"],
)
def test_unknown_ids_are_not_found(connect: Connect, path: str) -> None:
    answer = connect().get(path)
    error: Any = answer.json()
    assert (answer.status, error["error"]["code"]) == (404, "ErrorItemNotFound")
    assert error["error"]["innerError"]["request-id"]


@pytest.mark.parametrize(
    "path", ["/me/nonsense", "/me/calendars/x/nonsense", "/nonsense", "/me/events/review/nonsense"]
)
def test_unknown_paths_are_errors(connect: Connect, path: str) -> None:
    assert connect(REVIEW).get(path).status in (400, 404)


def test_instances_of_a_series_need_a_window_and_leave_out_cancelled_days(connect: Connect) -> None:
    client = connect(STAND_UP | {"cancelledOccurrences": ["OID.stand-up.2026-11-30"]})
    assert client.get("/me/events/stand-up/instances").status == 400
    days = [item["start"]["dateTime"][:10] for item in client.value(f"/me/events/stand-up/instances?{WINDOW}")]
    assert days == ["2026-11-23"]


def test_cancelled_days_show_only_when_selected(connect: Connect) -> None:
    client = connect(STAND_UP | {"cancelledOccurrences": ["OID.stand-up.2026-11-30"]})
    assert "cancelledOccurrences" not in body(client, "/me/events/stand-up")
    selected = body(client, "/me/events/stand-up?$select=cancelledOccurrences")
    assert selected["cancelledOccurrences"] == ["OID.stand-up.2026-11-30"]


def test_occurrences_can_be_read_by_their_id_in_any_calendar_path(connect: Connect) -> None:
    client = connect(STAND_UP)
    occurrence = client.value(f"/me/calendarView?{WINDOW}")[1]
    assert body(client, f"/me/events/{occurrence['id']}")["start"] == occurrence["start"]
    assert body(client, f"/me/calendars/{client.calendar_id()}/events/{occurrence['id']}")["type"] == "occurrence"
    assert body(client, f"/me/events/{occurrence['id']}/calendar")["name"] == "Calendar"


def test_ids_of_a_file_are_served_unchanged_even_odd_ones(connect: Connect) -> None:
    odd = "AAMk-_/+ %=="
    client = connect(single(odd, "2026-11-24T14:00:00", "2026-11-24T15:00:00"))
    assert [item["id"] for item in client.value(f"/me/calendarView?{WINDOW}", 'IdType="ImmutableId"')] == [odd]
    assert body(client, "/me/events/AAMk-_%2F%2B%20%25%3D%3D")["id"] == odd


def test_the_paths_of_microsofts_own_clients_are_served(connect: Connect) -> None:
    client = connect(REVIEW)
    for path in ("/me/calendarView/delta()", f"/users/{ANA}/calendarView/microsoft.graph.delta()"):
        assert [item["id"] for item in body(client, f"{path}?{WINDOW}")["value"]] == ["review"]


def test_microsofts_supported_zones_are_listed(connect: Connect) -> None:
    assert "Tokyo Standard Time" in {
        zone["alias"] for zone in connect().value("/me/outlook/supportedTimeZones?$top=1000")
    }


@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer nonsense"}, {"authorization": "Basic QTpC"}])
def test_a_request_without_a_token_of_ours_is_unauthorised(connect: Connect, headers: dict[str, str]) -> None:
    answer = connect().send("GET", f"{GRAPH}/me", headers)
    error: Any = answer.json()
    assert (answer.status, error["error"]["code"]) == (401, "InvalidAuthenticationToken")


def test_hostile_text_travels_unchanged(connect: Connect) -> None:
    hostile = "\x1b]0;x\x07 [@click=quit]x[/] \u202e <script> \U0001f600 \u0000"
    assert body(connect(REVIEW | {"subject": hostile}), "/me/events/review")["subject"] == hostile
