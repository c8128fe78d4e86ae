"""Too much, hostile and random input is cut, cleaned or set aside, and raises nothing unforeseen."""

from __future__ import annotations

import json
from typing import Any

import pytest
from graph_pages import ANA, HOSTILE, TIMES, event_of, page_of
from hypothesis import given
from hypothesis import strategies as some

from tui.domain.events import Attendance, Event, Repeats
from tui.domain.text import clean
from tui.limits import (
    ATTENDEES_KEPT,
    CATEGORIES_KEPT,
    ITEM_BYTES,
    LOCATION_CHARACTERS,
    NAME_CHARACTERS,
    PREVIEW_CHARACTERS,
    SUBJECT_CHARACTERS,
    URL_CHARACTERS,
)
from tui.outlook.wire import (
    GraphError,
    Page,
    Quarantined,
    Unreadable,
    decode_calendars,
    decode_error,
    decode_event,
    decode_page,
)

# Too much


def test_a_crowd_is_counted_and_its_first_are_kept() -> None:
    crowd = [{"emailAddress": {"address": f"{n}@contoso.example"}} for n in range(ATTENDEES_KEPT + 700)]
    event = event_of(attendees=[*crowd, {"type": "optional", "emailAddress": {"address": ANA}}])

    assert (len(event.attendees), event.attendee_count) == (ATTENDEES_KEPT, ATTENDEES_KEPT + 701)
    assert event.attendance is Attendance.OPTIONAL


def test_huge_texts_are_cut() -> None:
    huge = "x" * 100_000
    event = event_of(**{
        "subject": huge,
        "bodyPreview": huge,
        "location": {"displayName": huge},
        "organizer": {"emailAddress": {"name": huge, "address": huge}},
        "categories": ["y" * 500] * 500,
        "webLink": "https://x.example/" + huge,
        "@odata.etag": huge,
    })  # fmt: skip

    assert (len(event.subject), len(event.preview)) == (SUBJECT_CHARACTERS, PREVIEW_CHARACTERS)
    assert (len(event.location), len(event.etag)) == (LOCATION_CHARACTERS, NAME_CHARACTERS)
    assert event.organizer is not None
    assert len(event.organizer.name) == len(event.organizer.address) == NAME_CHARACTERS
    assert [len(name) for name in event.categories] == [NAME_CHARACTERS] * CATEGORIES_KEPT
    assert event.web_link == ""


@pytest.mark.parametrize(
    ("graph_name", "name", "limit"),
    [
        ("subject", "subject", SUBJECT_CHARACTERS),
        ("bodyPreview", "preview", PREVIEW_CHARACTERS),
        ("@odata.etag", "etag", NAME_CHARACTERS),
        ("iCalUId", "ical_uid", SUBJECT_CHARACTERS),
    ],
)
def test_a_text_is_cut_only_where_it_is_longer_than_the_longest_that_is_kept(
    graph_name: str, name: str, limit: int
) -> None:
    longest = "ä" * (limit - 1) + "z"

    assert getattr(event_of(**{graph_name: longest}), name) == longest
    assert getattr(event_of(**{graph_name: longest + "!"}), name) == longest


@pytest.mark.parametrize("more", [0, 1])
def test_five_hundred_attendees_are_kept_and_all_are_counted(more: int) -> None:
    crowd = [{"emailAddress": {"address": f"{n}@contoso.example"}} for n in range(ATTENDEES_KEPT + more)]
    event = event_of(attendees=crowd)

    assert (len(event.attendees), event.attendee_count) == (ATTENDEES_KEPT, ATTENDEES_KEPT + more)
    assert event.attendees[-1].person.address == f"{ATTENDEES_KEPT - 1}@contoso.example"


def test_an_address_of_a_page_is_kept_whole_or_not_at_all() -> None:
    longest = "https://x.example/".ljust(URL_CHARACTERS, "a")

    assert event_of(webLink=longest).web_link == longest
    assert event_of(webLink=longest + "a").web_link == ""
    assert event_of(onlineMeeting={"joinUrl": longest}).join_url == longest
    assert event_of(onlineMeeting={"joinUrl": longest + "a"}).join_url == ""


# Too large


def sized(name: str, size: int, **more: Any) -> bytes:
    """An item of so many bytes."""
    bare = json.dumps({"id": name, **TIMES, **more, "body": {"content": ""}}).encode()
    return bare.replace(b'"content": ""', b'"content": "' + b"x" * (size - len(bare)) + b'"')


def page_with(*items: bytes) -> Page:
    return decode_page(b'{"value": [' + b", ".join(items) + b'], "@odata.nextLink": "https://next"}')


def test_an_item_that_is_too_large_is_set_aside_and_the_others_are_kept() -> None:
    largest, larger = sized("b", ITEM_BYTES), sized("c", ITEM_BYTES + 1)
    assert (len(largest), len(larger)) == (ITEM_BYTES, ITEM_BYTES + 1)
    page = page_with(sized("a", 500), largest, larger, sized("d", 500))

    assert [(item.id, type(item)) for item in page.items] == [
        ("a", Event), ("b", Event), ("c", Quarantined), ("d", Event)
    ]  # fmt: skip
    assert page.next_link == "https://next"
    (aside,) = (item for item in page.items if isinstance(item, Quarantined))
    assert "1024 KiB" in aside.reason


