"""What leaves the machine, where to, and what comes back: Microsoft's two hosts or nothing."""

from __future__ import annotations

import asyncio
import gzip
import ssl
import tracemalloc
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as some
from microsoft_double import Microsoft

from tui.errors import RemoteError, UsageError
from tui.limits import BODY_BYTES
from tui.outlook.addresses import check_address, simulator_origin
from tui.outlook.bodies import Body
from tui.outlook.errors import ForeignAddress, IdentityUnavailable, Unanswered, Unreachable, UnreadableAnswer
from tui.outlook.http import Answer, Network
from tui.outlook.msal_http import MsalHttp

EVENTS = "https://graph.microsoft.com/v1.0/me/events"
TOKEN = "https://login.microsoftonline.com/organizations/oauth2/v2.0/token"

OK = Answer(200, {}, b"{}", EVENTS)
FOREIGN = [
    "http://graph.microsoft.com/v1.0/me",
    "https://graph.microsoft.com:444/v1.0/me",
    "https://graph.microsoft.com.evil.example/v1.0/me",
    "https://evil.example/graph.microsoft.com",
    "https://graph.microsoft.com@evil.example/v1.0/me",
    "https://me:secret@graph.microsoft.com/v1.0/me",
    "https://graph.microsoft.com\\@evil.example/v1.0/me",
    "https://graph.microsoft.com\\.evil.example/v1.0/me",
    "https:\\\\graph.microsoft.com/v1.0/me",
    "https://graph.microsoft.com%2eevil.example/v1.0/me",
    "https://graph.microsoft.com./v1.0/me",
    "https://gräph.microsoft.com/v1.0/me",
    "https://graph。microsoft。com/v1.0/me",
    "//graph.microsoft.com/v1.0/me",
    "/v1.0/me",
    "",
    "https:///v1.0/me",
    "https://graph.microsoft.com\t/v1.0/me",
    "https://graph.microsoft.com/v1.0/me\r\nHost: evil.example",
    " https://graph.microsoft.com/v1.0/me",
    "https://graph.microsoft.com/v1.0/../beta/me",
    "https://graph.microsoft.com/v1.0/%2e%2E/beta/me",
    "https://graph.microsoft.com/v1.0/%252e%252e/beta/me",
    "https://graph.microsoft.com/v1.0/..%5cbeta",
    "https://graph.microsoft.com/v1.0/me#@evil.example",
    "https://[graph.microsoft.com]/v1.0/me",
    "https://graph.microsoft.com:99999/v1.0/me",
    "file:///etc/passwd",
    "ftp://graph.microsoft.com/v1.0/me",
    "https://127.0.0.1/v1.0/me",
    "https://login.windows.net/common",
    "https://graph.microsoft.com/" + "a" * 20_000,
]


ENDLESS = b"HTTP/1.1 200 OK\r\n\r\n"


class Server:
    """A server on loopback that counts who connects and answers what it was given, byte for byte.

    After an `ENDLESS` head it repeats the body, with a pause between if it has one, until the client goes away.
    """

    def __init__(self) -> None:
        self.answer = b""
        self.pause: float | None = None
        self.heads: list[bytes] = []
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            self.heads.append(await reader.readuntil(b"\r\n\r\n"))
            writer.write(self.answer)
            await writer.drain()
            while self.answer.startswith(ENDLESS):
                writer.write(self.answer.removeprefix(ENDLESS))
                await writer.drain()
                await asyncio.sleep(self.pause or 0)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def serving(answer: bytes) -> AsyncIterator[Server]:
    server = Server()
    server.answer = answer
    listener = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    server.url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
    async with listener:
        yield server


@asynccontextmanager
async def network_to(answer: bytes) -> AsyncIterator[tuple[Network, Server]]:
    async with serving(answer) as server:
        network = Network(server.url)
        yield network, server
        await network.aclose()


