"""A dialog above a screen: a frame with a title, closed by ``esc`` or ``q`` without an answer.

There are two ways out because a lone escape is slow in many terminals.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, TypeVar

from textual import events
from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Button, Static

from tui.widgets.line_view import binding

T = TypeVar("T")


class Dialog(ModalScreen[T]):
    """Gives a T, or None when the person went back.

    A subclass composes its body in ``compose_body``. Arrows that no field takes go to the next field.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        binding("close"),
        binding("cursor_down", "app.focus_next"),
        binding("cursor_up", "app.focus_previous"),
    ]

    VERTICAL_BREAKPOINTS = [(0, "-short"), (30, "-tall")]  # noqa: RUF012

    def __init__(self, title: str) -> None:
        super().__init__()
        self.heading = Content(title)

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="dialog", can_focus=False):
            yield text(self.heading, id="dialog-title")
            yield from self.compose_body()
            yield text(self.keys(), id="dialog-keys")

    def compose_body(self) -> Iterable[Widget]:
        """What stands between the title and the line of keys."""
        return ()

    def keys(self) -> str:
        """The line of keys at the bottom."""
        return "esc back"

    def action_close(self) -> None:
        self.dismiss(None)

    def on_resize(self) -> None:
        self.set_class(is_too_small(self.app), "-too-small")

    def on_key(self, event: events.Key) -> None:
        """Left and right go along a row of buttons."""
        if isinstance(self.focused, Button) and event.key in ("left", "right"):
            (self.focus_previous if event.key == "left" else self.focus_next)(Button)


def is_too_small(app: App[Any]) -> bool:
    """Whether a screen asks to enlarge the terminal: then there is no room for more than that."""
    wanted = [getattr(screen, "MINIMUM", (0, 0)) for screen in app.screen_stack]
    return any(app.size.width < width or app.size.height < height for width, height in wanted)


def text(content: Content | str, *, id: str | None = None, classes: str | None = None) -> Static:  # noqa: A002
    """A piece of text, never read as markup."""
    return Static(content if isinstance(content, Content) else Content(content), id=id, classes=classes)


def button(label: str, name: str, *, is_main: bool = False) -> Button:
    """A button; the one that most people want stands out."""
    return Button(Content(f" {label} "), id=name, variant="primary" if is_main else "default", compact=True)
