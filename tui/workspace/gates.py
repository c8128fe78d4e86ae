"""The gates of all mailboxes, kept across runs of the program and shared by its processes.

The workspace's log holds how long Microsoft asked to wait, and nothing while it asks for nothing. A log that cannot be
written costs only that others do not hear of it.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from tui.clock import Clock
from tui.domain.accounts import GateState
from tui.errors import StoreError
from tui.store.roster import Roster

if TYPE_CHECKING:
    from tui.outlook.gate import Gate

log = logging.getLogger(__name__)


class Gates:
    """Gives each account its one gate."""

    def __init__(self, roster: Roster, clock: Clock) -> None:
        self._roster = roster
        self._clock = clock
        self._gates: dict[str, Gate] = {}

    def of(self, account_id: str) -> Gate:
        """The account's gate, which heeds what other processes were told by now."""
        gate = self._gates.get(account_id) or self._made(account_id)
        stored = self._roster.gate(account_id)
        if stored is not None:
            gate.take_over(stored)
        return gate

    def closed_seconds(self, account_id: str) -> float:
        """For how long Microsoft asks to leave the account alone."""
        return self.of(account_id).closed_for()

    def closed_until(self, account_id: str) -> datetime | None:
        """When the account may be asked again (UTC); None when it may be now."""
        seconds = self.closed_seconds(account_id)
        return self._clock.now() + timedelta(seconds=seconds) if seconds else None

    def _made(self, account_id: str) -> Gate:
        from tui.outlook.gate import Gate

        self._gates[account_id] = Gate(self._clock, tell=partial(self._keep, account_id))
        return self._gates[account_id]

    def _keep(self, account_id: str, state: GateState) -> None:
        try:
            self._roster.put_gate(account_id, state, self._clock.now())
        except StoreError as error:
            log.warning("how long Microsoft asks to wait could not be saved: %s", type(error).__name__)
