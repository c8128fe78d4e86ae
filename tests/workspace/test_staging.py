"""Staging changes, and deciding on those that wait or came to nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from workspace.listening import running
from workspace.served import ANA, BEN, Microsoft, calendar, event, mailbox, opened, options, served, signed_in, until

from tui.clock import SystemClock
from tui.domain.accounts import Mode
from tui.domain.bookings import Cancel, Create, Delete, Entry, FailureKind, Update, Wanted
from tui.domain.events import CalendarKey
from tui.domain.timespan import Timed
from tui.errors import UsageError
from tui.store.errors import EntryChanged
from tui.workspace.background import Background, SyncFinished
from tui.workspace.workspace import Workspace

NOON = (datetime.now(UTC) + timedelta(days=1)).replace(hour=12, minute=0, second=0, microsecond=0)
DENTIST = event("Dentist", f"{NOON:%Y-%m-%d}T09:00:00", f"{NOON:%Y-%m-%d}T10:00:00")


def lunch(transaction_id: str = "one") -> Create:
    wanted = Wanted(subject="Lunch", when=Timed(NOON, NOON + timedelta(hours=1)))
    return Create(wanted=wanted, transaction_id=transaction_id)


@pytest.fixture
def microsoft() -> Iterator[Microsoft]:
    ana = mailbox(ANA, calendar("Calendar", DENTIST, default=True), calendar("Holidays", edit=False), calendar("Team"))
    with served(ana, mailbox(BEN)) as microsoft:
        yield microsoft


@pytest.fixture
async def workspace(microsoft: Microsoft, tmp_path: Path) -> AsyncIterator[Workspace]:
    """The default calendar and the holidays of Ana are connected and read."""
    workspace = opened(tmp_path, microsoft)
    account = await signed_in(workspace, microsoft, ANA)
    chosen = tuple(workspace.connections.calendar(account.id, name).id for name in ("Calendar", "Holidays"))
    main = workspace.connections.ensure_sub_account(None)
    await workspace.connections.connect(account.id, main.id, conflict=chosen)
    await workspace.calendars.sync()
    yield workspace
    await workspace.close()


def key_of(workspace: Workspace, name: str = "Calendar", address: str = ANA) -> CalendarKey:
    return workspace.connections.calendar(workspace.connections.account(address).id, name).key


def subjects(microsoft: Microsoft) -> list[str]:
    return sorted(one["subject"] for one in microsoft.calendar_states()[ANA, "Calendar"]["events"])


def dentist_id(workspace: Workspace) -> str:
    (event_id,) = workspace.database.calendar(key_of(workspace)).event_ids()
    return event_id


async def test_what_is_staged_waits_in_its_order_and_is_sent_by_the_next_round(
    workspace: Workspace, microsoft: Microsoft
) -> None:
    key = key_of(workspace)
    first = workspace.outbox.stage(key, lunch())
    second = workspace.outbox.stage(key, Update(wanted=Wanted(location="Roof")), target=first.target)
    assert [(one.calendar, one.entry) for one in workspace.outbox.entries()] == [(key, first), (key, second)]

    await workspace.calendars.sync()
    await workspace.calendars.sync()

    assert workspace.outbox.entries() == ()
    assert workspace.outbox.failed() == ()
    assert subjects(microsoft) == ["Dentist", "Lunch"]


async def test_without_a_version_the_stored_one_is_what_was_decided_on(workspace: Workspace) -> None:
    key, target = key_of(workspace), dentist_id(workspace)
    stored = workspace.database.calendar(key).event(target)
    assert stored is not None

    assert workspace.outbox.stage(key, Delete(), target=target).etag == stored.etag
    assert workspace.outbox.stage(key, Delete(), target=target, etag="seen").etag == "seen"


@pytest.mark.parametrize("longest", ["x" * 16_384, "é" * 8_192])
async def test_a_text_as_long_as_is_kept_is_staged_and_a_longer_one_is_not(workspace: Workspace, longest: str) -> None:
    workspace.outbox.stage(key_of(workspace), Update(wanted=Wanted(body=longest)), target=dentist_id(workspace))

    for action in (Update(wanted=Wanted(body=longest + "x")), Cancel(comment=longest + "x")):
        with pytest.raises(UsageError, match="16 KB"):
            workspace.outbox.stage(key_of(workspace), action, target=dentist_id(workspace))
    assert len(workspace.outbox.entries()) == 1


async def test_a_held_change_waits_for_its_release_and_a_withdrawn_one_is_never_sent(
    workspace: Workspace, microsoft: Microsoft
) -> None:
    key = key_of(workspace)
    held = workspace.outbox.stage(key, lunch(), held=True)
    withdrawn = workspace.outbox.stage(key, Delete(), target=dentist_id(workspace))
    workspace.outbox.drop(key, withdrawn.id)
    await workspace.calendars.sync()
    assert subjects(microsoft) == ["Dentist"]

    workspace.outbox.release(key, held.id)
    await workspace.calendars.sync()

    assert subjects(microsoft) == ["Dentist", "Lunch"]


async def failed_change(workspace: Workspace, microsoft: Microsoft) -> Entry:
    """A change of an event that somebody else changed first."""
    key, target = key_of(workspace), dentist_id(workspace)
    entry = workspace.outbox.stage(key, Update(wanted=Wanted(subject="Mine")), target=target)
    microsoft.post("change", address=ANA, calendar="Calendar", op="update", id=target, event={"subject": "Theirs"})
    await workspace.calendars.sync()
    return entry


async def test_a_change_that_came_to_nothing_can_be_tried_again_on_what_is_there_now(
    workspace: Workspace, microsoft: Microsoft
) -> None:
    entry = await failed_change(workspace, microsoft)
    (unsent,) = workspace.outbox.failed()
    assert (unsent.calendar, unsent.failed.kind) == (key_of(workspace), FailureKind.CHANGED)
    assert subjects(microsoft) == ["Theirs"]

    workspace.outbox.retry(unsent.calendar, entry.id)
    await workspace.calendars.sync()

    assert subjects(microsoft) == ["Mine"]
    assert workspace.outbox.failed() == ()


async def test_a_change_that_came_to_nothing_can_be_forgotten(workspace: Workspace, microsoft: Microsoft) -> None:
    entry = await failed_change(workspace, microsoft)

    workspace.outbox.drop_failed(key_of(workspace), entry.id)

    assert workspace.outbox.failed() == ()
    with pytest.raises(EntryChanged):
        workspace.outbox.retry(key_of(workspace), entry.id)


async def test_what_was_staged_for_a_calendar_that_counts_no_more_is_still_seen(
    workspace: Workspace, microsoft: Microsoft
) -> None:
    key = key_of(workspace)
    entry = workspace.outbox.stage(key, lunch())
    await workspace.connections.disconnect(workspace.connections.connection(ANA).id, forget=False)

    assert [one.entry for one in workspace.outbox.entries()] == [entry]


async def test_a_calendar_that_cannot_be_written_takes_nothing(workspace: Workspace, microsoft: Microsoft) -> None:
    ben = await signed_in(workspace, microsoft, BEN, mode=Mode.READ)
    await workspace.connections.connect(ben.id, workspace.connections.sub_account(None).id)

    for key, said in (
        (key_of(workspace, "Holidays"), "cannot be written"),
        (key_of(workspace, "Team"), "not connected"),
        (CalendarKey("nobody", "calendar"), "not connected"),
        (key_of(workspace, "Calendar", BEN), "reading only"),
    ):
        with pytest.raises(UsageError, match=said):
            workspace.outbox.stage(key, lunch())
    assert workspace.outbox.entries() == ()


async def test_staging_on_the_screens_is_sent_without_waiting_for_the_poll(
    workspace: Workspace, microsoft: Microsoft, tmp_path: Path
) -> None:
    key = key_of(workspace)
    await workspace.close()

    async def stage(there: Workspace) -> Entry:
        return there.outbox.stage(key, lunch())

    background = Background(lambda: Workspace(options(tmp_path, microsoft), SystemClock()), SystemClock())
    with running(background) as heard:
        background.submit(stage).result(10)
        until(lambda: "Lunch" in subjects(microsoft), "the event in Outlook", 10)
        until(lambda: sum(notice.sent for notice in heard.of(SyncFinished)) == 1, "the word of it", 10)
