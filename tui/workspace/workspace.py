"""Holds the areas of a workspace together; it does nothing by itself."""

from __future__ import annotations

from tui.clock import Clock
from tui.store.database import Database
from tui.workspace.calendar import Calendars
from tui.workspace.conflicts import Conflicts
from tui.workspace.connections import Connections
from tui.workspace.gates import Gates
from tui.workspace.options import Options
from tui.workspace.outbox import Outbox
from tui.workspace.outlook import Outlook


class Workspace:
    """The use cases of one data directory."""

    def __init__(self, options: Options, clock: Clock) -> None:
        """Open the data directory. Raises StoreError when it cannot be used."""
        self.clock = clock
        self.settings = options.settings
        self.zone = options.zone
        self.database = Database(options.directory)
        self.outlook = Outlook(
            options.directory,
            settings=options.settings,
            clock=clock,
            gates=Gates(self.database.roster, clock),
            simulator=options.simulator,
            token_storage=options.token_storage,
        )
        self.connections = Connections(self.database, self.outlook, clock)
        self.calendars = Calendars(
            self.database,
            self.outlook,
            self.connections,
            settings=options.settings,
            clock=clock,
            zone=options.zone,
        )
        self.conflicts = Conflicts(self.calendars)
        self.outbox = Outbox(self.database, clock)

    async def close(self) -> None:
        """Give up connections and files; every change was saved before."""
        await self.outlook.close()
        self.database.close()
