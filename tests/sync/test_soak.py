"""A month of many calendars: nothing drifts from the truth, nothing grows, nobody is stormed or held up by others.

A short run does in a day what a long one does in a week.
"""

from __future__ import annotations

import asyncio
import gc
import tracemalloc
from datetime import datetime, time, timedelta
from functools import partial
from math import log2
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest
from counts import IS_FULL, count
from jumping_time import JumpingLoop
from soak_world import DAY, GRAIN_SECONDS, HOUR, START, ZONE, SoakWorld

from tui.domain.events import CalendarKey
from tui.limits import BACKOFF_FIRST_SECONDS, POLL_JITTER, RECONCILE_DAYS, REQUEST_ATTEMPTS, SIGN_IN_RETRY_SECONDS

DAYS = count(reduced=3, full=30)
WEEK = count(reduced=1, full=7) * DAY
END = DAYS * DAY
POLL_SECONDS = 3 * HOUR
POLL_AT_LEAST = POLL_SECONDS * (1 - POLL_JITTER)
POLL_AT_MOST = POLL_SECONDS * (1 + POLL_JITTER) + 2 * GRAIN_SECONDS
QUIET = 2 * POLL_AT_MOST
REFUSED_SECONDS = 900.0
SPELL = 0.5 * WEEK
GROWTH_AT_MOST = 1.1 if IS_FULL else 1.25
"""In the first days some small caches still fill."""
PROGRAM = [tracemalloc.Filter(True, f"*/{place}/*") for place in ("tui", "asyncio", "httpx", "httpcore", "tinydb")]
SIMULATOR = tracemalloc.Filter(False, "*/tui/simulator/*")


class Month:
    """A run with everything that happens in a month, and what was seen of it."""

    def __init__(self, folder: Path, *, accounts: int, calendars: int) -> None:
        """``calendars`` is the number in each account."""
        self.world = world = SoakWorld(folder, accounts=accounts, calendars=calendars, poll_seconds=POLL_SECONDS)
        self.calendars = calendars
        self.differences: dict[float, list[str]] = {}
        self.daily: dict[CalendarKey, list[datetime]] = {}
        *self.well, self.refused, self.failing, self.signed_out = world.accounts
        self._plan_edits(Random(7))
        self.resets = [self.well[week % len(self.well)] for week in range(int(END / WEEK))]
        for week, reset in enumerate(self.resets):
            self._plan_week(week * WEEK, reset)
        self._plan_spell(1.1 * WEEK, world.failing, self.failing)
        self._plan_spell(2.1 * WEEK, world.signed_out, self.signed_out)
        world.plan(END, self._examine)

    def live(self) -> None:
        with asyncio.Runner(loop_factory=JumpingLoop) as runner:
            runner.run(self.world.live())

    def _plan_edits(self, random: Random) -> None:
        """Somebody changes each calendar every few hours, but not shortly before all is compared."""
        for address, mailbox in self.world.simulator.mailboxes.items():
            for calendar_id in mailbox.calendars:
                at = 0.0
                while (at := at + random.uniform(1, 6) * HOUR) < END - QUIET:
                    if at % WEEK < WEEK - QUIET:
                        self.world.plan(at, partial(self.world.edit, address, calendar_id))

    def _plan_week(self, start: float, reset: str) -> None:
        self.world.plan(start + 0.4 * WEEK, lambda: self.world.reset(reset))
        for part in (0.15, 0.35, 0.55):
            self.world.plan(start + part * WEEK, self._refuse)
        self.world.plan(start + WEEK, self._examine)

    def _plan_spell(self, start: float, those: set[str], address: str) -> None:
        """An account is of no use for half a week, and well again before all is compared."""
        self.world.plan(start, lambda: those.add(address))
        self.world.plan(start + SPELL, lambda: those.discard(address))

    def _refuse(self) -> None:
        self.world.refuse(self.refused, REFUSED_SECONDS)

    def _examine(self) -> None:
        self.differences[self.world.clock.monotonic()] = self.world.differences()
        self.daily = self.world.daily()


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Month:
    folder = tmp_path_factory.mktemp("month")
    lived = Month(folder, accounts=count(reduced=4, full=5), calendars=count(reduced=3, full=10))
    lived.live()
    return lived


