"""Finding events by words: everything that is said of them is folded once, and then only looked through.

Made once per list of meetings, away from the screen's thread. A search is linear and knows no patterns: a text can
be long, never slow. Private events are left out in privacy mode, so that guessing words finds out nothing.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from msgspec import Struct

from tui.domain.accounts import Calendar
from tui.domain.events import CalendarKey, EventCopy
from tui.domain.meetings import Meeting

MOST_HITS = 200
_FIELDS = ("title", "place", "person", "category", "calendar", "text")


class Hit(NamedTuple):
    """A meeting that was found, and where the words stand that are not in its title."""

    meeting: Meeting
    reason: str


class Hits(Struct, frozen=True):
    """Those to come first, by start; then those that are over, the newest first."""

    shown: tuple[Hit, ...] = ()
    count: int = 0
    """How many there are; more than are shown when there are very many."""


class SearchIndex:
    """All meetings of a snapshot, folded for comparing."""

    def __init__(
        self, meetings: Sequence[Meeting], calendars: Mapping[CalendarKey, Calendar], *, is_private: bool
    ) -> None:
        """``meetings`` are by start; with ``is_private`` what is private is not found."""
        self._meetings = [m for m in meetings if not (is_private and any(c.event.is_private for c in m.copies))]
        self._calendars = calendars
        self._folded = ["\n".join(self._said(meeting)).casefold() for meeting in self._meetings]

    def hits(self, query: str, now: datetime) -> Hits:
        """The meetings in which every word of ``query`` stands, in any copy."""
        words = query.casefold().split()
        if not words:
            return Hits()
        found = [index for index, said in enumerate(self._folded) if all(word in said for word in words)]
        order = self._in_order(found, now)
        shown = (self._meetings[index] for index in order[:MOST_HITS])
        return Hits(tuple(Hit(meeting, self._reason(meeting, words)) for meeting in shown), len(found))

    def _in_order(self, found: Sequence[int], now: datetime) -> list[int]:
        """Those that end after ``now``, then the others backwards."""
        begun = bisect_left(found, now, key=lambda index: self._meetings[index].interval.start)
        running = [index for index in found[:begun] if self._meetings[index].interval.end > now]
        is_running = set(running)
        return [*running, *found[begun:], *(index for index in reversed(found[:begun]) if index not in is_running)]

    def _said(self, meeting: Meeting) -> Iterator[str]:
        """Everything that is said of a meeting, each text once."""
        return iter(dict.fromkeys(text for copy in meeting.copies for _, text in self._texts(copy) if text))

    def _texts(self, copy: EventCopy) -> Iterator[tuple[str, str]]:
        """What a copy says, each with the field that says it."""
        event = copy.event
        yield "title", event.subject
        yield "place", event.location
        for person in (event.organizer, *(attendee.person for attendee in event.attendees)):
            if person is not None:
                yield "person", person.name
                yield "person", person.address
        yield from (("category", category) for category in event.categories)
        calendar = self._calendars.get(copy.calendar)
        yield "calendar", calendar.name if calendar else ""
        yield "text", event.preview

    def _reason(self, meeting: Meeting, words: Sequence[str]) -> str:
        """Where the words stand that are not in the title shown: ``person: Lee Park``."""
        title = meeting.lead.event.subject.casefold()
        wanted = [word for word in words if word not in title]
        if not wanted:
            return ""
        texts = [(name, text) for copy in meeting.copies for name, text in self._texts(copy)]
        said = (f"{name}: {text}" for name, text in sorted(texts, key=_by_field) if wanted[0] in text.casefold())
        return next(said, "")


def _by_field(text: tuple[str, str]) -> int:
    return _FIELDS.index(text[0])