def http_answer(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


@pytest.mark.parametrize("url", FOREIGN)
async def test_a_token_never_goes_to_an_address_that_is_not_plainly_microsofts(url: str) -> None:
    async with network_to(http_answer(b"{}")) as (network, server):
        with pytest.raises(ForeignAddress) as refused:
            await network.request("GET", url, headers={"Authorization": "Bearer secret"})
        assert server.heads == []
        assert str(refused.value).isprintable()


@pytest.mark.parametrize(
    "url",
    [
        EVENTS,
        "https://GRAPH.microsoft.com:443/v1.0/me/calendars/AAMk%2FAD%3D/calendarView/delta?$deltatoken=a..b%2e%2e",
        TOKEN,
    ],
)
def test_microsofts_own_addresses_are_accepted(url: str) -> None:
    check_address(url)


@given(some.text(max_size=60))
def test_any_text_is_either_microsofts_address_or_refused(text: str) -> None:
    for url in (text, f"https://{text}", f"https://graph.microsoft.com{text}"):
        try:
            check_address(url)
        except ForeignAddress:
            continue
        assert httpx.URL(url).host in ("graph.microsoft.com", "login.microsoftonline.com")
        assert httpx.URL(url).scheme == "https"


async def test_a_request_that_was_built_for_another_host_is_refused_at_the_last_moment() -> None:
    async with network_to(http_answer(b"{}")) as (network, server):
        with pytest.raises(ForeignAddress):
            await network._async_client().get("https://evil.example/")
        with pytest.raises(ForeignAddress):
            network._sync_client().get("https://evil.example/")
        assert server.heads == []


async def test_the_simulator_sees_microsofts_host_name_and_the_answer_keeps_microsofts_address() -> None:
    async with network_to(http_answer(b'{"value": []}', "X-One: 1")) as (network, server):
        answer = await network.request("GET", EVENTS + "?$top=1", headers={"Authorization": "Bearer t"})
        assert answer.status == 200
        assert answer.body == b'{"value": []}'
        assert answer.headers.get("x-ONE") == "1"
        assert answer.url == EVENTS + "?$top=1"
        head = server.heads[0].lower()
        assert head.startswith(b"get /v1.0/me/events?$top=1 http/1.1\r\n")
        assert b"\r\nhost: graph.microsoft.com\r\n" in head
        assert b"\r\nuser-agent: calconnect-tui/" in head


async def test_proxy_variables_do_not_divert_what_is_meant_for_a_simulator(monkeypatch: pytest.MonkeyPatch) -> None:
    async with serving(http_answer(b"{}")) as proxy, network_to(http_answer(b"{}")) as (network, server):
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        await network.request("GET", EVENTS)
        await asyncio.to_thread(network.exchange, "POST", TOKEN, form={"a": "b"})
        await network.control("/simulator/state")
        assert len(server.heads) == 3
        assert proxy.heads == []


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Temporary Redirect", "308 Permanent Redirect"])
@pytest.mark.parametrize("target", ["https://evil.example/", "https://graph.microsoft.com/v1.0/me", "/other"])
async def test_a_redirect_is_an_answer_and_is_never_followed(status: str, target: str) -> None:
    async with network_to(http_answer(b"", f"Location: {target}", status=status)) as (network, server):
        answer = await network.request("GET", EVENTS)
        assert answer.status == int(status[:3])
        assert len(server.heads) == 1


async def test_a_body_up_to_the_bound_is_read_and_one_byte_more_is_not() -> None:
    whole = gzip.compress(b"0" * BODY_BYTES)
    async with network_to(http_answer(whole, "Content-Encoding: gzip")) as (network, server):
        assert len((await network.request("GET", EVENTS)).body) == BODY_BYTES
        bomb = gzip.compress(b"0" * (BODY_BYTES + 1))
        server.answer = http_answer(bomb, "Content-Encoding: gzip")
        with pytest.raises(UnreadableAnswer, match="32 MiB"):
            await network.request("GET", EVENTS)
        with pytest.raises(UnreadableAnswer, match="32 MiB"):
            await asyncio.to_thread(network.exchange, "GET", EVENTS)


def test_a_small_body_that_stands_for_a_huge_one_is_never_unpacked() -> None:
    bomb = gzip.compress(b"0" * (64 * 1024 * 1024))
    tracemalloc.start()
    try:
        with pytest.raises(UnreadableAnswer):
            Body("gzip", limit=1024 * 1024).feed(bomb)
        assert tracemalloc.get_traced_memory()[1] < 8 * 1024 * 1024
    finally:
        tracemalloc.stop()


async def test_a_body_that_never_ends_is_stopped_at_the_bound() -> None:
    async with network_to(ENDLESS + b"x" * 65_536) as (network, server):
        server.pause = None
        with pytest.raises(UnreadableAnswer):
            await network.request("GET", EVENTS)


async def test_a_body_that_trickles_is_ended_by_the_deadline_of_the_whole_request() -> None:
    async with serving(ENDLESS + b" ") as server:
        network = Network(server.url, deadline_seconds=0.05)
        server.pause = 0.001
        with pytest.raises(Unanswered):
            await network.request("GET", EVENTS)
        with pytest.raises(Unanswered):
            await asyncio.to_thread(network.exchange, "GET", EVENTS)
        await network.aclose()


@pytest.mark.parametrize(
    "answer",
    [
        http_answer(gzip.compress(b"{}" * 1000)[:-9], "Content-Encoding: gzip"),
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{",
        b"",
        b"HTTP/1.1 200",
        b"SSH-2.0-OpenSSH_9.6\r\n\r\n",
    ],
    ids=["gzip cut off", "body cut off", "chunk cut off", "hung up", "head cut off", "not HTTP"],
)
async def test_an_answer_that_breaks_off_leaves_the_outcome_unknown(answer: bytes) -> None:
    async with network_to(answer) as (network, _):
        with pytest.raises(Unanswered):
            await network.request("POST", EVENTS, content=b"{}")
        with pytest.raises(Unanswered):
            await asyncio.to_thread(network.exchange, "POST", TOKEN, form={})


@pytest.mark.parametrize(
    ("body", "encoding"), [(b"not gzip", "gzip"), (b"{}", "br"), (b"{}", "gzip, gzip")], ids=["bad", "br", "twice"]
)
async def test_an_answer_in_an_encoding_that_was_not_asked_for_is_not_read(body: bytes, encoding: str) -> None:
    async with network_to(http_answer(body, f"Content-Encoding: {encoding}")) as (network, _):
        with pytest.raises(UnreadableAnswer):
            await network.request("GET", EVENTS)


async def test_being_offline_is_one_plain_error_that_says_nothing_was_sent(reached_outside: list[str]) -> None:
    network = Network()
    for request in (
        network.request("GET", EVENTS),
        asyncio.to_thread(network.exchange, "GET", TOKEN),
    ):
        with pytest.raises(Unreachable, match="cannot be reached") as offline:
            await request
        assert isinstance(offline.value, RemoteError)
    await network.aclose()
    assert {attempt.split()[0] for attempt in reached_outside} <= {"socket.getaddrinfo", "socket.connect"}
    assert reached_outside
    reached_outside.clear()


async def test_an_untrusted_certificate_names_the_setting_that_helps() -> None:
    def fail(method: str, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        try:
            raise ssl.SSLCertVerificationError(1, "self-signed certificate in certificate chain")
        except ssl.SSLError as cause:
            raise httpx.ConnectError("failed") from cause

    network = Network(service=fail)
    with pytest.raises(Unreachable, match="REQUESTS_CA_BUNDLE"):
        await network.request("GET", EVENTS)
    await network.aclose()


async def test_a_proxy_that_cannot_be_used_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "gopher://127.0.0.1:70")
    with pytest.raises(UsageError, match="HTTPS_PROXY"):
        await Network().request("GET", EVENTS)


async def test_a_file_of_certificates_that_is_none_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("missing.pem", "empty.pem"):
        (tmp_path / "empty.pem").write_text("no certificate")
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / name))
        with pytest.raises(UsageError, match="REQUESTS_CA_BUNDLE"):
            await Network().request("GET", EVENTS)


