"""What the screens show, as one immutable value.

A snapshot is made on the background thread and replaced whole; screens read it without a lock. Everything in it
is clean, complete and already decided: a screen only lays it out.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum
from itertools import islice
from zoneinfo import ZoneInfo

from msgspec import Struct, field

from tui.domain.accounts import Calendar, Connection, OutlookAccount, SubAccount
from tui.domain.availability import next_free
from tui.domain.conflicts import Grade, Group
from tui.domain.events import CalendarKey
from tui.domain.meetings import Meeting
from tui.domain.series import Line, fold_series
from tui.domain.timespan import AllDay, Interval, midnight


class Role(StrEnum):
    """What a calendar is to a sub-account."""

    LINKED = "linked"
    CONFLICT = "conflict"
    UNUSED = "unused"


class SyncState(Struct, frozen=True, kw_only=True):
    """What is known of one calendar's sync."""

    window: AllDay | None = None
    """The whole UTC days that are read; None before the first complete round."""
    last_success: datetime | None = None
    error: str = ""
    """Why the last round failed, in one sentence, or empty."""
    events: int = 0
    """Instances stored; series masters are not counted."""
    changed: int = 0
    removed: int = 0
    seconds: float = 0.0
    unreadable: int = 0
    """Items of the calendar that could not be understood."""
    vanished: int = 0
    """Events that Outlook stopped listing all at once, shown until the person has seen it."""
    waiting: int = 0
    """Staged changes that are not sent yet, held ones included."""
    failed: int = 0
    """Staged changes that came to nothing and wait for the person."""
    no_access: bool = False
    """Microsoft denies reading it; its events are as they were."""
    closed_until: datetime | None = None
    """When Microsoft may be asked again, while it asks to leave the account alone (UTC)."""


class CalendarView(Struct, frozen=True, kw_only=True):
    """A calendar of a connection."""

    calendar: Calendar
    role: Role
    sync: SyncState = SyncState()


class ConnectionView(Struct, frozen=True, kw_only=True):
    """A connection of the selected sub-account."""

    connection: Connection
    account: OutlookAccount
    calendars: tuple[CalendarView, ...]
    """All calendars of the account, the default one first, then by name."""
    also_used_in: tuple[str, ...] = ()
    """Names of the other sub-accounts that use the account."""

    @property
    def linked(self) -> CalendarView | None:
        return next((view for view in self.calendars if view.role is Role.LINKED), None)

    @property
    def counted(self) -> tuple[CalendarView, ...]:
        """Those that decide busy time here, the linked one included."""
        return tuple(view for view in self.calendars if view.role is not Role.UNUSED)


class AccountView(Struct, frozen=True, kw_only=True):
    """A Microsoft sign-in and how fresh its data is."""

    account: OutlookAccount
    used_in: tuple[str, ...] = ()
    """Ids of the sub-accounts that use it."""
    last_success: datetime | None = None
    """The oldest last success among its connected calendars; None while one has had none."""
    syncing: str = ""
    """What the sync is doing right now ("reading 412 events"), or empty."""
    error: str = ""
    token_storage: str = ""
    """keyring, file or memory."""


class Digest(Struct, frozen=True, kw_only=True):
    """What the last sync changed."""

    at: datetime
    read: int = 0
    """Events of calendars that were read for the first time."""
    changed: int = 0
    removed: int = 0
    new_conflicts: int = 0
    """Of the clash of two series all occurrences are one."""
    solved_conflicts: int = 0


class Snapshot(Struct, frozen=True, kw_only=True):
    """Everything that is on the screens, as one sub-account sees it."""

    zone: tzinfo = ZoneInfo("UTC")
    sub_account: SubAccount | None = None
    sub_accounts: tuple[SubAccount, ...] = ()
    accounts: tuple[AccountView, ...] = ()
    connections: tuple[ConnectionView, ...] = ()
    all_connections: tuple[Connection, ...] = ()
    """Of every sub-account, for the matrix of accounts and sub-accounts."""
    calendars: Mapping[CalendarKey, Calendar] = field(default_factory=dict)
    letters: Mapping[str, str] = field(default_factory=dict)
    """Account id to the letter that marks it."""
    meetings: tuple[Meeting, ...] = ()
    """By start; of every connected calendar, those that do not count here included."""
    longest: timedelta = timedelta(0)
    """The length of the longest meeting: how far back something on a day may have begun."""
    groups: tuple[Group, ...] = ()
    """Open conflict groups, by start."""
    grades: Mapping[str, Grade] = field(default_factory=dict)
    """Meeting id to the worst grade of its open conflicts."""
    digest: Digest | None = None
    notices: tuple[str, ...] = ()
    """What the person must be told of the data directory, in sentences."""

    def meetings_between(self, first: date, until: date) -> tuple[Meeting, ...]:
        """The meetings that touch the days from ``first`` up to ``until``, by start."""
        window = Interval(midnight(first, self.zone), midnight(until, self.zone))
        begin = bisect_left(self.meetings, window.start - self.longest, key=lambda meeting: meeting.interval.start)
        end = bisect_left(self.meetings, window.end, key=lambda meeting: meeting.interval.start)
        return tuple(m for m in self.meetings[begin:end] if m.interval.end > window.start or _starts_in(m, window))

    def groups_of(self, meeting_id: str) -> tuple[Group, ...]:
        """The open groups that a meeting is a member of."""
        return tuple(group for group in self.groups if any(member.id == meeting_id for member in group.members))

    def lines(self) -> list[Line]:
        """The open groups as the person decides on them: what two series make again and again is one line."""
        return fold_series(self.groups)

    def open_by_grade(self) -> dict[Grade, int]:
        """How many open lines there are of each grade."""
        counts = Counter(line.grade for line in self.lines())
        return {grade: counts[grade] for grade in Grade}

    def next_meeting(self, now: datetime) -> Meeting | None:
        """The next timed meeting that counts and starts at ``now`` or later."""
        begin = bisect_left(self.meetings, now, key=lambda meeting: meeting.interval.start)
        return next((m for m in self.meetings[begin:] if m.counts and not m.all_day), None)

    def next_free(self, after: datetime) -> Interval | None:
        """The next time from ``after`` on that no meeting that counts here takes; see ``availability.next_free``."""
        begin = bisect_left(self.meetings, after - self.longest, key=lambda meeting: meeting.interval.start)
        return next_free(islice(self.meetings, begin, None), after, self.zone)

    def letters_of(self, meeting: Meeting) -> str:
        """The letters of the accounts that hold a copy, each once, in order."""
        letters = {self.letters.get(copy.calendar.account_id, "?") for copy in meeting.copies}
        return "".join(sorted(letters, key=lambda letter: (letter == "?", letter)))


def _starts_in(meeting: Meeting, window: Interval) -> bool:
    return window.start <= meeting.interval.start < window.end
