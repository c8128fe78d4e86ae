"""Makes what the week shows, and makes it again only when something it is made of has changed."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from textual.geometry import Size

from tui.domain.meetings import Meeting
from tui.screens.shell import Shell
from tui.screens.week_model import Groups, blocks_of
from tui.screens.week_view import View
from tui.settings import read_working_hours
from tui.widgets import week_cursor
from tui.widgets.week_agenda import Agenda, agenda_of
from tui.widgets.week_cursor import Cursor
from tui.widgets.week_layout import Page, lay_out
from tui.widgets.week_sizes import (
    GUTTER,
    SECOND_GUTTER,
    all_day_lines_for,
    column_room,
    days_for,
    first_day,
    minutes_for,
    side_width_for,
)

_WEEK_STARTS = {"monday": 0, "saturday": 5, "sunday": 6}
_CHROME_ROWS = 11
"""What is neither hours nor all-day lines on the screen, about."""
_AGENDA_SIZE = Size(60, 16)
"""Up to this many columns or rows a grid cannot be read."""


class Pages:
    """The newest page, agenda and groups of a screen."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell
        self._page: Page | None = None
        self._key: tuple[object, ...] = ()
        self._made_of: tuple[object, ...] = ()
        self._groups = Groups(())
        self._agenda: Agenda | None = None
        self._listed: tuple[object, ...] = ()

    @property
    def groups(self) -> Groups:
        """The groups of the newest snapshot."""
        if self._groups.groups is not self._shell.snapshot.groups:
            self._groups = Groups(self._shell.snapshot.groups)
        return self._groups

    def page(self, day: date, view: View, size: Size) -> Page:
        """The page that holds ``day`` on a terminal of ``size``; the same object as long as nothing of it changes."""
        snapshot, is_private = self._shell.snapshot, self._shell.is_private
        is_agenda = self.is_agenda(view, size)
        width = size.width - 1 - side_width_for(size.width)
        second = self._second_zone if view.second_zone and not is_agenda else None
        gutter = GUTTER + (SECOND_GUTTER if second is not None else 0)
        days = 7 if is_agenda else view.days or days_for(width, gutter)
        minutes = view.minutes or minutes_for(size.height - _CHROME_ROWS)
        shown = self._page.days[0] if self._page is not None and len(self._page.days) == days else None
        first = first_day(day, shown, days, _WEEK_STARTS[self._shell.settings.week.first_day])
        lines = 0 if is_agenda else all_day_lines_for(size.height)
        room = 0 if is_agenda else column_room(width, days, gutter)
        hours = self._shell.settings.week.working_hours
        key = (is_private, first, days, minutes, lines, room, second, snapshot.zone, hours)
        made_of = (snapshot.meetings, snapshot.groups, snapshot.letters)
        if self._page is None or key != self._key or any(map(_differs, made_of, self._made_of)):
            blocks = blocks_of(snapshot, self.groups, first, first + timedelta(days=days), is_private)
            page = lay_out(
                blocks,
                first,
                days,
                snapshot.zone,
                minutes,
                all_day_lines=lines,
                room=room,
                second_zone=second,
                working=read_working_hours(hours),
            )
            self._key, self._made_of = key, made_of
            if page != self._page:
                self._page = page
        assert self._page is not None
        return self._page

    def is_agenda(self, view: View, size: Size) -> bool:
        """Whether the week is shown as a list."""
        return view.agenda or size.width <= _AGENDA_SIZE.width or size.height <= _AGENDA_SIZE.height

    def agenda(self, today: date, day: date) -> Agenda:
        """The list of all days that hold events, and of ``today`` and ``day`` even where they hold none."""
        snapshot = self._shell.snapshot
        listed = (snapshot.meetings, snapshot.zone, today)
        if self._agenda is None or any(map(_differs, listed, self._listed)) or self._agenda.heading(day) is None:
            self._agenda = agenda_of(snapshot.meetings, snapshot.zone, {today, day})
            self._listed = listed
        return self._agenda

    @property
    def second_zone_name(self) -> str:
        """The zone whose hours may stand beside the viewer's; empty where none is set."""
        return "" if self._second_zone is None else self._second_zone.key

    @property
    def _second_zone(self) -> ZoneInfo | None:
        name = self._shell.settings.week.second_zone
        try:
            return ZoneInfo(name) if name else None
        except (ZoneInfoNotFoundError, ValueError, OSError):
            return None


def _differs(one: object, other: object) -> bool:
    return one is not other and not (isinstance(one, date) and one == other)


def followed(page: Page, cursor: Cursor, selected: Meeting | None) -> Cursor:
    """The cursor on ``page`` as it was on the page before.

    It stays on its meeting, else on one that holds a copy of it, else at its place. ``selected`` is the meeting that
    was under it.
    """
    if cursor.meeting_id and page.holds(cursor.day):
        here = week_cursor.at_time(page, cursor.day, cursor.minute, cursor.meeting_id, again=cursor.again)
        if cursor.line is None and here.meeting_id == cursor.meeting_id:
            return here
        for meeting_id in (cursor.meeting_id, _with_a_copy_of(page, selected)):
            found = week_cursor.on_meeting(page, meeting_id, cursor.day)
            if found is not None:
                return found
    if not page.holds(cursor.day):
        return Cursor(cursor.day, cursor.minute)
    if cursor.line is not None:
        return week_cursor.on_line(page, cursor.day, cursor.line, cursor.minute)
    return week_cursor.vertically(page, cursor, 0)


def _with_a_copy_of(page: Page, meeting: Meeting | None) -> str:
    """The id of the meeting on ``page`` that holds one of the copies; empty where there is none."""
    if meeting is None:
        return ""
    wanted = {(copy.calendar, copy.event.id) for copy in meeting.copies}
    for block in page.blocks:
        if any((copy.calendar, copy.event.id) in wanted for copy in block.meeting.copies):
            return block.meeting.id
    return ""
