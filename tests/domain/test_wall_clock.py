"""The injected clock, and what the errors tell a shell."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from tui import errors
from tui.clock import SystemClock, clock_from


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-11-23T09:00:00+00:00", datetime(2026, 11, 23, 9, tzinfo=UTC)),
        ("2026-11-23T09:00:00Z", datetime(2026, 11, 23, 9, tzinfo=UTC)),
        ("2026-11-23T09:00:00", datetime(2026, 11, 23, 9, tzinfo=UTC)),
        ("2026-11-23T09:00:00+05:45", datetime(2026, 11, 23, 3, 15, tzinfo=UTC)),
        ("2026-11-23", datetime(2026, 11, 23, tzinfo=UTC)),
        ("1999-12-31T23:59:59Z", datetime(1999, 12, 31, 23, 59, 59, tzinfo=UTC)),
    ],
)
def test_the_clock_starts_at_the_instant_that_the_environment_names(text: str, instant: datetime) -> None:
    now = clock_from({"CALCONNECT_NOW": text}).now()

    assert now.tzinfo is UTC
    assert timedelta(0) <= now - instant < timedelta(seconds=10)


@pytest.mark.parametrize("environment", [{}, {"CALCONNECT_NOW": ""}])
def test_without_that_variable_the_clock_is_the_clock_of_the_machine(environment: dict[str, str]) -> None:
    before = datetime.now(UTC)

    assert before <= clock_from(environment).now() <= datetime.now(UTC)


@pytest.mark.parametrize("text", ["tomorrow", "2026-13-01", "2026-11-23T25:00", "1764000000", "\x1b[2J", " "])
def test_an_instant_that_cannot_be_read_is_a_usage_error_with_a_way_out(text: str) -> None:
    with pytest.raises(errors.UsageError) as caught:
        clock_from({"CALCONNECT_NOW": text})

    assert caught.value.hint
    assert str(caught.value).isprintable()


def test_the_clock_goes_on_and_never_back() -> None:
    clock = clock_from({"CALCONNECT_NOW": "2026-11-23T09:00:00Z"})

    assert clock.now() <= clock.now()
    assert clock.monotonic() <= clock.monotonic()


def test_moving_the_wall_clock_does_not_move_the_monotonic_one() -> None:
    moved, unmoved = SystemClock(timedelta(days=365)), SystemClock()

    assert abs(moved.monotonic() - unmoved.monotonic()) < 10


@pytest.mark.parametrize("seconds", [0.0, -5.0])
async def test_sleeping_for_no_time_only_lets_others_run(seconds: float) -> None:
    ran: list[str] = []
    other = asyncio.ensure_future(asyncio.to_thread(lambda: None))
    asyncio.get_running_loop().call_soon(ran.append, "other")

    await SystemClock().sleep(seconds)

    assert ran == ["other"]
    await other


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.CalConnectError("x"), 1),
        (errors.UsageError("x"), 2),
        (errors.SettingsError("x"), 2),
        (errors.SignInError("x"), 3),
        (errors.RemoteError("x"), 4),
        (errors.Throttled("x", seconds=7), 4),
        (errors.StoreError("x"), 5),
    ],
    ids=lambda value: type(value).__name__,
)
def test_each_kind_of_error_has_its_exit_code(error: errors.CalConnectError, code: int) -> None:
    assert error.exit_code == code


def test_every_error_is_of_one_tree() -> None:
    made = [value for value in vars(errors).values() if isinstance(value, type)]

    assert made
    assert all(issubclass(one, errors.CalConnectError) for one in made)


def test_an_error_reads_as_what_happened_and_what_to_do() -> None:
    assert str(errors.StoreError("The disk is full.", "Free some space.")) == "The disk is full. Free some space."
    assert str(errors.StoreError("The disk is full.")) == "The disk is full."
