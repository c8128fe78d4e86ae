"""The bounds of a round at their edges: what is just allowed is done, and one more is not."""

from __future__ import annotations

from pathlib import Path

import pytest
from sync_world import World, single

from tui.errors import RemoteError
from tui.limits import MASS_REMOVAL_EVENTS, PAGES_PER_ROUND, REPEATED_PAGE_DIGESTS
from tui.simulator.messages import Request, Response, json_response

LINK = "https://graph.microsoft.com/v1.0/me/calendars/x/calendarView/delta?"
ONE = single("one", "2026-11-24T09:00:00", "2026-11-24T10:00:00")


def leads_on(world: World, pages: int, *, same: bool) -> None:
    """Give so many pages, each under a new link, and all the same or none like another."""
    asked = 0

    def page(request: Request) -> Response | None:
        nonlocal asked
        asked += 1
        further = {"@odata.nextLink": f"{LINK}$skiptoken={asked}"}
        event = ONE if same else ONE | {"id": f"one {asked}"}
        return json_response(200, {"value": [event], **(further if asked < pages else _END)})

    world.replace = page


_END = {"@odata.deltaLink": f"{LINK}$deltatoken=end"}


async def test_a_round_of_as_many_pages_as_it_may_have_is_kept_and_a_longer_one_is_not(tmp_path: Path) -> None:
    world = World(tmp_path)
    leads_on(world, PAGES_PER_ROUND + 1, same=False)
    with pytest.raises(RemoteError, match="does not end"):
        await world.round()
    assert world.store.instance_count() == 0

    leads_on(world, PAGES_PER_ROUND, same=False)
    report = await world.round()

    assert (report.pages, world.store.instance_count()) == (PAGES_PER_ROUND, PAGES_PER_ROUND)


async def test_a_page_that_comes_again_is_borne_until_it_leads_on_for_the_third_time(tmp_path: Path) -> None:
    world = World(tmp_path)
    leads_on(world, REPEATED_PAGE_DIGESTS + 1, same=True)
    with pytest.raises(RemoteError, match="does not end"):
        await world.round()

    leads_on(world, REPEATED_PAGE_DIGESTS, same=True)
    report = await world.round()

    assert (report.pages, report.events) == (REPEATED_PAGE_DIGESTS, 1)


@pytest.mark.parametrize(("deleted", "lists"), [(MASS_REMOVAL_EVENTS, 1), (MASS_REMOVAL_EVENTS + 1, 2)])
async def test_a_few_events_may_vanish_at_once_even_if_they_are_most_of_a_calendar(
    tmp_path: Path, deleted: int, lists: int
) -> None:
    events = [single(f"e{n}", f"2026-11-{n + 1:02}T09:00:00", f"2026-11-{n + 1:02}T10:00:00") for n in range(4, 26)]
    world = World(tmp_path, *events)
    await world.round()
    for event in events[:deleted]:
        world.change("delete", event["id"])
    world.control("reset-delta")

    await world.round()

    whole = [request for request in world.requests if request.parameter("startDateTime")]
    assert len(whole) == lists
    world.assert_same()
