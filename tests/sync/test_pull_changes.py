"""Rounds against the simulator: what another person changes in Outlook arrives, however the service tells it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sample_calendar import EVERYTHING, LUNCH, STAND_UP, occurrences, window_of
from sync_world import World, all_day, series, single

from tui.domain.events import EventType
from tui.outlook.wire import decode_page
from tui.sync.pull import pull


async def test_a_first_round_brings_everything_in_the_window(world: World) -> None:
    report = await world.round()

    world.assert_same()
    assert report.events == report.changed == len(world.truth()) - 2
    assert (report.pages, report.removed, report.quarantined) == (1, 0, 0)
    assert world.store.event("planning") is not None


async def test_a_round_in_which_nothing_changed_is_one_request_and_writes_nothing(world: World) -> None:
    await world.round()
    before = world.logs()

    report = await world.round()

    assert len(world.requests) == 1
    assert (report.changed, report.removed) == (0, 0)
    assert world.logs() == before


async def test_the_same_events_in_many_small_pages_are_the_same_store(tmp_path: Path) -> None:
    world = World(tmp_path, *EVERYTHING, page=1)
    report = await world.round()

    world.assert_same()
    assert report.pages == len(EVERYTHING)


def times(event: dict[str, Any]) -> dict[str, Any]:
    return {bound: event[bound] for bound in ("start", "end")}


def create(world: World) -> None:
    world.change("create", **single("new", "2026-11-27T09:00:00", "2026-11-27T10:00:00"))


def move_series(world: World) -> None:
    moved = series(single("", "2026-06-03T11:00:00", "2026-06-03T11:15:00", "Europe/Berlin"))
    world.change("update", "stand-up", recurrence=moved["recurrence"], **times(moved))


def edit_occurrence(world: World) -> None:
    occurrence = occurrences(world, "stand-up")[3]
    moved = single("", "2026-11-24T15:00:00", "2026-11-24T15:45:00")
    world.change("update", occurrence, subject="later today", **times(moved))


def edit_two_occurrences_and_the_series(world: World) -> None:
    first, second, third, *_ = occurrences(world, "stand-up")
    world.change("update", first, subject="first")
    world.change("update", second, showAs="tentative")
    world.change("delete", third)
    world.change("update", "stand-up", location={"displayName": "Room 9"})


CHANGES: dict[str, Callable[[World], Any]] = {
    "an event is made": create,
    "one is made outside the window": lambda world: world.change(
        "create", **single("far", "2030-01-01T09:00:00", "2030-01-01T10:00:00")
    ),
    "a series is made": lambda world: world.change(
        "create", **series(single("daily", "2026-11-02T07:00:00", "2026-11-02T07:10:00"), "daily")
    ),
    "an event is renamed": lambda world: world.change("update", "lunch", subject="Lunch with Eva", showAs="oof"),
    "an event moves": lambda world: world.change(
        "update", "lunch", **times(single("", "2026-11-26T12:00:00", "2026-11-26T12:30:00"))
    ),
    "an event moves out of the window": lambda world: world.change(
        "update", "lunch", **times(single("", "2029-11-26T12:00:00", "2029-11-26T12:30:00"))
    ),
    "an event becomes all-day": lambda world: world.change(
        "update", "lunch", isAllDay=True, **times(all_day("", "2026-11-26", "2026-11-27"))
    ),
    "an event is deleted": lambda world: world.change("delete", "planning"),
    "an all-day event is deleted": lambda world: world.change("delete", "trip"),
    "a series is renamed": lambda world: world.change("update", "stand-up", subject="Sync", showAs="tentative"),
    "a series moves": move_series,
    "a series ends": lambda world: world.change(
        "update", "stand-up", recurrence=series(STAND_UP, type="endDate", endDate="2026-11-20")["recurrence"]
    ),
    "a series leaves the window": lambda world: world.change(
        "update", "stand-up", recurrence=series(STAND_UP, type="endDate", endDate="2026-07-01")["recurrence"]
    ),
    "a series is deleted": lambda world: world.change("delete", "stand-up"),
    "a series becomes one event": lambda world: world.change(
        "update", "stand-up", recurrence=None, **times(LUNCH)
    ),
    "an event becomes a series": lambda world: world.change("update", "lunch", recurrence=series(LUNCH)["recurrence"]),
    "an occurrence is deleted": lambda world: world.change("delete", occurrences(world, "stand-up")[2]),
    "an occurrence becomes an exception": edit_occurrence,
    "an all-day occurrence is deleted": lambda world: world.change("delete", occurrences(world, "water the plants")[1]),
    "an all-day occurrence is renamed": lambda world: world.change(
        "update", occurrences(world, "water the plants")[1], subject="and the herbs"
    ),
    "occurrences and their series change": edit_two_occurrences_and_the_series,
}  # fmt: skip


@pytest.mark.parametrize("what", CHANGES)
async def test_what_another_person_changes_arrives_in_the_next_round(world: World, what: str) -> None:
    await world.round()
    CHANGES[what](world)

    await world.round()

    world.assert_same()
    world.restart()
    world.assert_same()
    before = world.logs()
    await world.round()
    assert world.logs() == before or what == "one is made outside the window"


@pytest.mark.parametrize("what", CHANGES)
@pytest.mark.parametrize("behaviour", ["removed_occurrences", "empty_pages", "duplicates", "reversed_order"])
async def test_it_arrives_however_the_service_tells_it(tmp_path: Path, what: str, behaviour: str) -> None:
    world = World(tmp_path, *EVERYTHING, page=2)
    world.control("behaviour", **{behaviour: True})
    await world.round()
    world.assert_same()
    CHANGES[what](world)

    await world.round()

    world.assert_same()


async def test_a_change_to_an_exception_keeps_the_other_exceptions(world: World) -> None:
    await world.round()
    one, other, *_ = occurrences(world, "stand-up")
    world.change("update", one, subject="one")
    await world.round()
    world.change("update", other, subject="other")

    await world.round()

    world.assert_same()
    kept = world.store.event(one)
    assert kept is not None
    assert (kept.type, kept.subject) == (EventType.EXCEPTION, "one")


async def test_events_of_other_calendars_stay_out(world: World) -> None:
    await world.round()
    world.change("create", calendar="Team", **single("theirs", "2026-11-27T09:00:00", "2026-11-27T10:00:00"))

    await world.round()

    assert world.store.event("theirs") is None
    world.assert_same()


async def test_progress_tells_the_items_read_so_far(tmp_path: Path) -> None:
    world = World(tmp_path, *EVERYTHING, page=1)
    told: list[int] = []
    await pull(world.mailbox, world.store, settings=world.settings, clock=world.clock, progress=told.append)

    assert told == sorted(told)
    assert len(told) == len(EVERYTHING)
    assert told[-1] == len(world.truth())


def test_the_simulator_sends_occurrences_without_their_content(world: World) -> None:
    link = world.mailbox.first_link(world.key.calendar_id, window_of(world))
    token = world.control("token", address="ana@contoso.example")["access_token"]
    answer = world.serve("GET", link, {"authorization": f"Bearer {token}"}, b"")

    assert len({type(item) for item in decode_page(answer.body).items}) == 2
