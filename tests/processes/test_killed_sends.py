"""``calconnect-tui sync`` killed while it sends: each write takes effect once, or is kept as failed for the person."""

from __future__ import annotations

import asyncio
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator
from random import Random

import pytest
from counts import count
from processes.many_calendars import simulated
from processes.runs import Runs, loaded
from processes.watching import Instant, after, at_write
from processes.wishes_sent import ALL, DAY, Turn, waiting_and_failed, write_scenario
from workspace.served import ANA

from tui.domain.bookings import FailureKind

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="writes are heard of by inotify")

STORIES, TURNS = count(2, 8), count(2, 12)
LONG_STORIES, LONG_TURNS = 40, 12
KILLS_OF_A_TURN = 3
ROUNDS_TO_SETTLE = 6
WRITES = 14
ANSWER_DELAY_SECONDS = 0.03
"""A write takes effect at Microsoft's side, and its answer comes so much later: time to be killed in."""


@pytest.fixture(scope="module")
def connected(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runs]:
    """The account of somebody who meets others, connected. Microsoft knows no attempt again: the program has to."""
    folder = tmp_path_factory.mktemp("sending")
    with simulated(write_scenario(folder)) as microsoft, loaded(folder) as program:
        microsoft.post("behaviour", forgotten_transactions=True)
        runs = Runs(folder / "data", microsoft, program)
        runs.connect(ANA)
        yield runs


class Story:
    """One data directory through many turns; each stages writes, and is killed while it sends them."""

    def __init__(self, runs: Runs, seed: int) -> None:
        self._runs = runs
        self._random = Random(seed)
        self._seed = seed
        self.struck = 0
        self._seconds = 0.5

    def turn(self, number: int) -> None:
        """Kills, and then rounds until nothing waits."""
        turn = Turn(self._runs.microsoft, self._runs.directory, 1_000 * self._seed + number)
        turn.prepare()
        self._runs.synced()
        asyncio.run(turn.stage())
        self._delay_answers()
        for _ in range(self._random.randint(1, KILLS_OF_A_TURN)):
            code = self._runs.killed("sync", when=self._instant())
            self.struck += code == -signal.SIGKILL
            assert self._shown()[turn.subject("create")] == 1
            assert not self._shown()[turn.subject("delete")]
        self._runs.microsoft.post("faults", faults=[])
        failed = self._settled()
        self._assert_once(turn, failed)

    def _delay_answers(self) -> None:
        writes = [{"method": method, "count": 999, "delay": ANSWER_DELAY_SECONDS} for method in ("PATCH", "DELETE")]
        posts = {"method": "POST", "path": "/me/", "count": 999, "delay": ANSWER_DELAY_SECONDS}
        self._runs.microsoft.post("faults", faults=[posts, *writes])

    def _instant(self) -> Instant:
        if self._random.random() < 0.4:
            return after(self._random.uniform(0, self._seconds))
        written = at_write(self._random.randint(1, WRITES), self._runs.logs, within=self._seconds)
        later = after(self._random.choice((0, self._random.uniform(0, 2 * ANSWER_DELAY_SECONDS))))

        def wait() -> None:
            written()
            later()

        return wait

    def _shown(self) -> Counter[str]:
        """How often each subject stands in the agenda, which says so without complaint."""
        said = self._runs.fine("agenda", "--from", str(DAY), "--days", "1", "--json")
        assert said.err == ""
        assert self._runs.kept_aside() == []
        return Counter(each["subject"] for each in said.document["events"] if not each["is_cancelled"])

    def _settled(self) -> dict[str, FailureKind]:
        """Rounds until nothing waits; what came to nothing."""
        failed: dict[str, FailureKind] = {}
        for _ in range(ROUNDS_TO_SETTLE):
            started = time.monotonic()
            self._runs.synced()
            self._seconds = time.monotonic() - started + len(ALL) * ANSWER_DELAY_SECONDS
            waiting, came_to_nothing = asyncio.run(waiting_and_failed(self._runs.directory, self._runs.microsoft))
            failed |= came_to_nothing
            if not waiting:
                return failed
        raise AssertionError(f"{waiting} writes still wait")

    def _assert_once(self, turn: Turn, failed: dict[str, FailureKind]) -> None:
        assert set(failed.values()) <= {FailureKind.UNCERTAIN}, failed
        for kind, (events, mails) in turn.effects().items():
            if kind in failed:
                assert max(events, mails) <= 1, (kind, events, mails)
            else:
                assert (events, mails) == (1, 1), (kind, events, mails)


def through(connected: Runs, seed: int, turns: int) -> None:
    story = Story(connected, seed)
    for number in range(turns):
        story.turn(number)
    assert story.struck


@pytest.mark.parametrize("seed", range(STORIES))
def test_what_is_sent_by_a_killed_sync_takes_effect_once(connected: Runs, seed: int) -> None:
    through(connected, seed, TURNS)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(1_000, 1_000 + LONG_STORIES))
def test_what_is_sent_by_very_many_killed_syncs_takes_effect_once(connected: Runs, seed: int) -> None:
    through(connected, seed, LONG_TURNS)
