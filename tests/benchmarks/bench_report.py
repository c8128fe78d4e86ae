"""The measurements as one plain table, or as JSON with every sample."""

from __future__ import annotations

import os
import platform
import sqlite3
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from statistics import median
from typing import Any

import msgspec

Samples = Sequence[float]
COLUMNS = ("ours", "tinydb", "sqlite", "python")
TITLES = {"ours": "ours", "tinydb": "TinyDB", "sqlite": "SQLite", "python": "python -c pass"}


class Measure(msgspec.Struct, frozen=True):
    """One thing that was measured: its unit (ms, bytes or MB) and the samples of each column that took part."""

    what: str
    unit: str
    samples: Mapping[str, Samples]

    def median(self, column: str) -> float | None:
        return median(self.samples[column]) if self.samples.get(column) else None

    def ratio(self, column: str) -> float | None:
        """Ours divided by that of ``column``; None where there is nothing to divide by."""
        ours, other = self.median("ours"), self.median(column)
        return None if ours is None or not other else ours / other


def machine() -> dict[str, str]:
    """What the numbers depend on and a reader must know."""
    return {
        "cpus": str(os.cpu_count()),
        "machine": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "tinydb": version("tinydb"),
        "sqlite": sqlite3.sqlite_version,
    }


def table(measures: Sequence[Measure], about: Mapping[str, str], notes: Sequence[str]) -> str:
    """Medians and, after them, ours divided by each of the others."""
    heads = ["", "unit", *(TITLES[column] for column in COLUMNS), *(f"ours/{TITLES[c]}" for c in COLUMNS[1:])]
    heads[-1] = "ours/python"
    rows = [heads, *map(_cells, measures)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(heads))]
    lines = [_line(row, widths) for row in rows]
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join([", ".join(f"{name} {value}" for name, value in about.items()), "", *lines, "", *notes])


def as_json(measures: Sequence[Measure], about: Mapping[str, str], notes: Sequence[str]) -> str:
    """Everything that ``table`` shows, and every sample."""
    found: list[dict[str, Any]] = [
        {
            "what": measure.what,
            "unit": measure.unit,
            "median": {column: measure.median(column) for column in measure.samples},
            "ratio": {column: measure.ratio(column) for column in COLUMNS[1:] if column in measure.samples},
            "samples": measure.samples,
        }
        for measure in measures
    ]
    document = {"about": about, "measures": found, "notes": notes}
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode()


def _cells(measure: Measure) -> list[str]:
    medians = [_number(measure.median(column)) for column in COLUMNS]
    ratios = [_number(measure.ratio(column)) for column in COLUMNS[1:]]
    return [measure.what, measure.unit, *medians, *ratios]


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    if value == 0 or value >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first = cells[0].ljust(widths[0])
    return "  ".join([first, *(cell.rjust(width) for cell, width in zip(cells[1:], widths[1:], strict=True))])
