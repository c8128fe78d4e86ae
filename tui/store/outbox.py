"""What the person wants Outlook to hold: staged changes of one calendar, and those that came to nothing.

They stand in the calendar's own log, so that each step from one state to the next is one commit together with what
it means for the stored events. An entry leaves the outbox only by being carried out, by becoming a failed one, or
by the person's word. A document that only a newer version of the program understands is passed over and kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from tui.domain.bookings import Action, Create, Entry, Failed, FailureKind, Settled, followers, linked, settled
from tui.domain.events import Event
from tui.store.documents import FAILED, decoded, discard, put
from tui.store.errors import EntryChanged
from tui.store.memory import Changes
from tui.store.recovery import OUTBOX
from tui.store.server_events import ServerEvents
from tui.store.tables import LogDatabase

Value = TypeVar("Value")

_LOCAL = "local:"
_NEVER_MADE = "The event that this changes was not made."


class _Ordered(Struct, frozen=True):
    """What every entry has, of whatever kind; of a failed one, what is in it."""

    order: int = 0
    entry: _Ordered | None = None


_entry_decoder = msgspec.json.Decoder(Entry)
_failed_decoder = msgspec.json.Decoder(Failed)
_ordered_decoder = msgspec.json.Decoder(_Ordered)


class Outbox:
    """The staged and the failed changes of one calendar. Every method that writes is one commit.

    Each of those raises StoreError when it could not be saved; then nothing was changed.
    """

    def __init__(self, database: LogDatabase, events: ServerEvents) -> None:
        self._database = database
        self._events = events
        self._entries: tuple[Entry, ...] | None = None
        self._failed: tuple[Failed, ...] | None = None
        database.watch(self._follow)

    # Reading

    def entries(self) -> tuple[Entry, ...]:
        """What waits to be sent, by order. The same value until one of them changes."""
        if self._entries is None:
            self._entries = self._read_entries()
        return self._entries

    def failed(self) -> tuple[Failed, ...]:
        """What came to nothing and the person has not decided on, by time. The same value until one changes."""
        if self._failed is None:
            self._failed = self._read_failed()
        return self._failed

    # Sending

    def stage(self, action: Action, *, target: str = "", etag: str = "", now: datetime, held: bool = False) -> Entry:
        """Add ``action`` behind everything staged before.

        ``target`` is the event's id; a Create has none and gets a local one, by which what is done to the event
        meanwhile names it. ``etag`` is the version that was decided on. Raises EntryChanged when a local target is no
        longer waiting to be made.
        """
        if isinstance(action, Create) == bool(target):
            raise ValueError("A Create makes its own target; every other action needs one.")
        with self._database.transaction():
            self._require_waiting(target)
            entry = Entry(
                id=self._database.new_id(),
                order=self._next_order(),
                target=target or _LOCAL + self._database.new_id(),
                action=action,
                etag=etag,
                staged_at=now,
                held=held,
            )
            self._put(entry)
        return entry

    def mark(self, entry: Entry, action: Action | None = None) -> Entry:
        """Note, before anything is sent, that an attempt may take effect from now on.

        ``action`` is what the entry then says, where that tells more of how things stood before the attempt. Raises
        EntryChanged when ``entry`` is not what is stored any more: then it must not be sent.
        """
        with self._database.transaction():
            if self._find(entry.id) != entry:
                raise EntryChanged("A change was withdrawn or altered before it was sent.", "It is looked at afresh.")
            attempted = replace(entry, action=action or entry.action, attempts=entry.attempts + 1, doubtful=True)
            return self._put(attempted)

    def unmark(self, entry: Entry) -> Entry:
        """Note that the attempt is known to have had no effect."""
        return self._change(entry.id, doubtful=False) or replace(entry, doubtful=False)

    def take_back(self, entry: Entry) -> None:
        """Note that what was marked never left: it counts no more, and ``entry`` is again as it was before."""
        self._change(entry.id, action=entry.action, attempts=entry.attempts, doubtful=entry.doubtful)

    def settle(
        self, entry: Entry, event: Event | None = None, *, gone: Iterable[str] = (), is_answer: bool = True
    ) -> None:
        """Outlook did what ``entry`` says: what it answered is stored and the entry is done.

        ``event`` is what Outlook holds now, if known; it is stored where it happens in the synced window. ``gone``
        are events that Outlook no longer holds. Later entries for the same event are pointed at ``event``, which is
        an answer to this very write or, if not ``is_answer``, was found by looking.
        """
        with self._database.transaction():
            if event is not None:
                self._events.put(event)
            self._events.remove(gone)
            self._close(settled(self._read_entries(), entry, event, is_answer=is_answer))

    def fail(self, entry: Entry, kind: FailureKind, reason: str, now: datetime) -> None:
        """Keep ``entry`` as one that came to nothing, and with a Create all that was to be done to its event.

        One that the person withdrew meanwhile stays withdrawn.
        """
        with self._database.transaction():
            stored = self._find(entry.id)
            if stored is None:
                return
            self._move(Failed(entry=stored, kind=kind, reason=reason, at=now))
            if isinstance(stored.action, Create):
                for other in followers(self._read_entries(), stored):
                    self._move(Failed(entry=other, kind=FailureKind.FOLLOWS, reason=_NEVER_MADE, at=now))

    # Hearing of one's own creates

    def awaits(self, events: Sequence[Event]) -> bool:
        """Whether one of ``events`` is what a staged or failed Create made."""
        made = _made((*self.entries(), *(failed.entry for failed in self.failed())))
        return bool(made) and any(event.transaction_id in made for event in events)

    def link(self, events: Sequence[Event]) -> None:
        """Close the creates that made one of ``events``, and point what follows them at it.

        Belongs into the transaction that stores the events.
        """
        self._close(linked(self._read_entries(), events))
        failed = [failed.entry for failed in self._read_failed()]
        discard(self._database.table(FAILED), linked(failed, events).done)
        targets = _made(failed)
        self._point_failed(
            {targets[event.transaction_id]: event for event in events if event.transaction_id in targets}
        )

    # The person's word

    def release(self, entry_id: str) -> None:
        """Let a held entry be sent."""
        self._change(entry_id, held=False)

    def drop(self, entry_id: str) -> None:
        """Withdraw an entry; with a Create, all that was to be done to its event."""
        with self._database.transaction():
            discard(self._database.table(OUTBOX), _with_followers(entry_id, self._read_entries()))

    def drop_failed(self, entry_id: str) -> None:
        """Forget a failed entry; with a Create, all that was to be done to its event."""
        with self._database.transaction():
            entries = [failed.entry for failed in self._read_failed()]
            discard(self._database.table(FAILED), _with_followers(entry_id, entries))

    def retry(self, entry_id: str, *, etag: str = "", now: datetime) -> Entry:
        """Stage a failed entry once more, decided on the version ``etag``; behind everything staged before.

        What was to be done to an event that was never made goes along with its making. Raises EntryChanged when
        there is no such failed entry any more.
        """
        with self._database.transaction():
            failed = {one.entry.id: one for one in self._read_failed()}
            if entry_id not in failed:
                raise EntryChanged("That change is no longer among the failed ones.", "Look at the list again.")
            target = failed[entry_id].entry.target
            together = [one for one in failed.values() if target.startswith(_LOCAL) and one.entry.target == target]
            for one in sorted(together or [failed[entry_id]], key=lambda one: one.entry.order):
                self._stage_again(one, etag, now)
            found = self._find(entry_id)
            assert found is not None
            return found

    # What is stored, also within a transaction

    def _read_entries(self) -> tuple[Entry, ...]:
        entries = self._read(OUTBOX, _entry_decoder)
        return tuple(sorted(filter(_is_known, entries), key=lambda entry: (entry.order, entry.id)))

    def _read_failed(self) -> tuple[Failed, ...]:
        failed = self._read(FAILED, _failed_decoder)
        return tuple(sorted(failed, key=lambda one: (one.at, one.entry.order, one.entry.id)))

    def _read(self, table: str, decoder: msgspec.json.Decoder[Value]) -> list[Value]:
        found = (decoded(decoder, line) for _, line in self._database.table(table).raw_items())
        return [value for value in found if value is not None]

    def _find(self, entry_id: str) -> Entry | None:
        return decoded(_entry_decoder, self._database.table(OUTBOX).raw(entry_id))

    def _next_order(self) -> int:
        """One more than any entry has, also one that only a newer version understands."""
        ordered = [*self._read(OUTBOX, _ordered_decoder), *self._read(FAILED, _ordered_decoder)]
        return 1 + max((max(one.order, one.entry.order if one.entry else 0) for one in ordered), default=0)

    def _require_waiting(self, target: str) -> None:
        if target.startswith(_LOCAL) and all(entry.target != target for entry in self._read_entries()):
            raise EntryChanged("That event was saved in Outlook or withdrawn meanwhile.", "Open it again.")

    # Parts of a transaction

    def _put(self, entry: Entry) -> Entry:
        put(self._database.table(OUTBOX), entry.id, entry)
        return entry

    def _change(self, entry_id: str, **fields: object) -> Entry | None:
        with self._database.transaction():
            entry = self._find(entry_id)
            return entry and self._put(replace(entry, **fields))

    def _move(self, failed: Failed) -> None:
        discard(self._database.table(OUTBOX), [failed.entry.id])
        put(self._database.table(FAILED), failed.entry.id, failed)

    def _stage_again(self, failed: Failed, etag: str, now: datetime) -> None:
        """What may have been sent stays doubtful where a look can tell; a mail is sent again on the person's word."""
        entry = failed.entry
        discard(self._database.table(FAILED), [entry.id])
        self._put(
            replace(
                entry,
                order=self._next_order(),
                etag="" if entry.target.startswith(_LOCAL) else etag,
                staged_at=now,
                held=False,
                attempts=0,
                doubtful=failed.kind is FailureKind.UNCERTAIN and isinstance(entry.action, Create),
            )
        )

    def _close(self, outcome: Settled) -> None:
        discard(self._database.table(OUTBOX), outcome.done)
        for entry in outcome.changed:
            if entry.id not in outcome.done:
                self._put(entry)

    def _point_failed(self, events: dict[str, Event]) -> None:
        """Point failed entries for events that were not made yet at what was made."""
        for failed in self._read_failed():
            event = events.get(failed.entry.target)
            if event is not None and failed.entry.target.startswith(_LOCAL):
                entry = replace(failed.entry, target=event.id, etag=event.etag)
                put(self._database.table(FAILED), entry.id, replace(failed, entry=entry))

    def _follow(self, changes: Changes) -> None:
        if OUTBOX in changes:
            self._entries = None
        if FAILED in changes:
            self._failed = None


def _is_known(entry: Entry) -> bool:
    """Whether the entry can be shown: an event to be made has a time."""
    return not isinstance(entry.action, Create) or entry.action.wanted.when is not None


def _made(entries: Iterable[Entry]) -> dict[str, str]:
    """Of the entries that make events: transaction id to local target."""
    creates = ((entry.action, entry.target) for entry in entries)
    return {
        action.transaction_id: target
        for action, target in creates
        if isinstance(action, Create) and action.transaction_id
    }


def _with_followers(entry_id: str, entries: Iterable[Entry]) -> list[str]:
    entries = list(entries)
    dropped = [entry for entry in entries if entry.id == entry_id]
    made = {entry.target for entry in dropped if isinstance(entry.action, Create)}
    return [entry_id, *(entry.id for entry in entries if entry.target in made)]
