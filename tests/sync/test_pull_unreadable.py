"""An event that cannot be understood stops no other, and stays as it was last known."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from sample_calendar import LUNCH, STAND_UP, occurrences
from sync_world import World

from tui.simulator.messages import Request, Response


def spoil(world: World, event_id: str, **broken: Any) -> None:
    """Serve one event with some of its properties broken."""

    def answer(request: Request) -> Response | None:
        given = world.simulator.handle(request, world.clock.now())
        if given.status != 200:
            return given
        body: Any = given.json()
        for item in body.get("value", [body]):
            if item.get("id") == event_id and "@removed" not in item:
                item.update(broken)
        return Response(200, given.headers, msgspec.json.encode(body))

    world.replace = answer


async def test_one_unreadable_event_does_not_stop_the_others(world: World) -> None:
    spoil(world, "lunch", start={"dateTime": "2026-02-30T09:00:00", "timeZone": "UTC"})

    report = await world.round()

    assert report.quarantined == 1
    assert world.store.event("lunch") is None
    assert world.stored().keys() == world.truth().keys() - {"lunch"}


async def test_an_event_that_becomes_unreadable_stays_as_it_was_known(world: World) -> None:
    await world.round()
    known = world.stored()["lunch"]
    world.change("update", "lunch", subject="new")
    spoil(world, "lunch", start=None)

    await world.round()
    assert world.stored()["lunch"] == known
    world.control("reset-delta")
    await world.round()
    assert world.stored()["lunch"] == known

    world.replace = lambda request: None
    world.control("reset-delta")
    report = await world.round()
    assert report.quarantined == 0
    world.assert_same()


@pytest.mark.parametrize("whole", [True, False])
async def test_a_series_whose_master_is_unreadable_still_takes_its_time(tmp_path: Path, whole: bool) -> None:
    world = World(tmp_path, LUNCH, *([STAND_UP] if whole else []))
    if not whole:
        await world.round()
        world.change("create", **STAND_UP)
    spoil(world, "stand-up", end={"dateTime": "soon"})

    await world.round()

    assert world.stored().keys() == world.truth().keys() - {"stand-up"}
    assert len(occurrences(world, "stand-up")) > 5
