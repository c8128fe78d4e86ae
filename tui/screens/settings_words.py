"""The settings that the screen offers: what each is called, what it may be, and how what is written is read.

Data for the screen; whether a value is allowed is decided by the settings themselves.
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from tui.errors import SettingsError
from tui.settings import Settings, changed

Value = str | int | bool


class Entry(Struct, frozen=True, kw_only=True):
    """One setting."""

    key: str
    """``week.first_day``, as in the file."""
    label: str
    choices: tuple[tuple[Value, str], ...] = ()
    """What it may be and how that is called; empty for one that is written."""
    hint: str = ""
    """What to write."""
    needs_restart: bool = False
    unit: str = ""

    def value(self, settings: Settings) -> Value:
        """What holds."""
        found: object = settings
        for name in self.key.split("."):
            found = getattr(found, name)
        assert isinstance(found, str | int | bool)
        return found

    def words(self, settings: Settings) -> str:
        """What holds, as a person says it."""
        value = self.value(settings)
        named = next((words for choice, words in self.choices if choice == value), None)
        return named or (f"{value:,} {self.unit}".strip() if isinstance(value, int) else value) or "none"

    def read(self, text: str) -> Value:
        """What was written as a value. Raises ValueError, which says what to write."""
        if self.unit:
            digits = text.strip().replace(",", "").removesuffix(self.unit).strip()
            if not (digits.isascii() and digits.isdigit() and len(digits) < 10):
                raise ValueError(f"Write a number of {self.unit}.")
            return int(digits)
        return "" if text.strip().casefold() == "none" and self.key != "week.working_hours" else text.strip()


def checker(entry: Entry, settings: Settings) -> Callable[[str], str]:
    """Reads what is written for ``entry``: gives how it was understood, raises ValueError with what is wrong."""

    def read(text: str) -> str:
        value = entry.read(text)
        try:
            understood = changed(settings, {entry.key: value})
        except SettingsError as error:
            raise ValueError(error.what.partition(": ")[2] or error.what) from None
        return entry.words(understood)

    return read


_YES = ((True, "yes"), (False, "no"))
_DAYS = ((0, "as many as fit"), *((days, f"{days} day{'s' * (days > 1)}") for days in (7, 5, 3, 1)))
_ROWS = ((0, "as fine as fits"), *((minutes, f"{minutes} minutes") for minutes in (60, 30, 15)))
THEME = Entry(key="theme.name", label="Colours")
ENTRIES = (
    THEME,
    Entry(
        key="week.first_day",
        label="The week begins on",
        choices=(("monday", "Monday"), ("sunday", "Sunday"), ("saturday", "Saturday")),
    ),
    Entry(key="week.days", label="Days shown", choices=_DAYS),
    Entry(key="week.row_minutes", label="A row is", choices=_ROWS),
    Entry(key="week.agenda", label="A list instead of the grid", choices=_YES),
    Entry(key="week.working_hours", label="Working hours", hint="mon-fri 09:00-17:00, or none"),
    Entry(key="week.second_zone", label="Second time zone", hint="a name like America/New_York, or none"),
    Entry(key="privacy.on", label="Private events show only when", choices=_YES),
    Entry(
        key="meetings.match",
        label="Copies are one meeting",
        choices=(("full", "by identifier, join link or invitation"), ("strict", "by identifier only")),
        needs_restart=True,
    ),
    Entry(key="sync.poll_seconds", label="Ask for changes every", unit="seconds", needs_restart=True),
    Entry(key="sync.past_days", label="Read back", unit="days", needs_restart=True),
    Entry(key="sync.future_days", label="Read ahead", unit="days", needs_restart=True),
    Entry(
        key="zone", label="Time zone", hint="a name like Europe/Berlin, or none for the system's", needs_restart=True
    ),
)


def entry_named(key: str) -> Entry:
    """The entry of ``key``; raises KeyError for one that is not offered."""
    return _BY_KEY[key]


_BY_KEY = {entry.key: entry for entry in ENTRIES}
