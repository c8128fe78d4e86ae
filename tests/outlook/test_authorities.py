"""Which authority is asked, for which app: kinds of account, a tenant of one's own, and the client id."""

from __future__ import annotations

import pytest
from microsoft_double import ANA, BEN, CLIENT_ID, EVA, HandClock, Microsoft, json_answer
from sign_in_steps import PERSONAL, WORK, Connect, sign_in

from tui.domain.accounts import Mode
from tui.errors import SettingsError
from tui.outlook.http import Network
from tui.outlook.identity import Identity
from tui.outlook.sign_in_errors import ClientIdMissing, ClientIdRefused, UnknownTenant
from tui.outlook.token_store import TokenStore


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


def test_the_link_for_an_administrator_names_app_and_scope(store: TokenStore, clock: HandClock) -> None:
    url = Identity(Network(), store, clock, CLIENT_ID).admin_consent_url(Mode.WRITE)
    assert url.startswith("https://login.microsoftonline.com/organizations/v2.0/adminconsent?")
    assert CLIENT_ID in url
    assert "Calendars.ReadWrite" in url