def test_a_page_that_is_larger_than_its_largest_item_may_be_is_read() -> None:
    half = ITEM_BYTES // 2 + 1

    assert [type(item) for item in page_with(sized("a", half), sized("b", half)).items] == [Event, Event]


@pytest.mark.parametrize("odd", [b'"id": 3', b'"id": "\xff"', b'"id": "\\u202e"', b'"id": null'])
def test_of_an_item_that_is_too_large_only_a_usable_id_is_kept(odd: bytes) -> None:
    large = sized("c", ITEM_BYTES + 100).replace(b'"id": "c"', odd)
    page = page_with(sized("a", 500), large, sized("d", 500))

    assert [item.id for item in page.items] == ["a", "", "d"]
    assert isinstance(page.items[1], Quarantined)


def test_a_page_of_fifty_thousand_items_is_kept_whole() -> None:
    count = 50_000
    page = decode_page(page_of(*({"id": f"e{n}", **TIMES} for n in range(count))))

    assert len({item.id for item in page.items}) == len(page.items) == count
    assert all(isinstance(item, Event) for item in page.items)


def test_a_number_beyond_measure_is_cut_too() -> None:
    event = event_of(recurrence={"pattern": {"type": "daily", "interval": 10**400}})

    assert event.repeats is not None
    assert event.repeats.interval < 2**63
    assert event_of(recurrence={"pattern": {"type": "daily", "interval": -3}}).repeats == Repeats("daily", 1)


def test_hostile_text_is_harmless_everywhere() -> None:
    person = {"emailAddress": {"name": HOSTILE, "address": HOSTILE}}
    event = event_of(**{
        "subject": HOSTILE,
        "bodyPreview": HOSTILE,
        "location": {"displayName": HOSTILE},
        "organizer": person,
        "attendees": [person],
        "categories": [HOSTILE],
        "iCalUId": HOSTILE,
        "transactionId": HOSTILE,
        "@odata.etag": HOSTILE,
        "webLink": "javascript:alert(1)",
        "onlineMeeting": {"joinUrl": "https://x.example/\x1b[2J"},
        "recurrence": {"pattern": {"type": HOSTILE}},
    })  # fmt: skip

    assert event.repeats is not None
    assert event.organizer is not None
    texts = [event.subject, event.preview, event.location, event.ical_uid, event.transaction_id, event.etag,
             event.repeats.pattern, *event.categories, event.organizer.name, event.organizer.address,
             event.attendees[0].person.name]  # fmt: skip
    assert all(text == clean(text) and "\x1b" not in text and "\u202e" not in text for text in texts)
    assert (event.web_link, event.join_url) == ("", "")


# Anything at all


JSON = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | some.text(max_size=8),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
TEXTS = some.sampled_from(
    ["2026-11-24T09:00:00", "2026-11-24", "9999-12-31T23:59:59", "0001-01-01T00:00:00Z", "24:00", "UTC",
     "occurrence", "seriesMaster", "Tokyo Standard Time", "../x", "https://x.example", HOSTILE, "\ud800"]
)  # fmt: skip
VALUES = some.one_of(
    JSON,
    TEXTS,
    some.fixed_dictionaries({"dateTime": TEXTS | JSON, "timeZone": TEXTS | JSON}),
    some.lists(some.fixed_dictionaries({"emailAddress": JSON, "type": TEXTS}), max_size=2),
    some.fixed_dictionaries({"pattern": some.fixed_dictionaries({"type": TEXTS, "interval": JSON})}),
)
NAMES = some.sampled_from(
    ["id", "@odata.etag", "@removed", "type", "subject", "start", "end", "isAllDay", "showAs", "iCalUId",
     "seriesMasterId", "originalStart", "responseStatus", "organizer", "attendees", "location", "onlineMeeting",
     "webLink", "categories", "recurrence", "bodyPreview", "other"]
)  # fmt: skip


@given(some.lists(some.dictionaries(NAMES, VALUES, max_size=8) | JSON, max_size=4), JSON)
def test_nothing_that_arrives_raises_anything_but_unreadable(items: list[Any], link: Any) -> None:
    try:
        page = decode_page(json.dumps({"value": items, "@odata.nextLink": link}).encode(), ANA)
    except Unreadable:
        assert link is not None
        assert not isinstance(link, str)
        return
    assert len(page.items) == len(items)
    assert all(item.id == clean(item.id) for item in page.items)


@given(some.binary(max_size=60))
def test_no_bytes_raise_anything_but_unreadable(body: bytes) -> None:
    for prefix in (b"", b'{"value":[', b'{"value":[{"id":"a",'):
        for decode in (decode_page, decode_event, lambda it: decode_calendars(it, "account")):
            try:
                decode(prefix + body)
            except Unreadable:
                continue
    assert isinstance(decode_error(body), GraphError)
