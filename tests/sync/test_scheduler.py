"""A calendar that fails stops nothing but itself, and its turn is: writes out, changes in."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
import pytest
from push_world import PushWorld, dinner
from sync_world import HastyClock, World, single

from tui.domain.accounts import OutlookAccount
from tui.domain.bookings import Update, Wanted
from tui.domain.events import CalendarKey
from tui.errors import RemoteError
from tui.outlook.errors import AccessDenied, Unreachable
from tui.simulator.messages import Request, Response
from tui.sync.lease import Leases
from tui.sync.scheduler import Synchroniser, Target


def synchroniser(world: World) -> Synchroniser:
    return Synchroniser(
        mailbox=lambda account: world.mailbox,
        store=world.database.calendar,
        leases=Leases(world.database.leases, HastyClock()),
        settings=world.settings,
        clock=world.clock,
    )


async def test_a_calendar_that_fails_does_not_stop_the_others(tmp_path: Path) -> None:
    world = World(tmp_path, single("lunch", "2026-11-24T12:00:00", "2026-11-24T13:00:00"))
    team, gone = world.calendar_id("Team"), "no-such-calendar"
    target = Target(world.account, (gone, world.key.calendar_id, team))
    read: list[tuple[OutlookAccount, int]] = []

    reports = await synchroniser(world).sync_all([target], lambda account, items: read.append((account, items)))

    assert [report.key.calendar_id for report in reports] == [gone, world.key.calendar_id, team]
    assert [isinstance(report.failure, RemoteError) for report in reports] == [True, False, False]
    assert "does not find" in str(reports[0].failure)
    assert [(report.events, report.pages) for report in reports[1:]] == [(1, 1), (0, 1)]
    assert read[-1] == (world.account, 1)
    assert world.store.last_success() == world.clock.now()
    assert world.database.calendar(CalendarKey(world.account.id, gone)).last_success() is None
    world.assert_same()


# Writes and rounds of one calendar


@pytest.fixture
async def writing(tmp_path: Path) -> PushWorld:
    world = PushWorld(tmp_path, single("lunch", "2026-11-24T12:00:00", "2026-11-24T13:00:00"))
    await world.round()
    return world


def asked(world: PushWorld) -> list[str]:
    """The last word of each address that was asked for."""
    return [f"{request.method} {request.segments[-1]}" for request in world.requests]


async def test_writes_go_out_before_changes_come_in(writing: PushWorld) -> None:
    writing.stage(dinner())

    report = await writing.visit()

    assert asked(writing) == ["POST events", "GET delta"]
    assert (report.sent, report.failed, report.events, report.failure) == (1, 0, 2, None)
    writing.assert_same()


async def test_without_writes_a_visit_is_one_request(writing: PushWorld) -> None:
    await writing.visit()

    assert asked(writing) == ["GET delta"]


async def test_an_event_that_was_not_made_is_made_after_a_look_in_the_same_visit(writing: PushWorld) -> None:
    writing.stage(dinner())
    writing.fault(method="POST", path="/events", drop=True)

    report = await writing.visit()

    assert asked(writing) == ["POST events", "GET delta", "GET calendarView", "POST events", "GET delta"]
    assert (report.sent, report.failure) == (1, None)
    writing.assert_same()


async def test_an_event_that_was_made_after_all_is_heard_of_and_not_looked_for(writing: PushWorld) -> None:
    writing.stage(dinner())
    writing.fault(method="POST", path="/events", drop=True, after=True)

    await writing.visit()

    assert asked(writing) == ["POST events", "GET delta"]
    assert writing.entries == ()
    writing.assert_same()


async def test_where_nothing_could_be_sent_nothing_more_is_read(writing: PushWorld) -> None:
    writing.stage(dinner())
    writing.fault(method="POST", path="/events", drop=True, count=9)

    await writing.visit()

    assert asked(writing) == ["POST events", "GET delta", "GET calendarView", "POST events"]


async def test_a_write_of_which_nothing_is_known_has_one_turn_in_a_visit(writing: PushWorld) -> None:
    writing.stage(Update(wanted=Wanted(subject="brunch")), "lunch")
    writing.fault(method="PATCH", path="lunch", drop=True)

    await writing.visit()

    assert asked(writing) == ["GET lunch", "PATCH lunch", "GET delta"]


def no_way_out(request: Request) -> Response | None:
    if request.method == "POST":
        raise httpx.ConnectError("no route to host")
    return None


async def test_a_push_that_fails_does_not_stop_the_round_and_is_told(writing: PushWorld) -> None:
    writing.change("update", "lunch", subject="brunch")
    writing.stage(dinner())
    writing.replace = no_way_out

    report = await writing.visit()

    assert isinstance(report.failure, Unreachable)
    assert report.changed == 1
    assert writing.store.last_success() is not None
    writing.assert_same()


async def test_what_stopped_the_round_is_told_rather_than_what_stopped_the_push(writing: PushWorld) -> None:
    writing.stage(dinner())
    writing.replace = no_way_out
    writing.fault(path="calendarView/delta", status=403)

    report = await writing.visit()

    assert isinstance(report.failure, AccessDenied)


async def test_what_failed_is_counted(writing: PushWorld) -> None:
    writing.stage(dinner())
    writing.fault(method="POST", path="/events", status=400)

    report = await writing.visit()

    assert (report.sent, report.failed, report.failure) == (0, 1, None)


@pytest.mark.parametrize("is_staged", [False, True])
async def test_what_another_window_just_read_is_not_read_again_but_what_waits_is_sent(
    writing: PushWorld, is_staged: bool
) -> None:
    def stage(request: Request) -> Response | None:
        if request.path.endswith("/delta"):
            writing.replace = lambda request: None
            if is_staged:
                writing.stage(dinner())
        return None

    writing.replace = stage
    writing.requests.clear()
    target = Target(writing.account, (writing.key.calendar_id,))

    first, second = await asyncio.gather(*(synchroniser(writing).sync(target) for _ in range(2)))

    assert sorted([first[0].sent, second[0].sent]) == [0, int(is_staged)]
    rest = ["POST events", "GET delta"] if is_staged else []
    assert asked(writing) == ["GET delta", *rest]
    writing.assert_same()


async def test_writes_of_a_calendar_do_not_wait_for_one_that_fails(writing: PushWorld) -> None:
    writing.stage(dinner())
    target = Target(writing.account, ("no-such-calendar", writing.key.calendar_id))

    reports = await synchroniser(writing).sync(target)

    assert [report.sent for report in reports] == [0, 1]
    assert isinstance(reports[0].failure, RemoteError)
