"""Where the stored events of one calendar stand: on which days, and in which series.

The index is made when it is first asked for and then follows every commit, this process's and others'. It keeps
ids and day numbers alone: what else there is to know of an event is read from its document. Days of timed events are
UTC days, those of whole-day events the dates themselves. The few very long events stand in a list of their own, so
that the days of an event never take more room than the event.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tui.domain.events import EventType
from tui.domain.timespan import AllDay, Interval, Timed, When
from tui.limits import LONG_EVENT_DAYS
from tui.store.documents import EVENTS, Place, decode_place
from tui.store.memory import Changes
from tui.store.tables import LogDatabase

Days = dict[int, str | set[str]]
"""Day number → the id that stands there, or several. Most days of most calendars hold few."""


class Places:
    """The index of one calendar's events."""

    def __init__(self, database: LogDatabase) -> None:
        self._database = database
        self._is_made = False
        self._timed: Days = {}
        self._whole_days: Days = {}
        self._long: dict[str, range] = {}
        self._members: dict[str, set[str]] = {}
        self._masters = 0
        database.watch(self._follow)

    def candidates(self, window: Interval, days: AllDay) -> list[str]:
        """The ids of all events that may happen in ``window``, or, lasting whole days, on ``days``; by id."""
        self._make()
        timed = range(window.start.toordinal(), window.end.toordinal() + 1)
        dates = range(days.first.toordinal(), days.until.toordinal())
        found = {id_ for id_, span in self._long.items() if _meet(span, timed) or _meet(span, dates)}
        found.update(_standing(self._timed, timed), _standing(self._whole_days, dates))
        return sorted(found)

    def members_of(self, series_id: str) -> frozenset[str]:
        """The ids of the stored occurrences and exceptions of a series."""
        self._make()
        return frozenset(self._members.get(series_id, ()))

    def master_count(self) -> int:
        """How many of the stored events are series masters."""
        self._make()
        return self._masters

    def _make(self) -> None:
        if self._is_made:
            return
        self._is_made = True
        for id_, line in self._database.table(EVENTS).raw_items():
            self._add(id_, decode_place(line))

    def _follow(self, changes: Changes) -> None:
        if not self._is_made:
            return
        for id_, (before, after) in changes.get(EVENTS, {}).items():
            self._remove(id_, decode_place(before))
            self._add(id_, decode_place(after))

    def _add(self, id_: str, place: Place | None) -> None:
        if place is None:
            return
        if place.type is EventType.MASTER:
            self._masters += 1
            return
        if place.series_id:
            self._members.setdefault(place.series_id, set()).add(id_)
        span = _days(place.when)
        if len(span) > LONG_EVENT_DAYS:
            self._long[id_] = span
            return
        days = self._days_of(place)
        for day in span:
            _put(days, day, id_)

    def _remove(self, id_: str, place: Place | None) -> None:
        if place is None:
            return
        if place.type is EventType.MASTER:
            self._masters -= 1
            return
        if members := self._members.get(place.series_id):
            members.discard(id_)
            if not members:
                del self._members[place.series_id]
        if self._long.pop(id_, None) is None:
            days = self._days_of(place)
            for day in _days(place.when):
                _take(days, day, id_)

    def _days_of(self, place: Place) -> Days:
        return self._timed if isinstance(place.when, Timed) else self._whole_days


def happens(when: When, window: Interval, days: AllDay) -> bool:
    """Whether ``when`` has a part in ``window``, or, lasting whole days, in ``days``. An empty one has its start."""
    if isinstance(when, Timed):
        return when.start < window.end and (when.end > window.start or when.start >= window.start)
    return when.first < days.until and (when.until > days.first or when.first >= days.first)


def _days(when: When) -> range:
    """The day numbers of ``when``, at least that of its start; one too many where it ends at midnight."""
    if isinstance(when, Timed):
        first, end = when.start.toordinal(), when.end.toordinal() + 1
    else:
        first, end = when.first.toordinal(), when.until.toordinal()
    return range(first, max(end, first + 1))


def _meet(one: range, other: range) -> bool:
    return one.start < other.stop and other.start < one.stop


def _standing(days: Days, wanted: range) -> Iterator[str]:
    """What stands on the days wanted, however many those are."""
    near: Iterable[int] = wanted if len(wanted) < len(days) else (day for day in days if day in wanted)
    for day in near:
        held = days.get(day, ())
        if isinstance(held, str):
            yield held
        else:
            yield from held


def _put(days: Days, day: int, id_: str) -> None:
    held = days.setdefault(day, id_)
    if isinstance(held, set):
        held.add(id_)
    elif held != id_:
        days[day] = {held, id_}


def _take(days: Days, day: int, id_: str) -> None:
    held = days.get(day)
    if isinstance(held, set):
        held.discard(id_)
    if not held or held == id_:
        days.pop(day, None)
