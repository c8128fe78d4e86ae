"""The Microsoft side of a workspace, made when it is first needed.

Signing in and HTTP are slow to import and not needed to show what is stored; nothing of them is loaded before the
first call here.
"""

from __future__ import annotations

import asyncio
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from tui.clock import Clock
from tui.domain.accounts import OutlookAccount
from tui.settings import Settings
from tui.workspace.gates import Gates

if TYPE_CHECKING:
    from tui.outlook.graph import Mailbox
    from tui.outlook.http import Network
    from tui.outlook.identity import Identity

TOKENS = "tokens"
SIMULATOR_CLIENT_ID = "5d2b1c0a-7e63-4f18-9a35-c0a1c0ffee00"


class Outlook:
    """Sign-ins and mailboxes of one run of the program."""

    def __init__(
        self,
        directory: Path,
        *,
        settings: Settings,
        clock: Clock,
        gates: Gates,
        simulator: str | None,
        token_storage: str | None,
    ) -> None:
        self.simulator = simulator
        self._chosen_storage = token_storage
        self.client_id = SIMULATOR_CLIENT_ID if simulator else settings.client_id
        self._directory = directory
        self._settings = settings
        self._clock = clock
        self.gates = gates
        self._identity: Identity | None = None
        self._opening = asyncio.Lock()

    @cached_property
    def network(self) -> Network:
        from tui.outlook.http import Network

        return Network(self.simulator)

    @cached_property
    def token_storage(self) -> str:
        """Where sign-ins are kept: as chosen, else as they are kept already, else in the keyring."""
        from tui.outlook.token_store import TokenStorage, storage_in_use

        return self._chosen_storage or storage_in_use(self._directory / TOKENS) or TokenStorage.KEYRING

    async def identity(self) -> Identity:
        """Signs in and gives tokens. Raises SettingsError or StoreError when tokens cannot be kept as asked."""
        async with self._opening:
            if self._identity is None:
                self._identity = await asyncio.to_thread(self._opened)
        return self._identity

    def check_client_id(self) -> None:
        """Raise SignInError that says how to get a client id when there is none."""
        if not self.client_id:
            from tui.outlook.sign_in_errors import ClientIdMissing

            raise ClientIdMissing

    def mailbox(self, account: OutlookAccount) -> Mailbox:
        """The calendars of a signed-in account, behind its one gate."""
        from tui.outlook.graph import Mailbox

        async def token(*, claims: str | None = None, force: bool = False) -> str:
            identity = await self.identity()
            return await identity.token(account.id, account.kind, account.mode, claims=claims, force=force)

        return Mailbox(account, network=self.network, gate=self.gates.of(account.id), token=token, clock=self._clock)

    async def close(self) -> None:
        if self._identity is not None:
            await self._identity.aclose()
        if "network" in self.__dict__:
            await self.network.aclose()

    def _opened(self) -> Identity:
        """Blocks while a keyring answers, for a few seconds at most."""
        from tui.outlook.identity import Identity
        from tui.outlook.token_store import TokenStorage, open_token_store

        store = open_token_store(self._directory / TOKENS, TokenStorage(self.token_storage))
        return Identity(self.network, store, self._clock, self.client_id, self._settings.tenant)
