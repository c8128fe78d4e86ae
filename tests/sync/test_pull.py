"""Rounds against the simulator: what another person changes in Outlook arrives, all of it or nothing."""

from __future__ import annotations

import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sync_world import World, all_day, series, single

from tui.domain.events import EventType
from tui.domain.timespan import AllDay, wanted_window
from tui.errors import RemoteError, StoreError, Throttled
from tui.limits import PAGES_PER_ROUND, ROUND_DEADLINE_SECONDS
from tui.outlook.wire import decode_page
from tui.settings import SyncSettings
from tui.simulator.messages import Request, Response, json_response
from tui.sync.pull import pull
from tui.sync.rounds import with_margin

STAND_UP = series(single("stand-up", "2026-06-02T09:00:00", "2026-06-02T09:15:00", "Europe/Berlin"))
HOLIDAY = series(all_day("water the plants", "2026-11-03", "2026-11-04"), showAs="free")
LUNCH = single("lunch", "2026-11-24T12:00:00", "2026-11-24T13:00:00")
TRIP = all_day("trip", "2026-11-30", "2026-12-03", showAs="oof")
MEETING = single(
    "planning",
    "2026-11-25T14:00:00",
    "2026-11-25T15:30:00",
    "Europe/Berlin",
    isOrganizer=False,
    organizer={"emailAddress": {"name": "Ben Okafor", "address": "ben@fabrikam.example"}},
    responseStatus={"response": "tentativelyAccepted", "time": "2026-11-20T09:00:00Z"},
    attendees=[
        {
            "type": "optional",
            "status": {"response": "tentativelyAccepted", "time": "2026-11-20T09:00:00Z"},
            "emailAddress": {"name": "Ana Keller", "address": "ana@contoso.example"},
        }
    ],
    onlineMeeting={"joinUrl": "https://teams.example/l/meetup-join/1"},
    location={"displayName": "Room 4"},
    sensitivity="private",
    categories=["Blue"],
    bodyPreview="Agenda follows",
)
EVERYTHING = (STAND_UP, HOLIDAY, LUNCH, TRIP, MEETING)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path, *EVERYTHING)


def deltas(world: World) -> list[Request]:
    return [request for request in world.requests if request.path.endswith("/delta")]


def occurrences(world: World, master: str) -> list[str]:
    """The ids of the stored instances of a series, by start."""
    events = filter(None, map(world.store.event, world.store.members_of(master)))
    return [event.id for event in sorted(events, key=lambda event: str(event.when))]


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


# The service forgets or fails


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

    first = world.mailbox.first_link(world.key.calendar_id, world_window(world))
    world.replace = lambda request: (
        page(request) or world.simulator.handle(Request.of("GET", first, request.headers), world.clock.now())
    )
    await world.round()

    world.assert_same()


def world_window(world: World) -> AllDay:
    return with_margin(wanted_window(world.clock.now().date(), world.settings.past_days, world.settings.future_days))


# What a round reads


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


# Items that cannot be understood


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


# Commits


@contextmanager
def full_disk(world: World) -> Iterator[None]:
    """No file may grow: the next commit fails when part of it is written."""
    largest = max(len(log) for log in world.logs().values())
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest + 100, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


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


async def test_progress_tells_the_items_read_so_far(tmp_path: Path) -> None:
    world = World(tmp_path, *EVERYTHING, page=1)
    told: list[int] = []
    await pull(world.mailbox, world.store, settings=world.settings, clock=world.clock, progress=told.append)

    assert told == sorted(told)
    assert len(told) == len(EVERYTHING)
    assert told[-1] == len(world.truth())


def test_the_simulator_sends_occurrences_without_their_content(world: World) -> None:
    link = world.mailbox.first_link(world.key.calendar_id, world_window(world))
    token = world.control("token", address="ana@contoso.example")["access_token"]
    answer = world.serve("GET", link, {"authorization": f"Bearer {token}"}, b"")

    assert len({type(item) for item in decode_page(answer.body).items}) == 2
