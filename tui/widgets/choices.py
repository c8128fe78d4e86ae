"""Fields of a form that are answered by choosing: one of several, or any of several."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import ClassVar, NamedTuple

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message

from tui.widgets.line_view import CURSOR, Row, RowList
from tui.widgets.safe_text import MUTED, line, outside


class Option(NamedTuple):
    """Something to choose; its texts may come from outside."""

    id: str
    label: str
    hint: str = ""
    is_fixed: bool = False
    """Ticked for good."""


class _Options(RowList):
    """What both kinds have: ``enter`` goes to the next field, and the list is as high as its options."""

    DEFAULT_CSS = """
    _Options {
        height: auto;
        max-height: 8;
        background: transparent;
    }
    """

    def __init__(self, options: Sequence[Option], *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._options = tuple(options)

    def on_mount(self) -> None:
        self.styles.height = min(8, len(self._options))
        self.show([Row(option.id, partial(self._drawn, option)) for option in self._options], self._first())

    def on_row_list_chosen(self, message: RowList.Chosen) -> None:
        message.stop()
        self.screen.focus_next()

    def _first(self) -> str:
        return ""

    def _mark(self, option: Option) -> str:
        raise NotImplementedError

    def _drawn(self, option: Option, width: int, is_cursor: bool) -> Sequence[Content]:
        arrow = CURSOR if is_cursor and self.has_focus else " "
        hint = line(": ", outside(option.hint), "") if option.hint else Content("")
        return [line(arrow, f" {self._mark(option)} ", outside(option.label), hint.stylize(MUTED))]

    def on_focus(self) -> None:
        self.redraw()

    def on_blur(self) -> None:
        self.redraw()


class Choice(_Options):
    """One of several: what the cursor is on is chosen."""

    class Changed(Message):
        """Another option was chosen."""

        def __init__(self, choice: Choice) -> None:
            super().__init__()
            self.choice = choice

        @property
        def control(self) -> Choice:
            return self.choice

    BINDINGS: ClassVar[list[BindingType]] = [Binding("space", "choose", "Next", show=False)]

    def __init__(self, options: Sequence[Option], chosen: str = "", *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(options, id=id)
        self._initial = chosen

    @property
    def chosen(self) -> str:
        """The id of the chosen option."""
        return self.cursor_id or self._initial or self._options[0].id

    def _first(self) -> str:
        return self._initial

    def _mark(self, option: Option) -> str:
        return "●" if option.id == self.chosen else "○"

    def on_row_list_moved(self, message: RowList.Moved) -> None:
        message.stop()
        self.post_message(self.Changed(self))


class Ticks(_Options):
    """Any of several; those that are fixed stay ticked."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("space", "tick", "Tick", show=False)]

    def __init__(self, options: Sequence[Option], ticked: Sequence[str], *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(options, id=id)
        self._ticked = {option.id for option in options if option.id in ticked or option.is_fixed}

    @property
    def ticked(self) -> tuple[str, ...]:
        """The ids of the ticked options, in their order."""
        return tuple(option.id for option in self._options if option.id in self._ticked)

    def action_tick(self) -> None:
        option = next((option for option in self._options if option.id == self.cursor_id), None)
        if option is not None and not option.is_fixed:
            self._ticked ^= {option.id}
            self.redraw()

    def _mark(self, option: Option) -> str:
        return "[x]" if option.id in self._ticked else "[ ]"
