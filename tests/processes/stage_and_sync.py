"""A window of the program that makes events: ``python stage_and_sync.py DIRECTORY ORIGIN ADDRESS NAME COUNT``.

So many times an event called ``NAME 0``, ``NAME 1`` … is wanted in the default calendar of ADDRESS, and sent.
"""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from tui.clock import SystemClock
from tui.domain.bookings import Create, Wanted
from tui.domain.timespan import Timed
from tui.settings import Settings
from tui.workspace.options import Options
from tui.workspace.workspace import Workspace


async def main(directory: str, origin: str, address: str, name: str, count: str) -> None:
    options = Options(
        directory=Path(directory),
        settings=Settings(),
        zone=ZoneInfo("UTC"),
        simulator=origin,
        token_storage="file",
    )
    workspace = Workspace(options, SystemClock())
    account = workspace.connections.account(address)
    key = workspace.connections.calendar(account.id, "Calendar").key
    noon = (datetime.now(UTC) + timedelta(days=1)).replace(hour=12, minute=0, second=0, microsecond=0)
    for number in range(int(count)):
        wanted = Wanted(subject=f"{name} {number}", when=Timed(noon, noon + timedelta(hours=1)))
        workspace.outbox.stage(key, Create(wanted=wanted, transaction_id=f"{name}-{number}"))
        for report in await workspace.calendars.sync():
            if report.failure is not None:
                raise report.failure
    await workspace.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
