"""The plain kinds of dialog: a text to read, a choice, a line to write."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import ClassVar

from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.getters import query_one
from textual.widget import Widget
from textual.widgets import Input, Static

from tui.widgets.dialog import Dialog, text
from tui.widgets.line_view import CURSOR, Row, RowList, binding


class TextDialog(Dialog[None]):
    """Something to read; the arrows scroll it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        binding("cursor_up", "scroll_text(-1)"),
        binding("cursor_down", "scroll_text(1)"),
        binding("page_up", "scroll_text(-10)"),
        binding("page_down", "scroll_text(10)"),
    ]

    def __init__(self, title: str, body: Content) -> None:
        super().__init__(title)
        self._body = body

    def compose_body(self) -> Iterable[Widget]:
        yield text(self._body)

    def action_scroll_text(self, rows: int) -> None:
        self.query_one("#dialog", VerticalScroll).scroll_relative(y=rows, animate=False)


class ChoiceDialog(Dialog[str]):
    """One of several: gives the id of the choice."""

    rows = query_one(RowList)

    def __init__(self, title: str, choices: Sequence[tuple[str, Content]], chosen: str = "") -> None:
        super().__init__(title)
        self._choices = choices
        self._chosen = chosen

    def compose_body(self) -> Iterable[Widget]:
        rows = RowList(classes="choices")
        rows.styles.height = max(1, len(self._choices))
        rows.styles.width = max((content.cell_length for _, content in self._choices), default=20) + 6
        yield rows

    def on_mount(self) -> None:
        rows = [Row(choice, partial(choice_line, content)) for choice, content in self._choices]
        self.rows.show(rows, self._chosen)
        self.rows.focus()

    def on_row_list_chosen(self, message: RowList.Chosen) -> None:
        self.dismiss(message.row_id)


def choice_line(content: Content, width: int, is_cursor: bool) -> Sequence[Content]:
    """A line to choose, with the mark of the cursor."""
    return [Content(f"{CURSOR if is_cursor else ' '} ").append(content)]


class PromptDialog(Dialog[str]):
    """A line to write: gives it once ``read`` understands it.

    ``read`` gives in words what it understood, and raises ValueError that says what to write instead.
    """

    AUTO_FOCUS = "Input"

    def __init__(self, title: str, hint: str, read: Callable[[str], str]) -> None:
        super().__init__(title)
        self._hint = hint
        self._read = read

    def compose_body(self) -> Iterable[Widget]:
        yield Input(compact=True)
        yield text(self._hint, id="dialog-answer")

    def on_input_changed(self, message: Input.Changed) -> None:
        answer = self._understood(message.value)[0] if message.value.strip() else self._hint
        self.query_one("#dialog-answer", Static).update(Content(answer))

    def on_input_submitted(self, message: Input.Submitted) -> None:
        if self._understood(message.value)[1]:
            self.dismiss(message.value)

    def _understood(self, written: str) -> tuple[str, bool]:
        try:
            return self._read(written), True
        except ValueError as error:
            return str(error), False
