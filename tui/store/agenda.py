"""What one calendar shows: the stored events, those that Outlook no longer lists and the person has not seen go,
and over them what the person wants.

What is handed out is immutable and stays the same value until something in it changes. Events are decoded when they
are asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from tui.domain.bookings import overlay
from tui.domain.events import CalendarKey, Event, EventCopy, EventType
from tui.domain.timespan import AllDay, Interval
from tui.store.documents import EVENTS, GONE, decode_event
from tui.store.memory import Changes
from tui.store.outbox import Outbox
from tui.store.places import happens
from tui.store.recovery import OUTBOX
from tui.store.server_events import ServerEvents
from tui.store.tables import LogDatabase

_WINDOWS_KEPT = 8

Wanted = Mapping[str, Event | None]
"""By id, what the person wants an event to be; None where there is to be none."""


class Agenda:
    """The copies of meetings that one calendar shows."""

    def __init__(self, key: CalendarKey, database: LogDatabase, events: ServerEvents, outbox: Outbox) -> None:
        self._key = key
        self._database = database
        self._events = events
        self._outbox = outbox
        self._stored: dict[str, EventCopy] | None = None
        self._gone: tuple[EventCopy, ...] | None = None
        self._wanted: Wanted | None = None
        self._last_wanted: Wanted = {}
        self._all: tuple[EventCopy, ...] | None = None
        self._windows: dict[tuple[Interval, AllDay], tuple[EventCopy, ...]] = {}
        database.watch(self._follow)

    def copies(self) -> tuple[EventCopy, ...]:
        """All events that happen: everything but series masters."""
        wanted = self._now_wanted()
        if self._all is None:
            if self._stored is None:
                self._stored = dict(self._decoded(self._database.table(EVENTS).ids()))
            stored = (copy for id_, copy in self._stored.items() if id_ not in wanted)
            self._all = (*(stored if wanted else self._stored.values()), *self._gone_copies(), *self._pending(wanted))
        return self._all

    def between(self, window: Interval, days: AllDay) -> tuple[EventCopy, ...]:
        """The events that happen in ``window`` and those of whole days that happen on ``days``."""
        wanted = self._now_wanted()
        found = self._windows.get((window, days))
        if found is None:
            if len(self._windows) >= _WINDOWS_KEPT:
                self._windows.clear()
            found = tuple(self._between(window, days, wanted))
            self._windows[window, days] = found
        return found

    def _between(self, window: Interval, days: AllDay, wanted: Wanted) -> Iterator[EventCopy]:
        near = (id_ for id_ in self._events.places.candidates(window, days) if id_ not in wanted)
        stored = (copy for _, copy in self._decoded(near))
        for copies in (stored, self._gone_copies(), self._pending(wanted)):
            yield from (copy for copy in copies if happens(copy.event.when, window, days))

    def _decoded(self, ids: Iterable[str]) -> Iterator[tuple[str, EventCopy]]:
        """The stored instances among ``ids``."""
        known = self._stored
        for id_ in ids:
            copy = known.get(id_) if known is not None else self._instance(self._events.event(id_))
            if copy is not None:
                yield id_, copy

    def _instance(self, event: Event | None) -> EventCopy | None:
        return None if event is None or event.type is EventType.MASTER else EventCopy(self._key, event)

    def _gone_copies(self) -> tuple[EventCopy, ...]:
        if self._gone is None:
            events = (decode_event(line) for _, line in self._database.table(GONE).raw_items())
            copies = (self._instance(event and msgspec.structs.replace(event, is_gone=True)) for event in events)
            self._gone = tuple(copy for copy in copies if copy is not None)
        return self._gone

    def _pending(self, wanted: Wanted) -> Iterator[EventCopy]:
        for event in wanted.values():
            if event is not None and event.type is not EventType.MASTER:
                yield EventCopy(self._key, event, pending=True)

    def _now_wanted(self) -> Wanted:
        """The overlay. What was handed out stays good when an entry changed and what it shows did not."""
        if self._wanted is None:
            entries = self._outbox.entries()
            self._wanted = overlay(entries, self._events.event, self._members) if entries else {}
            if self._wanted != self._last_wanted:
                self._forget()
            self._last_wanted = self._wanted
        return self._wanted

    def _members(self, series_id: str) -> list[str]:
        return sorted(self._events.places.members_of(series_id))

    def _forget(self) -> None:
        self._all = None
        self._windows.clear()

    def _follow(self, changes: Changes) -> None:
        if OUTBOX in changes:
            self._wanted = None
        if GONE in changes:
            self._gone = None
            self._forget()
        if EVENTS in changes:
            self._wanted = None
            self._forget()
            self._renew({id_: after for id_, (_, after) in changes[EVENTS].items()})

    def _renew(self, lines: Mapping[str, bytes | None]) -> None:
        if self._stored is None:
            return
        for id_, line in lines.items():
            copy = self._instance(decode_event(line))
            if copy is None:
                self._stored.pop(id_, None)
            else:
                self._stored[id_] = copy
