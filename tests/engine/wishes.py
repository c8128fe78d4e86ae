"""What Ana asked for, and what became of it at Microsoft's side.

Every wish carries a mark of its own in a text that she writes, so that each write that is carried out is known for
what it is, however often it was sent and whatever it was pointed at meanwhile.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from chronicle import EVERYTHING, Chronicle, Edit
from microsoft import MARK, Microsoft, Violation

from tui.domain.bookings import Action, Cancel, Create, Delete, Entry, Failed, Respond, Update, Wanted
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
        self.is_waiting: Callable[[str], bool] = lambda entry_id: True
        self._microsoft = microsoft
        self._chronicle = chronicle
        microsoft.prepare = self.prepare

    def add(self, action: Action, target: str, etag: str) -> Wish:
        """A wish about an event that was seen in the version ``etag``; without a target its own local one is named
        once it is staged."""
        wish = Wish(len(self.all), action, target, self._chronicle.seen_with(etag))
        self.all.append(wish)
        return wish

    def recognise(self, entries: Sequence[Entry]) -> None:
        """Find among ``entries`` the wishes of which she was not told that they were saved."""
        known = {wish.entry_id for wish in self.all}
        for entry in entries:
            if entry.id not in known:
                wish = next(wish for wish in self.all if not wish.entry_id and self._is_of(wish, entry))
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
        overwritten = self._overwritten(wish, request) if isinstance(wish.action, Update | Delete) else []

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
        deletes = (wish for wish in self.all if isinstance(wish.action, Delete) and event_id in self._ids(wish))
        for wish in deletes:
            if request.method == "DELETE" and self.is_waiting(wish.entry_id):
                return wish
        raise Violation(f"{request.method} {request.path} is nobody's wish")

    def _ids(self, wish: Wish) -> set[str]:
        """The ids of the event that a wish is about."""
        made = self.making(wish.target)
        return {wish.target} if made is None else made.made

    def _is_of(self, wish: Wish, entry: Entry) -> bool:
        return wish.action == entry.action and (wish.target in ("", entry.target) or entry.target in self._ids(wish))

    def _require_named(self, wish: Wish, request: Request) -> None:
        if request.segments[3] not in self._ids(wish):
            raise Violation(f"{wish} was carried out on another event")

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
        if entry is not None or failed is not None:
            return
        if wish.effects == 0 and not self._is_moot(wish):
            raise Violation(f"{wish} was neither carried out nor kept as failed")

    def _is_moot(self, wish: Wish) -> bool:
        """Whether somebody else did what was wished: what is gone need not be deleted, nor called off again."""
        if not isinstance(wish.action, Delete | Cancel):
            return False
        return all(self._microsoft.calendar.find(id_) is None for id_ in self._ids(wish))

    def judge_mails(self) -> None:
        """An answer that she wanted sent went out once, whatever happened on the way."""
        for wish in self.all:
            if isinstance(wish.action, Respond):
                sent = [mail for mail in self._microsoft.mailbox.sent if mail["comment"] == mark(wish.number)]
                if len(sent) != (wish.effects if wish.action.notify else 0):
                    raise Violation(f"{wish} sent {len(sent)} mails")


def fields_of(action: Action) -> frozenset[str]:
    """The properties that a write changes."""
    if not isinstance(action, Update):
        return EVERYTHING
    return frozenset(" ".join(part for name, part in NAMES.items() if _names(action.wanted, name)).split())


def _names(wanted: Wanted, name: str) -> Any:
    return getattr(wanted, name) is not None
