"""A network that was pointed at a simulator: it is recognised, steered and asked in Microsoft's place."""

from __future__ import annotations

import asyncio

import pytest
from loopback_server import EVENTS, TOKEN, http_answer, network_to, serving
from microsoft_double import Microsoft

from tui.errors import RemoteError, UsageError
from tui.outlook.errors import Unreachable
from tui.outlook.http import Network


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
