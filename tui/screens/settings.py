"""The settings: each is checked and kept as soon as it is chosen.

What is chosen here stands in ``settings.toml`` afterwards, beside whatever the person wrote there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from textual.content import Content
from textual.getters import query_one
from textual.widget import Widget

from tui.screens.dialogs import ChoiceDialog, PromptDialog
from tui.screens.settings_words import ENTRIES, THEME, Entry, checker, entry_named
from tui.screens.shell import Shell
from tui.screens.themes import choose_theme
from tui.widgets.dialog import Dialog, text
from tui.widgets.line_view import CURSOR, Row, RowList
from tui.widgets.safe_text import MUTED, fitted, line, outside

_LABEL_CELLS = 31


class SettingsDialog(Dialog[None]):
    """All settings that can be changed here, and where the others are."""

    rows = query_one(RowList)

    def __init__(self, shell: Shell) -> None:
        super().__init__("Settings")
        self._shell = shell
        self._at_start = shell.settings

    def compose_body(self) -> Iterable[Widget]:
        rows = RowList(classes="settings")
        rows.styles.height = len(ENTRIES)
        yield rows
        yield text(self._place(), classes="note")

    def _place(self) -> Content:
        place = self._shell.settings_place
        if not place:
            return Content("In the demo nothing is kept: the choices hold until you leave.")
        keys = "client_id, tenant and [keys] are changed there."
        return line("Kept in ", outside(place, "bold"), f"\n{keys} * holds from the next start.")

    def keys(self) -> str:
        return f"↑ ↓ choose   enter change   {self.key_of('close')} back"

    def on_mount(self) -> None:
        self._show()
        self.rows.focus()

    def _show(self) -> None:
        self.rows.show([Row(entry.key, partial(self._line, entry)) for entry in ENTRIES])

    def _line(self, entry: Entry, width: int, is_cursor: bool) -> Sequence[Content]:
        settings = self._shell.settings
        waits = entry.needs_restart and entry.value(settings) != entry.value(self._at_start)
        mark = "*" if entry.needs_restart else " "
        value = outside(entry.words(settings), "bold")
        said = styled_waiting() if waits else Content("")
        return [line(f"{CURSOR if is_cursor else ' '} ", fitted(f"{entry.label} {mark}", _LABEL_CELLS), value, said)]

    def on_row_list_chosen(self, message: RowList.Chosen) -> None:
        entry = entry_named(message.row_id)
        settings = self._shell.settings
        if entry == THEME:
            choose_theme(self.app, self._shell, self._show)
        elif entry.choices:
            choices = [(str(number), Content(words)) for number, (_, words) in enumerate(entry.choices)]
            values = [value for value, _ in entry.choices]
            chosen = str(values.index(entry.value(settings)))
            self.app.push_screen(ChoiceDialog(entry.label, choices, chosen), partial(self._chosen, entry))
        else:
            hint = entry.hint or f"a number of {entry.unit}"
            prompt = PromptDialog(entry.label, hint, checker(entry, settings), str(entry.value(settings)))
            self.app.push_screen(prompt, partial(self._written, entry))

    def _chosen(self, entry: Entry, choice: str | None) -> None:
        if choice is not None:
            self._shell.change_settings({entry.key: entry.choices[int(choice)][0]})
            self._show()

    def _written(self, entry: Entry, written: str | None) -> None:
        if written is not None:
            self._shell.change_settings({entry.key: entry.read(written)})
            self._show()


def styled_waiting() -> Content:
    """Said of what was changed and does not hold yet."""
    return line(("  from the next start", MUTED))
