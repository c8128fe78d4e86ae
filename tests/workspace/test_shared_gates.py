"""How long Microsoft asks to wait is known to the next run and to other processes."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from workspace.served import ANA, Microsoft, mailbox, opened, served, signed_in

from tui.clock import SystemClock
from tui.domain.accounts import GateState, stricter
from tui.errors import StoreError, Throttled
from tui.limits import RETRY_AFTER_CAP_SECONDS
from tui.store.database import Database
from tui.workspace.gates import Gates

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
REFUSALS = [{"path": "/v1.0", "count": 99, "status": 429, "headers": {"retry-after": "600"}}]


class StandingClock:
    """Both clocks, turned by the test."""

    def __init__(self) -> None:
        self.wall = NOW
        self.seconds = 0.0

    def now(self) -> datetime:
        return self.wall

    def monotonic(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self.turn(seconds)

    def turn(self, seconds: float) -> None:
        self.seconds += seconds
        self.wall += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path)
    yield database
    database.close()


@pytest.fixture
def microsoft() -> Iterator[Microsoft]:
    with served(mailbox(ANA)) as microsoft:
        yield microsoft


def size(database: Database) -> int:
    path = database.directory / "workspace.jsonl"
    return path.stat().st_size if path.exists() else 0


async def test_a_run_that_begins_while_microsoft_asks_to_wait_sends_nothing(
    microsoft: Microsoft, tmp_path: Path
) -> None:
    first = opened(tmp_path, microsoft)
    account = await signed_in(first, microsoft, ANA)
    await first.connections.connect(account.id, first.connections.ensure_sub_account(None).id)
    microsoft.post("faults", faults=REFUSALS)
    await first.calendars.sync()
    await first.close()
    microsoft.post("faults", faults=[])
    before = microsoft.requests()

    later = opened(tmp_path, microsoft)
    (report,) = await later.calendars.sync()

    assert isinstance(report.failure, Throttled)
    assert 590 < report.failure.seconds <= 600
    until = later.calendars.sync_state(report.key).closed_until
    assert until is not None
    assert timedelta(seconds=590) < until - SystemClock().now() <= timedelta(seconds=600)
    assert microsoft.requests() == before
    await later.close()


def test_processes_share_their_refusals(database: Database, clock: StandingClock) -> None:
    mine, others = Gates(database.roster, clock), Gates(database.roster, clock)
    assert others.closed_until("ana") is None

    mine.of("ana").throttled("40", clock.now())

    assert others.closed_seconds("ana") == 40
    assert others.closed_until("ana") == NOW + timedelta(seconds=40)
    assert others.closed_seconds("ben") == 0
    clock.turn(40)
    assert others.of("ana").refusals == 1
    others.of("ana").succeeded()
    assert mine.of("ana").refusals == 0


def test_requests_that_are_served_write_nothing(database: Database, clock: StandingClock) -> None:
    gate = Gates(database.roster, clock).of("ana")
    gate.throttled("1", clock.now())
    clock.turn(1)
    gate.succeeded()
    before = size(database)

    for _ in range(100):
        gate.succeeded()

    assert size(database) == before


def test_a_shorter_wait_told_to_one_process_does_not_shorten_that_of_another(
    database: Database, clock: StandingClock
) -> None:
    mine, others = Gates(database.roster, clock).of("ana"), Gates(database.roster, clock).of("ana")
    mine.throttled("300", clock.now())
    others.throttled("20", clock.now())

    assert Gates(database.roster, clock).closed_seconds("ana") == 300


@pytest.mark.parametrize("days", [1, 300, 100_000])
def test_a_wall_clock_that_was_ahead_costs_one_cap_at_most_over_all_runs(
    database: Database, clock: StandingClock, days: int
) -> None:
    clock.wall += timedelta(days=days)
    Gates(database.roster, clock).of("ana").throttled("60", clock.now())
    clock.wall -= timedelta(days=days)

    waited = 0.0
    for _ in range(10):
        seconds = min(Gates(database.roster, clock).closed_seconds("ana"), 600)
        waited += seconds
        clock.turn(seconds)

    assert waited == RETRY_AFTER_CAP_SECONDS
    assert Gates(database.roster, clock).closed_seconds("ana") == 0


def test_a_wall_clock_that_was_behind_costs_no_wait(database: Database, clock: StandingClock) -> None:
    Gates(database.roster, clock).of("ana").throttled("60", clock.now())
    clock.wall += timedelta(days=1)

    assert Gates(database.roster, clock).closed_seconds("ana") == 0


def test_a_store_that_refuses_the_write_leaves_the_gate_working_and_is_logged(
    database: Database, clock: StandingClock, caplog: pytest.LogCaptureFixture
) -> None:
    class Full:
        def gate(self, account_id: str) -> None:
            return None

        def put_gate(self, account_id: str, state: GateState, now: datetime) -> None:
            raise StoreError("The disk is full: private words.")

    gates = Gates(Full(), clock)  # type: ignore[arg-type]
    with caplog.at_level(logging.WARNING):
        assert gates.of("ana").throttled("30", clock.now()) == 30

    assert gates.closed_seconds("ana") == 30
    assert "StoreError" in caplog.text
    assert "private words" not in caplog.text
    assert "ana" not in caplog.text


@pytest.mark.parametrize(
    ("stored", "told", "counted"),
    [
        (None, (60, 1), (60, 1)),
        ((30, 1), (60, 1), (60, 1)),
        ((60, 2), (30, 1), (60, 2)),
        ((60, 2), (0, 0), (60, 2)),
        ((-1, 7), (0, 0), (0, 0)),
        ((RETRY_AFTER_CAP_SECONDS + 1, 7), (30, 1), (30, 1)),
    ],
)
def test_of_two_states_the_stricter_counts(
    stored: tuple[float, int] | None, told: tuple[float, int], counted: tuple[float, int]
) -> None:
    def state(seconds: float, refusals: int) -> GateState:
        return GateState(opens_at=NOW + timedelta(seconds=seconds), refusals=refusals)

    assert stricter(state(*stored) if stored else None, state(*told), NOW) == state(*counted)
