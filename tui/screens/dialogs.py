"""The plain kinds of dialog: a text to read, a choice, a line to write."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TypeVar

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.getters import query_one
from textual.widget import Widget
from textual.widgets import Input, Static

from tui.keys import STANDARD_KEYS, Keys
from tui.widgets.dialog import Dialog, text
from tui.widgets.footer import HintLine
from tui.widgets.line_view import CURSOR, Page, Row, RowList
from tui.widgets.safe_text import wrapped

T = TypeVar("T")

_FRAME = 5
"""Rows of a dialog that its text does not have: frame, title, a free line, and the keys."""


class PageDialog(Dialog[T]):
    """Something to read: the text scrolls, title and keys stay. Only the lines on screen are ever drawn."""

    page = query_one(Page)

    def __init__(self, title: str, keys: Keys = STANDARD_KEYS) -> None:
        super().__init__(title)
        self._keys = keys

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield text(self.heading, id="dialog-title")
            yield Page(id="dialog-page")
            yield HintLine(self.PLACE, self._keys, id="dialog-keys")

    def on_mount(self) -> None:
        self.show_page()
        self.page.focus()

    def on_resize(self) -> None:
        self.show_page()

    def action_cursor_down(self) -> None:
        self.page.action_scroll(1)

    def action_cursor_up(self) -> None:
        self.page.action_scroll(-1)

    def action_page_down(self) -> None:
        self.page.action_scroll_page(1)

    def action_page_up(self) -> None:
        self.page.action_scroll_page(-1)

    def lines(self, width: int) -> Sequence[Content]:
        """The text in lines of at most ``width`` cells."""
        raise NotImplementedError

    def show_page(self) -> None:
        """Draw what ``lines`` gives now, in a frame as high as it needs and the terminal allows."""
        self.page.show(self.lines)
        width = self.page.line_width
        if width > 1:
            self.query_one("#dialog").styles.height = self.page.line_count(width) + _FRAME


class TextDialog(PageDialog[None]):
    """A text that is known already."""

    def __init__(self, title: str, body: Content, keys: Keys = STANDARD_KEYS) -> None:
        super().__init__(title, keys)
        self._body = body

    def lines(self, width: int) -> Sequence[Content]:
        return [row for part in self._body.split("\n", allow_blank=True) for row in wrapped(part, width) or [part]]


class ChoiceDialog(Dialog[str]):
    """One of several: gives the id of the choice."""

    rows = query_one(RowList)

    def __init__(
        self, title: str, choices: Sequence[tuple[str, Content]], chosen: str = "", note: Content | None = None
    ) -> None:
        """``note`` stands above the choices."""
        super().__init__(title)
        self._choices = choices
        self._chosen = chosen
        self._note = note

    def compose_body(self) -> Iterable[Widget]:
        if self._note is not None:
            yield text(self._note, classes="note")
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

    def __init__(self, title: str, hint: str, read: Callable[[str], str], written: str = "") -> None:
        """``written`` stands in the line at first."""
        super().__init__(title)
        self._hint = hint
        self._read = read
        self._written = written

    def compose_body(self) -> Iterable[Widget]:
        yield Input(self._written, compact=True)
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
