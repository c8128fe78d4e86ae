"""The power goes at any operation, and whatever was not synced fares in any way."""

from __future__ import annotations

from contextlib import suppress
from random import Random

import pytest
from counts import count
from log_workload import LOG, State, committed, opened, state_of, states, workload
from recording_disk import FATES, Fate, PowerLossError, RecordingDisk

COMMITS = 14
SEEDS = count(reduced=4, full=50)
SEEDS_BEFORE_A_RELEASE = 400
STATES_PER_SEED = 1_500
RECOVERIES_CRASHED_EVERY = 5


def _run_until_power_loss(seed: int, after: int) -> tuple[RecordingDisk, int]:
    """The disk at the power loss and how many commits had been acknowledged; all of them when it never came."""
    disk = RecordingDisk()
    disk.power_loss_after = after
    acknowledged = 0
    try:
        log = opened(disk)
        for edits in workload(seed, COMMITS):
            committed(log, edits)
            acknowledged += 1
    except PowerLossError:
        pass
    return disk, acknowledged


def _assert_whole(disk: RecordingDisk, allowed: list[State]) -> None:
    """A start finds one of the states, and the log takes a further commit that the next start finds."""
    log = opened(disk)
    found = state_of(log.memory)
    assert found in allowed
    committed(log, {"after": {"crash": b"{}"}})
    again = opened(RecordingDisk({path: bytes(inode.content) for path, inode in disk.names.items()}))
    assert state_of(again.memory) == found | {"after": {"crash": b"{}"}}


def _crash_inside_recovery(disk: RecordingDisk, fate: Fate, random: Random, allowed: list[State]) -> int:
    """The power goes again at each operation of a start; the number of those power losses."""
    start = {path: bytes(inode.content) for path, inode in disk.names.items()}
    number = 0
    while True:
        number += 1
        second = RecordingDisk(start)
        second.power_loss_after = number
        try:
            opened(second)
        except PowerLossError:
            _assert_whole(second.after_power_loss(fate, random), allowed)
        else:
            return number - 1


def _assert_whole_after_every_power_loss(seed: int) -> int:
    """Lose power at each operation, in every way that unsynced data may fare; the number of states looked at."""
    expected = states(workload(seed, COMMITS))
    random = Random(seed)
    operations = _run_until_power_loss(seed, 0)[0].operations
    states_seen = 0
    for after in range(1, operations + 1):
        disk, acknowledged = _run_until_power_loss(seed, after)
        allowed = expected[acknowledged : acknowledged + 2]
        for number, fate in enumerate(FATES):
            found = disk.after_power_loss(fate, random)
            if (after + number) % RECOVERIES_CRASHED_EVERY == 0:
                states_seen += _crash_inside_recovery(found, fate, random, allowed)
            _assert_whole(found, allowed)
            states_seen += 1
    return states_seen


@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_start_after_a_power_loss_finds_every_acknowledged_commit_and_no_half_one(seed: int) -> None:
    assert _assert_whole_after_every_power_loss(seed) >= STATES_PER_SEED


@pytest.mark.long
@pytest.mark.parametrize("seed", range(SEEDS, SEEDS_BEFORE_A_RELEASE))
def test_no_power_loss_of_many_more_lives_loses_or_tears_a_commit(seed: int) -> None:
    assert _assert_whole_after_every_power_loss(seed) >= STATES_PER_SEED


def test_the_bytes_of_a_damaged_log_survive_a_power_loss_at_any_point_of_its_repair() -> None:
    disk = RecordingDisk()
    log = opened(disk)
    for edits in workload(5, 4):
        committed(log, edits)
    content = disk.content(LOG)
    place = content.index(b'{"sent":1}')
    damaged = content[:place] + b"?" + content[place + 1 :]
    random = Random(5)
    for after in range(1, 60):
        for fate in FATES:
            disk = RecordingDisk({LOG: damaged})
            disk.power_loss_after = after
            with suppress(PowerLossError):
                opened(disk)
            found = disk.after_power_loss(fate, random)
            assert damaged in {bytes(inode.content) for inode in found.names.values()}
            assert opened(found).memory.raw("outbox", "entry-3") == b'{"sent":3,"doubtful":true}'


def test_the_workload_compacts() -> None:
    names: list[str] = []
    disk = RecordingDisk()
    disk.fault = lambda number, name: names.append(name)
    log = opened(disk)
    for edits in workload(0, COMMITS):
        committed(log, edits)
    assert names.count("rename") >= 2
