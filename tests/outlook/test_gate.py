"""The gate of a mailbox: few at a time, in order, and closed for as long as Microsoft asks."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some
from microsoft_double import START, HandClock, settle

from tui.domain.accounts import GateState
from tui.limits import BACKOFF_CAP_SECONDS, REQUESTS_IN_FLIGHT_PER_MAILBOX, RETRY_AFTER_CAP_SECONDS
from tui.outlook.gate import Gate, GateClosed, asked_wait


class Visitors:
    """Requests that pass a gate and stay inside until they are let go."""

    def __init__(self, gate: Gate) -> None:
        self.gate = gate
        self.inside: list[int] = []
        self.order: list[int] = []
        self.leave = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    async def send(self, count: int) -> None:
        first = len(self._tasks)
        self._tasks += [asyncio.create_task(self._visit(first + place)) for place in range(count)]
        await settle()

    async def _visit(self, number: int) -> None:
        async with self.gate.within():
            self.order.append(number)
            self.inside.append(number)
            await self.leave.wait()
            self.inside.remove(number)

    async def end(self) -> None:
        self.leave.set()
        await asyncio.gather(*self._tasks)


async def test_no_more_than_four_requests_are_in_flight_and_they_leave_in_order(clock: HandClock) -> None:
    visitors = Visitors(Gate(clock))
    await visitors.send(9)
    assert visitors.inside == list(range(REQUESTS_IN_FLIGHT_PER_MAILBOX))
    await visitors.end()
    assert visitors.order == list(range(9))


async def test_a_place_is_free_again_after_a_request_failed_or_was_cancelled_while_waiting(clock: HandClock) -> None:
    gate = Gate(clock)
    for _ in range(10):
        with pytest.raises(ZeroDivisionError):
            async with gate.within():
                raise ZeroDivisionError
    gate.throttled("60", START)
    waiting = [asyncio.ensure_future(gate.within().__aenter__()) for _ in range(6)]
    await settle()
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    await clock.advance(60)
    visitors = Visitors(gate)
    await visitors.send(4)
    assert len(visitors.inside) == 4
    await visitors.end()


async def test_who_waits_for_a_place_is_told_when_the_gate_closes_for_longer_than_his_patience(
    clock: HandClock,
) -> None:
    gate = Gate(clock)
    visitors = Visitors(gate)
    await visitors.send(REQUESTS_IN_FLIGHT_PER_MAILBOX)
    impatient = asyncio.ensure_future(gate.within(60).__aenter__())
    await settle()
    gate.throttled("3600", START)
    await visitors.end()

    with pytest.raises(GateClosed) as closed:
        await impatient
    assert closed.value.seconds == 3600


async def test_after_a_refusal_nothing_leaves_before_the_time_that_was_asked_for(clock: HandClock) -> None:
    gate = Gate(clock)
    assert gate.throttled("5", START) == 5
    visitors = Visitors(gate)
    await visitors.send(3)
    await clock.advance(4.99)
    assert visitors.inside == []
    await clock.advance(0.01)
    assert visitors.inside == [0, 1, 2]
    await visitors.end()


async def test_the_longest_wait_counts_and_one_that_is_prolonged_holds_who_already_waits(clock: HandClock) -> None:
    gate = Gate(clock)
    gate.throttled("30", START)
    gate.throttled("10", START)
    assert gate.closed_for() == 30
    visitors = Visitors(gate)
    await visitors.send(1)
    gate.throttled("100", START)
    await clock.advance(30)
    assert visitors.inside == []
    await clock.advance(70)
    assert visitors.inside == [0]
    await visitors.end()


async def test_a_request_that_was_under_way_does_not_open_a_gate_that_closed_meanwhile(clock: HandClock) -> None:
    gate = Gate(clock)
    gate.throttled("30", START)
    gate.succeeded()
    assert gate.closed_for() == 30
    assert gate.refusals == 1


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("5", 5.0),
        (" 7 ", 7.0),
        ("0", 0.0),
        ("3600", 3600.0),
        ("3601", RETRY_AFTER_CAP_SECONDS),
        ("9" * 5000, RETRY_AFTER_CAP_SECONDS),
        ("Mon, 23 Nov 2026 09:00:30 GMT", 30.0),
        ("Monday, 23-Nov-26 09:00:30 GMT", 30.0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", RETRY_AFTER_CAP_SECONDS),
        ("Mon, 23 Nov 2026 08:59:00 GMT", None),
        ("Thu, 01 Jan 1970 00:00:00 GMT", None),
        ("-5", None),
        ("1e9", None),
        ("NaN", None),
        ("5.5", None),
        ("٥", None),
        ("", None),
        ("soon", None),
        (None, None),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(header: str | None, seconds: float | None) -> None:
    assert asked_wait(header, START) == seconds


@given(some.text(max_size=40))
def test_no_retry_after_header_can_do_more_than_make_us_wait_an_hour(header: str) -> None:
    seconds = asked_wait(header, datetime(2026, 11, 23, tzinfo=UTC))
    assert seconds is None or 0 <= seconds <= RETRY_AFTER_CAP_SECONDS


@pytest.mark.parametrize("header", [None, "", "NaN", "Thu, 01 Jan 1970 00:00:00 GMT"])
async def test_without_a_usable_time_the_wait_doubles_up_to_its_cap(clock: HandClock, header: str | None) -> None:
    gate = Gate(clock, draw=lambda: 1.0)
    waits = []
    for _ in range(12):
        waits.append(gate.throttled(header, clock.now()))
        clock.seconds += waits[-1]
    assert waits[:8] == [2, 4, 8, 16, 32, 64, 128, 256]
    assert set(waits[8:]) == {BACKOFF_CAP_SECONDS}


@pytest.mark.parametrize("header", ["0", "1"])
async def test_a_tiny_wait_is_believed_once_and_then_backed_off(clock: HandClock, header: str) -> None:
    gate = Gate(clock, draw=lambda: 1.0)
    waits = []
    for _ in range(5):
        waits.append(gate.throttled(header, clock.now()))
        clock.seconds += waits[-1]
    assert waits == [float(header), 4, 8, 16, 32]


@pytest.mark.parametrize("header", ["0", "1"])
async def test_a_tiny_wait_that_is_backed_off_is_never_made_shorter(clock: HandClock, header: str) -> None:
    gate = Gate(clock, draw=lambda: 0.0)
    for _ in range(5):
        assert gate.throttled(header, clock.now()) == float(header)
        clock.seconds += float(header)


@given(some.lists(some.floats(0, 1, exclude_max=True), min_size=1, max_size=30))
def test_the_backoff_is_anywhere_between_nothing_and_its_bound(draws: list[float]) -> None:
    clock = HandClock()
    source = iter(draws)
    gate = Gate(clock, draw=lambda: next(source))
    for place, drawn in enumerate(draws):
        bound = min(BACKOFF_CAP_SECONDS, 2.0 ** (place + 1))
        assert gate.throttled(None, clock.now()) == pytest.approx(drawn * bound)
        clock.seconds += bound


async def test_four_refusals_at_once_are_one_refusal(clock: HandClock) -> None:
    gate = Gate(clock, draw=lambda: 1.0)
    for _ in range(4):
        gate.throttled(None, clock.now())
    assert gate.closed_for() == 2
    assert gate.refusals == 1


async def test_after_a_success_the_backoff_starts_anew(clock: HandClock) -> None:
    gate = Gate(clock, draw=lambda: 1.0)
    for _ in range(3):
        clock.seconds += gate.throttled(None, clock.now())
    gate.succeeded()
    assert gate.throttled(None, clock.now()) == 2


async def test_a_gate_of_an_earlier_run_stays_closed_and_keeps_counting(clock: HandClock) -> None:
    gate = Gate(clock, draw=lambda: 1.0, refusals=3, closed_seconds=40)
    assert gate.closed_for() == 40
    clock.seconds += 40
    assert gate.throttled(None, clock.now()) == 16


async def test_a_wall_clock_that_jumps_does_not_move_the_opening(clock: HandClock) -> None:
    gate = Gate(clock)
    gate.throttled("20", START + timedelta(days=300))
    assert gate.closed_for() == 20


class Shared:
    """What several runs of the program know of one gate."""

    def __init__(self) -> None:
        self.states: list[GateState] = []

    def gate(self, clock: HandClock) -> Gate:
        gate = Gate(clock, draw=lambda: 1.0, tell=self.states.append)
        if self.states:
            gate.take_over(self.states[-1])
        return gate


async def test_refusals_and_the_first_success_after_them_are_told_and_nothing_else(clock: HandClock) -> None:
    shared = Shared()
    gate = shared.gate(clock)
    for _ in range(5):
        gate.succeeded()
    assert shared.states == []

    gate.throttled("5", START)
    clock.seconds += 5
    for _ in range(5):
        gate.succeeded()

    assert shared.states == [
        GateState(opens_at=START + timedelta(seconds=5), refusals=1),
        GateState(opens_at=START + timedelta(seconds=5), refusals=0),
    ]


async def test_the_next_run_waits_for_the_rest_and_its_backoff_goes_on(clock: HandClock) -> None:
    shared = Shared()
    first = shared.gate(clock)
    for _ in range(3):
        clock.seconds += first.throttled(None, clock.now())
    first.throttled("100", clock.now())
    clock.seconds += 40

    later = shared.gate(clock)

    assert later.closed_for() == 60
    clock.seconds += 60
    assert later.throttled(None, clock.now()) == 32


@pytest.mark.parametrize("ahead", [timedelta(seconds=10), timedelta(days=900)])
async def test_a_state_counts_once_however_often_it_is_given(clock: HandClock, ahead: timedelta) -> None:
    gate = Gate(clock, draw=lambda: 1.0)
    told = GateState(opens_at=START + ahead, refusals=4)
    gate.take_over(told)
    clock.seconds += RETRY_AFTER_CAP_SECONDS
    gate.succeeded()

    gate.take_over(told)

    assert (gate.closed_for(), gate.refusals) == (0, 0)


async def test_what_another_process_was_told_prolongs_and_never_shortens_a_wait(clock: HandClock) -> None:
    gate = Gate(clock)
    gate.throttled("30", START)
    gate.take_over(GateState(opens_at=START + timedelta(seconds=10), refusals=0))
    assert (gate.closed_for(), gate.refusals) == (30, 1)
    gate.take_over(GateState(opens_at=START + timedelta(seconds=90), refusals=2))
    assert (gate.closed_for(), gate.refusals) == (90, 2)


async def test_a_success_of_another_process_ends_the_backoff(clock: HandClock) -> None:
    gate = Gate(clock, draw=lambda: 1.0)
    for _ in range(4):
        clock.seconds += gate.throttled(None, clock.now())

    gate.take_over(GateState(opens_at=clock.now(), refusals=0))

    assert gate.throttled(None, clock.now()) == 2


@given(some.timedeltas(timedelta(days=-300_000), timedelta(days=2_000_000)))
def test_no_clock_that_was_wrong_closes_a_gate_for_longer_than_microsoft_can_ask(ahead: timedelta) -> None:
    clock = HandClock()
    shared = Shared()
    shared.states.append(GateState(opens_at=START + ahead, refusals=1))

    waits = []
    for _ in range(4):
        gate = shared.gate(clock)
        waits.append(gate.closed_for())
        clock.seconds += RETRY_AFTER_CAP_SECONDS / 2

    assert waits[0] == pytest.approx(min(max(ahead.total_seconds(), 0), RETRY_AFTER_CAP_SECONDS))
    assert waits[2:] == [0, 0]
