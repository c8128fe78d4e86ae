"""The settings as values: every key with its default, and what each may be."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal
from zoneinfo import available_timezones

import msgspec
from msgspec import Struct

from tui.errors import SettingsError
from tui.limits import POLL_FOCUSED_SECONDS, POLL_SECONDS_AT_MOST, WINDOW_DAYS_AT_MOST

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MINUTES_OF_A_DAY = 24 * 60
WorkingHours = tuple[tuple[int, int] | None, ...]
"""For Monday to Sunday from which to which minute of the day somebody works, or None."""


class SyncSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """How much is read and how often."""

    past_days: int = 92
    future_days: int = 366
    poll_seconds: int = int(POLL_FOCUSED_SECONDS)


class MeetingSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """How far copies are merged."""

    match: Literal["full", "strict"] = "full"


class WeekSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """How a week is drawn."""

    first_day: Literal["monday", "sunday", "saturday"] = "monday"
    days: Literal[0, 1, 3, 5, 7] = 0
    """How many are shown; 0 lets the width of the terminal decide."""
    row_minutes: Literal[0, 15, 30, 60] = 0
    """Minutes of a row; 0 lets the height of the terminal decide."""
    second_zone: str = ""
    """An IANA zone whose hours stand beside those of the viewer's; empty for none."""
    agenda: bool = False
    """A list in sentences instead of a grid."""
    working_hours: str = "mon-fri 09:00-17:00"
    """See ``read_working_hours``."""


class PrivacySettings(Struct, frozen=True, forbid_unknown_fields=True):
    """What stays hidden from somebody who looks over the shoulder."""

    on: bool = False
    """Private events show no more than time and calendar."""


class ThemeSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Colours."""

    name: str = "calconnect"


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    """Everything in ``settings.toml``."""

    client_id: str = ""
    tenant: str = ""
    zone: str = ""
    sync: SyncSettings = SyncSettings()
    meetings: MeetingSettings = MeetingSettings()
    week: WeekSettings = WeekSettings()
    privacy: PrivacySettings = PrivacySettings()
    theme: ThemeSettings = ThemeSettings()
    keys: dict[str, Any] = {}
    """Action id to its key or list of keys; read by whoever knows the actions, who says what is wrong with one."""


def checked(values: Mapping[str, Any], path: str) -> Settings:
    """The settings that the parsed file ``path`` (printable) holds. Raises SettingsError, which names the key."""
    try:
        settings = msgspec.convert(values, Settings)
    except msgspec.ValidationError as error:
        raise SettingsError(f"{path}: {reason(error)}.", "Mend or remove the key.") from error
    _check_sync(settings.sync, path)
    for key, zone in (("zone", settings.zone), ("[week] second_zone", settings.week.second_zone)):
        if zone and zone not in available_timezones():
            raise SettingsError(f"{path}: {key} is not a time zone.", "Use a name like Europe/Berlin.")
    try:
        read_working_hours(settings.week.working_hours)
    except ValueError as error:
        raise SettingsError(f"{path}: [week] working_hours: {printable(error)}") from error
    return settings


def _check_sync(sync: SyncSettings, path: str) -> None:
    past, future = sync.past_days, sync.future_days
    if min(past, future) < 0 or not 0 < past + future <= WINDOW_DAYS_AT_MOST:
        raise SettingsError(
            f"{path}: [sync] past_days and future_days are together between 1 and {WINDOW_DAYS_AT_MOST}.",
            "Microsoft does not read longer windows.",
        )
    if not 1 <= sync.poll_seconds <= POLL_SECONDS_AT_MOST:
        raise SettingsError(f"{path}: [sync] poll_seconds is between 1 and {POLL_SECONDS_AT_MOST}.")


_DAY = "|".join(WEEKDAYS)
_HOURS = re.compile(
    rf"(?:(?P<first>{_DAY})(?:-(?P<last>{_DAY}))? )?(?P<h1>\d\d?)(?::(?P<m1>\d\d))?-(?P<h2>\d\d?)(?::(?P<m2>\d\d))?",
    re.ASCII,
)
_EXAMPLE = "Write them like “mon-fri 09:00-17:00” or “mon-thu 08:00-16:30, fri 08:00-13:00”, or “none”."


def read_working_hours(text: str) -> WorkingHours:
    """When somebody works, from words: ``mon-fri 09:00-17:00, sat 10-14``; without days it is Monday to Friday.

    Empty or ``none`` means never. Raises ValueError, which says what to write instead.
    """
    hours: list[tuple[int, int] | None] = [None] * len(WEEKDAYS)
    if text.strip().casefold() in ("", "none"):
        return tuple(hours)
    for part in text.casefold().split(","):
        match = _HOURS.fullmatch(" ".join(part.replace("–", "-").split()))
        if match is None:
            raise ValueError(_EXAMPLE)
        start, end = _minute(match["h1"], match["m1"]), _minute(match["h2"], match["m2"])
        if not 0 <= start < end <= MINUTES_OF_A_DAY:
            raise ValueError(_EXAMPLE)
        for day in _days(match["first"] or "mon", match["last"] or match["first"] or "fri"):
            hours[day] = (start, end)
    return tuple(hours)


def _minute(hours: str, minutes: str | None) -> int:
    found = int(hours) * 60 + int(minutes or 0)
    return found if int(minutes or 0) < 60 else MINUTES_OF_A_DAY + 1


def _days(first: str, last: str) -> list[int]:
    """The days from ``first`` to ``last``, over the end of the week too."""
    begin, end = WEEKDAYS.index(first), WEEKDAYS.index(last)
    return [day % len(WEEKDAYS) for day in range(begin, (end if end >= begin else end + len(WEEKDAYS)) + 1)]


def reason(error: Exception) -> str:
    """Why, in printable words of bounded length, without its full stop."""
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return printable(text)[:200].rstrip(".")


def printable(text: object) -> str:
    """``text`` with spaces for what a terminal would act on."""
    return "".join(c if c.isprintable() else " " for c in str(text))
