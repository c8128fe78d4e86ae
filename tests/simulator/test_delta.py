"""The delta protocol of a calendar view, from the first round to the reset."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from simulator_client import Client, all_day, rule, single, weekly

WINDOW = "startDateTime=2026-11-23T00:00:00Z&endDateTime=2026-12-07T00:00:00Z"
Connect = Callable[..., Client]
STAND_UP = weekly("stand-up", "2026-06-01T09:00:00", "2026-06-01T09:15:00", "monday", "thursday", zone="Europe/Berlin")


def first_round(client: Client, prefer: str = "") -> tuple[list[dict[str, Any]], str]:
    """The items and the delta link of a first round over the window."""
    return one_round(client, f"/me/calendars/{client.calendar_id()}/calendarView/delta?{WINDOW}", prefer)


def one_round(client: Client, link: str, prefer: str = "") -> tuple[list[dict[str, Any]], str]:
    items: list[dict[str, Any]] = []
    while True:
        answer = client.get(link, prefer)
        assert answer.status == 200, answer.body
        page: Any = answer.json()
        items += page["value"]
        if "@odata.deltaLink" in page:
            return items, page["@odata.deltaLink"]
        link = page["@odata.nextLink"]


def ids(items: list[dict[str, Any]]) -> list[str]:
    return [item["id"] for item in items]


def removed(items: list[dict[str, Any]]) -> list[str]:
    return [item["id"] for item in items if "@removed" in item]


def test_a_first_round_gives_what_overlaps_the_window(connect: Connect) -> None:
    client = connect(
        single("before", "2026-11-22T22:00:00", "2026-11-23T00:00:00"),
        single("into", "2026-11-22T23:00:00", "2026-11-23T00:30:00"),
        single("inside", "2026-11-25T09:00:00", "2026-11-25T10:00:00"),
        single("no length", "2026-11-26T09:00:00", "2026-11-26T09:00:00"),
        single("out of", "2026-12-06T23:00:00", "2026-12-07T01:00:00"),
        single("after", "2026-12-07T00:00:00", "2026-12-07T01:00:00"),
        all_day("fair", "2026-11-20", "2026-11-24"),
        all_day("gone", "2026-11-20", "2026-11-23"),
    )
    items, _ = first_round(client)
    assert ids(items) == ["into", "inside", "no length", "out of", "fair"]


def test_occurrences_are_sparse_and_their_master_comes_with_its_own_first_start(connect: Connect) -> None:
    items, _ = first_round(connect(STAND_UP))
    master, *occurrences = items
    assert master["id"] == "stand-up"
    assert master["type"] == "seriesMaster"
    assert master["start"]["dateTime"] == "2026-06-01T07:00:00.0000000"
    assert [item["start"]["dateTime"][:16] for item in occurrences] == [
        "2026-11-23T08:00",
        "2026-11-26T08:00",
        "2026-11-30T08:00",
        "2026-12-03T08:00",
    ]
    names = {"@odata.type", "@odata.etag", "id", "seriesMasterId", "type", "start", "end"}
    assert all(set(item) == names for item in occurrences)
    assert {item["seriesMasterId"] for item in occurrences} == {"stand-up"}


def test_a_series_without_an_instance_in_the_window_does_not_come(connect: Connect) -> None:
    ended = STAND_UP | {"recurrence": rule({"type": "daily"}, "2026-06-01", type="numbered", numberOfOccurrences=3)}
    assert first_round(connect(ended))[0] == []


def test_a_series_that_lists_its_instances_has_exactly_those(connect: Connect) -> None:
    occurrence = single(
        "o1", "2026-11-24T08:00:00", "2026-11-24T08:15:00", type="occurrence", seriesMasterId="stand-up"
    )
    exception = single(
        "x1", "2026-11-27T10:00:00", "2026-11-27T11:00:00", type="exception", seriesMasterId="stand-up",
        originalStart="2026-11-26T08:00:00Z", subject="Longer",
    )  # fmt: skip
    items, _ = first_round(connect(exception, STAND_UP, occurrence))
    assert ids(items) == ["stand-up", "o1", "x1"]
    assert items[2]["subject"] == "Longer"
    assert "subject" not in items[1]


def test_cancelled_occurrences_of_the_file_are_left_out(connect: Connect) -> None:
    items, _ = first_round(connect(STAND_UP | {"cancelledOccurrences": ["OID.stand-up.2026-11-26"]}))
    assert [item["start"]["dateTime"][:10] for item in items[1:]] == ["2026-11-23", "2026-11-30", "2026-12-03"]


def test_pages_are_as_large_as_wished_but_never_split_a_series(connect: Connect) -> None:
    events = [single(f"e{day}", f"2026-11-{day}T10:00:00", f"2026-11-{day}T11:00:00") for day in (24, 25, 26)]
    client = connect(events[0], STAND_UP, *events[1:])
    sizes, link = [], f"/me/calendar/calendarView/delta?{WINDOW}"
    while link:
        page: Any = client.get(link, "odata.maxpagesize=2").json()
        sizes.append(len(page["value"]))
        link = page.get("@odata.nextLink", "")
    assert sizes == [1, 5, 2]


def test_a_round_without_changes_is_one_empty_page(connect: Connect) -> None:
    client = connect(STAND_UP)
    _, link = first_round(client)
    items, next_link = one_round(client, link)
    assert items == []
    assert one_round(client, next_link)[0] == []


def test_created_changed_and_deleted_events_come_in_the_next_round_only(connect: Connect) -> None:
    client = connect(
        single("moves", "2026-11-25T09:00:00", "2026-11-25T10:00:00"),
        single("goes", "2026-11-25T11:00:00", "2026-11-25T12:00:00"),
        single("stays", "2026-11-25T13:00:00", "2026-11-25T14:00:00"),
    )
    before, link = first_round(client)
    new_id = client.change("create", event=single("new", "2026-11-27T09:00:00", "2026-11-27T10:00:00"))
    client.change(
        "update", "moves", {"subject": "moved", "start": {"dateTime": "2026-11-25T08:00:00", "timeZone": "UTC"}}
    )
    client.change("delete", "goes")
    items, link = one_round(client, link)
    assert ids(items) == [new_id, "moves", "goes"]
    assert removed(items) == ["goes"]
    assert items[2] == {"@odata.type": "#microsoft.graph.event", "id": "goes", "@removed": {"reason": "deleted"}}
    old = next(item for item in before if item["id"] == "moves")
    assert items[1]["changeKey"] != old["changeKey"]
    assert items[1]["@odata.etag"] == f'W/"{items[1]["changeKey"]}"'
    assert one_round(client, link)[0] == []


def test_a_delta_link_can_be_asked_again(connect: Connect) -> None:
    client = connect()
    _, link = first_round(client)
    client.change("create", event=single("new", "2026-11-27T09:00:00", "2026-11-27T10:00:00"))
    assert ids(one_round(client, link)[0]) == ids(one_round(client, link)[0]) == ["new"]


def test_what_changes_outside_the_window_comes_as_removed(connect: Connect) -> None:
    client = connect(
        single("leaves", "2026-11-25T09:00:00", "2026-11-25T10:00:00"),
        single("elsewhere", "2027-02-01T09:00:00", "2027-02-01T10:00:00"),
    )
    _, link = first_round(client)
    moved = {"dateTime": "2027-01-05T09:00:00", "timeZone": "UTC"}
    client.change("update", "leaves", {"start": moved, "end": {"dateTime": "2027-01-05T10:00:00", "timeZone": "UTC"}})
    client.change("update", "elsewhere", {"subject": "still elsewhere"})
    items, _ = one_round(client, link)
    assert removed(items) == ["leaves", "elsewhere"]
    assert client.get("/me/events/leaves").status == 200


def test_a_deleted_occurrence_brings_the_series_again_and_no_removal(connect: Connect) -> None:
    client = connect(STAND_UP)
    items, link = first_round(client)
    gone = items[2]["id"]
    client.change("delete", gone)
    again, _ = one_round(client, link)
    assert removed(again) == []
    assert ids(again) == [item for item in ids(items) if item != gone]
    assert client.get(f"/me/events/{gone}").status == 404


def test_removals_of_occurrences_can_be_switched_on(connect: Connect) -> None:
    client = connect(STAND_UP)
    items, link = first_round(client)
    client.control("behaviour", removed_occurrences=True)
    client.change("delete", items[2]["id"])
    assert removed(one_round(client, link)[0]) == [items[2]["id"]]


def test_a_changed_occurrence_becomes_an_exception_of_the_same_id(connect: Connect) -> None:
    client = connect(STAND_UP)
    items, link = first_round(client)
    client.change("update", items[1]["id"], {"subject": "Long one"})
    again, _ = one_round(client, link)
    assert ids(again) == ids(items)
    exception = next(item for item in again if item["type"] == "exception")
    assert (exception["id"], exception["subject"]) == (items[1]["id"], "Long one")
    assert exception["originalStart"] == "2026-11-23T08:00:00Z"


def test_a_moved_series_has_new_occurrence_ids_and_announces_no_old_ones(connect: Connect) -> None:
    client = connect(STAND_UP)
    items, link = first_round(client)
    later = {"start": {"dateTime": "2026-06-01T11:00:00", "timeZone": "Europe/Berlin"}}
    client.change(
        "update", "stand-up", later | {"end": {"dateTime": "2026-06-01T11:15:00", "timeZone": "Europe/Berlin"}}
    )
    again, _ = one_round(client, link)
    assert removed(again) == []
    assert len(again) == len(items)
    assert not set(ids(again)[1:]) & set(ids(items))
    assert again[1]["start"]["dateTime"] == "2026-11-23T10:00:00.0000000"


def test_a_retitled_series_keeps_its_occurrence_ids_and_its_exceptions(connect: Connect) -> None:
    client = connect(STAND_UP)
    items, link = first_round(client)
    client.change("update", items[1]["id"], {"subject": "Own title"})
    client.change("update", "stand-up", {"subject": "Morning round", "showAs": "free"})
    again, _ = one_round(client, link)
    assert ids(again) == ids(items)
    assert [(again[1]["subject"], again[1]["showAs"]), again[0]["subject"]] == [("Own title", "free"), "Morning round"]


def test_a_deleted_series_is_one_removal(connect: Connect) -> None:
    client = connect(STAND_UP)
    _, link = first_round(client)
    client.change("delete", "stand-up")
    assert removed(one_round(client, link)[0]) == ["stand-up"]


def test_what_changes_while_a_round_runs_comes_in_the_next(connect: Connect) -> None:
    client = connect(*(single(f"e{day}", f"2026-11-{day}T10:00:00", f"2026-11-{day}T11:00:00") for day in (24, 25, 26)))
    page: Any = client.get(f"/me/calendarView/delta?{WINDOW}", "odata.maxpagesize=2").json()
    client.change("update", "e24", {"subject": "changed meanwhile"})
    client.change("delete", "e26")
    rest, link = one_round(client, page["@odata.nextLink"], "odata.maxpagesize=2")
    assert ids(page["value"]) + ids(rest) == ["e24", "e25"]
    later, _ = one_round(client, link)
    assert (ids(later), removed(later)) == (["e24", "e26"], ["e26"])


def test_links_repeat_the_origin_and_path_that_were_asked(connect: Connect) -> None:
    client = connect()
    path = f"/me/calendars/{client.calendar_id()}/calendarView/delta"
    for origin in ("https://graph.microsoft.com", "http://127.0.0.1:8123", "http://localhost:8123"):
        link = one_round(client, f"{origin}/v1.0{path}?{WINDOW}")[1]
        assert link.startswith(f"{origin}/v1.0{path}?$deltatoken=")


def test_tokens_remember_zone_and_page_size(connect: Connect) -> None:
    client = connect(*(single(f"e{day}", f"2026-11-{day}T10:00:00", f"2026-11-{day}T11:00:00") for day in (24, 25)))
    prefer = 'outlook.timezone="Tokyo Standard Time", odata.maxpagesize=1'
    page: Any = client.get(f"/me/calendarView/delta?{WINDOW}", prefer).json()
    second: Any = client.get(page["@odata.nextLink"]).json()
    assert [item["start"]["dateTime"][11:16] for item in second["value"]] == ["19:00"]


@pytest.mark.parametrize("name", ["$skiptoken", "$deltatoken", "deltaToken"])
@pytest.mark.parametrize("token", ["nonsense", "QUJDREVGR0hJSktMTU5PUFFSU1RVVg", "ä"])
def test_a_token_that_is_none_is_gone(connect: Connect, name: str, token: str) -> None:
    answer = connect().get(f"/me/calendarView/delta?{name}={token}")
    error: Any = answer.json()
    assert (answer.status, error["error"]["code"]) == (410, "SyncStateNotFound")


def test_a_reset_ends_every_old_token_and_a_first_round_begins_anew(connect: Connect) -> None:
    client = connect(STAND_UP)
    items, link = first_round(client)
    client.control("reset-delta", address=client.address)
    error: Any = client.get(link).json()
    assert (client.get(link).status, error["error"]["code"]) == (410, "SyncStateNotFound")
    assert ids(first_round(client)[0]) == ids(items)


def test_a_reset_can_say_where_to_begin_anew(connect: Connect) -> None:
    client = connect(STAND_UP)
    items, link = first_round(client)
    client.control("behaviour", located_resets=True)
    client.control("reset-delta")
    location = client.get(link).headers["location"]
    assert ids(one_round(client, location)[0]) == ids(items)


def test_a_token_of_another_calendar_is_gone(connect: Connect) -> None:
    client = connect()
    _, link = first_round(client)
    other = link.replace(client.calendar_id(), client.calendar_id("Team"))
    assert client.get(other).status == 410


def test_tokens_outlive_a_restart(connect: Connect) -> None:
    link = first_round(connect(STAND_UP))[1]
    assert one_round(connect(STAND_UP), link)[0] == []


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("startDateTime=2026-11-23T00:00:00Z", "ErrorInvalidParameter"),
        ("", "ErrorInvalidParameter"),
        ("startDateTime=soon&endDateTime=2026-12-07T00:00:00Z", "ErrorInvalidParameter"),
        ("startDateTime=2026-12-07T00:00:00Z&endDateTime=2026-11-23T00:00:00Z", "ErrorInvalidRequest"),
        ("startDateTime=2026-01-01T00:00:00Z&endDateTime=2031-01-01T00:00:00Z", "ErrorInvalidRequest"),
        (WINDOW + "&$filter=x", "ErrorInvalidUrlQuery"),
        (WINDOW + "&$top=5", "ErrorInvalidUrlQuery"),
    ],
)
def test_a_first_round_that_cannot_be_is_refused(connect: Connect, query: str, code: str) -> None:
    answer = connect().get(f"/me/calendarView/delta?{query}")
    error: Any = answer.json()
    assert (answer.status, error["error"]["code"]) == (400, code)


def test_the_longest_window_is_1825_days(connect: Connect) -> None:
    query = "startDateTime=2026-01-01T00:00:00Z&endDateTime=2030-12-31T00:00:00Z"
    assert connect().get(f"/me/calendarView/delta?{query}").status == 200


def test_unkind_rounds_hold_empty_pages_duplicates_and_reversed_items(connect: Connect) -> None:
    client = connect(*(single(f"e{day}", f"2026-11-{day}T10:00:00", f"2026-11-{day}T11:00:00") for day in (24, 25)))
    client.control("behaviour", empty_pages=True, duplicates=True, reversed_order=True)
    page: Any = client.get(f"/me/calendarView/delta?{WINDOW}").json()
    assert page["value"] == []
    assert ids(one_round(client, page["@odata.nextLink"])[0]) == ["e25", "e24", "e25"]
