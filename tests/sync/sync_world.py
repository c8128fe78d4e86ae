"""A mailbox in the simulator, a store on the disk and rounds between them, all in one process.

What the store should hold is read from the simulator's own account of its events, by words of this file and not by
the program's decoder.
"""

from __future__ import annotations

import asyncio
import json
import resource
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from tui.clock import SystemClock
from tui.domain.accounts import AccountKind, OutlookAccount
from tui.domain.events import CalendarKey, Event
from tui.domain.timespan import Timed
from tui.outlook.gate import Gate
from tui.outlook.graph import Mailbox
from tui.outlook.http import Answer, Network
from tui.settings import SyncSettings
from tui.simulator.messages import Request, Response
from tui.simulator.scenario import CalendarPlan, MailboxPlan, Scenario
from tui.simulator.service import Simulator
from tui.store.calendars import CalendarStore
from tui.store.database import Database
from tui.sync.pull import RoundReport, pull

ANA = "ana@contoso.example"
START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SETTINGS = SyncSettings(past_days=20, future_days=40)


def single(event_id: str, start: str, end: str, zone: str = "UTC", **more: Any) -> dict[str, Any]:
    times = {"start": {"dateTime": start, "timeZone": zone}, "end": {"dateTime": end, "timeZone": zone}}
    return {"id": event_id, "subject": event_id, **times, **more}


def all_day(event_id: str, first: str, until: str, **more: Any) -> dict[str, Any]:
    return {"isAllDay": True, **single(event_id, f"{first}T00:00:00", f"{until}T00:00:00"), **more}


def series(event: Mapping[str, Any], pattern: str = "weekly", interval: int = 1, **limits: Any) -> dict[str, Any]:
    """``event`` as the master of a series from its own day on, without an end unless ``limits`` say otherwise."""
    first = str(event["start"]["dateTime"])[:10]
    rule: dict[str, Any] = {"type": pattern, "interval": interval}
    if pattern == "weekly":
        rule["daysOfWeek"] = [f"{date.fromisoformat(first):%A}".lower()]
    zone = event["start"]["timeZone"]
    bounds = {"type": "noEnd", "startDate": first, "recurrenceTimeZone": zone, **limits}
    return {**event, "type": "seriesMaster", "recurrence": {"pattern": rule, "range": bounds}}


class StillClock:
    """Time passes only by sleeping, which takes none. ``moved`` is how far the wall clock alone was set."""

    def __init__(self) -> None:
        self.moved = timedelta(0)
        self.passed = 0.0
        self.slept: list[float] = []

    def now(self) -> datetime:
        return START + self.moved + timedelta(seconds=self.passed)

    def monotonic(self) -> float:
        return self.passed

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.passed += max(0.0, seconds)


class HastyClock(SystemClock):
    """Waiting takes no time, and is counted."""

    def __init__(self) -> None:
        super().__init__()
        self.waited = 0.0

    def monotonic(self) -> float:
        return self.waited

    async def sleep(self, seconds: float) -> None:
        self.waited += seconds
        await asyncio.sleep(0)


