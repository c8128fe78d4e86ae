"""Which days a round reads as settings change and time goes on or back."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

from msgspec.structs import replace
from sync_world import World

from tui.settings import SyncSettings
from tui.simulator.messages import Request


def deltas(world: World) -> list[Request]:
    return [request for request in world.requests if request.path.endswith("/delta")]


async def test_other_settings_read_the_new_window_afresh(world: World) -> None:
    await world.round()
    world.settings = SyncSettings(past_days=2, future_days=400)

    await world.round()

    world.assert_same()
    mark = world.store.mark()
    assert mark is not None
    assert f"{mark.window.first}" == "2026-11-21"


def is_whole(world: World) -> bool:
    """Whether the last round read the whole window."""
    return any("startDateTime" in dict(request.query) for request in deltas(world))


async def test_once_a_week_the_whole_window_is_read_afresh(world: World) -> None:
    await world.round()
    whole = []
    for _ in range(28):
        world.clock.moved += timedelta(days=1)
        await world.round()
        whole.append(is_whole(world))
        assert len(deltas(world)) == 1
        world.assert_same()

    days = [day for day, is_fresh in enumerate(whole) if is_fresh]
    assert [later - day for day, later in pairwise(days)] == [7, 7, 7]


async def test_a_program_that_was_away_for_a_week_reads_afresh_at_once_and_then_no_more(world: World) -> None:
    await world.round()
    world.clock.moved += timedelta(days=7)
    world.restart()
    await world.round()
    assert is_whole(world)

    await world.round()

    assert not is_whole(world)


async def test_what_the_service_kept_silent_about_is_put_right_within_a_week(world: World) -> None:
    await world.round()
    mark = world.store.mark()
    assert mark is not None
    lunch = world.store.event("lunch")
    assert lunch is not None
    world.store.apply([replace(lunch, id="ghost")], ["trip"], {}, mark)
    await world.round()
    assert "ghost" in world.stored()

    world.clock.moved += timedelta(days=7)
    await world.round()

    world.assert_same()


async def test_a_reading_afresh_that_the_service_breaks_off_begins_once_more(world: World) -> None:
    await world.round()
    world.clock.moved += timedelta(days=7)
    world.fault(path="calendarView/delta", status=410, body={"error": {"code": "SyncStateNotFound"}})

    await world.round()

    assert len(deltas(world)) == 2
    world.assert_same()


async def test_a_clock_that_went_back_reads_the_earlier_days(world: World) -> None:
    await world.round()
    world.clock.moved -= timedelta(days=1)

    await world.round()

    world.assert_same()
    mark = world.store.mark()
    assert mark is not None
    assert f"{mark.window.first}" == "2026-11-02"
