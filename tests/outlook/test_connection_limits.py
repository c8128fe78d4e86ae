"""How long one request may take: to connect, between two parts of the answer, and altogether."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from jumping_time import JumpingLoop
from loopback_server import EVENTS

from tui.limits import CONNECT_TIMEOUT_SECONDS, READ_TIMEOUT_SECONDS, REQUEST_DEADLINE_SECONDS
from tui.outlook.errors import Unanswered, Unreachable
from tui.outlook.http import Answer, Network

GRACE_SECONDS = 0.02
JUST = 0.5


class SlowWay(JumpingLoop):
    """A loop on which it takes a while to connect."""

    def __init__(self, seconds: float) -> None:
        super().__init__(GRACE_SECONDS)
        self._seconds = seconds

    async def create_connection(self, *arguments: Any, **options: Any) -> Any:
        await asyncio.sleep(self._seconds)
        return await super().create_connection(*arguments, **options)


async def _asked(pauses: Sequence[float]) -> Answer:
    """The answer of a server that sends one part of it after each of the pauses."""
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(pauses) - 1}\r\n\r\n".encode()
    done = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        for number, pause in enumerate(pauses):
            await asyncio.sleep(pause)
            writer.write(b"x" if number else head)
        writer.close()
        done.set()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    network = Network(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    async with server:
        try:
            return await network.request("GET", EVENTS)
        except Unreachable:
            done.set()
            raise
        finally:
            await network.aclose()
            await done.wait()


def asked(*pauses: float, connecting: float = 0.0) -> Answer:
    with asyncio.Runner(loop_factory=lambda: SlowWay(connecting)) as runner:
        return runner.run(_asked(pauses))


def test_a_connection_is_waited_for_up_to_its_limit() -> None:
    assert asked(0, connecting=CONNECT_TIMEOUT_SECONDS - JUST).status == 200
    with pytest.raises(Unreachable):
        asked(0, connecting=CONNECT_TIMEOUT_SECONDS + JUST)


def test_each_part_of_an_answer_is_waited_for_up_to_its_limit() -> None:
    assert asked(READ_TIMEOUT_SECONDS - JUST, 1).body == b"x"
    with pytest.raises(Unanswered):
        asked(READ_TIMEOUT_SECONDS + JUST, 1)
    with pytest.raises(Unanswered):
        asked(1, READ_TIMEOUT_SECONDS + JUST)


def test_a_whole_answer_is_waited_for_up_to_the_deadline_however_steadily_it_comes() -> None:
    steady = REQUEST_DEADLINE_SECONDS / 4

    assert asked(steady, steady, steady, steady - JUST).body == b"xxx"
    with pytest.raises(Unanswered):
        asked(steady, steady, steady, steady + JUST)
