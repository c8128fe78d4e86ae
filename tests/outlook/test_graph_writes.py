"""Writes to one mailbox: what is sent, once, and whether whoever asked knows what became of it."""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote

import httpx
import pytest
from graph_pages import TIMES
from microsoft_double import ANA
from scripted_graph import Graph, answer, refusal

from tui.domain.bookings import Create, Respond, Wanted
from tui.domain.events import Response
from tui.domain.timespan import Timed
from tui.errors import CalConnectError, SignInError, Throttled
from tui.outlook.errors import (
    ForeignAddress,
    IdentityUnavailable,
    OutcomeUnknown,
    Refused,
    Unanswered,
    Unreachable,
)
from tui.outlook.graph import BASE, Mailbox

NINE = datetime(2026, 11, 24, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
LUNCH = Create(wanted=Wanted(subject="Lunch", when=Timed(NINE, NINE + HOUR)), transaction_id="t-1")
EVENT = {"id": "e", "subject": "Lunch", "@odata.etag": 'W/"2"', **TIMES}
ETAG = 'W/"1"'
ODD_ID = "AAMk/AD==+?#%2e&ü"

Call = Callable[[Mailbox], Awaitable[Any]]


def create(mailbox: Mailbox) -> Awaitable[Any]:
    return mailbox.create("c", LUNCH)


def update(mailbox: Mailbox) -> Awaitable[Any]:
    return mailbox.update("e", Wanted(subject="Mine"), ETAG)


def respond(mailbox: Mailbox) -> Awaitable[Any]:
    return mailbox.respond("e", Respond(response=Response.DECLINED))


def cancel(mailbox: Mailbox) -> Awaitable[Any]:
    return mailbox.cancel("e", "Called off.")


def delete(mailbox: Mailbox) -> Awaitable[Any]:
    return mailbox.delete("e", ETAG)


every_write = pytest.mark.parametrize(
    "write", [create, update, respond, cancel, delete], ids=lambda write: write.__name__
)
every_write_of_an_event = pytest.mark.parametrize("write", [create, update], ids=lambda write: write.__name__)


def done() -> Any:
    return answer(200, EVENT)


# What is sent


@pytest.mark.parametrize(
    ("write", "method", "path", "etag"),
    [
        (create, "POST", "calendars/c/events", None),
        (update, "PATCH", "events/e", ETAG),
        (respond, "POST", "events/e/decline", None),
        (cancel, "POST", "events/e/cancel", None),
        (delete, "DELETE", "events/e", ETAG),
    ],
)
async def test_a_write_is_one_request_with_everything_that_it_needs(
    write: Call, method: str, path: str, etag: str | None
) -> None:
    graph = Graph(done())
    await write(graph.mailbox)

    ((sent, url, headers),) = graph.asked
    assert (sent, url, headers.get("if-match")) == (method, f"{BASE}/me/{path}", etag)
    assert headers["authorization"] == "Bearer token-1"
    assert headers["prefer"] == 'outlook.timezone="UTC", IdType="ImmutableId", outlook.body-content-type="text"'
    assert (headers.get("content-type"), bool(graph.bodies[0])) == (
        ("application/json", True) if method != "DELETE" else (None, False)
    )


async def test_ids_of_what_is_written_are_one_segment_of_the_path_whatever_is_in_them() -> None:
    graph = Graph(done())
    mailbox = graph.mailbox
    await mailbox.create(ODD_ID, LUNCH)
    await mailbox.update(ODD_ID, Wanted(subject="Mine"), ETAG)
    await mailbox.respond(ODD_ID, Respond(response=Response.ACCEPTED))
    await mailbox.cancel(ODD_ID, "")
    await mailbox.delete(ODD_ID, ETAG)
    graph.answers = [answer()]
    await mailbox.made_by(ODD_ID, "t-1", Timed(NINE, NINE + HOUR))

    paths = [url.removeprefix(f"{BASE}/me/").partition("?")[0].split("/") for url in graph.urls]
    assert [unquote(segments[1]) for segments in paths] == [ODD_ID] * 6
    assert [segments[2:] for segments in paths] == [["events"], [], ["accept"], ["cancel"], [], ["calendarView"]]


async def test_nothing_is_written_where_an_id_would_climb() -> None:
    graph = Graph(done())
    with pytest.raises(ForeignAddress):
        await graph.mailbox.delete("..", ETAG)
    with pytest.raises(ForeignAddress):
        await graph.mailbox.create("%2e%2e", LUNCH)
    assert graph.asked == []


async def test_a_version_that_no_header_can_carry_never_matches_and_never_is_left_out() -> None:
    graph = Graph(done())
    await graph.mailbox.delete("e", 'W/"ü"')

    assert graph.asked[0][2]["if-match"] == 'W/"?"'


async def test_a_written_event_is_what_the_answer_shows() -> None:
    written = await create(Graph(answer(201, EVENT)).mailbox)

    assert (written.id, written.etag, written.when) == ("e", 'W/"2"', Timed(NINE, NINE + HOUR))


# What became of it is known


@every_write
@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, "ErrorInvalidRequest"),
        (403, "ErrorAccessDenied"),
        (404, "ErrorItemNotFound"),
        (405, "Request_BadRequest"),
        (409, "ErrorDuplicateTransactionId"),
        (410, "SyncStateNotFound"),
        (412, "ErrorIrresolvableConflict"),
        (413, "RequestEntityTooLarge"),
        (422, "UnprocessableEntity"),
        (423, "resourceLocked"),
    ],
)
async def test_a_refusal_is_told_with_its_status_and_code_and_not_asked_again(
    write: Call, status: int, code: str
) -> None:
    graph = Graph(refusal(status, code))
    with pytest.raises(Refused, match=code) as told:
        await write(graph.mailbox)

    assert (told.value.status, told.value.code) == (status, code)
    assert ANA in str(told.value)
    assert len(graph.asked) == 1
    assert graph.gate.closed_for() == 0


