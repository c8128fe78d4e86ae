"""Calendars that Microsoft lists under another id than before.

Connections have followed when such a calendar is first seen here. What was staged under the old id moves along at
once; the events of the old id are shown until those of the new one are read, and are removed then.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain

from msgspec.structs import replace

from tui.domain.events import CalendarKey, EventCopy
from tui.errors import StoreError
from tui.store.database import Database

log = logging.getLogger(__name__)

Copies = tuple[EventCopy, ...]


class Successors:
    """Takes what is stored of an old id over to the new one. What cannot be done now is done by a later round."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._shown: dict[CalendarKey, tuple[tuple[Copies, ...], Copies]] = {}

    def adopt(self, keys: Iterable[CalendarKey]) -> None:
        """Move the staged changes of the old ids of these calendars to them."""
        for key in keys:
            with _postponed():
                self._move(key)

    def forget_old(self, keys: Iterable[CalendarKey]) -> None:
        """Remove what is stored of the old ids of those of these calendars that were read under their new one."""
        for key in keys:
            if self._old_keys(key) and self._database.calendar(key).mark() is not None:
                with _postponed():
                    self._forget(key)

    def copies(self, key: CalendarKey) -> Copies:
        """What a calendar shows: its own events, and those of its old ids until it is read for the first time.

        The same value until one of them changes.
        """
        store = self._database.calendar(key)
        old_keys = self._old_keys(key) if store.mark() is None else ()
        if not old_keys:
            return store.copies()
        parts = (store.copies(), *(self._database.calendar(old).copies() for old in old_keys))
        known = self._shown.get(key)
        if known is None or any(before is not now for before, now in zip(known[0], parts, strict=False)):
            shown = {copy.event.id: copy._replace(calendar=key) for copy in chain(*parts[1:], parts[0])}
            self._shown[key] = known = (parts, tuple(shown.values()))
        return known[1]

    def _move(self, key: CalendarKey) -> None:
        for old in self._old_keys(key):
            self._database.adopt(old, key)

    def _forget(self, key: CalendarKey) -> None:
        self._move(key)
        for old in self._old_keys(key):
            self._database.forget_calendar(old)
        calendar = self._database.roster.calendar(key)
        if calendar is not None:
            self._database.roster.put_calendar(replace(calendar, formerly=()))
        self._shown.pop(key, None)

    def _old_keys(self, key: CalendarKey) -> tuple[CalendarKey, ...]:
        calendar = self._database.roster.calendar(key)
        return tuple(CalendarKey(key.account_id, old) for old in calendar.formerly) if calendar else ()


@contextmanager
def _postponed() -> Iterator[None]:
    try:
        yield
    except StoreError as error:
        log.warning("what is stored of a calendar's old id stays there for now: %s", type(error).__name__)
