"""Two mailboxes with double bookings, and the program that reads them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from commands.calling import Program
from workspace.served import ANA, BEN, Microsoft, calendar, event, mailbox, served

NOW = "2026-11-23T08:00:00+00:00"


@pytest.fixture(autouse=True)
def calm(monkeypatch: pytest.MonkeyPatch) -> None:
    """Monday morning in Berlin, and nothing else that steers the program."""
    for name in ("DATA_DIR", "SIMULATOR", "CLIENT_ID", "TOKEN_STORAGE"):
        monkeypatch.delenv(f"CALCONNECT_{name}", raising=False)
    monkeypatch.setenv("CALCONNECT_NOW", NOW)
    monkeypatch.setenv("TZ", "Europe/Berlin")


@pytest.fixture
def microsoft() -> Iterator[Microsoft]:
    ana = calendar(
        "Calendar",
        event("Budget review", "2026-11-24T10:00:00", "2026-11-24T11:00:00", id="budget", iCalUId="uid-budget"),
        event("Fair", "2026-11-25", "2026-11-26", id="fair"),
        default=True,
    )
    ben = calendar("Calendar", event("Invoices", "2026-11-24T10:30:00", "2026-11-24T11:30:00", id="inv"), default=True)
    holidays = calendar("Holidays", edit=False)
    with served(mailbox(ANA, ana, calendar("Team"), holidays), mailbox(BEN, ben)) as microsoft:
        yield microsoft


@pytest.fixture
def program(tmp_path: Path, microsoft: Microsoft, capsys: pytest.CaptureFixture[str]) -> Program:
    return Program(tmp_path / "data", microsoft, capsys)


@pytest.fixture
def read(program: Program) -> Program:
    """The program with both accounts connected and read."""
    for address in (ANA, BEN):
        program.connect(address)
    program.fine("sync")
    return program
