"""The three stores that are measured beside each other, behind one interface.

All hold the same events as the same JSON, and a change is on the disk when ``apply`` returns. ``Ours`` is the
store of this program. ``SQLite`` is what a careful programmer would write: a write-ahead log with full
synchronisation, one transaction per round, an index on the instants, and no write for a row that says the same.
``PlainTinyDB`` is TinyDB with its own JSON storage in one file; it is spared the delta link, which would cost it
another rewrite of the file, and its file is written for it at first. Each loads its own libraries and nothing of the
others.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import msgspec
from bench_week import WEEK, calendar_key, is_in_week

from tui.domain.events import CalendarKey, Event, EventType
from tui.domain.timespan import AllDay, When, placed

if TYPE_CHECKING:
    from tui.store.documents import Mark

Calendars = Iterable[tuple[CalendarKey, Iterable[Event]]]

_encode = msgspec.json.Encoder().encode
_decode_event = msgspec.json.Decoder(Event).decode


class Contender(Protocol):
    """A store of events in a directory of its own. Making one opens it."""

    @staticmethod
    def load() -> None:
        """Load the libraries."""

    def fill(self, calendars: Calendars, mark: Mark) -> None:
        """Store whole calendars, as initial rounds do."""

    def apply(self, key: CalendarKey, events: Sequence[Event], mark: Mark) -> None:
        """Store the events that a round brought and where the next one starts; durable on return."""

    def week(self, calendars: int) -> list[Event]:
        """The events of all calendars that happen in the week."""

    def everything(self, calendars: int) -> list[object]:
        """Every event that happens, in the form in which this store hands events out."""

    def close(self) -> None:
        """Let go of the files."""


class Ours:
    """The store of this program."""

    @staticmethod
    def load() -> None:
        import tui.store.database  # noqa: F401

    def __init__(self, directory: Path) -> None:
        from tui.store.database import Database

        self._database = Database(directory)

    def fill(self, calendars: Calendars, mark: Mark) -> None:
        for key, events in calendars:
            self._database.calendar(key).apply(events, (), {}, mark, whole=True)

    def apply(self, key: CalendarKey, events: Sequence[Event], mark: Mark) -> None:
        self._database.calendar(key).apply(events, (), {}, mark)

    def quiet_round(self, calendars: int, mark: Mark) -> None:
        """A round that brings nothing to any calendar."""
        now = datetime.now(UTC)
        for number in range(calendars):
            store = self._database.calendar(calendar_key(number))
            store.apply((), (), {}, mark)
            store.succeeded(now)

    def week(self, calendars: int) -> list[Event]:
        days = AllDay(WEEK.start.date(), WEEK.end.date())
        stores = [self._database.calendar(calendar_key(number)) for number in range(calendars)]
        return [copy.event for store in stores for copy in store.copies_between(WEEK, days) if is_in_week(copy.event)]

    def everything(self, calendars: int) -> list[object]:
        stores = (self._database.calendar(calendar_key(number)) for number in range(calendars))
        return [copy.event for store in stores for copy in store.copies()]

    def close(self) -> None:
        self._database.close()


class SQLite:
    """Rows of JSON in one file."""

    _SCHEMA = """
        CREATE TABLE IF NOT EXISTS calendars (number INTEGER PRIMARY KEY, name TEXT UNIQUE, mark TEXT);
        CREATE TABLE IF NOT EXISTS events (
            calendar INTEGER, id TEXT, happens INTEGER, starts INTEGER, ends INTEGER, document TEXT,
            UNIQUE (calendar, id)
        );
        CREATE INDEX IF NOT EXISTS events_by_time ON events (happens, starts, ends);
    """
    _UPSERT = """
        INSERT INTO events VALUES (?, ?, ?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET happens = excluded.happens, starts = excluded.starts, ends = excluded.ends,
            document = excluded.document
        WHERE excluded.document <> document
    """

    @staticmethod
    def load() -> None:
        import sqlite3  # noqa: F401

    def __init__(self, directory: Path) -> None:
        import sqlite3

        directory.mkdir(exist_ok=True)
        self._connection = sqlite3.connect(directory / "events.sqlite", isolation_level=None)
        self._connection.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;" + self._SCHEMA)

    def fill(self, calendars: Calendars, mark: Mark) -> None:
        for key, events in calendars:
            self.apply(key, events, mark)

    def apply(self, key: CalendarKey, events: Iterable[Event], mark: Mark) -> None:
        self._connection.execute("BEGIN IMMEDIATE")
        calendar = self._calendar(" ".join(key))
        before = self._connection.total_changes
        self._connection.executemany(self._UPSERT, (_row(calendar, event) for event in events))
        if self._connection.total_changes > before:
            values = (_encode(mark).decode(), calendar)
            self._connection.execute("UPDATE calendars SET mark = ? WHERE number = ?", values)
        self._connection.execute("COMMIT")

    def week(self, calendars: int) -> list[Event]:
        query = "SELECT document FROM events WHERE happens AND starts < ? AND ends > ?"
        rows = self._connection.execute(query, (WEEK.end.timestamp(), WEEK.start.timestamp()))
        return [event for (document,) in rows if is_in_week(event := _decode_event(document))]

    def everything(self, calendars: int) -> list[object]:
        rows = self._connection.execute("SELECT document FROM events WHERE happens")
        return [_decode_event(document) for (document,) in rows]

    def close(self) -> None:
        self._connection.close()

    def _calendar(self, name: str) -> int:
        self._connection.execute("INSERT OR IGNORE INTO calendars (name) VALUES (?)", (name,))
        found: tuple[int] = self._connection.execute("SELECT number FROM calendars WHERE name = ?", (name,)).fetchone()
        return found[0]


class PlainTinyDB:
    """TinyDB as it comes: one JSON file, a table for each calendar."""

    @staticmethod
    def load() -> None:
        import tinydb  # noqa: F401

    def __init__(self, directory: Path) -> None:
        from tinydb import TinyDB

        directory.mkdir(exist_ok=True)
        self._path = directory / "events.json"
        self._database = TinyDB(self._path, ensure_ascii=False)
        self._numbers: dict[str, int] = {}
        """Of the one calendar that is changed: event id to TinyDB's number of the document."""

    def fill(self, calendars: Calendars, mark: Mark) -> None:
        with self._path.open("wb") as file:
            for place, (key, events) in enumerate(calendars):
                file.write(b"%b%b: {" % (b", " if place else b"{", _encode(" ".join(key))))
                rows = (b'"%d": %b' % (number, _encode(event)) for number, event in enumerate(events, 1))
                file.writelines(b", " + row if number else row for number, row in enumerate(rows))
                file.write(b"}")
            file.write(b"}")

    def apply(self, key: CalendarKey, events: Sequence[Event], mark: Mark) -> None:
        documents = {event.id: _builtins(event) for event in events}

        def renew(document: Any) -> None:
            document.update(documents[document["id"]])

        table = self._database.table(" ".join(key))
        if not self._numbers:
            self._numbers = {document["id"]: document.doc_id for document in table}
        table.update(renew, doc_ids=[self._numbers[event.id] for event in events])

    def week(self, calendars: int) -> list[Event]:
        found = (
            document
            for document in self._documents()
            if placed(msgspec.convert(document["when"], When), UTC).overlaps(WEEK)
        )
        return [event for document in found if is_in_week(event := msgspec.convert(document, Event))]

    def everything(self, calendars: int) -> list[object]:
        return [document for document in self._documents() if document.get("type") != EventType.MASTER]

    def close(self) -> None:
        self._database.close()

    def _documents(self) -> Iterator[Any]:
        """All documents, from one reading of the file: a table at a time, TinyDB would read it once for each."""
        for rows in (self._database.storage.read() or {}).values():
            yield from rows.values()


CONTENDERS: dict[str, type[Ours] | type[PlainTinyDB] | type[SQLite]] = {
    "ours": Ours,
    "tinydb": PlainTinyDB,
    "sqlite": SQLite,
}


def _row(calendar: int, event: Event) -> tuple[int, str, bool, int, int, str]:
    happens = placed(event.when, UTC)
    starts, ends = int(happens.start.timestamp()), int(happens.end.timestamp())
    return calendar, event.id, event.type is not EventType.MASTER, starts, ends, _encode(event).decode()


def _builtins(event: Event) -> dict[str, Any]:
    document: dict[str, Any] = msgspec.json.decode(_encode(event))
    return document
