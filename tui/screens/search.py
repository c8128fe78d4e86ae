"""Search in all events: the hits are a list, and the week behind follows the one under the cursor."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from typing import ClassVar

from textual.binding import BindingType
from textual.content import Content
from textual.getters import query_one
from textual.widget import Widget
from textual.widgets import Input

from tui.domain.meetings import Meeting
from tui.screens.dialogs import choice_line
from tui.widgets.dialog import Dialog, text
from tui.widgets.event_lines import shown_subject, when_words
from tui.widgets.line_view import Row, RowList, binding
from tui.workspace.view import Snapshot

MOST_HITS = 200


class SearchDialog(Dialog[None]):
    """Finds events by title, place, organiser and people; ``enter`` leaves the week at the hit."""

    AUTO_FOCUS = "Input"
    BINDINGS: ClassVar[list[BindingType]] = [
        binding("cursor_down", "step(1)"),
        binding("cursor_up", "step(-1)"),
        binding("next", "step(1)"),
        binding("previous", "step(-1)"),
    ]

    rows = query_one(RowList)

    def __init__(self, snapshot: Snapshot, now: datetime, is_private: bool, follow: Callable[[Meeting], None]) -> None:
        super().__init__("Search")
        self._snapshot = snapshot
        self._now = now
        self._is_private = is_private
        self._follow = follow
        self._hits: dict[str, Meeting] = {}

    def compose_body(self) -> Iterable[Widget]:
        yield Input(placeholder="title, place or person", compact=True)
        yield RowList(classes="hits")
        yield text("", id="dialog-answer")

    def on_input_changed(self, message: Input.Changed) -> None:
        found = hits(self._snapshot, message.value, self._now, self._is_private)
        self._hits = {meeting.id: meeting for meeting in found}
        self.rows.show([Row(one.id, partial(choice_line, self._words(one))) for one in found])
        self.query_one("#dialog-answer").update(Content(_count(len(found)) if message.value.strip() else ""))  # type: ignore[attr-defined]
        self._go()

    def _words(self, meeting: Meeting) -> Content:
        letters = self._snapshot.letters_of(meeting)
        title = shown_subject(meeting.lead.event, self._is_private)
        return Content(f"{when_words(meeting.when, self._snapshot.zone, self._now.date())}   {letters} {title}")

    def action_step(self, step: int) -> None:
        self.rows.action_move(step)

    def on_row_list_moved(self, message: RowList.Moved) -> None:
        self._go()

    def on_row_list_chosen(self, message: RowList.Chosen) -> None:
        self.dismiss(None)

    def on_input_submitted(self, message: Input.Submitted) -> None:
        self.dismiss(None)

    def _go(self) -> None:
        meeting = self._hits.get(self.rows.cursor_id)
        if meeting is not None:
            self._follow(meeting)


def hits(snapshot: Snapshot, query: str, now: datetime, is_private: bool) -> list[Meeting]:
    """The events in which every word of ``query`` stands: those to come first, then the past ones, newest first."""
    words = query.casefold().split()
    if not words:
        return []
    ahead: list[Meeting] = []
    behind: list[Meeting] = []
    for meeting in snapshot.meetings:
        if _says(meeting, words, is_private):
            (ahead if meeting.interval.end > now else behind).append(meeting)
    return [*ahead, *reversed(behind)][:MOST_HITS]


def _says(meeting: Meeting, words: list[str], is_private: bool) -> bool:
    event = meeting.lead.event
    if is_private and event.is_private:
        return False
    said = f"{event.subject}\n{event.location}".casefold()
    if all(word in said for word in words):
        return True
    people = [event.organizer, *(attendee.person for attendee in event.attendees)]
    said += "\n".join(f"{one.name}\n{one.address}" for one in people if one).casefold()
    return all(word in said for word in words)


def _count(count: int) -> str:
    return "nothing found" if not count else "1 event" if count == 1 else f"{count} events"
