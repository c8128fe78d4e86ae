"""Who changed which property of which event when, read from the log of the simulator's own calendar.

Versions are numbered by the mailbox: a person who saw an etag saw everything up to the number that made it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tui.simulator.events import Item
from tui.simulator.groups import Group, Series
from tui.simulator.mailbox import Calendar

COMPARED = (
    "subject", "start", "end", "isAllDay", "showAs", "location", "body", "attendees", "recurrence", "isCancelled",
    "responseStatus", "sensitivity", "categories",
)  # fmt: skip
TIMES = frozenset(("start", "end", "isAllDay", "recurrence"))
EVERYTHING = frozenset(COMPARED)


@dataclass(frozen=True, slots=True)
class Edit:
    """Somebody else's change of some properties of one event."""

    sequence: int
    event_id: str
    fields: frozenset[str]
    before: Item | None
    """The event as it was; None where it had nothing of its own."""


class Chronicle:
    """Reads the log of a calendar on after every write."""

    def __init__(self, calendar: Calendar) -> None:
        self._calendar = calendar
        self._read = 0
        self._made: dict[str, int] = {}
        self._edits: dict[str, list[Edit]] = {}
        for group in calendar.groups.values():
            self._note_versions(group, 0)

    def read_on(self, *, is_stranger: bool) -> None:
        """Take in what was written since, by somebody else or by the program."""
        news = self._calendar.log[self._read :]
        self._read += len(news)
        for change in news:
            after = self._calendar.groups.get(change.group_id)
            if after is not None:
                self._note_versions(after, change.sequence)
            if is_stranger:
                found = self._edits.setdefault(change.group_id, [])
                found += _edits(change.sequence, change.group_id, change.before, after)

    def seen_with(self, etag: str) -> int:
        """The number of the last change that is seen by whoever sees this version."""
        return self._made.get(etag, 0)

    def unseen(self, event_id: str, seen: int, fields: frozenset[str]) -> list[Edit]:
        """Others' changes after ``seen`` that a write of ``fields`` to an event, by its id now, would overwrite."""
        group = self._calendar.group_with(event_id)
        if group is None:
            return []
        head = group.head.id
        stands_alone = isinstance(group, Series) and event_id in group.instances
        edits = (edit for edit in self._edits.get(head, ()) if edit.sequence > seen and edit.fields & fields)
        reached = [
            edit
            for edit in edits
            if edit.event_id == event_id
            or (edit.event_id == head and not stands_alone)
            # A series that is moved or removed takes its exceptions with it.
            or (event_id == head and fields & TIMES)
        ]
        return [edit for edit in reached if not _came_back(edit, reached, group, fields)]

    def _note_versions(self, group: Group, sequence: int) -> None:
        instances = group.instances.values() if isinstance(group, Series) else ()
        for item in (group.head, *instances):
            self._made.setdefault(str(item.event["@odata.etag"]), sequence)


def _came_back(edit: Edit, edits: list[Edit], group: Group, fields: frozenset[str]) -> bool:
    """Whether everything that others changed of the event among ``fields`` is again as it was before: as she saw it."""
    now = group.find(edit.event_id)
    first: dict[str, Edit] = {}
    for one in edits:
        if one.event_id == edit.event_id:
            first = dict.fromkeys(one.fields & fields, one) | first
    return now is not None and all(
        one.before is not None and one.before.event.get(name) == now.event.get(name) for name, one in first.items()
    )


def _edits(sequence: int, group_id: str, before: Group | None, after: Group | None) -> Iterator[Edit]:
    was, now = dict(_items(before)), dict(_items(after))
    for event_id in {**was, **now}:
        fields = _difference(was.get(event_id), now.get(event_id))
        # An occurrence that becomes an exception has nothing of its own before.
        if event_id not in was and event_id != group_id:
            fields = EVERYTHING
        if fields:
            yield Edit(sequence, event_id, fields, was.get(event_id))


def _items(group: Group | None) -> Iterable[tuple[str, Item]]:
    if group is None:
        return ()
    instances = group.instances.items() if isinstance(group, Series) else ()
    return ((group.head.id, group.head), *instances)


def _difference(before: Item | None, after: Item | None) -> frozenset[str]:
    if before is None or after is None:
        return EVERYTHING
    return frozenset(name for name in COMPARED if before.event.get(name) != after.event.get(name))
