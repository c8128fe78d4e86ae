"""Ana's calendars with somebody to meet, and what she stages for them.

What took effect is read from the simulator's own account: its events, the mails that were sent, and how many
versions its mailbox went through.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from sync_world import ANA, World

from tui.domain.bookings import Action, Create, Entry, Failed, Wanted
from tui.domain.events import Event
from tui.domain.timespan import Timed
from tui.outlook.http import Answer
from tui.simulator.messages import Request, Response
from tui.simulator.scenario import CalendarPlan, MailboxPlan
from tui.sync.lease import Leases
from tui.sync.push import PushReport, push
from tui.sync.scheduler import CalendarReport, Synchroniser, Target

BEN = "ben@fabrikam.example"
EVA = "eva@fabrikam.example"
TEN = datetime(2026, 11, 26, 10, 0, tzinfo=UTC)


class Killed(BaseException):
    """The end of the process, wherever it is."""


def hour(days: int = 0) -> Timed:
    """An hour on the 26th, or so many days later."""
    return Timed(TEN + timedelta(days=days), TEN + timedelta(days=days, hours=1))


def dinner(days: int = 0, **more: Any) -> Create:
    return Create(wanted=Wanted(subject="dinner", when=hour(days), **more), transaction_id=f"dinner-{days}")


class PushWorld(World):
    """A world whose person writes."""

    def __init__(self, folder: Path, *events: dict[str, Any], **more: Any) -> None:
        plan = MailboxPlan(BEN, "work", "Ben Okafor", "UTC", [CalendarPlan("Calendar", [], is_default=True)])
        super().__init__(folder, *events, others=[plan], **more)
        self.is_offline = False

    def serve(self, method: str, url: str, headers: Any, body: bytes) -> Answer:
        if self.is_offline:
            raise httpx.ConnectError("no route to host")
        return super().serve(method, url, headers, body)

    # Staging and sending

    def stage(self, action: Action, target: str = "") -> Entry:
        """Stage ``action`` on what is stored of the event ``target`` now."""
        event = self.store.event(target)
        return self.store.outbox.stage(action, target=target, etag=event.etag if event else "", now=self.clock.now())

    async def push(self, *, looked: bool = False) -> PushReport:
        self.requests.clear()
        return await push(self.mailbox, self.store, clock=self.clock, looked=looked)

    async def visit(self) -> CalendarReport:
        """Writes out, changes in."""
        self.requests.clear()
        synchroniser = Synchroniser(
            mailbox=lambda account: self.mailbox,
            store=self.database.calendar,
            leases=Leases(self.database.leases, self.clock),
            settings=self.settings,
            clock=self.clock,
        )
        (report,) = await synchroniser.sync(Target(self.account, (self.key.calendar_id,)))
        self.clock.passed += 60
        return report

    async def settled(self) -> None:
        """Visits after all trouble has ended, until there is nothing to do."""
        self.control("faults", faults=[])
        self.replace = lambda request: None
        self.is_offline = False
        self.clock.passed += 3600
        for _ in range(6):
            await self.visit()
        assert self.entries == ()

    def restart(self) -> None:
        super().restart()
        self.replace = lambda request: None

    @property
    def entries(self) -> tuple[Entry, ...]:
        return self.store.outbox.entries()

    @property
    def failures(self) -> tuple[Failed, ...]:
        return self.store.outbox.failed()

    # Microsoft's side

    def outlook(self, address: str = ANA, calendar: str = "Calendar") -> list[dict[str, Any]]:
        """Every event of a calendar."""
        mailboxes = {mailbox["address"]: mailbox for mailbox in self.state("")["mailboxes"]}
        return next(one["events"] for one in mailboxes[address]["calendars"] if one["name"] == calendar)

    def subjects(self, address: str = ANA) -> list[str]:
        return [event["subject"] for event in self.outlook(address)]

    def in_outlook(self, event_id: str) -> dict[str, Any]:
        return next(event for event in self.outlook() if event["id"] == event_id)

    def mails(self, address: str = ANA) -> list[str]:
        """The kinds of the mails that somebody sent."""
        mailboxes = {mailbox["address"]: mailbox for mailbox in self.state("")["mailboxes"]}
        return [mail["kind"] for mail in mailboxes[address]["sent"]]

    def versions(self) -> int:
        """How many writes took effect in Ana's mailbox."""
        return self.simulator.mailboxes[ANA].sequence

    def stored_event(self, event_id: str) -> Event:
        event = self.store.event(event_id)
        assert event is not None
        return event

    def invited(self, **more: Any) -> str:
        """Ben invites Ana; the id of her copy."""
        self.change("create", address=BEN, **meeting("planning", attendee(ANA)), **more)
        return str(next(event["id"] for event in self.outlook() if event["subject"] == "planning"))

    def moved_by_ben(self) -> None:
        """Ben moves the meeting, which makes Ana's answer void."""
        theirs = next(event["id"] for event in self.outlook(BEN) if event["subject"] == "planning")
        self.change("update", theirs, address=BEN, **times(3))

    def before(self, method: str, path: str, act: Callable[[], object]) -> None:
        """Let somebody act just before the next request that fits reaches Microsoft."""

        def answer(request: Request) -> Response | None:
            if request.method == method and path in request.path:
                self.replace = lambda request: None
                act()
            return None

        self.replace = answer

    def killed(self, method: str, path: str, *, after: bool) -> None:
        """End the program at the next request that fits, before it leaves or when it had its effect."""

        def answer(request: Request) -> Response | None:
            if request.method == method and path in request.path:
                if after:
                    self.simulator.handle(request, self.clock.now())
                raise Killed
            return None

        self.replace = answer

    def asked(self, method: str) -> int:
        """How many requests of a method were made since the last push or visit began."""
        return sum(request.method == method for request in self.requests)


def meeting(name: str, *attendees: dict[str, Any], days: int = 0) -> dict[str, Any]:
    return {"subject": name, "attendees": list(attendees), **times(days)}


def times(days: int = 0) -> dict[str, Any]:
    when = hour(days)
    return {
        bound: {"dateTime": moment.replace(tzinfo=None).isoformat(), "timeZone": "UTC"}
        for bound, moment in (("start", when.start), ("end", when.end))
    }


def attendee(address: str) -> dict[str, Any]:
    status = {"response": "none", "time": "0001-01-01T00:00:00Z"}
    return {"emailAddress": {"name": address, "address": address}, "type": "required", "status": status}
