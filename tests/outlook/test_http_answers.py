"""Answers are read up to a bound, within a deadline and whole, or not at all."""

from __future__ import annotations

import asyncio
import gzip
import tracemalloc

import pytest
from loopback_server import ENDLESS, EVENTS, TOKEN, http_answer, network_to, serving

from tui.limits import BODY_BYTES
from tui.outlook.bodies import Body
from tui.outlook.errors import Unanswered, UnreadableAnswer
from tui.outlook.http import Answer, Network


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


def test_what_is_written_of_an_answer_holds_nothing_of_it() -> None:
    answer = Answer(200, {"authorization": "secret"}, b"subject", EVENTS + "?$deltatoken=secret")
    assert repr(answer) == "Answer(200, 7 bytes)"
