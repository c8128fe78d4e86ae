"""The agenda: every day that holds events as one list, and each event of it in a sentence.

The list knows only which event stands where; sentences are made when somebody looks at them.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta, tzinfo
from typing import NamedTuple

from rich.cells import cell_len

from tui.domain.conflicts import Grade
from tui.domain.meetings import Meeting
from tui.domain.timespan import AllDay, days_of, midnight
from tui.widgets.event_lines import dated, standing_words
from tui.widgets.week_block import Block
from tui.widgets.week_ink import head_of

_DAY = timedelta(days=1)
_MONTH = timedelta(days=31)
_INSTANT = timedelta(microseconds=1)


class Entry(NamedTuple):
    """A day, or an event under it."""

    day: date
    meeting: Meeting | None = None

    @property
    def meeting_id(self) -> str:
        return self.meeting.id if self.meeting else ""


class Agenda:
    """The entries in their order."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.entries = entries
        self._headings = [place for place, entry in enumerate(entries) if entry.meeting is None]
        self._days = [entries[place].day for place in self._headings]

    def heading(self, day: date) -> int | None:
        """The place of ``day``; None where it is not listed."""
        number = bisect_left(self._days, day)
        return self._headings[number] if number < len(self._days) and self._days[number] == day else None

    def is_empty(self, place: int) -> bool:
        """Whether the day at ``place`` holds nothing."""
        return place + 1 >= len(self.entries) or self.entries[place + 1].meeting is None

    def find(self, day: date, meeting_id: str) -> int | None:
        """The place of a meeting under ``day``, else the first at which it stands at all; None where it does not."""
        heading = self.heading(day)
        if heading is not None:
            for place in range(heading + 1, len(self.entries)):
                entry = self.entries[place]
                if entry.meeting is None:
                    break
                if entry.meeting.id == meeting_id:
                    return place
        return next((n for n, entry in enumerate(self.entries) if entry.meeting_id == meeting_id != ""), None)

    def from_day(self, day: date, minute: int = 0, zone: tzinfo | None = None) -> int:
        """The first stop on ``day`` from ``minute`` on, else the last one of it, else the first later one."""
        heading = self.heading(day)
        if heading is None:
            number = min(bisect_left(self._days, day), len(self._days) - 1)
            heading = self._headings[number] if self._headings else 0
        if not self.entries or self.is_empty(heading):
            return heading
        place = heading + 1
        while place < len(self.entries) and self.entries[place].meeting is not None:
            if zone is None or self.entries[place].day != day or minute_on(self.entries[place], zone) >= minute:
                return place
            place += 1
        return place - 1

    def step(self, place: int, step: int) -> int:
        """The next (1) or previous (-1) stop: an event, or a day that holds nothing; ``place`` where there is none."""
        found = place + step
        while 0 <= found < len(self.entries):
            if self.entries[found].meeting is not None or self.is_empty(found):
                return found
            found += step
        return place

    def step_day(self, place: int, step: int) -> int:
        """The first stop of the next or previous day that is listed."""
        if not self.entries:
            return place
        number = bisect_left(self._days, self.entries[place].day) + step
        return self.from_day(self._days[number]) if 0 <= number < len(self._days) else place

    def edge(self, step: int) -> int:
        """The first (1) or last (-1) stop."""
        return self.step(-1 if step > 0 else len(self.entries), step)


def minute_on(entry: Entry, zone: tzinfo) -> int:
    """The minute of the day at which the event begins, 0 where it began before."""
    if entry.meeting is None:
        return 0
    start = entry.meeting.interval.start.astimezone(zone)
    return start.hour * 60 + start.minute if start.date() == entry.day else 0


def agenda_of(meetings: Sequence[Meeting], zone: tzinfo, extra: Iterable[date] = ()) -> Agenda:
    """The agenda of ``meetings`` (by start), with the days ``extra`` even where they hold nothing.

    What lasts over several days stands under each of them; what lasts longer than a month only under those that are
    listed anyway.
    """
    by_day: dict[date, list[Meeting]] = {}
    long: dict[date, list[tuple[date, Meeting]]] = {}
    days = set(extra)
    following = None
    day = date.min
    for meeting in meetings:
        if following is None or meeting.interval.start >= following:
            day = meeting.interval.start.astimezone(zone).date()
            following = midnight(day + _DAY, zone)
        by_day.setdefault(day, []).append(meeting)
        if meeting.interval.end > following:
            last = (meeting.interval.end - _INSTANT).astimezone(zone).date()
            long.setdefault(day, []).append((last, meeting))
            if last - day <= _MONTH:
                days.update(days_of(meeting.interval, zone))
    days.update(by_day)
    entries: list[Entry] = []
    active: list[tuple[date, Meeting]] = []
    for day in sorted(days):
        active = [(last, meeting) for last, meeting in active if last >= day]
        entries.append(Entry(day))
        entries += [Entry(day, meeting) for _, meeting in active]
        entries += [Entry(day, meeting) for meeting in by_day.get(day, ())]
        active += long.get(day, ())
    return Agenda(entries)


def sentence(block: Block, grade: Grade | None, label: str, day: date, zone: tzinfo) -> str:
    """What stands under ``day``: ``10:00 to 12:00: Sprint planning, B Fabrikam, busy. Double-booked, high.``"""
    meeting = block.meeting
    label = label if "@" in label else label[:1].upper() + label[1:]
    state = standing_words(meeting)
    note = f", {block.note}" if block.note and block.note not in state and block.note != block.title else ""
    clash = f" Double-booked, {grade}." if grade is not None and grade is not Grade.HINT else ""
    return f"{_time(meeting, day, zone)}: {block.title}, {block.letters} {label}, {state}{note}.{clash}"


def _time(meeting: Meeting, day: date, zone: tzinfo) -> str:
    """When it is, as seen from ``day``."""
    if isinstance(meeting.when, AllDay):
        last = max(meeting.when.first, meeting.when.until - _DAY)
        return "All day" if last <= day else f"All day until {dated(last, day)}"
    start, end = meeting.interval.start.astimezone(zone), meeting.interval.end.astimezone(zone)
    until = _end(start, end, day)
    if start.date() < day:
        return f"All day, until {until}" if end.date() > day and "24:00" not in until else f"Until {until}"
    return f"{start:%H:%M} to {until}" if end > start else f"At {start:%H:%M}"


def _end(start: datetime, end: datetime, day: date) -> str:
    if end.time() == time() and end.date() == day + _DAY and end > start:
        return "24:00"
    return f"{end:%H:%M}" if end.date() == day else f"{dated(end.date(), day)} {end:%H:%M}"


def wrapped_words(text: str, width: int) -> list[str]:
    """``text`` on as many lines of at most ``width`` cells as it needs, cut between words where that is possible."""
    if cell_len(text) <= width:
        return [text]
    lines: list[str] = []
    line = ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if cell_len(longer) <= width:
            line = longer
            continue
        if line:
            lines.append(line)
        while cell_len(word) > width:
            head = head_of(word, width) or word[:1]
            lines.append(head)
            word = word[len(head) :]
        line = word
    return [*lines, line] if line else lines
