"""The simulator on its socket: where it listens, whom it answers, how it ends."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from simulator_client import ANA, scenario, single

from tui.simulator.server import serving, shift_from
from tui.simulator.service import Simulator

PROGRAM = """
import sys
from pathlib import Path
from tui.simulator.scenario import read_scenario
from tui.simulator.server import serve
parent = int(sys.argv[2]) if len(sys.argv) > 2 else None
serve(read_scenario(Path(sys.argv[1])), parent_pid=parent)
"""
REVIEW = single("review", "2026-11-24T14:00:00", "2026-11-24T15:00:00")


@contextmanager
def process(folder: Path, *arguments: str, **environment: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The simulator as a program of its own, and the line that it said."""
    path = folder / "scenario.json"
    path.write_text(json.dumps({"mailboxes": [{"address": ANA, "calendars": [{"name": "A", "events": [REVIEW]}]}]}))
    child = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(path), *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | environment,
    )
    assert child.stdout is not None
    try:
        yield child, child.stdout.readline()
    finally:
        child.kill()
        child.communicate()


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    """A client with a token of a simulator that is served from a thread."""
    with serving(Simulator(scenario(REVIEW))) as origin, httpx.Client(base_url=origin, timeout=10) as connected:
        token = connected.post("/simulator/token", json={"address": ANA}).json()["access_token"]
        connected.headers["authorization"] = f"Bearer {token}"
        yield connected


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_says_one_line_answers_and_ends_at_once_with_connections_open(
    tmp_path: Path, number: signal.Signals
) -> None:
    with process(tmp_path) as (child, line), httpx.Client(timeout=10) as client:
        origin = line.removeprefix("listening on ").strip()
        assert origin.startswith("http://127.0.0.1:")
        assert client.get(f"{origin}/simulator/state").status_code == 200
        began = time.monotonic()
        child.send_signal(number)
        output, errors = child.communicate(timeout=10)
        assert (child.returncode, output, errors) == (0, "", "")
        assert time.monotonic() - began < 1.0


def test_it_ends_when_the_process_that_wanted_it_is_gone(tmp_path: Path) -> None:
    wanting = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    with wanting, process(tmp_path, str(wanting.pid)) as (child, line):
        assert line
        wanting.communicate(b"\n")
        child.communicate(timeout=10)
        assert child.returncode == 0


def test_it_listens_on_loopback_only(tmp_path: Path) -> None:
    with process(tmp_path) as (_, line):
        port = int(line.rpartition(":")[2])
        with socket.socket() as other:
            # Another address of the same port is still free, so nothing listens on all of them.
            other.bind(("127.0.0.2", port))


def test_foreign_hosts_are_refused_and_microsofts_names_are_answered(client: httpx.Client) -> None:
    assert client.get("/v1.0/me", headers={"host": "evil.example"}).status_code == 400
    calendars = client.get("/v1.0/me/calendars?$top=1", headers={"host": "graph.microsoft.com"}).json()
    assert calendars["@odata.nextLink"].startswith("https://graph.microsoft.com/v1.0/me/calendars?")
    own = client.get("/v1.0/me/calendars?$top=1").json()
    assert own["@odata.nextLink"].startswith(str(client.base_url.join("/v1.0/me/calendars?")))


def test_a_delta_round_runs_over_the_socket(client: httpx.Client) -> None:
    query = "startDateTime=2026-11-23T00:00:00Z&endDateTime=2026-12-07T00:00:00Z"
    answer = client.get(f"/v1.0/me/calendarView/delta?{query}", headers={"prefer": "odata.maxpagesize=5"}).json()
    assert [item["id"] for item in answer["value"]] == ["review"]
    change = {"address": ANA, "op": "delete", "id": "review"}
    assert client.post("/simulator/change", json=change).json() == {"id": "review"}
    again = client.get(answer["@odata.deltaLink"]).json()
    assert again["value"][0]["@removed"] == {"reason": "deleted"}


def test_ids_with_a_slash_arrive_whole(client: httpx.Client) -> None:
    event = REVIEW | {"id": "a/b+c=="}
    client.post("/simulator/change", json={"address": ANA, "op": "create", "event": event})
    assert client.get("/v1.0/me/events/a%2Fb%2Bc%3D%3D").json()["id"] == "a/b+c=="


def test_a_dropped_answer_closes_the_connection(client: httpx.Client) -> None:
    client.post("/simulator/faults", json={"faults": [{"path": "/me/events", "drop": True}]})
    with pytest.raises(httpx.RemoteProtocolError):
        client.get("/v1.0/me/events/review")
    assert client.get("/v1.0/me/events/review").status_code == 200


def test_the_fifth_request_at_once_is_refused(client: httpx.Client) -> None:
    client.post("/simulator/faults", json={"faults": [{"path": "/me/events", "delay": 1, "count": 9}]})
    together = threading.Barrier(5)

    def ask() -> httpx.Response:
        with httpx.Client(base_url=client.base_url, headers=client.headers, timeout=10) as own:
            own.get("/v1.0/me")
            together.wait()
            return own.get("/v1.0/me/events/review")

    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(lambda _: ask(), range(5)))
    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 200, 429]
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert refused.json()["error"]["code"] == "ApplicationThrottled"
    assert refused.headers["retry-after"] == "1"
    mailboxes: Any = client.get("/simulator/state").json()["mailboxes"]
    assert mailboxes[0]["max_in_flight"] == 5


def test_a_body_without_end_is_refused(client: httpx.Client) -> None:
    assert client.post("/simulator/change", content=b" " * (5 * 1024 * 1024)).status_code == 413


def test_the_calendars_clock_starts_where_the_environment_says(tmp_path: Path) -> None:
    with process(tmp_path, CALCONNECT_NOW="2031-05-05T08:00:00+00:00") as (_, line), httpx.Client(timeout=10) as client:
        origin = line.split()[-1]
        change = {"address": ANA, "op": "update", "id": "review", "event": {"subject": "later"}}
        client.post(f"{origin}/simulator/change", json=change)
        event = client.get(f"{origin}/simulator/state").json()["mailboxes"][0]["calendars"][0]["events"][0]
        assert event["lastModifiedDateTime"].startswith("2031-05-05T08:0")


def test_a_clock_that_is_no_instant_is_refused() -> None:
    with pytest.raises(ValueError, match="soon"):
        shift_from({"CALCONNECT_NOW": "soon"})
