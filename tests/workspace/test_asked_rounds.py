"""What a round says of itself: whose it was, which wish it answers, and whether it was the first."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from workspace.listening import running
from workspace.served import (
    ANA,
    BEN,
    Microsoft,
    calendar,
    event,
    mailbox,
    opened,
    options,
    served,
    signed_in,
    until,
)

from tui.clock import SystemClock
from tui.workspace.background import Background, SyncFinished
from tui.workspace.workspace import Workspace

DAY = (SystemClock().now().date() + timedelta(days=1)).isoformat()


@pytest.fixture
def microsoft() -> Iterator[Microsoft]:
    with served(
        mailbox(ANA, calendar("Calendar", event("Dentist", f"{DAY}T10:00:00", f"{DAY}T11:00:00"), default=True)),
        mailbox(BEN, calendar("Calendar", event("Review", f"{DAY}T10:30:00", f"{DAY}T11:30:00"), default=True)),
    ) as microsoft:
        yield microsoft


@pytest.fixture
def background(tmp_path: Path, microsoft: Microsoft) -> Background:
    """Both accounts are connected, and nothing is read yet."""

    async def connect() -> None:
        workspace = opened(tmp_path, microsoft)
        for address in (ANA, BEN):
            account = await signed_in(workspace, microsoft, address)
            await workspace.connections.connect(account.id, workspace.connections.ensure_sub_account(None).id)
        await workspace.close()

    asyncio.run(connect())
    return Background(lambda: Workspace(options(tmp_path, microsoft), SystemClock()), SystemClock())


def test_a_round_says_whose_it_was_and_how_often_a_sync_had_been_asked_for(background: Background) -> None:
    with running(background) as heard:
        until(lambda: len(heard.of(SyncFinished)) == 2, "a round of each account")
        accounts = {view.account.id for view in heard.snapshot.accounts}
        assert {(notice.account_id, notice.asked) for notice in heard.of(SyncFinished)} == {(a, 0) for a in accounts}

        background.sync_now()
        until(lambda: len(heard.of(SyncFinished)) == 4, "another round of each")
        assert {(one.account_id, one.asked) for one in heard.of(SyncFinished)[2:]} == {(a, 1) for a in accounts}


def test_what_is_read_for_the_first_time_is_no_change(background: Background) -> None:
    with running(background) as heard:
        until(lambda: heard.snapshot.digest is not None and heard.snapshot.digest.read == 2, "both calendars")
        digest = heard.snapshot.digest
        assert digest is not None
        assert (digest.changed, digest.removed, digest.new_conflicts) == (0, 0, 1)
