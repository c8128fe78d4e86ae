"""Signing in with a code: the real MSAL against a simulator of Microsoft's identity platform."""

from __future__ import annotations

import asyncio
import json

import pytest
from microsoft_double import ANA, BEN, CLIENT_ID, EVA, HandClock, Microsoft, json_answer, scenario, settle
from sign_in_steps import WORK, Connect, changed, sign_in

from tui.domain.accounts import Mode
from tui.errors import RemoteError
from tui.outlook.errors import IdentityUnavailable, Unanswered
from tui.outlook.http import Network
from tui.outlook.identity import Identity
from tui.outlook.sign_in_errors import ConsentNeeded, SignInDeclined, SignInExpired, SignInRefused, WrongKindOfAccount
from tui.outlook.token_store import TokenStore
from tui.simulator.messages import Request, Response
from tui.simulator.server import serving
from tui.simulator.service import Simulator


async def test_over_a_real_connection_the_whole_way_works_and_the_demo_can_steer_it(
    store: TokenStore, clock: HandClock
) -> None:
    with serving(Simulator(scenario())) as address:
        network = Network(address)
        await network.probe()
        await network.control("/simulator/next-sign-in", {"address": BEN})
        identity = Identity(network, store, clock, CLIENT_ID)
        account = await sign_in(identity)
        token = await identity.token(account.id, account.kind, account.mode, force=True)
        me = await network.request(
            "GET", "https://graph.microsoft.com/v1.0/me/calendars", headers={"Authorization": f"Bearer {token}"}
        )
        assert (account.address, me.status) == (BEN, 200)
        assert me.url == "https://graph.microsoft.com/v1.0/me/calendars"
        await identity.aclose()
        await network.aclose()


async def test_a_code_that_is_approved_at_once_brings_the_account_without_waiting(
    connect: Connect, microsoft: Microsoft, store: TokenStore, clock: HandClock
) -> None:
    identity = connect(microsoft, store, clock)
    code = await identity.begin(WORK, Mode.WRITE)
    assert code.user_code
    assert code.user_code in code.message
    assert code.verification_uri.startswith("http")
    assert code.expires_in == 900
    account = await identity.finish(code)
    assert (account.address, account.name, account.kind, account.mode) == (ANA, "Ana Keller", WORK, Mode.WRITE)
    assert clock.slept == []
    assert await identity.accounts() == [account]


async def test_a_pending_code_is_asked_for_once_per_interval_until_the_person_approves(
    connect: Connect, asking: Microsoft, store: TokenStore, clock: HandClock
) -> None:
    identity = connect(asking, store, clock)
    code = await identity.begin(WORK, Mode.READ)
    assert code.interval == 1
    waits: list[float] = []
    finishing = asyncio.create_task(identity.finish(code, lambda left, trouble: waits.append(left)))
    for polls in range(3):
        await settle()
        assert len(asking.token_requests) == polls
        await clock.advance(1)
        while len(waits) < polls + 2:
            await asyncio.sleep(0.001)
    asking.control("approve", user_code=code.user_code, address=BEN)
    await clock.advance(1)
    account = await finishing
    assert (account.address, account.mode) == (BEN, Mode.READ)
    assert waits == [900, 899, 898, 897]


async def test_slow_down_makes_every_later_wait_five_seconds_longer(
    connect: Connect, asking: Microsoft, store: TokenStore, swift: HandClock
) -> None:
    identity = connect(asking, store, swift)
    code = await identity.begin(WORK, Mode.READ)
    said = iter(["slow_down", "authorization_pending", "slow_down"])

    def replace(request: Request) -> Response | None:
        if not request.path.endswith("/token"):
            return None
        error = next(said, None)
        if error is None:
            asking.replace = lambda _: None
            asking.control("approve", user_code=code.user_code)
            return None
        return json_answer(400, json.dumps({"error": error}))

    asking.replace = replace
    await identity.finish(code)
    assert swift.slept == [1, 6, 6, 11]


@pytest.mark.parametrize(("way", "error"), [("decline", SignInDeclined), ("expire", SignInExpired)])
async def test_a_sign_in_that_the_person_or_time_ends_says_so(
    connect: Connect, asking: Microsoft, store: TokenStore, swift: HandClock, way: str, error: type[SignInRefused]
) -> None:
    asking.simulator.identity.mode = way
    identity = connect(asking, store, swift)
    with pytest.raises(error) as ended:
        await sign_in(identity)
    assert "AADSTS" in ended.value.details
    assert await identity.accounts() == []


async def test_a_code_that_nobody_uses_ends_by_our_own_clock(
    connect: Connect, asking: Microsoft, store: TokenStore, swift: HandClock
) -> None:
    asking.simulator.identity.lifetime = 60
    identity = connect(asking, store, swift)
    code = await identity.begin(WORK, Mode.READ)
    asking.replace = lambda request: json_answer(400, '{"error": "authorization_pending"}')
    with pytest.raises(SignInExpired):
        await identity.finish(code)
    assert swift.seconds == 60


