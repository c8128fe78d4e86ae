"""One meeting, many copies (rules, section 2).

The same happening stands in several calendars, often in several accounts. Copies are merged for reading; every
action names one copy. Title and time alone never make two events the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from datetime import tzinfo
from enum import StrEnum
from hashlib import blake2b

from msgspec import Struct

from tui.domain.busy import BusyRules, Weighing, Weight, weigh
from tui.domain.events import CalendarKey, EventCopy, EventType, Response, ShowAs
from tui.domain.text import normalised
from tui.domain.timespan import AllDay, Interval, When, placed

Key = tuple[Hashable, ...]


class Match(StrEnum):
    """How far merging goes."""

    FULL = "full"
    STRICT = "strict"
    """Only the identifiers of iCalendar."""


class Sameness(Struct, frozen=True, gc=False):
    """What was found out about copies beyond that they are one meeting."""

    probable: bool = False
    """Merged only because organiser, subject and times agree."""
    copies_disagree: bool = False
    """The counted copies end at different times; the latest end counts."""
    linked: bool = False
    """Another meeting has the same identifier and another start: a copy that was not moved along."""


class Meeting(Struct, frozen=True, kw_only=True):
    """One real happening as a sub-account sees it."""

    id: str
    """Stable while identifier and start stay."""
    copies: tuple[EventCopy, ...]
    """All copies; those that count here first, the strongest at the head."""
    weighings: tuple[Weighing, ...]
    """The weight of each copy, in the order of ``copies``; not counted here is row 0."""
    weight: Weight
    when: When
    interval: Interval
    """``when`` at the midnights of the viewer's zone."""
    away: bool = False
    """Hard because it says out of office."""
    sameness: Sameness = Sameness()

    @property
    def lead(self) -> EventCopy:
        return self.copies[0]

    @property
    def subject(self) -> str:
        return self.lead.event.subject

    @property
    def all_day(self) -> bool:
        return isinstance(self.when, AllDay)

    @property
    def counts(self) -> bool:
        return self.weight is not Weight.NONE


def merge(copies: Sequence[EventCopy], match: Match = Match.FULL) -> list[tuple[list[EventCopy], bool]]:
    """Copies of one meeting together, in the order of their first copy, each with whether it is only probable."""
    groups = _Groups(copies)
    for rule in (_same_item, _same_occurrence):
        groups.unite(rule)
    if match is Match.FULL:
        groups.unite(_same_join_url, across_calendars=True)
        groups.unite(_same_invitation, across_calendars=True, probable=True)
    return groups.result()


def meetings_of(
    copies: Sequence[EventCopy],
    *,
    counted: Callable[[CalendarKey], bool],
    rules: BusyRules,
    zone: tzinfo,
    match: Match = Match.FULL,
) -> list[Meeting]:
    """The meetings among ``copies`` as a sub-account sees them.

    ``counted`` says whether a calendar is a conflict calendar there; weight and times come only from such copies.
    Series masters are left out. All-day events are placed at midnights of ``zone``.
    """
    instances = [copy for copy in copies if copy.event.type is not EventType.MASTER]
    moved = _identifiers_with_several_starts(instances)
    meetings = [
        _meeting(group, counted=counted, rules=rules, zone=zone, probable=probable, moved=moved)
        for group, probable in merge(instances, match)
    ]
    return sorted(meetings, key=lambda meeting: (meeting.interval, meeting.id))


def _meeting(
    group: Iterable[EventCopy],
    *,
    counted: Callable[[CalendarKey], bool],
    rules: BusyRules,
    zone: tzinfo,
    probable: bool,
    moved: set[Key],
) -> Meeting:
    weighed = [(copy, _weighing(copy, counted, rules)) for copy in group]
    weighed.sort(key=lambda pair: (pair[1].row == 0, -pair[1].weight, pair[0].event.response is Response.DECLINED))
    copies = tuple(copy for copy, _ in weighed)
    weight = max(weighing.weight for _, weighing in weighed)
    claiming = [copy for copy, weighing in weighed if weighing.weight is not Weight.NONE] or list(copies[:1])
    when = _latest_end([copy.event.when for copy in claiming], zone)
    return Meeting(
        id=_meeting_id(copies),
        copies=copies,
        weighings=tuple(weighing for _, weighing in weighed),
        weight=weight,
        when=when,
        interval=placed(when, zone),
        away=weight is Weight.HARD
        and any(c.event.show_as is ShowAs.OOF for c, w in weighed if w == Weighing(Weight.HARD, 11)),
        sameness=Sameness(
            probable=probable,
            copies_disagree=len({placed(copy.event.when, zone).end for copy in claiming}) > 1,
            linked=any(key in moved for copy in copies for key in _identifiers(copy)),
        ),
    )


