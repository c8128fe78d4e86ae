"""What a sync changed, for the line that says so: events, and double bookings that came and went."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from tui.clock import Clock
from tui.domain.conflicts import Group
from tui.domain.series import Line, fold_series
from tui.errors import StoreError
from tui.store.documents import LastRound
from tui.store.roster import Roster

ONE_ROUND = timedelta(seconds=10)
"""Accounts that are read within this time of each other share one line."""


class News:
    """Compares the open groups of one sub-account before and after the rounds of one line."""

    def __init__(self, roster: Roster, clock: Clock) -> None:
        self._roster = roster
        self._clock = clock
        self._known: Sequence[Group] | None = None
        self._line = LastRound(at=datetime.min.replace(tzinfo=UTC))
        self._before_line: Sequence[Group] = ()

    def known(self, groups: Sequence[Group]) -> None:
        """``groups`` are open; only the first call since ``forget`` counts."""
        if self._known is None:
            self._known = self._before_line = groups

    def forget(self) -> None:
        """Another sub-account is looked at."""
        self._known = None

    def note(self, changed: int, removed: int, groups: Sequence[Group], *, read: int = 0) -> None:
        """A round changed and removed events, and read some for the first time; ``groups`` are open after it."""
        now = self._clock.now()
        if not timedelta(0) <= now - self._line.at < ONE_ROUND:
            self._line = LastRound(at=now)
            self._before_line = self._known or ()
        still = [group for group in self._before_line if group.overlap.end > now]
        new, solved = came_and_went(still, groups)
        self._known = groups
        self._line = LastRound(
            at=now,
            read=self._line.read + read,
            changed=self._line.changed + changed,
            removed=self._line.removed + removed,
            new_conflicts=new,
            solved_conflicts=solved,
        )
        with suppress(StoreError):  # a line of news is not worth an error; the events themselves are saved
            self._roster.put_last_round(self._line)


def came_and_went(before: Sequence[Group], after: Sequence[Group]) -> tuple[int, int]:
    """How many lines hold a pair that there was not before, and how many have none left of those they had.

    The clash of two series is one line, and new only when no occurrence of it was known.
    """
    old, new = _pairs(before), _pairs(after)
    return (
        sum(_is_new(line, old) for line in fold_series(after)),
        sum(new.isdisjoint(_pairs(_groups_of(line))) for line in fold_series(before)),
    )


def _is_new(line: Line, old: set[tuple[str, str]]) -> bool:
    pairs = _pairs(_groups_of(line))
    return not old.issuperset(pairs) if isinstance(line, Group) else old.isdisjoint(pairs)


def _groups_of(line: Line) -> Sequence[Group]:
    return (line,) if isinstance(line, Group) else line.groups


def _pairs(groups: Iterable[Group]) -> set[tuple[str, str]]:
    return {(pair.first.id, pair.second.id) for group in groups for pair in group.pairs}
