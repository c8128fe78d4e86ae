"""Bytes become pages, single events, calendars and errors, or are said to be unreadable."""

from __future__ import annotations

import json

import pytest
from graph_pages import ANA, HOSTILE, NINE, TEN, TIMES, event_of, page_of

from tui.domain.events import Event, EventType
from tui.domain.text import clean
from tui.domain.timespan import Timed
from tui.outlook.wire import (
    GraphError,
    Quarantined,
    Unreadable,
    decode_calendars,
    decode_error,
    decode_event,
    decode_page,
)

# Pages and events


def test_links_of_a_page_are_kept_as_they_are() -> None:
    link = "https://graph.microsoft.com/v1.0/me/calendarView/delta?$skiptoken=a%2Fb=="
    page = decode_page(page_of(**{"@odata.nextLink": link, "@odata.deltaLink": link + "2"}))

    assert (page.items, page.next_link, page.delta_link) == ((), link, link + "2")


def test_a_byte_order_mark_is_passed_over() -> None:
    page = decode_page(b"\xef\xbb\xbf" + page_of({"id": "a", **TIMES}), ANA)

    assert [item.id for item in page.items] == ["a"]


def test_half_of_a_surrogate_pair_becomes_a_replacement_character() -> None:
    assert event_of(subject="a\ud800b").subject == "a\ufffdb"


def test_bytes_that_are_no_text_set_only_their_item_aside() -> None:
    body = page_of({"id": "a", **TIMES}, {"id": "b", "subject": "?", **TIMES}).replace(b'"?"', b'"\xff"')

    assert [type(item) for item in decode_page(body).items] == [Event, Quarantined]
    assert [item.id for item in decode_page(body).items] == ["a", "b"]


def test_a_number_that_json_does_not_have_sets_only_its_item_aside() -> None:
    body = page_of({"id": "a", **TIMES}, {"id": "b", "start": 0}).replace(b'"start": 0', b'"start": NaN')

    assert [type(item) for item in decode_page(body).items] == [Event, Quarantined]


def test_of_a_property_given_twice_the_last_counts() -> None:
    body = page_of({"id": "a", "subject": "first", **TIMES}).replace(b'"first"', b'"first", "subject": "second"')

    (event,) = decode_page(body).items
    assert isinstance(event, Event)
    assert event.subject == "second"


@pytest.mark.parametrize(
    "body",
    [b"", b"null", b"[]", b"{}", b"3", b'"value"', b'{"value": null}', b'{"value": {}}', b'{"value": [', b"\x00",
     b"<html>sign in</html>", b"\xff\xfe", b'{"value": [], "@odata.nextLink": 3}', b"[" * 100_000,
     b'{"value":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
     b'{"value":[{"id":"a","x":' + b"[" * 100_000 + b"]" * 100_000 + b"}]}"],
    ids=lambda body: repr(body[:24]),
)  # fmt: skip
def test_what_is_no_page_is_unreadable(body: bytes) -> None:
    with pytest.raises(Unreadable):
        decode_page(body)
    with pytest.raises(Unreadable):
        decode_calendars(body, "account")


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b"<html>", b'{"id": 3}', b"[" * 100_000])
def test_what_is_no_event_is_unreadable(body: bytes) -> None:
    with pytest.raises(Unreadable):
        decode_event(body)


def test_a_single_event_is_read_or_set_aside() -> None:
    assert decode_event(json.dumps({"id": "a", "type": "occurrence", **TIMES}).encode()) == Event(
        id="a", when=Timed(NINE, TEN), type=EventType.OCCURRENCE
    )
    assert decode_event(b'{"id": "a"}') == Quarantined("a", "An event without start or end.")
    assert isinstance(decode_event(json.dumps(TIMES).encode()), Quarantined)


# Calendars and errors


def test_a_calendar_is_read() -> None:
    body = page_of(
        {"id": "c1", "name": "Calendar", "color": "auto", "hexColor": "#ff0000", "isDefaultCalendar": True,
         "canEdit": True, "owner": {"name": "Ana", "address": ANA}},
        {"id": "c2", "name": HOSTILE, "color": None},
        **{"@odata.nextLink": "https://graph.microsoft.com/next"},
    )  # fmt: skip
    (own, other), link = decode_calendars(body, "account")

    assert (own.key, own.name, own.owner, own.colour) == (("account", "c1"), "Calendar", ANA, "#ff0000")
    assert (own.can_edit, own.is_default, own.gone) == (True, True, False)
    assert other.name == clean(HOSTILE)
    assert (other.can_edit, other.is_default) == (False, False)
    assert link == "https://graph.microsoft.com/next"


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"", GraphError()),
        (b"<html>502</html>", GraphError()),
        (b"[]", GraphError()),
        (b'{"error": "text"}', GraphError()),
        (b'{"error": {"code": null, "message": null, "innerError": null}}', GraphError()),
        (b'{"error": {"code": 7}}', GraphError("7")),
        (b'{"error": {"code": "A", "message": "B\\u001b[2J"}}', GraphError("A", message="B\ufffd[2J")),
        (b'{"error": {"code": "A", "innerError": {"request-id": "r"}}}', GraphError("A", request_id="r")),
        (b'{"error": {"code": "A", "innererror": {"request-id": "r", "code": "B"}}}', GraphError("A", "B", "", "r")),
        (b"[" * 100_000, GraphError()),
    ],
)
def test_an_error_says_what_it_can(body: bytes, error: GraphError) -> None:
    assert decode_error(body) == error
