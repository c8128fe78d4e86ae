"""What Exchange does between mailboxes: invitations, updates, cancellations, answers, and the copies they keep in step.

Copies of a meeting share their iCalUId and nothing else that names them. Whoever is not in the scenario gets mail all
the same: it is in what the sender sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tui.simulator import zones
from tui.simulator.events import NO_TIME, Item, read_item
from tui.simulator.mailbox import WORK, Calendar, Mailbox, merge, shape
from tui.simulator.payload import address_of

INVITATION, UPDATE, CANCELLATION, RESPONSE, FORWARD = "invitation", "update", "cancellation", "response", "forward"
ACCEPTED, TENTATIVE, DECLINED = "accepted", "tentativelyAccepted", "declined"
PREFIXES = {
    INVITATION: "",
    UPDATE: "Updated: ",
    CANCELLATION: "Canceled: ",
    FORWARD: "Meeting Forward Notification: ",
    ACCEPTED: "Accepted: ",
    TENTATIVE: "Tentative: ",
    DECLINED: "Declined: ",
}
# What an attendee's copy has from its organizer, and which of it says when the meeting is.
TIMES = ("start", "end", "isAllDay", "originalStartTimeZone", "originalEndTimeZone", "recurrence")
SHARED = (
    *TIMES, "subject", "body", "bodyPreview", "location", "locations", "importance", "sensitivity", "organizer",
    "attendees", "responseRequested", "allowNewTimeProposals", "hideAttendees", "isOnlineMeeting", "onlineMeeting",
    "onlineMeetingProvider",
)  # fmt: skip
UNANSWERED = {"responseStatus": {"response": "notResponded", "time": NO_TIME}, "showAs": "tentative"}


@dataclass(frozen=True, slots=True)
class Answer:
    """An attendee's answer. `proposal` is another time, with `start` and `end`."""

    response: str
    comment: str = ""
    is_sent: bool = True
    proposal: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Exchange:
    """The server of all mailboxes at one instant. With `keeps_declined` a declined meeting stays in its calendar."""

    mailboxes: Mapping[str, Mailbox]
    now: datetime
    keeps_declined: bool = False

    def create(self, mailbox: Mailbox, calendar: Calendar, event: Mapping[str, Any]) -> Item:
        """Add an event and invite its attendees; raises `ValueError` for what is not an event."""
        item = mailbox.create(calendar, event, self.now)
        if item.event["isOrganizer"]:
            for address in others(item):
                self._invite(mailbox, item, address)
        return item

    def update(self, mailbox: Mailbox, item_id: str, changes: Mapping[str, Any]) -> Item:
        """Change an event and tell its attendees; raises `UnknownItemError`, and `ValueError` for no event."""
        before = mailbox.item(item_id)
        named = without_answers(before, changes) if before.event["isOrganizer"] else changes
        after = mailbox.update(item_id, named, self.now)
        if after.event["isOrganizer"]:
            self._announce(mailbox, before, after)
        return after

    def delete(self, mailbox: Mailbox, item_id: str, comment: str = "") -> None:
        """Remove an event; the organizer's removal calls the meeting off. Raises `UnknownItemError`."""
        item = mailbox.item(item_id)
        exceptions = mailbox.exceptions_of(item)
        if item.event["isOrganizer"]:
            for address in others(item):
                self._call_off(mailbox, item, address, comment)
            for exception in exceptions:
                for address in others(exception, but=others(item)):
                    self._call_off(mailbox, exception, address, comment)
        mailbox.delete(item_id, self.now)

    def respond(self, mailbox: Mailbox, item_id: str, answer: Answer) -> None:
        """Answer an invitation; raises `UnknownItemError`."""
        item = mailbox.item(item_id)
        status = {"response": answer.response, "time": zones.write_instant(self.now)}
        organizer, original = self._original(mailbox, item)
        if answer.is_sent:
            noted = {"status": status} | ({} if answer.proposal is None else {"proposedNewTime": answer.proposal})
            event_id = None if original is None else self._note_answer(organizer, original, mailbox, noted)
            self._mail(mailbox, item, organizer_of(item), event_id, RESPONSE, answer.comment, PREFIXES[answer.response])
        if answer.response == DECLINED and not self.keeps_declined:
            mailbox.delete(item_id, self.now)
            return
        mailbox.update(item_id, {"responseStatus": status, "showAs": shown_as(answer, item, original)}, self.now)

    def forward(self, mailbox: Mailbox, item_id: str, recipients: list[dict[str, Any]], comment: str = "") -> None:
        """Invite more people. A work account's organizer hears of it and has them among the attendees."""
        item = mailbox.item(item_id)
        organizer, original = self._original(mailbox, item)
        if mailbox.kind == WORK and original is not None:
            listed = original.event["attendees"] or []
            known = {address_of(attendee) for attendee in listed}
            added = [attendee_of(one) for one in recipients if address_of(one) not in known]
            original = organizer.update(original.id, {"attendees": [*listed, *added]}, self.now)
            if not item.event["isOrganizer"]:
                self._mail(mailbox, item, organizer_of(item), original.id, FORWARD, comment)
        for recipient in recipients:
            self._invite(mailbox, original or item, address_of(recipient), comment, "FW: ")

    def _announce(self, mailbox: Mailbox, before: Item, after: Item) -> None:
        """Tell the attendees of a change: all of them, or only those who were added or dropped."""
        was, now = others(before), others(after)
        for address in was:
            if address not in now:
                self._call_off(mailbox, after, address)
        is_changed = any(after.event[name] != before.event[name] for name in SHARED if name != "attendees")
        for address in now:
            if address not in was:
                self._invite(mailbox, after, address)
            elif is_changed:
                self._inform(mailbox, after, address)

    def _invite(self, mailbox: Mailbox, item: Item, address: str, comment: str = "", prefix: str = "") -> None:
        self._mail(mailbox, item, address, self._copy(item, address), INVITATION, comment, prefix)
        for exception in mailbox.exceptions_of(item):
            if address in others(exception):
                self._mail(mailbox, exception, address, self._copy(exception, address), INVITATION, comment, prefix)

    def _inform(self, mailbox: Mailbox, item: Item, address: str) -> None:
        """One mail for the event, and one for each instance of it that stands by itself."""
        for part in (item, *mailbox.exceptions_of(item)):
            if address in others(part):
                self._mail(mailbox, part, address, self._copy(part, address), UPDATE)

    def _call_off(self, mailbox: Mailbox, item: Item, address: str, comment: str = "") -> None:
        receiver = self.mailboxes.get(address)
        copy = None if receiver is None else receiver.called(str(item.event["iCalUId"]))
        if receiver is not None and copy is not None and not copy.event["isOrganizer"]:
            receiver.update(copy.id, {"isCancelled": True, "showAs": "free"}, self.now)
        self._mail(mailbox, item, address, None if copy is None else copy.id, CANCELLATION, comment)

    def _copy(self, item: Item, address: str) -> str | None:
        """Bring an attendee's copy in step, or make it; its id, None when the attendee is not in the scenario."""
        receiver = self.mailboxes.get(address)
        calendar = None if receiver is None else receiver.default_calendar
        if receiver is None or calendar is None:
            return None
        known = receiver.called(str(item.event["iCalUId"]))
        if known is None:
            return receiver.create(calendar, new_copy(item, address), self.now).id
        changes = {} if known.event["isOrganizer"] else copy_changes(known, item, address)
        return receiver.update(known.id, changes, self.now).id if changes else known.id

    def _original(self, mailbox: Mailbox, item: Item) -> tuple[Mailbox, Item | None]:
        """The organizer's own event that an item is a copy of, and the mailbox that it is in."""
        if item.event["isOrganizer"]:
            return mailbox, item
        organizer = self.mailboxes.get(organizer_of(item), mailbox)
        original = organizer.called(str(item.event["iCalUId"]))
        return organizer, original if original is not None and original.event["isOrganizer"] else None

    def _note_answer(self, organizer: Mailbox, original: Item, attendee: Mailbox, noted: Mapping[str, Any]) -> str:
        """Write an answer beside its attendee in the organizer's event; the event's id."""
        address, listed = attendee.address.lower(), original.event["attendees"] or []
        if address not in map(address_of, listed):
            listed = [*listed, attendee_of({"emailAddress": {"name": attendee.name, "address": attendee.address}})]
        changed = [one | noted if address_of(one) == address else one for one in listed]
        return organizer.update(original.id, {"attendees": changed}, self.now).id

    def _mail(
        self,
        sender: Mailbox,
        item: Item,
        address: str,
        event_id: str | None,
        kind: str,
        comment: str = "",
        prefix: str = "",
    ) -> None:
        """Put a mail among those sent and, where its receiver is in the scenario, among those received."""
        subject = (prefix or PREFIXES.get(kind, "")) + str(item.event["subject"] or "")
        mail = {"kind": kind, "subject": subject, "at": zones.write_instant(self.now), "comment": comment}
        sender.sent.append({**mail, "to": address, "event_id": item.id})
        if (receiver := self.mailboxes.get(address)) is not None:
            receiver.mails.append({**mail, "from": sender.address, "event_id": event_id})


