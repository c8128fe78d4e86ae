"""What a delta round means for the store, decided without input or output.

The service repeats items, in any order, sends occurrences without their content, and does not announce a deleted
occurrence of a series (Graph pages "event: delta" and "delta query overview"). So: the last mention of an id
wins, an occurrence is completed from its series master, and whatever mentions a series settles the whole set of
its occurrences. The result does not depend on how a round was cut into pages.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from hashlib import blake2b

import msgspec
from msgspec import Struct

from tui.domain.events import Event, EventType
from tui.domain.timespan import AllDay, Timed, When, wanted_window
from tui.limits import RECONCILE_DAYS, WINDOW_MARGIN_DAYS
from tui.outlook.wire import Item, Quarantined, Removed, Sparse
from tui.store.documents import Mark


class Gathered(Struct, frozen=True, kw_only=True):
    """All items of one round, each id once."""

    items: Mapping[str, Event | Sparse]
    removed: frozenset[str]
    quarantined: tuple[Quarantined, ...]
    """Items without a usable id stand here each for itself."""


class Series(Struct, frozen=True, kw_only=True):
    """What is known of one series after a round."""

    master: Event | None
    instances: tuple[Event, ...] | None = None
    """All instances in the window, where the round alone does not settle them."""


class Plan(Struct, frozen=True, kw_only=True):
    """What to put into the store and what to take out of it."""

    puts: tuple[Event, ...]
    deletes: frozenset[str]


def gather(items: Iterable[Item]) -> Gathered:
    """The items of a round's pages in order, the last mention of each id kept."""
    last: dict[str, Item] = {}
    nameless: list[Quarantined] = []
    for item in items:
        if isinstance(item, Quarantined) and not item.id:
            nameless.append(item)
            continue
        last.pop(item.id, None)
        last[item.id] = item
    return Gathered(
        items={name: item for name, item in last.items() if isinstance(item, Event | Sparse)},
        removed=frozenset(name for name, item in last.items() if isinstance(item, Removed)),
        quarantined=(*nameless, *(item for item in last.values() if isinstance(item, Quarantined))),
    )


def series_mentioned(gathered: Gathered) -> frozenset[str]:
    """The ids of all series of which the round says anything."""
    return frozenset(filter(None, (_series_of(item) for item in gathered.items.values())))


def series_settled(gathered: Gathered, exceptions: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """The series of which the round holds the whole set in the window.

    Their master came together with occurrences, and the round speaks of each of the stored ``exceptions`` too:
    whether unchanged ones are repeated is not documented.
    """
    with_occurrences = {_series_of(item) for item in gathered.items.values() if _is_occurrence(item)}
    mentioned = gathered.items.keys() | gathered.removed
    return frozenset(
        name
        for name, item in gathered.items.items()
        if _is_master(item) and name in with_occurrences and exceptions.get(name, frozenset()) <= mentioned
    )


def plan(
    gathered: Gathered,
    *,
    series: Mapping[str, Series],
    members: Mapping[str, frozenset[str]],
    stored: frozenset[str] = frozenset(),
    whole: bool,
) -> Plan:
    """What a round changes.

    ``series`` says what is known of every series mentioned. ``members`` holds, for every id that the round speaks
    of, the ids that the store has of a series of that name. ``whole`` is an initial round: what it lacks of
    ``stored`` is gone. What came but cannot be understood stays as it was: it is not known to be free.
    """
    puts: dict[str, Event] = {}
    for item in gathered.items.values():
        event = _completed(item, series)
        if event is not None:
            puts[event.id] = event
    for known in series.values():
        if known.master is not None:
            puts.setdefault(known.master.id, known.master)
        for instance in known.instances or ():
            puts[instance.id] = with_master(instance, known.master)
    deletes = gathered.removed.union(*members.values())
    deletes |= {name for name, known in series.items() if known.master is None}
    if whole:
        deletes |= stored
    odd = {item.id for item in gathered.quarantined}
    return Plan(puts=tuple(puts.values()), deletes=deletes - puts.keys() - odd)


def complete(occurrence: Sparse, master: Event) -> Event:
    """A whole event from a sparse occurrence and its series master."""
    when = _like(master.when, occurrence.when)
    return msgspec.structs.replace(
        master,
        id=occurrence.id,
        when=when,
        etag=occurrence.etag,
        type=EventType.OCCURRENCE,
        ical_uid="",
        series_id=occurrence.series_id,
        series_ical_uid=master.ical_uid,
        original_start=start_of(when),
        transaction_id="",
    )


def with_master(event: Event, master: Event | None) -> Event:
    """An occurrence or exception with what only its master says."""
    if master is None:
        return event
    return msgspec.structs.replace(
        event,
        series_ical_uid=master.ical_uid,
        repeats=master.repeats,
        original_start=event.original_start or start_of(event.when),
    )


def start_of(when: When) -> datetime:
    """The start as an instant; of whole days, midnight UTC of the first."""
    return when.start if isinstance(when, Timed) else datetime.combine(when.first, time(), UTC)


def starts_in(when: When, window: AllDay) -> bool:
    """Whether ``when`` begins on one of the UTC days of ``window``."""
    return window.first <= start_of(when).date() < window.until


def with_margin(window: AllDay) -> AllDay:
    """``window`` with room ahead, so that the next days need no initial round."""
    return AllDay(window.first, window.until + timedelta(days=WINDOW_MARGIN_DAYS))


def still_good(mark: Mark | None, today: date, past_days: int, future_days: int) -> bool:
    """Whether the link of ``mark`` covers the days wanted today and was made for these settings."""
    if mark is None or (mark.past_days, mark.future_days) != (past_days, future_days):
        return False
    wanted = wanted_window(today, past_days, future_days)
    return mark.window.first <= wanted.first and wanted.until <= mark.window.until


def is_reconciliation_due(mark: Mark, today: date, calendar_id: str) -> bool:
    """Whether the whole window is to be read afresh, as once a week: what a list of changes kept silent about.

    The day of the week is the calendar's own, so that not all are read afresh on the same day.
    """
    if mark.reconciled is None:
        return True
    days = int.from_bytes(blake2b(calendar_id.encode("utf-8", "surrogatepass"), digest_size=8).digest())
    first, last = ((day.toordinal() + days) // RECONCILE_DAYS for day in (mark.reconciled, today))
    return first != last


def _completed(item: Event | Sparse, series: Mapping[str, Series]) -> Event | None:
    """The event to store, or None for an occurrence whose series is gone or is settled by its instances."""
    known = series.get(_series_of(item))
    if isinstance(item, Sparse):
        if known is None or known.master is None or known.instances is not None:
            return None
        return complete(item, known.master)
    if known is None or item.type is EventType.MASTER:
        return item
    return with_master(item, known.master) if known.instances is None else None


def _like(model: When, when: When) -> When:
    """A sparse occurrence does not say that it lasts all day; its master does."""
    if isinstance(model, AllDay) and isinstance(when, Timed):
        return AllDay(when.start.date(), when.end.date())
    return when


def _series_of(item: Event | Sparse) -> str:
    return item.id if _is_master(item) else item.series_id


def _is_master(item: Event | Sparse) -> bool:
    return isinstance(item, Event) and item.type is EventType.MASTER


def _is_occurrence(item: Event | Sparse) -> bool:
    return isinstance(item, Sparse) or item.type is EventType.OCCURRENCE
