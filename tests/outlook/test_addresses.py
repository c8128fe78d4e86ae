"""What leaves the machine goes to Microsoft's two hosts, or to a simulator on this machine, or nowhere."""

from __future__ import annotations

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as some
from loopback_server import EVENTS, TOKEN, http_answer, network_to

from tui.errors import UsageError
from tui.outlook.addresses import check_address, simulator_origin
from tui.outlook.errors import ForeignAddress
from tui.outlook.http import Network

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


# Microsoft's hosts


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


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Temporary Redirect", "308 Permanent Redirect"])
@pytest.mark.parametrize("target", ["https://evil.example/", "https://graph.microsoft.com/v1.0/me", "/other"])
async def test_a_redirect_is_an_answer_and_is_never_followed(status: str, target: str) -> None:
    async with network_to(http_answer(b"", f"Location: {target}", status=status)) as (network, server):
        answer = await network.request("GET", EVENTS)
        assert answer.status == int(status[:3])
        assert len(server.heads) == 1


# A simulator's


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
