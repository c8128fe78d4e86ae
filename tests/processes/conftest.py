"""One account with a few events, and the program that has read it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from commands.calling import Program
from workspace.served import ANA, Microsoft, calendar, event, mailbox, served

TOMORROW = (datetime.now(UTC) + timedelta(days=1)).date()


@pytest.fixture
def microsoft() -> Iterator[Microsoft]:
    meetings = [event(f"Meeting {hour}", f"{TOMORROW}T{hour}:00:00", f"{TOMORROW}T{hour}:30:00") for hour in (10, 12)]
    with served(mailbox(ANA, calendar("Calendar", *meetings, default=True), calendar("Team"))) as microsoft:
        yield microsoft


@pytest.fixture
def program(
    tmp_path: Path, microsoft: Microsoft, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Program:
    """The program with the account connected, nothing read yet."""
    monkeypatch.setenv("TZ", "UTC")
    program = Program(tmp_path / "data", microsoft, capsys)
    program.connect(ANA, "--all-calendars")
    return program


@pytest.fixture
def read(program: Program) -> Program:
    """The program with the account read."""
    program.fine("sync")
    return program
