"""Two mailboxes with several calendars of a thousand events, served by the real program, and what is true of them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from workspace.served import ANA, BEN, Microsoft, event, no_program_settings

PROGRAM = [sys.executable, "-m", "tui.cli"]
PAST_DAYS, FUTURE_DAYS = 30, 45
"""Every event happens within these days around today, well within what is synced."""
STANDUP = "standup"
"""A series of the calendar Team, so long and with so many guests that each change to it is a large commit."""
CHANGING = ((ANA, "Calendar"), (ANA, "Projects"), (BEN, "Calendar"))

Place = tuple[str, str]
"""The address of a mailbox and the name of one of its calendars."""


class Held(NamedTuple):
    """What is compared of an event."""

    id: str
    type: str
    subject: str
    start: str
    end: str
    location: str


Content = frozenset[Held]
Contents = Mapping[Place, Content]


def environment() -> dict[str, str]:
    """That of a person whose zone is UTC, with nothing in it that steers the program."""
    return {**no_program_settings(os.environ), "TZ": "UTC", "LANG": "C.UTF-8"}


def write_scenario(folder: Path, today: date) -> Path:
    """The scenario file: three calendars of Ana, two of Ben."""
    random = Random(1)
    ana = [
        {"name": "Calendar", "default": True, "events": [*_singles("ana", 200, random, today), *_weekly("ana", today)]},
        {"name": "Projects", "events": _singles("project", 300, random, today)},
        {"name": "Team", "events": [_standup(today)]},
    ]
    ben = [
        {"name": "Calendar", "default": True, "events": [*_singles("ben", 250, random, today), *_weekly("ben", today)]},
        {"name": "Family", "events": _singles("family", 20, random, today)},
    ]
    mailboxes = [{"address": ANA, "calendars": ana}, {"address": BEN, "calendars": ben}]
    path = folder / "scenario.json"
    path.write_text(json.dumps({"mailboxes": mailboxes}))
    return path


@contextmanager
def simulated(scenario: Path) -> Iterator[Microsoft]:
    """``calconnect-tui simulate`` as a process of its own, which ends with the block or with this process."""
    call = [*PROGRAM, "simulate", "--scenario", str(scenario), "--parent", str(os.getpid())]
    with subprocess.Popen(call, env=environment(), stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield Microsoft(process.stdout.readline().split()[-1])
        finally:
            process.terminate()


def truth(microsoft: Microsoft) -> dict[Place, Content]:
    """What every calendar holds at Microsoft's side."""
    states = microsoft.calendar_states()
    return {place: frozenset(map(_of_graph, _instances(state["events"]))) for place, state in states.items()}


def in_answer(agenda: Any, places: Mapping[str, Place]) -> dict[Place, Content]:
    """What an ``agenda --json`` lists, by calendar; ``places`` says where each calendar id stands."""
    held: dict[Place, set[Held]] = {place: set() for place in places.values()}
    for entry in agenda["events"]:
        held[places[entry["calendar"]]].add(_of_agenda(entry))
    return {place: frozenset(events) for place, events in held.items()}


def change_something(microsoft: Microsoft, random: Random, number: int, today: date) -> None:
    """One change by somebody else in one of the calendars: a new event, another subject or time, or a removal."""
    address, name = random.choice(CHANGING)
    present = _instances(microsoft.calendar_states()[address, name]["events"])
    singles = [each["id"] for each in present if each["type"] == "singleInstance"]
    kind = random.choice(("create", "update", "update", "delete"))
    if kind == "create" or len(singles) < 50:
        made = _single(f"made-{number}-{random.getrandbits(32):x}", f"Made {number}", random, today)
        microsoft.post("change", address=address, op="create", calendar=name, event=made)
    elif kind == "delete":
        microsoft.post("change", address=address, op="delete", id=random.choice(singles))
    else:
        new = _single("", f"Moved {number}", random, today)
        wanted = {key: new[key] for key in ("subject", "start", "end")}
        microsoft.post("change", address=address, op="update", id=random.choice(singles), event=wanted)


def change_much(microsoft: Microsoft, number: int) -> None:
    """Another place for every occurrence of the long series: a commit of a megabyte."""
    place = {"location": {"displayName": f"Room {number}"}}
    microsoft.post("change", address=ANA, op="update", id=STANDUP, event=place)


def _singles(prefix: str, count: int, random: Random, today: date) -> list[dict[str, Any]]:
    return [_single(f"{prefix}-{number}", f"{prefix} {number}", random, today) for number in range(count)]


def _single(id_: str, subject: str, random: Random, today: date) -> dict[str, Any]:
    day = today + timedelta(days=random.randint(-PAST_DAYS, FUTURE_DAYS - 1))
    hour = random.randint(6, 20)
    text = {"bodyPreview": "Agenda and notes. " * 20}
    return event(subject, f"{day}T{hour:02}:00:00", f"{day}T{hour:02}:45:00", **text) | ({"id": id_} if id_ else {})


def _weekly(prefix: str, today: date) -> list[dict[str, Any]]:
    first = today - timedelta(days=28)
    return [
        _series(f"{prefix}-weekly-{hour}", f"Weekly {hour}", first, {"type": "weekly", "daysOfWeek": [day]}, 10, hour)
        for hour, day in ((9, "monday"), (11, "wednesday"), (15, "friday"))
    ]


def _standup(today: date) -> dict[str, Any]:
    guests = [
        {
            "type": "required",
            "emailAddress": {"name": f"Colleague {number}", "address": f"colleague{number}@contoso.example"},
            "status": {"response": "accepted", "time": "0001-01-01T00:00:00Z"},
        }
        for number in range(200)
    ]
    first = today - timedelta(days=PAST_DAYS)
    master = _series(STANDUP, "Stand-up", first, {"type": "daily"}, PAST_DAYS + FUTURE_DAYS, 7)
    return {**master, "attendees": guests}


def _series(id_: str, subject: str, first: date, pattern: dict[str, Any], count: int, hour: int) -> dict[str, Any]:
    span = {"type": "numbered", "startDate": str(first), "numberOfOccurrences": count, "recurrenceTimeZone": "UTC"}
    return event(
        subject,
        f"{first}T{hour:02}:00:00",
        f"{first}T{hour:02}:30:00",
        id=id_,
        type="seriesMaster",
        recurrence={"pattern": {"interval": 1, **pattern}, "range": span},
    )


def _instances(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [each for each in events if each["type"] != "seriesMaster"]


def _of_graph(item: Mapping[str, Any]) -> Held:
    start, end = (str(item[bound]["dateTime"])[:19] for bound in ("start", "end"))
    return Held(item["id"], item["type"], item["subject"], start, end, item["location"]["displayName"])


def _of_agenda(entry: Mapping[str, Any]) -> Held:
    start, end = (entry[bound].removesuffix("Z") for bound in ("start", "end"))
    return Held(entry["event_id"], entry["type"], entry["subject"], start, end, entry["location"])


def today_utc() -> date:
    return datetime.now(UTC).date()
