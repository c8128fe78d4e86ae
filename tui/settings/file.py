"""``settings.toml``: read whole, changed key by key, replaced whole or not at all.

The person's own lines stay as they are: comments, order and the keys that are not changed. What cannot be read is
never written over, and a file that the person made read-only stays so.
"""

from __future__ import annotations

import stat
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui.errors import SettingsError
from tui.settings.replacing import replace_text
from tui.settings.values import Settings, checked, printable, reason

if TYPE_CHECKING:
    from tomlkit import TOMLDocument

FILE_NAME = "settings.toml"
Value = str | int | bool
Changes = Mapping[str, Value]
"""``week.first_day`` to its new value."""


def read_settings(data_directory: Path) -> Settings:
    """The settings of ``data_directory``; defaults where the file or a key is missing.

    Raises SettingsError that names the file and what is wrong in it.
    """
    path = data_directory / FILE_NAME
    return _parsed(_text(path), path)


class SettingsFile:
    """The settings of one run of the program, and the file that keeps them."""

    def __init__(self, data_directory: Path | None, settings: Settings) -> None:
        """``settings`` are what was read; without a directory changes last as long as the program runs."""
        self._path = data_directory / FILE_NAME if data_directory else None
        self._settings = settings

    @property
    def path(self) -> Path | None:
        """Where changes are kept; None when they are not."""
        return self._path

    @property
    def settings(self) -> Settings:
        """What holds now."""
        return self._settings

    def change(self, changes: Changes) -> Settings:
        """Keep ``changes``; gives the settings that hold from now on.

        What others wrote into the file meanwhile stays in it. Raises SettingsError: for a value that is not allowed
        nothing changes; where only the file cannot be written the change holds (see ``settings``) but is not kept.
        """
        self._settings = changed(self._settings, changes)
        if self._path is not None:
            _write(self._path, changes)
        return self._settings


def changed(settings: Settings, changes: Changes) -> Settings:
    """``settings`` with ``changes``. Raises SettingsError when one is not allowed."""
    import msgspec

    values = msgspec.to_builtins(settings)
    for key, value in changes.items():
        table, name = _place(values, key)
        table[name] = value
    return checked(values, "The change was not taken")


def _place(values: Any, key: str) -> tuple[Any, str]:
    """The table that ``key`` stands in, made if need be, and its name there."""
    *tables, name = key.split(".")
    for table in tables:
        if table not in values:
            values[table] = {}
        values = values[table]
    return values, name


def _write(path: Path, changes: Changes) -> None:
    import tomlkit

    before = _text(path)
    _parsed(before, path)  # what cannot be read must not be written over
    document = tomlkit.parse(before)
    _change(document, changes)
    after = tomlkit.dumps(document)
    _parsed(after, path)
    if after == before:
        return
    _refuse(path)
    try:
        replace_text(path, after)
    except OSError as error:
        raise SettingsError(
            f"{printable(path)} cannot be written: {reason(error)}.", "The change holds until you leave."
        ) from error


def _change(document: TOMLDocument, changes: Changes) -> None:
    import tomlkit

    for key, value in changes.items():
        table_name, _, name = key.rpartition(".")
        if table_name and table_name not in document:
            document[table_name] = tomlkit.table()
        table: Any = document[table_name] if table_name else document
        if table.get(name) != value:
            table[name] = value


def _refuse(path: Path) -> None:
    """Raise SettingsError for a file that its owner does not want replaced."""
    try:
        mode = path.lstat().st_mode
    except OSError:
        return
    if stat.S_ISLNK(mode):
        raise SettingsError(f"{printable(path)} is a symbolic link.", "Change the file that it points to by hand.")
    if not mode & stat.S_IWUSR:
        raise SettingsError(f"{printable(path)} is read-only.", "Make it writable, or change it by hand.")


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error


def _parsed(text: str, path: Path) -> Settings:
    try:
        values = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # not TOML, or numbers and nesting beyond reason
        raise _unreadable(path, error) from error
    return checked(values, printable(path))


def _unreadable(path: Path, error: Exception) -> SettingsError:
    return SettingsError(f"{printable(path)} cannot be read: {reason(error)}.", "Mend or remove it.")
