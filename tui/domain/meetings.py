"""One meeting, many copies (rules, section 2).

The same happening stands in several calendars, often in several accounts. Copies are merged for reading; every
action names one copy. Title and time alone never make two events the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from datetime import date, tzinfo
from enum import StrEnum
from hashlib import blake2b
from itertools import pairwise

from msgspec import Struct

from tui.domain.busy import BusyRules, Weighing, Weight, weigh
from tui.domain.events import CalendarKey, EventCopy, EventType, Response, ShowAs
from tui.domain.text import normalised
from tui.domain.timespan import AllDay, Interval, When, placed, start_of

Key = tuple[Hashable, ...]

_OUT_OF_OFFICE = Weighing(Weight.HARD, 11)


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


class Meeting(Struct, frozen=True, kw_only=True, gc=False):
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
    weighed = sorted(((copy, _weighing(copy, counted, rules)) for copy in group), key=_strongest_first)
    copies = tuple(copy for copy, _ in weighed)
    weight = max(weighing.weight for _, weighing in weighed)
    spans = [(placed(when, zone), when) for when in _deciding_spans(weighed)]
    interval, when = max(spans, key=lambda span: span[0].end)
    return Meeting(
        id=_meeting_id(copies),
        copies=copies,
        weighings=tuple(weighing for _, weighing in weighed),
        weight=weight,
        when=when,
        interval=interval,
        away=any(w == _OUT_OF_OFFICE and copy.event.show_as is ShowAs.OOF for copy, w in weighed),
        sameness=Sameness(
            probable=probable,
            copies_disagree=any(span.end != interval.end for span, _ in spans),
            linked=any(key in moved for copy in copies for key in _identifiers(copy)) if moved else False,
        ),
    )


def _strongest_first(weighed: tuple[EventCopy, Weighing]) -> tuple[Hashable, ...]:
    """Counted before not counted, then by weight; the last parts only make the order one and the same."""
    copy, (weight, row) = weighed
    return (row == 0, -weight, copy.event.response is Response.DECLINED, copy.calendar, copy.event.id)


def _deciding_spans(weighed: Sequence[tuple[EventCopy, Weighing]]) -> list[When]:
    """When the copies are that say how long the meeting lasts: those that claim, else those counted, else all."""
    claiming = [copy.event.when for copy, (weight, _) in weighed if weight is not Weight.NONE]
    counted = claiming or [copy.event.when for copy, (_, row) in weighed if row != 0]
    return counted or [copy.event.when for copy, _ in weighed]


def _weighing(copy: EventCopy, counted: Callable[[CalendarKey], bool], rules: BusyRules) -> Weighing:
    return weigh(copy.event, rules) if counted(copy.calendar) else Weighing(Weight.NONE, 0)


def _meeting_id(copies: Iterable[EventCopy]) -> str:
    """A short name that every copy of the meeting agrees on, whichever of them are at hand first."""
    return digest(min(_name(copy) for copy in copies))


def _name(copy: EventCopy) -> tuple[str, ...]:
    event = copy.event
    if event.series_ical_uid and event.original_start is not None:
        return ("series", event.series_ical_uid, str(event.original_start), str(_start(copy)))
    if event.ical_uid:
        return ("single", event.ical_uid, str(_start(copy)))
    return ("zone", *copy.calendar, event.id)


def digest(parts: Iterable[str]) -> str:
    """A short stable name for ``parts``."""
    return blake2b("\0".join(parts).encode(errors="surrogatepass"), digest_size=6).hexdigest()


def _start(copy: EventCopy) -> date:
    return start_of(copy.event.when)


def _same_item(copy: EventCopy) -> Key | None:
    return (copy.event.ical_uid, _start(copy)) if copy.event.ical_uid else None


def _same_occurrence(copy: EventCopy) -> Key | None:
    event = copy.event
    if not event.series_ical_uid or event.original_start is None:
        return None
    return (event.series_ical_uid, event.original_start, _start(copy))


def _same_join_url(copy: EventCopy) -> Key | None:
    return (copy.event.join_url, copy.event.when) if copy.event.join_url else None


def _same_invitation(copy: EventCopy) -> Key | None:
    event = copy.event
    if event.organizer is None or not event.organizer.address:
        return None
    subject = normalised(event.subject)
    return (event.organizer.address.casefold(), subject, event.when) if subject else None


def _identifiers(copy: EventCopy) -> list[Key]:
    """What names the same happening wherever it is moved; an occurrence may also carry the identifier of its series."""
    event = copy.event
    keys: list[Key] = []
    if event.series_ical_uid and event.original_start is not None:
        keys.append((event.series_ical_uid, event.original_start))
    if event.ical_uid and event.ical_uid != event.series_ical_uid:
        keys.append((event.ical_uid,))
    return keys


def _identifiers_with_several_starts(copies: Iterable[EventCopy]) -> set[Key]:
    """Identifiers whose starts in one calendar are not those in another."""
    named = [(key, copy.calendar, _start(copy)) for copy in copies for key in _identifiers(copy)]
    first: dict[Key, date] = {}
    several = {key for key, _, start in named if first.setdefault(key, start) != start}
    places: defaultdict[Key, defaultdict[CalendarKey, set[date]]] = defaultdict(lambda: defaultdict(set))
    for key, calendar, start in named:
        if key in several:
            places[key][calendar].add(start)
    return {key for key, starts in places.items() if any(other != one for one, other in pairwise(starts.values()))}


class _Groups:
    """Disjoint sets of copies, united rule by rule."""

    def __init__(self, copies: Sequence[EventCopy]) -> None:
        self._copies = copies
        self._parent = list(range(len(copies)))
        self._probable: set[int] = set()

    def unite(
        self, rule: Callable[[EventCopy], Key | None], *, across_calendars: bool = False, probable: bool = False
    ) -> None:
        """Put copies with an equal key of ``rule`` together; ``across_calendars`` only if they are not all in one."""
        alike: defaultdict[Key, list[int]] = defaultdict(list)
        for index, copy in enumerate(self._copies):
            key = rule(copy)
            if key is not None:
                alike[key].append(index)
        for first, *others in alike.values():
            if not across_calendars or any(self._calendar(other) != self._calendar(first) for other in others):
                for other in others:
                    self._join(first, other, probable)

    def result(self) -> list[tuple[list[EventCopy], bool]]:
        groups: dict[int, list[EventCopy]] = {}
        probable: set[int] = set()
        for index, copy in enumerate(self._copies):
            root = self._root(index)
            groups.setdefault(root, []).append(copy)
            if index in self._probable:
                probable.add(root)
        return [(group, root in probable) for root, group in groups.items()]

    def _calendar(self, index: int) -> CalendarKey:
        return self._copies[index].calendar

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
