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
from heapq import heappop, heappush

from msgspec import Struct

from tui.domain.busy import Weight
from tui.domain.meetings import Meeting, digest
from tui.domain.timespan import AllDay, Interval, days_of, midnight


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


class Pair(Struct, frozen=True, kw_only=True):
    """Two meetings that conflict, the earlier first."""

    first: Meeting
    second: Meeting
    grade: Grade
    state: State = State.OPEN

    @property
    def overlap(self) -> Interval:
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
        overlaps = [pair.overlap for pair in self.pairs]
        return Interval(min(o.start for o in overlaps), max(o.end for o in overlaps))


def grade_of(one: Meeting, other: Meeting) -> Grade:
    """The grade of two meetings that overlap and both claim the person."""
    away = (one.away and not other.all_day) or (other.away and not one.all_day)
    if (one.all_day or other.all_day) and not away:
        return Grade.LOW
    weights = {one.weight, other.weight}
    if weights == {Weight.HARD}:
        return Grade.HIGH
    return Grade.LOW if weights == {Weight.SOFT} else Grade.MEDIUM


def find_pairs(
    meetings: Iterable[Meeting], *, over_before: datetime | None = None, minimum_gap: timedelta = timedelta(0)
) -> list[Pair]:
    """All conflicting pairs, by start of the later meeting.

    Pairs whose overlap ended by ``over_before`` are solved. With a ``minimum_gap`` timed meetings that follow
    each other more closely are a hint.
    """
    claiming = sorted((m for m in meetings if m.counts), key=lambda m: (m.interval, m.id))
    return [_pair(earlier, later, over_before) for earlier, later in _meeting_pairs(claiming, minimum_gap)]


def _meeting_pairs(claiming: Sequence[Meeting], minimum_gap: timedelta) -> Iterator[tuple[Meeting, Meeting]]:
    """A sweep over starts: everything that has not ended (a gap ago) meets what starts now."""
    running: list[tuple[datetime, int]] = []
    for index, later in enumerate(claiming):
        while running and running[0][0] <= later.interval.start - minimum_gap:
            heappop(running)
        for end, other in sorted(running, key=lambda entry: entry[1]):
            if end > later.interval.start or not (later.all_day or claiming[other].all_day):
                yield claiming[other], later
        heappush(running, (later.interval.end, index))


def _pair(earlier: Meeting, later: Meeting, over_before: datetime | None) -> Pair:
    overlap = earlier.interval.overlap(later.interval)
    touching = overlap.end <= overlap.start
    over = over_before is not None and max(overlap.start, overlap.end) <= over_before
    return Pair(
        first=earlier,
        second=later,
        grade=Grade.HINT if touching else grade_of(earlier, later),
        state=State.SOLVED if over else State.OPEN,
    )


def group_pairs(pairs: Iterable[Pair], *, zone: tzinfo, window: AllDay) -> list[Group]:
    """The units of review among ``pairs``, by start and grade.

    ``window`` bounds the days for which all-day items are made. Hints stand alone and chain nothing.
    """
    timed: list[Pair] = []
    groups: list[Group] = []
    by_day: defaultdict[date, list[Pair]] = defaultdict(list)
    for pair in pairs:
        if pair.grade is Grade.HINT:
            groups.append(_timed_group([pair]))
        elif pair.first.all_day or pair.second.all_day:
            for day in _days_within(pair.overlap, zone, window):
                by_day[day].append(pair)
        else:
            timed.append(pair)
    groups += [_timed_group(cluster) for cluster in _clusters(timed)]
    groups += [_day_item(day, met, zone) for day, met in by_day.items()]
    return sorted(groups, key=lambda group: (group.interval.start, group.grade.rank, group.id))


def _days_within(overlap: Interval, zone: tzinfo, window: AllDay) -> Iterator[date]:
    clipped = overlap.overlap(Interval(midnight(window.first, zone), midnight(window.until, zone)))
    return days_of(clipped, zone) if clipped.end > clipped.start else iter(())


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
    return _group(
        pairs,
        members,
        group_id=digest(("timed", *sorted(meeting.id for meeting in members))),
        interval=Interval(members[0].interval.start, max(meeting.interval.end for meeting in members)),
    )


def _day_item(day: date, pairs: Sequence[Pair], zone: tzinfo) -> Group:
    members = _members(pairs)
    return _group(
        pairs,
        members,
        group_id=digest(("day", str(day), *sorted(meeting.id for meeting in members if meeting.all_day))),
        interval=Interval(midnight(day, zone), midnight(day + timedelta(days=1), zone)),
        day=day,
    )


def _members(pairs: Iterable[Pair]) -> tuple[Meeting, ...]:
    unique = {meeting.id: meeting for pair in pairs for meeting in (pair.first, pair.second)}
    return tuple(sorted(unique.values(), key=lambda meeting: (meeting.interval, meeting.id)))


def _group(
    pairs: Sequence[Pair], members: tuple[Meeting, ...], *, group_id: str, interval: Interval, day: date | None = None
) -> Group:
    return Group(
        id=group_id,
        grade=min((pair.grade for pair in pairs), key=lambda grade: grade.rank),
        state=State.OPEN if any(pair.state is State.OPEN for pair in pairs) else State.SOLVED,
        interval=interval,
        members=members,
        pairs=tuple(sorted(pairs, key=lambda pair: (pair.overlap.start, pair.first.id, pair.second.id))),
        day=day,
    )


def pairs_among(group: Group, members: Sequence[Meeting]) -> list[tuple[int, int, Pair]]:
    """The pairs of ``group`` whose two meetings are both in ``members``, by their places there."""
    places = {meeting.id: place for place, meeting in enumerate(members)}
    return [
        (places[pair.first.id], places[pair.second.id], pair)
        for pair in group.pairs
        if pair.first.id in places and pair.second.id in places
    ]
