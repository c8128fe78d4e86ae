"""What each calendar of an Outlook account is to a sub-account: where bookings go, what counts as busy."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import ClassVar

from msgspec import Struct
from msgspec.structs import replace
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.getters import query_one
from textual.widget import Widget
from textual.widgets import Button, Static

from tui.domain.accounts import Calendar, Mode, OutlookAccount, Preference
from tui.widgets.choices import Choice, Option
from tui.widgets.dialog import Dialog, button, text
from tui.widgets.line_view import CURSOR, Row, RowList
from tui.widgets.safe_text import MUTED, clipped, fitted, line, outside, styled

_PREFERENCES = (
    Option(Preference.BLOCKS, "Blocked time", "you are busy then (blocks)"),
    Option(Preference.TWO_WAY, "Bookings with guests", "their guests become contacts (two-way)"),
)
_MOST_ROWS = 10
_ROLE = 19


class CalendarChoice(Struct, frozen=True, kw_only=True):
    """Roles of an account's calendars in one sub-account."""

    linked: str = ""
    conflict: tuple[str, ...] = ()
    """Holds the linked one."""
    preference: Preference = Preference.BLOCKS

    def toggled(self, calendar_id: str) -> CalendarChoice:
        """With ``calendar_id`` counted or not; the linked one always counts."""
        if calendar_id == self.linked:
            return self
        rest = tuple(one for one in self.conflict if one != calendar_id)
        return replace(self, conflict=rest if calendar_id in self.conflict else (*rest, calendar_id))

    def with_linked(self, calendar_id: str) -> CalendarChoice:
        """With bookings going to ``calendar_id``; to none when they went there already, which still counts."""
        if calendar_id == self.linked:
            return replace(self, linked="")
        return replace(self, linked=calendar_id, conflict=tuple(dict.fromkeys((*self.conflict, calendar_id))))


class CalendarsDialog(Dialog[CalendarChoice]):
    """Gives a CalendarChoice."""

    CSS_PATH = "calendars.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("space", "tick", "counts")]

    rows = query_one("#calendars", RowList)

    def __init__(
        self,
        account: OutlookAccount,
        calendars: Sequence[Calendar],
        choice: CalendarChoice,
        *,
        sub_account: str,
        linked_elsewhere: str = "",
        is_new: bool = False,
    ) -> None:
        """``linked_elsewhere`` names the calendar of another account that bookings go to now, if there is one.

        ``is_new``: just connected with ``choice``; the cursor is on Save, and leaving keeps it as it is.
        """
        super().__init__(f"{sub_account} › {account.letter} {account.address} › Calendars")
        self._account = account
        self._calendars = {calendar.id: calendar for calendar in calendars if not calendar.gone}
        self._sub_account = sub_account
        self._linked_elsewhere = linked_elsewhere
        self._is_new = is_new
        self.choice = choice

    def compose_body(self) -> Iterable[Widget]:
        yield text(_legend(), id="legend")
        yield RowList(id="calendars")
        yield text("", id="said")
        yield text("Events that I make in Outlook in that calendar become", classes="field preference")
        yield Choice(_PREFERENCES, self.choice.preference, id="preference")
        yield Horizontal(
            button("Save", "save", is_main=True),
            button("As it is" if self._is_new else "Cancel", "cancel"),
            classes="buttons",
        )

    def keys(self) -> str:
        return "space counts or not   enter bookings go here   tab next field   " + (
            "esc as it is" if self._is_new else "esc back"
        )

    def on_mount(self) -> None:
        self.rows.styles.height = min(_MOST_ROWS, max(1, len(self._calendars)))
        self._list()
        (self.query_one("#save") if self._is_new else self.rows).focus()

    def _list(self) -> None:
        rows = [Row(calendar.id, partial(self._row, calendar)) for calendar in self._calendars.values()]
        self.rows.show(rows, self.rows.cursor_id or self.choice.linked)
        self.set_class(not self.choice.linked, "-unlinked")
        self.query_one("#said", Static).update(self._said())

    def _row(self, calendar: Calendar, width: int, is_cursor: bool) -> Sequence[Content]:
        role = "○ not read"
        if calendar.id == self.choice.linked:
            role = "● bookings go to"
        elif calendar.id in self.choice.conflict:
            role = "◐ counts as busy"
        notes = [note for note in ("default" if calendar.is_default else "", self._why_not(calendar)) if note]
        name = clipped(outside(calendar.name, empty="(no name)").plain, max(8, width - _ROLE - 22))
        left = line(CURSOR if is_cursor else " ", f" {name}", styled(f"  {', '.join(notes)}" if notes else "", MUTED))
        return [line(fitted(left, max(0, width - _ROLE)), fitted(f" {role}", _ROLE))]

    def _why_not(self, calendar: Calendar) -> str:
        """Why bookings cannot go to ``calendar``; empty when they can."""
        if not calendar.can_edit:
            return "read only"
        return "sign-in is read only" if self._account.mode is Mode.READ else ""

    def _said(self) -> Content:
        counted = f"{len(self.choice.conflict)} of {len(self._calendars)} count as busy."
        linked = self._calendars.get(self.choice.linked)
        if linked is not None:
            moved = f", no longer to {self._linked_elsewhere}" if self._linked_elsewhere else ""
            return outside(f"Bookings of {self._sub_account} go to {linked.name}{moved}. {counted}")
        if self._linked_elsewhere:
            return outside(f"Bookings of {self._sub_account} go to {self._linked_elsewhere}. {counted}")
        return outside(f"Bookings of {self._sub_account} go nowhere yet. {counted}")

    def on_row_list_chosen(self, message: RowList.Chosen) -> None:
        calendar = self._calendars[message.row_id]
        why_not = self._why_not(calendar)
        if why_not:
            self.query_one("#said", Static).update(outside(f"Bookings cannot go to {calendar.name}: {why_not}."))
            return
        self.choice = self.choice.with_linked(calendar.id)
        self._list()

    def action_tick(self) -> None:
        if self.focused is not self.rows or not self.rows.cursor_id:
            return
        before = self.choice
        self.choice = self.choice.toggled(self.rows.cursor_id)
        self._list()
        if self.choice == before:
            self.query_one("#said", Static).update(Content("Bookings go there, so it always counts as busy."))

    def on_button_pressed(self, event: Button.Pressed) -> None:
        preference = Preference(self.query_one("#preference", Choice).chosen)
        self.dismiss(replace(self.choice, preference=preference) if event.button.id == "save" else None)


def _legend() -> Content:
    return styled(
        "● bookings go to (linked, always counts too)\n◐ counts as busy (conflict calendar)   ○ not read", MUTED
    )
