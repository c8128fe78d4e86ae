"""One calendar in the store: the server's events, and where the next delta round starts.

Events and link change in one commit. Nothing that the person did and Outlook has not confirmed is in here. When
the last complete round ended is told by an empty file beside the log, so that a round without changes writes
nothing into it.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import msgspec

from tui.domain.events import CalendarKey, Event, EventCopy, EventType
from tui.store.documents import Mark, Odd, Place, decode_event, decode_place, encode, from_document, put
from tui.store.errors import reported
from tui.store.memory import Changes
from tui.store.recovery import Recovery
from tui.store.tables import LogDatabase

EVENTS = "events"
QUARANTINE = "quarantine"
META = "meta"
MARK = "delta"

_NAMELESS = "?"


class Applied(NamedTuple):
    """What a commit changed among the instances."""

    changed: int
    removed: int


class CalendarStore:
    """The stored events of one calendar."""

    def __init__(self, key: CalendarKey, database: LogDatabase, synced: Path) -> None:
        self.key = key
        self._database = database
        self._synced = synced
        self._copies: tuple[EventCopy, ...] | None = None
        self._places: dict[str, Place] | None = None
        self._members: defaultdict[str, set[str]] = defaultdict(set)
        database.watch(self._follow)

    def mark(self) -> Mark | None:
        """Where the next round starts, or None for an initial one."""
        stored = self._database.table(META).get(doc_id=MARK)
        try:
            return from_document(stored, Mark) if stored else None
        except msgspec.ValidationError:
            return None

    def event(self, event_id: str) -> Event | None:
        """A stored event of any type."""
        line = self._database.table(EVENTS).raw(event_id)
        return None if line is None else decode_event(line)

    def copies(self) -> tuple[EventCopy, ...]:
        """All events that happen: everything but series masters. The same value until one of them changes."""
        if self._copies is None:
            found = (decode_event(line) for _, line in self._database.table(EVENTS).raw_items())
            self._copies = tuple(EventCopy(self.key, event) for event in found if event.type is not EventType.MASTER)
        return self._copies

    def event_ids(self) -> frozenset[str]:
        """The ids of everything stored, series masters included."""
        return frozenset(self._index())

    def instance_count(self) -> int:
        """How many events happen."""
        return sum(place.type is not EventType.MASTER for place in self._index().values())

    def members_of(self, series_id: str) -> frozenset[str]:
        """The ids of the stored occurrences and exceptions of a series."""
        self._index()
        return frozenset(self._members.get(series_id, ()))

    def exceptions_of(self, series_id: str) -> frozenset[str]:
        """The ids of the stored exceptions of a series."""
        places = self._index()
        return frozenset(id_ for id_ in self.members_of(series_id) if places[id_].type is EventType.EXCEPTION)

    def apply(
        self,
        puts: Iterable[Event],
        deletes: Iterable[str],
        quarantined: Mapping[str, str],
        mark: Mark,
        *,
        whole: bool = False,
    ) -> Applied:
        """Store a round: events, removals, items that could not be understood (id to reason) and the next link.

        What was not understood before is forgotten once it is put or deleted, or a ``whole`` round lacks it.
        All in one commit. A round of changes that changes nothing makes none: its old link stays good, as that of a
        ``whole`` one does not. Raises StoreError when it could not be saved; then nothing was changed.
        """
        deletes = frozenset(deletes)
        quarantined = {id_ or _NAMELESS: reason for id_, reason in quarantined.items()}
        lines = {event.id: encode(event) for event in puts}
        events = self._database.table(EVENTS)
        changed = {id_: line for id_, line in lines.items() if events.raw(id_) != line}
        places = self._index()
        gone = sorted(id_ for id_ in deletes if id_ in places)
        applied = Applied(
            changed=sum(decode_place(line).type is not EventType.MASTER for line in changed.values()),
            removed=sum(places[id_].type is not EventType.MASTER for id_ in gone),
        )
        understood = [
            id_
            for id_ in self._database.table(QUARANTINE).ids()
            if id_ not in quarantined and (whole or id_ in lines or id_ in deletes)
        ]
        if whole or changed or gone or quarantined or understood or not self._covers(mark):
            with self._database.transaction():
                self._put(changed, gone, mark)
                self._quarantine(quarantined, understood)
        return applied

    def last_success(self) -> datetime | None:
        """When the last complete round ended (UTC); None where there is none whose events are still here."""
        if self.mark() is None:
            return None
        try:
            return datetime.fromtimestamp(self._synced.stat().st_mtime, UTC)
        except FileNotFoundError:
            return None

    def succeeded(self, at: datetime) -> None:
        """Note that a complete round ended ``at``."""
        flags = os.O_WRONLY | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
        with reported(self._synced, "written"):
            os.close(os.open(self._synced, flags, 0o600))
            os.utime(self._synced, (at.timestamp(), at.timestamp()))

    @property
    def recovery(self) -> Recovery | None:
        """What opening the log had to repair, if anything."""
        return self._database.recovery

    def catch_up(self) -> bool:
        """Take over what other processes committed; says whether there was anything."""
        return self._database.catch_up()

    def close(self) -> None:
        self._database.close()

    def _covers(self, mark: Mark) -> bool:
        stored = self.mark()
        return stored is not None and msgspec.structs.replace(stored, link=mark.link) == mark

    def _put(self, changed: Mapping[str, bytes], gone: Iterable[str], mark: Mark) -> None:
        events = self._database.table(EVENTS)
        for id_, line in changed.items():
            events.put_raw(id_, line)
        events.remove_ids(gone)
        put(self._database.table(META), MARK, mark)

    def _quarantine(self, odd: Mapping[str, str], understood: Iterable[str]) -> None:
        quarantine = self._database.table(QUARANTINE)
        for id_, reason in odd.items():
            put(quarantine, id_, Odd(reason))
        quarantine.remove_ids(understood)

    def _index(self) -> dict[str, Place]:
        if self._places is None:
            self._places = {}
            for id_, line in self._database.table(EVENTS).raw_items():
                self._place(id_, line)
        return self._places

    def _follow(self, changes: Changes) -> None:
        """Keep in step with every commit, this process's and others'."""
        if EVENTS in changes:
            self._copies = None
        if self._places is None:
            return
        for id_, (_, line) in changes.get(EVENTS, {}).items():
            self._place(id_, line)

    def _place(self, id_: str, line: bytes | None) -> None:
        assert self._places is not None
        before = self._places.pop(id_, None)
        if before is not None and before.series_id:
            self._members[before.series_id].discard(id_)
        if line is None:
            return
        place = decode_place(line)
        self._places[id_] = place
        if place.series_id:
            self._members[place.series_id].add(id_)
