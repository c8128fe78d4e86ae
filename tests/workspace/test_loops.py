"""Which accounts get a round when: at the start, for something new, after a sign-in, and not for nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from sync.timeline import START, Timeline, settle
from workspace.served import options

from tui.domain.accounts import AccountKind, Calendar, Connection, OutlookAccount, SignInState
from tui.domain.bookings import Create, Wanted
from tui.domain.events import CalendarKey
from tui.domain.timespan import AllDay, Timed
from tui.errors import CalConnectError, SignInError
from tui.limits import SIGN_IN_RETRY_SECONDS, START_STAGGER_SECONDS
from tui.store.documents import Mark
from tui.sync.scheduler import CalendarReport, Progress
from tui.workspace.calendar import Calendars
from tui.workspace.loops import Loops
from tui.workspace.notices import Notice, SyncFinished, SyncProgress
from tui.workspace.workspace import Workspace

LUNCH = Create(
    wanted=Wanted(subject="Lunch", when=Timed(START, START + timedelta(hours=1))), transaction_id="transaction"
)


class Scripted(Calendars):
    """Rounds that ask nobody, and are counted."""

    time: Timeline
    rounds: list[tuple[str, float]]
    failure: CalConnectError | None = None
    another_reads = False

    async def sync(
        self,
        account_ids: Iterable[str] | None = None,
        progress: Progress | None = None,
        waiting: Callable[[str], None] | None = None,
    ) -> list[CalendarReport]:
        (account_id,) = account_ids or ()
        self.rounds.append((account_id, self.time.seconds))
        if self.another_reads and waiting:
            waiting(account_id)
        keys = [key for key in self.connected() if key.account_id == account_id]
        reports = [CalendarReport(key=key, failure=self.failure, sent=1) for key in keys]
        self._freshness.remember(reports)
        return reports


class House:
    """A workspace without a network, its loops, and the time that they live in."""

    def __init__(self, directory: Path) -> None:
        self.time = Timeline()
        self.workspace = Workspace(options(directory, None), self.time)
        self.calendars = Scripted(
            self.workspace.database,
            self.workspace.outlook,
            self.workspace.connections,
            settings=self.workspace.settings,
            clock=self.time,
            zone=self.workspace.zone,
        )
        self.calendars.time, self.calendars.rounds = self.time, []
        self.workspace.calendars = self.calendars
        self.told: list[Notice] = []
        self.loops = Loops(self.workspace, self.told.append, self._ended, clock=self.time, random=Random(7))

    def _ended(self, reports: Sequence[CalendarReport], unread: frozenset[CalendarKey]) -> None:
        pass

    def add(self, name: str, *, read: bool) -> CalendarKey:
        """An account with one connected calendar."""
        key = CalendarKey(name, "calendar")
        account = OutlookAccount(
            id=name, address=f"{name}@contoso.example", kind=AccountKind.WORK, listed_at=self.time.now(), letter=name[0]
        )
        calendar = Calendar(account_id=name, id="calendar", name="Calendar", can_edit=True)
        connection = Connection(id=name, sub_account_id="main", account_id=name, conflict=("calendar",))
        self.workspace.database.roster.put_account(account, [calendar])
        self.workspace.database.roster.put_connections([connection])
        if read:
            self.read(key)
        return key

    def read(self, key: CalendarKey) -> None:
        day = self.time.now().date()
        mark = Mark(link="", window=AllDay(day, day + timedelta(days=1)), past_days=1, future_days=1)
        self.workspace.database.calendar(key).apply([], [], {}, mark)

    def seconds(self, name: str) -> list[float]:
        return [at for account_id, at in self.calendars.rounds if account_id == name]

    async def close(self) -> None:
        tasks = self.loops.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.workspace.close()


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    house = House(tmp_path)
    yield house
    await house.close()


async def test_accounts_start_one_after_the_other_and_one_that_was_never_read_at_once(house: House) -> None:
    for name in ("ana", "ben", "eva"):
        house.add(name, read=True)
    house.add("new", read=False)

    house.loops.attend()
    await house.time.pass_by(10)

    assert dict(house.calendars.rounds) == {
        "ana": 0,
        "new": 0,
        "ben": START_STAGGER_SECONDS,
        "eva": 2 * START_STAGGER_SECONDS,
    }


async def test_looking_again_without_anything_new_makes_no_round(house: House) -> None:
    house.add("ana", read=False)
    house.calendars.failure = SignInError("Sign in.")
    house.loops.attend()
    await house.time.pass_by(1)

    for _ in range(20):
        house.loops.attend()
        await house.time.pass_by(10)

    assert house.seconds("ana") == [0]


async def test_a_sign_in_ends_the_pause_of_an_account_at_once(house: House) -> None:
    house.add("ana", read=True)
    house.calendars.failure = SignInError("Sign in.")
    house.loops.attend()
    await house.time.pass_by(SIGN_IN_RETRY_SECONDS - 1)
    assert house.seconds("ana") == [0]
    account = house.workspace.database.roster.account("ana")
    assert account is not None
    assert account.state is SignInState.SIGN_IN_AGAIN

    house.calendars.failure = None
    house.workspace.connections.mark_sign_in("ana", SignInState.SIGNED_IN)
    house.loops.attend()
    await house.time.pass_by(0)

    assert house.seconds("ana") == [0, SIGN_IN_RETRY_SECONDS - 1]


async def test_what_is_staged_is_sent_at_once_even_if_the_account_was_just_read(house: House) -> None:
    key = house.add("ana", read=True)
    house.loops.attend()
    await house.time.pass_by(5)

    house.workspace.outbox.stage(key, LUNCH)
    house.loops.attend()
    await house.time.pass_by(1)

    assert house.seconds("ana") == [0, 5]
    finished = [notice for notice in house.told if isinstance(notice, SyncFinished)]
    assert [notice.sent for notice in finished] == [1, 1]


async def test_what_is_held_makes_no_round_until_it_is_released(house: House) -> None:
    key = house.add("ana", read=True)
    house.loops.attend()
    await house.time.pass_by(5)
    entry = house.workspace.outbox.stage(key, LUNCH, held=True)
    house.loops.attend()
    await house.time.pass_by(5)
    assert house.seconds("ana") == [0]

    house.workspace.outbox.release(key, entry.id)
    house.loops.attend()
    await house.time.pass_by(1)

    assert house.seconds("ana") == [0, 10]


async def test_a_calendar_that_begins_to_count_is_read_at_once_and_asked_for_once(house: House) -> None:
    house.add("ana", read=True)
    house.loops.attend()
    await house.time.pass_by(5)
    team = Calendar(account_id="ana", id="team", name="Team")
    account = house.workspace.database.roster.account("ana")
    assert account is not None
    house.workspace.database.roster.put_account(account, [*house.workspace.database.roster.calendars("ana"), team])
    connection = Connection(id="ana", sub_account_id="main", account_id="ana", conflict=("calendar", "team"))
    house.workspace.database.roster.put_connections([connection])

    for _ in range(5):
        house.loops.attend()
        await house.time.pass_by(1)

    assert house.seconds("ana") == [0, 5]


async def test_an_account_that_is_no_longer_connected_is_left_alone(house: House) -> None:
    house.add("ana", read=True)
    house.loops.attend()
    await house.time.pass_by(5)

    house.workspace.database.roster.remove_account("ana")
    house.loops.attend()
    house.loops.sync_now()
    await house.time.pass_by(600)

    assert house.seconds("ana") == [0]


async def test_asking_while_microsoft_asks_to_wait_is_answered_by_the_round_at_the_end_of_the_wait(
    house: House,
) -> None:
    house.add("ana", read=True)
    house.loops.attend()
    await house.time.pass_by(5)
    house.workspace.outlook.gates.of("ana").throttled("100", house.time.now())

    house.loops.sync_now()
    await house.time.pass_by(99)
    assert house.seconds("ana") == [0]
    await house.time.pass_by(2)

    assert house.seconds("ana") == [0, 105]
    finished = [notice for notice in house.told if isinstance(notice, SyncFinished)]
    assert [notice.asked for notice in finished] == [0, 1]


async def test_waiting_for_another_window_is_said(house: House) -> None:
    house.add("ana", read=True)
    house.calendars.another_reads = True
    house.loops.attend()
    await house.time.pass_by(1)

    progress = [notice.text for notice in house.told if isinstance(notice, SyncProgress)]
    assert progress == ["reading", "another window is syncing", ""]


async def test_after_the_end_nothing_is_started(house: House) -> None:
    house.add("ana", read=True)
    house.loops.close()
    house.loops.attend()
    await settle()

    assert house.calendars.rounds == []
