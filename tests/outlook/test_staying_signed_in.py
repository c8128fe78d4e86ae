"""Keeping signed in: when a token is renewed, by whom, and what a failed renewal means."""

from __future__ import annotations

import asyncio

import pytest
from microsoft_double import ANA, HandClock, Microsoft, json_answer, settle
from sign_in_steps import PERSONAL, WORK, Connect, changed, refreshes, refuse_refresh, sign_in

from tui.domain.accounts import Mode
from tui.errors import CalConnectError, RemoteError
from tui.outlook.errors import Unreachable
from tui.outlook.sign_in_errors import ConsentNeeded, SignInAgain
from tui.outlook.token_store import TokenStore
from tui.simulator.messages import Response


async def test_a_token_in_memory_costs_no_request_until_it_nears_its_end(
    connect: Connect, microsoft: Microsoft, store: TokenStore, clock: HandClock
) -> None:
    microsoft.simulator.accounts.lifetime = 280
    identity = connect(microsoft, store, clock)
    account = await sign_in(identity)
    before = len(microsoft.requests)
    first = await identity.token(account.id, WORK, Mode.WRITE)
    clock.seconds += 139
    assert await identity.token(account.id, WORK, Mode.WRITE) == first
    assert len(microsoft.requests) == before
    clock.seconds += 1
    assert await identity.token(account.id, WORK, Mode.WRITE) != first
    assert len(refreshes(microsoft)) == 1


async def test_many_callers_at_once_make_one_refresh(
    connect: Connect, microsoft: Microsoft, store: TokenStore, clock: HandClock
) -> None:
    microsoft.simulator.identity.strict_rotation = True
    identity = connect(microsoft, store, clock)
    account = await sign_in(identity)
    callers = [identity.token(account.id, WORK, Mode.WRITE, force=True) for _ in range(8)]
    assert len(set(await asyncio.gather(*callers))) == 1
    assert len(refreshes(microsoft)) == 1


async def test_a_refresh_whose_caller_gave_up_is_not_doubled_by_the_next_caller(
    connect: Connect, microsoft: Microsoft, store: TokenStore, clock: HandClock
) -> None:
    identity = connect(microsoft, store, clock)
    account = await sign_in(identity)
    answer_now = microsoft.hold()
    first = asyncio.create_task(identity.token(account.id, WORK, Mode.WRITE, force=True))
    await asyncio.to_thread(microsoft.reached.wait, 10)
    first.cancel()
    second = asyncio.create_task(identity.token(account.id, WORK, Mode.WRITE, force=True))
    await settle()
    assert first.cancelled()
    answer_now.set()
    assert await second
    assert len(refreshes(microsoft)) == 1


async def test_each_refresh_uses_the_token_of_the_one_before(
    connect: Connect, microsoft: Microsoft, store: TokenStore, clock: HandClock
) -> None:
    microsoft.simulator.identity.strict_rotation = True
    identity = connect(microsoft, store, clock)
    account = await sign_in(identity)
    for _ in range(4):
        await identity.token(account.id, WORK, Mode.WRITE, force=True)
    assert len({form["refresh_token"] for form in refreshes(microsoft)}) == 4


async def test_a_second_run_of_the_program_needs_no_sign_in(
    connect: Connect, microsoft: Microsoft, store: TokenStore, clock: HandClock
) -> None:
    account = await sign_in(connect(microsoft, store, clock))
    later = connect(microsoft, store, clock)
    before = len(microsoft.token_requests)
    assert await later.accounts() == [account]
    assert await later.token(account.id, WORK, Mode.WRITE)
    assert len(microsoft.token_requests) == before


async def test_a_refused_refresh_says_to_sign_in_again_and_is_not_repeated_for_half_an_hour(
    connect: Connect, microsoft: Microsoft, store: TokenStore, clock: HandClock
) -> None:
    identity = connect(microsoft, store, clock)
    account = await sign_in(identity)
    microsoft.replace = refuse_refresh("invalid_grant", 50173, "bad_token")
    for _ in range(5):
        with pytest.raises(SignInAgain, match="revoked") as refused:
            await identity.token(account.id, WORK, Mode.WRITE, force=True)
        clock.seconds += 300
    assert len(refreshes(microsoft)) == 1
    assert refused.value.details == "AADSTS50173, correlation id c0ffee"
    microsoft.control("next-sign-in", address=ANA)
    await sign_in(identity)
    microsoft.replace = lambda request: None
    assert await identity.token(account.id, WORK, Mode.WRITE, force=True)


