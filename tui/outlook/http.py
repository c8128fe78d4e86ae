"""The only room that speaks HTTP: one way in and out, for Microsoft Graph and for signing in.

What always holds: a request goes to Microsoft's two hosts or nowhere, TLS is verified, redirects are not followed,
every exchange ends within a deadline and a bound of bytes, and the HTTP library's exceptions end here. With a
simulator only the transport differs: addresses, headers and checks stay those of Microsoft's hosts.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import httpx
from msgspec import Struct

from tui import __version__, limits
from tui.errors import RemoteError, UsageError
from tui.outlook.addresses import LOGIN, check_address, is_own, simulator_origin
from tui.outlook.bodies import ACCEPTED_ENCODING, Body, json_object
from tui.outlook.errors import ForeignAddress, Unanswered, Unreachable, UnreadableAnswer

# At their finer levels these write whole addresses, and a delta link is a secret of the mailbox.
for _logger in ("httpx", "httpcore"):
    logging.getLogger(_logger).setLevel(logging.WARNING)

_HEADERS = {
    "User-Agent": f"calconnect-tui/{__version__}",
    "Accept": "application/json",
    "Accept-Encoding": ACCEPTED_ENCODING,
}
_NOT_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
)
_LATER = "What is stored here can still be used; it is tried again by itself."
_TIMEOUT = httpx.Timeout(limits.READ_TIMEOUT_SECONDS, connect=limits.CONNECT_TIMEOUT_SECONDS)
_TOKEN_TIMEOUT = httpx.Timeout(limits.TOKEN_REQUEST_READ_SECONDS, connect=limits.TOKEN_REQUEST_CONNECT_SECONDS)


class Answer(Struct, frozen=True):
    """One HTTP answer, read to its end. ``headers`` are looked up without regard to case; ``url`` is Microsoft's."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str

    def __repr__(self) -> str:
        return f"Answer({self.status}, {len(self.body)} bytes)"


Service = Callable[[str, str, Mapping[str, str], bytes], Answer]
"""Method, address, headers and body of a request → its answer, the body as it would be on the wire."""