@pytest.mark.parametrize(
    "given",
    [answer(400, b""), answer(400, b"<html>"), answer(302, b"", location="https://evil.example/"), answer(412, b"[]")],
)
async def test_a_refusal_without_a_reason_is_a_refusal(given: Any) -> None:
    graph = Graph(given)
    with pytest.raises(Refused) as told:
        await delete(graph.mailbox)

    assert (told.value.status, told.value.code) == (given.status, "")
    assert len(graph.asked) == 1


async def test_a_refusal_shows_what_microsoft_says_harmlessly() -> None:
    body = {"error": {"code": "\x1b]0;owned\x07", "message": "You need to be an organizer.\x1b[2J\u202e"}}
    with pytest.raises(Refused, match="You need to be an organizer") as told:
        await cancel(Graph(answer(400, body)).mailbox)

    assert str(told.value).isprintable()
    assert "\u202e" not in str(told.value)


@every_write
async def test_too_many_requests_are_no_write_and_close_the_gate(write: Call) -> None:
    graph = Graph(answer(429, b"", retry_after="120"), done())
    with pytest.raises(Throttled) as told:
        await write(graph.mailbox)

    assert told.value.seconds == 120
    assert len(graph.asked) == 1


@every_write
async def test_behind_a_gate_that_stays_closed_nothing_is_sent(write: Call) -> None:
    graph = Graph(done())
    graph.gate.throttled("600", graph.clock.now())
    with pytest.raises(Throttled) as told:
        await write(graph.mailbox)
    assert told.value.seconds == 600
    assert graph.asked == []

    graph.clock.seconds += 590
    await write(graph.mailbox)
    assert graph.clock.slept == [10.0]


@every_write
async def test_a_write_without_a_way_to_microsoft_is_known_not_to_be_sent(write: Call) -> None:
    with pytest.raises(Unreachable):
        await write(Graph(httpx.ConnectError("no route")).mailbox)
    with pytest.raises(Unreachable):
        await write(Graph(httpx.ConnectTimeout("no route")).mailbox)


@every_write
async def test_a_write_that_succeeds_opens_the_gate_again(write: Call) -> None:
    graph = Graph(done())
    graph.gate.throttled("1", graph.clock.now())
    await write(graph.mailbox)

    assert graph.gate.refusals == 0


# Signing in


@every_write
async def test_a_write_goes_out_again_only_with_a_new_token_after_a_refused_one(write: Call) -> None:
    claims = '{"access_token":{"nbf":{"essential":true,"value":"1700000000"}}}'
    challenge = f'Bearer error="insufficient_claims", claims="{base64.b64encode(claims.encode()).decode()}"'
    graph = Graph(answer(401, b"", www_authenticate=challenge), done())
    await write(graph.mailbox)

    assert graph.tokens == [(None, False), (claims, True)]
    assert [headers["authorization"] for _, _, headers in graph.asked] == ["Bearer token-1", "Bearer token-2"]
    assert graph.bodies[0] == graph.bodies[1]
    assert graph.asked[0][2].get("if-match") == graph.asked[1][2].get("if-match")


