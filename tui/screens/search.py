"""Search in all events: the hits are a list below the week, and the week follows the one under the cursor.

Looking through the events happens in a thread; what was typed meanwhile makes an older search worthless, so that a
key never waits. Going back returns to where the person was.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any, ClassVar

from textual.app import App
from textual.binding import BindingType
from textual.content import Content
from textual.getters import query_one
from textual.widget import Widget
from textual.widgets import Input, Static

from tui.domain.meetings import Meeting
from tui.screens.go_to import visit_week
from tui.screens.search_index import Hit, Hits, SearchIndex
from tui.screens.shell import Shell
from tui.screens.working import Working
from tui.widgets.dialog import Dialog, text
from tui.widgets.event_lines import shown_subject, when_words
from tui.widgets.line_view import CURSOR, Row, RowList, binding
from tui.widgets.safe_text import MUTED, line, outside
from tui.workspace.view import Snapshot

_HINT = "title, place, person, category, calendar or text"


class SearchDialog(Working, Dialog[bool]):
    """Finds events while the person types. Gives True when they want to stay at the hit."""

    AUTO_FOCUS = "Input"
    BINDINGS: ClassVar[list[BindingType]] = [
        binding("cursor_down", "step(1)"),
        binding("cursor_up", "step(-1)"),
        binding("next", "step(1)"),
        binding("previous", "step(-1)"),
        binding("page_down", "page(1)"),
        binding("page_up", "page(-1)"),
    ]

    rows = query_one(RowList)

    def __init__(
        self, shell: Shell, follow: Callable[[Meeting], None], leave_room: Callable[[int], None] = lambda rows: None
    ) -> None:
        """``follow`` shows a meeting in the week; ``leave_room`` lets it draw above so many rows."""
        super().__init__("Search")
        self.shell = shell
        self._follow = follow
        self._leave_room = leave_room
        self._index: tuple[object, SearchIndex] | None = None
        self._hits: dict[str, Meeting] = {}

    def compose_body(self) -> Iterable[Widget]:
        yield Input(placeholder=_HINT, compact=True)
        rows = RowList(classes="hits")
        rows.can_focus = False
        yield rows
        yield text("", id="dialog-answer")

    def keys(self) -> str:
        return f"↑ ↓ next hit   enter stay there   {self.key_of('close')} back to where you were"

    def on_mount(self) -> None:
        self.shell.snapshots.subscribe(self, self._on_snapshot)

    def on_resize(self) -> None:
        self.call_after_refresh(self._make_room)

    def _make_room(self) -> None:
        self._leave_room(self.query_one("#dialog").outer_size.height)

    def _on_snapshot(self, _snapshot: Snapshot) -> None:
        self._search(self.query_one(Input).value)

    def on_input_changed(self, message: Input.Changed) -> None:
        self._search(message.value)

    def _search(self, query: str) -> None:
        self.work(self._look(query), "search")

    async def _look(self, query: str) -> None:
        """Show what ``query`` finds; a newer search ends this one."""
        snapshot, is_private = self.shell.snapshot, self.shell.is_private
        now = self.shell.clock.now()
        hits = await asyncio.to_thread(self._found, snapshot, is_private, query, now)
        self._show(hits, query, snapshot)

    def _found(self, snapshot: Snapshot, is_private: bool, query: str, now: datetime) -> Hits:
        """Runs in a thread. The index is made again only for other meetings."""
        made_of = (snapshot.meetings, snapshot.calendars, is_private)
        known = self._index
        if known is None or not _same(known[0], made_of):
            known = (made_of, SearchIndex(snapshot.meetings, snapshot.calendars, is_private=is_private))
            self._index = known
        return known[1].hits(query, now)

    def _show(self, hits: Hits, query: str, snapshot: Snapshot) -> None:
        self._hits = {hit.meeting.id: hit.meeting for hit in hits.shown}
        today = self.shell.clock.now().astimezone(snapshot.zone).date()
        self.rows.show([Row(hit.meeting.id, partial(self._line, snapshot, today, hit)) for hit in hits.shown])
        self.query_one("#dialog-answer", Static).update(Content(count_words(hits) if query.strip() else ""))
        self._go()

    def _line(self, snapshot: Snapshot, today: date, hit: Hit, width: int, is_cursor: bool) -> Sequence[Content]:
        meeting = hit.meeting
        title = shown_subject(meeting.lead.event, self.shell.is_private)
        return [
            line(
                f"{CURSOR if is_cursor else ' '} {when_words(meeting.when, snapshot.zone, today)}   ",
                (f"{snapshot.letters_of(meeting)} ", "bold"),
                outside(title),
                line("   ", outside(hit.reason, MUTED)),
            )
        ]

    def action_step(self, step: int) -> None:
        self.rows.action_move(step)

    def action_page(self, step: int) -> None:
        self.rows.action_page(step)

    def on_row_list_moved(self, message: RowList.Moved) -> None:
        self._go()

    def on_row_list_chosen(self, message: RowList.Chosen) -> None:
        self.dismiss(True)

    def on_input_submitted(self, message: Input.Submitted) -> None:
        self.dismiss(True)

    def _go(self) -> None:
        meeting = self._hits.get(self.rows.cursor_id)
        if meeting is not None:
            self._follow(meeting)


def _same(one: object, other: object) -> bool:
    """Whether two tuples hold the very same things."""
    assert isinstance(one, tuple)
    assert isinstance(other, tuple)
    return all(mine is yours for mine, yours in zip(one, other, strict=True))


def count_words(hits: Hits) -> str:
    """How many were found, in which order they stand."""
    if not hits.count:
        return "nothing found"
    if hits.count > len(hits.shown):
        return f"{len(hits.shown):,} of {hits.count:,} events; those to come first, then the past"
    many = "1 event" if hits.count == 1 else f"{hits.count:,} events"
    return many if hits.count == 1 else f"{many}; those to come first, then the past"


async def search(app: App[Any], shell: Shell) -> None:
    """Search with the week in sight, from whichever screen."""
    visit = await visit_week(app)

    def done(stays: bool | None) -> None:
        visit.week.styles.padding = 0
        if not stays:
            visit.go_back()

    def leave_room(rows: int) -> None:
        visit.week.styles.padding = (0, 0, rows, 0)

    app.push_screen(SearchDialog(shell, visit.week.go_to_meeting, leave_room), done)
