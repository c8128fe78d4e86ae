"""Signing in with a browser on this machine: one form with the right state comes in, and nothing else."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from microsoft_double import BEN, EVA, HandClock, Microsoft, json_answer

from tui.domain.accounts import AccountKind, Mode
from tui.errors import SignInError
from tui.outlook.identity import Identity, SignedIn
from tui.outlook.sign_in_errors import BlockedByPolicy, SignInDeclined, SignInExpired, WrongKindOfAccount
from tui.outlook.token_store import TokenStore
from tui.simulator.messages import Request, Response

Connect = Callable[..., Identity]
FORM = "application/x-www-form-urlencoded"


class Browser:
    """Opens the address that it is given, and brings answers back to this machine."""

    def __init__(self) -> None:
        self.opened: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def open(self, url: str) -> None:
        self.opened.set_result(url)

    async def asked(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(await self.opened).query))

    async def send(self, request: bytes) -> bytes:
        """What comes back for raw bytes sent to the door."""
        port = urlsplit((await self.asked())["redirect_uri"]).port
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(request)
        writer.write_eof()
        try:
            return await reader.read()
        finally:
            writer.close()

    async def post(self, path: str = "/", host: str = "", **form: str) -> bytes:
        body = urlencode(form).encode()
        host = host or urlsplit((await self.asked())["redirect_uri"]).netloc
        head = f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: {FORM}\r\nContent-Length: {len(body)}\r\n\r\n"
        return await self.send(head.encode() + body)


@asynccontextmanager
async def signing_in(
    identity: Identity, kind: AccountKind = AccountKind.WORK, mode: Mode = Mode.WRITE
) -> AsyncIterator[tuple[Browser, asyncio.Task[SignedIn]]]:
    browser = Browser()
    task = asyncio.create_task(identity.sign_in_with_browser(kind, mode, browser.open))
    yield browser, task
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def redeem(microsoft: Microsoft, browser: Browser, address: str) -> None:
    """Let Microsoft give tokens of ``address`` for the code CODE."""

    def replace(request: Request) -> Response | None:
        form = request.form()
        if form.get("grant_type") != "authorization_code":
            return None
        assert form["code"] == "CODE"
        assert len(form["code_verifier"]) >= 43
        nonce = dict(parse_qsl(urlsplit(browser.opened.result()).query))["nonce"]
        accounts = microsoft.simulator.accounts
        mailbox = accounts.mailboxes[address]
        answer = accounts.tokens(
            mailbox, form["scope"], form["client_id"], "https://login.microsoftonline.com", datetime.now(UTC), nonce
        )
        return json_answer(200, json.dumps(answer))

    microsoft.replace = replace


async def test_a_browser_signs_the_account_in_and_gets_a_plain_page(
    connect: Connect, microsoft: Microsoft, store: TokenStore, clock: HandClock
) -> None:
    identity = connect(microsoft, store, clock)
    async with signing_in(identity) as (browser, task):
        asked = await browser.asked()
        assert (await browser.opened).startswith(
            "https://login.microsoftonline.com/organizations/oauth2/v2.0/authorize?"
        )
        assert asked["redirect_uri"].startswith("http://localhost:")
        assert (asked["response_mode"], asked["prompt"]) == ("form_post", "select_account")
        assert asked["code_challenge_method"] == "S256"
        assert "Calendars.ReadWrite" in asked["scope"].split()
        redeem(microsoft, browser, BEN)
        page = await browser.post(code="CODE", state=asked["state"], session_state="x")
        account = await task
        assert page.startswith(b"HTTP/1.1 200 ")
        assert b"CODE" not in page
        assert asked["state"].encode() not in page
        assert (account.address, account.kind, account.mode) == (BEN, AccountKind.WORK, Mode.WRITE)
        assert await identity.token(account.id, account.kind, account.mode)
        with pytest.raises(ConnectionRefusedError):
            await browser.post(code="CODE", state=asked["state"])


async def test_whatever_else_knocks_is_turned_away_and_the_sign_in_goes_on(
    connect: Connect, microsoft: Microsoft, store: TokenStore, clock: HandClock
) -> None:
    async with signing_in(connect(microsoft, store, clock)) as (browser, task):
        asked = await browser.asked()
        redeem(microsoft, browser, BEN)
        for page in (
            await browser.post(code="EVIL", state="guessed"),
            await browser.post(code="EVIL"),
            await browser.post("/other", code="CODE", state=asked["state"]),
            await browser.post(host="evil.example", code="CODE", state=asked["state"]),
            await browser.send(b"GET /?code=EVIL HTTP/1.1\r\nHost: localhost\r\n\r\n"),
            await browser.send(b"POST / HTTP/1.1\r\nContent-Length: 99999999999999\r\n\r\n"),
            await browser.send(b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n"),
        ):
            assert page.startswith(b"HTTP/1.1 400 ")
        for noise in (
            b"",
            b"\x16\x03\x01\x02\x00",
            b"A" * 100_000,
            b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nshort",
        ):
            assert not (await browser.send(noise)).startswith(b"HTTP/1.1 200")
        assert not task.done()
        await browser.post(code="CODE", state=asked["state"])
        assert (await task).address == BEN


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"error": "access_denied", "error_description": "AADSTS65004: declined"}, SignInDeclined),
        ({"error": "access_denied", "error_description": "AADSTS53003: blocked"}, BlockedByPolicy),
    ],
)
async def test_a_refusal_that_the_browser_brings_has_its_own_words(
    connect: Connect,
    microsoft: Microsoft,
    store: TokenStore,
    clock: HandClock,
    form: dict[str, str],
    error: type[SignInError],
) -> None:
    async with signing_in(connect(microsoft, store, clock)) as (browser, task):
        await browser.post(**form, state=(await browser.asked())["state"])
        with pytest.raises(error):
            await task


async def test_an_account_of_the_other_kind_is_refused(
    connect: Connect, microsoft: Microsoft, store: TokenStore, clock: HandClock
) -> None:
    identity = connect(microsoft, store, clock)
    async with signing_in(identity) as (browser, task):
        asked = await browser.asked()
        redeem(microsoft, browser, EVA)
        await browser.post(code="CODE", state=asked["state"])
        with pytest.raises(WrongKindOfAccount, match="personal"):
            await task
    assert await identity.accounts() == []


async def test_a_browser_that_nobody_uses_is_given_up_after_a_quarter_of_an_hour(
    connect: Connect, microsoft: Microsoft, store: TokenStore, clock: HandClock
) -> None:
    async with signing_in(connect(microsoft, store, clock)) as (browser, task):
        await browser.opened
        while not clock.slept:
            await asyncio.sleep(0)
        await clock.advance(900)
        with pytest.raises(SignInExpired):
            await task


async def test_cancelling_closes_the_door(
    connect: Connect, microsoft: Microsoft, store: TokenStore, clock: HandClock
) -> None:
    async with signing_in(connect(microsoft, store, clock)) as (browser, task):
        await browser.opened
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        with pytest.raises(ConnectionRefusedError):
            await browser.post(code="CODE", state="x")


async def test_a_connection_that_a_browser_keeps_open_does_not_hold_up_the_end(
    connect: Connect, microsoft: Microsoft, store: TokenStore, clock: HandClock
) -> None:
    async with signing_in(connect(microsoft, store, clock)) as (browser, task):
        asked = await browser.asked()
        redeem(microsoft, browser, BEN)
        reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(asked["redirect_uri"]).port)
        await browser.post(code="CODE", state=asked["state"])
        assert (await task).address == BEN
        with contextlib.suppress(ConnectionResetError):
            assert await reader.read() == b""
        writer.close()