class Network:
    """The connections of one run of the program.

    ``simulator`` is the address of a simulator on this machine; with it nothing else can be reached. ``service``
    answers in Microsoft's place, in the same process. Raises UsageError when the simulator's address is not loopback
    http.
    """

    def __init__(
        self,
        simulator: str | None = None,
        *,
        service: Service | None = None,
        deadline_seconds: float = limits.REQUEST_DEADLINE_SECONDS,
    ) -> None:
        self.simulator = simulator_origin(simulator) if simulator else None
        self._service = service
        self._deadline = deadline_seconds
        self._lock = threading.Lock()
        self._tls: ssl.SSLContext | None = None
        self._client: httpx.Client | None = None
        self._async_clients: WeakKeyDictionary[asyncio.AbstractEventLoop, httpx.AsyncClient] = WeakKeyDictionary()

    async def request(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, content: bytes | None = None
    ) -> Answer:
        """Send one request and read the answer whole, whatever its status.

        Raises ForeignAddress or Unreachable when nothing was sent, Unanswered when the outcome is unknown, and
        UnreadableAnswer for a body that is damaged or too large.
        """
        check_address(url)
        with self._translated(httpx.URL(url).host):
            async with (
                asyncio.timeout(self._deadline),
                self._async_client().stream(method, url, headers=headers, content=content) as response,
            ):
                body = Body(response.headers.get("content-encoding", ""))
                async for chunk in response.aiter_raw():
                    body.feed(chunk)
        return Answer(response.status_code, response.headers, body.whole(), str(response.url))

    def exchange(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
        content: str | None = None,
    ) -> Answer:
        """The blocking form of `request`, for worker threads, with the shorter timeouts of a token request."""
        check_address(url)
        ends = time.monotonic() + self._deadline
        with (
            self._translated(httpx.URL(url).host),
            self._sync_client().stream(
                method, url, params=params, headers=headers, data=form, content=content
            ) as response,
        ):
            body = Body(response.headers.get("content-encoding", ""))
            for chunk in response.iter_raw():
                body.feed(chunk)
                if time.monotonic() > ends:
                    raise TimeoutError
        return Answer(response.status_code, response.headers, body.whole(), str(response.url))

    async def probe(self) -> None:
        """Raise RemoteError in one clear line when there is no simulator at the simulator's address."""
        address = f"{LOGIN}/common/discovery/instance?api-version=1.1&authorization_endpoint={LOGIN}/common/authorize"
        try:
            answer = await self.request("GET", address)
            is_simulator = answer.status == 200 and isinstance(json_object(answer.body).get("metadata"), list)
        except (Unanswered, UnreadableAnswer):
            is_simulator = False
        if not is_simulator:
            raise self._no_simulator()

    async def control(self, path: str, payload: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Ask the simulator itself: POST ``payload`` to its ``path``, or GET it when there is none.

        Raises UsageError without a simulator, RemoteError when it does not answer with a JSON object.
        """
        if self.simulator is None or not path.startswith("/simulator/"):
            raise UsageError("Only a simulator can be told what to do.", "Name one with --simulator, or use --demo.")
        with self._translated(self.simulator):
            async with httpx.AsyncClient(transport=httpx.AsyncHTTPTransport(verify=_no_tls()), timeout=_TIMEOUT) as own:
                method = "GET" if payload is None else "POST"
                response = await own.request(method, self.simulator + path, json=payload)
        if response.status_code >= 300:
            raise RemoteError(f"The simulator refused the request ({response.status_code}).")
        return json_object(response.content)

    async def aclose(self) -> None:
        """Close the connections of the running event loop and those of worker threads."""
        with self._lock:
            client, self._client = self._client, None
            async_client = self._async_clients.pop(asyncio.get_running_loop(), None)
        if client:
            client.close()
        if async_client:
            await async_client.aclose()

    def _async_client(self) -> httpx.AsyncClient:
        loop = asyncio.get_running_loop()
        with self._lock:
            if loop not in self._async_clients:
                with _proxy_errors():
                    self._async_clients[loop] = httpx.AsyncClient(
                        transport=self._async_transport(),
                        verify=self._context(),
                        headers=_HEADERS,
                        timeout=_TIMEOUT,
                        event_hooks={"request": [_refuse_foreign_async]},
                    )
            return self._async_clients[loop]

    def _sync_client(self) -> httpx.Client:
        with self._lock:
            if self._client is None:
                with _proxy_errors():
                    self._client = httpx.Client(
                        transport=self._transport(),
                        verify=self._context(),
                        headers=_HEADERS,
                        timeout=_TOKEN_TIMEOUT,
                        event_hooks={"request": [_refuse_foreign]},
                    )
            return self._client

    def _transport(self) -> httpx.BaseTransport | None:
        """What replaces the way to the internet, if anything does."""
        if self._service:
            return _InProcess(self._service)
        return _Loopback(self.simulator) if self.simulator else None

    def _async_transport(self) -> httpx.AsyncBaseTransport | None:
        if self._service:
            return _InProcess(self._service)
        return _AsyncLoopback(self.simulator) if self.simulator else None

    def _context(self) -> ssl.SSLContext:
        if self._tls is None:
            self._tls = _no_tls() if self.simulator or self._service else _system_trust()
        return self._tls

    @contextlib.contextmanager
    def _translated(self, host: str) -> Iterator[None]:
        try:
            yield
        except _NOT_SENT as error:
            raise self._unreachable(host, error) from None
        except httpx.DecodingError:
            raise UnreadableAnswer(f"The answer of {host} arrived damaged.", _LATER) from None
        except (httpx.TransportError, TimeoutError):
            raise Unanswered(f"{host} did not answer in time or broke off.", _LATER) from None

    def _unreachable(self, host: str, error: httpx.TransportError) -> RemoteError:
        if self.simulator:
            return self._no_simulator()
        if isinstance(error, httpx.ProxyError):
            return Unreachable(f"The proxy refused the way to {host}.", "Check HTTPS_PROXY and NO_PROXY.")
        if _is_certificate_error(error):
            return Unreachable(
                f"The certificate of {host} is not trusted.",
                "If your organisation inspects traffic, set REQUESTS_CA_BUNDLE to the file of its certificates.",
            )
        return Unreachable(f"{host} cannot be reached.", _LATER)

    def _no_simulator(self) -> Unreachable:
        return Unreachable(f"No simulator answers at {self.simulator}.", "Start one with: calconnect-tui simulate")


class _Loopback(httpx.HTTPTransport):
    """Sends what is addressed to Microsoft's hosts to the simulator, and nothing else anywhere."""

    def __init__(self, simulator: str) -> None:
        super().__init__(verify=_no_tls())
        self._simulator = httpx.URL(simulator)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return super().handle_request(_readdressed(request, self._simulator))


class _AsyncLoopback(httpx.AsyncHTTPTransport):
    """`_Loopback` for an event loop."""

    def __init__(self, simulator: str) -> None:
        super().__init__(verify=_no_tls())
        self._simulator = httpx.URL(simulator)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return await super().handle_async_request(_readdressed(request, self._simulator))


class _InProcess(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Hands each request to a service of this process."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return self._answer(request, request.read())

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return self._answer(request, await request.aread())

    def _answer(self, request: httpx.Request, body: bytes) -> httpx.Response:
        answer = self._service(request.method, str(request.url), request.headers, body)
        return httpx.Response(answer.status, headers=answer.headers, stream=httpx.ByteStream(answer.body))


def _readdressed(request: httpx.Request, simulator: httpx.URL) -> httpx.Request:
    """A new request, so that the client's own keeps Microsoft's address; the Host header is among the headers."""
    _refuse_foreign(request)
    url = request.url.copy_with(scheme=simulator.scheme, host=simulator.host, port=simulator.port)
    return httpx.Request(
        request.method, url, headers=request.headers, stream=request.stream, extensions=request.extensions
    )


def _refuse_foreign(request: httpx.Request) -> None:
    if not is_own(request.url.scheme, request.url.host, request.url.port):
        raise ForeignAddress("A request was about to leave for an address that is not Microsoft's.", "It was not sent.")


async def _refuse_foreign_async(request: httpx.Request) -> None:
    _refuse_foreign(request)


def _system_trust() -> ssl.SSLContext:
    """The certificates that this machine trusts, and those in the file or folder of REQUESTS_CA_BUNDLE."""
    import truststore

    context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    extra = os.environ.get("REQUESTS_CA_BUNDLE", "")
    if extra:
        try:
            context.load_verify_locations(**{"capath" if Path(extra).is_dir() else "cafile": extra})
        except (OSError, ssl.SSLError):
            raise UsageError(
                "REQUESTS_CA_BUNDLE does not name a readable file of certificates.", "Correct or remove it."
            ) from None
    return context


def _no_tls() -> ssl.SSLContext:
    """Trusts nothing: what only speaks plain HTTP on loopback must never begin to speak TLS to somebody."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


@contextlib.contextmanager
def _proxy_errors() -> Iterator[None]:
    try:
        yield
    except (ImportError, ValueError, httpx.InvalidURL):
        raise UsageError(
            "The proxy in HTTPS_PROXY or ALL_PROXY cannot be used.", "Name an http or https proxy."
        ) from None


def _is_certificate_error(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return True
        error = error.__cause__ or error.__context__
    return False
