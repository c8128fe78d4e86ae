"""Whatever people write, everybody who follows the delta rounds ends with what the calendars hold."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest
from simulator_client import ANA, BEN, EVA, Client, rule, times

Connect = Callable[..., Client]
WINDOW = "startDateTime=2026-11-20T00:00:00Z&endDateTime=2026-12-20T00:00:00Z"
ACTIONS = ("accept", "tentativelyAccept", "decline", "cancel", "dismissReminder")
EXPECTED = (200, 201, 202, 204, 400, 404, 412)


class Follower:
    """A person's copy of the own calendar, kept by delta rounds alone."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.link = f"/me/calendarView/delta?{WINDOW}"
        self.events: dict[str, dict[str, Any]] = {}

    def follow(self) -> None:
        """One whole round. A master replaces all stored instances of its series."""
        while True:
            page: Any = self.client.get(self.link, "odata.maxpagesize=3").json()
            items: list[dict[str, Any]] = page["value"]
            for item in items:
                if "@removed" in item or item["type"] == "seriesMaster":
                    self.forget(item["id"])
            self.events |= {item["id"]: item for item in items if "@removed" not in item}
            self.link = page.get("@odata.nextLink") or page["@odata.deltaLink"]
            if "@odata.deltaLink" in page:
                return

    def forget(self, event_id: str) -> None:
        self.events = {
            key: event
            for key, event in self.events.items()
            if key != event_id and event.get("seriesMasterId") != event_id
        }

    def instances(self) -> dict[str, tuple[Any, ...]]:
        stored = [event for event in self.events.values() if event["type"] != "seriesMaster"]
        return {event["id"]: (event["type"], event["start"], event["end"], event["@odata.etag"]) for event in stored}

    def truth(self) -> dict[str, tuple[Any, ...]]:
        items = self.client.value(f"/me/calendarView?{WINDOW}&$top=1000")
        return {item["id"]: (item["type"], item["start"], item["end"], item["@odata.etag"]) for item in items}


def body_of(chance: random.Random) -> dict[str, Any]:
    """A body that may be written: at some hour of some day, perhaps a series, perhaps with guests."""
    day, hour = chance.randrange(23, 29), chance.randrange(8, 18)
    people = chance.sample([ANA, BEN, EVA], chance.randrange(3))
    event: dict[str, Any] = {
        "subject": f"{day} {hour}",
        **times(f"2026-11-{day}T{hour:02}:00:00", f"2026-11-{day}T{hour:02}:30:00"),
        "attendees": [{"emailAddress": {"address": address}} for address in people],
    }
    if chance.random() < 0.4:
        event["recurrence"] = rule({"type": "daily"}, f"2026-11-{day}", type="numbered", numberOfOccurrences=4)
    return event


def write(chance: random.Random, client: Client) -> None:
    """One write to any event, master or instance."""
    items = [*client.events(), *client.value(f"/me/calendarView?{WINDOW}&$top=1000")]
    kind = chance.choice(["create", "update", "update", "delete", "act", "act"])
    if kind == "create" or not items:
        answer = client.call("POST", "/me/events", body_of(chance))
    else:
        path = f"/me/events/{chance.choice(items)['id']}"
        body = body_of(chance)
        named = {name: body[name] for name in body if name in ("start", "end") or chance.random() < 0.4}
        if kind == "update":
            answer = client.call("PATCH", path, named)
        else:
            action = chance.choice(ACTIONS)
            answer = client.call("DELETE", path) if kind == "delete" else client.call("POST", f"{path}/{action}", {})
    assert answer.status in EXPECTED, answer.body


@pytest.mark.parametrize("seed", range(40))
def test_followers_of_delta_rounds_end_with_the_truth(connect: Connect, seed: int) -> None:
    chance = random.Random(seed)
    client = connect()
    lateness = seed % 4
    client.control("behaviour", late_writes=lateness, kept_declines=seed % 3 == 0, duplicates=seed % 5 == 0)
    followers = [Follower(client), Follower(client.of(BEN)), Follower(client.of(EVA))]
    for _ in range(25):
        write(chance, chance.choice(followers).client)
        if chance.random() < 0.5:
            chance.choice(followers).follow()
    for follower in followers:
        for _ in range(lateness + 1):
            follower.client.get("/me")
        follower.follow()
        assert follower.instances() == follower.truth()


@pytest.mark.parametrize("seed", range(10))
def test_the_same_story_is_told_the_same_way(connect: Connect, seed: int) -> None:
    def story(client: Client) -> list[bytes]:
        chance = random.Random(seed)
        people = [client, client.of(BEN), client.of(EVA)]
        for _ in range(12):
            write(chance, chance.choice(people))
        return [client.send("GET", "http://127.0.0.1:8000/simulator/state").body]

    assert story(connect()) == story(connect())
