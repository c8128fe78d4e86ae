"""The week of all calendars, with a cursor that walks by event and by time.

The screen holds the cursor and the view; pages are made from a snapshot by pure functions, and the widgets draw
them. A page is made again only when data, days, scale or privacy change.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import ClassVar

from textual.binding import BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from tui.actions import Place
from tui.domain.meetings import Meeting
from tui.domain.timespan import midnight
from tui.screens.base import PlaceScreen
from tui.screens.bindings import screen_bindings
from tui.screens.shell import Shell
from tui.screens.summary import is_read
from tui.screens.week_model import account_colours, blocks_of, labels_of, opening_cursor
from tui.screens.week_text import bottom_rule, detail_lines, empty_text
from tui.screens.week_view import View, choices, chosen
from tui.widgets import week_cursor
from tui.widgets.agenda_list import AgendaList
from tui.widgets.event_lines import month_words
from tui.widgets.week_cursor import Cursor
from tui.widgets.week_grid import WeekGrid
from tui.widgets.week_head import WeekHead, legend
from tui.widgets.week_layout import Page, Shape, all_day_lines_for, days_for, first_day, lay_out, minutes_for
from tui.workspace.view import Snapshot

_WEEK_STARTS = {"monday": 0, "saturday": 5, "sunday": 6}


class WeekScreen(PlaceScreen):
    """Hours down, days across, every connected calendar."""

    PLACE = Place.WEEK
    MINIMUM = (30, 8)
    CSS_PATH = Path(__file__).with_suffix(".tcss")
    BINDINGS: ClassVar[list[BindingType]] = screen_bindings(Place.WEEK)

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        now = self.now()
        self.view = View()
        self.cursor = Cursor(now.date(), now.hour * 60 + now.minute)
        self._page: Page | None = None
        self._page_key: tuple[object, ...] = ()
        self._data: tuple[object, object] = ((), ())
        self._is_opened = False

    def compose_body(self) -> Iterable[Widget]:
        yield Static("", id="legend")
        yield WeekHead()
        yield WeekGrid()
        yield AgendaList()
        yield Static("", id="empty")
        yield Static("", id="details")

    @property
    def page(self) -> Page:
        """What is shown; there is one as soon as the screen is mounted."""
        assert self._page is not None
        return self._page

    def show(self, snapshot: Snapshot) -> None:
        self._lay_out()

    def tick(self) -> None:
        self._draw()

    def on_resize(self) -> None:
        if self._page is not None:
            self._lay_out()

    def _lay_out(self) -> None:
        """Make the page that holds the cursor, unless it is the one that is shown."""
        size = self.app.size
        days = self.view.days or days_for(size.width - 1)
        minutes = self.view.minutes or minutes_for(size.height - 11)
        if self._is_agenda:
            days = 7
        shown = self._page.days[0] if self._page is not None and len(self._page.days) == days else None
        first = first_day(self.cursor.day, shown, days, _WEEK_STARTS[self.shell.settings.week.first_day])
        data = (self.snapshot.meetings, self.snapshot.groups)
        lines = 0 if self._is_agenda else all_day_lines_for(size.height)
        key = (self.shell.is_private, first, days, minutes, lines)
        if self._page is None or key != self._page_key or data[0] is not self._data[0] or data[1] is not self._data[1]:
            self._page_key, self._data = key, data
            blocks = blocks_of(self.snapshot, first, first + timedelta(days=days), self.shell.is_private)
            self._page = lay_out(blocks, first, days, self.snapshot.zone, minutes, lines)
        self._settle()
        self._draw()

    def _settle(self) -> None:
        """Put the cursor on what is at its place now; the first time on what comes next."""
        if not self._is_opened:
            self.cursor = opening_cursor(self.page, self.now())
        elif self.cursor.line is not None:
            self.cursor = week_cursor.on_line(self.page, self.cursor.day, self.cursor.line, self.cursor.minute)
        else:
            self.cursor = week_cursor.at_time(self.page, self.cursor.day, self.cursor.minute, self.cursor.meeting_id)

    def _draw(self) -> None:
        page, now = self.page, self.now()
        empty = empty_text(self.snapshot) if self.shell.is_ready else None
        grid, head, agenda = self.query_one(WeekGrid), self.query_one(WeekHead), self.query_one(AgendaList)
        grid.display = head.display = not empty and not self._is_agenda
        agenda.display = not empty and self._is_agenda
        self.query_one("#empty").display = bool(empty)
        self.query_one("#empty", Static).update(empty or "", layout=False)
        if self._is_agenda:
            agenda.show(page, self.cursor, now, self.snapshot.grades, labels_of(self.snapshot))
        else:
            head.show(page, self.cursor, now, all_day_lines_for(self.app.size.height))
            grid.show(page, self.cursor, now)
            if not empty:
                self._open(grid, now)
        self.query_one("#legend", Static).update("" if empty else self._legend(), layout=False)
        self.query_one("#details").visible = not empty
        self._describe()

    def _open(self, grid: WeekGrid, now: datetime) -> None:
        if self._is_opened:
            grid.reveal(self.cursor)
        else:
            self._is_opened = bool(self.snapshot.meetings)
            grid.open_at(now.hour * 60 + now.minute if self.page.holds(now.date()) else None)

    @property
    def _is_agenda(self) -> bool:
        return self.view.agenda or self.app.size.width < 60 or self.app.size.height < 16

    def _legend(self) -> Content:
        labels, colours = labels_of(self.snapshot), account_colours(self.snapshot.letters)
        connected = [view.account for view in self.snapshot.connections]
        accounts = tuple((one.letter, labels.get(one.id, ""), colours.get(one.id, 0)) for one in connected)
        has_hollow = any(block.shape is Shape.HOLLOW for block in self.page.blocks)
        day = self.cursor.day
        return legend(month_words(day), day.isocalendar().week, accounts, has_hollow, self.app.size.width)

    def _describe(self) -> None:
        """The two lines that say everything of what is under the cursor, below the one that ends the hours."""
        width, today = self.app.size.width, self.now().date()
        lines = detail_lines(self.snapshot, self.page, self.cursor, self.shell.is_private, width, today)
        shown = [bottom_rule(0 if self._is_agenda else len(self.page.columns), width)]
        shown += [line.truncate(width, ellipsis=True) for line in lines]
        self.query_one("#details", Static).update(Content("\n").join(shown), layout=False)

    def go(self, cursor: Cursor) -> None:
        """Move the cursor, and turn the page where it leaves it."""
        self.cursor = cursor
        if not self.page.holds(cursor.day):
            self._lay_out()
            return
        if self._is_agenda:
            self.query_one(AgendaList).move(cursor)
        else:
            self.query_one(WeekGrid).move(cursor)
            self.query_one(WeekHead).move(cursor)
        self._describe()

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
        if self.page.holds(day):
            self.go(week_cursor.at_time(self.page, day, self.cursor.minute))
        else:
            self.go(Cursor(day, self.cursor.minute))

    @property
    def meeting(self) -> Meeting | None:
        """The meeting under the cursor."""
        index = self.page.block_index(self.cursor.meeting_id) if self.cursor.meeting_id else None
        return None if index is None else self.page.blocks[index].meeting

    def action_cursor_up(self) -> None:
        self._vertically(-1)

    def action_cursor_down(self) -> None:
        self._vertically(1)

    def action_page_up(self) -> None:
        self._vertically(-self.query_one(WeekGrid).page_rows)

    def action_page_down(self) -> None:
        self._vertically(self.query_one(WeekGrid).page_rows)

    def _vertically(self, rows: int) -> None:
        if self._is_agenda:
            self._by_event(1 if rows > 0 else -1)
        else:
            self.go(week_cursor.vertically(self.page, self.cursor, rows))

    def action_cursor_left(self) -> None:
        self.go(week_cursor.sideways(self.page, self.cursor, -1))

    def action_cursor_right(self) -> None:
        self.go(week_cursor.sideways(self.page, self.cursor, 1))

    def action_cursor_home(self) -> None:
        self.go_to_day(self.page.days[0])

    def action_cursor_end(self) -> None:
        self.go_to_day(self.page.days[-1])

    def action_next(self) -> None:
        self._by_event(1)

    def action_previous(self) -> None:
        self._by_event(-1)

    def _by_event(self, step: int) -> None:
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
        self._is_opened = False
        self.cursor = Cursor(self.now().date(), 0)
        self._lay_out()

    def action_week_back(self) -> None:
        self.go_to_day(self.cursor.day - timedelta(days=7))

    def action_week_forth(self) -> None:
        self.go_to_day(self.cursor.day + timedelta(days=7))

    def on_week_grid_pointed(self, message: WeekGrid.Pointed) -> None:
        self._pointed(message.cursor, message.twice)

    def on_week_head_pointed(self, message: WeekHead.Pointed) -> None:
        self._pointed(message.cursor, message.twice)

    def on_agenda_list_pointed(self, message: AgendaList.Pointed) -> None:
        self._pointed(message.cursor, message.twice)

    def _pointed(self, cursor: Cursor, twice: bool) -> None:
        self.go(cursor)
        if twice:
            self.action_open_event()

    def action_open_event(self) -> None:
        if self.meeting is None:
            self.say("No event under the cursor: tab goes to the next one.")
            return
        from tui.screens.event import EventDialog

        self.app.push_screen(EventDialog(self.shell, self.meeting))

    def action_why(self) -> None:
        if self.meeting is None:
            self.say("No event under the cursor: tab goes to the next one.")
            return
        from tui.screens.event import WhyDialog

        self.app.push_screen(WhyDialog(self.shell, self.meeting))

    def action_copy(self) -> None:
        lines = detail_lines(self.snapshot, self.page, self.cursor, self.shell.is_private, 0, self.now().date())
        self.app.copy_to_clipboard("\n".join(line.plain.strip() for line in lines))
        self.say("Copied.")

    def action_next_clash(self) -> None:
        from tui.screens.week_clash import clash_after

        found = clash_after(self.snapshot, self.page, self.cursor)
        if found is None:
            self.say("You are not double-booked." if is_read(self.snapshot) else "Not every calendar is read yet.")
            return
        self.go_to_meeting(found.meeting)
        if not found.meeting.all_day:
            start = found.start.astimezone(self.page.zone)
            minute = start.hour * 60 + start.minute
            self.go(week_cursor.at_time(self.page, start.date(), minute, found.meeting.id))

    def action_view(self) -> None:
        from tui.screens.dialogs import ChoiceDialog

        self.app.push_screen(ChoiceDialog("View", choices(self.view, self.shell.is_private)), self._set_view)

    def _set_view(self, choice: str | None) -> None:
        if choice == "privacy":
            self.shell.set_private(not self.shell.is_private)
        elif choice:
            self.view = chosen(self.view, choice)
            self._lay_out()

    def action_go_to(self) -> None:
        from tui.screens.date_words import read_day
        from tui.screens.dialogs import PromptDialog
        from tui.widgets.event_lines import day_words

        def read(text: str) -> str:
            day = read_day(text, self.now().date())
            return f"{day_words(day)} {day.year}"

        def arrive(text: str | None) -> None:
            if text is not None:
                self.go_to_day(read_day(text, self.now().date()))

        self.app.push_screen(PromptDialog("Go to", "fri, 24 dec, next week, 2026-12-01", read), arrive)

    def action_search(self) -> None:
        from tui.screens.search import SearchDialog

        self.app.push_screen(SearchDialog(self.snapshot, self.now(), self.shell.is_private, self.go_to_meeting))