def test_certificates_are_verified_with_and_without_a_simulator() -> None:
    for network in (Network(), Network("http://127.0.0.1:1"), Network(service=lambda *_: OK)):
        context = network._context()
        assert context.verify_mode is ssl.CERT_REQUIRED
        assert context.check_hostname


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1:8800",
        "http://example.com:8800",
        "http://127.0.0.1.example.com:8800",
        "http://0.0.0.0:8800",
        "http://192.168.1.10:8800",
        "http://user@127.0.0.1:8800",
        "http://127.0.0.1:8800/path",
        "http://127.0.0.1:8800?x",
        "http://127.0.0.1:99999",
        "http://127.0.0.1:0",
        "http://[::1",
        "127.0.0.1:8800",
        "nonsense",
    ],
)
def test_a_simulator_is_only_ever_on_this_machine(url: str) -> None:
    with pytest.raises(UsageError, match="simulator"):
        Network(url)


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("http://127.0.0.1:8800/", "http://127.0.0.1:8800"),
        ("http://localhost:8800", "http://localhost:8800"),
        ("http://[::1]:8800", "http://[::1]:8800"),
        ("HTTP://127.9.9.9", "http://127.9.9.9:80"),
    ],
)
def test_loopback_addresses_of_a_simulator_are_accepted(url: str, origin: str) -> None:
    assert simulator_origin(url) == origin


