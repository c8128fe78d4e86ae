"""The simulator on a loopback socket: the only module here that knows sockets, processes and the clock."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import uvicorn
from starlette.requests import ClientDisconnect
from starlette.requests import Request as AsgiRequest
from starlette.responses import Response as AsgiResponse
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from tui.simulator.messages import Request, Response
from tui.simulator.scenario import Scenario
from tui.simulator.service import Simulator

HOST = "127.0.0.1"
NOW_VARIABLE = "CALCONNECT_NOW"
PARENT_CHECK_SECONDS = 1.0
GRACE_SECONDS = 0.4
LARGEST_BODY = 4 * 1024 * 1024


def say(line: str) -> None:
    """Write one line to standard output at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def serve(
    scenario: Scenario,
    port: int = 0,
    speed: float = 1.0,
    announce: Callable[[str], None] = say,
    parent_pid: int | None = None,
) -> None:
    """Serve a scenario on 127.0.0.1 until SIGTERM, SIGINT or the end of the process `parent_pid`.

    `announce` gets one line, `listening on http://127.0.0.1:PORT`, once requests are answered. Raises ScenarioError,
    `ValueError` for a CALCONNECT_NOW that is no instant, and `OSError` when the port is taken.
    """
    simulator = Simulator(scenario, speed=speed, calendar_shift=shift_from(os.environ))
    server, listener = prepared(simulator, port)
    asyncio.run(run(server, listener, lambda: announce(f"listening on {simulator.own_origin}"), parent_pid))


@contextlib.contextmanager
def serving(simulator: Simulator, port: int = 0) -> Iterator[str]:
    """Serve a simulator from a thread of this process; gives its origin."""
    server, listener = prepared(simulator, port)
    is_ready = threading.Event()
    thread = threading.Thread(target=lambda: asyncio.run(run(server, listener, is_ready.set, None)), daemon=True)
    thread.start()
    try:
        is_ready.wait()
        yield simulator.own_origin
    finally:
        server.should_exit = True
        thread.join()


def shift_from(environment: Mapping[str, str]) -> timedelta:
    """How far the calendars' clock is ahead of the machine's; raises `ValueError`."""
    text = environment.get(NOW_VARIABLE, "")
    if not text:
        return timedelta(0)
    start = datetime.fromisoformat(text)
    return (start if start.tzinfo else start.replace(tzinfo=UTC)) - datetime.now(UTC)


def prepared(simulator: Simulator, port: int) -> tuple[uvicorn.Server, socket.socket]:
    """A server and its bound socket; the simulator learns its own origin."""
    listener = socket.create_server((HOST, port))
    simulator.own_origin = f"http://{HOST}:{listener.getsockname()[1]}"
    config = uvicorn.Config(
        Application(simulator),
        http=Connection,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=GRACE_SECONDS,  # type: ignore[arg-type]
    )
    return QuietServer(config), listener


async def run(
    server: uvicorn.Server, listener: socket.socket, when_ready: Callable[[], None], parent_pid: int | None
) -> None:
    """Serve until the server is told to exit; `when_ready` is called once it answers."""
    stop_on_signals(server)
    serving_task = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started and not serving_task.done():
        await asyncio.sleep(0.005)
    when_ready()
    watching = asyncio.create_task(watch_parent(server, parent_pid)) if parent_pid is not None else None
    try:
        await serving_task
    finally:
        if watching is not None:
            watching.cancel()


def stop_on_signals(server: uvicorn.Server) -> None:
    if threading.current_thread() is not threading.main_thread():
        return
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: setattr(server, "should_exit", True))


async def watch_parent(server: uvicorn.Server, parent_pid: int) -> None:
    """Stop serving when the process that wanted it is gone, so that a killed demo leaves no orphan."""
    is_child = os.getppid() == parent_pid
    while (os.getppid() == parent_pid if is_child else is_alive(parent_pid)) and not server.should_exit:
        await asyncio.sleep(PARENT_CHECK_SECONDS)
    server.should_exit = True


def is_alive(pid: int) -> bool:
    """Whether a process exists."""
    if sys.platform == "win32":
        return is_alive_on_windows(pid)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return not has_ended(pid)


def has_ended(pid: int) -> bool:
    """Whether a process is gone but for its entry, which only its own parent can take away (Linux)."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()
    except OSError:
        return False
    return state[:1] == ["Z"]


class QuietServer(uvicorn.Server):
    """A server that leaves the handling of signals to `stop_on_signals`."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class Connection(H11Protocol):
    """A connection that the application can cut off: its transport is in the state of each request."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        connection = transport.get_extra_info("socket")
        if connection is not None:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.app_state = {**self.app_state, "transport": transport}


class Application:
    """The ASGI side of a simulator."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        try:
            request = await read_request(scope, receive)
        except ClientDisconnect:
            return
        if request is None:
            await AsgiResponse(status_code=413)(scope, receive, send)
            return
        now = datetime.now(UTC)
        with self._simulator.in_flight(request, now) as refusal:
            answer = refusal or self._simulator.handle(request, now)
            if answer.delay:
                await asyncio.sleep(answer.delay)
            if answer.drop:
                await cut_off(scope, receive)
                return
            await asgi_response(answer)(scope, receive, send)


async def read_request(scope: Scope, receive: Receive) -> Request | None:
    """The whole request, None when its body is larger than anything Graph takes."""
    body = bytearray()
    source = AsgiRequest(scope, receive)
    async for chunk in source.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            return None
    headers: dict[str, str] = {}
    for name, value in source.headers.items():
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    path = scope.get("raw_path", b"").decode("latin-1") or scope["path"]
    pairs = tuple(source.query_params.multi_items())
    return Request(source.method, path.partition("?")[0], pairs, headers, bytes(body))


def asgi_response(answer: Response) -> AsgiResponse:
    return AsgiResponse(answer.body, answer.status, dict(answer.headers))


async def cut_off(scope: Scope, receive: Receive) -> None:
    """Close the connection without an answer."""
    scope["state"]["transport"].abort()
    while (await receive())["type"] != "http.disconnect":
        pass


def is_alive_on_windows(pid: int) -> bool:
    """Whether a process exists; signal 0 would be a Ctrl+C there."""
    import ctypes

    kernel: Any = getattr(ctypes, "windll").kernel32  # noqa: B009
    synchronize, still_running = 0x00100000, 0x00000102
    handle = kernel.OpenProcess(synchronize, False, pid)
    if not handle:
        return False
    is_running = kernel.WaitForSingleObject(handle, 0) == still_running
    kernel.CloseHandle(handle)
    return bool(is_running)
