"""Where the person was when the program was left: kept by the program for itself, never edited by hand.

It stands in ``state.json`` beside ``settings.toml`` and not in it, because it changes by looking around: a file that
the person writes must not be rewritten for that. Losing it costs one key press, so that what cannot be read is as
good as nothing, and what cannot be written is left.
"""

from __future__ import annotations

import json
from pathlib import Path

from tui.settings.replacing import replace_text

FILE_NAME = "state.json"
_SUB_ACCOUNT = "sub_account"


class LastPlace:
    """The sub-account that was selected last."""

    def __init__(self, data_directory: Path | None) -> None:
        """Without a directory nothing is kept."""
        self._path = data_directory / FILE_NAME if data_directory else None

    @property
    def sub_account_id(self) -> str:
        """Its id, or an empty string where none is known."""
        try:
            found = json.loads(self._path.read_text("utf-8")) if self._path else None
        except (OSError, ValueError, RecursionError):
            return ""
        chosen = found.get(_SUB_ACCOUNT) if isinstance(found, dict) else None
        return chosen if isinstance(chosen, str) else ""

    def select(self, sub_account_id: str) -> bool:
        """Remember the sub-account; whether that could be kept."""
        if self._path is None:
            return True
        try:
            replace_text(self._path, json.dumps({_SUB_ACCOUNT: sub_account_id}) + "\n")
        except OSError:
            return False
        return True
