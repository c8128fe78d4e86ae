"""The events of one calendar as Outlook told them: never what the person wants and Outlook has not confirmed.

What is put here is whole: an occurrence has what only its series master says.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC

import msgspec

from tui.domain.events import Event, EventType
from tui.domain.timespan import AllDay, Interval, Timed, midnight
from tui.store.documents import (
    EVENTS,
    GONE,
    QUARANTINE,
    decode_event,
    decode_place,
    discard,
    put,
    stored_mark,
)
from tui.store.places import Places, happens
from tui.store.tables import LogDatabase


class ServerEvents:
    """The stored events of one calendar. ``places`` is their index."""

    def __init__(self, database: LogDatabase) -> None:
        self.places = Places(database)
        self._database = database

    def event(self, event_id: str) -> Event | None:
        """A stored event of any type."""
        return decode_event(self._database.table(EVENTS).raw(event_id))

    def ids(self) -> list[str]:
        """The ids of everything stored, series masters included."""
        return self._database.table(EVENTS).ids()

    def instances_among(self, ids: Iterable[str]) -> frozenset[str]:
        """Those of the stored events that happen: everything but series masters."""
        table = self._database.table(EVENTS)
        places = {id_: decode_place(table.raw(id_)) for id_ in ids}
        return frozenset(id_ for id_, place in places.items() if place and place.type is not EventType.MASTER)

    def exceptions_of(self, series_id: str) -> frozenset[str]:
        """The ids of the stored exceptions of a series."""
        table = self._database.table(EVENTS)
        places = {id_: decode_place(table.raw(id_)) for id_ in self.places.members_of(series_id)}
        return frozenset(id_ for id_, place in places.items() if place and place.type is EventType.EXCEPTION)

    def instance_count(self) -> int:
        """How many of the stored events happen."""
        return len(self.ids()) - self.places.master_count()

    def put(self, event: Event) -> None:
        """Store what Outlook said of one event outside a round; one that leaves the synced window is let go.

        Belongs into a transaction.
        """
        if self._is_covered(event):
            put(self._database.table(EVENTS), event.id, self._completed(event))
            for table in (GONE, QUARANTINE):
                discard(self._database.table(table), [event.id])
        else:
            discard(self._database.table(EVENTS), [event.id])

    def remove(self, ids: Iterable[str]) -> None:
        """Take out events that Outlook no longer holds; with a series master, its occurrences and exceptions.

        Belongs into a transaction.
        """
        for id_ in ids:
            together = [id_, *self.places.members_of(id_)]
            for table in (EVENTS, GONE, QUARANTINE):
                discard(self._database.table(table), together)

    def _is_covered(self, event: Event) -> bool:
        """A master counts by its occurrences, and so stays where it is stored."""
        mark = stored_mark(self._database)
        is_stored_master = event.type is EventType.MASTER and self.event(event.id) is not None
        return mark is None or is_stored_master or happens(event.when, _instants(mark.window), mark.window)

    def _completed(self, event: Event) -> Event:
        master = self.event(event.series_id) if event.series_id else None
        if master is None:
            return event
        start = event.when.start if isinstance(event.when, Timed) else midnight(event.when.first, UTC)
        return msgspec.structs.replace(
            event,
            series_ical_uid=master.ical_uid,
            repeats=master.repeats,
            original_start=event.original_start or start,
        )


def _instants(days: AllDay) -> Interval:
    return Interval(midnight(days.first, UTC), midnight(days.until, UTC))
