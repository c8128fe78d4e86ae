"""One process at a time reads an account, and what it read is not asked for again."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest
from sync_world import HastyClock, World, single

from tui.clock import SystemClock
from tui.errors import RemoteError
from tui.limits import LEASE_WAIT_SECONDS
from tui.sync.lease import Leases
from tui.sync.scheduler import Synchroniser, Target

HOLDER = """
import asyncio, sys
from pathlib import Path
from tui.clock import SystemClock
from tui.sync.lease import Leases

async def hold():
    async with Leases(Path(sys.argv[1]), SystemClock()).held("ana"):
        print("held", flush=True)
        await asyncio.to_thread(sys.stdin.read)

asyncio.run(hold())
"""


def holder(directory: Path) -> subprocess.Popen[str]:
    """Another process that holds the lease of ana."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(directory)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


async def test_another_process_waits_and_is_told_that_it_waited(tmp_path: Path) -> None:
    process = holder(tmp_path)
    leases = Leases(tmp_path, SystemClock())
    waiting = asyncio.ensure_future(leases.held("ana").__aenter__())
    await asyncio.sleep(0)
    assert not waiting.done()

    process.communicate("")

    assert await asyncio.wait_for(waiting, 20) is True


async def test_it_is_said_once_that_another_process_reads_the_account(tmp_path: Path) -> None:
    process = holder(tmp_path)
    said: list[str] = []
    leases = Leases(tmp_path, HastyClock(), waiting=said.append)

    with pytest.raises(RemoteError):
        await leases.held("ana").__aenter__()
    async with leases.held("ben"):
        pass

    assert said == ["ana"]
    process.communicate("")


async def test_a_killed_process_leaves_no_lease(tmp_path: Path) -> None:
    process = holder(tmp_path)
    process.kill()
    process.communicate()

    async with Leases(tmp_path, SystemClock()).held("ana") as waited:
        assert not waited


async def test_accounts_do_not_wait_for_each_other(tmp_path: Path) -> None:
    leases = Leases(tmp_path, SystemClock())
    async with leases.held("ana") as first, leases.held("ben") as second:
        assert (first, second) == (False, False)


async def test_a_lease_that_is_never_free_ends_in_words(tmp_path: Path) -> None:
    process = holder(tmp_path)
    clock = HastyClock()

    with pytest.raises(RemoteError, match="Another window"):
        await Leases(tmp_path, clock).held("ana").__aenter__()

    assert LEASE_WAIT_SECONDS <= clock.waited < LEASE_WAIT_SECONDS + 1
    process.communicate("")


async def test_two_syncs_at_once_ask_only_once(tmp_path: Path) -> None:
    world = World(tmp_path, single("lunch", "2026-11-24T12:00:00", "2026-11-24T13:00:00"))
    target = Target(world.account, (world.key.calendar_id,))

    def synchroniser() -> Synchroniser:
        return Synchroniser(
            mailbox=lambda account: world.mailbox,
            store=world.database.calendar,
            leases=Leases(world.database.leases, HastyClock()),
            settings=world.settings,
            clock=world.clock,
        )

    first, second = await asyncio.gather(synchroniser().sync(target), synchroniser().sync(target))

    assert sorted([first[0].pages, second[0].pages]) == [0, 1]
    assert [first[0].events, second[0].events] == [1, 1]
    assert first[0].failure is second[0].failure is None
