"""The fixture that tests of rounds share."""

from __future__ import annotations

from pathlib import Path

import pytest
from sample_calendar import EVERYTHING
from sync_world import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path, *EVERYTHING)
