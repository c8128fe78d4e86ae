"""An event in full: all its fields, its copies and how they differ, who is invited, and why it counts.

The dialogs stay open while the person walks from event to event; the screen below follows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import BindingType
from textual.content import Content
from textual.widgets import Static

from tui.actions import Place
from tui.domain.meetings import Meeting
from tui.screens.base import PlaceScreen
from tui.screens.dialogs import PageDialog
from tui.screens.event_text import copied_text, event_lines, why_lines
from tui.screens.opening import open_link_of
from tui.screens.shell import Shell
from tui.widgets.event_lines import shown_subject
from tui.widgets.line_view import binding


class _MeetingDialog(PageDialog[None]):
    """A text about one meeting, and the way to the next one."""

    PLACE = Place.EVENT
    BINDINGS: ClassVar[list[BindingType]] = [
        binding("next"),
        binding("previous"),
        binding("open_link"),
        binding("copy"),
        binding("why"),
    ]
    HEADING = ""

    def __init__(self, shell: Shell, meeting: Meeting, among: Sequence[Meeting] | None = None) -> None:
        """``among`` are those to walk through, by start; all that the sub-account sees where it is left out."""
        super().__init__("", shell.keys)
        self.shell = shell
        self.meeting = meeting
        self._among = among
        self.heading = self._title()

    def _title(self) -> Content:
        return Content(f"{self.HEADING}“{shown_subject(self.meeting.lead.event, self.shell.is_private)}”")

    def action_next(self) -> None:
        self._step(1)

    def action_previous(self) -> None:
        self._step(-1)

    def _step(self, step: int) -> None:
        among = self.shell.snapshot.meetings if self._among is None else self._among
        place = next((index for index, one in enumerate(among) if one.id == self.meeting.id), None)
        if place is None or not 0 <= place + step < len(among):
            self.shell.toast("There is no event after this one." if step > 0 else "There is no event before this one.")
            return
        self.meeting = among[place + step]
        self.query_one("#dialog-title", Static).update(self._title())
        self.show_page()
        self.page.scroll_home(animate=False)
        below = next((one for one in reversed(self.app.screen_stack) if isinstance(one, PlaceScreen)), None)
        if below is not None:
            below.go_to_meeting(self.meeting)

    def action_open_link(self) -> None:
        open_link_of(self.app, self.shell, self.meeting)

    def action_copy(self) -> None:
        """Copy when, what and where as one line."""
        words = copied_text(self.shell.snapshot, self.meeting, self.shell.is_private, self.shell.clock.now())
        self.app.copy_to_clipboard(words)
        self.shell.toast(f"Copied, if your terminal allows it: {words}")

    def action_why(self) -> None:
        self.app.push_screen(WhyDialog(self.shell, self.meeting, self._among))


class EventDialog(_MeetingDialog):
    """Everything that is known of a meeting."""

    def lines(self, width: int) -> Sequence[Content]:
        shell = self.shell
        return event_lines(shell.snapshot, self.meeting, shell.is_private, shell.clock.now(), width)


class WhyDialog(_MeetingDialog):
    """Why a meeting counts, or why it does not, copy by copy."""

    HEADING = "Why: "

    def lines(self, width: int) -> Sequence[Content]:
        shell = self.shell
        return why_lines(shell.snapshot, self.meeting, shell.is_private, shell.clock.now(), width)

    def action_why(self) -> None:
        """It is open already."""
