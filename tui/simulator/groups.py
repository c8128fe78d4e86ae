"""The two things a calendar holds: a single event, and a series with all its occurrences and exceptions.

A group is what a delta query never splits over pages and always sends again as a whole. Groups are never changed,
only replaced.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any

from tui.simulator import opaque, zones
from tui.simulator.events import Item, instant_of_original, timed
from tui.simulator.recurrence import Expansion, day_of, expansion_of

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
OUTLOOK_UID = re.compile(r"^040000008200E00074C5B7101A82E008[0-9A-F]{8}")


@dataclass(frozen=True, slots=True)
class Single:
    """A single event; `order` is its place among the groups of its calendar."""

    order: int
    head: Item

    def find(self, item_id: str) -> Item | None:
        return self.head if item_id == self.head.id else None

    def called(self, uid: str) -> Item | None:
        return self.head if self.head.event["iCalUId"] == uid else None

    def within(self, begin: datetime, end: datetime) -> list[Item]:
        """What a calendar view shows of it in `[begin, end)`."""
        return [self.head] if self.head.overlaps(begin, end) else []

    def in_delta(self, begin: datetime, end: datetime) -> list[Item]:
        """What a delta query sends of it for the window `[begin, end)`."""
        return self.within(begin, end)


@dataclass(frozen=True, slots=True)
class Series:
    """A series: its master, the instances that stand by themselves, and the rule for the others.

    Without `expansion` the series has exactly its `instances`. `taken` are the days that the rule must leave out:
    cancelled ones, and those that an instance stands for.
    """

    order: int
    head: Item
    instances: Mapping[str, Item]
    expansion: Expansion | None
    taken: frozenset[date]
    generated: dict[datetime, Item] = field(default_factory=dict, repr=False, compare=False)

    def find(self, item_id: str) -> Item | None:
        if item_id == self.head.id:
            return self.head
        return self.instances.get(item_id) or self._occurrence_named(item_id)

    def called(self, uid: str) -> Item | None:
        """The master or the instance that has this iCalUId."""
        if self.head.event["iCalUId"] == uid:
            return self.head
        known = next((item for item in self.instances.values() if item.event["iCalUId"] == uid), None)
        day = None if known else day_in_uid(str(self.head.event["iCalUId"]), uid)
        if day is None:
            return known
        near = self.within(day - timedelta(days=2), day + timedelta(days=2))
        return next((item for item in near if item.event["iCalUId"] == uid), None)

    def neighbours(self, item: Item) -> tuple[Item | None, Item | None]:
        """The instances before and after one of this series, in the order that its rule gave them."""
        place = instant_of_original(item)
        known = sorted(self.instances.values(), key=instant_of_original)
        before = [other for other in known if instant_of_original(other) < place][-1:]
        after = [other for other in known if instant_of_original(other) > place][:1]
        if self.expansion is not None:
            before += self._first_left(self.expansion.before(place))
            after += self._first_left(self.expansion.after(place))
        return max(before, key=instant_of_original, default=None), min(after, key=instant_of_original, default=None)

    def _first_left(self, starts: Iterator[datetime]) -> list[Item]:
        """The first occurrence among these starts that nothing took the place of."""
        found = (item for item in map(self._occurrence, starts) if item is not None)
        return list(islice(found, 1))

    def within(self, begin: datetime, end: datetime) -> list[Item]:
        """Occurrences and exceptions that overlap `[begin, end)`, by start; never the master."""
        items = [item for item in self.instances.values() if item.overlaps(begin, end)]
        if self.expansion is not None:
            starts = self.expansion.between(begin - self._length, end)
            items += [item for item in map(self._occurrence, starts) if item and item.overlaps(begin, end)]
        return sorted(items, key=lambda item: item.start)

    def in_delta(self, begin: datetime, end: datetime) -> list[Item]:
        """The master, wherever it starts, and all instances in the window; nothing when none is in it."""
        instances = self.within(begin, end)
        return [self.head, *instances] if instances else []

    @property
    def earliest(self) -> datetime:
        """No instance starts before this."""
        starts = [item.start for item in self.instances.values()]
        first = None if self.expansion is None else self.expansion.first()
        return min([*starts, *([] if first is None else [first])], default=self.head.start)

    @property
    def _length(self) -> timedelta:
        return self.head.end - self.head.start

    def _occurrence(self, start: datetime) -> Item | None:
        if day_of(start, self.head.event) in self.taken:
            return None
        if start not in self.generated:
            self.generated[start] = occurrence_of(self.head, start)
        return self.generated[start]

    def _occurrence_named(self, item_id: str) -> Item | None:
        start = start_in_id(self.head.id, item_id)
        if start is None or self.expansion is None:
            return None
        return self._occurrence(start) if self.expansion.between(start, start + timedelta(minutes=1)) else None


Group = Single | Series


def occurrence_of(master: Item, start: datetime) -> Item:
    """The occurrence of a series that its rule puts at `start`."""
    event = {name: value for name, value in master.event.items() if name != "cancelledOccurrences"}
    event |= {
        "id": occurrence_id(master.id, start),
        "type": "occurrence",
        "seriesMasterId": master.id,
        "recurrence": None,
        "transactionId": None,
        "originalStart": zones.write_instant(start),
        "iCalUId": occurrence_uid(str(master.event["iCalUId"]), start, day_of(start, master.event)),
    }
    return timed(event, start, start + (master.end - master.start))


def occurrence_id(master_id: str, start: datetime) -> str:
    """The id of an occurrence: made of its series and its time, so that a moved series has new ones."""
    minutes = (start - EPOCH) // timedelta(minutes=1)
    return master_id.rstrip("=") + opaque.base64url(minutes.to_bytes(6, "big", signed=True))


def start_in_id(master_id: str, item_id: str) -> datetime | None:
    """The start that an id of this series was made of, None when it is another's."""
    stem, tail = item_id[:-8], item_id[-8:]
    if stem != master_id.rstrip("="):
        return None
    try:
        minutes = int.from_bytes(opaque.from_base64url(tail), "big", signed=True)
        return EPOCH + timedelta(minutes=minutes)
    except (ValueError, OverflowError):
        return None


