"""Where the person is double-booked: the groups at the left, the one under the cursor in full at the right.

Nothing is decided here: the groups come with the snapshot, and the screen lays them out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.getters import query_one
from textual.widget import Widget
from textual.widgets import Static

from tui.actions import Place
from tui.domain.conflicts import Group
from tui.domain.meetings import Meeting
from tui.domain.series import Line, SeriesClash, series_of
from tui.screens.base import PlaceScreen, screen_bindings
from tui.screens.conflict_checks import checked_lines, summary
from tui.screens.conflict_detail import Part, Viewed, copied, detail, shown_members
from tui.screens.list_keys import ListKeys
from tui.screens.shell import Shell
from tui.widgets.footer import Footer
from tui.widgets.group_list import GroupList, GroupsShown, clash_id
from tui.widgets.line_view import Page, RowList
from tui.widgets.rules import Rule
from tui.workspace.view import Snapshot

TALL_ROWS = 30
"""From this many rows of the terminal on, the reasons stand below the members."""


class ConflictsScreen(ListKeys, PlaceScreen):
    """The conflict groups of the selected sub-account."""

    PLACE = Place.CONFLICTS
    BINDINGS: ClassVar[list[BindingType]] = screen_bindings(Place.CONFLICTS)
    CSS_PATH = "conflicts.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-medium"), (150, "-wide")]  # noqa: RUF012

    rows = query_one("#groups", GroupList)
    page = query_one("#detail", Page)

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self._lines: Sequence[Line] = ()
        self._occurrences: dict[str, int] = {}
        self._expanded: frozenset[str] = frozenset()
        self._member = ""
        self._with_reasons = False

    def compose_body(self) -> Iterable[Widget]:
        yield Rule(joint="┬", beside="left")
        yield from self._compose_split()
        yield Static(id="no-conflicts")
        yield Rule(joint="┴", beside="left")

    def _compose_split(self) -> ComposeResult:
        with Horizontal(id="conflicts"):
            with Vertical(id="left"):
                yield Static(id="summary")
                yield GroupList(id="groups")
            yield Page(id="detail")

    def on_mount(self) -> None:
        self.rows.focus()

    def show(self, snapshot: Snapshot) -> None:
        self._lines = snapshot.lines()
        self._occurrences = series_totals(snapshot, self._lines, self.now())
        self.set_class(not self._lines, "-empty")
        self.call_after_refresh(self._join_rules)
        if self._lines:
            self.query_one("#summary", Static).update(summary(snapshot))
            self._list()
        else:
            self.query_one("#no-conflicts", Static).update(Content("\n").join(checked_lines(snapshot, self.now())))

    def _join_rules(self) -> None:
        """The upright line is there or not, by what there is to show."""
        for rule in self.query(Rule):
            rule.refresh()

    def tick(self) -> None:
        self._draw()

    def on_resize(self) -> None:
        self._draw()
        self.call_after_refresh(self._join_rules)

    def _list(self, cursor: str = "") -> None:
        snapshot = self.snapshot
        self.rows.show_groups(
            GroupsShown(
                lines=self._lines,
                zone=snapshot.zone,
                today=self.now().date(),
                letters=snapshot.letters,
                occurrences=self._occurrences,
                expanded=self._expanded,
                is_private=self.shell.is_private,
            ),
            cursor,
        )
        self._draw()

    @property
    def _clash(self) -> SeriesClash | None:
        """The clash of two series under the cursor, or None."""
        clashes = (entry for entry in self._lines if isinstance(entry, SeriesClash))
        return next((clash for clash in clashes if clash_id(clash) == self.rows.cursor_id), None)

    @property
    def group(self) -> Group | None:
        """The group under the cursor; of a clash its next one."""
        clash = self._clash
        if clash is not None:
            return clash.groups[0]
        return next((group for group in self.snapshot.groups if group.id == self.rows.cursor_id), None)

    @property
    def meeting(self) -> Meeting | None:
        """The member that is marked."""
        viewed = self._viewed()
        return next((m for m in viewed.group.members if m.id == viewed.member), None) if viewed else None

    def _viewed(self) -> Viewed | None:
        group = self.group
        if group is None:
            return None
        members = shown_members(group)
        if self._member not in {meeting.id for meeting in members}:
            self._member = members[0].id
        clash = self._clash
        return Viewed(
            snapshot=self.snapshot,
            group=group,
            member=self._member,
            now=self.shell.clock.now(),
            note=f"the next of {len(clash.groups)}" if clash else "",
            is_private=self.shell.is_private,
        )

    @property
    def _parts(self) -> Part:
        if self.size.height >= TALL_ROWS:
            return Part.MEMBERS | Part.REASONS
        return Part.REASONS if self._with_reasons else Part.MEMBERS

    def _draw(self, *, from_top: bool = False) -> None:
        viewed = self._viewed()
        if viewed is None:
            self.page.show(lambda width: ())
            return
        parts = self._parts
        self.query_one(Footer).lead(("back",) if parts is Part.REASONS else ())
        self.page.show(lambda width: detail(viewed, width, parts).lines)
        if from_top:
            self.page.scroll_home(animate=False)

    def on_row_list_moved(self, message: RowList.Moved) -> None:
        self._member = ""
        self._with_reasons = False
        self._draw(from_top=True)

    def on_row_list_chosen(self, message: RowList.Chosen) -> None:
        clash = self._clash
        if clash is not None:
            self._expanded = self._expanded ^ {clash_id(clash)}
            self._list()
        elif self._viewed() is not None:
            self.action_open_event()

    def action_open_event(self) -> None:
        """Show everything of the member that is marked."""
        viewed, meeting = self._viewed(), self.meeting
        if viewed is None or meeting is None:
            return
        from tui.screens.event import EventDialog

        self.app.push_screen(EventDialog(self.shell, meeting, among=shown_members(viewed.group)))

    def action_next(self) -> None:
        self._step(1)

    def action_previous(self) -> None:
        self._step(-1)

    def _step(self, step: int) -> None:
        viewed = self._viewed()
        if viewed is None:
            return
        ids = [meeting.id for meeting in shown_members(viewed.group)]
        self._member = ids[(ids.index(viewed.member) + step) % len(ids)]
        self._with_reasons = False
        self._draw()
        lines = detail(viewed, self.page.line_width, self._parts).member_lines[self._member]
        self.page.show_lines(0 if self._member == ids[0] else lines.start, lines.stop - lines.start)

    def action_why(self) -> None:
        viewed = self._viewed()
        if viewed is None:
            return
        if self.size.height >= TALL_ROWS:
            page = detail(viewed, self.page.line_width, self._parts)
            self.page.show_lines(page.reasons_line, len(page.lines) - page.reasons_line)
            return
        self._with_reasons = not self._with_reasons
        self._draw(from_top=True)

    def action_back(self) -> None:
        """From the reasons to the members, else from the text to the list."""
        if self._parts is Part.REASONS:
            self._with_reasons = False
            self._draw(from_top=True)
        else:
            self.rows.focus()

    def action_copy(self) -> None:
        viewed = self._viewed()
        if viewed is not None:
            self.app.copy_to_clipboard(copied(viewed))
            self.shell.toast("Copied this double booking as text.")

    def action_cursor_right(self) -> None:
        """Into the text at the right, to scroll it."""
        self.page.focus()

    def action_cursor_left(self) -> None:
        self.rows.focus()


def series_totals(snapshot: Snapshot, lines: Sequence[Line], now: datetime) -> dict[str, int]:
    """Clash id to how many meetings are still to come of that one of its two series that has fewer."""
    clashes = [entry for entry in lines if isinstance(entry, SeriesClash)]
    if not clashes:
        return {}
    coming = (meeting for meeting in snapshot.meetings if meeting.interval.end > now and meeting.lead.event.series_id)
    totals = Counter(series_of(meeting) for meeting in coming)
    return {
        clash_id(clash): min(totals[series_of(meeting)] for meeting in clash.groups[0].members) for clash in clashes
    }
