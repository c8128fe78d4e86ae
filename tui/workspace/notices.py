"""What the background tells the screens: immutable values, each complete in itself."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from tui.errors import CalConnectError
from tui.workspace.view import Snapshot


class Notice(Struct, frozen=True):
    """Something that the screens should know."""


class SnapshotReady(Notice, frozen=True):
    """Everything was computed anew and is replaced whole."""

    snapshot: Snapshot


class SyncProgress(Notice, frozen=True):
    """What is being read for an account, in words; empty when its round has ended."""

    account_id: str
    text: str


class SyncFinished(Notice, frozen=True):
    """A round of one account has ended."""

    changed: int
    removed: int
    errors: int
    account_id: str = ""
    asked: int = 0
    """How often ``sync_now`` had been called when the round began: a round that ran before does not answer it."""
    sent: int = 0
    """Staged changes that Outlook carried out in it."""
    failed: int = 0
    """Staged changes that came to nothing in it."""


class Failed(Notice, frozen=True):
    """The background cannot go on; what happened and what to do."""

    error: CalConnectError


Tell = Callable[[Notice], None]
