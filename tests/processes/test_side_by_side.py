"""Several processes on one data directory: none loses a commit, none asks what another asks, no lock is broken."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

import pytest
from commands.calling import PROGRAM, Program, started
from counts import count
from filelock import FileLock, Timeout
from processes.asked_away import ended, held_up, under_way
from processes.conftest import TOMORROW
from processes.stage_and_sync import __file__ as stage_and_sync
from store.log_writer import __file__ as log_writer
from terminal.pseudo_terminal import Terminal, terminal
from workspace.served import ANA, Microsoft, event, no_program_settings, opened, until

from tui.limits import COMMIT_LOCK_WAIT_SECONDS

CONVERGED_SECONDS = 2.0
LEASE_FREE_SECONDS = 0.05
CHANGES = count(3, 20)
KILLED_HOLDERS = count(5, 20)
STAGED_EACH = count(3, 20)
STORE_EXIT_CODE = 5
HELD_REQUEST_SECONDS = 6.0
"""Longer than it takes to start the program, so that all have asked before the first is answered."""
SHORTLY_HELD_SECONDS = 1.0
"""Requests of killed processes are answered all the same, and a mailbox takes only a few at a time."""
FORENOON = 10


def zone_of_forenoon() -> int:
    """By how many hours a zone is ahead where it is ten o'clock now: a day's end is far from there."""
    return (FORENOON - datetime.now(UTC).hour + 11) % 24 - 11


HOURS_AHEAD = zone_of_forenoon()
TODAY = (datetime.now(UTC) + timedelta(hours=HOURS_AHEAD)).date()


def environment() -> dict[str, str]:
    own = {"TERM": "xterm-256color", "LANG": "C.UTF-8", "TZ": f"Etc/GMT{-HOURS_AHEAD:+d}"}
    dropped = ("NO_COLOR", "LC_ALL", "COLUMNS", "LINES")
    return {name: value for name, value in no_program_settings(os.environ).items() if name not in dropped} | own


def changed(microsoft: Microsoft, subject: str, calendar: str = "Calendar") -> str:
    """Somebody makes an event of today, an hour and a half after ten in the viewer's zone; its id."""
    start = datetime(TODAY.year, TODAY.month, TODAY.day, FORENOON + 1, 30, tzinfo=UTC) - timedelta(hours=HOURS_AHEAD)
    made = event(subject, f"{start:%Y-%m-%dT%H:%M:%S}", f"{start + timedelta(minutes=30):%Y-%m-%dT%H:%M:%S}")
    return str(microsoft.post("change", address=ANA, op="create", calendar=calendar, event=made)["id"])


def truth(microsoft: Microsoft) -> list[str]:
    return sorted(one["subject"] for state in microsoft.calendar_states().values() for one in state["events"])


def agenda(program: Program) -> list[str]:
    first = min(TODAY, TOMORROW) - timedelta(days=1)
    said = program.fine("agenda", "--from", str(first), "--days", "5", "--json")
    assert said.err == ""
    return sorted(one["subject"] for one in said.document["events"])


def total(microsoft: Microsoft) -> int:
    return sum(microsoft.requests().values())


@contextmanager
def two_screens(program: Program) -> Iterator[tuple[Terminal, Terminal]]:
    """Two windows that show the week of today."""
    call = [*PROGRAM, *program.options]
    with ExitStack() as stack:
        windows = [stack.enter_context(terminal(call, environment(), (180, 50))) for _ in range(2)]
        for window in windows:
            window.until_fits(r"data: A (now|\d)")
        yield windows[0], windows[1]


def test_what_one_process_reads_all_windows_show_and_nobody_asks_for_it_again(
    read: Program, microsoft: Microsoft
) -> None:
    before = total(microsoft)
    made = changed(microsoft, "Alone")
    read.fine("sync")
    requests_alone = total(microsoft) - before
    seconds: list[float] = []
    with two_screens(read) as windows:
        assert total(microsoft) == before + requests_alone
        for number in range(CHANGES):
            before = total(microsoft)
            news = {"subject": f"Change {number}"}
            microsoft.post("change", address=ANA, op="update", calendar="Calendar", id=made, event=news)
            assert read.process("sync").code == 0
            synced = time.monotonic()
            for window in windows:
                window.until_fits(rf"Change {number}\b")
            seconds.append(time.monotonic() - synced)
            assert total(microsoft) - before == requests_alone
    assert median(seconds) < CONVERGED_SECONDS
    assert agenda(read) == truth(microsoft)


