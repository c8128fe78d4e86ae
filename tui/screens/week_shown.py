"""The week without its keys: what is shown, where the cursor is, and how both follow the data and the screen.

The screen holds the cursor and the view; pages are made from a snapshot by pure functions, and the board draws
them.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from textual.getters import query_one
from textual.widget import Widget

from tui.domain.meetings import Meeting
from tui.screens.base import PlaceScreen
from tui.screens.shell import Shell
from tui.screens.week_board import Scene, WeekBoard
from tui.screens.week_model import opening_cursor
from tui.screens.week_pages import Pages, followed
from tui.screens.week_text import empty_text
from tui.screens.week_view import View
from tui.widgets import week_cursor
from tui.widgets.week_agenda import Agenda, minute_on
from tui.widgets.week_cursor import Cursor
from tui.widgets.week_layout import Page
from tui.workspace.view import Snapshot


class ShownWeek(PlaceScreen):
    """Some days of every connected calendar, and a cursor."""

    board = query_one(WeekBoard)

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        now = self.now()
        self.second_zone_is_shown = True
        self.cursor = Cursor(now.date(), now.hour * 60 + now.minute)
        self._pages = Pages(shell)
        self._page: Page | None = None
        self._selected: Meeting | None = None
        self._is_opened = False
        self._hours_are_opened = False

    def compose_body(self) -> Iterable[Widget]:
        yield WeekBoard()

    @property
    def page(self) -> Page:
        """What is shown; there is one as soon as the screen is mounted."""
        assert self._page is not None
        return self._page

    @property
    def meeting(self) -> Meeting | None:
        """The meeting under the cursor."""
        index = self.page.block_index(self.cursor.meeting_id) if self.cursor.meeting_id else None
        return None if index is None else self.page.blocks[index].meeting

    @property
    def view(self) -> View:
        """How the person wants the week to be shown."""
        week = self.shell.settings.week
        return View(days=week.days, minutes=week.row_minutes, agenda=week.agenda, second_zone=self.second_zone_is_shown)

    def show(self, snapshot: Snapshot) -> None:
        self._lay_out()

    def tick(self) -> None:
        self.board.draw(self._scene())

    def on_resize(self) -> None:
        if self._page is not None:
            self._lay_out()

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        self.call_after_refresh(self.board.point)

    def _lay_out(self) -> None:
        """Show the page that holds the cursor."""
        self._page = self._pages.page(self.cursor.day, self.view, self.app.size)
        self._settle()
        if not self.page.holds(self.cursor.day):
            self._page = self._pages.page(self.cursor.day, self.view, self.app.size)
        scene = self._scene()
        self.board.draw(scene)
        if scene.agenda is None and not scene.empty:
            self._open()
        self._is_opened = self._is_opened or bool(self.snapshot.meetings)
        self._selected = self.meeting

    def _settle(self) -> None:
        """Put the cursor on the event it was on, else on what is at its place; the first time on what comes next."""
        if not self._is_opened:
            self.cursor = opening_cursor(self.page, self.now())
        else:
            self.cursor = followed(self.page, self.cursor, self._selected)
        agenda = self._agenda
        if agenda is not None and agenda.entries:
            self.cursor = self._at_place(agenda, self._place_in(agenda))

    def _open(self) -> None:
        """The first time: the working day, with now in sight."""
        grid = self.board.grid
        if self._hours_are_opened:
            grid.reveal(self.cursor)
        else:
            self._hours_are_opened = bool(self.snapshot.meetings)
            now = self.now()
            grid.open_at(now if self.page.holds(now.date()) else None)

    def _scene(self) -> Scene:
        agenda = self._agenda
        return Scene(
            snapshot=self.snapshot,
            groups=self._pages.groups,
            page=self.page,
            cursor=self.cursor,
            now=self.now(),
            is_private=self.shell.is_private,
            empty=empty_text(self.snapshot) if self.shell.is_ready else None,
            agenda=agenda,
            place=self._place_in(agenda) if agenda is not None else 0,
        )

    @property
    def _agenda(self) -> Agenda | None:
        """The list, where the week is shown as one."""
        if not self._pages.is_agenda(self.view, self.app.size):
            return None
        return self._pages.agenda(self.now().date(), self.cursor.day)

    def _place_in(self, agenda: Agenda) -> int:
        if self.cursor.meeting_id:
            found = agenda.find(self.cursor.day, self.cursor.meeting_id)
            if found is not None:
                return found
        return agenda.from_day(self.cursor.day, self.cursor.minute, self.snapshot.zone)

    def _at_place(self, agenda: Agenda, place: int) -> Cursor:
        entry = agenda.entries[place]
        return Cursor(entry.day, minute_on(entry, self.snapshot.zone), entry.meeting_id)

    def go(self, cursor: Cursor) -> None:
        """Move the cursor, and turn the page where it leaves it."""
        self.cursor = cursor
        if not self.page.holds(cursor.day):
            self._selected = None
            self._lay_out()
            return
        self._selected = self.meeting
        self.board.move(self._scene())

    def go_to_meeting(self, meeting: Meeting) -> None:
        """Put the cursor on ``meeting``, whichever week it is in."""
        day = meeting.interval.start.astimezone(self.snapshot.zone).date()
        if not self.page.holds(day):
            self.go(Cursor(day, 0))
        cursor = week_cursor.on_meeting(self.page, meeting.id, day)
        if cursor is not None:
            self.go(cursor)

    def go_to_day(self, day: date) -> None:
        """Put the cursor on ``day``, at the same time."""
        agenda = self._pages.agenda(self.now().date(), day) if self._agenda is not None else None
        if agenda is not None:
            self.go(self._at_place(agenda, agenda.from_day(day, self.cursor.minute, self.snapshot.zone)))
        elif self.page.holds(day):
            self.go(week_cursor.at_time(self.page, day, self.cursor.minute, again=self.cursor.again))
        else:
            self.go(Cursor(day, self.cursor.minute))