async def test_a_sign_in_in_another_process_ends_the_pause_at_once(
    connect: Connect, microsoft: Microsoft, store: TokenStore, clock: HandClock
) -> None:
    identity, other = connect(microsoft, store, clock), connect(microsoft, store, clock)
    account = await sign_in(identity)
    microsoft.replace = refuse_refresh("invalid_grant", 70000)
    with pytest.raises(SignInAgain):
        await identity.token(account.id, WORK, Mode.WRITE, force=True)
    microsoft.replace = lambda request: None
    microsoft.control("next-sign-in", address=ANA)
    await sign_in(other)
    assert await identity.token(account.id, WORK, Mode.WRITE, force=True)


@pytest.mark.parametrize("fault", [{"status": 503}, {"status": 500, "body": "<html>"}, {"drop": True}])
async def test_an_outage_during_a_refresh_is_no_sign_in_error_and_passes(
    connect: Connect, microsoft: Microsoft, store: TokenStore, clock: HandClock, fault: dict[str, object]
) -> None:
    identity = connect(microsoft, store, clock)
    account = await sign_in(identity)
    microsoft.fault(path="/token", **fault)
    with pytest.raises(RemoteError):
        await identity.token(account.id, WORK, Mode.WRITE, force=True)
    assert await identity.token(account.id, WORK, Mode.WRITE, force=True)


async def test_an_early_renewal_that_fails_falls_back_to_the_token_that_is_still_good(
    connect: Connect, microsoft: Microsoft, store: TokenStore, clock: HandClock
) -> None:
    identity = connect(microsoft, store, clock)
    code = await identity.begin(WORK, Mode.WRITE)

    microsoft.replace = changed(microsoft, refresh_in=-1)
    account = await identity.finish(code)
    clock.seconds += 3_000
    token = next(entry["secret"] for entry in store.search("AccessToken"))
    microsoft.replace = lambda request: Unreachable("offline") if request.path.endswith("/token") else None
    before = len(microsoft.token_requests)
    assert await identity.token(account.id, WORK, Mode.WRITE) == token
    assert await identity.token(account.id, WORK, Mode.WRITE) == token
    assert len(microsoft.token_requests) == before + 1


async def test_starting_offline_is_no_sign_in_error_and_later_all_is_well(
    connect: Connect, microsoft: Microsoft, store: TokenStore, clock: HandClock
) -> None:
    account = await sign_in(connect(microsoft, store, clock))
    microsoft.replace = lambda request: Unreachable("offline")
    later = connect(microsoft, store, clock)
    assert await later.accounts() == [account]
    with pytest.raises(Unreachable):
        await later.token(account.id, WORK, Mode.WRITE)
    with pytest.raises(Unreachable):
        await later.begin(WORK, Mode.WRITE)
    microsoft.replace = lambda request: None
    assert await later.token(account.id, WORK, Mode.WRITE)


async def test_a_captive_portal_is_not_taken_for_microsoft(
    connect: Connect, microsoft: Microsoft, store: TokenStore, clock: HandClock
) -> None:
    microsoft.replace = lambda request: Response(200, {"content-type": "text/html"}, b"<html>Room number?</html>")
    with pytest.raises(RemoteError, match="open a browser"):
        await connect(microsoft, store, clock).begin(WORK, Mode.READ)


@pytest.mark.parametrize("body", ["{}", '{"user_code": "A"}', '{"user_code": 5, "interval": [], "expires_in": {}}'])
async def test_an_answer_of_the_wrong_shape_is_an_error_for_the_person_and_no_crash(
    connect: Connect, microsoft: Microsoft, store: TokenStore, clock: HandClock, body: str
) -> None:
    microsoft.replace = lambda request: json_answer(200, body) if "devicecode" in request.path else None
    with pytest.raises(CalConnectError):
        await connect(microsoft, store, clock).begin(WORK, Mode.READ)
    microsoft.replace = lambda request: json_answer(200, body)
    with pytest.raises(CalConnectError):
        await connect(microsoft, store, clock).begin(PERSONAL, Mode.READ)


async def test_asking_for_more_than_was_granted_says_what_is_missing_and_reading_goes_on(
    connect: Connect, microsoft: Microsoft, store: TokenStore, clock: HandClock
) -> None:
    identity = connect(microsoft, store, clock)
    account = await sign_in(identity, mode=Mode.READ)
    with pytest.raises(ConsentNeeded):
        await identity.token(account.id, WORK, Mode.WRITE)
    assert await identity.token(account.id, WORK, Mode.READ)


async def test_an_account_that_is_not_signed_in_is_said_so_without_a_request(
    connect: Connect, microsoft: Microsoft, store: TokenStore, clock: HandClock
) -> None:
    with pytest.raises(SignInAgain, match="not signed in"):
        await connect(microsoft, store, clock).token("nobody.nowhere", WORK, Mode.READ)
    assert microsoft.requests == []
