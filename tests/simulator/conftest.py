"""What every test of the simulator begins with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from simulator_client import Client, scenario

from tui.simulator.service import Simulator


@pytest.fixture
def connect() -> Callable[..., Client]:
    """A client of a fresh simulator with the given events in Ana's calendar."""

    def connected(*events: dict[str, Any], **more: Any) -> Client:
        return Client(Simulator(scenario(*events, **more)))

    return connected
