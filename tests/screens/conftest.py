"""Fixtures of the tests of screens; the classes behind them stand in ``hosting``."""

from __future__ import annotations

import pytest
from hosting import FrozenClock, SnapshotBuilder


@pytest.fixture
def clock() -> FrozenClock:
    """Mon 2026-11-23 10:24 in Berlin."""
    return FrozenClock()


@pytest.fixture
def builder() -> SnapshotBuilder:
    """An empty builder: no account, no event."""
    return SnapshotBuilder()
