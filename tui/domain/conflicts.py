"""Where the person is claimed twice (rules, section 3).

Meetings that overlap and each claim the person are a pair with a grade. Timed pairs that hang together are a
group, the unit of review. All-day meetings make one item per day with all that they meet that day, and never
chain a day together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum

from msgspec import Struct

from tui.domain.busy import Weight
from tui.domain.meetings import Meeting, digest
from tui.domain.timespan import DAY, AllDay, Interval, days_of, placed


class Grade(StrEnum):
    """How much a conflict matters, worst first."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    HINT = "hint"

    @property
    def rank(self) -> int:
        """0 is the worst."""
        return _RANKS[self]


_RANKS = {grade: rank for rank, grade in enumerate(Grade)}


class State(StrEnum):
    """What became of a conflict."""

    OPEN = "open"
    KEPT = "kept"
    SNOOZED = "snoozed"
    SOLVED = "solved"


class Pair(Struct, frozen=True, kw_only=True, gc=False):
    """Two meetings that conflict, the earlier first."""

    first: Meeting
    second: Meeting
    grade: Grade
    state: State = State.OPEN

    @property
    def overlap(self) -> Interval:
        """The instants that both claim; of a hint it ends before it starts."""
        return self.first.interval.overlap(self.second.interval)


class Group(Struct, frozen=True, kw_only=True):
    """A connected cluster of timed conflicts, or what an all-day meeting makes of one day."""

    id: str
    grade: Grade
    state: State
    interval: Interval
    """From the first start to the last end of its members; of an all-day item the day itself."""
    members: tuple[Meeting, ...]
    """By start."""
    pairs: tuple[Pair, ...]
    """By start of the overlap."""
    day: date | None = None
    """Set for an all-day item."""

    @property
    def overlap(self) -> Interval:
        """From the first to the last instant at which somebody is double-booked in this group."""
        overlaps = [pair.overlap.overlap(self.interval) for pair in self.pairs]
        return Interval(min(o.start for o in overlaps), max(o.end for o in overlaps))


def grade_of(one: Meeting, other: Meeting) -> Grade:
    """The grade of two meetings that overlap and both claim the person."""
    away = (one.away and not other.all_day) or (other.away and not one.all_day)
    if (one.all_day or other.all_day) and not away:
        return Grade.LOW
    if one.weight is not other.weight:
        return Grade.MEDIUM
    return Grade.HIGH if one.weight is Weight.HARD else Grade.LOW


def find_pairs(
    meetings: Iterable[Meeting], *, over_before: datetime | None = None, minimum_gap: timedelta = timedelta(0)
) -> list[Pair]:
    """All conflicting pairs, by start of the later meeting.

    Pairs whose overlap ended by ``over_before`` are solved. With a ``minimum_gap`` timed meetings that follow
    each other more closely are a hint.
    """
    claiming = sorted(filter(_claims_time, meetings), key=lambda m: (m.interval.start, m.interval.end, m.id))
    return [_pair(earlier, later, over_before) for earlier, later in _meeting_pairs(claiming, minimum_gap)]


def _claims_time(meeting: Meeting) -> bool:
    """A day that the viewer's zone skipped has no instants that could be claimed twice."""
    return meeting.counts and meeting.interval.start < meeting.interval.end


def _meeting_pairs(claiming: Iterable[Meeting], minimum_gap: timedelta) -> Iterator[tuple[Meeting, Meeting]]:
    """A sweep over starts: everything that has not ended (a gap ago) meets what starts now."""
    running: list[Meeting] = []
    for later in claiming:
        start = later.interval.start
        reach = start - minimum_gap
        running = [earlier for earlier in running if earlier.interval.end > reach]
        for earlier in running:
            if earlier.interval.end > start or not (later.all_day or earlier.all_day):
                yield earlier, later
        running.append(later)


def _pair(earlier: Meeting, later: Meeting, over_before: datetime | None) -> Pair:
    start, end = later.interval.start, min(earlier.interval.end, later.interval.end)
    over = over_before is not None and max(start, end) <= over_before
    return Pair(
        first=earlier,
        second=later,
        grade=grade_of(earlier, later) if start < end else Grade.HINT,
        state=State.SOLVED if over else State.OPEN,
    )