def test_three_processes_that_want_a_round_at_the_same_time_make_one(read: Program, microsoft: Microsoft) -> None:
    changed(microsoft, "Wanted by all")
    with two_screens(read) as (first, second):
        before = microsoft.requests()
        microsoft.post("faults", faults=[{"path": "/delta", "count": len(before), "delay": HELD_REQUEST_SECONDS}])
        first.press("s")
        until(lambda: total(microsoft) == sum(before.values()) + len(before), "a round under way")
        second.press("s")
        second.until_fits("syncing|another window")
        with started([*PROGRAM, *read.options, "sync"]) as third:
            first.until("Wanted by all")
            second.until("Wanted by all")
            assert ended(third, 20).code == 0
        assert microsoft.requests() == {calendar: requests + 1 for calendar, requests in before.items()}
    assert agenda(read) == truth(microsoft)


@pytest.mark.parametrize("writers", [2, 4])
def test_events_made_in_several_processes_at_the_same_time_are_all_made_once(
    read: Program, microsoft: Microsoft, writers: int
) -> None:
    names = [f"Writer {writer}" for writer in range(writers)]
    calls = [
        [sys.executable, stage_and_sync, str(read.directory), microsoft.origin, ANA, name, str(STAGED_EACH)]
        for name in names
    ]
    with two_screens(read) as windows, ExitStack() as stack:
        before = truth(microsoft)
        running = [stack.enter_context(started(call)) for call in calls]
        while any(process.poll() is None for process in running):
            for window in windows:
                window.press("s")
                window.until_fits("data: A")
            assert read.process("sync").code == 0
        assert [ended(process, 5) for process in running] == [(0, "", "")] * writers
    read.fine("sync")
    made = [f"{name} {number}" for name in names for number in range(STAGED_EACH)]
    assert truth(microsoft) == sorted([*before, *made])
    assert agenda(read) == truth(microsoft)
    assert asyncio.run(_outbox(read, microsoft)) == ((), ())


async def _outbox(program: Program, microsoft: Microsoft) -> tuple[object, object]:
    workspace = opened(program.directory, microsoft)
    try:
        return workspace.outbox.entries(), workspace.outbox.failed()
    finally:
        await workspace.close()


def test_the_lease_of_a_killed_process_is_free_at_once(read: Program, microsoft: Microsoft) -> None:
    seconds = []
    for _ in range(KILLED_HOLDERS):
        with held_up(microsoft, seconds=SHORTLY_HELD_SECONDS), under_way(read) as holder:
            (lease,) = (read.directory / "leases").glob("*.lease")
            lock = FileLock(lease, mode=0o600)
            with pytest.raises(Timeout):
                lock.acquire(timeout=0)
            holder.kill()
            killed = time.monotonic()
            with lock.acquire(timeout=5, poll_interval=0.001):
                seconds.append(time.monotonic() - killed)
        read.fine("sync")
    assert median(seconds) < LEASE_FREE_SECONDS


@contextmanager
def stopped_during_a_commit(log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process that holds the commit lock of a log, and is stopped."""
    call = [sys.executable, log_writer, str(log), "hold"]
    with subprocess.Popen(call, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        try:
            assert holder.stdout is not None
            assert holder.stdout.readline() == b"held\n"
            holder.send_signal(signal.SIGSTOP)
            yield holder
        finally:
            holder.kill()


def test_a_stopped_process_that_commits_is_named_after_a_while_and_its_lock_is_never_broken(
    read: Program, microsoft: Microsoft
) -> None:
    before = agenda(read)
    log = next(path for path in (read.directory / "calendars").glob("*.jsonl") if b"Meeting 10" in path.read_bytes())
    with stopped_during_a_commit(log) as holder:
        changed(microsoft, "In a locked calendar")
        changed(microsoft, "In a free calendar", "Team")
        for _ in range(2):
            asked = time.monotonic()
            said = read.process("sync")
            assert time.monotonic() - asked >= COMMIT_LOCK_WAIT_SECONDS
            assert said.code == STORE_EXIT_CODE
            assert f"process {holder.pid}, which does not finish" in said.err
            assert "Traceback" not in said.err
            assert agenda(read) == sorted([*before, "In a free calendar"])
        holder.send_signal(signal.SIGCONT)
        holder.communicate(b"")
        assert holder.returncode == 0
    read.fine("sync")
    assert agenda(read) == truth(microsoft)


def test_the_death_of_a_stopped_process_that_commits_frees_its_lock(read: Program, microsoft: Microsoft) -> None:
    log = next(path for path in (read.directory / "calendars").glob("*.jsonl") if b"Meeting 10" in path.read_bytes())
    changed(microsoft, "After the death")
    with stopped_during_a_commit(log) as holder:
        holder.kill()
        read.fine("sync")
    assert agenda(read) == truth(microsoft)
