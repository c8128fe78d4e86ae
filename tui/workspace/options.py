"""What a workspace is opened with; light enough for every call of the program."""

from __future__ import annotations

from datetime import tzinfo
from pathlib import Path

from msgspec import Struct

from tui.settings import Settings


class Options(Struct, frozen=True, kw_only=True):
    """What a workspace is opened with."""

    directory: Path
    settings: Settings
    zone: tzinfo
    simulator: str | None = None
    token_storage: str | None = None
    """None: as they are kept already, else in the keyring."""
