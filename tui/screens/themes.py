"""Choosing the colours: whatever the cursor is on is tried at once, and going back puts the old ones back."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from textual.app import App
from textual.content import Content
from textual.theme import Theme

from tui.screens.dialogs import ChoiceDialog
from tui.screens.shell import Shell
from tui.screens.theme import STANDARD, theme_words
from tui.widgets.line_view import RowList
from tui.widgets.safe_text import MUTED, line


class ThemeDialog(ChoiceDialog):
    """Gives the name of a theme."""

    def __init__(self, themes: dict[str, Theme], chosen: str, note: str, preview: Callable[[str], None]) -> None:
        """``preview`` is told of every theme that the cursor comes to."""
        choices = [(name, _choice(themes[name])) for name in in_order(themes)]
        super().__init__("Colours", choices, chosen, Content(note))
        self._preview = preview

    def on_row_list_moved(self, message: RowList.Moved) -> None:
        self._preview(message.row_id)


def in_order(themes: dict[str, Theme]) -> list[str]:
    """Our own first, then those that are the terminal's own, then the others by name."""
    return sorted(themes, key=lambda name: (not name.startswith(STANDARD), not themes[name].ansi, name))


def _choice(theme: Theme) -> Content:
    return line(f"{theme.name:<27}", (theme_words(theme), MUTED))


def choose_theme(app: App[Any], shell: Shell, then: Callable[[], None] = lambda: None) -> None:
    """Ask for a theme, show it, keep it; ``then`` is called when that is done, one way or the other."""
    before = app.theme
    if app.no_color:
        note = "NO_COLOR is set: the choice is kept, and holds when it is not."
        preview: Callable[[str], None] = lambda name: None  # noqa: E731
    else:
        note = "Seen at once; esc leaves it as it was."
        preview = partial(setattr, app, "theme")
    chosen = shell.settings.theme.name
    themes = dict(app.available_themes)
    dialog = ThemeDialog(themes, chosen if chosen in themes else before, note, preview)

    def done(name: str | None) -> None:
        preview(name or before)
        if name:
            shell.change_settings({"theme.name": name})
        then()

    app.push_screen(dialog, done)
