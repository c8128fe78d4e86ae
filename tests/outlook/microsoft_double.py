"""A clock that tests turn by hand, and Microsoft's side in the same process."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from tui.outlook.http import Answer
from tui.simulator.messages import Request, Response
from tui.simulator.scenario import CalendarPlan, Kind, MailboxPlan, Scenario
from tui.simulator.service import Simulator

CLIENT_ID = "11111111-2222-3333-4444-555555555555"
ANA, BEN, EVA = "ana@contoso.example", "ben@fabrikam.example", "eva@outlook.example"
START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


class HandClock:
    """Time stands still until `advance`; with `is_swift` every sleep lasts no time but moves the clock."""

    def __init__(self, is_swift: bool = False) -> None:
        self.seconds = 0.0
        self.slept: list[float] = []
        self._is_swift = is_swift
        self._sleepers: list[tuple[float, asyncio.Event]] = []

    def now(self) -> datetime:
        return START + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        if self._is_swift or seconds <= 0:
            self.seconds += max(0.0, seconds)
            await asyncio.sleep(0)
            return
        awake = asyncio.Event()
        self._sleepers.append((self.seconds + seconds, awake))
        await awake.wait()

    async def advance(self, seconds: float) -> None:
        """Move the clock, wake who is due, and let everything run that can."""
        self.seconds += seconds
        due = [sleeper for sleeper in self._sleepers if sleeper[0] <= self.seconds]
        self._sleepers = [sleeper for sleeper in self._sleepers if sleeper[0] > self.seconds]
        for _, awake in due:
            awake.set()
        await settle()


async def settle() -> None:
    """Let every task run until it waits for something from outside the loop."""
    for _ in range(50):
        await asyncio.sleep(0)


class Microsoft:
    """Microsoft's side in the same process: a simulator, whose answers a test may replace, and a record of requests."""

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator
        self.requests: list[Request] = []
        self.replace: Callable[[Request], Response | Exception | None] = lambda request: None
        self.gate: threading.Event | None = None
        self.reached = threading.Event()
        self._lock = threading.Lock()

    @property
    def token_requests(self) -> list[dict[str, str]]:
        """The forms that were sent to the token endpoint."""
        return [request.form() for request in self.requests if request.path.endswith("/token")]

    def control(self, action: str, **payload: Any) -> Any:
        body = json.dumps(payload).encode()
        with self._lock:
            answer = self.simulator.handle(
                Request.of("POST", f"http://127.0.0.1/simulator/{action}", {}, body), datetime.now(UTC)
            )
        assert answer.status == 200, answer.body
        return answer.json()

    def fault(self, **fault: Any) -> None:
        self.control("faults", faults=[fault])

    def hold(self) -> threading.Event:
        """Keep the next answers back until the returned event is set; `reached` tells that a request waits."""
        self.reached.clear()
        self.gate = threading.Event()
        return self.gate

    def serve(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """The service of a `Network`."""
        request = Request.of(method, url, headers, body)
        self.requests.append(request)
        if self.gate is not None and request.path.endswith("/token"):
            self.reached.set()
            assert self.gate.wait(10)
        given = self.replace(request)
        if isinstance(given, Exception):
            raise given
        if given is None:
            with self._lock:
                given = self.simulator.handle(request, datetime.now(UTC))
        if given.drop:
            raise httpx.ReadError("cut off")
        return Answer(given.status, given.headers, given.body, url)


def scenario(sign_in: Any = "approve") -> Scenario:
    """Two work accounts and a personal one, each with an empty calendar."""
    people: tuple[tuple[str, Kind, str], ...] = (
        (ANA, "work", "Ana Keller"),
        (BEN, "work", "Ben"),
        (EVA, "personal", "Eva"),
    )
    mailboxes = [
        MailboxPlan(address, kind, name, "UTC", [CalendarPlan("Calendar", is_default=True)])
        for address, kind, name in people
    ]
    return Scenario(mailboxes, sign_in=sign_in)


def json_answer(status: int, text: str, **headers: str) -> Response:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(status, {"content-type": "application/json", **sent}, text.encode())
