"""A server on loopback that answers byte for byte what a test gives it, and a network that asks it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tui.outlook.http import Network

EVENTS = "https://graph.microsoft.com/v1.0/me/events"
TOKEN = "https://login.microsoftonline.com/organizations/oauth2/v2.0/token"

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
