"""The demo's fortnight: what a person is promised to find in it, on whatever day they start it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import combinations
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tui.simulator.demo import CONTOSO, FABRIKAM, NORTHWIND, OUTLOOK, demo_scenario
from tui.simulator.events import Item
from tui.simulator.mailbox import Mailbox
from tui.simulator.scenario import load

ACCOUNTS = (CONTOSO, FABRIKAM, OUTLOOK)
# A week of every weekday, the weeks around both changes of daylight time, a leap day and the turn of a year.
DAYS = [date(2026, 11, 16) + timedelta(days=day) for day in range(7)]
DAYS += [
    date(2026, 10, 24),
    date(2026, 10, 25),
    date(2027, 3, 26),
    date(2027, 3, 28),
    date(2028, 2, 29),
    date(2026, 12, 31),
]
ZONES = ["Europe/Zurich", "America/New_York", "Asia/Kolkata", "Pacific/Auckland", "UTC"]


@dataclass(frozen=True)
class Claim:
    """An event that claims the person, with its interval in the viewer's zone."""

    subject: str
    uid: str
    start: datetime
    end: datetime
    strength: str
    is_all_day: bool


def strength(event: dict[str, Any]) -> str:
    """How much an event claims the person: `away`, `hard`, `soft`, or nothing."""
    response = event["responseStatus"]["response"]
    if response == "declined" or event["showAs"] in ("free", "workingElsewhere"):
        return ""
    mine = [
        attendee["type"] for attendee in event["attendees"] if attendee["emailAddress"]["address"].startswith("ana")
    ]
    if response in ("notResponded", "tentativelyAccepted") or event["showAs"] == "tentative" or "optional" in mine:
        return "soft"
    return "away" if event["showAs"] == "oof" else "hard"


def claim(item: Item, zone: str) -> Claim:
    start, end = item.start, item.end
    if item.event["isAllDay"]:
        start, end = (bound.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC) for bound in (start, end))
    event = item.event
    return Claim(event["subject"], event["iCalUId"], start, end, strength(event), event["isAllDay"])


def fortnight(mailboxes: dict[str, Mailbox], today: date, addresses: tuple[str, ...] = ACCOUNTS) -> list[Item]:
    monday = datetime.combine(today - timedelta(days=today.weekday()), time.min, UTC)
    window = monday, monday + timedelta(days=14)
    return [item for address in addresses for item in mailboxes[address].items(*window)]


def grade(one: Claim, other: Claim) -> str:
    strengths = {one.strength, other.strength}
    if one.is_all_day or other.is_all_day:
        return "high" if strengths == {"away", "hard"} else "medium" if strengths == {"away", "soft"} else "low"
    return "low" if strengths == {"soft"} else "medium" if "soft" in strengths else "high"


def conflicts(items: list[Item], zone: str, since: datetime) -> Counter[str]:
    claims = [found for found in (claim(item, zone) for item in items) if found.strength and found.end > since]
    pairs = [
        pair for pair in combinations(claims, 2)
        if pair[0].start < pair[1].end and pair[1].start < pair[0].end and pair[0].uid != pair[1].uid
    ]  # fmt: skip
    return Counter(grade(*pair) for pair in pairs)


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("today", DAYS, ids=str)
def test_double_bookings_of_every_grade_lie_ahead(today: date, zone: str) -> None:
    evening = datetime.combine(today, time(23, 59), ZoneInfo(zone)).astimezone(UTC)
    found = conflicts(fortnight(load(demo_scenario(today, zone)), today), zone, evening)
    assert found["high"] >= 4, found
    assert found["medium"] >= 4, found
    assert found["low"] >= 3, found
    assert found.total() < 60, "so many that nobody would believe it"


@pytest.mark.parametrize("today", DAYS, ids=str)
def test_the_fortnight_is_full_but_believable(today: date) -> None:
    items = fortnight(load(demo_scenario(today, "Europe/Zurich")), today)
    assert 120 <= len(items) <= 180
    zone = ZoneInfo("Europe/Zurich")
    hours = [item.start.astimezone(zone).hour for item in items if not item.event["isAllDay"]]
    assert sum(8 <= hour < 18 for hour in hours) > 0.85 * len(hours)
    assert all(7 <= hour <= 20 for hour in hours)


@pytest.fixture
def mailboxes() -> dict[str, Mailbox]:
    return load(demo_scenario(DAYS[0], "Europe/Zurich"))


