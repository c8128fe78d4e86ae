"""What the arguments of a call, the environment and the settings decide together."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

import msgspec

from tui.errors import UsageError
from tui.settings.values import Settings, printable


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
                f"There is no home directory for {printable(chosen)[:200]}.", "Write --data-dir as a whole path."
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
