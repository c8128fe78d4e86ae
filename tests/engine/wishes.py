"""What Ana asked for, and what became of it at Microsoft's side.

Every wish carries a mark of its own in a text that she writes, so that each write that is carried out is known for
what it is, however often it was sent and whatever it was pointed at meanwhile.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from chronicle import EVERYTHING, Chronicle, Edit
from microsoft import MARK, Microsoft, Violation
from msgspec.structs import replace

from tui.domain.bookings import Action, Cancel, Create, Delete, Entry, Failed, FailureKind, Respond, Update, Wanted
from tui.simulator.messages import Request, Response

NAMES = {
    "subject": "subject",
    "when": "start end isAllDay",
    "show_as": "showAs",
    "location": "location",
    "body": "body",
    "attendees": "attendees",
    "sensitivity": "sensitivity",
    "categories": "categories",
}
ANSWERS = ("accept", "tentativelyAccept", "decline")


@dataclass(slots=True)
class Wish:
    """One staged write. ``seen`` is the number of the last change of the mailbox that she had seen of the event."""

    number: int
    action: Action
    target: str
    seen: int
    staged_at: datetime
    entry_id: str = ""
    is_saved: bool = False
    """Whether she was told that it is saved; what was not may go either way."""
    effects: int = 0
    made: set[str] = field(default_factory=set)
    made_at: int = 0
    is_given_up: bool = False

    def __str__(self) -> str:
        return f"w{self.number} {type(self.action).__name__}"


def mark(number: int) -> str:
    return f"w{number}!"


class Wishes:
    """All wishes of a life, watched at Microsoft's door."""

    def __init__(self, microsoft: Microsoft, chronicle: Chronicle) -> None:
        self.all: list[Wish] = []
        self.outbox: Callable[[], Sequence[Entry]] = tuple
        """What waits at the window that sends."""
        self._microsoft = microsoft
        self._chronicle = chronicle
        microsoft.prepare = self.prepare

    def add(self, action: Action, target: str, etag: str) -> Wish:
        """A wish about an event that was seen in the version ``etag``; without a target its own local one is named
        once it is staged."""
        wish = Wish(len(self.all), action, target, self._chronicle.seen_with(etag), self._microsoft.clock.now())
        self.all.append(wish)
        return wish

    def recognise(self, entries: Sequence[Entry]) -> None:
        """Find among ``entries`` the wishes of which she was not told that they were saved."""
        known = {wish.entry_id for wish in self.all}
        for entry in entries:
            if entry.id not in known:
                # Of two that say the same at the same time the later one was decided on what is newest.
                wish = [wish for wish in self.all if not wish.entry_id and self._is_of(wish, entry)][-1]
                wish.entry_id, wish.target = entry.id, entry.target

    def decided_again(self, wish: Wish, etag: str) -> None:
        """She decided on the version ``etag``, now."""
        wish.seen = self._chronicle.seen_with(etag)

    @property
    def next_number(self) -> int:
        return len(self.all)

    def making(self, local_target: str) -> Wish | None:
        """The create whose event has this local name."""
        creates = (wish for wish in self.all if isinstance(wish.action, Create))
        return next((wish for wish in creates if wish.target == local_target), None)

    # At Microsoft's door

    def prepare(self, request: Request) -> Callable[[Response], None]:
        """Look at a write that is about to be carried out; what is given looks at its answer."""
        wish = self._meant(request)
        self._require_turn(wish)
        overwritten = self._overwritten(wish, request) if isinstance(wish.action, Update | Delete) else []
        if self._is_void(wish, request):
            wish.effects = 0

        def witness(answer: Response) -> None:
            if overwritten:
                names = ", ".join(sorted(overwritten[-1].fields))
                raise Violation(f"{wish} overwrites what somebody else changed meanwhile: {names}")
            self._chronicle.read_on(is_stranger=False)
            if isinstance(wish.action, Create):
                self._note_made(wish, answer)
            else:
                self._require_named(wish, request)
                wish.effects += 1
                if wish.effects > 1:
                    raise Violation(f"{wish} was carried out {wish.effects} times")

        return witness

    def _meant(self, request: Request) -> Wish:
        found = MARK.search(request.body)
        if found is not None:
            return self.all[int(found[1])]
        event_id = request.segments[3] if len(request.segments) > 3 else ""
        # A deletion carries no mark: it is the first of those that wait for the event.
        waiting = [e for e in self.outbox() if isinstance(e.action, Delete) and e.target == event_id]
        if request.method != "DELETE" or not waiting:
            raise Violation(f"{request.method} {request.path} is nobody's wish")
        self.recognise(waiting[:1])
        return next(wish for wish in self.all if wish.entry_id == waiting[0].id)

    def _require_turn(self, wish: Wish) -> None:
        """What is done to one event is done in the order in which she decided on it."""
        entries = self.outbox()
        own = next((entry for entry in entries if entry.id == wish.entry_id), None)
        earlier = own and [entry for entry in entries if entry.target == own.target and entry.order < own.order]
        if earlier:
            raise Violation(f"{wish} overtakes another change of the same event")

    def _ids(self, wish: Wish) -> set[str]:
        """The ids of the event that a wish is about."""
        made = self.making(wish.target)
        return {wish.target} if made is None else made.made

    def _is_of(self, wish: Wish, entry: Entry) -> bool:
        if (_as_staged(wish.action), wish.staged_at) != (_as_staged(entry.action), entry.staged_at):
            return False
        return wish.target in ("", entry.target) or entry.target in self._ids(wish)

    def _require_named(self, wish: Wish, request: Request) -> None:
        if request.segments[3] not in self._ids(wish):
            raise Violation(f"{wish} was carried out on another event")

    def _is_void(self, wish: Wish, request: Request) -> bool:
        """Whether an answer without a mail does not stand any more: its organiser moved the meeting.

        It disturbs nobody when it is given again; one with a mail must not be.
        """
        if not isinstance(wish.action, Respond) or wish.action.notify:
            return False
        item = self._microsoft.calendar.find(request.segments[3])
        return item is not None and item.event["responseStatus"]["response"] != wish.action.response.value

    def _overwritten(self, wish: Wish, request: Request) -> list[Edit]:
        made = self.making(wish.target)
        seen = wish.seen if made is None else max(wish.seen, made.made_at)
        return self._chronicle.unseen(request.segments[3], seen, fields_of(wish.action))

    def _note_made(self, wish: Wish, answer: Response) -> None:
        wish.made.add(json.loads(answer.body)["id"])
        wish.made_at = wish.made_at or self._microsoft.mailbox.sequence
        wish.effects = len(wish.made)
        if wish.effects > 1:
            raise Violation(f"{wish} made {wish.effects} events")

    # In the end

    def judge(self, entries: Mapping[str, Entry], failed: Mapping[str, Failed]) -> None:
        """Every acknowledged wish was carried out once, failed, or waits for her word."""
        for wish in self.all:
            if wish.is_saved and not wish.is_given_up:
                self._judge(wish, entries.get(wish.entry_id), failed.get(wish.entry_id))

    def _judge(self, wish: Wish, entry: Entry | None, failed: Failed | None) -> None:
        if entry is not None and wish.effects:
            raise Violation(f"{wish} was carried out and still waits")
        if failed is not None and failed.kind is FailureKind.REFUSED and wish.effects:
            raise Violation(f"{wish} was carried out and is said to be refused")
        if entry is not None or failed is not None:
            return
        if wish.effects == 0 and not self._is_moot(wish):
            raise Violation(f"{wish} was neither carried out nor kept as failed")

    def _is_moot(self, wish: Wish) -> bool:
        """Whether it was so already: what is gone need not be deleted, nor called off again, and an answer without a
        mail that stands need not be given again."""
        if isinstance(wish.action, Respond) and not wish.action.notify:
            return any(self._is_same_answer(wish, other) for other in self.all if other.effects)
        if not isinstance(wish.action, Delete | Cancel):
            return False
        return all(self._microsoft.calendar.find(id_) is None for id_ in self._ids(wish))

    def _is_same_answer(self, wish: Wish, other: Wish) -> bool:
        wanted, given = wish.action, other.action
        if not isinstance(wanted, Respond) or not isinstance(given, Respond):
            return False
        return wish.target == other.target and wanted.response is given.response

    def judge_mails(self) -> None:
        """An answer that she wanted sent went out once, whatever happened on the way."""
        for wish in self.all:
            if isinstance(wish.action, Respond):
                sent = [mail for mail in self._microsoft.mailbox.sent if mail["comment"] == mark(wish.number)]
                if len(sent) != (wish.effects if wish.action.notify else 0):
                    raise Violation(f"{wish} sent {len(sent)} mails")


def _as_staged(action: Action) -> Action:
    """An action without what an attempt adds to it."""
    return replace(action, before=action.response) if isinstance(action, Respond) else action


def fields_of(action: Action) -> frozenset[str]:
    """The properties that a write changes."""
    if not isinstance(action, Update):
        return EVERYTHING
    return frozenset(" ".join(part for name, part in NAMES.items() if _names(action.wanted, name)).split())


def _names(wanted: Wanted, name: str) -> Any:
    return getattr(wanted, name) is not None
