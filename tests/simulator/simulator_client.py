"""A client that talks to a simulator without a socket, and small scenarios to talk about."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from tui.simulator.messages import Request, Response
from tui.simulator.scenario import CalendarPlan, MailboxPlan, Scenario
from tui.simulator.service import Simulator

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
GRAPH = "https://graph.microsoft.com/v1.0"
ANA, BEN, EVA = "ana@contoso.example", "ben@fabrikam.example", "eva@outlook.example"


def times(start: str, end: str, zone: str = "UTC") -> dict[str, Any]:
    """Start and end as an event has them."""
    return {"start": {"dateTime": start, "timeZone": zone}, "end": {"dateTime": end, "timeZone": zone}}


def single(event_id: str, start: str, end: str, zone: str = "UTC", **more: Any) -> dict[str, Any]:
    return {"id": event_id, "subject": event_id, **times(start, end, zone), **more}


def all_day(event_id: str, first: str, after: str, **more: Any) -> dict[str, Any]:
    return {"isAllDay": True, **single(event_id, first + "T00:00:00", after + "T00:00:00"), **more}


def rule(pattern: Mapping[str, Any], start: str, zone: str = "UTC", **limits: Any) -> dict[str, Any]:
    """A recurrence without an end unless `limits` say otherwise."""
    return {
        "pattern": {"interval": 1, **pattern},
        "range": {"type": "noEnd", "startDate": start, "recurrenceTimeZone": zone, **limits},
    }


def weekly(event_id: str, start: str, end: str, *days: str, zone: str = "UTC", **more: Any) -> dict[str, Any]:
    """The master of a weekly series without an end."""
    recurrence = rule({"type": "weekly", "daysOfWeek": list(days)}, start[:10], zone)
    return {"type": "seriesMaster", "recurrence": recurrence, **single(event_id, start, end, zone), **more}


def scenario(*events: dict[str, Any] | str, sign_in: Any = "approve", **more: Any) -> Scenario:
    """Two work accounts and a personal one; Ana's default calendar holds the events (or their files)."""
    calendars = [CalendarPlan("Calendar", list(events), is_default=True), CalendarPlan("Team", can_edit=False)]
    mailboxes = [
        MailboxPlan(ANA, "work", "Ana Keller", "W. Europe Standard Time", calendars),
        MailboxPlan(BEN, "work", "Ben", "UTC", [CalendarPlan("Calendar")]),
        MailboxPlan(EVA, "personal", "Eva", "UTC", [CalendarPlan("Calendar")]),
    ]
    return Scenario(mailboxes, sign_in=sign_in, **more)


class Client:
    """A person's program, as far as the simulator can tell."""

    def __init__(self, simulator: Simulator, address: str = ANA) -> None:
        self.simulator = simulator
        self.now = NOW
        self.address = address
        self.token = self.control("token", address=address)["access_token"]

    def send(self, method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes = b"") -> Response:
        return self.simulator.handle(Request.of(method, url, headers, body), self.now)

    def get(self, path: str, prefer: str = "", **headers: str) -> Response:
        """A Graph GET with the token; `path` may be a whole link."""
        url = path if path.startswith("http") else GRAPH + path
        sent = {"authorization": f"Bearer {self.token}", **headers} | ({"prefer": prefer} if prefer else {})
        return self.send("GET", url, sent)

    def value(self, path: str, prefer: str = "") -> list[dict[str, Any]]:
        """The items of a collection over all its pages."""
        items: list[dict[str, Any]] = []
        link: str | None = path
        while link:
            answer = self.get(link, prefer)
            assert answer.status == 200, answer.body
            page: Any = answer.json()
            items += page["value"]
            link = page.get("@odata.nextLink")
        return items

    def control(self, action: str, **fields: Any) -> Any:
        answer = self.send("POST", f"http://127.0.0.1:8000/simulator/{action}", body=json.dumps(fields).encode())
        assert answer.status == 200, answer.body
        return answer.json()

    def change(self, op: str, event_id: str = "", event: Any = None, calendar: str = "Calendar") -> str:
        """Another person's edit; the id of the event."""
        fields = {"address": self.address, "calendar": calendar, "op": op, "id": event_id, "event": event or {}}
        changed: str = self.control("change", **fields)["id"]
        return changed

    def calendar_id(self, name: str = "Calendar") -> str:
        calendars = self.value("/me/calendars")
        return next(str(calendar["id"]) for calendar in calendars if calendar["name"] == name)

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Response:
        """A Graph request with the token and a JSON body."""
        sent = {"authorization": f"Bearer {self.token}", "content-type": "application/json", **headers}
        return self.send(method, GRAPH + path, sent, b"" if body is None else json.dumps(body).encode())

    def done(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """The JSON of a write that succeeds, None where it has no body."""
        answer = self.call(method, path, body, **headers)
        assert answer.status in (200, 201, 202, 204), answer.body
        return answer.json() if answer.body else None

    def refused(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, str]:
        """Status and error code of a write that is refused."""
        answer = self.call(method, path, body, **headers)
        error: Any = answer.json()
        return answer.status, error["error"]["code"]

    def of(self, address: str) -> Client:
        """Another person's program at the same simulator."""
        return Client(self.simulator, address)

    def mailbox_state(self) -> Any:
        """The truth about this person's mailbox."""
        answer: Any = self.send("GET", "http://127.0.0.1:8000/simulator/state").json()
        return next(mailbox for mailbox in answer["mailboxes"] if mailbox["address"] == self.address)

    def mails(self, box: str = "mails") -> list[tuple[str, str]]:
        """Kind and subject of the mails received, or of those `sent`."""
        return [(mail["kind"], mail["subject"]) for mail in self.mailbox_state()[box]]

    def events(self) -> list[dict[str, Any]]:
        """All single events and masters of the default calendar."""
        return self.value("/me/events?$top=1000")
