"""Signing in and keeping signed in: the real MSAL against a simulator of Microsoft's identity platform."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable

import pytest
from microsoft_double import ANA, BEN, CLIENT_ID, EVA, HandClock, Microsoft, json_answer, scenario, settle

from tui.domain.accounts import AccountKind, Mode
from tui.errors import CalConnectError, RemoteError, SettingsError, SignInError
from tui.outlook.errors import IdentityUnavailable, Unanswered, Unreachable
from tui.outlook.http import Network
from tui.outlook.identity import Identity, SignedIn, claims_challenge
from tui.outlook.sign_in_errors import (
    BlockedByPolicy,
    ClientIdMissing,
    ClientIdRefused,
    ConsentNeeded,
    NeedsAdminApproval,
    SignInAgain,
    SignInDeclined,
    SignInExpired,
    UnknownTenant,
    WrongKindOfAccount,
    sign_in_error,
)
from tui.outlook.token_store import TokenStore
from tui.simulator.messages import Request, Response
from tui.simulator.server import serving
from tui.simulator.service import Simulator

Connect = Callable[..., Identity]
WORK, PERSONAL = AccountKind.WORK, AccountKind.PERSONAL
CLAIMS = '{"access_token":{"nbf":{"essential":true,"value":"1604106651"}}}'


async def sign_in(identity: Identity, kind: AccountKind = WORK, mode: Mode = Mode.WRITE) -> SignedIn:
    return await identity.finish(await identity.begin(kind, mode))


Replace = Callable[[Request], Response | None]


def changed(microsoft: Microsoft, **fields: object) -> Replace:
    """Let Microsoft answer the next request truly but for these fields of its JSON."""

    def replace(request: Request) -> Response:
        microsoft.replace = lambda _: None
        answer = microsoft.serve(request.method, f"https://{request.host}{request.path}", request.headers, request.body)
        return json_answer(answer.status, json.dumps(json.loads(answer.body) | fields))

    return replace


def refuse_refresh(error: str, number: int, suberror: str = "") -> Replace:
    """Answer each refresh with an error, everything else truly."""
    body = json.dumps(
        {
            "error": error,
            "error_description": f"AADSTS{number}: \x1b]0;pwned\x07 no.",
            "error_codes": [number],
            "suberror": suberror,
            "correlation_id": "c0ffee",
        }
    )

    def replace(request: Request) -> Response | None:
        return json_answer(400, body) if request.form().get("grant_type") == "refresh_token" else None

    return replace


def refreshes(microsoft: Microsoft) -> list[dict[str, str]]:
    return [form for form in microsoft.token_requests if form["grant_type"] == "refresh_token"]


# Signing in


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
    connect: Connect, asking: Microsoft, store: TokenStore, swift: HandClock, way: str, error: type[SignInError]
) -> None:
    asking.simulator.identity.mode = way
    identity = connect(asking, store, swift)
    with pytest.raises(error) as ended:
        await sign_in(identity)
    assert "AADSTS" in getattr(ended.value, "details")  # noqa: B009
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


async def test_two_kinds_of_account_sign_in_and_are_renewed_each_at_its_own_authority(
    connect: Connect, microsoft: Microsoft, store: TokenStore, clock: HandClock
) -> None:
    identity = connect(microsoft, store, clock)
    ana, eva, ben = await sign_in(identity), await sign_in(identity, PERSONAL), await sign_in(identity)
    assert [account.address for account in (ana, eva, ben)] == [ANA, EVA, BEN]
    assert [account.kind for account in (ana, eva, ben)] == [WORK, PERSONAL, WORK]
    tokens = {await identity.token(account.id, account.kind, Mode.WRITE, force=True) for account in (ana, eva, ben)}
    assert len(tokens) == 3
    asked = [request.path.split("/")[1] for request in microsoft.requests if request.path.endswith("/token")]
    assert asked[3:] == ["organizations", "consumers", "organizations"]
    assert {account.address for account in await identity.accounts()} == {ANA, BEN, EVA}


async def test_without_a_client_id_signing_in_says_how_to_get_one_and_asks_nobody(
    connect: Connect, microsoft: Microsoft, store: TokenStore, clock: HandClock
) -> None:
    identity = connect(microsoft, store, clock, client_id="")
    with pytest.raises(ClientIdMissing, match="CALCONNECT_CLIENT_ID"):
        await identity.begin(WORK, Mode.READ)
    with pytest.raises(ClientIdMissing, match=r"settings\.toml"):
        await identity.sign_in_with_browser(WORK, Mode.READ, lambda url: None)
    assert microsoft.requests == []


async def test_a_client_id_that_microsoft_does_not_know_is_named_at_once(
    connect: Connect, microsoft: Microsoft, store: TokenStore, clock: HandClock
) -> None:
    body = '{"error": "unauthorized_client", "error_description": "AADSTS700016: not found", "correlation_id": "c1"}'
    microsoft.replace = lambda request: json_answer(400, body) if "devicecode" in request.path else None
    identity = connect(microsoft, store, clock)
    with pytest.raises(ClientIdRefused) as refused:
        await identity.begin(WORK, Mode.READ)
    assert refused.value.details == "AADSTS700016, correlation id c1"
    microsoft.replace = lambda request: None
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


# Keeping signed in


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


async def test_a_claims_challenge_gets_a_new_token_that_carries_the_claims(
    connect: Connect, microsoft: Microsoft, store: TokenStore, clock: HandClock
) -> None:
    identity = connect(microsoft, store, clock)
    account = await sign_in(identity)
    first = await identity.token(account.id, WORK, Mode.WRITE)
    assert await identity.token(account.id, WORK, Mode.WRITE, claims=CLAIMS) != first
    sent = json.loads(refreshes(microsoft)[0]["claims"])["access_token"]
    assert sent["nbf"]["value"] == "1604106651"
    assert sent["xms_cc"] == {"values": ["CP1"]}


async def test_a_challenge_that_a_refresh_cannot_meet_asks_for_a_sign_in_with_the_same_claims(
    connect: Connect, microsoft: Microsoft, store: TokenStore, clock: HandClock
) -> None:
    identity = connect(microsoft, store, clock)
    account = await sign_in(identity)
    microsoft.replace = refuse_refresh("interaction_required", 50076, "basic_action")
    with pytest.raises(SignInAgain) as again:
        await identity.token(account.id, WORK, Mode.WRITE, claims=CLAIMS)
    assert again.value.claims == CLAIMS
    microsoft.control("next-sign-in", address=ANA)
    await identity.finish(await identity.begin(WORK, Mode.WRITE, claims=again.value.claims))
    assert "1604106651" in microsoft.token_requests[-1]["claims"]


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


# Forgetting


async def test_forgetting_one_account_leaves_the_others_signed_in_and_works_offline(
    connect: Connect, microsoft: Microsoft, store: TokenStore, clock: HandClock
) -> None:
    identity = connect(microsoft, store, clock)
    ana, eva = await sign_in(identity), await sign_in(identity, PERSONAL)
    microsoft.replace = lambda request: Unreachable("offline")
    await identity.forget(ana.id)
    microsoft.replace = lambda request: None
    assert ana.id not in store.serialize()
    with pytest.raises(SignInAgain):
        await identity.token(ana.id, WORK, Mode.WRITE)
    assert await identity.accounts() == [eva]
    assert await identity.token(eva.id, PERSONAL, Mode.WRITE, force=True)


@pytest.mark.parametrize("is_cancelled", [False, True])
async def test_forgetting_while_a_refresh_is_under_way_leaves_nothing_behind(
    connect: Connect, microsoft: Microsoft, store: TokenStore, clock: HandClock, is_cancelled: bool
) -> None:
    identity = connect(microsoft, store, clock)
    account = await sign_in(identity)
    answer_now = microsoft.hold()
    refreshing = asyncio.create_task(identity.token(account.id, WORK, Mode.WRITE, force=True))
    await asyncio.to_thread(microsoft.reached.wait, 10)
    if is_cancelled:
        refreshing.cancel()
    forgetting = asyncio.create_task(identity.forget(account.id))
    await settle()
    answer_now.set()
    await asyncio.gather(refreshing, forgetting, return_exceptions=True)
    await identity.aclose()
    assert store.serialize().count("secret") == 0
    with pytest.raises(SignInAgain):
        await identity.token(account.id, WORK, Mode.WRITE)


async def test_forgetting_in_another_process_while_a_refresh_is_under_way_leaves_nothing_behind(
    connect: Connect, microsoft: Microsoft, store: TokenStore, clock: HandClock
) -> None:
    identity, other = connect(microsoft, store, clock), connect(microsoft, store, clock)
    account = await sign_in(identity)
    answer_now = microsoft.hold()
    refreshing = asyncio.create_task(identity.token(account.id, WORK, Mode.WRITE, force=True))
    await asyncio.to_thread(microsoft.reached.wait, 10)
    await other.forget(account.id)
    answer_now.set()
    await asyncio.gather(refreshing, return_exceptions=True)
    assert store.serialize().count("secret") == 0


# Settings and texts


@pytest.mark.parametrize("tenant", ["../common", "contoso.example/x", "a b", "a\n", "é"])
def test_a_tenant_that_cannot_be_one_is_refused(store: TokenStore, clock: HandClock, tenant: str) -> None:
    with pytest.raises(SettingsError):
        Identity(Network(), store, clock, CLIENT_ID, tenant)


async def test_a_tenant_is_used_for_work_accounts_and_an_unknown_one_is_named(
    microsoft: Microsoft, store: TokenStore, clock: HandClock
) -> None:
    network = Network(service=microsoft.serve)
    identity = Identity(network, store, clock, CLIENT_ID, "fabrikam.example")
    assert (await sign_in(identity)).address == BEN
    assert (await sign_in(identity, PERSONAL)).address == EVA
    with pytest.raises(UnknownTenant, match=r"nowhere\.example"):
        await Identity(network, store, clock, CLIENT_ID, "nowhere.example").begin(WORK, Mode.READ)
    await network.aclose()


@pytest.mark.parametrize(
    ("error", "number", "suberror", "kind"),
    [
        ("invalid_grant", 0, "", SignInAgain),
        ("interaction_required", 50079, "basic_action", SignInAgain),
        ("login_required", 0, "", SignInAgain),
        ("invalid_grant", 700082, "token_expired", SignInAgain),
        ("invalid_grant", 50057, "", SignInAgain),
        ("invalid_grant", 65001, "consent_required", ConsentNeeded),
        ("invalid_grant", 0, "consent_required", ConsentNeeded),
        ("invalid_grant", 90094, "", NeedsAdminApproval),
        ("access_denied", 50105, "", NeedsAdminApproval),
        ("access_denied", 53003, "", BlockedByPolicy),
        ("invalid_grant", 530036, "message_only", BlockedByPolicy),
        ("interaction_required", 0, "message_only", BlockedByPolicy),
        ("access_denied", 0, "", SignInDeclined),
        ("authorization_declined", 65004, "", SignInDeclined),
        ("expired_token", 70020, "", SignInExpired),
        ("bad_verification_code", 70018, "", SignInExpired),
        ("invalid_client", 7000218, "", ClientIdRefused),
        ("unauthorized_client", 700016, "", ClientIdRefused),
        ("invalid_request", 9002331, "", ClientIdRefused),
        ("invalid_request", 50194, "", ClientIdRefused),
        ("invalid_grant", 50020, "", WrongKindOfAccount),
        ("temporarily_unavailable", 90033, "", IdentityUnavailable),
        ("invalid_grant", 50196, "", IdentityUnavailable),
        ("something_new", 123456, "", SignInAgain),
    ],
)
def test_every_ending_has_its_own_class_and_words(
    error: str, number: int, suberror: str, kind: type[CalConnectError]
) -> None:
    answer = {"error": error, "error_description": f"AADSTS{number}: text", "suberror": suberror}
    said = sign_in_error(answer)
    assert type(said) is kind
    assert said.what.endswith(".")
    assert said.hint


@pytest.mark.parametrize(
    "answer",
    [
        {"error": 5, "error_codes": "x", "error_description": None, "suberror": []},
        {"error": "\x1b[2J", "error_codes": [True, {}], "correlation_id": "\x1b]0;x\x07" * 100},
        {"error": "invalid_grant", "error_description": "AADSTS" + "9" * 100_000},
    ],
)
def test_a_hostile_error_is_shown_harmlessly(answer: dict[str, object]) -> None:
    said = sign_in_error(answer)
    assert str(said).isprintable()
    details = getattr(said, "details", "")
    assert details.isprintable()
    assert len(details) <= 200


@pytest.mark.parametrize(
    ("header", "claims"),
    [
        (
            'Bearer realm="", error="insufficient_claims", claims="eyJhY2Nlc3NfdG9rZW4iOnsiYSI6MX19"',
            '{"access_token":{"a":1}}',
        ),
        ('Bearer error="insufficient_claims", claims="e30="', "{}"),
        ('Bearer error="insufficient_claims", claims="e30"', "{}"),
        (
            'Basic realm="x", Bearer error="insufficient_claims", claims="e30=", authorization_uri="https://x/?a=b"',
            "{}",
        ),
        ('Bearer error="invalid_token", claims="e30="', None),
        ('Bearer error="insufficient_claims"', None),
        ('Bearer error="insufficient_claims", claims="***"', None),
        ('Bearer error="insufficient_claims", claims="W10="', None),
        ('Bearer error="insufficient_claims", claims="/w=="', None),
        ("", None),
        ("insufficient_claims " + 'a="' * 50_000, None),
    ],
)
def test_a_claims_challenge_is_read_from_the_header(header: str, claims: str | None) -> None:
    assert claims_challenge(header) == claims


def test_the_link_for_an_administrator_names_app_and_scope(store: TokenStore, clock: HandClock) -> None:
    url = Identity(Network(), store, clock, CLIENT_ID).admin_consent_url(Mode.WRITE)
    assert url.startswith("https://login.microsoftonline.com/organizations/v2.0/adminconsent?")
    assert CLIENT_ID in url
    assert "Calendars.ReadWrite" in url