async def test_a_sign_in_survives_an_outage_between_two_polls_and_says_what_goes_wrong(
    connect: Connect, asking: Microsoft, store: TokenStore, swift: HandClock
) -> None:
    identity = connect(asking, store, swift)
    code = await identity.begin(WORK, Mode.READ)
    asking.control("approve", user_code=code.user_code)
    outage = [{"path": "/token", "nth": place, "status": status} for place, status in enumerate((503, 502, 429), 1)]
    asking.control("faults", faults=[*outage, {"path": "/token", "nth": 4, "drop": True}])
    troubles: list[type[RemoteError] | None] = []
    account = await identity.finish(code, lambda left, trouble: troubles.append(type(trouble) if trouble else None))
    assert account.address == ANA
    assert troubles == [None, IdentityUnavailable, IdentityUnavailable, IdentityUnavailable, Unanswered]


async def test_a_refusal_with_a_time_to_wait_does_not_end_the_sign_in(
    connect: Connect, asking: Microsoft, store: TokenStore, swift: HandClock
) -> None:
    identity = connect(asking, store, swift)
    code = await identity.begin(WORK, Mode.READ)
    asking.control("approve", user_code=code.user_code)
    said = iter([429, 503])

    def replace(request: Request) -> Response | None:
        status = next(said, None)
        return json_answer(status, "<html>", Retry_After="0") if status else None

    asking.replace = replace
    assert (await identity.finish(code)).address == ANA
    assert swift.seconds == 3


async def test_a_new_code_is_not_held_up_by_the_outage_that_spoiled_the_last_one(
    connect: Connect, asking: Microsoft, store: TokenStore, swift: HandClock
) -> None:
    asking.simulator.identity.lifetime = 5
    identity = connect(asking, store, swift)
    asking.fault(path="/token", status=503, headers={"Retry-After": "3600"})
    with pytest.raises(SignInExpired):
        await sign_in(identity)
    assert len(asking.token_requests) == 1
    asking.control("next-sign-in", address=ANA)
    assert (await sign_in(identity)).address == ANA


async def test_an_account_of_the_other_kind_is_refused_and_leaves_nothing(
    connect: Connect, asking: Microsoft, store: TokenStore, swift: HandClock
) -> None:
    asking.control("next-sign-in", address=EVA)
    identity = connect(asking, store, swift)
    with pytest.raises(WrongKindOfAccount):
        await sign_in(identity, WORK)
    assert await identity.accounts() == []


async def test_an_account_that_grants_no_calendars_is_refused_and_leaves_nothing(
    connect: Connect, microsoft: Microsoft, store: TokenStore, clock: HandClock
) -> None:
    identity = connect(microsoft, store, clock)
    code = await identity.begin(WORK, Mode.WRITE)

    microsoft.replace = changed(microsoft, scope="openid profile")
    with pytest.raises(ConsentNeeded):
        await identity.finish(code)
    assert await identity.accounts() == []
    code = await identity.begin(WORK, Mode.WRITE)
    microsoft.replace = changed(microsoft, scope="https://graph.microsoft.com/Calendars.Read openid")
    assert (await identity.finish(code)).mode is Mode.READ


async def test_a_cancelled_sign_in_ends_at_once_even_while_a_poll_is_under_way_and_leaves_no_account(
    connect: Connect, microsoft: Microsoft, store: TokenStore, clock: HandClock
) -> None:
    identity = connect(microsoft, store, clock)
    code = await identity.begin(WORK, Mode.WRITE)
    answer_now = microsoft.hold()
    finishing = asyncio.create_task(identity.finish(code))
    await asyncio.to_thread(microsoft.reached.wait, 10)
    finishing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await finishing
    assert not answer_now.is_set()
    answer_now.set()
    await identity.aclose()
    assert len(microsoft.token_requests) == 1
    assert await identity.accounts() == []
    assert store.serialize().count("secret") == 0


async def test_a_cancelled_second_sign_in_does_not_sign_the_account_out(
    connect: Connect, microsoft: Microsoft, store: TokenStore, clock: HandClock
) -> None:
    identity = connect(microsoft, store, clock)
    account = await sign_in(identity)
    microsoft.control("next-sign-in", address=ANA)
    code = await identity.begin(WORK, Mode.WRITE)
    answer_now = microsoft.hold()
    finishing = asyncio.create_task(identity.finish(code))
    await asyncio.to_thread(microsoft.reached.wait, 10)
    finishing.cancel()
    await asyncio.gather(finishing, return_exceptions=True)
    answer_now.set()
    await identity.aclose()
    assert await identity.accounts() == [account]
    assert await identity.token(account.id, WORK, Mode.WRITE, force=True)


async def test_cancelling_between_two_polls_asks_nobody_again(
    connect: Connect, asking: Microsoft, store: TokenStore, clock: HandClock
) -> None:
    identity = connect(asking, store, clock)
    finishing = asyncio.create_task(identity.finish(await identity.begin(WORK, Mode.READ)))
    await settle()
    finishing.cancel()
    await asyncio.gather(finishing, return_exceptions=True)
    await clock.advance(100)
    assert asking.token_requests == []


async def test_neither_codes_nor_tokens_are_in_any_representation(
    connect: Connect, microsoft: Microsoft, store: TokenStore, clock: HandClock
) -> None:
    identity = connect(microsoft, store, clock)
    code = await identity.begin(WORK, Mode.WRITE)
    account = await identity.finish(code)
    secrets = {code.user_code, code.flow["device_code"], await identity.token(account.id, WORK, Mode.WRITE)}
    secrets |= {entry["secret"] for kind in ("AccessToken", "RefreshToken", "IdToken") for entry in store.search(kind)}
    shown = repr((code, account, identity, store, vars(identity), vars(vars(identity)["_tokens"])))
    assert not [secret for secret in secrets if secret in shown]
