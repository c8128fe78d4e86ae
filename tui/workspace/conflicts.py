"""The conflicts of a sub-account, over everything that is synced."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta, tzinfo

from tui.domain.accounts import SubAccount
from tui.domain.conflicts import Group, State, find_pairs, group_pairs
from tui.domain.meetings import Meeting
from tui.domain.timespan import AllDay, Interval
from tui.workspace.calendar import Calendars


class Conflicts:
    """Finds the groups to review."""

    def __init__(self, calendars: Calendars) -> None:
        self._calendars = calendars

    def groups(self, sub_account: SubAccount, *, over_before: datetime | None = None) -> list[Group]:
        """All groups of ``sub_account`` in the synced window, by start.

        Pairs that are over by ``over_before`` are solved; without it none is.
        """
        meetings = self._calendars.meetings(sub_account, self._calendars.connected(sub_account))
        window = self._calendars.window()
        return groups_among(meetings, sub_account, zone=self._calendars.zone, window=window, over_before=over_before)


def groups_among(
    meetings: Sequence[Meeting],
    sub_account: SubAccount,
    *,
    zone: tzinfo,
    window: AllDay,
    over_before: datetime | None = None,
) -> list[Group]:
    """The groups that ``meetings`` make under the rules of ``sub_account``, by start; all-day items in ``window``."""
    gap = timedelta(minutes=sub_account.rules.minimum_gap_minutes)
    pairs = find_pairs(meetings, over_before=over_before, minimum_gap=gap)
    return group_pairs(pairs, zone=zone, window=window, over_before=over_before)


def within(groups: Iterable[Group], window: Interval) -> list[tuple[Group, list[Meeting]]]:
    """The groups that touch ``window``, each with its members that overlap it."""
    found = ((group, [m for m in group.members if m.interval.overlaps(window)]) for group in groups)
    return [(group, members) for group, members in found if members and group.interval.overlaps(window)]


def is_open(group: Group) -> bool:
    """Whether the person still has to look at it."""
    return group.state is State.OPEN
