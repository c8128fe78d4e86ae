"""The person's settings and where data lives.

``settings.toml`` stands in the data directory; every key is optional. Reading never changes it.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo, available_timezones

import msgspec
from msgspec import Struct

from tui.errors import SettingsError, UsageError
from tui.limits import POLL_SECONDS_AT_MOST, WINDOW_DAYS_AT_MOST

FILE_NAME = "settings.toml"


class SyncSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """How much is read and how often."""

    past_days: int = 92
    future_days: int = 366
    poll_seconds: int = 60


class MeetingSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """How far copies are merged."""

    match: Literal["full", "strict"] = "full"


class WeekSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """How a week is drawn."""

    first_day: Literal["monday", "sunday", "saturday"] = "monday"


class PrivacySettings(Struct, frozen=True, forbid_unknown_fields=True):
    """What stays hidden from somebody who looks over the shoulder."""

    hide_private: bool = False


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


def read_settings(data_directory: Path) -> Settings:
    """The settings of ``data_directory``; defaults where the file or a key is missing.

    Raises SettingsError that names the file and what is wrong in it.
    """
    path = data_directory / FILE_NAME
    try:
        values = tomllib.loads(path.read_text("utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return Settings()
    except (OSError, ValueError, RecursionError) as error:  # not text, not TOML, or numbers and nesting beyond reason
        raise SettingsError(f"{_printable(path)} cannot be read: {_reason(error)}.", "Mend or remove it.") from error
    return _checked(values, path)


def _checked(values: Mapping[str, Any], file: Path) -> Settings:
    path = _printable(file)
    try:
        settings = msgspec.convert(values, Settings)
    except msgspec.ValidationError as error:
        raise SettingsError(f"{path}: {_reason(error)}.", "Mend or remove the key.") from error
    past, future = settings.sync.past_days, settings.sync.future_days
    if min(past, future) < 0 or not 0 < past + future <= WINDOW_DAYS_AT_MOST:
        raise SettingsError(
            f"{path}: [sync] past_days and future_days are together between 1 and {WINDOW_DAYS_AT_MOST}.",
            "Microsoft does not read longer windows.",
        )
    if not 1 <= settings.sync.poll_seconds <= POLL_SECONDS_AT_MOST:
        raise SettingsError(f"{path}: [sync] poll_seconds is between 1 and {POLL_SECONDS_AT_MOST}.")
    if settings.zone and settings.zone not in available_timezones():
        raise SettingsError(f"{path}: zone is not a time zone.", "Use a name like Europe/Berlin.")
    return settings


def _reason(error: Exception) -> str:
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return _printable(text)[:200].rstrip(".")


def _printable(text: object) -> str:
    return "".join(c if c.isprintable() else " " for c in str(text))


def viewer_zone(settings: Settings, environment: Mapping[str, str]) -> ZoneInfo:
    """The zone that days and hours are shown in: the setting, else ``TZ``, else the system's, else UTC."""
    for name in (settings.zone, environment.get("TZ", "").removeprefix(":")):
        if name and name in available_timezones():
            return ZoneInfo(name)
    return ZoneInfo(_system_zone_name())


def _system_zone_name() -> str:
    from tzlocal import get_localzone_name

    try:
        name = get_localzone_name()
    except (LookupError, ValueError, OSError):
        return "UTC"
    return name if name in available_timezones() else "UTC"


def data_directory(argument: str | None, environment: Mapping[str, str]) -> Path:
    """Where everything is kept: the argument, else ``CALCONNECT_DATA_DIR``, else the system's place for it.

    Raises UsageError when the argument is empty, or begins with the home directory of nobody.
    """
    if argument is not None and not argument.strip():
        raise UsageError("--data-dir is empty.", "Name a directory, or leave the option out.")
    chosen = argument or environment.get("CALCONNECT_DATA_DIR")
    if chosen:
        try:
            return Path(os.path.expandvars(chosen)).expanduser().absolute()
        except RuntimeError:
            raise UsageError(
                f"There is no home directory for {_printable(chosen)[:200]}.", "Write --data-dir as a whole path."
            ) from None
    from platformdirs import user_state_path

    return user_state_path("calconnect-tui", appauthor=False)


def simulator_url(argument: str | None, environment: Mapping[str, str]) -> str | None:
    """The simulator that stands in for Microsoft, or None for the real service.

    Raises UsageError when it is not an http address of this machine.
    """
    chosen = argument or environment.get("CALCONNECT_SIMULATOR")
    if not chosen:
        return None
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(chosen)
        is_here = parts.hostname in ("127.0.0.1", "localhost", "::1") and "@" not in parts.netloc and bool(parts.port)
        usable = is_here and parts.scheme == "http" and not (parts.path.strip("/") or parts.query or parts.fragment)
    except ValueError:
        usable = False
    if not usable:
        raise UsageError("The simulator's address is not one of this machine.", "Use http://127.0.0.1:PORT.")
    return chosen.rstrip("/")


def token_storage(argument: str | None, environment: Mapping[str, str], *, has_simulator: bool) -> str | None:
    """Where sign-ins are to be kept: the argument, else ``CALCONNECT_TOKEN_STORAGE``; None where nobody chose.

    With a simulator they are no secrets, and a file does. Raises UsageError for an unknown place.
    """
    chosen = argument or environment.get("CALCONNECT_TOKEN_STORAGE") or ("file" if has_simulator else None)
    if chosen not in (None, "keyring", "file", "memory"):
        raise UsageError("Sign-ins cannot be kept there.", "Choose keyring, file or memory.")
    return chosen


def with_environment(settings: Settings, environment: Mapping[str, str]) -> Settings:
    """``settings`` with what the environment sets instead (``CALCONNECT_CLIENT_ID``)."""
    client_id = environment.get("CALCONNECT_CLIENT_ID")
    return msgspec.structs.replace(settings, client_id=client_id) if client_id else settings
