"""The keys and the mouse of the week of all calendars: a cursor that walks by event and by time."""

from __future__ import annotations

from bisect import bisect_left
from datetime import timedelta
from pathlib import Path
from typing import ClassVar

from textual.binding import BindingType

from tui.actions import Place
from tui.domain.meetings import Meeting
from tui.domain.timespan import midnight
from tui.screens.bindings import screen_bindings
from tui.screens.summary import is_read
from tui.screens.week_shown import ShownWeek
from tui.screens.week_text import detail_lines
from tui.screens.week_view import choices, chosen
from tui.widgets import week_cursor
from tui.widgets.agenda_list import AgendaList
from tui.widgets.week_cursor import Cursor
from tui.widgets.week_grid import WeekGrid
from tui.widgets.week_head import WeekHead


class WeekScreen(ShownWeek):
    """Hours down, days across, every connected calendar."""

    PLACE = Place.WEEK
    CSS_PATH = Path(__file__).with_suffix(".tcss")
    BINDINGS: ClassVar[list[BindingType]] = screen_bindings(Place.WEEK)

    def action_cursor_up(self) -> None:
        self._vertically(-1)

    def action_cursor_down(self) -> None:
        self._vertically(1)

    def _vertically(self, rows: int) -> None:
        if not self._in_agenda("step", rows):
            self.go(week_cursor.vertically(self.page, self.cursor, rows))

    def action_page_up(self) -> None:
        self._page_key(-1)

    def action_page_down(self) -> None:
        self._page_key(1)

    def _page_key(self, step: int) -> None:
        agenda = self._agenda
        if agenda is not None:
            self.go(self._at_place(agenda, self.board.agenda.paged(step)))
        else:
            self.go(week_cursor.vertically(self.page, self.cursor, step * self.board.grid.page_rows))

    def action_cursor_left(self) -> None:
        if not self._in_agenda("step_day", -1):
            self.go(week_cursor.sideways(self.page, self.cursor, -1))

    def action_cursor_right(self) -> None:
        if not self._in_agenda("step_day", 1):
            self.go(week_cursor.sideways(self.page, self.cursor, 1))

    def action_cursor_home(self) -> None:
        if not self._in_agenda("edge", 1):
            self.go_to_day(self.page.days[0])

    def action_cursor_end(self) -> None:
        if not self._in_agenda("edge", -1):
            self.go_to_day(self.page.days[-1])

    def _in_agenda(self, move: str, step: int) -> bool:
        """Move over the list by one of its ways; whether the week is shown as a list at all."""
        agenda = self._agenda
        if agenda is None or not agenda.entries:
            return agenda is not None
        place = self._place_in(agenda)
        moves = {"step": agenda.step, "step_day": agenda.step_day}
        self.go(self._at_place(agenda, agenda.edge(step) if move == "edge" else moves[move](place, step)))
        return True

    def action_next(self) -> None:
        self._by_event(1)

    def action_previous(self) -> None:
        self._by_event(-1)

    def _by_event(self, step: int) -> None:
        if self._in_agenda("step", step):
            return
        found = week_cursor.by_event(self.page, self.cursor, step)
        if found is not None:
            self.go(found)
            return
        beyond = self._beyond(step)
        if beyond is not None:
            self.go_to_meeting(beyond)

    def _beyond(self, step: int) -> Meeting | None:
        """The first meeting after the page, or the last one before it."""
        meetings = self.snapshot.meetings
        edge = midnight(self.page.days[-1] + timedelta(days=1) if step > 0 else self.page.days[0], self.snapshot.zone)
        index = bisect_left(meetings, edge, key=lambda meeting: meeting.interval.start)
        index += 0 if step > 0 else -1
        return meetings[index] if 0 <= index < len(meetings) else None

    def action_today(self) -> None:
        self._is_opened = self._hours_are_opened = False
        self.cursor = Cursor(self.now().date(), 0)
        self.board.agenda.open_at_cursor()
        self._lay_out()

    def action_week_back(self) -> None:
        self.go_to_day(self.cursor.day - timedelta(days=7))

    def action_week_forth(self) -> None:
        self.go_to_day(self.cursor.day + timedelta(days=7))

    def on_week_grid_pointed(self, message: WeekGrid.Pointed) -> None:
        self._pointed(message.cursor, message.opens)

    def on_week_head_pointed(self, message: WeekHead.Pointed) -> None:
        self._pointed(message.cursor, message.opens)

    def on_agenda_list_pointed(self, message: AgendaList.Pointed) -> None:
        agenda = self._agenda
        if agenda is not None:
            self._pointed(self._at_place(agenda, message.place), message.opens)

    def _pointed(self, cursor: Cursor, opens: bool) -> None:
        self.go(cursor)
        if opens:
            self.action_open_event()

    def action_open_event(self) -> None:
        if self.cursor.is_count:
            self._open_crowd()
            return
        if self.meeting is None:
            self.say("No event under the cursor: tab goes to the next one.")
            return
        from tui.screens.event import EventDialog

        self.app.push_screen(EventDialog(self.shell, self.meeting))

    def _open_crowd(self) -> None:
        from tui.screens.week_menu import crowd_dialog
        from tui.screens.week_text import behind_count

        day = self.cursor.day
        blocks = behind_count(self.page, self.cursor)

        def choose(meeting_id: str | None) -> None:
            found = week_cursor.on_meeting(self.page, meeting_id, day) if meeting_id else None
            if found is not None:
                self.go(found)

        self.app.push_screen(crowd_dialog(blocks, self.cursor, self.page.zone, self.now().date()), choose)

    def action_why(self) -> None:
        if self.meeting is None:
            self.say("No event under the cursor: tab goes to the next one.")
            return
        from tui.screens.event import WhyDialog

        self.app.push_screen(WhyDialog(self.shell, self.meeting))

    def action_copy(self) -> None:
        lines = detail_lines(
            self.snapshot,
            self._pages.groups,
            self.page,
            self.cursor,
            self.shell.is_private,
            0,
            self.now().date(),
        )
        self.app.copy_to_clipboard("\n".join(line.plain.strip() for line in lines))
        self.say("Copied.")

    def action_next_clash(self) -> None:
        from tui.screens.week_clash import clash_after

        found = clash_after(self._pages.groups, self.page, self.cursor)
        if found is None:
            self.say("You are not double-booked." if is_read(self.snapshot) else "Not every calendar is read yet.")
            return
        self.go_to_meeting(found.meeting)
        if self.cursor.line is None and self._agenda is None:
            start = found.start.astimezone(self.page.zone)
            minute = start.hour * 60 + start.minute
            again = bool(start.fold)
            self.go(week_cursor.at_time(self.page, start.date(), minute, found.meeting.id, again=again))

    def action_view(self) -> None:
        from tui.screens.week_menu import ViewMenu

        lines = choices(self.view, self.shell.is_private, self._pages.second_zone_name)
        self.app.push_screen(ViewMenu(lines), self._set_view)

    def _set_view(self, choice: str | None) -> None:
        if choice == "privacy":
            self.shell.set_private(not self.shell.is_private)
        elif choice == "second":
            self.second_zone_is_shown = not self.second_zone_is_shown
            self._lay_out()
        elif choice:
            self.shell.change_settings(chosen(self.view, choice))
