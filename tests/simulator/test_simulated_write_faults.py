"""Writes whose answers get lost, and writes that show late: what a client must cope with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from simulator_client import BEN, Client, single, times

Connect = Callable[..., Client]
REVIEW = single("review", "2026-11-24T14:00:00", "2026-11-24T15:00:00")
WINDOW = "startDateTime=2026-11-23T00:00:00Z&endDateTime=2026-12-07T00:00:00Z"
LUNCH = {"subject": "Lunch", **times("2026-11-24T12:00:00", "2026-11-24T13:00:00"), "transactionId": "t-1"}


def subjects(client: Client) -> list[str]:
    return sorted(event["subject"] for event in client.events())


WRITES = [
    ("POST", "/me/events", LUNCH, ["Lunch", "review"]),
    ("PATCH", "/me/events/review", {"subject": "Mine"}, ["Mine"]),
    ("DELETE", "/me/events/review", None, []),
]


@pytest.mark.parametrize(("method", "path", "body", "outcome"), WRITES)
@pytest.mark.parametrize("fault", [{"status": 500}, {"status": 504}, {"drop": True}, {"status": 200, "body": "<html>"}])
def test_a_write_may_take_effect_though_its_answer_is_lost(
    connect: Connect, fault: dict[str, Any], method: str, path: str, body: Any, outcome: list[str]
) -> None:
    client = connect(REVIEW)
    client.control("faults", faults=[{"method": method, "after": True, **fault}])
    answer = client.call(method, path, body)
    assert answer.drop or (answer.status, answer.body) == (fault["status"], fault.get("body", "").encode())
    assert subjects(client) == outcome


@pytest.mark.parametrize(("method", "path", "body", "outcome"), WRITES)
@pytest.mark.parametrize("fault", [{"status": 503}, {"drop": True}])
def test_a_write_that_did_not_arrive_has_no_effect(
    connect: Connect, fault: dict[str, Any], method: str, path: str, body: Any, outcome: list[str]
) -> None:
    client = connect(REVIEW)
    client.control("faults", faults=[{"method": method, **fault}])
    client.call(method, path, body)
    assert subjects(client) == ["review"]
    client.done(method, path, body)
    assert subjects(client) == outcome


@pytest.mark.parametrize(
    ("action", "who", "responses", "cancellations"),
    [("accept", BEN, 1, 0), ("decline", BEN, 1, 0), ("cancel", "", 0, 1)],
)
def test_an_action_whose_answer_is_lost_has_mailed_once(
    connect: Connect, action: str, who: str, responses: int, cancellations: int
) -> None:
    ana = connect()
    made = ana.done("POST", "/me/events", LUNCH | {"attendees": [{"emailAddress": {"address": BEN}}]})
    actor = ana.of(who) if who else ana
    event = actor.events()[0]["id"] if who else made["id"]
    ana.control("faults", faults=[{"path": f"/{action}", "status": 502, "after": True}])
    assert actor.call("POST", f"/me/events/{event}/{action}", {}).status == 502
    assert [kind for kind, _ in ana.mails()].count("response") == responses
    assert [kind for kind, _ in ana.of(BEN).mails()].count("cancellation") == cancellations


def test_a_repeated_create_after_a_lost_answer_makes_one_event(connect: Connect) -> None:
    client = connect()
    client.control("faults", faults=[{"method": "POST", "drop": True, "after": True}])
    client.call("POST", "/me/events", LUNCH)
    made = client.done("POST", "/me/events", LUNCH)
    assert [event["id"] for event in client.events()] == [made["id"]]


def changes(client: Client, link: str) -> tuple[list[tuple[str, bool]], str]:
    page: Any = client.get(link).json()
    return [(item.get("subject", item["id"]), "@removed" in item) for item in page["value"]], page["@odata.deltaLink"]


def test_late_writes_show_in_delta_after_so_many_requests(connect: Connect) -> None:
    client = connect(REVIEW)
    _, link = changes(client, f"/me/calendarView/delta?{WINDOW}")
    client.control("behaviour", late_writes=2)
    made = client.done("POST", "/me/events", LUNCH)
    assert client.get(f"/me/events/{made['id']}").status == 200
    found, link = changes(client, link)
    assert found == []
    found, link = changes(client, link)
    assert found == [("Lunch", False)]
    assert changes(client, link)[0] == []


@pytest.mark.parametrize(
    ("method", "body", "before", "after"),
    [
        ("PATCH", {"subject": "Mine"}, [("review", False)], [("Mine", False)]),
        ("DELETE", None, [("review", False)], [("review", True)]),
    ],
)
def test_a_fresh_round_sees_what_was_before_a_late_write(
    connect: Connect, method: str, body: Any, before: list[tuple[str, bool]], after: list[tuple[str, bool]]
) -> None:
    client = connect(REVIEW, single("other", "2026-11-26T14:00:00", "2026-11-26T15:00:00"))
    client.control("behaviour", late_writes=1)
    client.done(method, "/me/events/review", body)
    found, link = changes(client, f"/me/calendarView/delta?{WINDOW}")
    assert found == [*before, ("other", False)]
    assert changes(client, link)[0] == after


def test_without_lateness_a_write_shows_at_once(connect: Connect) -> None:
    client = connect(REVIEW)
    client.control("behaviour", late_writes=5)
    client.control("behaviour")
    _, link = changes(client, f"/me/calendarView/delta?{WINDOW}")
    client.done("PATCH", "/me/events/review", {"subject": "Mine"})
    assert changes(client, link)[0] == [("Mine", False)]