def organizer_of(item: Item) -> str:
    """The address of the organizer, for comparison."""
    return address_of(item.event["organizer"])


def others(item: Item, but: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The addresses of all attendees save the organizer, each once."""
    addresses = dict.fromkeys(address_of(attendee) for attendee in item.event["attendees"] or ())
    return tuple(address for address in addresses if address not in ("", organizer_of(item), *but))


def attendee_of(recipient: Mapping[str, Any]) -> dict[str, Any]:
    """The attendee that a recipient becomes."""
    mail = recipient["emailAddress"]
    named = {"name": mail.get("name") or mail["address"], "address": mail["address"]}
    return {"type": "required", "status": {"response": "none", "time": NO_TIME}, "emailAddress": named}


def without_answers(item: Item, changes: Mapping[str, Any]) -> dict[str, Any]:
    """The changes with all answers void when they put a meeting at another time."""
    listed = changes.get("attendees", item.event["attendees"]) or []
    if not listed or not set(TIMES) & changes.keys() or shape(read_item(merge(item, changes))) == shape(item):
        return dict(changes)
    void = {"status": {"response": "none", "time": NO_TIME}}
    kept = [{name: value for name, value in one.items() if name != "proposedNewTime"} | void for one in listed]
    return {**changes, "attendees": kept}


def shared(item: Item, address: str) -> dict[str, Any]:
    """What the copy of an attendee has from the organizer."""
    values = {name: item.event[name] for name in SHARED}
    if item.event["hideAttendees"]:
        values["attendees"] = [one for one in item.event["attendees"] or () if address_of(one) == address]
    return values


def new_copy(item: Item, address: str) -> dict[str, Any]:
    """The event that an invitation puts into an attendee's calendar."""
    cancelled = {name: item.event[name] for name in ("cancelledOccurrences",) if name in item.event}
    return {**shared(item, address), **cancelled, "iCalUId": item.event["iCalUId"], "isOrganizer": False, **UNANSWERED}


def copy_changes(copy: Item, item: Item, address: str) -> dict[str, Any]:
    """What brings a copy in step with the organizer's event; another time makes the answer void."""
    values = shared(item, address)
    changes = {name: value for name, value in values.items() if value != copy.event[name]}
    if set(TIMES) & changes.keys():
        changes |= {name: values[name] for name in TIMES} | UNANSWERED
    return changes | ({"isCancelled": False} if copy.event["isCancelled"] else {})


def shown_as(answer: Answer, item: Item, original: Item | None) -> str:
    """How an answered meeting is shown: accepted, as its organizer means it."""
    if answer.response != ACCEPTED:
        return "tentative" if answer.response == TENTATIVE else "free"
    if original is not None:
        return str(original.event["showAs"])
    return "busy" if item.event["showAs"] == "tentative" else str(item.event["showAs"])
