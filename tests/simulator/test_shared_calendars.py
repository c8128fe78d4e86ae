"""Real calendars through the simulator: everything in them is served, and quickly.

They stand in a folder beside the checkout and are no part of the project.
"""

from __future__ import annotations

import json
import time
from collections import defaultdict
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from simulator_client import ANA, Client, scenario, single

from tui.simulator.events import Item, read_item
from tui.simulator.groups import ruled_series
from tui.simulator.scenario import CalendarPlan, MailboxPlan, Scenario, lines_of
from tui.simulator.service import Simulator

FOLDER = Path(__file__).parents[3] / "shared" / "calendars"
FILES = sorted(FOLDER.glob("*.jsonl.gz"))
needs_calendars = pytest.mark.skipif(not FILES, reason="the folder ../shared/calendars is not beside this checkout")
WINDOWS = [
    f"startDateTime={year}-01-01T00:00:00Z&endDateTime={year + 4}-01-01T00:00:00Z" for year in range(1960, 2060, 4)
]


@needs_calendars
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name.partition(".")[0])
def test_the_instances_of_a_file_are_served_with_their_ids_and_times(path: Path) -> None:
    plan = MailboxPlan(ANA, calendars=[CalendarPlan("Calendar", [str(path)])])
    client = Client(Simulator(Scenario([plan])))
    source = {event["id"]: event for _, event in lines_of(path)}
    served: dict[str, Any] = {}
    for window in WINDOWS:
        items = client.value(f"/me/calendarView/delta?{window}", "odata.maxpagesize=1000")
        served |= {item["id"]: item for item in items}
    masters = {event["seriesMasterId"] for event in source.values()} - {None}
    missing = [event for event in source.values() if event["id"] not in served]
    # Only what lies beyond all windows, and a master whose rule never falls on a day, may be missing.
    assert all(
        event["type"] == "seriesMaster" or not "1960" <= event["start"]["dateTime"][:4] < "2060" for event in missing
    )
    assert not masters & {event["id"] for event in missing}
    for event_id, item in served.items():
        if event_id in source:
            assert (item["start"], item["end"]) == (source[event_id]["start"], source[event_id]["end"])
            assert item["@odata.etag"] == source[event_id]["@odata.etag"]


@needs_calendars
def test_every_rule_falls_on_the_days_that_its_file_lists() -> None:
    compared = 0
    for path in FILES:
        items = [read_item(event) for _, event in lines_of(path)]
        instances: dict[str, list[Item]] = defaultdict(list)
        for item in items:
            instances[str(item.event["seriesMasterId"])].append(item)
        for master in items:
            known = instances.get(master.id, [])
            listed = sorted(item.start for item in known if item.type == "occurrence")
            if master.type != "seriesMaster" or not listed:
                continue
            series = ruled_series(1, master, {item.id: item for item in known if item.type == "exception"})
            found = series.within(listed[0], listed[-1] + timedelta(seconds=1))
            starts = [item.start for item in found if item.type == "occurrence" and item.start >= listed[0]]
            assert starts == listed, (path.name, master.event["recurrence"])
            compared += 1
    assert compared > 2000


def test_ten_thousand_events_load_and_page_quickly(tmp_path: Path) -> None:
    days = [f"20{year}-{month:02}-{day:02}" for year in range(24, 28) for month in range(1, 13) for day in range(1, 29)]
    events = [
        single(f"e{number}", f"{day}T{number % 8 + 9:02}:00:00", f"{day}T{number % 8 + 9:02}:30:00", body={
            "contentType": "text", "content": "agenda " * 60,
        })
        for number, day in enumerate((days * 8)[:10_000])
    ]  # fmt: skip
    path = tmp_path / "events.jsonl"
    path.write_text("\n".join(json.dumps(event) for event in events))
    began = time.perf_counter()
    simulator = Simulator(scenario(str(path)))
    loaded = time.perf_counter()
    query = "startDateTime=2024-01-01T00:00:00Z&endDateTime=2028-12-01T00:00:00Z"
    client = Client(simulator)
    assert len(client.value(f"/me/calendarView/delta?{query}", "odata.maxpagesize=1000")) == 10_000
    served = time.perf_counter()
    # Generous: several times what a slow machine takes, and far from what a square cost would.
    assert loaded - began < 4.0
    assert served - loaded < 4.0
