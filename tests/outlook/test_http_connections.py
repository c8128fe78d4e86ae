"""How Microsoft is reached: offline, certificates, proxies and one event loop after the other."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from pathlib import Path

import httpx
import pytest
from loopback_server import EVENTS, TOKEN
from microsoft_double import Microsoft

from tui.errors import RemoteError, UsageError
from tui.outlook.errors import Unreachable
from tui.outlook.http import Answer, Network

OK = Answer(200, {}, b"{}", EVENTS)


async def test_being_offline_is_one_plain_error_that_says_nothing_was_sent(reached_outside: list[str]) -> None:
    network = Network()
    for request in (
        network.request("GET", EVENTS),
        asyncio.to_thread(network.exchange, "GET", TOKEN),
    ):
        with pytest.raises(Unreachable, match="cannot be reached") as offline:
            await request
        assert isinstance(offline.value, RemoteError)
    await network.aclose()
    assert {attempt.split()[0] for attempt in reached_outside} <= {"socket.getaddrinfo", "socket.connect"}
    assert reached_outside
    reached_outside.clear()


async def test_an_untrusted_certificate_names_the_setting_that_helps() -> None:
    def fail(method: str, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        try:
            raise ssl.SSLCertVerificationError(1, "self-signed certificate in certificate chain")
        except ssl.SSLError as cause:
            raise httpx.ConnectError("failed") from cause

    network = Network(service=fail)
    with pytest.raises(Unreachable, match="REQUESTS_CA_BUNDLE"):
        await network.request("GET", EVENTS)
    await network.aclose()


async def test_a_proxy_that_cannot_be_used_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "gopher://127.0.0.1:70")
    with pytest.raises(UsageError, match="HTTPS_PROXY"):
        await Network().request("GET", EVENTS)


async def test_a_file_of_certificates_that_is_none_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("missing.pem", "empty.pem"):
        (tmp_path / "empty.pem").write_text("no certificate")
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / name))
        with pytest.raises(UsageError, match="REQUESTS_CA_BUNDLE"):
            await Network().request("GET", EVENTS)


def test_certificates_are_verified_with_and_without_a_simulator() -> None:
    for network in (Network(), Network("http://127.0.0.1:1"), Network(service=lambda *_: OK)):
        context = network._context()
        assert context.verify_mode is ssl.CERT_REQUIRED
        assert context.check_hostname


def test_one_network_serves_several_event_loops_one_after_the_other(microsoft: Microsoft) -> None:
    network = Network(service=microsoft.serve)

    async def ask() -> int:
        answer = await network.request("GET", EVENTS)
        await network.aclose()
        return answer.status

    assert [asyncio.run(ask()) for _ in range(3)] == [401] * 3
