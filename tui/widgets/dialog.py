"""A dialog above a screen: a frame with a title, closed by ``esc`` or ``q`` without an answer.

There are two ways out because a lone escape is slow in many terminals; a click beside the frame is a third.
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

from tui.actions import Place, action_named, key_name
from tui.widgets.footer import HintLine
from tui.widgets.line_view import binding

T = TypeVar("T")
_MOST_NARROW = 40
_FRAME_CELLS = 6


class Dialog(ModalScreen[T]):
    """Gives a T, or None when the person went back.

    A subclass composes its body in ``compose_body``. Arrows that no field takes go to the next field.
    """

    PLACE: ClassVar[Place] = Place.DIALOG
    BINDINGS: ClassVar[list[BindingType]] = [
        binding("close"),
        binding("help", "app.help"),
        binding("command_palette", "app.command_palette"),
        binding("cursor_down"),
        binding("cursor_up"),
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
        return f"{self.key_of('close')} back"

    def key_of(self, action_id: str) -> str:
        """The key that does ``action_id`` here, whatever the person made it."""
        found = (key for key, active in self.active_bindings.items() if active.binding.id == action_id)
        return next((key_name(key) for key in found), "")

    async def perform(self, action_id: str) -> None:
        """Do what the key of ``action_id`` would do."""
        if action_named(action_id).of_app:
            await self.app.run_action(action_id, default_namespace=self.app)
        else:
            await self.run_action(action_id)

    async def on_hint_line_hint_chosen(self, message: HintLine.HintChosen) -> None:
        await self.perform(message.action_id)

    def on_click(self, event: events.Click) -> None:
        """A click beside the frame goes back."""
        if event.widget is self:
            self.action_close()

    def action_cursor_down(self) -> None:
        self.focus_next()

    def action_cursor_up(self) -> None:
        self.focus_previous()

    def action_close(self) -> None:
        self.dismiss(None)

    def on_resize(self) -> None:
        self.set_class(is_too_small(self.app), "-too-small")
        # A part that does not scroll does not count for the width of what it is docked in.
        wanted = max(_MOST_NARROW, self.heading.cell_length + _FRAME_CELLS)
        self.query_one("#dialog").styles.min_width = min(wanted, self.app.size.width * 9 // 10)

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
