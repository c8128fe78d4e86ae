"""A disk without room, by a limit on the size of files: what is stored is read, nothing new is promised or sent."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from copy import copy
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from commands.calling import Program, Said
from counts import count
from processes.conftest import TOMORROW
from processes.on_full_disk import __file__ as on_full_disk
from terminal.pseudo_terminal import terminal
from workspace.served import ANA, Microsoft, event, no_program_settings, opened

from tui.domain.accounts import OutlookAccount
from tui.domain.bookings import Create, Entry, Wanted
from tui.domain.events import CalendarKey
from tui.domain.timespan import Timed
from tui.workspace.workspace import Workspace

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a limit on file sizes is a POSIX notion")

STORE_EXIT_CODE = 5
STEPS = count(3, 30)
SHARES = [step / STEPS for step in range(STEPS + 1)]
"""How much of what a sync needs there is room for."""
BYTES_OF_A_CREATE = 2_500
"""Somewhat more than the log of a calendar grows by while a staged event is sent."""
NOON = datetime.combine(TOMORROW, time(12), UTC)


def cramped(program: Program, size: int, *words: str) -> Said:
    """A call of the program where no file may grow beyond ``size`` bytes."""
    call = [sys.executable, on_full_disk, str(size), *program.options, *words]
    environment = no_program_settings(os.environ)
    ended = subprocess.run(call, env=environment, capture_output=True, text=True, timeout=60, check=False)
    return Said(ended.returncode, ended.stdout, ended.stderr)


def shown(said: Said) -> list[str]:
    return sorted(one["subject"] for one in said.document["events"])


def agenda(program: Program) -> list[str]:
    said = program.fine("agenda", "--from", str(TOMORROW), "--days", "2", "--json")
    assert said.err == ""
    return shown(said)


def truth(microsoft: Microsoft) -> list[str]:
    return sorted(one["subject"] for one in microsoft.calendar_states()[ANA, "Calendar"]["events"])


def changed_much(microsoft: Microsoft, times: int = 12) -> None:
    for number in range(times):
        made = event(f"New {number}", f"{TOMORROW}T14:00:00", f"{TOMORROW}T15:00:00", bodyPreview="Notes. " * 40)
        microsoft.post("change", address=ANA, op="create", calendar="Calendar", event=made)


def largest(program: Program) -> int:
    return max(path.stat().st_size for path in files(program))


def files(program: Program) -> list[Path]:
    return sorted((program.directory / "calendars").glob("*.jsonl"))


def size_after_sync(program: Program, folder: Path) -> int:
    """How large the largest log becomes by a sync with room, which is done on a copy in ``folder``."""
    there = copy(program)
    there.directory = shutil.copytree(program.directory, folder)
    assert there.process("sync").code == 0
    return largest(there)


def kept_aside(program: Program) -> list[Path]:
    """Files that the store took for damaged."""
    return list(program.directory.glob("**/*.jsonl.*-*"))


def contents(program: Program) -> list[bytes]:
    return [path.read_bytes() for path in files(program)]


def assert_refused(said: Said) -> None:
    assert said.code == STORE_EXIT_CODE, said
    assert "could not be written: File too large" in said.err
    assert "Free some space" in said.err
    assert "Traceback" not in said.err


def test_without_room_a_sync_is_refused_what_was_read_can_be_read_and_work_goes_on_with_room(
    read: Program, microsoft: Microsoft
) -> None:
    before, bytes_before = agenda(read), contents(read)
    changed_much(microsoft)

    assert_refused(cramped(read, largest(read), "sync"))

    assert contents(read) == bytes_before
    still = cramped(read, 0, "agenda", "--from", str(TOMORROW), "--days", "2", "--json")
    assert (still.code, shown(still)) == (0, before)
    assert cramped(read, 0, "calendars").code == cramped(read, 0, "conflicts").code == 0
    read.fine("sync")
    assert agenda(read) == truth(microsoft) != before


@pytest.mark.parametrize("share", SHARES)
def test_wherever_the_room_ends_a_change_is_stored_whole_or_not_at_all(
    read: Program, microsoft: Microsoft, share: float, tmp_path: Path
) -> None:
    before, size = agenda(read), largest(read)
    changed_much(microsoft)
    needed = size_after_sync(read, tmp_path / "copy")

    said = cramped(read, size + int(share * (needed - size)), "sync")

    assert said.code == (0 if share >= 1 else STORE_EXIT_CODE), said
    assert agenda(read) == (truth(microsoft) if said.code == 0 else before)
    assert kept_aside(read) == []
    read.fine("sync")
    assert agenda(read) == truth(microsoft) != before


@pytest.mark.parametrize("share", SHARES)
def test_wherever_the_room_ends_the_first_reading_is_stored_whole_or_not_at_all(
    program: Program, microsoft: Microsoft, share: float, tmp_path: Path
) -> None:
    changed_much(microsoft)
    needed = size_after_sync(program, tmp_path / "copy")

    said = cramped(program, int(share * needed), "sync")

    assert said.code == (0 if share >= 1 else STORE_EXIT_CODE), said
    assert "Traceback" not in said.err
    left = program.fine("agenda", "--from", str(TOMORROW), "--days", "2", "--json")
    assert shown(left) == (truth(microsoft) if said.code == 0 else [])
    assert kept_aside(program) == []
    program.fine("sync")
    assert agenda(program) == truth(microsoft)


async def _staged(program: Program, microsoft: Microsoft, subject: str) -> Entry:
    """Want a new event in the default calendar, as the screens do."""
    workspace = opened(program.directory, microsoft)
    try:
        when = Timed(NOON, NOON + timedelta(hours=1))
        create = Create(wanted=Wanted(subject=subject, when=when), transaction_id=f"for {subject}")
        return workspace.outbox.stage(_default(workspace), create)
    finally:
        await workspace.close()


async def _waiting(program: Program, microsoft: Microsoft) -> list[Entry]:
    workspace = opened(program.directory, microsoft)
    try:
        assert workspace.outbox.failed() == ()
        return [waiting.entry for waiting in workspace.outbox.entries()]
    finally:
        await workspace.close()


def _default(workspace: Workspace) -> CalendarKey:
    account: OutlookAccount = workspace.connections.account(ANA)
    return workspace.connections.calendar(account.id, "Calendar").key


async def test_what_cannot_be_marked_as_being_sent_is_not_sent(read: Program, microsoft: Microsoft) -> None:
    entry = await _staged(read, microsoft, "Lunch")

    assert_refused(cramped(read, largest(read), "sync"))

    assert "Lunch" not in truth(microsoft)
    assert await _waiting(read, microsoft) == [entry]
    assert "Lunch" in agenda(read)
    assert read.process("sync").code == 0
    assert truth(microsoft).count("Lunch") == 1
    assert await _waiting(read, microsoft) == []


@pytest.mark.parametrize("share", SHARES)
async def test_wherever_the_room_ends_a_staged_event_is_made_once(
    read: Program, microsoft: Microsoft, share: float
) -> None:
    await _staged(read, microsoft, "Lunch")

    said = cramped(read, largest(read) + int(share * BYTES_OF_A_CREATE), "sync")

    assert said.code == STORE_EXIT_CODE or (said.code == 0 and share > 0), said
    assert said.code == 0 or share < 1
    assert agenda(read).count("Lunch") == 1
    assert read.process("sync").code == 0
    assert truth(microsoft).count("Lunch") == 1
    assert agenda(read) == truth(microsoft)
    assert await _waiting(read, microsoft) == []


def test_screens_without_room_show_what_is_stored_say_what_is_wrong_and_go_on_when_there_is_room(
    read: Program, microsoft: Microsoft
) -> None:
    changed_much(microsoft)
    call = [sys.executable, on_full_disk, str(largest(read)), *read.options]
    own = {"TERM": "xterm-256color", "LANG": "C.UTF-8", "TZ": "UTC", "COLUMNS": "", "LINES": ""}
    with terminal(call, no_program_settings(os.environ) | own, (220, 50)) as screens:
        screens.until_fits(r"data: A")
        screens.press("s")
        screens.until("Not every calendar could be read")
        screens.press("4")
        screens.until("File too large")
        screens.press("q")
        screens.ended(within=3)
        assert b"Traceback" not in screens.raw
    read.fine("sync")
    assert agenda(read) == truth(microsoft)