async def test_where_no_simulator_answers_the_one_line_says_how_to_start_one() -> None:
    async with serving(b"") as server:
        url = server.url
    network = Network(url)
    for request in (network.probe(), network.control("/simulator/state"), network.request("GET", EVENTS)):
        with pytest.raises(Unreachable) as nobody:
            await request
        assert nobody.value.what == f"No simulator answers at {url}."
        assert nobody.value.hint == "Start one with: calconnect-tui simulate"
    await network.aclose()


@pytest.mark.parametrize("answer", [http_answer(b"<html>"), http_answer(b"{}"), b"", http_answer(b"", status="404 No")])
async def test_another_server_at_the_address_is_no_simulator(answer: bytes) -> None:
    async with network_to(answer) as (network, _):
        with pytest.raises(RemoteError, match="No simulator answers"):
            await network.probe()


async def test_a_simulator_is_recognised(microsoft: Microsoft) -> None:
    network = Network(service=microsoft.serve)
    await network.probe()
    await network.aclose()


async def test_a_simulator_is_told_what_to_do_and_nobody_else() -> None:
    async with network_to(http_answer(b'{"address": "a@b.example"}')) as (network, server):
        told = await network.control("/simulator/next-sign-in", {"address": "a@b.example"})
        assert told == {"address": "a@b.example"}
        assert server.heads[0].startswith(b"POST /simulator/next-sign-in ")
        with pytest.raises(UsageError):
            await network.control("/v1.0/me", {})
        server.answer = http_answer(b"{}", status="404 Not Found")
        with pytest.raises(RemoteError, match="404"):
            await network.control("/simulator/nonsense", {})
    with pytest.raises(UsageError, match="simulator"):
        await Network().control("/simulator/state")


def test_one_network_serves_several_event_loops_one_after_the_other(microsoft: Microsoft) -> None:
    network = Network(service=microsoft.serve)

    async def ask() -> int:
        answer = await network.request("GET", EVENTS)
        await network.aclose()
        return answer.status

    assert [asyncio.run(ask()) for _ in range(3)] == [401] * 3


def test_what_is_written_of_an_answer_holds_nothing_of_it() -> None:
    answer = Answer(200, {"authorization": "secret"}, b"subject", EVENTS + "?$deltatoken=secret")
    assert repr(answer) == "Answer(200, 7 bytes)"


def answered(status: int, body: str | bytes, **headers: str) -> Answer:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, sent, body if isinstance(body, bytes) else body.encode(), TOKEN)


def msal_http(answer: Answer) -> tuple[MsalHttp, list[tuple[Mapping[str, str], bytes]]]:
    sent: list[tuple[Mapping[str, str], bytes]] = []

    def serve(method: str, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        sent.append((headers, body))
        return answer

    return MsalHttp(Network(service=serve)), sent


def test_fields_without_a_value_are_left_out_of_a_token_request() -> None:
    http, sent = msal_http(answered(400, '{"error": "authorization_pending"}'))
    answer = http.post(TOKEN, data={"client_id": "x", "claims": None}, headers={"X-A": None}, params=None, timeout=1)
    headers, body = sent[0]
    assert body == b"client_id=x"
    assert "x-a" not in headers
    assert answer.status_code == 400
    assert "authorization_pending" in answer.text
    assert "authorization_pending" not in repr(answer)


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_refusal_without_a_time_is_raised_so_that_no_other_sign_in_is_held_up(status: int) -> None:
    http, _ = msal_http(answered(status, "<html>"))
    with pytest.raises(IdentityUnavailable):
        http.post(TOKEN, data={})
    with pytest.raises(IdentityUnavailable):
        http.get(TOKEN)


def test_a_refusal_with_a_time_is_left_to_msal_without_its_page() -> None:
    http, _ = msal_http(answered(429, "<html>", Retry_After="7"))
    answer = http.post(TOKEN, data={})
    assert answer.headers["retry-after"] == "7"
    assert answer.text == '{"error": "temporarily_unavailable"}'


@pytest.mark.parametrize(
    "answer",
    [
        answered(200, "<html>Welcome to the hotel</html>"),
        answered(200, ""),
        answered(200, "[]"),
        answered(200, b"\xff\xfe\x00"),
        answered(200, "[" * 100_000),
        answered(302, "{}", Location="https://hotel.example/"),
    ],
)
def test_a_captive_portal_is_named_as_what_it_is(answer: Answer) -> None:
    http, _ = msal_http(answer)
    with pytest.raises(UnreadableAnswer, match="open a browser"):
        http.post(TOKEN, data={})
