"""Drives a week screen as a person does, and reads what it shows."""

from __future__ import annotations

from dataclasses import dataclass

from hosting import HostApp, SnapshotBuilder, screen_text
from textual.pilot import Pilot

from tui.screens.week import WeekScreen
from tui.workspace.view import Snapshot

SIZE = (120, 40)


@dataclass
class Opened:
    """A week screen that runs."""

    app: HostApp
    pilot: Pilot[None]

    @property
    def screen(self) -> WeekScreen:
        assert isinstance(self.app.screen_stack[0], WeekScreen)
        return self.app.screen_stack[0]

    @property
    def text(self) -> str:
        return screen_text(self.app)

    @property
    def subject(self) -> str:
        """The title of the event under the cursor, or empty."""
        return self.screen.meeting.subject if self.screen.meeting else ""

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def select(self, subject: str) -> None:
        """Put the cursor on the first event with this title."""
        self.screen.go_to_meeting(next(one for one in self.screen.snapshot.meetings if one.subject == subject))
        await self.pilot.pause()
        assert self.subject == subject

    async def sync(self, builder: SnapshotBuilder) -> None:
        """Let what was built arrive as after a sync."""
        self.app.shell.publish(builder.build())
        await self.pilot.pause()


def app_of(snapshot: Snapshot, **options: object) -> HostApp:
    return HostApp(WeekScreen, snapshot, **options)  # type: ignore[arg-type]


def row(text: str, start: str) -> str:
    """The line of the screen that begins with ``start``."""
    return next(line for line in text.splitlines() if line.strip().startswith(start))
