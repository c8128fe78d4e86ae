"""Which days a round reads as settings change and time goes on or back."""

from __future__ import annotations

from datetime import timedelta

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


async def test_the_days_roll_on_within_the_margin_and_then_are_read_afresh(world: World) -> None:
    await world.round()
    first = world.store.mark()
    assert first is not None
    world.clock.moved += timedelta(days=31)
    await world.round()
    assert len(deltas(world)) == 1
    assert "deltatoken" in dict(deltas(world)[0].query).popitem()[0]
    world.clock.moved += timedelta(days=1)

    await world.round()

    later = world.store.mark()
    assert later is not None
    assert later.window.first - first.window.first == timedelta(days=32)
    world.assert_same()


async def test_a_clock_that_went_back_reads_the_earlier_days(world: World) -> None:
    await world.round()
    world.clock.moved -= timedelta(days=1)

    await world.round()

    world.assert_same()
    mark = world.store.mark()
    assert mark is not None
    assert f"{mark.window.first}" == "2026-11-02"