def group_pairs(
    pairs: Iterable[Pair], *, zone: tzinfo, window: AllDay, over_before: datetime | None = None
) -> list[Group]:
    """The units of review among ``pairs``, by start and grade.

    ``window`` bounds the days for which all-day items are made; a day that ended by ``over_before`` is solved,
    even if its meetings go on. Hints stand alone and chain nothing.
    """
    timed: list[Pair] = []
    groups: list[Group] = []
    by_day: defaultdict[date, list[Pair]] = defaultdict(list)
    bounds = placed(window, zone)
    for pair in pairs:
        if pair.grade is Grade.HINT:
            groups.append(_timed_group([pair]))
        elif pair.first.all_day or pair.second.all_day:
            for day in _days_within(pair.overlap.overlap(bounds), zone):
                by_day[day].append(pair)
        else:
            timed.append(pair)
    groups += [_timed_group(cluster) for cluster in _clusters(timed)]
    groups += [_day_item(day, met, zone, over_before) for day, met in by_day.items()]
    return sorted(groups, key=lambda group: (group.interval.start, group.grade.rank, group.id))


def _days_within(interval: Interval, zone: tzinfo) -> Iterator[date]:
    return days_of(interval, zone) if interval.end > interval.start else iter(())


def _clusters(pairs: Sequence[Pair]) -> list[list[Pair]]:
    """Timed pairs that hang together by time: a new cluster starts where everything before has ended."""
    clusters: list[list[Pair]] = []
    ends: datetime | None = None
    for pair in sorted(pairs, key=lambda pair: pair.first.interval):
        if ends is None or pair.first.interval.start >= ends:
            clusters.append([])
            ends = pair.first.interval.end
        clusters[-1].append(pair)
        ends = max(ends, pair.first.interval.end, pair.second.interval.end)
    return clusters


def _timed_group(pairs: Sequence[Pair]) -> Group:
    members = _members(pairs)
    return Group(
        id=digest(("timed", *sorted(meeting.id for meeting in members))),
        grade=_worst(pairs),
        state=_state(pairs),
        interval=Interval(members[0].interval.start, max(meeting.interval.end for meeting in members)),
        members=members,
        pairs=_by_start(pairs),
    )


def _day_item(day: date, pairs: Sequence[Pair], zone: tzinfo, over_before: datetime | None) -> Group:
    members = _members(pairs)
    interval = placed(AllDay(day, day + DAY), zone)
    over = over_before is not None and interval.end <= over_before
    return Group(
        id=digest(("day", str(day), *sorted(meeting.id for meeting in members if meeting.all_day))),
        grade=_worst(pairs),
        state=State.SOLVED if over else _state(pairs),
        interval=interval,
        members=members,
        pairs=_by_start(pairs),
        day=day,
    )


def _members(pairs: Iterable[Pair]) -> tuple[Meeting, ...]:
    unique = {meeting.id: meeting for pair in pairs for meeting in (pair.first, pair.second)}
    return tuple(sorted(unique.values(), key=lambda meeting: (meeting.interval, meeting.id)))


def _worst(pairs: Iterable[Pair]) -> Grade:
    return min((pair.grade for pair in pairs), key=lambda grade: grade.rank)


def _state(pairs: Iterable[Pair]) -> State:
    """The one that asks most of the person: a group is open while one of its pairs is."""
    states = {pair.state for pair in pairs}
    return next(state for state in (State.OPEN, State.SNOOZED, State.KEPT, State.SOLVED) if state in states)


def _by_start(pairs: Iterable[Pair]) -> tuple[Pair, ...]:
    return tuple(sorted(pairs, key=lambda pair: (pair.second.interval.start, pair.first.id, pair.second.id)))


def pairs_among(group: Group, members: Sequence[Meeting]) -> list[tuple[int, int, Pair]]:
    """The pairs of ``group`` whose two meetings are both in ``members``, by their places there."""
    places = {meeting.id: place for place, meeting in enumerate(members)}
    return [
        (places[pair.first.id], places[pair.second.id], pair)
        for pair in group.pairs
        if pair.first.id in places and pair.second.id in places
    ]
