"""The address on this machine to which a browser brings the answer of a sign-in.

It takes one form, sent by POST with the state of the sign-in that is under way (RFC 6749, 4.1.2 and 10.12; OAuth 2.0
Form Post Response Mode), answers a page without any content of it, and is closed. Anything else that knocks is turned
away without ending the sign-in: every page in a browser can send something to this machine.
"""

from __future__ import annotations

import asyncio
import hmac
from types import TracebackType
from urllib.parse import parse_qsl

_HOST = "127.0.0.1"
_LARGEST_FORM = 64 * 1024
_KNOCK_SECONDS = 10.0
_HEAD_BYTES = 16 * 1024
_DONE = "You can close this page and go back to the terminal."
_REFUSED = "Nothing to do here."


class BrowserDoor:
    """An asynchronous context manager; ``redirect_uri`` is known once it is entered."""

    redirect_uri: str

    def __init__(self) -> None:
        self._state = ""
        self._form: asyncio.Future[dict[str, str]] = asyncio.get_running_loop().create_future()
        self._visitors: set[asyncio.StreamWriter] = set()

    async def __aenter__(self) -> BrowserDoor:
        self._server = await asyncio.start_server(self._knock, _HOST, 0, limit=_HEAD_BYTES)
        port = self._server.sockets[0].getsockname()[1]
        # The registered address is http://localhost, whose port is ignored; the host must read exactly so.
        self.redirect_uri = f"http://localhost:{port}"
        self._hosts = {f"localhost:{port}", f"{_HOST}:{port}"}
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        # Browsers open connections in advance and keep them; the door does not wait for them.
        for visitor in self._visitors:
            visitor.transport.abort()
        await self._server.wait_closed()

    async def form(self, state: str) -> dict[str, str]:
        """Wait for the form that carries ``state``."""
        self._state = state
        return await self._form

    async def _knock(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._visitors.add(writer)
        try:
            async with asyncio.timeout(_KNOCK_SECONDS):
                form = await self._read(reader)
                writer.write(_page(200, _DONE) if form else _page(400, _REFUSED))
                await writer.drain()
            if form and not self._form.done():
                self._form.set_result(form)
        except (TimeoutError, OSError, ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            # Whoever knocked went away or spoke no HTTP; the sign-in goes on waiting.
            pass
        finally:
            self._visitors.discard(writer)
            writer.close()

    async def _read(self, reader: asyncio.StreamReader) -> dict[str, str] | None:
        """The form in a request, or None when it is not the one that is waited for."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        request_line, *lines = head.split("\r\n")
        headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        length = headers.get("content-length", "")
        is_post = request_line.split(" ")[:2] == ["POST", "/"] and length.isascii() and length.isdecimal()
        if not is_post or headers.get("host", "").lower() not in self._hosts or int(length[:9]) > _LARGEST_FORM:
            return None
        body = (await reader.readexactly(int(length))).decode("ascii", "replace")
        form = dict(parse_qsl(body, max_num_fields=32))
        is_ours = bool(self._state) and hmac.compare_digest(form.get("state", "").encode(), self._state.encode())
        return form if is_ours else None


def _page(status: int, text: str) -> bytes:
    body = f"<!doctype html><meta charset=utf-8><title>calconnect-tui</title><p>{text}</p>".encode()
    head = (
        f"HTTP/1.1 {status} {'OK' if status == 200 else 'Bad Request'}\r\n"
        "Content-Type: text/html; charset=utf-8\r\n"
        f"Content-Length: {len(body)}\r\n"
        "Content-Security-Policy: default-src 'none'\r\n"
        "Cache-Control: no-store\r\n"
        "Connection: close\r\n\r\n"
    )
    return head.encode() + body
