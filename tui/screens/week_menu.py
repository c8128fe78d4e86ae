"""The dialogs of the week: how it is shown, and what stands behind a number in it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, tzinfo

from textual import events
from textual.content import Content

from tui.screens.dialogs import ChoiceDialog
from tui.screens.week_view import Choice
from tui.widgets.event_lines import day_words, when_words
from tui.widgets.week_block import Block
from tui.widgets.week_cursor import Cursor
from tui.widgets.week_rows import clock


class ViewMenu(ChoiceDialog):
    """How the week is shown; every line has a key of its own."""

    def __init__(self, choices: Sequence[Choice]) -> None:
        super().__init__("View", [(choice.id, choice.line) for choice in choices])
        self._by_key = {choice.key: choice.id for choice in choices}

    def keys(self) -> str:
        return "press what stands before a line   esc back"

    def on_key(self, event: events.Key) -> None:
        choice = self._by_key.get(event.key)
        if choice is not None:
            event.stop()
            self.dismiss(choice)


def crowd_dialog(blocks: Sequence[Block], cursor: Cursor, zone: tzinfo, today: date) -> ChoiceDialog:
    """The events that stand at one place of the week, to choose one of them: gives its meeting id."""
    time = "" if cursor.line is not None else f" {clock(cursor.slot)}"
    lines = [(block.meeting.id, _line(block, zone, today)) for block in blocks]
    return ChoiceDialog(f"{len(blocks)} events, {day_words(cursor.day)}{time}", lines)


def _line(block: Block, zone: tzinfo, today: date) -> Content:
    mark = "!" if block.clashes else " "
    return Content(
        f"{block.shape.value}{block.letters}{mark} {block.title}   {when_words(block.meeting.when, zone, today)}"
    )
