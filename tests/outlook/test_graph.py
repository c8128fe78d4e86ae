"""One mailbox of Microsoft Graph: what is sent, and what each refusal means to whoever asked."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import unquote

import pytest
from microsoft_double import ANA
from scripted_graph import LINK, Graph, answer, refusal

from tui.domain.events import EventType
from tui.domain.timespan import AllDay
from tui.errors import CalConnectError, RemoteError, SignInError, Throttled
from tui.limits import (
    BODY_BYTES,
    LINK_CHARACTERS,
    PAGE_ITEMS,
    PAGES_PER_ROUND,
    REQUEST_ATTEMPTS,
    REQUESTS_IN_FLIGHT_PER_MAILBOX,
)
from tui.outlook.errors import AccessDenied, ForeignAddress, NotFound, ResetNeeded, UnreadableAnswer
from tui.outlook.gate import Gate
from tui.outlook.graph import BASE, Mailbox
from tui.outlook.http import Answer, Network
from tui.outlook.wire import Quarantined

WINDOW = AllDay(date(2026, 11, 1), date(2026, 12, 1))
TIMES = {"start": {"dateTime": "2026-11-24T09:00:00"}, "end": {"dateTime": "2026-11-24T10:00:00"}}


# What is sent


async def test_a_request_carries_the_token_and_asks_for_utc_text_and_lasting_ids() -> None:
    graph = Graph(answer(), page_items=77)
    await graph.mailbox.page(LINK)

    ((method, url, headers),) = graph.asked
    assert (method, url, headers["authorization"]) == ("GET", LINK, "Bearer token-1")
    assert set(headers["prefer"].split(", ")) == {
        'outlook.timezone="UTC"',
        'IdType="ImmutableId"',
        'outlook.body-content-type="text"',
        "odata.maxpagesize=77",
    }


@pytest.mark.parametrize(
    "link",
    [
        "https://graph.microsoft.com.evil.example/v1.0/me",
        "https://evil.example/v1.0/me",
        "http://graph.microsoft.com/v1.0/me",
        "https://graph.microsoft.com:8443/v1.0/me",
        "https://user@graph.microsoft.com/v1.0/me",
        "https://graph.microsoft.com\\@evil.example/",
        "https://graph.microsoft.com/v1.0/%2e%2e/x",
        "https://graph.microsoft.com/v1.0/me?" + "x" * 20_000,
        "/v1.0/me",
    ],
    ids=lambda link: link[:48],
)
async def test_no_token_goes_where_a_stranger_points(link: str) -> None:
    graph = Graph(answer())
    with pytest.raises(ForeignAddress):
        await graph.mailbox.page(link)
    assert graph.asked == []

    graph.answers = [answer(body={"value": [], "@odata.nextLink": link})]
    with pytest.raises(ForeignAddress):
        await graph.mailbox.page(LINK)
    graph.answers = [answer(body={"value": [], "@odata.nextLink": link})]
    with pytest.raises(ForeignAddress):
        await graph.mailbox.calendars()
    assert len(graph.asked) == 2


async def test_ids_are_one_segment_of_the_path_whatever_is_in_them() -> None:
    odd = "AAMk/AD==+?#%2e&ü"
    graph = Graph(answer())
    await graph.mailbox.page(graph.mailbox.first_link(odd, WINDOW))
    await graph.mailbox.series_instances(odd, WINDOW)
    graph.answers = [answer(404)]
    await graph.mailbox.event(odd)

    paths = [url.removeprefix(f"{BASE}/me/").partition("?")[0].split("/") for url in graph.urls]
    assert [unquote(segments[1]) for segments in paths] == [odd] * 3
    assert [segments[2:] for segments in paths] == [["calendarView", "delta"], ["instances"], []]


def test_a_first_link_covers_whole_days_in_utc() -> None:
    link = unquote(Graph(answer()).mailbox.first_link("c", WINDOW))

    assert link == (
        f"{BASE}/me/calendars/c/calendarView/delta?startDateTime=2026-11-01T00:00:00Z&endDateTime=2026-12-01T00:00:00Z"
    )


# Bounds


@pytest.mark.parametrize(("wanted", "asked"), [(PAGE_ITEMS - 1, PAGE_ITEMS - 1), (PAGE_ITEMS, PAGE_ITEMS),
                                               (PAGE_ITEMS + 1, PAGE_ITEMS)])  # fmt: skip
async def test_a_page_is_never_asked_for_more_items_than_a_page_may_have(wanted: int, asked: int) -> None:
    graph = Graph(answer(), page_items=wanted)
    await graph.mailbox.series_instances("s", WINDOW)

    ((_, url, headers),) = graph.asked
    assert unquote(url).endswith(f"$top={asked}")
    assert headers["prefer"].endswith(f"odata.maxpagesize={asked}")


async def test_the_longest_link_is_followed_and_a_longer_one_is_not() -> None:
    longest = f"{LINK}?".ljust(LINK_CHARACTERS, "x")
    graph = Graph(answer(body={"value": [], "@odata.nextLink": longest}))
    page, _ = await graph.mailbox.page(longest)
    assert page.next_link == longest

    graph.answers = [answer(body={"value": [], "@odata.nextLink": longest + "x"})]
    with pytest.raises(ForeignAddress):
        await graph.mailbox.page(LINK)
    with pytest.raises(ForeignAddress):
        await graph.mailbox.page(longest + "x")
    assert graph.urls == [longest, LINK]


async def test_the_largest_page_is_read_and_a_larger_one_is_not() -> None:
    largest = b'{"value": []}'.ljust(BODY_BYTES)
    page, _ = await Graph(answer(body=largest)).mailbox.page(LINK)
    assert page.items == ()

    with pytest.raises(UnreadableAnswer, match="32 MiB"):
        await Graph(answer(body=largest + b" ")).mailbox.page(LINK)


# Signing in


async def test_a_refused_token_is_renewed_once() -> None:
    graph = Graph(answer(401), answer())
    await graph.mailbox.page(LINK)

    assert graph.tokens == [(None, False), (None, True)]
    assert [headers["authorization"] for _, _, headers in graph.asked] == ["Bearer token-1", "Bearer token-2"]


async def test_a_token_that_is_refused_twice_wants_the_person() -> None:
    graph = Graph(answer(401))
    with pytest.raises(SignInError, match=ANA):
        await graph.mailbox.page(LINK)

    assert len(graph.asked) == 2


async def test_a_claims_challenge_reaches_whoever_gets_the_token() -> None:
    claims = '{"access_token":{"nbf":{"essential":true,"value":"1700000000"}}}'
    challenge = f'Bearer realm="", error="insufficient_claims", claims="{base64.b64encode(claims.encode()).decode()}"'
    graph = Graph(answer(401, www_authenticate=challenge), answer())
    await graph.mailbox.page(LINK)

    assert graph.tokens == [(None, False), (claims, True)]


# Waiting


@pytest.mark.parametrize("status", [412, 429, 500, 502, 503, 504, 509])
@pytest.mark.parametrize(("retry_after", "waited"), [("7", 7.0), (None, 1.0), ("soon", 1.0), ("-3", 1.0)])
async def test_a_passing_failure_is_waited_out(status: int, retry_after: str | None, waited: float) -> None:
    headers = {"retry_after": retry_after} if retry_after else {}
    graph = Graph(answer(status, b"", **headers), answer())
    await graph.mailbox.page(LINK)

    assert len(graph.asked) == 2
    assert sum(graph.clock.slept) == waited


async def test_a_failure_that_does_not_pass_is_given_up() -> None:
    graph = Graph(answer(503, b"<html>"))
    with pytest.raises(Throttled, match="503") as told:
        await graph.mailbox.page(LINK)

    assert len(graph.asked) == REQUEST_ATTEMPTS
    assert told.value.seconds > 0


async def test_a_long_wait_is_told_at_once_and_nothing_is_sent_meanwhile() -> None:
    graph = Graph(answer(429, retry_after="3600"))
    for _ in range(3):
        with pytest.raises(Throttled) as told:
            await graph.mailbox.page(LINK)
        assert told.value.seconds == 3600
    assert (len(graph.asked), graph.clock.slept) == (1, [])

    graph.answers = [answer()]
    graph.clock.seconds += 3_590
    await graph.mailbox.page(LINK)
    assert graph.clock.slept == [10.0]


async def test_four_requests_are_in_flight_at_most() -> None:
    running, most, all_in = 0, 0, asyncio.Event()

    class Slow(Network):
        async def request(self, method: str, url: str, **_: Any) -> Answer:
            nonlocal running, most
            running += 1
            most = max(most, running)
            if running == REQUESTS_IN_FLIGHT_PER_MAILBOX:
                all_in.set()
            await all_in.wait()
            running -= 1
            return answer()

    graph = Graph(answer())
    mailbox = Mailbox(
        graph.mailbox.account, network=Slow(), gate=Gate(graph.clock), token=graph.token, clock=graph.clock
    )
    await asyncio.gather(*(mailbox.page(LINK) for _ in range(12)))

    assert most == REQUESTS_IN_FLIGHT_PER_MAILBOX


# Refusals


@pytest.mark.parametrize(
    "given",
    [
        answer(410, b""),
        refusal(410, "SyncStateNotFound"),
        refusal(400, "syncStateNotFound"),
        refusal(404, "SYNCSTATEINVALID"),
        refusal(400, "resyncRequired"),
        refusal(400, "InvalidDeltaToken"),
        refusal(400, "ErrorInvalidIdMalformed"),
        refusal(400, "BadRequest", inner="syncStateNotFound"),
    ],
)
async def test_a_forgotten_link_asks_to_start_afresh(given: Answer) -> None:
    with pytest.raises(ResetNeeded):
        await Graph(given).mailbox.page(LINK)


@pytest.mark.parametrize(
    ("given", "kind", "words"),
    [
        (refusal(404, "MailboxNotEnabledForRESTAPI"), AccessDenied, "not in Exchange Online"),
        (refusal(404, "ErrorItemNotFound"), NotFound, "does not find"),
        (answer(404, b"<html>"), NotFound, "does not find"),
        (refusal(403, "ErrorAccessDenied"), AccessDenied, "denies"),
        (refusal(400, "ErrorInvalidRequest"), RemoteError, "ErrorInvalidRequest"),
        (answer(400, b""), RemoteError, "400"),
        (answer(501, b"<html>"), RemoteError, "501"),
        (answer(302, b"", location="https://evil.example/"), RemoteError, "302"),
        (refusal(400, "\x1b]0;owned\x07"), RemoteError, "400"),
    ],
)
async def test_a_refusal_says_what_it_means_and_for_whom(given: Answer, kind: type[RemoteError], words: str) -> None:
    graph = Graph(given)
    with pytest.raises(kind, match=words) as told:
        await graph.mailbox.page(LINK)

    assert ANA in str(told.value)
    assert str(told.value).isprintable()
    assert len(graph.asked) == 1


@pytest.mark.parametrize("body", [b"", b"<html>Welcome to the hotel</html>", b"[]", b'{"value": [', b"\xff"])
async def test_an_answer_of_somebody_else_is_an_error_that_the_program_knows(body: bytes) -> None:
    mailbox = Graph(answer(200, body)).mailbox
    for asked in (mailbox.page(LINK), mailbox.calendars(), mailbox.event("e"), mailbox.series_instances("s", WINDOW)):
        with pytest.raises(CalConnectError, match=ANA) as told:
            await asked
        assert "hotel" not in str(told.value)


# Collections


async def test_calendars_are_read_over_all_pages() -> None:
    pages = [
        answer(body={"value": [{"id": "c1", "name": "One"}], "@odata.nextLink": f"{BASE}/me/calendars?$skip=1"}),
        answer(body={"value": [], "@odata.nextLink": f"{BASE}/me/calendars?$skip=2"}),
        answer(body={"value": [{"id": "c2", "name": "Two"}]}),
    ]
    graph = Graph(*pages)
    calendars = await graph.mailbox.calendars()

    assert [(calendar.account_id, calendar.id) for calendar in calendars] == [("a", "c1"), ("a", "c2")]
    assert graph.urls[1:] == [f"{BASE}/me/calendars?$skip=1", f"{BASE}/me/calendars?$skip=2"]


async def test_instances_are_events_without_their_master() -> None:
    item = {"subject": "s", "seriesMasterId": "S", "showAs": "busy", **TIMES}
    page = [{"id": name, "type": kind, **item} for name, kind in
            (("o", "occurrence"), ("x", "exception"), ("S", "seriesMaster"))]  # fmt: skip
    graph = Graph(answer(body={"value": page[:1], "@odata.nextLink": LINK}), answer(body={"value": page[1:]}))

    instances = await graph.mailbox.series_instances("S", WINDOW)

    assert [(event.id, event.type) for event in instances] == [("o", EventType.OCCURRENCE), ("x", EventType.EXCEPTION)]


async def test_what_is_gone_has_no_instances_and_is_no_event() -> None:
    mailbox = Graph(refusal(404, "ErrorItemNotFound")).mailbox

    assert await mailbox.series_instances("S", WINDOW) == ()
    assert await mailbox.event("e") is None


async def test_an_event_that_cannot_be_understood_is_not_gone() -> None:
    found = await Graph(answer(body={"id": "e"})).mailbox.event("e")

    assert isinstance(found, Quarantined)


@pytest.mark.parametrize("is_new", [False, True])
async def test_a_list_without_an_end_is_given_up(is_new: bool) -> None:
    graph = Graph(answer())

    def serve(method: str, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        graph.asked.append((method, url, {}))
        return answer(body={"value": [], "@odata.nextLink": f"{LINK}{len(graph.asked) if is_new else ''}"})

    mailbox = Mailbox(
        graph.mailbox.account, network=Network(service=serve), gate=Gate(graph.clock), token=graph.token,
        clock=graph.clock,
    )  # fmt: skip
    for asked in (mailbox.calendars(), mailbox.series_instances("S", WINDOW)):
        graph.asked.clear()
        with pytest.raises(RemoteError, match="does not end"):
            await asked
        assert len(graph.asked) == (PAGES_PER_ROUND if is_new else 2)
