"""``sync`` and the screens asked to end while they work: by signals, by Ctrl-C, by a terminal that closes."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import pytest
from commands.calling import PROGRAM, Program, Said, started
from counts import count
from processes.asked_away import ended, held_up, under_way
from processes.conftest import TOMORROW
from terminal.pseudo_terminal import Terminal, is_restored, stray_controls, terminal
from workspace.served import ANA, Microsoft, event, no_program_settings, until

from tui.limits import LEAVE_SECONDS

INTERRUPT, TERMINATE, HANG_UP = signal.SIGINT, signal.SIGTERM, signal.SIGHUP
LINE = "calconnect-tui: The command was asked to end."
AT_ONCE_SECONDS = LEAVE_SECONDS / 2
RANDOM_ENDS = count(4, 60)
INSTANTS = [0.0, 0.002, 0.01, 0.03, 0.1]


def environment(directory: Path) -> dict[str, str]:
    own = {"TERM": "xterm-256color", "LANG": "C.UTF-8", "TZ": "UTC", "CALCONNECT_DATA_DIR": str(directory)}
    dropped = ("NO_COLOR", "LC_ALL", "COLUMNS", "LINES")
    kept = {name: value for name, value in no_program_settings(os.environ).items() if name not in dropped}
    return kept | own


def subjects(program: Program) -> list[str]:
    """What the program shows, said without any complaint."""
    said = program.fine("agenda", "--from", str(TOMORROW), "--days", "1", "--json")
    assert [line for line in said.err.splitlines() if "has not been read yet" not in line] == []
    return sorted(one["subject"] for one in said.document["events"])


def truth(microsoft: Microsoft) -> list[str]:
    return sorted(one["subject"] for one in microsoft.calendar_states()[ANA, "Calendar"]["events"])


def changed(microsoft: Microsoft, subject: str = "Made by somebody") -> None:
    made = event(subject, f"{TOMORROW}T14:00:00", f"{TOMORROW}T15:00:00")
    microsoft.post("change", address=ANA, op="create", calendar="Calendar", event=made)


def assert_ended_with_one_line(said: Said, number: signal.Signals) -> None:
    assert said.code == 128 + number, said
    assert said.out == ""
    assert said.err.startswith(LINE)
    assert said.err.count("\n") == 1


def assert_left_well(program: Terminal, code: int) -> None:
    assert program.code == code, program.raw[-1_000:]
    assert is_restored(program.raw)
    assert stray_controls(program.raw) == []
    assert b"Traceback" not in program.raw


@pytest.mark.parametrize("number", [INTERRUPT, TERMINATE, HANG_UP])
def test_a_sync_that_is_asked_to_end_says_so_in_one_line_and_the_next_one_is_whole(
    read: Program, microsoft: Microsoft, number: signal.Signals
) -> None:
    before = truth(microsoft)
    changed(microsoft)
    with held_up(microsoft), under_way(read) as process:
        process.send_signal(number)
        assert_ended_with_one_line(ended(process, AT_ONCE_SECONDS), number)
    assert subjects(read) == before
    read.fine("sync")
    assert subjects(read) == truth(microsoft) != before


@pytest.mark.parametrize("seconds", INSTANTS)
def test_a_second_request_at_any_time_after_the_first_changes_nothing_of_that(
    read: Program, microsoft: Microsoft, seconds: float
) -> None:
    with held_up(microsoft), under_way(read) as process:
        process.send_signal(INTERRUPT)
        time.sleep(seconds)
        process.send_signal(INTERRUPT)
        assert_ended_with_one_line(ended(process, AT_ONCE_SECONDS), INTERRUPT)
    read.fine("sync")
    assert subjects(read) == truth(microsoft)


def test_a_sign_in_service_that_does_not_answer_holds_up_the_end_of_a_sync_only_shortly(
    program: Program, microsoft: Microsoft
) -> None:
    microsoft.post("expire", address=ANA)
    with held_up(microsoft, "/token"), started([*PROGRAM, *program.options, "sync"]) as process:
        until(lambda: _is_connected(process.pid, microsoft), "a request for a token")
        process.send_signal(INTERRUPT)
        assert_ended_with_one_line(ended(process, LEAVE_SECONDS + AT_ONCE_SECONDS), INTERRUPT)
    program.fine("sync")
    assert subjects(program) == truth(microsoft)


def _is_connected(pid: int, microsoft: Microsoft) -> bool:
    """Whether a process has a connection to the simulator open (Linux: "proc_pid_net")."""
    port = f":{int(microsoft.origin.rpartition(':')[2]):04X}"
    try:
        inodes = {str(link.readlink()) for link in Path(f"/proc/{pid}/fd").iterdir()}
        rows = [row.split() for row in Path(f"/proc/{pid}/net/tcp").read_text("ascii").splitlines()[1:]]
    except OSError:
        return False
    return any(row[2].endswith(port) and row[3] == "01" and f"socket:[{row[9]}]" in inodes for row in rows)


def test_a_sync_that_was_told_to_ignore_the_end_of_its_terminal_goes_on(read: Program, microsoft: Microsoft) -> None:
    changed(microsoft)
    microsoft.post("faults", faults=[{"path": "/delta", "count": 9, "delay": 0.5}])
    with under_way(read, "/bin/sh", "-c", 'trap "" HUP; exec "$@"', "sh") as process:
        process.send_signal(HANG_UP)
        assert ended(process, 20).code == 0
    assert subjects(read) == truth(microsoft)


@pytest.mark.parametrize("number", [TERMINATE, HANG_UP])
def test_a_sync_asked_to_end_at_any_instant_leaves_a_whole_store(
    read: Program, microsoft: Microsoft, number: signal.Signals
) -> None:
    random, seconds = Random(int(number)), _seconds(lambda: read.process("sync"))
    states = [truth(microsoft)]
    for turn in range(RANDOM_ENDS):
        changed(microsoft, f"Made in turn {turn}")
        states.append(truth(microsoft))
        with started([*PROGRAM, *read.options, "sync"]) as process:
            time.sleep(random.uniform(0, seconds))
            process.send_signal(number)
            said = ended(process, 10)
        assert said.code in (0, 128 + number, -number)
        assert said.err == "" or said.err.startswith(LINE)
        shown = subjects(read)
        assert shown in states
        del states[: states.index(shown)]
    read.fine("sync")
    assert subjects(read) == truth(microsoft)


def _seconds(what: Callable[[], object]) -> float:
    started_at = time.monotonic()
    what()
    return time.monotonic() - started_at


def test_ctrl_c_twice_in_a_terminal_ends_a_sync_with_one_line_and_the_cursor_is_back(
    read: Program, microsoft: Microsoft
) -> None:
    with held_up(microsoft), terminal([*PROGRAM, *read.options, "sync"], environment(read.directory)) as sync:
        sync.until("Reading")
        sync.press("\x03\x03")
        sync.ended(within=AT_ONCE_SECONDS)
        assert_left_well(sync, 128 + INTERRUPT)
        assert sync.text.count(LINE) == 1
        assert "Reading" not in sync.text
    read.fine("sync")


def test_a_terminal_that_closes_ends_a_sync(read: Program, microsoft: Microsoft) -> None:
    before = subjects(read)
    changed(microsoft)
    with held_up(microsoft), terminal([*PROGRAM, *read.options, "sync"], environment(read.directory)) as sync:
        sync.until("Reading")
        sync.hang_up()
        sync.ended(within=LEAVE_SECONDS + AT_ONCE_SECONDS)
        assert sync.code != 0
    assert subjects(read) == before
    read.fine("sync")
    assert subjects(read) == truth(microsoft)


@pytest.mark.parametrize("number", [TERMINATE, HANG_UP])
def test_screens_that_are_asked_to_end_during_a_round_restore_the_terminal_and_the_store_is_whole(
    read: Program, microsoft: Microsoft, number: signal.Signals
) -> None:
    before = subjects(read)
    with _screens_reading(read, microsoft) as screens:
        screens.send(number)
        screens.ended(within=LEAVE_SECONDS + AT_ONCE_SECONDS)
        assert_left_well(screens, 128 + number)
    _assert_whole(read, microsoft, before)


def test_ctrl_c_twice_leaves_the_screens_and_restores_the_terminal_and_the_store_is_whole(
    read: Program, microsoft: Microsoft
) -> None:
    before = subjects(read)
    with _screens_reading(read, microsoft) as screens:
        screens.press("\x03")
        screens.until("ctrl+c again")
        screens.press("\x03")
        screens.ended(within=LEAVE_SECONDS + AT_ONCE_SECONDS)
        assert_left_well(screens, 0)
    _assert_whole(read, microsoft, before)


@contextmanager
def _screens_reading(read: Program, microsoft: Microsoft) -> Iterator[Terminal]:
    """The screens in the middle of a round that is held up and would bring a change."""
    changed(microsoft)
    with held_up(microsoft), terminal([*PROGRAM, *read.options], environment(read.directory)) as screens:
        screens.until_fits(r"data: A")
        screens.press("s")
        screens.until_fits(r"syncing|reading")
        yield screens


def _assert_whole(read: Program, microsoft: Microsoft, before: list[str]) -> None:
    assert subjects(read) == before
    read.fine("sync")
    assert subjects(read) == truth(microsoft) != before
