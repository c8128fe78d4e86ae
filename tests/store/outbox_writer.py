"""A process that stages changes: ``python outbox_writer.py PATH NAME TIMES``, each acknowledged by its order."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

from tui.domain.bookings import Update, Wanted
from tui.domain.events import CalendarKey
from tui.store.calendars import CalendarStore
from tui.store.tables import LogDatabase


def main(path: str, name: str, times: str) -> None:
    log = Path(path)
    store = CalendarStore(CalendarKey("ana", "calendar"), LogDatabase(log), log.with_suffix(".synced"))
    for number in range(int(times)):
        action = Update(wanted=Wanted(subject=f"{name} {number}"))
        entry = store.outbox.stage(action, target=name, now=datetime(2026, 11, 23, tzinfo=UTC))
        sys.stdout.write(f"{entry.order}\n")
        sys.stdout.flush()
    store.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
