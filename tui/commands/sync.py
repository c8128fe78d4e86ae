"""``sync``: one round of everything that is connected."""

from __future__ import annotations

import argparse
from contextlib import AbstractContextManager, nullcontext

from tui.commands.context import Context
from tui.commands.interruption import interruptible
from tui.domain.accounts import OutlookAccount
from tui.sync.scheduler import CalendarReport, Progress
from tui.workspace.workspace import Workspace


def sync(arguments: argparse.Namespace, context: Context) -> int:
    """Read what changed in Outlook; the exit code is the worst failure's."""
    return interruptible(_sync(arguments, context))


async def _sync(arguments: argparse.Namespace, context: Context) -> int:
    workspace = context.open()
    try:
        with _shown(context) as progress:
            reports = await workspace.calendars.sync(progress=progress)
        rows = [_row(report, workspace) for report in reports]
    finally:
        await workspace.close()
    if arguments.json:
        context.answer({"calendars": rows})
    else:
        _say(rows, reports, context)
    return max((report.failure.exit_code for report in reports if report.failure), default=0)


def _row(report: CalendarReport, workspace: Workspace) -> dict[str, object]:
    calendar = workspace.connections.calendar(*report.key)
    return {
        "account": workspace.connections.account(report.key.account_id).address,
        "calendar": report.key.calendar_id,
        "calendar_name": calendar.name,
        "pages": report.pages,
        "changed": report.changed,
        "removed": report.removed,
        "events": report.events,
        "seconds": round(report.seconds, 3),
        "error": str(report.failure) if report.failure else None,
    }


def _say(rows: list[dict[str, object]], reports: list[CalendarReport], context: Context) -> None:
    if not rows:
        context.remark("Nothing is connected yet. Start with: calconnect-tui connect --kind work")
        return
    columns = ("account", "calendar_name", "events", "changed", "removed", "pages", "seconds")
    heads = ("account", "calendar", "events", "changed", "removed", "pages", "seconds")
    context.table(heads, ([str(row[column]) for column in columns] for row in rows))
    for row, report in zip(rows, reports, strict=True):
        if report.failure:
            context.remark(f"{row['account']} / {row['calendar_name']}: {report.failure}")


def _shown(context: Context) -> AbstractContextManager[Progress | None]:
    """A line of progress, only on a terminal."""
    return _TerminalProgress() if context.err.isatty() else nullcontext()


class _TerminalProgress:
    """How many events were read, in one line that goes away."""

    def __enter__(self) -> Progress:
        from rich.console import Console

        self._status = Console(stderr=True).status("Reading …")
        self._status.start()
        self._read: dict[str, int] = {}
        return self._count

    def __exit__(self, *_: object) -> None:
        self._status.stop()

    def _count(self, account: OutlookAccount, items: int) -> None:
        self._read[account.id] = items
        self._status.update(f"Reading … {sum(self._read.values()):,} events")