def test_every_week_the_store_is_what_outlook_holds(month: Month) -> None:
    assert list(month.differences) == sorted({*(week * WEEK for week in range(1, int(END / WEEK) + 1)), END})
    assert set(map(tuple, month.differences.values())) == {()}
    assert min(month.world.edits.values()) > DAYS


def test_what_begins_at_nine_still_does_after_the_clocks_of_europe_have_changed(month: Month) -> None:
    zone = ZoneInfo(ZONE)
    end = START + timedelta(seconds=END)
    assert START.astimezone(zone).utcoffset() != end.astimezone(zone).utcoffset()
    for place, events in month.daily.items():
        assert {start.astimezone(zone).time() for start in events} == {time(9)}, place
        assert any(start > end for start in events)


def test_accounts_that_are_well_are_read_by_their_poll_whatever_befalls_others(month: Month) -> None:
    for address in month.well:
        seen = month.world.records[address]
        assert seen.longest_silence <= POLL_AT_MOST
        assert not seen.failures


def test_an_account_is_read_again_within_a_poll_after_its_trouble(month: Month) -> None:
    refused, failing, signed_out = (
        month.world.records[address] for address in (month.refused, month.failing, month.signed_out)
    )

    assert refused.longest_silence <= POLL_AT_MOST + REFUSED_SECONDS + 2 * GRAIN_SECONDS
    assert SPELL < failing.longest_silence <= SPELL + 2 * POLL_AT_MOST
    assert SPELL < signed_out.longest_silence <= SPELL + 2 * POLL_AT_MOST
    assert refused.failures.keys() == failing.failures.keys() == {"Throttled"}
    assert signed_out.failures.keys() == {"SignInError"}


def test_nothing_is_sent_while_microsoft_asks_to_wait(month: Month) -> None:
    assert [seen.too_early for seen in month.world.records.values()] == [0] * len(month.world.records)


def test_a_quiet_calendar_costs_one_request_a_poll_and_a_change_one_more_at_most(month: Month) -> None:
    for address in month.well:
        seen = month.world.records[address]
        readings = (END / POLL_AT_LEAST + 1) * month.calendars
        resets = month.resets.count(address) * month.calendars
        assert sum(seen.requests.values()) <= readings + resets + month.world.edits[address]


def test_an_account_that_fails_for_days_costs_what_a_healthy_one_does_once_the_waits_have_doubled(month: Month) -> None:
    failing = month.world.records[month.failing]
    first, last = int(1.1 * WEEK // HOUR), int((1.1 * WEEK + SPELL) // HOUR)
    doublings = log2(POLL_SECONDS / BACKOFF_FIRST_SECONDS) * REQUEST_ATTEMPTS

    asked = sum(failing.requests[hour] for hour in range(first, last))
    assert asked <= SPELL / POLL_AT_LEAST * month.calendars + doublings


def test_an_account_that_waits_for_its_person_is_tried_at_most_once_in_half_an_hour(month: Month) -> None:
    signed_out = month.world.records[month.signed_out]

    assert signed_out.rounds <= (END - SPELL) / POLL_AT_LEAST + SPELL / SIGN_IN_RETRY_SECONDS + 2


def test_a_token_is_renewed_once_when_it_has_expired(month: Month) -> None:
    for address in month.well:
        seen = month.world.records[address]
        assert DAYS < seen.tokens <= seen.rounds


def test_every_calendar_is_read_afresh_once_a_week_and_after_a_reset(month: Month) -> None:
    for address in month.well:
        readings = month.world.records[address].whole_readings
        weekly, resets = END / DAY / RECONCILE_DAYS, month.resets.count(address)
        assert len(readings) == month.calendars
        assert all(int(weekly) <= times <= 2 + weekly + resets for times in readings.values())


def test_memory_stays_flat(tmp_path: Path) -> None:
    """What the simulator remembers does not count, nor what of it stands where the program's was before."""
    held: list[int] = []

    def weigh() -> None:
        lived.world.forget_history()
        gc.collect()
        traces = tracemalloc.take_snapshot().filter_traces((*PROGRAM, SIMULATOR)).traces
        held.append(sum(trace.size for trace in traces))

    tracemalloc.start()
    try:
        lived = Month(tmp_path, accounts=4, calendars=2)
        for at in (WEEK, END):
            lived.world.plan(at, weigh)
        lived.live()
    finally:
        tracemalloc.stop()

    first, last = held
    assert last <= first * GROWTH_AT_MOST
