"""What every command works with: the opened workspace, and where answers and remarks go.

Answers go to standard output, one JSON document with ``--json`` and nothing else; remarks go to standard error.
"""

from __future__ import annotations

import codecs
import json
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from msgspec import Struct

from tui.clock import Clock
from tui.domain.text import clean, clip
from tui.domain.timespan import AllDay, Interval, midnight
from tui.errors import UsageError
from tui.limits import EARLIEST_YEAR, LATEST_YEAR
from tui.settings import Settings
from tui.workspace.options import Options

if TYPE_CHECKING:
    from tui.workspace.workspace import Workspace


class Context(Struct, frozen=True, kw_only=True):
    """One call of the program."""

    directory: Path
    settings: Settings
    zone: tzinfo
    clock: Clock
    simulator: str | None
    token_storage: str | None
    out: TextIO
    err: TextIO

    @property
    def options(self) -> Options:
        """What a workspace of this call is opened with."""
        return Options(
            directory=self.directory,
            settings=self.settings,
            zone=self.zone,
            simulator=self.simulator,
            token_storage=self.token_storage,
        )

    def open(self) -> Workspace:
        """The workspace. Raises StoreError when the data directory cannot be used."""
        from tui.workspace.workspace import Workspace

        return Workspace(self.options, self.clock)

    def say(self, line: str = "") -> None:
        """One line of the answer, made safe for a terminal or a file."""
        self.out.write(printable(line) + "\n")

    def remark(self, line: str) -> None:
        """One line beside the answer."""
        self.err.write(printable(line) + "\n")
        self.err.flush()

    def warn(self, workspace: Workspace, window: Interval | None = None) -> None:
        """Remark what makes an answer doubtful: damaged files, and calendars that are not read for ``window``."""
        for notice in workspace.database.notices():
            self.remark(notice)
        if window is not None:
            days = AllDay(
                window.start.astimezone(UTC).date(), (window.end - timedelta(seconds=1)).astimezone(UTC).date()
            )
            for doubt in workspace.calendars.doubts(days):
                self.remark(f"{doubt} Run: calconnect-tui sync")

    def answer(self, document: Any) -> None:
        """The one JSON document. Where the stream lacks characters they are escaped, so that none is lost."""
        self.out.write(json.dumps(document, indent=2, ensure_ascii=not _takes_everything(self.out)) + "\n")

    def table(self, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """A table as plain columns, readable in any terminal and by any tool."""
        from rich.cells import cell_len

        lines = [tuple(heads), *(tuple(printable(cell) for cell in row) for row in rows)]
        widths = [max(cell_len(line[column]) for line in lines) for column in range(len(heads))]
        for line in lines:
            cells = (cell + " " * (width - cell_len(cell)) for cell, width in zip(line, widths, strict=True))
            self.say("  ".join(cells).rstrip())


def _takes_everything(stream: TextIO) -> bool:
    return codecs.lookup(stream.encoding or "utf-8").name == "utf-8"


def printable(line: str) -> str:
    """A line of any length without anything that could act on a terminal; the indent stays."""
    if line.isprintable():
        return line
    indent = len(line) - len(line.lstrip(" "))
    return " " * indent + clean(line, len(line))


def standard_streams() -> tuple[TextIO, TextIO]:
    """Standard output and error; what their encoding lacks becomes ``?`` instead of an exception."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(errors="replace")
    return sys.stdout, sys.stderr


def read_day(text: str | None, context: Context) -> date:
    """A day that was typed, else today in the viewer's zone. Raises UsageError."""
    if text is None:
        return context.clock.now().astimezone(context.zone).date()
    try:
        day = date.fromisoformat(text)
        if not EARLIEST_YEAR <= day.year < LATEST_YEAR:
            raise ValueError
        return day
    except ValueError:
        raise UsageError(f"“{clip(clean(text), 40)}” is not a day.", "Write it like 2026-11-23.") from None


def read_window(first: str | None, days: int, context: Context) -> Interval:
    """The instants from the start of the day ``first``, else from now, over ``days`` days. Raises UsageError."""
    if not 1 <= days <= 3660:
        raise UsageError("--days is a number from 1 to 3660.")
    day = read_day(first, context)
    end = midnight(day + timedelta(days=days), context.zone)
    return Interval(context.clock.now() if first is None else midnight(day, context.zone), end)


def instant(moment: datetime) -> str:
    """An instant as JSON answers have it: UTC, ISO 8601, with Z."""
    text = moment.astimezone(UTC).isoformat(timespec="microseconds" if moment.microsecond else "seconds")
    return text.replace("+00:00", "Z")


def from_to(start: datetime, end: datetime, zone: tzinfo, *, with_day: bool = True) -> str:
    """Two instants for people, in their zone; the end's day stands there only when it is another."""
    first, last = start.astimezone(zone), end.astimezone(zone)
    ends = f"{last:%H:%M}" if last.date() == first.date() else f" {last:%a %d %b %Y %H:%M}"
    return f"{first:%a %d %b %H:%M}–{ends}" if with_day else f"{first:%H:%M}–{ends}"
