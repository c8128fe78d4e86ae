"""The simulator's own endpoints: the truth, faults, and what they refuse."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from simulator_client import ANA, EVA, Client, single, weekly

Connect = Callable[..., Client]
ORIGIN = "http://127.0.0.1:8000/simulator"
REVIEW = single("review", "2026-11-24T14:00:00", "2026-11-24T15:00:00")


def state(client: Client, query: str = "") -> Any:
    answer = client.send("GET", f"{ORIGIN}/state{query}")
    assert answer.status == 200, answer.body
    return answer.json()


def test_the_truth_lists_every_event_with_the_instances_of_series(connect: Connect) -> None:
    rule = weekly("standup", "2026-11-23T09:00:00", "2026-11-23T09:15:00", "monday")
    rule["recurrence"]["range"] |= {"type": "numbered", "numberOfOccurrences": 3}
    mailboxes = state(connect(REVIEW, rule))["mailboxes"]
    ana = mailboxes[0]
    assert [mailbox["address"] for mailbox in mailboxes] == [ANA, "ben@fabrikam.example", EVA]
    assert [calendar["name"] for calendar in ana["calendars"]] == ["Calendar", "Team"]
    types = [event["type"] for event in ana["calendars"][0]["events"]]
    assert types == ["singleInstance", "seriesMaster", "occurrence", "occurrence", "occurrence"]
    assert ana["mails"] == []


def test_the_truth_can_be_asked_for_a_window(connect: Connect) -> None:
    client = connect(REVIEW, single("later", "2027-11-24T14:00:00", "2027-11-24T15:00:00"))
    found = state(client, "?startDateTime=2026-11-01T00:00:00Z&endDateTime=2026-12-01T00:00:00Z")
    assert [event["id"] for event in found["mailboxes"][0]["calendars"][0]["events"]] == ["review"]


def test_changes_show_in_the_truth(connect: Connect) -> None:
    client = connect(REVIEW)
    client.change("create", event=single("new", "2026-11-25T14:00:00", "2026-11-25T15:00:00"), calendar="Team")
    client.change("update", "review", {"subject": "Second review"})
    calendar, team = state(client)["mailboxes"][0]["calendars"]
    assert [event["subject"] for event in calendar["events"]] == ["Second review"]
    assert [event["id"] for event in team["events"]] == ["new"]
    client.change("delete", "new")
    assert state(client)["mailboxes"][0]["calendars"][1]["events"] == []


def test_requests_are_counted_by_mailbox_and_calendar(connect: Connect) -> None:
    client = connect(REVIEW)
    calendar = client.calendar_id()
    for _ in range(3):
        client.get(f"/me/calendars/{calendar}")
    ana = state(client)["mailboxes"][0]
    assert (ana["requests"], ana["calendars"][0]["requests"], ana["calendars"][1]["requests"]) == (4, 3, 0)


@pytest.mark.parametrize(
    ("action", "body", "status"),
    [
        ("change", b"{", 400),
        ("change", b"[]", 400),
        ("change", b'{"address":"nobody@x.example","op":"delete","id":"review"}', 404),
        ("change", b'{"address":"ana@contoso.example","op":"explode"}', 400),
        ("change", b'{"address":"ana@contoso.example","op":"update","id":"none","event":{}}', 404),
        ("change", b'{"address":"ana@contoso.example","calendar":"None","op":"create","event":{}}', 404),
        ("change", b'{"address":"ana@contoso.example","op":"create","event":{"subject":"no times"}}', 400),
        ("change", b'{"address":"ana@contoso.example","op":"update","id":"review","event":{"start":"soon"}}', 400),
        ("faults", b'{"faults":[{"nth":"first"}]}', 400),
        ("approve", b'{"user_code":"NONE"}', 404),
        ("decline", b'{"user_code":"NONE"}', 400),
        ("next-sign-in", b'{"address":"nobody@x.example"}', 404),
        ("explode", b"{}", 404),
    ],
)
def test_what_cannot_be_done_is_refused_with_a_reason(connect: Connect, action: str, body: bytes, status: int) -> None:
    client = connect(REVIEW)
    answer: Any = client.send("POST", f"{ORIGIN}/{action}", body=body)
    assert answer.status == status
    assert answer.json()["error"]
    assert [event["id"] for event in state(client)["mailboxes"][0]["calendars"][0]["events"]] == ["review"]


def test_only_the_nth_requests_that_fit_meet_a_fault(connect: Connect) -> None:
    client = connect(REVIEW)
    fault = {
        "method": "get",
        "path": "/me/calendar",
        "nth": 2,
        "count": 2,
        "status": 503,
        "headers": {"Retry-After": "7"},
    }
    client.control("faults", faults=[fault])
    answers = [client.get("/me/calendars") for _ in range(4)]
    assert [answer.status for answer in answers] == [200, 503, 503, 200]
    assert (answers[1].headers["retry-after"], answers[1].body) == ("7", b"")
    assert client.get("/me").status == 200


def test_a_fault_finds_its_path_by_a_regular_expression_and_gives_any_body(connect: Connect) -> None:
    client = connect(REVIEW)
    faults = [
        {"path": r"/events/re.*w$", "status": 500, "body": "<html>"},
        {"path": "^/v1.0/me$", "status": 429, "body": {"error": {"code": "TooManyRequests"}}},
    ]
    client.control("faults", faults=faults)
    page, busy = client.get("/me/events/review"), client.get("/me")
    assert (page.status, page.body) == (500, b"<html>")
    assert (busy.status, busy.json()) == (429, {"error": {"code": "TooManyRequests"}})


def test_late_answers_are_true_and_dropped_ones_are_marked(connect: Connect) -> None:
    client = connect(REVIEW)
    client.control("faults", faults=[{"path": "/me/events", "delay": 2.5}, {"path": "/me/calendars", "drop": True}])
    late, dropped = client.get("/me/events/review"), client.get("/me/calendars")
    assert (late.status, late.delay, late.drop) == (200, 2.5, False)
    assert dropped.drop


def test_faults_touch_sign_in_but_never_the_control_itself(connect: Connect) -> None:
    client = connect(REVIEW)
    client.control("faults", faults=[{"status": 500, "count": 99}])
    login = "https://login.microsoftonline.com/organizations/v2.0/.well-known/openid-configuration"
    assert client.send("GET", login).status == 500
    client.control("faults", faults=[])
    assert client.send("GET", login).status == 200


def test_the_same_requests_get_the_same_answers(connect: Connect) -> None:
    def story(client: Client) -> list[bytes]:
        client.change("create", event=REVIEW | {"id": "new"})
        return [client.get(path).body for path in ("/me/events", "/me/events/new", "/me/events/none")]

    assert story(connect(REVIEW)) == story(connect(REVIEW))


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "graph.microsoft.com.evil.example", "", "[::2]"]
)
def test_foreign_hosts_are_refused(connect: Connect, host: str) -> None:
    assert connect().send("GET", "/v1.0/me", {"host": host}).status == 400


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.0.0.1:80", "localhost:1", "[::1]:9", "GRAPH.microsoft.com", "graph.microsoft.com:443"]
)
def test_own_hosts_are_served(connect: Connect, host: str) -> None:
    assert connect().send("GET", "/v1.0/me", {"host": host}).status == 401
