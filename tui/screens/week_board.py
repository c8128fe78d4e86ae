"""What stands between header and footer of the week: legend, days, hours or agenda, side panel, the lines below.

It is given a scene and draws what differs from the one before; what is equal is not touched.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import partial

from msgspec import Struct
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.geometry import Offset
from textual.getters import query_one
from textual.widget import Widget
from textual.widgets import Static

from tui.domain.meetings import Meeting
from tui.screens.week_model import Groups, account_colours, block_of, labels_of
from tui.screens.week_side import side_lines
from tui.screens.week_text import bottom_rule, detail_lines
from tui.widgets.agenda_list import AgendaList, Written
from tui.widgets.event_lines import month_words
from tui.widgets.line_view import Page as TextPage
from tui.widgets.week_agenda import Agenda, Entry, sentence
from tui.widgets.week_block import Shape
from tui.widgets.week_cursor import Cursor
from tui.widgets.week_grid import WeekGrid
from tui.widgets.week_head import WeekHead, legend
from tui.widgets.week_layout import Page
from tui.widgets.week_sizes import side_width_for
from tui.workspace.view import Snapshot


class Scene(Struct, frozen=True, eq=False):
    """All that is to be seen."""

    snapshot: Snapshot
    groups: Groups
    page: Page
    cursor: Cursor
    now: datetime
    """In the zone of the page."""
    is_private: bool
    empty: Content | None = None
    """What stands there instead of a week."""
    agenda: Agenda | None = None
    """The list, where the week is shown as one."""
    place: int = 0
    """Of the cursor in the agenda."""

    @property
    def meeting(self) -> Meeting | None:
        """The one under the cursor."""
        index = self.page.block_index(self.cursor.meeting_id) if self.cursor.meeting_id else None
        return None if index is None else self.page.blocks[index].meeting


class WeekBoard(Vertical):
    """The body of the week screen."""

    grid = query_one(WeekGrid)
    head = query_one(WeekHead)
    agenda = query_one(AgendaList)

    def __init__(self) -> None:
        super().__init__(id="week-board")
        self._drawn: Scene | None = None
        self._said: dict[str, Content] = {}

    def compose(self) -> Iterable[Widget]:
        yield Static("", id="legend")
        with Horizontal(id="week-middle"):
            with Vertical(id="week-hours"):
                yield WeekHead()
                yield WeekGrid()
                yield AgendaList()
                yield Static("", id="empty")
            side = TextPage(id="week-side")
            side.can_focus = False
            yield side
        yield Static("", id="details")

    def draw(self, scene: Scene) -> None:
        """Show ``scene``."""
        before, self._drawn = self._drawn, scene
        is_list = scene.agenda is not None
        self.head.display = self.grid.display = not scene.empty and not is_list
        self.agenda.display = not scene.empty and is_list
        self.query_one("#empty").display = bool(scene.empty)
        self._say("#empty", scene.empty or Content(""))
        self._say("#legend", Content("") if scene.empty else self._legend(scene))
        self.query_one("#details").visible = not scene.empty
        if scene.agenda is not None:
            self._draw_agenda(before, scene, scene.agenda)
        else:
            self.head.show(scene.page, scene.cursor, scene.now)
            self.grid.show(scene.page, scene.cursor, scene.now)
        self._describe(scene)

    def move(self, scene: Scene) -> None:
        """Show ``scene``, which differs by the cursor alone."""
        if self._drawn is None or self._drawn.agenda is not scene.agenda:
            self.draw(scene)
            return
        if scene.agenda is not None:
            self.agenda.move(scene.place)
        else:
            self.grid.move(scene.cursor)
            self.head.move(scene.cursor)
        self._describe(scene)

    def _draw_agenda(self, before: Scene | None, scene: Scene, agenda: Agenda) -> None:
        if (
            before is not None
            and before.agenda is agenda
            and before.is_private == scene.is_private
            and before.snapshot.grades == scene.snapshot.grades
            and before.now == scene.now
        ):
            self.agenda.move(scene.place)
            return
        if before is None or before.agenda is None:
            self.agenda.open_at_cursor()
        colours, labels = account_colours(scene.snapshot.letters), labels_of(scene.snapshot)
        self.agenda.show(agenda, scene.place, scene.now, partial(_written, scene, colours, labels))

    def on_week_grid_resized(self) -> None:
        self.call_after_refresh(self.point)

    def on_agenda_list_resized(self) -> None:
        self.call_after_refresh(self.point)

    def point(self) -> None:
        """Put the terminal's own cursor where the cursor is: screen readers and input methods follow it."""
        widget = self.agenda if self.agenda.display else self.grid
        offset: Offset | None = widget.cursor_offset or self.head.cursor_offset
        if offset is not None and self.screen.is_current:
            self.app.cursor_position = offset

    def _legend(self, scene: Scene) -> Content:
        snapshot = scene.snapshot
        labels, colours = labels_of(snapshot), account_colours(snapshot.letters)
        connected = [view.account for view in snapshot.connections]
        accounts = tuple((one.letter, labels.get(one.id, ""), colours.get(one.id, 0)) for one in connected)
        has_hollow = any(block.shape is Shape.HOLLOW for block in scene.page.blocks)
        day = scene.cursor.day
        return legend(month_words(day), day.isocalendar().week, accounts, has_hollow, self.app.size.width)

    def _describe(self, scene: Scene) -> None:
        """The lines below, and the panel beside: everything of what is under the cursor."""
        width = self.app.size.width
        side = side_width_for(width)
        lines = detail_lines(
            scene.snapshot, scene.groups, scene.page, scene.cursor, scene.is_private, width, scene.now.date()
        )
        shown = [bottom_rule(scene.page if scene.agenda is None else None, width - side, width)]
        shown += [line.truncate(width, ellipsis=True) for line in lines]
        self._say("#details", Content("\n").join(shown))
        panel = self.query_one("#week-side", TextPage)
        panel.display = bool(side)
        if side:
            panel.show(
                partial(
                    side_lines,
                    scene.snapshot,
                    scene.page,
                    scene.meeting,
                    scene.cursor.day,
                    scene.now,
                    scene.is_private,
                    self.app.size.height * 3 // 5,
                )
            )
        self.call_after_refresh(self.point)

    def _say(self, where: str, content: Content) -> None:
        said = self._said.get(where)
        if said is None or not said.is_same(content):
            self._said[where] = content
            self.query_one(where, Static).update(content, layout=False)


def _written(scene: Scene, colours: dict[str, int], labels: dict[str, str], entry: Entry) -> Written:
    assert entry.meeting is not None
    snapshot = scene.snapshot
    block = block_of(snapshot, entry.meeting, colours, scene.is_private)
    label = labels.get(entry.meeting.lead.calendar.account_id, "")
    grade = snapshot.grades.get(entry.meeting.id)
    return Written(block, sentence(block, grade, label, entry.day, snapshot.zone))