def occurrence_uid(uid: str, start: datetime, day: date) -> str:
    """The iCalUId of an occurrence: Outlook writes its date into the global object id."""
    if OUTLOOK_UID.match(uid):
        return f"{uid[:32]}{day.year:04X}{day.month:02X}{day.day:02X}{uid[40:]}"
    return f"{uid}::{start.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def day_in_uid(series_uid: str, uid: str) -> datetime | None:
    """Midnight UTC of the day that an occurrence's iCalUId names, None when it is not of this series."""
    try:
        if OUTLOOK_UID.match(uid) and OUTLOOK_UID.match(series_uid):
            is_same = (uid[:32], uid[40:]) == (series_uid[:32], series_uid[40:])
            digits = uid[32:40]
            day = datetime(int(digits[:4], 16), int(digits[4:6], 16), int(digits[6:], 16), tzinfo=UTC)
        else:
            stem, _, stamp = uid.rpartition("::")
            is_same = stem == series_uid
            day = datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None
    return day if is_same else None


def cancelled_days(master: Item) -> frozenset[date]:
    """The days in `cancelledOccurrences`, strings like `OID.<master>.<yyyy-MM-dd>`; raises `ValueError`."""
    names = master.event.get("cancelledOccurrences") or ()
    return frozenset(date.fromisoformat(str(name).rpartition(".")[2]) for name in names)


def cancelled_name(master: Item, day: date) -> str:
    return f"OID.{master.id}.{day.isoformat()}"


def listed_series(order: int, master: Item, instances: Iterable[Item]) -> Series:
    """A series that has exactly these instances."""
    return Series(order, master, {item.id: item for item in instances}, None, frozenset())


def ruled_series(order: int, master: Item, exceptions: Mapping[str, Item] | None = None) -> Series:
    """A series that is expanded by its rule, less its cancelled days; raises `ValueError` for a bad rule."""
    kept = dict(exceptions or {})
    taken = {day_of(instant_of_original(item), master.event) for item in kept.values()}
    return Series(order, master, kept, expansion_of(master.event, master.start), cancelled_days(master) | taken)


def group_of(order: int, head: Item, instances: Iterable[Item] = ()) -> Group:
    """The group of a single event or of a master with the instances that are known of it."""
    if head.type != "seriesMaster":
        return Single(order, head)
    listed = list(instances)
    return listed_series(order, head, listed) if listed else ruled_series(order, head)


def without_day(series: Series, item: Item) -> Series:
    """The series after one of its instances was cancelled."""
    instances = {key: value for key, value in series.instances.items() if key != item.id}
    day = day_of(instant_of_original(item), series.head.event)
    names = [*(series.head.event.get("cancelledOccurrences") or ()), cancelled_name(series.head, day)]
    head = Item({**series.head.event, "cancelledOccurrences": names}, series.head.start, series.head.end)
    return Series(series.order, head, instances, series.expansion, series.taken | {day})


def with_exception(series: Series, item: Item) -> Series:
    """The series after one of its instances became, or changed as, an exception."""
    day = day_of(instant_of_original(item), series.head.event)
    return Series(
        series.order, series.head, {**series.instances, item.id: item}, series.expansion, series.taken | {day}
    )


def with_head(series: Series, head: Item) -> Series:
    """The series after a change of its master that moved nothing: instances follow where they were like the master."""
    old = series.head.event
    changed = {name: value for name, value in head.event.items() if value != old.get(name) and name in INHERITED}
    instances = {key: inheriting(item, old, changed) for key, item in series.instances.items()}
    return Series(series.order, head, instances, series.expansion, series.taken)


INHERITED = frozenset({
    "subject", "body", "bodyPreview", "importance", "sensitivity", "showAs", "categories", "location", "locations",
    "attendees", "organizer", "isOrganizer", "isCancelled", "responseStatus", "responseRequested", "isReminderOn",
    "reminderMinutesBeforeStart", "isOnlineMeeting", "onlineMeeting", "onlineMeetingProvider", "changeKey",
    "@odata.etag", "lastModifiedDateTime", "hideAttendees", "allowNewTimeProposals",
})  # fmt: skip


VERSION = frozenset({"changeKey", "@odata.etag", "lastModifiedDateTime"})


def inheriting(item: Item, old: Mapping[str, Any], changed: Mapping[str, Any]) -> Item:
    """An instance after a change of its master; an exception that follows in anything has a new version too."""
    if item.type == "occurrence":
        return Item({**item.event, **changed}, item.start, item.end)
    own = {name: value for name, value in changed.items() if name not in VERSION and item.event[name] == old[name]}
    if not own:
        return item
    return Item({**item.event, **changed_version(changed), **own}, item.start, item.end)


def changed_version(changed: Mapping[str, Any]) -> dict[str, Any]:
    return {name: changed[name] for name in VERSION if name in changed}