class World:
    """Ana's two calendars at Microsoft's side, and here."""

    def __init__(
        self,
        folder: Path,
        *events: dict[str, Any],
        settings: SyncSettings = SETTINGS,
        page: int = 50,
        others: Sequence[MailboxPlan] = (),
    ) -> None:
        plans = [CalendarPlan("Calendar", list(events), is_default=True), CalendarPlan("Team")]
        self.simulator = Simulator(Scenario([MailboxPlan(ANA, "work", "Ana Keller", "UTC", plans), *others]))
        self.clock = StillClock()
        self.settings = settings
        self.requests: list[Request] = []
        self.replace: Callable[[Request], Response | None] = lambda request: None
        self.folder = folder
        self.database = Database(folder)
        self.account = OutlookAccount(id="ana.home", address=ANA, kind=AccountKind.WORK)
        self.network = Network(service=self.serve)
        self.page = page
        self.mailbox = self._mailbox()
        self.key = CalendarKey(self.account.id, self.calendar_id())

    @property
    def store(self) -> CalendarStore:
        return self.database.calendar(self.key)

    def serve(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Microsoft's side, for a `Network`; ``replace`` may answer instead."""
        request = Request.of(method, url, headers, body)
        self.requests.append(request)
        given = self.replace(request) or self.simulator.handle(request, self.clock.now())
        if given.drop:
            raise httpx.ReadError("cut off")
        return Answer(given.status, given.headers, given.body, url)

    def control(self, action: str, **fields: Any) -> Any:
        request = Request.of("POST", f"http://127.0.0.1/simulator/{action}", {}, json.dumps(fields).encode())
        answer = self.simulator.handle(request, self.clock.now())
        assert answer.status == 200, answer.body
        return answer.json()

    def change(
        self, op: str, event_id: str = "", calendar: str = "Calendar", *, address: str = ANA, **event: Any
    ) -> str:
        """Another person's edit, in the mailbox ``address``; the id of the event."""
        fields = {"address": address, "calendar": calendar, "op": op, "id": event_id, "event": event}
        return str(self.control("change", **fields)["id"])

    def fault(self, **fault: Any) -> None:
        self.control("faults", faults=[fault])

    def calendar_id(self, name: str = "Calendar") -> str:
        mailbox = self.simulator.mailboxes[ANA]
        return next(calendar.id for calendar in mailbox.calendars.values() if calendar.name == name)

    async def round(self) -> RoundReport:
        """One round of the first calendar."""
        self.requests.clear()
        return await pull(self.mailbox, self.store, settings=self.settings, clock=self.clock)

    def restart(self) -> None:
        """As if the program had ended and begun anew."""
        self.database.close()
        self.database = Database(self.folder)
        self.mailbox = self._mailbox()

    def logs(self) -> dict[str, bytes]:
        """The bytes of every file that holds events."""
        return {path.name: path.read_bytes() for path in sorted(self.folder.glob("calendars/*.jsonl"))}

    def stored(self) -> dict[str, dict[str, Any]]:
        """What the store holds, masters too, by id and in plain words."""
        found = {id_: self.store.event(id_) for id_ in self.store.event_ids()}
        return {id_: in_words(event) for id_, event in found.items() if event is not None}

    def state(self, query: str) -> Any:
        """The simulator's own account of what overlaps a window."""
        request = Request.of("GET", f"http://127.0.0.1/simulator/state?{query}")
        return self.simulator.handle(request, self.clock.now()).json()

    def truth(self) -> dict[str, dict[str, Any]]:
        """What the simulator says the calendar holds in the window that the store covers, in the same words."""
        mark = self.store.mark()
        assert mark is not None
        state = self.state(f"startDateTime={mark.window.first}T00:00:00Z&endDateTime={mark.window.until}T00:00:00Z")
        calendars = [calendar for mailbox in state["mailboxes"] for calendar in mailbox["calendars"]]
        events = next(calendar["events"] for calendar in calendars if calendar["id"] == self.key.calendar_id)
        known = {event["id"]: event for event in events}
        return {id_: as_told(event, known) for id_, event in known.items()}

    def assert_same(self) -> None:
        """The store holds exactly what Outlook holds, field by field."""
        stored, truth = self.stored(), self.truth()
        assert stored.keys() == truth.keys()
        for id_, told in truth.items():
            # Delta leaves an occurrence's own identifier out; where it is known, it must be the right one.
            if told["type"] == "occurrence" and not stored[id_]["ical_uid"]:
                told["ical_uid"] = ""
            assert stored[id_] == told

    def _mailbox(self) -> Mailbox:
        async def token(*, claims: str | None = None, force: bool = False) -> str:
            return str(self.control("token", address=ANA)["access_token"])

        return Mailbox(
            self.account,
            network=self.network,
            gate=Gate(self.clock, draw=lambda: 0.5),
            token=token,
            clock=self.clock,
            page_items=self.page,
        )


@contextmanager
def full_disk(world: World, room: int = 100) -> Iterator[None]:
    """No file may grow by more than ``room`` bytes: the next commit fails when part of it is written."""
    largest = max(len(log) for log in world.logs().values())
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest + room, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def in_words(event: Event) -> dict[str, Any]:
    """A stored event as plain values."""
    when = event.when
    return {
        "when": (when.start, when.end) if isinstance(when, Timed) else (when.first, when.until),
        "type": event.type.value,
        "subject": event.subject,
        "show_as": event.show_as.value,
        "etag": event.etag,
        "ical_uid": event.ical_uid,
        "series": (event.series_id, event.series_ical_uid),
        "original_start": event.original_start,
        "repeats": (event.repeats.pattern, event.repeats.interval) if event.repeats else None,
        "response": event.response.value,
        "is_organizer": event.is_organizer,
        "organizer": event.organizer and (event.organizer.name, event.organizer.address),
        "attendees": [(a.person.address, a.attendance.value, a.response.value) for a in event.attendees],
        "location": event.location,
        "join_url": event.join_url,
        "sensitivity": event.sensitivity.value,
        "is_cancelled": event.is_cancelled,
        "categories": list(event.categories),
        "preview": event.preview,
    }


def as_told(event: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    """An event of the simulator's state in the words of ``in_words``."""
    master = known.get(event["seriesMasterId"] or "", {})
    rule = event["recurrence"] or master.get("recurrence")
    organizer = event["organizer"]["emailAddress"]
    return {
        "when": tuple(moment(event[bound], event["isAllDay"]) for bound in ("start", "end")),
        "type": event["type"],
        "subject": event["subject"],
        "show_as": event["showAs"],
        "etag": event["@odata.etag"],
        "ical_uid": event["iCalUId"],
        "series": (event["seriesMasterId"] or "", master.get("iCalUId", "")),
        "original_start": datetime.fromisoformat(event["originalStart"]) if event.get("originalStart") else None,
        "repeats": (rule["pattern"]["type"], rule["pattern"]["interval"]) if rule else None,
        "response": event["responseStatus"]["response"],
        "is_organizer": event["isOrganizer"],
        "organizer": (organizer["name"], organizer["address"]),
        "attendees": [
            (a["emailAddress"]["address"], a["type"], a["status"]["response"]) for a in event["attendees"]
        ],
        "location": event["location"]["displayName"],
        "join_url": (event["onlineMeeting"] or {}).get("joinUrl", ""),
        "sensitivity": event["sensitivity"],
        "is_cancelled": event["isCancelled"],
        "categories": event["categories"],
        "preview": event["bodyPreview"],
    }  # fmt: skip


def moment(time: Mapping[str, str], is_all_day: bool) -> date:
    text = time["dateTime"]
    return date.fromisoformat(text[:10]) if is_all_day else datetime.fromisoformat(text[:26]).replace(tzinfo=UTC)
