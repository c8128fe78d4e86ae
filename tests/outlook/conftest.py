"""Fixtures of the tests of Microsoft's side of the program; the classes behind them stand in ``microsoft_double``."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest
from microsoft_double import CLIENT_ID, HandClock, Microsoft, scenario

from tui.outlook.http import Network
from tui.outlook.identity import Identity
from tui.outlook.token_store import TokenStorage, TokenStore
from tui.simulator.service import Simulator


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def swift() -> HandClock:
    return HandClock(is_swift=True)


@pytest.fixture
def microsoft() -> Microsoft:
    """Approves each new code at once."""
    return Microsoft(Simulator(scenario()))


@pytest.fixture
def asking() -> Microsoft:
    """Waits for the person to approve or decline."""
    return Microsoft(Simulator(scenario(sign_in="ask")))


@pytest.fixture
def store() -> TokenStore:
    return TokenStore(TokenStorage.MEMORY)


@pytest.fixture
async def connect() -> AsyncIterator[Callable[..., Identity]]:
    """Makes an Identity on a `Microsoft`; closes what it made."""
    made: list[tuple[Identity, Network]] = []

    def make(microsoft: Microsoft, store: TokenStore, clock: HandClock, client_id: str = CLIENT_ID) -> Identity:
        network = Network(service=microsoft.serve)
        made.append((Identity(network, store, clock, client_id), network))
        return made[-1][0]

    yield make
    for identity, network in made:
        await identity.aclose()
        await network.aclose()
