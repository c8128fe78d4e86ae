"""Time as the program sees it, injected wherever it is needed.

The wall clock tells what day it is and may be moved by ``CALCONNECT_NOW``. Waiting and measuring use the
monotonic clock, which nothing moves.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Protocol

from tui.errors import UsageError
from tui.limits import EARLIEST_YEAR, LATEST_YEAR


class Clock(Protocol):
    """What the program asks of time."""

    def now(self) -> datetime:
        """The wall clock, as an aware UTC instant."""

    def monotonic(self) -> float:
        """Seconds since an arbitrary start; never goes back."""

    async def sleep(self, seconds: float) -> None:
        """Wait; zero or less only yields."""


class SystemClock:
    """The machine's clocks, the wall clock moved by a fixed distance."""

    def __init__(self, offset: timedelta = timedelta(0)) -> None:
        self._offset = offset

    def now(self) -> datetime:
        return datetime.now(UTC) + self._offset

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(0.0, seconds))


def clock_from(environment: Mapping[str, str]) -> SystemClock:
    """The clock that starts at ``CALCONNECT_NOW`` (an ISO 8601 instant; without an offset it is UTC), else now.

    Raises UsageError when the variable holds something else.
    """
    text = environment.get("CALCONNECT_NOW", "")
    if not text:
        return SystemClock()
    start = _instant(text)
    if start is None or not EARLIEST_YEAR <= start.year < LATEST_YEAR:
        raise UsageError(
            f"CALCONNECT_NOW is not an ISO 8601 instant between {EARLIEST_YEAR} and {LATEST_YEAR}.",
            "Write it like 2026-11-23T09:00:00+00:00.",
        )
    return SystemClock(start - datetime.now(UTC))


def _instant(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