def test_there_are_three_accounts_to_start_with_and_a_fourth_to_add(mailboxes: dict[str, Mailbox]) -> None:
    kinds = {mailbox.address: mailbox.kind for mailbox in mailboxes.values()}
    assert kinds == {CONTOSO: "work", FABRIKAM: "work", OUTLOOK: "personal", NORTHWIND: "work"}
    assert demo_scenario(DAYS[0], "UTC").sign_in == "ask"
    assert sum(len(mailboxes[address].calendars) for address in ACCOUNTS) >= 9
    read_only = {
        calendar.name for calendar in mailboxes[CONTOSO].calendars.values() if not calendar.properties["canEdit"]
    }
    assert read_only == {"Birthdays", "Holidays"}
    assert len(fortnight(mailboxes, DAYS[0], (NORTHWIND,))) > 4


def test_every_kind_of_event_is_in_it(mailboxes: dict[str, Mailbox]) -> None:
    items = fortnight(mailboxes, DAYS[0])
    events = [item.event for item in items]
    assert {event["type"] for event in events} == {"singleInstance", "occurrence", "exception"}
    assert {event["showAs"] for event in events} == {"free", "tentative", "busy", "oof", "workingElsewhere"}
    responses = {event["responseStatus"]["response"] for event in events}
    assert responses == {"organizer", "accepted", "tentativelyAccepted", "declined", "notResponded"}
    assert any(event["sensitivity"] == "private" for event in events)
    assert any(
        (event["onlineMeeting"] or {}).get("joinUrl", "").startswith("https://teams.microsoft.com/") for event in events
    )
    all_day = [item for item in items if item.event["isAllDay"]]
    assert any(item.end - item.start == timedelta(days=1) for item in all_day)
    assert any(item.end - item.start > timedelta(days=1) for item in all_day)
    assert any("optional" in {attendee["type"] for attendee in event["attendees"]} for event in events)


def test_one_meeting_stands_in_two_accounts(mailboxes: dict[str, Mailbox]) -> None:
    copies = [
        {(item.event["iCalUId"], item.start): item.id for item in fortnight(mailboxes, DAYS[0], (address,))}
        for address in (CONTOSO, FABRIKAM)
    ]
    shared = set(copies[0]) & set(copies[1])
    assert len(shared) == 2
    assert all(copies[0][key] != copies[1][key] for key in shared)


def instances(mailboxes: dict[str, Mailbox], subject: str) -> list[Item]:
    """What stands under a title in the six weeks to come."""
    monday = datetime.combine(DAYS[0], time.min, UTC)
    items = (item for address in ACCOUNTS for item in mailboxes[address].items(monday, monday + timedelta(weeks=6)))
    return [item for item in items if item.event["subject"] == subject]


@pytest.mark.parametrize(
    ("one", "other", "times"), [("Piano lesson", "Test run", 6), ("Team lunch", "Client weekly", 5)]
)
def test_series_clash_week_after_week(mailboxes: dict[str, Mailbox], one: str, other: str, times: int) -> None:
    lesson, run = instances(mailboxes, one), instances(mailboxes, other)
    assert sum(item.overlaps(against.start, against.end) for item in lesson for against in run) == times


def test_some_meetings_only_touch(mailboxes: dict[str, Mailbox]) -> None:
    claims = [claim(item, "Europe/Zurich") for item in fortnight(mailboxes, DAYS[0])]
    touching = [pair for pair in combinations(claims, 2) if pair[0].end == pair[1].start and not pair[0].is_all_day]
    assert len(touching) > 5


def test_ids_and_ids_of_calendars_are_all_different(mailboxes: dict[str, Mailbox]) -> None:
    items = [item.id for item in fortnight(mailboxes, DAYS[0], (*ACCOUNTS, NORTHWIND))]
    assert len(set(items)) == len(items)


def test_addresses_of_people_are_invented_ones(mailboxes: dict[str, Mailbox]) -> None:
    events = [item.event for item in fortnight(mailboxes, DAYS[0])]
    people = [event["organizer"] for event in events] + [guest for event in events for guest in event["attendees"]]
    assert {person["emailAddress"]["address"].rpartition(".")[2] for person in people} == {"example"}
    assert all(person["emailAddress"]["name"] for person in people)


def test_the_day_and_the_zone_alone_decide_it() -> None:
    assert demo_scenario(DAYS[0], "UTC") == demo_scenario(DAYS[3], "UTC")
    assert demo_scenario(DAYS[0], "UTC") != demo_scenario(DAYS[0], "Europe/Zurich")
