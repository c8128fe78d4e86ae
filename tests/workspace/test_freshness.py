"""What is not up to date is said to be so, and the list of calendars is kept."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from workspace.served import ANA, Microsoft, calendar, event, mailbox, opened, served, signed_in

from tui.clock import SystemClock
from tui.domain.timespan import AllDay
from tui.workspace.workspace import Workspace

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
DENTIST = event("Dentist", "2026-11-24T10:00:00", "2026-11-24T11:00:00")


class MovedClock(SystemClock):
    """The machine's clock, moved by the test."""

    def __init__(self) -> None:
        super().__init__(NOW - datetime.now(UTC))

    def move(self, distance: timedelta) -> None:
        self._offset += distance


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()


@pytest.fixture
def microsoft() -> Iterator[Microsoft]:
    with served(mailbox(ANA, calendar("Calendar", DENTIST, default=True), calendar("Team"))) as microsoft:
        yield microsoft


@pytest.fixture
async def workspace(microsoft: Microsoft, tmp_path: Path, clock: MovedClock) -> AsyncIterator[Workspace]:
    workspace = opened(tmp_path, microsoft, clock)
    account = await signed_in(workspace, microsoft, ANA)
    main = workspace.connections.ensure_sub_account(None)
    every = tuple(known.id for known in workspace.database.roster.calendars(account.id))
    await workspace.connections.connect(account.id, main.id, conflict=every)
    yield workspace
    await workspace.close()


async def test_a_calendar_that_was_never_read_is_doubted(workspace: Workspace) -> None:
    assert workspace.calendars.doubts() == [
        f"{ANA} / Calendar has not been read yet.",
        f"{ANA} / Team has not been read yet.",
    ]


async def test_a_calendar_that_was_just_read_is_not(workspace: Workspace) -> None:
    await workspace.calendars.sync()

    assert workspace.calendars.doubts(AllDay(date(2026, 11, 23), date(2026, 11, 30))) == []


async def test_a_day_later_its_age_is_said(workspace: Workspace, clock: MovedClock) -> None:
    await workspace.calendars.sync()
    clock.move(timedelta(days=1, minutes=1))

    assert workspace.calendars.doubts()[0] == f"{ANA} / Calendar was last read on 23 Nov 2026 at 10:00."


async def test_days_beyond_what_is_read_are_doubted(workspace: Workspace) -> None:
    await workspace.calendars.sync()

    beyond = workspace.calendars.doubts(AllDay(date(2029, 1, 1), date(2029, 1, 2)))

    assert beyond[0].startswith(f"{ANA} / Calendar is read only from 2026-08-23 to ")


async def test_events_that_are_gone_from_the_disk_are_not_called_fresh(workspace: Workspace, tmp_path: Path) -> None:
    await workspace.calendars.sync()
    await workspace.close()
    for log in (tmp_path / "calendars").glob("*.jsonl"):
        log.unlink()

    again = opened(tmp_path, None)

    assert again.calendars.doubts()[0] == f"{ANA} / Calendar has not been read yet."
    await again.close()


async def test_a_failed_round_still_says_how_many_events_are_stored(workspace: Workspace, microsoft: Microsoft) -> None:
    await workspace.calendars.sync()
    microsoft.post("faults", faults=[{"method": "GET", "path": "calendarView", "count": 99, "status": 400, "body": {}}])

    reports = await workspace.calendars.sync()

    assert [report.events for report in reports] == [1, 0]
    assert all(report.failure for report in reports)


async def test_the_list_of_calendars_is_asked_for_again_after_a_day(
    workspace: Workspace, clock: MovedClock, microsoft: Microsoft
) -> None:
    await workspace.calendars.sync()
    listed = workspace.connections.account(ANA).listed_at
    await workspace.calendars.sync()
    assert workspace.connections.account(ANA).listed_at == listed

    clock.move(timedelta(days=1, minutes=1))
    await workspace.calendars.sync()

    renewed = workspace.connections.account(ANA).listed_at
    assert renewed is not None
    assert listed is not None
    assert renewed - listed > timedelta(days=1)


async def test_a_calendar_that_microsoft_no_longer_finds_is_gone_and_not_asked_for_again(
    workspace: Workspace, microsoft: Microsoft
) -> None:
    await workspace.calendars.sync()
    team = workspace.connections.calendar(workspace.connections.account(ANA).id, "Team")
    listing = {"value": [{"id": "another", "name": "Another"}]}
    microsoft.post(
        "faults",
        faults=[
            {"method": "GET", "path": "calendarView", "count": 2, "status": 404, "body": {"error": {"code": "x"}}},
            {"method": "GET", "path": r"me/calendars$", "count": 1, "status": 200, "body": listing},
        ],
    )
    await workspace.calendars.sync()
    microsoft.post("faults", faults=[])

    reports = await workspace.calendars.sync()

    assert reports == []
    assert workspace.connections.calendar(team.account_id, team.id).gone
    assert workspace.calendars.agenda(date(2026, 11, 23), date(2026, 11, 30))
