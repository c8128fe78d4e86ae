"""Microsoft's own sample requests: each is taken, and answered as its page shows.

They stand in a folder beside the checkout and are no part of the project.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from simulator_client import ANA, Client, scenario, single

from tui.simulator.scenario import CalendarPlan, MailboxPlan, Scenario
from tui.simulator.service import Simulator

FOLDER = Path(__file__).parents[3] / "shared" / "graph" / "examples"
ACTIONS = ("accept", "tentativelyAccept", "decline", "forward", "snoozeReminder", "dismissReminder", "cancel")
MISSING = pytest.mark.skip(reason="the folder ../shared/graph/examples is not beside this checkout")
# Written by the service or cut down by the page, so not comparable; subjects differ between samples and answers.
COMPARED = ("originalStartTimeZone", "originalEndTimeZone", "isAllDay", "showAs", "type", "importance", "sensitivity",
            "isOrganizer", "isCancelled", "responseRequested", "allowNewTimeProposals", "hideAttendees",
            "transactionId", "isOnlineMeeting", "onlineMeetingProvider", "responseStatus", "seriesMasterId",
            "recurrence", "isReminderOn", "reminderMinutesBeforeStart", "categories", "hasAttachments")  # fmt: skip
# Pages that show an online meeting nobody asked for, and a reminder that the calendar of somebody else goes without.
ODD = {
    "user-post-events--create-event-from-user-multiple-locations.json": {"isOnlineMeeting"},
    "user-post-events--create-event-from-user-multiple-locations--2020-12.json": {"isOnlineMeeting"},
    "outlook-create-event-in-shared-delegated-calendar--create-send-invitation.json": {"isReminderOn"},
}


def samples(method: str, *endings: str) -> list[Any]:
    """The samples of a method whose path ends so, as parameters."""
    found = []
    for path in sorted(FOLDER.glob("*.json")):
        sample = json.loads(path.read_text(encoding="utf-8"))
        request = sample["request"]
        if request and request["method"] == method and urlsplit(request["url"]).path.split("/")[-1] in endings:
            is_served = "/me/" in request["url"] and not path.name.startswith("beta--")
            found += [pytest.param(sample, id=path.name)] if is_served else []
    return found or [pytest.param({}, marks=MISSING)]


@pytest.mark.parametrize("sample", samples("POST", "events"))
def test_sample_creates_give_the_events_of_their_pages(sample: dict[str, Any], request: pytest.FixtureRequest) -> None:
    client = Client(Simulator(scenario()))
    answer = client.call("POST", "/me/events", sample["request"]["body"], **sample["request"]["headers"])
    assert answer.status == 201, answer.body
    shown: dict[str, Any] = (sample["response"] or {}).get("body") or {}
    made: Any = answer.json()
    odd = ODD.get(request.node.callspec.id, set())
    for name in set(COMPARED) & shown.keys() - odd:
        assert made[name] == shown[name], name
    asked = [one["emailAddress"]["address"] for one in sample["request"]["body"].get("attendees", [])]
    assert [sent["to"] for sent in client.mailbox_state()["sent"]] == [address.lower() for address in asked]


@pytest.mark.parametrize("sample", [*samples("PATCH", "AAMkADAwJXJGu0AAACEhWOAAA=")])
def test_sample_updates_give_the_times_of_their_pages(sample: dict[str, Any]) -> None:
    event_id = sample["request"]["url"].rpartition("/")[2]
    client = Client(Simulator(scenario(single(event_id, "2019-08-15T19:00:00", "2019-08-15T21:00:00"))))
    changed = client.done("PATCH", f"/me/events/{event_id}", sample["request"]["body"], **sample["request"]["headers"])
    shown = sample["response"]["body"]
    assert (changed["start"], changed["end"]) == (shown["start"], shown["end"])
    assert changed["originalStartTimeZone"] == shown["originalStartTimeZone"]


@pytest.mark.parametrize("sample", samples("POST", *ACTIONS))
def test_sample_actions_are_taken(sample: dict[str, Any]) -> None:
    action = sample["request"]["url"].rpartition("/")[2]
    theirs = single("x", "2019-08-15T19:00:00", "2019-08-15T21:00:00", isOrganizer=False)
    organizer = {"emailAddress": {"name": "Alex", "address": "alex@contoso.example"}}
    calendar = CalendarPlan("Calendar", [theirs | {"organizer": organizer}])
    client = Client(Simulator(Scenario([MailboxPlan(ANA, calendars=[calendar])])))
    answer = client.call("POST", f"/me/events/x/{action}", sample["request"]["body"])
    assert (answer.status, answer.body) == (sample["response"]["status"], b"")
    kinds = [sent["kind"] for sent in client.mailbox_state()["sent"]]
    assert kinds == (["invitation"] if action == "forward" else ["response"])
