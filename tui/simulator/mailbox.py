"""The state of a mailbox: calendars, their events, and the log of changes that delta queries read.

Every write stamps the item with a new change key and appends to the log; nothing else changes a calendar.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote

from tui.simulator import opaque, zones
from tui.simulator.events import DEFAULTS, Item, read_item, stamped
from tui.simulator.groups import (
    Group,
    Series,
    Single,
    group_of,
    ruled_series,
    with_exception,
    with_head,
    without_day,
)

PERSONAL, WORK = "personal", "work"


class UnknownItemError(LookupError):
    """An id that no calendar of the mailbox knows."""


@dataclass(frozen=True, slots=True)
class Change:
    """One entry of a calendar's log: a group that changed, what it was before (None when it is new), and the ids that
    ceased to exist with it.
    """

    sequence: int
    group_id: str
    before: Group | None = None
    removed: tuple[str, ...] = ()
    removed_occurrence: str | None = None


@dataclass(slots=True)
class Calendar:
    """One calendar: its properties as Graph names them, its groups in order, and its log."""

    properties: dict[str, Any]
    groups: dict[str, Group] = field(default_factory=dict)
    parents: dict[str, str] = field(default_factory=dict)
    log: list[Change] = field(default_factory=list)
    last_order: int = 0
    requests: int = 0

    @property
    def id(self) -> str:
        return str(self.properties["id"])

    @property
    def name(self) -> str:
        return str(self.properties["name"])

    def next_order(self) -> int:
        self.last_order += 1
        return self.last_order

    def put(self, group: Group) -> None:
        """Add a group, or replace the one of the same id in its place."""
        self.groups[group.head.id] = group
        if isinstance(group, Series):
            self.parents.update(dict.fromkeys(group.instances, group.head.id))

    def group_with(self, item_id: str) -> Group | None:
        """The group that an id belongs to, be it single, master, occurrence or exception."""
        group = self.groups.get(item_id) or self.groups.get(self.parents.get(item_id, ""))
        if group is None:
            group = self._series_named_in(item_id)
        return group if group is not None and group.find(item_id) is not None else None

    def _series_named_in(self, item_id: str) -> Group | None:
        stem = item_id[:-8]
        candidates = (self.groups.get(stem + padding) for padding in ("", "=", "=="))
        return next((group for group in candidates if group is not None), None)

    def find(self, item_id: str) -> Item | None:
        group = self.group_with(item_id)
        return None if group is None else group.find(item_id)

    def view(self, begin: datetime, end: datetime) -> list[Item]:
        """Everything but masters that overlaps `[begin, end)`, by start."""
        items = [item for group in self.groups.values() for item in group.within(begin, end)]
        return sorted(items, key=lambda item: (item.start, item.id))

    def called(self, uid: str) -> Item | None:
        """The event, or the instance of a series, that has this iCalUId."""
        found = (group.called(uid) for group in self.groups.values())
        return next((item for item in found if item is not None), None)

    def groups_at(self, sequence: int) -> Mapping[str, Group]:
        """The groups by id as they were when the log ended at a sequence number, in order."""
        if not self.log or self.log[-1].sequence <= sequence:
            return self.groups
        groups = dict(self.groups)
        for change in reversed(self.log):
            if change.sequence <= sequence:
                break
            if change.before is None:
                groups.pop(change.group_id, None)
            else:
                groups[change.group_id] = change.before
        return dict(sorted(groups.items(), key=lambda entry: entry[1].order))

    def changed_between(self, since: int, until: int) -> dict[str, list[Change]]:
        """The log in `(since, until]`, by group, in the order of the last change of each."""
        changes: dict[str, list[Change]] = {}
        for change in self.log:
            if since < change.sequence <= until:
                changes[change.group_id] = [*changes.pop(change.group_id, []), change]
        return changes


@dataclass(slots=True)
class Mailbox:
    """One person's mailbox.

    `generation` counts the times that all delta tokens were made void. Delta queries see a change only after
    `lateness` more requests; `hidden` are the changes that wait: their numbers, and the last request that misses them.
    `mails` are those received, `sent` those sent, oldest first.
    """

    address: str
    name: str
    kind: str
    time_zone: str
    calendars: dict[str, Calendar] = field(default_factory=dict)
    sequence: int = 0
    generation: int = 0
    requests: int = 0
    mails: list[dict[str, Any]] = field(default_factory=list)
    sent: list[dict[str, Any]] = field(default_factory=list)
    lateness: int = 0
    hidden: list[tuple[int, int]] = field(default_factory=list)

    @property
    def id(self) -> str:
        return opaque.guid("mailbox", self.address.lower())

    @property
    def tenant(self) -> str:
        """The directory of the account: one for all personal ones, else one for each domain."""
        if self.kind == PERSONAL:
            return opaque.PERSONAL_TENANT
        return opaque.guid("tenant", self.address.lower().rpartition("@")[2])

    @property
    def default_calendar(self) -> Calendar | None:
        marked = (calendar for calendar in self.calendars.values() if calendar.properties["isDefaultCalendar"])
        return next(marked, None)

    def calendar_called(self, id_or_name: str) -> Calendar | None:
        named = (calendar for calendar in self.calendars.values() if calendar.name == id_or_name)
        return self.calendars.get(id_or_name) or next(named, None)

    def holder_of(self, item_id: str) -> Calendar | None:
        """The calendar that an event is in."""
        return next((calendar for calendar in self.calendars.values() if calendar.find(item_id)), None)

    def item(self, item_id: str) -> Item:
        """The event, master or instance of an id; raises `UnknownItemError`."""
        return self._located(item_id)[2]

    def exceptions_of(self, item: Item) -> list[Item]:
        """The instances of a master that stand by themselves; none for anything else."""
        calendar = self.holder_of(item.id)
        group = None if calendar is None else calendar.groups.get(item.id)
        instances = group.instances.values() if isinstance(group, Series) else ()
        return [instance for instance in instances if instance.type == "exception"]

    def called(self, uid: str) -> Item | None:
        """The event or instance that has this iCalUId: the own copy of a meeting that others have too."""
        found = (calendar.called(uid) for calendar in self.calendars.values())
        return next((item for item in found if item is not None), None)

    def made_by(self, transaction_id: str) -> Item | None:
        """The event that a create with this transactionId made, if it still exists."""
        heads = (group.head for calendar in self.calendars.values() for group in calendar.groups.values())
        return next((head for head in heads if head.event["transactionId"] == transaction_id), None)

    def shown_sequence(self) -> int:
        """The number of the last change that delta queries may see."""
        self.hidden = [(sequence, last) for sequence, last in self.hidden if last >= self.requests]
        return min((sequence for sequence, _ in self.hidden), default=self.sequence + 1) - 1

    def items(self, begin: datetime, end: datetime) -> Iterator[Item]:
        for calendar in self.calendars.values():
            yield from calendar.view(begin, end)

    def load(self, calendar: Calendar, items: Iterable[Item]) -> None:
        """Fill a calendar with items that were always there: they are not changes.

        Raises `ValueError` for a recurrence that cannot be expanded.
        """
        heads, instances = [], dict[str, list[Item]]()
        for item in items:
            master_id = item.event["seriesMasterId"]
            if isinstance(master_id, str) and item.type in ("occurrence", "exception"):
                instances.setdefault(master_id, []).append(item)
            else:
                heads.append(item)
        for head in heads:
            calendar.put(group_of(calendar.next_order(), head, instances.pop(head.id, ())))
        for orphan in (item for group in instances.values() for item in group):
            calendar.put(Single(calendar.next_order(), orphan))

    def create(self, calendar: Calendar, event: Mapping[str, Any], now: datetime) -> Item:
        """Add an event or a series; raises `ValueError` for what is not one."""
        new_id = opaque.opaque_id(self.address, calendar.id, "created", str(self.sequence + 1))
        owner = {"emailAddress": {"name": self.name, "address": self.address}}
        made = {"organizer": owner, "id": new_id, "createdDateTime": zones.write_instant(now), "webLink": link(new_id)}
        source = made | dict(event)
        source["type"] = "seriesMaster" if source.get("recurrence") else "singleInstance"
        item = stamped(read_item(source, DEFAULTS), self._next_version(), now)
        if calendar.find(item.id) is not None:
            raise ValueError(f"there is already an event with the id {item.id}")
        self._record(calendar, group_of(calendar.next_order(), item))
        return item

    def update(self, item_id: str, changes: Mapping[str, Any], now: datetime) -> Item:
        """Change an event; an occurrence becomes an exception.

        Raises `UnknownItemError`, and `ValueError` for what does not make an event.
        """
        calendar, group, item = self._located(item_id)
        merged = merge(item, changes)
        if isinstance(group, Series) and item is not group.head:
            merged["type"] = "exception"
            changed = stamped(read_item(merged), self._next_version(), now)
            self._record(calendar, with_exception(self._touched(group, now), changed))
            return changed
        merged["type"] = "seriesMaster" if merged.get("recurrence") else "singleInstance"
        changed = stamped(read_item(merged), self._next_version(), now)
        self._record(calendar, regrouped(group, changed))
        return changed

    def delete(self, item_id: str, now: datetime) -> None:
        """Remove an event, a whole series or one occurrence; raises `UnknownItemError`."""
        calendar, group, item = self._located(item_id)
        if isinstance(group, Series) and item is not group.head:
            self._next_version()
            calendar.parents.pop(item.id, None)
            self._record(calendar, without_day(self._touched(group, now), item), removed_occurrence=item.id)
            return
        del calendar.groups[group.head.id]
        self._next_version()
        self._log(calendar, Change(self.sequence, group.head.id, group, (group.head.id,)))

    def _located(self, item_id: str) -> tuple[Calendar, Group, Item]:
        calendar = self.holder_of(item_id)
        group = None if calendar is None else calendar.group_with(item_id)
        item = None if group is None else group.find(item_id)
        if calendar is None or group is None or item is None:
            raise UnknownItemError(item_id)
        return calendar, group, item

    def _touched(self, series: Series, now: datetime) -> Series:
        return with_head(series, stamped(series.head, str(self.sequence), now))

    def _next_version(self) -> str:
        self.sequence += 1
        return str(self.sequence)

    def _record(self, calendar: Calendar, group: Group, removed_occurrence: str | None = None) -> None:
        before = calendar.groups.get(group.head.id)
        calendar.put(group)
        self._log(calendar, Change(self.sequence, group.head.id, before, (), removed_occurrence))

    def _log(self, calendar: Calendar, change: Change) -> None:
        calendar.log.append(change)
        if self.lateness:
            self.hidden.append((change.sequence, self.requests + self.lateness))


def link(item_id: str) -> str:
    """Where a browser shows an event."""
    return f"https://outlook.office365.com/owa/?itemid={quote(item_id, safe='')}&exvsurl=1&path=/calendar/item"


def merge(item: Item, changes: Mapping[str, Any]) -> dict[str, Any]:
    """The event with the changed properties, its own id kept."""
    merged = {**item.event, **changes, "id": item.id}
    for bound, name in (("start", "originalStartTimeZone"), ("end", "originalEndTimeZone")):
        if bound in changes and name not in changes:
            merged[name] = zones.windows_name(changes[bound].get("timeZone") or "UTC")
    if "start" in changes and merged.get("recurrence") and "recurrence" not in changes:
        first_day = str(changes["start"]["dateTime"])[:10]
        limits = merged["recurrence"]["range"] | {
            "startDate": first_day,
            "recurrenceTimeZone": merged["originalStartTimeZone"],
        }
        merged["recurrence"] = merged["recurrence"] | {"range": limits}
    return merged


def regrouped(group: Group, head: Item) -> Group:
    """The group after a change of its head; a series that was moved starts afresh by its rule, as in Exchange."""
    if head.type != "seriesMaster":
        return Single(group.order, head)
    if isinstance(group, Series) and shape(group.head) == shape(head):
        return with_head(group, head)
    return ruled_series(group.order, Item({**head.event, "cancelledOccurrences": []}, head.start, head.end))


def shape(head: Item) -> tuple[object, ...]:
    """What decides when the occurrences of a series are."""
    return head.start, head.end, head.event["isAllDay"], head.event["recurrence"]
