"""Draws the picture of the README from the running demo: ``python tests/picture.py``.

It is the real program against its simulator, at a fixed moment; only a terminal is missing.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from pathlib import Path
from zoneinfo import ZoneInfo

from tui.app import CalConnectApp
from tui.clock import clock_from
from tui.settings import Settings
from tui.workspace.demo import SEATS, Demo
from tui.workspace.options import Options

PICTURE = Path(__file__).parent.parent / "tui" / "help" / "week.svg"
MOMENT = "2026-11-23T09:24:00+00:00"
DEADLINE_SECONDS = 30.0


async def draw(path: Path, *keys: str) -> None:
    """Write what the demo shows after ``keys``, once every account has been read."""
    clock = clock_from(os.environ)
    zone = ZoneInfo("Europe/Berlin")
    background = Demo(Options(directory=Path(tempfile.gettempdir()), settings=Settings(), zone=zone), clock)
    app = CalConnectApp(background, clock, settings=Settings(), zone=zone)
    async with app.run_test(size=(120, 40)) as pilot:
        ends = clock.monotonic() + DEADLINE_SECONDS
        while not is_complete(app) and clock.monotonic() < ends:
            await pilot.pause(0.05)
        assert is_complete(app), "the demo was not read in time"
        await pilot.press(*keys)
        await pilot.pause()
        path.write_text(app.export_screenshot(title="calconnect-tui"), "utf-8")


def is_complete(app: CalConnectApp) -> bool:
    """Whether every account of the demo was read."""
    accounts = app.shell.snapshot.accounts
    return len(accounts) == len(SEATS) and all(view.last_success and not view.syncing for view in accounts)


if __name__ == "__main__":
    os.environ["CALCONNECT_NOW"] = MOMENT
    os.environ["TZ"] = "Europe/Berlin"
    asyncio.run(draw(PICTURE, *(sys.argv[1:] or ("tab",))))
