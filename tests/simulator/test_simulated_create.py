"""Creating events: what comes back, what is refused, and that a repeated create makes one event."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from simulator_client import ANA, BEN, EVA, Client, all_day, rule, single, times

Connect = Callable[..., Client]
BERLIN = "W. Europe Standard Time"
LUNCH = {"subject": "Lunch", **times("2026-11-24T12:00:00", "2026-11-24T13:00:00", BERLIN)}
WINDOW = "startDateTime=2026-11-23T00:00:00Z&endDateTime=2026-12-21T00:00:00Z"


@pytest.mark.parametrize("path", ["/me/events", "/me/calendar/events", "calendar id", "user"])
def test_a_minimal_body_makes_a_whole_event(connect: Connect, path: str) -> None:
    client = connect()
    known = {"calendar id": f"/me/calendars/{client.calendar_id()}/events", "user": f"/users/{ANA}/events"}
    answer = client.call("POST", known.get(path, path), LUNCH)
    made: Any = answer.json()
    assert answer.status == 201
    assert made["start"] == {"dateTime": "2026-11-24T11:00:00.0000000", "timeZone": "UTC"}
    assert (made["originalStartTimeZone"], made["originalEndTimeZone"]) == (BERLIN, BERLIN)
    assert (made["type"], made["showAs"], made["isOrganizer"], made["isAllDay"]) == (
        "singleInstance",
        "busy",
        True,
        False,
    )
    assert made["organizer"]["emailAddress"] == {"name": "Ana Keller", "address": ANA}
    assert made["@odata.etag"] == f'W/"{made["changeKey"]}"'
    assert made["transactionId"] is None
    assert made["webLink"].startswith("https://outlook.office365.com/")
    stored: Any = client.get(f"/me/events/{made['id']}").json()
    assert stored["iCalUId"] == made["iCalUId"]
    assert client.mails("sent") == []


@pytest.mark.parametrize("zone", ["Tokyo Standard Time", "Asia/Tokyo"])
def test_windows_and_iana_zones_are_read_and_the_answer_is_in_the_preferred_one(connect: Connect, zone: str) -> None:
    body = LUNCH | times("2026-11-24T21:00:00", "2026-11-24T22:00:00", zone)
    made = connect().done("POST", "/me/events", body, prefer=f'outlook.timezone="{BERLIN}"')
    assert made["start"] == {"dateTime": "2026-11-24T13:00:00.0000000", "timeZone": BERLIN}
    assert made["originalStartTimeZone"] == "Tokyo Standard Time"


def test_a_created_event_comes_with_the_next_delta_round(connect: Connect) -> None:
    client = connect()
    first: Any = client.get(f"/me/calendarView/delta?{WINDOW}").json()
    made = client.done("POST", "/me/events", LUNCH | {"transactionId": "t-1"})
    second: Any = client.get(first["@odata.deltaLink"]).json()
    assert [(item["id"], item["transactionId"], item["@odata.etag"]) for item in second["value"]] == [
        (made["id"], "t-1", made["@odata.etag"])
    ]


def test_all_day_events_keep_their_dates_in_any_zone(connect: Connect) -> None:
    client = connect()
    body = {"subject": "Off", "isAllDay": True, **times("2026-11-24T00:00:00", "2026-11-26T00:00:00", "Asia/Tokyo")}
    made = client.done("POST", "/me/events", body, prefer='outlook.timezone="Pacific Standard Time"')
    assert (made["start"]["dateTime"][:10], made["end"]["dateTime"][:10]) == ("2026-11-24", "2026-11-26")
    assert made["originalStartTimeZone"] == "Tokyo Standard Time"


NOON = times("2026-11-24T12:00:00", "2026-11-25T12:00:00")
INVALID, UNKNOWN_ZONE, UNREADABLE = (
    "ErrorPropertyValidationFailure",
    "TimeZoneNotSupportedException",
    "RequestBodyRead",
)
WEEKLY = {"type": "weekly", "daysOfWeek": ["tuesday"]}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"isAllDay": True, **NOON}, INVALID),
        ({"isAllDay": True, **times("2026-11-24T00:00:00", "2026-11-24T00:00:00")}, INVALID),
        ({"isAllDay": True, "start": all_day("x", "2026-11-24", "2026-11-25")["start"],
          "end": {"dateTime": "2026-11-25T00:00:00", "timeZone": "Tokyo Standard Time"}}, INVALID),
        (times("2026-11-24T12:00:00", "2026-11-24T11:00:00"), INVALID),
        (times("soon", "later"), INVALID),
        (times("2026-11-24T12:00:00", "2026-11-24T13:00:00", "Mars/Olympus"), UNKNOWN_ZONE),
        (times("2026-11-24T12:00:00", "2026-11-24T13:00:00", "tzone://Microsoft/Custom"), UNKNOWN_ZONE),
        ({"start": {"dateTime": "2026-11-24T12:00:00"}}, UNKNOWN_ZONE),
        ({"start": "2026-11-24T12:00:00"}, UNREADABLE),
        ({"subject": 5}, UNREADABLE),
        ({"colour": "red"}, UNREADABLE),
        ({"showAs": "asleep"}, UNREADABLE),
        ({"attendees": [{"emailAddress": {"name": "Nobody"}}]}, UNREADABLE),
        ({"attendees": [{"emailAddress": {"address": "nobody"}}]}, "ErrorInvalidRecipients"),
        ({"recurrence": rule(WEEKLY, "2026-11-23")}, INVALID),
        ({"recurrence": rule({"type": "weekly"}, "2026-11-24")}, INVALID),
        ({"recurrence": rule(WEEKLY, "2026-11-24", type="endDate", endDate="2026-11-01")}, INVALID),
        ({"recurrence": rule(WEEKLY, "2026-11-24", "Mars/Olympus")}, UNKNOWN_ZONE),
        ({"recurrence": rule({"type": "hourly"}, "2026-11-24")}, UNREADABLE),
    ],
)  # fmt: skip
def test_what_is_no_event_is_refused_and_leaves_nothing(connect: Connect, change: dict[str, Any], code: str) -> None:
    client = connect()
    assert client.refused("POST", "/me/events", LUNCH | change) == (400, code)
    assert client.events() == []


@pytest.mark.parametrize("body", [b"{", b"[]", b'"text"', b"\xff", b'{"subject":"\\ud800"}'])
def test_what_is_no_json_object_is_refused(connect: Connect, body: bytes) -> None:
    client = connect()
    answer = client.send(
        "POST", "https://graph.microsoft.com/v1.0/me/events", {"authorization": f"Bearer {client.token}"}, body
    )
    assert answer.status == 400


@pytest.mark.parametrize("missing", ["start", "end"])
def test_both_bounds_are_needed(connect: Connect, missing: str) -> None:
    body = {name: value for name, value in LUNCH.items() if name != missing}
    assert connect().refused("POST", "/me/events", body) == (400, INVALID)


def test_a_read_only_calendar_takes_nothing(connect: Connect) -> None:
    client = connect()
    team = client.calendar_id("Team")
    assert client.refused("POST", f"/me/calendars/{team}/events", LUNCH) == (403, "ErrorAccessDenied")
    meeting = client.change("create", event=single("x", "2026-11-24T12:00:00", "2026-11-24T13:00:00"), calendar="Team")
    assert client.refused("PATCH", f"/me/events/{meeting}", {"subject": "y"}) == (403, "ErrorAccessDenied")
    assert client.refused("DELETE", f"/me/events/{meeting}") == (403, "ErrorAccessDenied")


def test_an_unknown_calendar_is_not_found(connect: Connect) -> None:
    assert connect().refused("POST", "/me/calendars/none/events", LUNCH) == (404, "ErrorItemNotFound")


def test_a_token_that_only_reads_writes_nothing(connect: Connect) -> None:
    client = connect(single("review", "2026-11-24T14:00:00", "2026-11-24T15:00:00"))
    client.token = client.control("token", address=ANA, scopes="User.Read Calendars.Read")["access_token"]
    denied = (403, "ErrorAccessDenied")
    assert client.refused("POST", "/me/events", LUNCH) == denied
    assert client.refused("PATCH", "/me/events/review", {"subject": "x"}) == denied
    assert client.refused("DELETE", "/me/events/review") == denied
    for action in ("cancel", "accept", "tentativelyAccept", "decline", "dismissReminder", "snoozeReminder"):
        assert client.refused("POST", f"/me/events/review/{action}", {}) == denied
    recipients = [{"emailAddress": {"address": BEN}}]
    assert client.call("POST", "/me/events/review/forward", {"ToRecipients": recipients}).status == 202
    assert [event["subject"] for event in client.events()] == ["review"]


def test_a_series_is_expanded_by_its_rule_with_the_unused_fields_filled_in(connect: Connect) -> None:
    client = connect()
    recurrence = rule({"type": "Weekly", "daysOfWeek": ["Tuesday"]}, "2026-11-24", BERLIN)
    made = client.done("POST", "/me/events", LUNCH | {"recurrence": recurrence})
    assert made["type"] == "seriesMaster"
    assert made["recurrence"]["pattern"]["firstDayOfWeek"] == "sunday"
    assert made["recurrence"]["pattern"]["daysOfWeek"] == ["tuesday"]
    assert made["recurrence"]["range"]["endDate"] == "0001-01-01"
    days = [item["start"]["dateTime"][:10] for item in client.value(f"/me/calendarView?{WINDOW}")]
    assert days == ["2026-11-24", "2026-12-01", "2026-12-08", "2026-12-15"]


def test_a_repeated_transaction_gives_the_same_event_and_no_second_one(connect: Connect) -> None:
    client = connect()
    body = LUNCH | {"transactionId": "t-1", "attendees": [{"emailAddress": {"address": BEN}}]}
    first, again = (client.call("POST", "/me/events", body) for _ in range(2))
    assert (first.status, again.status) == (201, 201)
    assert again.json() == first.json()
    assert len(client.events()) == 1
    assert client.of(BEN).mails() == [("invitation", "Lunch")]
    other = client.done("POST", "/me/events", body | {"transactionId": "t-2"})
    assert {event["id"] for event in client.events()} == {first.json()["id"], other["id"]}  # type: ignore[index]


def test_a_server_that_forgets_transactions_makes_a_second_event(connect: Connect) -> None:
    client = connect()
    client.control("behaviour", forgotten_transactions=True)
    for _ in range(2):
        client.done("POST", "/me/events", LUNCH | {"transactionId": "t-1"})
    assert [event["transactionId"] for event in client.events()] == ["t-1", "t-1"]


def test_only_work_accounts_get_an_online_meeting(connect: Connect) -> None:
    client = connect()
    body = LUNCH | {"isOnlineMeeting": True, "onlineMeetingProvider": "teamsForBusiness", "body": {"content": "Hi"}}
    work, personal = client.done("POST", "/me/events", body), client.of(EVA).done("POST", "/me/events", body)
    assert (work["isOnlineMeeting"], work["onlineMeetingProvider"]) == (True, "teamsForBusiness")
    assert work["onlineMeeting"]["joinUrl"].startswith("https://teams.microsoft.com/")
    assert work["onlineMeeting"]["joinUrl"] in work["body"]["content"]
    assert (personal["isOnlineMeeting"], personal["onlineMeetingProvider"], personal["onlineMeeting"]) == (
        False,
        "unknown",
        None,
    )


def test_locations_and_previews_are_filled_in(connect: Connect) -> None:
    body = LUNCH | {
        "location": {"displayName": "Room 2"},
        "body": {"contentType": "HTML", "content": "<p>a &lt; b</p>"},
    }
    made = connect().done("POST", "/me/events", body)
    assert [place["displayName"] for place in made["locations"]] == ["Room 2"]
    assert (made["bodyPreview"], made["body"]["contentType"]) == ("a < b", "html")


def test_what_only_microsoft_writes_is_passed_over(connect: Connect) -> None:
    body = LUNCH | {"id": "mine", "changeKey": "mine", "isOrganizer": False, "iCalUId": "mine", "@odata.type": "#x"}
    made = connect().done("POST", "/me/events", body)
    assert made["isOrganizer"]
    assert "mine" not in (made["id"], made["changeKey"], made["iCalUId"])


def test_hostile_text_is_kept_unchanged(connect: Connect) -> None:
    hostile = "\x1b]0;x\x07 [@click=quit]x[/] \u202e <script> \U0001f600 \u0000"
    assert connect().done("POST", "/me/events", LUNCH | {"subject": hostile})["subject"] == hostile


def test_the_same_writes_give_the_same_ids(connect: Connect) -> None:
    def story(client: Client) -> list[str]:
        made = [client.done("POST", "/me/events", LUNCH) for _ in range(2)]
        return [event[name] for event in made for name in ("id", "changeKey", "iCalUId")]

    ids = story(connect())
    assert ids == story(connect())
    assert len(set(ids)) == 6
