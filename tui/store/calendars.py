"""One calendar in the store: the server's events, where the next delta round starts, and what waits to be sent.

Events and link change in one commit. What the person did and Outlook has not confirmed stands in the outbox and is
laid over the events where they are shown. When the last complete round ended is told by an empty file beside the log,
so that a round without changes writes nothing into it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace

from tui.domain.events import CalendarKey, Event, EventCopy, EventType
from tui.domain.timespan import AllDay, Interval
from tui.store.agenda import Agenda
from tui.store.documents import EVENTS, GONE, QUARANTINE, Mark, Odd, discard, encode, put, put_mark, stored_mark
from tui.store.errors import reported
from tui.store.outbox import Outbox
from tui.store.recovery import Recovery
from tui.store.server_events import ServerEvents
from tui.store.tables import LogDatabase

_NAMELESS = "?"


class Applied(NamedTuple):
    """What a commit changed among the instances."""

    changed: int
    removed: int


class _Round(NamedTuple):
    """What a round changes in the tables; what is as it was is left out."""

    changed: Mapping[str, bytes]
    removed: Sequence[str]
    returned: Sequence[str]
    quarantined: Mapping[str, str]
    understood: Sequence[str]

    def changes_anything(self) -> bool:
        return any(self)


class CalendarStore:
    """The stored events of one calendar, and its outbox.

    ``event``, ``event_ids``, ``members_of``, ``exceptions_of`` and ``instance_count`` tell what Outlook said;
    ``copies`` and ``copies_between`` what the person is shown.
    """

    def __init__(self, key: CalendarKey, database: LogDatabase, synced: Path) -> None:
        self.key = key
        self._database = database
        self._synced = synced
        self._events = ServerEvents(database)
        self.outbox = Outbox(database, self._events)
        self._agenda = Agenda(key, database, self._events, self.outbox)

    # What Outlook said

    def mark(self) -> Mark | None:
        """Where the next round starts, or None for an initial one."""
        return stored_mark(self._database)

    def event(self, event_id: str) -> Event | None:
        """A stored event of any type."""
        return self._events.event(event_id)

    def event_ids(self) -> frozenset[str]:
        """The ids of everything stored, series masters included."""
        return frozenset(self._events.ids())

    def instance_count(self) -> int:
        """How many events happen."""
        return self._events.instance_count()

    def members_of(self, series_id: str) -> frozenset[str]:
        """The ids of the stored occurrences and exceptions of a series."""
        return self._events.places.members_of(series_id)

    def exceptions_of(self, series_id: str) -> frozenset[str]:
        """The ids of the stored exceptions of a series."""
        return self._events.exceptions_of(series_id)

    # What is shown

    def copies(self) -> tuple[EventCopy, ...]:
        """All events that happen: everything but series masters. The same value until one of them changes."""
        return self._agenda.copies()

    def copies_between(self, window: Interval, days: AllDay) -> tuple[EventCopy, ...]:
        """The timed events that happen in ``window`` (aware UTC) and the whole-day ones that happen on ``days``.

        The same value until an event changes. Only what is returned is decoded.
        """
        return self._agenda.between(window, days)

    def gone_count(self) -> int:
        """How many events are shown although Outlook no longer lists them."""
        return len(self._database.table(GONE).ids())

    def acknowledge_gone(self) -> None:
        """The person has seen which events are gone: show them no longer. Raises StoreError."""
        gone = self._database.table(GONE)
        if ids := gone.ids():
            discard(gone, ids)

    # A round

    def apply(
        self,
        puts: Iterable[Event],
        deletes: Iterable[str],
        quarantined: Mapping[str, str],
        mark: Mark,
        *,
        whole: bool = False,
        kept: frozenset[str] = frozenset(),
    ) -> Applied:
        """Store a round: events, removals, items that could not be understood (id to reason) and the next link.

        Staged creates whose event is among ``puts`` are done. Those of the removed events that are ``kept`` stay
        visible as gone until acknowledged. What was not understood before is forgotten once it is put or deleted, or
        a ``whole`` round lacks it.
        All in one commit. A round of changes that changes nothing makes none: its old link stays good, as that of a
        ``whole`` one does not. Raises StoreError when it could not be saved; then nothing was changed.
        """
        events = {event.id: event for event in puts}
        brought = list(events.values())
        round_ = self._round(events, frozenset(deletes), quarantined, whole=whole)
        instances = self._events.instances_among(round_.removed)
        own = self.outbox.awaits(brought)
        if whole or own or round_.changes_anything() or not self._covers(mark):
            with self._database.transaction():
                self._keep_visible(instances & kept)
                self._store(round_)
                put_mark(self._database, mark)
                self.outbox.link(brought if own else ())
        changed = sum(events[id_].type is not EventType.MASTER for id_ in round_.changed)
        return Applied(changed=changed, removed=len(instances))

    def _round(
        self, puts: Mapping[str, Event], deletes: frozenset[str], quarantined: Mapping[str, str], *, whole: bool
    ) -> _Round:
        stored = self._database.table(EVENTS)
        lines = {id_: encode(event) for id_, event in puts.items()}
        odd = {id_ or _NAMELESS: reason for id_, reason in quarantined.items()}
        unsettled = self._database.table(QUARANTINE).ids()
        spoken_of = puts.keys() | deletes
        return _Round(
            changed={id_: line for id_, line in lines.items() if stored.raw(id_) != line},
            removed=sorted(id_ for id_ in deletes if stored.raw(id_) is not None),
            returned=[id_ for id_ in self._database.table(GONE).ids() if id_ in puts],
            quarantined=odd,
            understood=[id_ for id_ in unsettled if id_ not in odd and (whole or id_ in spoken_of)],
        )

    def _keep_visible(self, ids: Iterable[str]) -> None:
        events = self._database.table(EVENTS)
        for id_ in sorted(ids):
            line = events.raw(id_)
            assert line is not None
            self._database.table(GONE).put_raw(id_, line)

    def _store(self, round_: _Round) -> None:
        events, quarantine = self._database.table(EVENTS), self._database.table(QUARANTINE)
        for id_, line in round_.changed.items():
            events.put_raw(id_, line)
        events.remove_ids(round_.removed)
        discard(self._database.table(GONE), round_.returned)
        for id_, reason in round_.quarantined.items():
            put(quarantine, id_, Odd(reason))
        discard(quarantine, round_.understood)

    def _covers(self, mark: Mark) -> bool:
        stored = self.mark()
        return stored is not None and replace(stored, link=mark.link) == mark

    # The log

    def last_success(self) -> datetime | None:
        """When the last complete round ended (UTC); None where there is none whose events are still here."""
        if self.mark() is None:
            return None
        with reported(self._synced, "read"):
            return self._database.file_system.touched(self._synced)

    def succeeded(self, at: datetime) -> None:
        """Note that a complete round ended ``at``."""
        with reported(self._synced, "written"):
            self._database.file_system.touch(self._synced, at)

    @property
    def recovery(self) -> Recovery | None:
        """What opening the log had to repair, if anything."""
        return self._database.recovery

    def catch_up(self) -> bool:
        """Take over what other processes committed; says whether there was anything."""
        return self._database.catch_up()

    def close(self) -> None:
        self._database.close()
