"""Forgetting an account leaves nothing of it behind and the others signed in."""

from __future__ import annotations

import asyncio

import pytest
from microsoft_double import HandClock, Microsoft, settle
from sign_in_steps import PERSONAL, WORK, Connect, sign_in

from tui.domain.accounts import Mode
from tui.outlook.errors import Unreachable
from tui.outlook.sign_in_errors import SignInAgain
from tui.outlook.token_store import TokenStore


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
