"""A round that fails leaves the store as it was: faults, waits, a list without an end, a full disk."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sample_calendar import EVERYTHING, LUNCH, window_of
from sync_world import World, full_disk, single

from tui.errors import RemoteError, StoreError, Throttled
from tui.limits import PAGES_PER_ROUND, ROUND_DEADLINE_SECONDS
from tui.simulator.messages import Request, Response, json_response


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 500},
        {"status": 503, "headers": {"Retry-After": "7200"}},
        {"status": 403, "body": {"error": {"code": "ErrorAccessDenied", "message": "no"}}},
        {"status": 200, "body": "<html>sign in to the hotel's network</html>"},
        {"status": 200, "body": ""},
        {"status": 200, "body": '{"value": [{"id": "cut'},
        {"status": 302, "headers": {"Location": "https://elsewhere.example/"}},
        {"status": 200, "body": {"value": []}},
        {"status": 200, "body": {"value": [], "@odata.deltaLink": "https://elsewhere.example/v1.0/me/events"}},
        {"status": 200, "body": {"value": [], "@odata.nextLink": "http://graph.microsoft.com/v1.0/me/events"}},
        {"drop": True},
    ],
    ids=lambda fault: str(fault)[:60],
)
async def test_a_failure_on_the_second_page_leaves_the_store_as_it_was(tmp_path: Path, fault: dict[str, Any]) -> None:
    world = World(tmp_path, *EVERYTHING, page=1)
    await world.round()
    before = world.logs()
    for name in ("lunch", "trip", "planning"):
        world.change("update", name, subject=f"{name} changed")
    world.fault(path="calendarView/delta", nth=2, count=99, **fault)

    with pytest.raises(RemoteError):
        await world.round()

    assert world.logs() == before
    world.control("faults", faults=[])
    world.clock.passed += 7200
    await world.round()
    world.assert_same()


async def test_a_wait_that_is_too_long_is_told_and_not_sat_out(world: World) -> None:
    await world.round()
    world.fault(path="calendarView/delta", count=9, status=429, headers={"Retry-After": "3600"})

    with pytest.raises(Throttled) as told:
        await world.round()
    with pytest.raises(Throttled):
        await world.round()

    assert told.value.seconds == 3600
    assert world.requests == []
    assert world.clock.slept == []


# Lists without an end


def endless(world: World, page_of: Callable[[int], dict[str, Any]]) -> None:
    """Answer every delta request with a page that leads on."""
    asked = 0

    def page(request: Request) -> Response | None:
        nonlocal asked
        asked += 1
        return json_response(200, page_of(asked))

    world.replace = page


LINK = "https://graph.microsoft.com/v1.0/me/calendars/x/calendarView/delta?$skiptoken="
ONE = single("one", "2026-11-24T09:00:00", "2026-11-24T10:00:00")


@pytest.mark.parametrize(
    ("page_of", "requests"),
    [
        (lambda asked: {"value": [], "@odata.nextLink": f"{LINK}same"}, 2),
        (lambda asked: {"value": [ONE], "@odata.nextLink": f"{LINK}{asked % 2}"}, 3),
        (lambda asked: {"value": [ONE], "@odata.nextLink": f"{LINK}{asked}"}, 3),
        (lambda asked: {"value": [], "@odata.nextLink": f"{LINK}{asked}"}, PAGES_PER_ROUND),
        (lambda asked: {"value": [ONE | {"id": str(asked)}], "@odata.nextLink": f"{LINK}{asked}"}, PAGES_PER_ROUND),
        (lambda asked: {"value": [ONE]}, 1),
    ],
    ids=["same link", "two links in turn", "same page under new links", "empty pages", "ever new pages", "no link"],
)
async def test_a_list_without_an_end_is_given_up(
    tmp_path: Path, page_of: Callable[[int], dict[str, Any]], requests: int
) -> None:
    world = World(tmp_path, LUNCH)
    await world.round()
    before = world.logs()
    endless(world, page_of)

    with pytest.raises(RemoteError, match="does not end"):
        await world.round()

    assert len(world.requests) == requests
    assert world.logs() == before


async def test_a_round_that_takes_too_long_is_given_up(tmp_path: Path) -> None:
    world = World(tmp_path, LUNCH)
    asked = []

    def slow(request: Request) -> Response:
        asked.append(request)
        world.clock.passed += ROUND_DEADLINE_SECONDS / 3
        return json_response(200, {"value": [ONE | {"id": str(len(asked))}], "@odata.nextLink": f"{LINK}{len(asked)}"})

    world.replace = slow
    with pytest.raises(RemoteError, match="does not end"):
        await world.round()

    assert len(asked) == 4
    assert world.store.mark() is None


async def test_empty_pages_in_a_row_are_not_an_endless_list(tmp_path: Path) -> None:
    world = World(tmp_path, LUNCH)
    asked = []

    def page(request: Request) -> Response | None:
        asked.append(request)
        return json_response(200, {"value": [], "@odata.nextLink": f"{LINK}{len(asked)}"}) if len(asked) < 9 else None

    first = world.mailbox.first_link(world.key.calendar_id, window_of(world))
    world.replace = lambda request: (
        page(request) or world.simulator.handle(Request.of("GET", first, request.headers), world.clock.now())
    )
    await world.round()

    world.assert_same()


# Commits


async def test_events_and_link_are_saved_together_or_not_at_all(world: World) -> None:
    await world.round()
    before, link = world.stored(), world.store.mark()
    world.change("delete", "lunch")
    world.change("update", "trip", subject="changed")

    with full_disk(world), pytest.raises(StoreError):
        await world.round()

    assert (world.stored(), world.store.mark()) == (before, link)
    world.restart()
    assert (world.stored(), world.store.mark()) == (before, link)
    await world.round()
    world.assert_same()
