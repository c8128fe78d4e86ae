"""What the store promises, in numbers, and whether a run kept it.

A promise holds whatever the number of events; the hardest run is one of 200,000 in 50 calendars.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from bench_report import Measure

OPENING = "open, index, one week"
ONE_CHANGE = "one change"
QUIET = "no change"


class Bar(msgspec.Struct, frozen=True):
    """The median of ours is at most ``most`` in every measure of this unit whose name begins with ``what``."""

    what: str
    unit: str
    most: float


BARS = (
    Bar(OPENING, "ms", 2_500),
    Bar(OPENING, "MB", 450),
    Bar(ONE_CHANGE, "bytes", 4_096),
    Bar(QUIET, "bytes", 0),
)


def judged(measures: Sequence[Measure]) -> list[str]:
    """A line for each promise that was measured."""
    return [
        _verdict(bar, measure.what, ours)
        for bar in BARS
        for measure in measures
        if measure.what.startswith(bar.what) and measure.unit == bar.unit
        if (ours := measure.median("ours")) is not None
    ]


def _verdict(bar: Bar, what: str, ours: float) -> str:
    verdict = "met" if ours <= bar.most else "NOT MET"
    return f"{verdict}: {what}: {ours:,.0f} {bar.unit}, at most {bar.most:,.0f}"
