"""What Microsoft says of the person and of the mailbox: names, the zone and the working hours.

Read leniently, as ``wire`` does: an unknown or odd value is left out, never an error. Only a body that is no object
at all is refused.
"""

from __future__ import annotations

from datetime import time
from typing import Any

import msgspec
from msgspec import Struct

from tui.domain.text import clean
from tui.limits import NAME_CHARACTERS
from tui.outlook.wire import Unreadable

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class User(Struct, frozen=True):
    """The signed-in person (Graph page "user resource type")."""

    id: str
    name: str
    address: str
    """The mail address, else the name that signs in."""


class MailboxSettings(Struct, frozen=True):
    """What the person set in Outlook (Graph page "mailboxSettings resource type")."""

    zone_name: str
    """A Windows or IANA name, or empty."""
    work_days: tuple[int, ...]
    """Monday is 0."""
    work_starts: time | None
    work_ends: time | None


def decode_user(body: bytes) -> User:
    """The person in the answer to ``GET /me``. Raises Unreadable when it is no object."""
    user = _object(body)
    address = _text(user.get("mail")) or _text(user.get("userPrincipalName"))
    return User(_text(user.get("id")), _text(user.get("displayName")), address)


def decode_mailbox_settings(body: bytes) -> MailboxSettings:
    """The settings in the answer to ``GET /me/mailboxSettings``. Raises Unreadable when it is no object."""
    settings = _object(body)
    hours = settings.get("workingHours")
    hours = hours if isinstance(hours, dict) else {}
    named = hours.get("daysOfWeek")
    days = {_text(day).casefold() for day in named} if isinstance(named, list) else set()
    return MailboxSettings(
        zone_name=_text(settings.get("timeZone")),
        work_days=tuple(number for number, day in enumerate(WEEKDAYS) if day in days),
        work_starts=_time(hours.get("startTime")),
        work_ends=_time(hours.get("endTime")),
    )


def _object(body: bytes) -> dict[str, Any]:
    try:
        return msgspec.json.decode(body, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unreadable("Microsoft sent something that is not what was asked for.") from error


def _text(value: object) -> str:
    return clean(value, NAME_CHARACTERS) if isinstance(value, str) else ""


def _time(value: object) -> time | None:
    """``08:00:00.0000000``; Python reads six digits of the fraction."""
    try:
        return time.fromisoformat(value[:15]) if isinstance(value, str) else None
    except ValueError:
        return None
