"""What every test stands on: reproducible examples, and no way out to a network."""

from __future__ import annotations

import ipaddress
import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

_reached_outside: list[str] = []


def _load_profile() -> None:
    """Examples are the same in every run; ``HYPOTHESIS_PROFILE`` says how many (fast, ci or long)."""
    for name, examples in {"fast": 40, "ci": 1_000, "long": 20_000}.items():
        settings.register_profile(
            name,
            max_examples=examples,
            derandomize=True,
            deadline=None,
            database=None,
            print_blob=True,
            suppress_health_check=[HealthCheck.too_slow],
        )
    settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fast"))


def _is_outside(host: object) -> bool:
    """Whether ``host`` is neither a local path nor a name or number of this machine."""
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if not isinstance(host, str) or host in ("", "localhost"):
        return False
    try:
        return not ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return True


def _refuse_outside(event: str, arguments: tuple[object, ...]) -> None:
    """Refuse what would leave the machine as if it were offline, and remember it: the code may catch the refusal."""
    if event in ("socket.connect", "socket.sendto"):
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else None
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        host = arguments[0]
    else:
        return
    if _is_outside(host):
        _reached_outside.append(f"{event} {host!r}")
        raise socket.gaierror(socket.EAI_NONAME, "tests do not reach outside this machine")


def _heed_interrupts() -> None:
    """A run in the background of a shell ignores interrupts, and so would every program that a test starts."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN and threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.default_int_handler)


_load_profile()
_heed_interrupts()
sys.addaudithook(_refuse_outside)


@pytest.fixture(autouse=True)
def reached_outside() -> Iterator[list[str]]:
    """Fails the test that tried to reach another machine, even where the program took the refusal as being offline.

    A test that means to try clears the list.
    """
    _reached_outside.clear()
    yield _reached_outside
    attempts = list(dict.fromkeys(_reached_outside))
    _reached_outside.clear()
    if attempts:
        pytest.fail(f"the test reached outside this machine: {', '.join(attempts)}")
