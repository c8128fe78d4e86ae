"""``calconnect-tui sync`` killed at any instant: what is stored is always the state after whole rounds."""

from __future__ import annotations

import shutil
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from counts import count
from processes.many_calendars import (
    Contents,
    change_much,
    change_something,
    simulated,
    today_utc,
    truth,
    write_scenario,
)
from processes.moments import Moments
from processes.runs import Runs, loaded
from processes.watching import after, at_write
from workspace.served import ANA, BEN

from tui.store.writing import BLOCK_BYTES

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="writes are heard of by inotify")

STORIES, KILLS = count(2, 10), count(3, 20)
LONG_STORIES, LONG_KILLS = 50, 20
SHARE_OF_FIRST, SHARE_OF_LARGE = 0.3, 0.4
WRITES = 6


@pytest.fixture(scope="module")
def connected(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runs]:
    """Both accounts connected, nothing read yet."""
    folder = tmp_path_factory.mktemp("killed")
    with simulated(write_scenario(folder, today_utc())) as microsoft, loaded(folder) as program:
        runs = Runs(folder / "connected", microsoft, program)
        runs.connect(ANA, BEN)
        yield runs


class Story:
    """One data directory through many kills."""

    def __init__(self, connected: Runs, directory: Path, seed: int) -> None:
        self.random = Random(seed)
        self.runs = connected._replace(directory=directory)
        self._connected = connected
        self._changes = 0
        self._begin_anew()
        self._places = self.runs.places()
        self._seconds = {True: self._measured(), False: self._measured()}

    def kill_once(self, *, from_the_start: bool) -> bool:
        """A run that is killed, a look at what is stored, and a run that is not; whether the kill came in time."""
        is_first = self.random.random() < SHARE_OF_FIRST
        if is_first:
            self._begin_anew()
        else:
            self._change()
        struck = self._killed(is_first=is_first, from_the_start=from_the_start)
        assert self.runs.places() == self._places
        self.moments.stored(self.runs.shown())
        self.runs.synced()
        self._assert_equal()
        return struck

    def _begin_anew(self) -> None:
        shutil.rmtree(self.runs.directory, ignore_errors=True)
        shutil.copytree(self._connected.directory, self.runs.directory)
        now = truth(self.runs.microsoft)
        self.moments = Moments({place: frozenset() for place in now})
        self.moments.add(now)

    def _change(self) -> None:
        for _ in range(self.random.randint(1, 4)):
            self._changes += 1
            change_something(self.runs.microsoft, self.random, self._changes, today_utc())
        if self.random.random() < SHARE_OF_LARGE:
            change_much(self.runs.microsoft, self._changes)
        self.moments.add(truth(self.runs.microsoft))

    def _killed(self, *, is_first: bool, from_the_start: bool) -> bool:
        if from_the_start:
            when = after(self.random.uniform(0, 1.0))
            return self.runs.killed_from_the_start("sync", when=when) == -signal.SIGKILL
        if self.random.random() < 0.5:
            when = after(self.random.uniform(0, self._seconds[is_first]))
        else:
            when = at_write(self.random.randint(1, WRITES), self.runs.logs, within=self._seconds[is_first])
        return self.runs.killed("sync", when=when) == -signal.SIGKILL

    def _measured(self) -> float:
        """How long a run takes that is not killed."""
        started = time.monotonic()
        self.runs.synced()
        took = time.monotonic() - started
        self._assert_equal()
        return took

    def _assert_equal(self) -> None:
        shown: Contents = self.runs.shown()
        assert shown == truth(self.runs.microsoft)
        self.moments = Moments(shown)


def through(story: Story, kills: int) -> None:
    """So many kills that came in time; every tenth is of a program started by itself."""
    struck = tried = 0
    while struck < kills:
        assert tried < 4 * kills, "the kills come too late"
        struck += story.kill_once(from_the_start=tried % 10 == 0)
        tried += 1


def test_a_sync_killed_between_two_writes_of_one_commit_leaves_nothing_to_complain_of(
    connected: Runs, tmp_path: Path
) -> None:
    runs = connected._replace(directory=shutil.copytree(connected.directory, tmp_path / "data"))
    runs.synced()
    before = runs.shown()
    (log,) = (path for path in runs.logs.glob("*.jsonl") if path.stat().st_size > 2 * BLOCK_BYTES)
    size = log.stat().st_size
    change_much(runs.microsoft, 0)
    runs.synced()
    whole = log.read_bytes()
    log.write_bytes(whole[: whole.index(b"\n", size + BLOCK_BYTES) + 1])
    assert runs.shown() == before
    runs.synced()
    assert runs.shown() == truth(runs.microsoft) != before


@pytest.mark.parametrize("seed", range(STORIES))
def test_a_killed_sync_leaves_whole_rounds_and_the_next_one_equals_outlook(
    connected: Runs, tmp_path: Path, seed: int
) -> None:
    through(Story(connected, tmp_path / "data", seed), KILLS)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(1_000, 1_000 + LONG_STORIES))
def test_a_thousand_killed_syncs_leave_whole_rounds(connected: Runs, tmp_path: Path, seed: int) -> None:
    through(Story(connected, tmp_path / "data", seed), LONG_KILLS)
