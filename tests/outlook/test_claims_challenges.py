"""A claims challenge is read, met by a refresh, or handed on to a sign-in with the same claims."""

from __future__ import annotations

import json

import pytest
from microsoft_double import ANA, HandClock, Microsoft
from sign_in_steps import WORK, Connect, refreshes, refuse_refresh, sign_in

from tui.domain.accounts import Mode
from tui.outlook.identity import claims_challenge
from tui.outlook.sign_in_errors import SignInAgain
from tui.outlook.token_store import TokenStore

CLAIMS = '{"access_token":{"nbf":{"essential":true,"value":"1604106651"}}}'


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
