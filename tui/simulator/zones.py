"""Time zones and the two notations of time on the wire: `dateTimeTimeZone` and ISO 8601 with an offset.

Windows and IANA names are read, Windows names are written, as Microsoft Graph does (dateTimeTimeZone resource type).
Instants are aware UTC datetimes; an all-day date is midnight UTC of that date and is never converted.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tzlocal.windows_tz import tz_win, win_tz

UTC_NAMES = frozenset({"utc", "etc/utc", "tzone://microsoft/utc"})


class UnknownZoneError(ValueError):
    """A time-zone name that no mailbox supports."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"A valid TimeZone value must be specified. The following TimeZone value is not supported: '{name}'."
        )


@lru_cache(maxsize=256)
def zone(name: str) -> tzinfo:
    """The zone of a Windows or IANA name; raises `UnknownZoneError`."""
    if name.lower() in UTC_NAMES:
        return UTC
    try:
        return ZoneInfo(win_tz.get(name, name))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UnknownZoneError(name) from None


@lru_cache(maxsize=256)
def windows_name(name: str) -> str:
    """The Windows name of a zone, or the name itself where Windows has none."""
    if name.lower() in UTC_NAMES:
        return "UTC"
    return name if name in win_tz else tz_win.get(name, name)


def is_known(name: str) -> bool:
    try:
        zone(name)
    except UnknownZoneError:
        return False
    return True


def first_known(*names: object) -> str:
    """The first name that is a zone, else UTC: old events carry names such as `tzone://Microsoft/Custom`."""
    return next((name for name in names if isinstance(name, str) and name and is_known(name)), "UTC")


def read_wall(value: Mapping[str, Any], default_zone: str = "UTC") -> datetime:
    """The instant of a `dateTimeTimeZone`; raises `ValueError` (also for an unknown zone)."""
    text = value["dateTime"]
    if not isinstance(text, str):
        raise ValueError(f"{text!r} is not a date and time")
    wall = datetime.fromisoformat(text)
    if wall.tzinfo is None:
        wall = wall.replace(tzinfo=zone(value.get("timeZone") or default_zone))
    return wall.astimezone(UTC)


def read_date(value: Mapping[str, Any]) -> datetime:
    """Midnight UTC of the date of an all-day bound; raises `ValueError` when it is not at midnight."""
    wall = datetime.fromisoformat(str(value["dateTime"]))
    if wall.timetz().replace(tzinfo=None) != wall.min.time():
        raise ValueError(f"an all-day event starts and ends at midnight, not at {wall.time()}")
    return wall.replace(tzinfo=UTC)


def write_wall(instant: datetime, zone_name: str = "UTC") -> dict[str, str]:
    """An instant as `dateTimeTimeZone` in a zone, with the seven fraction digits of Graph."""
    local = instant.astimezone(zone(zone_name)).replace(tzinfo=None)
    return {"dateTime": f"{local.isoformat(timespec='microseconds')}0", "timeZone": windows_name(zone_name)}


def read_instant(text: str) -> datetime:
    """The instant of an ISO 8601 text, UTC where it names no offset; raises `ValueError`."""
    # A `+` of an offset that was not percent-encoded arrives as a space.
    instant = datetime.fromisoformat(text.strip().replace(" ", "+"))
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)


def write_instant(instant: datetime) -> str:
    """An instant as Graph writes a DateTimeOffset."""
    return instant.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


def windows_names() -> list[str]:
    """Every Windows name that is read, sorted."""
    return sorted(win_tz)
