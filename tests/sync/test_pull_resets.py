"""The service forgets what it told, or leaves most of it out: a fresh list is read, and doubted when it lacks much."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sample_calendar import EVERYTHING
from sync_world import World, single

from tui.errors import RemoteError
from tui.settings import SyncSettings


async def test_a_reset_reads_afresh_and_leaves_no_ghost(world: World) -> None:
    await world.round()
    world.change("delete", "lunch")
    world.control("reset-delta")

    report = await world.round()

    assert report.removed == 1
    world.assert_same()


async def test_after_a_reset_without_changes_the_new_link_is_used(world: World) -> None:
    await world.round()
    world.control("reset-delta")
    await world.round()

    await world.round()

    assert len(world.requests) == 1
    world.assert_same()


@pytest.mark.parametrize("nth", [1, 2, 4])
@pytest.mark.parametrize(
    ("status", "code"), [(410, "SyncStateNotFound"), (400, "InvalidDeltaToken"), (404, "ResyncRequired")]
)
async def test_a_reset_in_the_middle_of_a_round_leaves_nothing_of_its_first_half(
    tmp_path: Path, nth: int, status: int, code: str
) -> None:
    world = World(tmp_path, *EVERYTHING, page=1)
    await world.round()
    for name in ("lunch", "trip", "stand-up", "planning"):
        world.change("update", name, subject=f"{name} at first")
    world.fault(path="calendarView/delta", nth=nth, status=status, body={"error": {"code": code, "message": "gone"}})

    await world.round()

    world.assert_same()


async def test_two_resets_in_a_row_end_the_round(world: World) -> None:
    await world.round()
    before = world.logs()
    world.fault(path="calendarView/delta", count=9, status=410, body={"error": {"code": "SyncStateNotFound"}})

    with pytest.raises(RemoteError, match="twice"):
        await world.round()

    assert len(world.requests) == 2
    assert world.logs() == before


# A list that lacks most of what was there


MANY = [single(f"e{n}", f"2026-11-{n % 20 + 5:02}T09:00:00", f"2026-11-{n % 20 + 5:02}T10:00:00") for n in range(60)]


def lacking(world: World, times: int) -> None:
    """Answer as if the calendar were empty, so many times."""
    link = "https://graph.microsoft.com/v1.0/me/calendars/x/calendarView/delta?$deltatoken=x"
    world.control("reset-delta")
    world.fault(path="calendarView/delta", nth=2, count=times, status=200, body={"value": [], "@odata.deltaLink": link})


async def test_a_fresh_list_that_lacks_most_events_is_asked_for_again(tmp_path: Path) -> None:
    world = World(tmp_path, *MANY)
    await world.round()
    lacking(world, times=1)

    report = await world.round()

    assert (report.removed, report.events) == (0, 60)
    world.assert_same()


async def test_a_fresh_list_that_lacks_most_events_twice_is_believed(tmp_path: Path) -> None:
    world = World(tmp_path, *MANY)
    await world.round()
    lacking(world, times=2)

    report = await world.round()

    assert (report.removed, report.events) == (60, 0)
    shown = world.store.copies()
    assert [copy.event.is_gone for copy in shown] == [True] * 60


async def test_what_was_believed_gone_and_comes_back_is_shown_as_ever(tmp_path: Path) -> None:
    world = World(tmp_path, *MANY)
    await world.round()
    lacking(world, times=2)
    await world.round()

    world.control("faults", faults=[])
    world.clock.moved += timedelta(days=7)
    await world.round()

    world.assert_same()
    listed = [copy.event for copy in world.store.copies() if copy.event.id in world.stored()]
    assert len(listed) > 30
    assert not any(event.is_gone for event in listed)


@pytest.mark.parametrize(("deleted", "requests"), [(20, 2), (30, 2), (31, 3)])
async def test_only_more_than_half_of_the_events_missing_is_asked_for_again(
    tmp_path: Path, deleted: int, requests: int
) -> None:
    world = World(tmp_path, *MANY)
    await world.round()
    world.control("reset-delta")
    for number in range(deleted):
        world.change("delete", f"e{number}")

    report = await world.round()

    assert report.removed == deleted
    assert len(world.requests) == requests
    assert world.store.gone_count() == (deleted if requests == 3 else 0)
    world.assert_same()


async def test_a_smaller_window_is_no_reason_to_ask_twice(tmp_path: Path) -> None:
    world = World(tmp_path, *MANY)
    await world.round()
    world.settings = SyncSettings(past_days=0, future_days=40)

    report = await world.round()

    assert report.removed > 30
    assert report.pages == 1
    assert len(world.requests) == 1
    world.assert_same()
