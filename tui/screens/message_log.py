"""What was said to the person, with its time: toasts go away, and some are read too late.

The list is bounded; what is oldest goes first. Every text is cleaned here, whoever said it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from tui.domain.text import clean
from tui.screens.shell import Severity

MESSAGES_KEPT = 500
MESSAGE_CHARACTERS = 1_000


class Said(Struct, frozen=True):
    """One message."""

    at: datetime
    text: str
    severity: Severity


class MessageLog:
    """The last messages of this run."""

    def __init__(self) -> None:
        self._said: deque[Said] = deque(maxlen=MESSAGES_KEPT)
        self.dropped = 0
        """How many are no longer kept."""

    def add(self, text: str, severity: Severity, at: datetime) -> None:
        """Keep ``text``; what is empty once it is clean is not kept."""
        cleaned = clean(text, MESSAGE_CHARACTERS)
        if cleaned:
            self.dropped += len(self._said) == MESSAGES_KEPT
            self._said.append(Said(at, cleaned, severity))

    @property
    def newest_first(self) -> Sequence[Said]:
        return tuple(reversed(self._said))