@every_write
async def test_a_write_whose_token_is_refused_twice_wants_the_person(write: Call) -> None:
    graph = Graph(answer(401, b""))
    with pytest.raises(SignInError, match=ANA):
        await write(graph.mailbox)

    assert len(graph.asked) == 2


@every_write
@pytest.mark.parametrize(
    "error", [SignInError("Sign in."), Unanswered("No token came."), IdentityUnavailable("Not now.")]
)
@pytest.mark.parametrize("is_renewal", [False, True])
async def test_a_token_that_does_not_come_leaves_no_doubt_about_the_write(
    write: Call, error: CalConnectError, is_renewal: bool
) -> None:
    graph = Graph(answer(401, b""), tokens=(None, error) if is_renewal else (error,))
    with pytest.raises(type(error)) as told:
        await write(graph.mailbox)

    assert not isinstance(told.value, OutcomeUnknown)
    assert len(graph.asked) == is_renewal


@every_write
async def test_after_a_refused_token_the_second_attempt_may_be_in_doubt(write: Call) -> None:
    with pytest.raises(OutcomeUnknown):
        await write(Graph(answer(401, b""), answer(500, b"")).mailbox)
    with pytest.raises(OutcomeUnknown):
        await write(Graph(answer(401, b""), httpx.ReadTimeout("late")).mailbox)


# What became of it is not known


@every_write
@pytest.mark.parametrize(
    "given",
    [
        httpx.ReadTimeout("late"),
        httpx.WriteError("broken"),
        httpx.RemoteProtocolError("hung up"),
        httpx.DecodingError("damaged"),
        TimeoutError(),
        answer(200, b"not gzip", content_encoding="gzip"),
        answer(200, b"{}", content_encoding="br"),
        answer(200, b" " * (32 * 1024 * 1024 + 1)),
    ],
    ids=["late", "while writing", "hung up", "damaged", "deadline", "not gzip", "unasked encoding", "too large"],
)
async def test_a_write_without_a_whole_answer_is_in_doubt_and_not_sent_again(write: Call, given: Any) -> None:
    graph = Graph(given)
    with pytest.raises(OutcomeUnknown, match=ANA):
        await write(graph.mailbox)

    assert len(graph.asked) == 1


@every_write
@pytest.mark.parametrize("status", [408, 500, 501, 502, 503, 504, 509, 599])
async def test_a_failure_of_the_service_leaves_the_write_in_doubt_and_is_waited_out(write: Call, status: int) -> None:
    graph = Graph(answer(status, b"<html>", retry_after="30"), done())
    with pytest.raises(OutcomeUnknown, match=str(status)):
        await write(graph.mailbox)

    assert len(graph.asked) == 1
    assert graph.gate.closed_for() == 30


@every_write_of_an_event
@pytest.mark.parametrize(
    "body",
    [b"", b"<html>Welcome to the hotel</html>", b"[]", b'{"id": "e"', b'{"id": "e"}', b"{}", b"\xff", b"null"],
)
async def test_a_success_that_does_not_show_the_event_leaves_the_write_in_doubt(write: Call, body: bytes) -> None:
    graph = Graph(answer(201, body))
    with pytest.raises(OutcomeUnknown, match=ANA) as told:
        await write(graph.mailbox)

    assert "hotel" not in str(told.value)
    assert len(graph.asked) == 1


@pytest.mark.parametrize("write", [respond, cancel, delete], ids=lambda write: write.__name__)
@pytest.mark.parametrize("status", [200, 202, 204])
async def test_the_success_of_an_action_needs_no_body(write: Call, status: int) -> None:
    await write(Graph(answer(status, b"")).mailbox)


@pytest.mark.parametrize("write", [respond, cancel, delete], ids=lambda write: write.__name__)
async def test_a_page_of_the_network_in_the_place_of_a_success_does_not_count_as_one(write: Call) -> None:
    with pytest.raises(OutcomeUnknown):
        await write(Graph(answer(200, b"<html>Welcome to the hotel</html>")).mailbox)
