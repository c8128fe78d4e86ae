"""The guard that keeps the tests on this machine."""

from __future__ import annotations

import asyncio
import socket

import pytest


@pytest.mark.parametrize("address", [("192.0.2.1", 443), ("graph.microsoft.com", 443), ("2001:db8::1", 443)])
def test_a_connection_to_another_machine_is_refused_and_remembered(
    address: tuple[str, int], reached_outside: list[str]
) -> None:
    with pytest.raises(OSError, match="do not reach outside"):
        socket.create_connection(address, timeout=1)

    assert address[0] in reached_outside[0]
    reached_outside.clear()


async def test_a_connection_of_an_event_loop_is_refused_and_remembered(reached_outside: list[str]) -> None:
    with pytest.raises(OSError, match="do not reach outside"):
        await asyncio.open_connection("192.0.2.1", 443)

    assert reached_outside
    reached_outside.clear()


async def test_a_server_on_this_machine_can_be_reached(reached_outside: list[str]) -> None:
    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"here")
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        received = await reader.read()
        writer.close()
        await writer.wait_closed()

    assert received == b"here"
    assert not reached_outside
