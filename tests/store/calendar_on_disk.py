"""A calendar on a disk in memory, and short ways to write down what stands in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from log_workload import LOG, options
from recording_disk import RecordingDisk

from tui.domain.bookings import Create, Update, Wanted
from tui.domain.events import CalendarKey, Event, EventType, Repeats, ShowAs
from tui.domain.timespan import AllDay, Timed
from tui.store.calendars import CalendarStore
from tui.store.documents import Mark
from tui.store.tables import LogDatabase

KEY = CalendarKey("ana.home", "calendar")
SYNCED = Path(LOG).with_suffix(".synced")
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
WINDOW = AllDay(date(2026, 11, 1), date(2027, 1, 1))
MARK = Mark(link="link-1", window=WINDOW, past_days=22, future_days=37)


def database_on(disk: RecordingDisk, new_id: Callable[[], str] | None = None) -> LogDatabase:
    numbers = count(1)
    return LogDatabase(LOG, options=options(disk, slack=100_000), new_id=new_id or (lambda: f"id-{next(numbers)}"))


def store_on(disk: RecordingDisk, new_id: Callable[[], str] | None = None) -> CalendarStore:
    return CalendarStore(KEY, database_on(disk, new_id), SYNCED)


def again(disk: RecordingDisk) -> CalendarStore:
    """The calendar as the next start finds it."""
    return store_on(RecordingDisk({path: bytes(inode.content) for path, inode in disk.names.items()}))


def hours(start: str, end: str, day: int = 23) -> Timed:
    """Wall clocks as 09:30 on a day of November 2026, UTC."""
    first = datetime(2026, 11, day, tzinfo=UTC)
    return Timed(*(first + timedelta(hours=int(clock[:2]), minutes=int(clock[3:])) for clock in (start, end)))


def event(event_id: str, **fields: Any) -> Event:
    """From nine to ten unless told otherwise."""
    usual = {"when": hours("09:00", "10:00"), "etag": f"{event_id}-1", "subject": event_id}
    return Event(id=event_id, **{**usual, **fields})


def series(master_id: str, *days: int, **fields: Any) -> list[Event]:
    """A master and an occurrence on each of the days."""
    master = event(master_id, type=EventType.MASTER, ical_uid=f"uid-{master_id}", repeats=Repeats("daily"), **fields)
    return [master, *(occurrence(master, day) for day in days)]


def occurrence(master: Event, day: int, **fields: Any) -> Event:
    when = hours("09:00", "10:00", day)
    usual = {"type": EventType.OCCURRENCE, "series_ical_uid": master.ical_uid, "repeats": master.repeats}
    fields = {**usual, "original_start": when.start, **fields}
    return event(f"{master.id}-{day}", when=when, series_id=master.id, **fields)


def round_of(store: CalendarStore, *events: Event, deletes: Iterable[str] = (), **more: Any) -> None:
    """A round brings these events."""
    store.apply(events, deletes, {}, more.pop("mark", MARK), **more)


def a_create(subject: str = "lunch", transaction_id: str = "tx-1", **wanted: Any) -> Create:
    fields = {"subject": subject, "when": hours("12:00", "13:00"), "show_as": ShowAs.BUSY, **wanted}
    return Create(wanted=Wanted(**fields), transaction_id=transaction_id)


def an_update(**wanted: Any) -> Update:
    return Update(wanted=Wanted(**wanted))


def shown(store: CalendarStore) -> dict[str, tuple[str, bool]]:
    """What is seen of the calendar: by id the subject, and whether it waits for Outlook."""
    return {copy.event.id: (copy.event.subject, copy.pending) for copy in store.copies()}
