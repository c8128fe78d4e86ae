"""What one turn of a story wants of Outlook, one write of each kind, and how often each has taken effect there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from processes.many_calendars import today_utc
from workspace.served import ANA, BEN, Microsoft, calendar, event, opened

from tui.domain.bookings import Action, Cancel, Create, Delete, FailureKind, Respond, Update, Wanted
from tui.domain.events import Attendee, Event, Person, Response
from tui.domain.timespan import Timed
from tui.workspace.workspace import Workspace

DAY = today_utc() + timedelta(days=3)
GUEST = Attendee(Person("Ben", BEN))
ALL = ("create", "respond", "update", "cancel", "delete")


def write_scenario(folder: Path) -> Path:
    """Two people who meet each other."""
    empty = {"name": calendar().name, "default": True}
    path = folder / "scenario.json"
    path.write_text(json.dumps({"mailboxes": [{"address": one, "calendars": [empty]} for one in (ANA, BEN)]}))
    return path


class Turn:
    """The writes of the ``number``th turn."""

    def __init__(self, microsoft: Microsoft, directory: Path, number: int) -> None:
        self._microsoft = microsoft
        self._directory = directory
        self._number = number

    def prepare(self) -> None:
        """Make what is to be answered, changed, called off and removed."""
        self._make(BEN, "respond", guest=ANA)
        self._make(ANA, "update", guest=BEN)
        self._make(ANA, "cancel", guest=BEN)
        self._make(ANA, "delete")

    async def stage(self) -> None:
        """Want everything, as the screens do."""
        workspace = opened(self._directory, self._microsoft)
        try:
            account = workspace.connections.account(ANA)
            key = workspace.connections.calendar(account.id, "Calendar").key
            stored = {copy.event.subject: copy.event for copy in workspace.database.calendar(key).copies()}
            for kind, action in self._actions().items():
                found: Event | None = stored.get(self.subject(kind))
                workspace.outbox.stage(key, action, target=found.id if found else "")
        finally:
            await workspace.close()

    def subject(self, kind: str) -> str:
        return f"{kind} {self._number}"

    def effects(self) -> dict[str, tuple[int, int]]:
        """How often each write was carried out, by Ana's events and by the mails that she sent."""
        box = _mailbox(self._microsoft, ANA)
        events = [each for one in box["calendars"] for each in one["events"]]
        answered = [each["responseStatus"]["response"] == "accepted" for each in self._called(events, "respond")]
        return {
            "create": (len(self._called(events, "create")), self._mails(box, "invitation", "create")),
            "respond": (sum(answered), self._mails(box, "response", "respond")),
            "update": (sum(_has_room(each) for each in self._called(events, "update")), self._mails(box, "update")),
            "cancel": (1 - len(self._called(events, "cancel")), self._mails(box, "cancellation", "cancel")),
            "delete": (1 - len(self._called(events, "delete")), 1),
        }

    def _actions(self) -> dict[str, Action]:
        wanted = Wanted(subject=self.subject("create"), when=_hour(), attendees=(GUEST,))
        return {
            "create": Create(wanted=wanted, transaction_id=f"turn-{self._number}"),
            "respond": Respond(response=Response.ACCEPTED),
            "update": Update(wanted=Wanted(location="Room 4")),
            "cancel": Cancel(comment="It rains."),
            "delete": Delete(),
        }

    def _make(self, address: str, kind: str, guest: str = "") -> None:
        start, end = (f"{moment:%Y-%m-%dT%H:%M:%S}" for moment in (_hour().start, _hour().end))
        people = [{"emailAddress": {"address": guest}, "type": "required"}] if guest else []
        made = event(self.subject(kind), start, end, attendees=people)
        self._microsoft.post("change", address=address, op="create", event=made)

    def _called(self, events: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
        return [each for each in events if each["subject"] == self.subject(kind)]

    def _mails(self, box: Mapping[str, Any], what: str, kind: str = "") -> int:
        subject = self.subject(kind or what)
        return sum(mail["kind"] == what and mail["subject"].endswith(subject) for mail in box["sent"])


async def waiting_and_failed(directory: Path, microsoft: Microsoft) -> tuple[int, dict[str, FailureKind]]:
    """How much still waits, and by kind of write why it came to nothing; the person discards that."""
    workspace: Workspace = opened(directory, microsoft)
    try:
        failed = workspace.outbox.failed()
        for one in failed:
            workspace.outbox.drop_failed(one.calendar, one.failed.entry.id)
        reasons = {type(one.failed.entry.action).__name__.lower(): one.failed.kind for one in failed}
        return len(workspace.outbox.entries()), reasons
    finally:
        await workspace.close()


def _hour() -> Timed:
    noon = datetime.combine(DAY, time(12), UTC)
    return Timed(noon, noon + timedelta(hours=1))


def _has_room(each: Mapping[str, Any]) -> bool:
    return bool(each["location"]["displayName"] == "Room 4")


def _mailbox(microsoft: Microsoft, address: str) -> dict[str, Any]:
    with urlopen(f"{microsoft.origin}/simulator/state", timeout=20) as answer:
        boxes: list[dict[str, Any]] = json.load(answer)["mailboxes"]
    return next(box for box in boxes if box["address"] == address)