def _weighing(copy: EventCopy, counted: Callable[[CalendarKey], bool], rules: BusyRules) -> Weighing:
    return weigh(copy.event, rules) if counted(copy.calendar) else Weighing(Weight.NONE, 0)


def _latest_end(spans: Sequence[When], zone: tzinfo) -> When:
    return max(spans, key=lambda when: placed(when, zone).end)


def _meeting_id(copies: Iterable[EventCopy]) -> str:
    """A short name that every copy of the meeting agrees on, whichever of them are at hand first."""
    return digest(min(_name(copy) for copy in copies))


def _name(copy: EventCopy) -> tuple[str, ...]:
    event = copy.event
    if event.series_ical_uid and event.original_start is not None:
        return ("series", event.series_ical_uid, str(event.original_start), _start(copy))
    if event.ical_uid:
        return ("single", event.ical_uid, _start(copy))
    return ("zone", *copy.calendar, event.id)


def digest(parts: Iterable[str]) -> str:
    """A short stable name for ``parts``."""
    return blake2b("\0".join(parts).encode(), digest_size=6).hexdigest()


def _start(copy: EventCopy) -> str:
    when = copy.event.when
    return str(when.first if isinstance(when, AllDay) else when.start)


def _end(copy: EventCopy) -> str:
    when = copy.event.when
    return str(when.until if isinstance(when, AllDay) else when.end)


def _same_item(copy: EventCopy) -> Key | None:
    return (copy.event.ical_uid, _start(copy)) if copy.event.ical_uid else None


def _same_occurrence(copy: EventCopy) -> Key | None:
    event = copy.event
    if not event.series_ical_uid or event.original_start is None:
        return None
    return (event.series_ical_uid, event.original_start, _start(copy))


def _same_join_url(copy: EventCopy) -> Key | None:
    return (copy.event.join_url, _start(copy), _end(copy)) if copy.event.join_url else None


def _same_invitation(copy: EventCopy) -> Key | None:
    event = copy.event
    subject = normalised(event.subject)
    if event.organizer is None or not event.organizer.address or not subject:
        return None
    return (event.organizer.address.casefold(), subject, _start(copy), _end(copy))


def _identifiers(copy: EventCopy) -> list[Key]:
    event = copy.event
    keys: list[Key] = []
    if event.series_ical_uid and event.original_start is not None:
        keys.append((event.series_ical_uid, event.original_start))
    elif event.ical_uid:
        keys.append((event.ical_uid,))
    return keys


def _identifiers_with_several_starts(copies: Iterable[EventCopy]) -> set[Key]:
    """Identifiers that stand in several calendars with different starts."""
    places: defaultdict[Key, dict[CalendarKey, str]] = defaultdict(dict)
    for copy in copies:
        for key in _identifiers(copy):
            places[key].setdefault(copy.calendar, _start(copy))
    return {key for key, starts in places.items() if len(set(starts.values())) > 1}


class _Groups:
    """Disjoint sets of copies, united rule by rule."""

    def __init__(self, copies: Sequence[EventCopy]) -> None:
        self._copies = copies
        self._parent = list(range(len(copies)))
        self._probable: set[int] = set()

    def unite(
        self, rule: Callable[[EventCopy], Key | None], *, across_calendars: bool = False, probable: bool = False
    ) -> None:
        """Put copies with an equal key of ``rule`` together."""
        seen: dict[Key, int] = {}
        for index, copy in enumerate(self._copies):
            key = rule(copy)
            if key is None:
                continue
            other = seen.setdefault(key, index)
            if other != index and not (across_calendars and self._copies[other].calendar == copy.calendar):
                self._join(other, index, probable)

    def result(self) -> list[tuple[list[EventCopy], bool]]:
        groups: dict[int, list[EventCopy]] = {}
        probable: set[int] = set()
        for index, copy in enumerate(self._copies):
            root = self._root(index)
            groups.setdefault(root, []).append(copy)
            if index in self._probable:
                probable.add(root)
        return [(group, root in probable) for root, group in groups.items()]

    def _root(self, index: int) -> int:
        while self._parent[index] != index:
            self._parent[index] = index = self._parent[self._parent[index]]
        return index

    def _join(self, one: int, other: int, probable: bool) -> None:
        first, second = sorted((self._root(one), self._root(other)))
        if first != second:
            self._parent[second] = first
            if probable:
                self._probable.add(first)
