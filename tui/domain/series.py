"""Two series that clash again and again are one line to decide, not a dozen (rules, section 3).

Also the words for how a series repeats.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from msgspec import Struct

from tui.domain.conflicts import Grade, Group
from tui.domain.events import Repeats
from tui.domain.meetings import Meeting

_UNITS = {
    "daily": "day",
    "weekly": "week",
    "absolutemonthly": "month",
    "relativemonthly": "month",
    "absoluteyearly": "year",
    "relativeyearly": "year",
}
_ADVERBS = {"day": "daily", "week": "weekly", "month": "monthly", "year": "yearly"}


class SeriesClash(Struct, frozen=True, kw_only=True):
    """Two series whose occurrences conflict at least twice."""

    groups: tuple[Group, ...]
    """By start; each holds just the two meetings."""

    @property
    def grade(self) -> Grade:
        return min((group.grade for group in self.groups), key=lambda grade: grade.rank)


Line = Group | SeriesClash


def fold_series(groups: Sequence[Group]) -> list[Line]:
    """``groups`` with those that two series make again and again drawn together, at the place of the first."""
    clashes: defaultdict[tuple[str, str], list[Group]] = defaultdict(list)
    for group in groups:
        key = _series_pair(group)
        if key is not None:
            clashes[key].append(group)
    lines: list[Line] = []
    done: set[tuple[str, str]] = set()
    for group in groups:
        key = _series_pair(group)
        if key is None or len(clashes[key]) < 2:
            lines.append(group)
        elif key not in done:
            done.add(key)
            lines.append(SeriesClash(groups=tuple(clashes[key])))
    return lines


def _series_pair(group: Group) -> tuple[str, str] | None:
    if group.day is not None or len(group.members) != 2:
        return None
    first, second = sorted(series_of(meeting) for meeting in group.members)
    return (first, second) if first and first != second else None


def series_of(meeting: Meeting) -> str:
    """What names the series of ``meeting`` across its copies, or an empty string for a single event."""
    names: Iterable[str] = (copy.event.series_ical_uid or copy.event.series_id for copy in meeting.copies)
    return min((name for name in names if name), default="")


def repeat_words(repeats: Repeats | None) -> str:
    """How a series repeats, in words: "weekly", "every 2 weeks"; empty for a single event."""
    if repeats is None:
        return ""
    unit = _UNITS.get(repeats.pattern.casefold(), "")
    if not unit:
        return "repeats"
    return _ADVERBS[unit] if repeats.interval == 1 else f"every {repeats.interval} {unit}s"
