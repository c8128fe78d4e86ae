"""A calendar that Microsoft lists under another id, no longer, again, or does not let us read."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some
from workspace.served import ANA, Microsoft, calendar, event, mailbox, opened, served, signed_in

from tui.clock import SystemClock
from tui.domain.accounts import Calendar, Connection, followed, relisted
from tui.domain.bookings import Create, Update, Wanted
from tui.domain.events import CalendarKey
from tui.domain.timespan import Timed
from tui.errors import SignInError
from tui.outlook.errors import AccessDenied
from tui.store.database import Database
from tui.workspace.snapshot import snapshot_of
from tui.workspace.workspace import Workspace

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
DENTIST = event("Dentist", "2026-11-24T10:00:00", "2026-11-24T11:00:00")
STANDUP = event("Standup", "2026-11-25T10:00:00", "2026-11-25T10:15:00")
NEW_ID = "AAMkAmovedAAA="
DENIED = {"path": "calendarView", "count": 99, "status": 403, "body": {"error": {"code": "ErrorAccessDenied"}}}


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
    with served(mailbox(ANA, calendar("Calendar", DENTIST, default=True), calendar("Team", STANDUP))) as microsoft:
        yield microsoft


@pytest.fixture
async def workspace(microsoft: Microsoft, tmp_path: Path, clock: MovedClock) -> AsyncIterator[Workspace]:
    """Both calendars are connected and read."""
    workspace = opened(tmp_path, microsoft, clock)
    account = await signed_in(workspace, microsoft, ANA)
    main = workspace.connections.ensure_sub_account(None)
    every = tuple(known.id for known in workspace.database.roster.calendars(account.id))
    await workspace.connections.connect(account.id, main.id, conflict=every)
    await workspace.calendars.sync()
    yield workspace
    await workspace.close()


def key_of(workspace: Workspace, name: str) -> CalendarKey:
    return workspace.connections.calendar(workspace.connections.account(ANA).id, name).key


def subjects(workspace: Workspace) -> list[str]:
    items = workspace.calendars.agenda(date(2026, 11, 23), date(2026, 11, 30))
    return [item.copy.event.subject for item in items]


def logs(directory: Path) -> int:
    return len(list((directory / "calendars").glob("*.jsonl")))


async def later(workspace: Workspace, clock: MovedClock, distance: timedelta = timedelta(days=1, minutes=1)) -> None:
    """A round after the list of calendars has grown old."""
    clock.move(distance)
    await workspace.calendars.sync()


# Another id


async def test_a_calendar_with_a_new_id_stays_what_it_was_to_the_person(
    workspace: Workspace, microsoft: Microsoft, clock: MovedClock, tmp_path: Path
) -> None:
    (before,) = workspace.database.roster.connections()
    old = key_of(workspace, "Calendar")
    assert before.linked == old.calendar_id
    microsoft.renumbered(ANA, "Calendar", NEW_ID)

    await later(workspace, clock)

    (after,) = workspace.database.roster.connections()
    assert after.linked == NEW_ID
    assert after.conflict == tuple(NEW_ID if id_ == old.calendar_id else id_ for id_ in before.conflict)
    assert key_of(workspace, "Calendar").calendar_id == NEW_ID
    assert workspace.database.roster.calendar(old) is None
    assert subjects(workspace) == ["Dentist", "Standup"]
    assert not workspace.calendars.doubts()
    assert logs(tmp_path) == 2


async def test_what_was_staged_for_the_old_id_is_sent_once_to_the_new_one(
    workspace: Workspace, microsoft: Microsoft, clock: MovedClock
) -> None:
    old = key_of(workspace, "Calendar")
    when = Timed(NOW + timedelta(hours=5), NOW + timedelta(hours=6))
    workspace.outbox.stage(old, Create(wanted=Wanted(subject="Lunch", when=when), transaction_id="one"))
    held = workspace.outbox.stage(old, Create(wanted=Wanted(subject="Tea", when=when), transaction_id="two"), held=True)
    microsoft.renumbered(ANA, "Calendar", NEW_ID)

    await later(workspace, clock)

    assert sorted(subjects(workspace)) == ["Dentist", "Lunch", "Standup", "Tea"]
    (waiting,) = workspace.outbox.entries()
    assert waiting.calendar == CalendarKey(old.account_id, NEW_ID)
    assert waiting.entry == held
    await workspace.calendars.sync()
    events = microsoft.calendar_states()[ANA, "Calendar"]["events"]
    assert sorted(one["subject"] for one in events) == ["Dentist", "Lunch"]


async def test_until_the_new_id_is_read_the_events_of_the_old_one_are_shown_and_doubted(
    workspace: Workspace, microsoft: Microsoft, clock: MovedClock, tmp_path: Path
) -> None:
    microsoft.renumbered(ANA, "Calendar", NEW_ID)
    microsoft.post("faults", faults=[{"path": "calendarView", "count": 99, "status": 400, "body": {}}])

    await later(workspace, clock)

    assert subjects(workspace) == ["Dentist", "Standup"]
    items = workspace.calendars.agenda(date(2026, 11, 23), date(2026, 11, 30))
    assert items[0].copy.calendar == key_of(workspace, "Calendar")
    assert workspace.calendars.doubts() == [
        f"{ANA} / Calendar has not been read yet.",
        f"{ANA} / Team was last read on 23 Nov 2026 at 10:00.",
    ]
    sub_account = workspace.connections.sub_account(None)
    shown = workspace.calendars.connected()
    assert workspace.calendars.meetings(sub_account, shown) is workspace.calendars.meetings(sub_account, shown)
    microsoft.post("faults", faults=[])
    await workspace.calendars.sync()
    assert subjects(workspace) == ["Dentist", "Standup"]
    assert logs(tmp_path) == 2


async def test_a_run_that_ended_between_finishes_the_change_of_the_id_in_the_next(
    workspace: Workspace, microsoft: Microsoft, clock: MovedClock, tmp_path: Path
) -> None:
    old = key_of(workspace, "Calendar")
    workspace.outbox.stage(old, Create(wanted=_lunch(), transaction_id="one"))
    microsoft.renumbered(ANA, "Calendar", NEW_ID)
    await workspace.connections.calendars(old.account_id)
    await workspace.close()

    again = opened(tmp_path, microsoft, clock)
    assert sorted(subjects(again)) == ["Dentist", "Lunch", "Standup"]
    await again.calendars.sync()

    assert sorted(subjects(again)) == ["Dentist", "Lunch", "Standup"]
    assert logs(tmp_path) == 2
    assert again.outbox.entries() == ()
    await again.close()


async def test_of_two_new_calendars_none_is_guessed_to_be_the_old_one(
    workspace: Workspace, microsoft: Microsoft, clock: MovedClock, tmp_path: Path
) -> None:
    (before,) = workspace.database.roster.connections()
    team = microsoft.unlisted(ANA, "Team")
    for new_id in ("AAMkAone=", "AAMkAtwo="):
        twin = type(team)(dict(team.properties, id=new_id))
        microsoft.listed(ANA, twin)

    await later(workspace, clock)

    (after,) = workspace.database.roster.connections()
    assert after == before
    gone = workspace.database.roster.calendar(CalendarKey(before.account_id, team.id))
    assert gone is not None
    assert gone.gone
    assert subjects(workspace) == ["Dentist", "Standup"]


# Gone, and back


async def test_a_calendar_that_comes_back_is_read_again_within_the_hour(
    workspace: Workspace, microsoft: Microsoft, clock: MovedClock
) -> None:
    team = microsoft.unlisted(ANA, "Team")
    await later(workspace, clock)
    key = CalendarKey(workspace.connections.account(ANA).id, team.id)
    assert "no longer lists" in workspace.calendars.sync_state(key).error
    assert len(await workspace.calendars.sync()) == 1
    microsoft.listed(ANA, team)

    await later(workspace, clock, timedelta(hours=1, minutes=1))

    assert workspace.calendars.sync_state(key).error == ""
    assert len(await workspace.calendars.sync()) == 2


async def test_an_account_all_of_whose_calendars_are_gone_is_still_asked_for_them(
    workspace: Workspace, microsoft: Microsoft, clock: MovedClock
) -> None:
    for name in ("Calendar", "Team"):
        team = microsoft.unlisted(ANA, name)
    microsoft.listed(ANA, type(team)(dict(team.properties, id="AAMkAother=", name="Another")))
    await later(workspace, clock)
    assert await workspace.calendars.sync() == []
    assert subjects(workspace) == ["Dentist", "Standup"]
    microsoft.post("expire", address=ANA)
    refused = {"path": "/token", "count": 99, "status": 400, "body": {"error": "invalid_grant"}}
    microsoft.post("faults", faults=[refused])
    clock.move(timedelta(hours=2))

    reports = await workspace.calendars.sync()

    assert [isinstance(report.failure, SignInError) for report in reports] == [True, True]


async def test_an_account_that_was_forgotten_while_its_calendars_were_asked_for_stays_forgotten(tmp_path: Path) -> None:
    database = Database(tmp_path)
    database.roster.put_listed("nobody", [Calendar(account_id="nobody", id="one", name="One")], NOW)

    assert database.roster.accounts() == ()
    assert database.roster.calendars("nobody") == ()
    database.close()


# No access


async def test_a_calendar_that_is_closed_to_us_keeps_its_events_and_the_others_go_on(
    workspace: Workspace, microsoft: Microsoft, tmp_path: Path, clock: MovedClock
) -> None:
    team = key_of(workspace, "Team")
    microsoft.post("faults", faults=[dict(DENIED, path=f"{team.calendar_id}/calendarView")])

    reports = {report.key: report.failure for report in await workspace.calendars.sync()}

    assert isinstance(reports.pop(team), AccessDenied)
    assert list(reports.values()) == [None]
    assert subjects(workspace) == ["Dentist", "Standup"]
    state = workspace.calendars.sync_state(team)
    assert state.no_access
    assert "denies" in state.error
    later_run = opened(tmp_path, None, clock)
    assert later_run.calendars.sync_state(team).no_access
    assert "denied" in later_run.calendars.sync_state(team).error
    await later_run.close()


async def test_access_that_is_given_again_clears_the_mark(workspace: Workspace, microsoft: Microsoft) -> None:
    team = key_of(workspace, "Team")
    microsoft.post("faults", faults=[dict(DENIED, path=f"{team.calendar_id}/calendarView")])
    await workspace.calendars.sync()
    await workspace.connections.calendars(team.account_id)
    assert workspace.calendars.sync_state(team).no_access
    microsoft.post("faults", faults=[])

    await workspace.calendars.sync()

    state = workspace.calendars.sync_state(team)
    assert (state.no_access, state.error) == (False, "")


async def test_being_offline_says_nothing_of_access(workspace: Workspace, microsoft: Microsoft) -> None:
    team = key_of(workspace, "Team")
    microsoft.post("faults", faults=[DENIED])
    await workspace.calendars.sync()
    microsoft.post("faults", faults=[{"path": "calendarView", "count": 99, "status": 400, "body": {}}])

    await workspace.calendars.sync()

    assert workspace.calendars.sync_state(team).no_access


# Vanished and unreadable


async def test_events_that_vanish_at_once_are_told_and_stay_until_they_are_acknowledged(
    tmp_path: Path, clock: MovedClock
) -> None:
    many = [event(f"Day {n}", f"2026-12-{n:02d}T10:00:00", f"2026-12-{n:02d}T11:00:00") for n in range(1, 31)]
    with served(mailbox(ANA, calendar("Calendar", *many, default=True))) as microsoft:
        workspace = opened(tmp_path, microsoft, clock)
        account = await signed_in(workspace, microsoft, ANA)
        await workspace.connections.connect(account.id, workspace.connections.ensure_sub_account(None).id)
        (report,) = await workspace.calendars.sync()
        for one in microsoft.calendar_states()[ANA, "Calendar"]["events"]:
            microsoft.post("change", address=ANA, calendar="Calendar", op="delete", id=one["id"])
        reset = {"path": "delta", "count": 1, "status": 410, "body": {"error": {"code": "syncStateNotFound"}}}
        microsoft.post("faults", faults=[reset])
        await workspace.calendars.sync()

        def told() -> tuple[str, ...]:
            return snapshot_of(workspace, selected=None, now=clock.now()).notices

        said = f"{ANA} / Calendar: 30 events vanished at once from Outlook; they stay here until you let go (: let go)."
        assert told() == (said,)
        assert workspace.calendars.sync_state(report.key).vanished == 30
        workspace.calendars.acknowledge_gone()
        assert told() == ()
        assert workspace.calendars.sync_state(report.key).vanished == 0
        assert workspace.calendars.agenda(date(2026, 12, 1), date(2026, 12, 31)) == []
        await workspace.close()


async def test_an_item_that_cannot_be_read_is_counted(workspace: Workspace, microsoft: Microsoft) -> None:
    team = key_of(workspace, "Team")
    listing = {
        "value": [{"id": "odd", "subject": "Odd", "start": {"dateTime": "never", "timeZone": "UTC"}}],
        "@odata.deltaLink": "https://graph.microsoft.com/v1.0/me/calendarView/delta?$deltatoken=x",
    }
    fault = {"path": f"{team.calendar_id}/calendarView", "count": 1, "status": 200, "body": listing}
    microsoft.post("faults", faults=[fault])

    await workspace.calendars.sync()

    assert workspace.calendars.sync_state(team).unreadable == 1
    assert workspace.calendars.sync_state(key_of(workspace, "Calendar")).unreadable == 0


async def test_what_waits_and_what_failed_is_counted_by_calendar(workspace: Workspace, microsoft: Microsoft) -> None:
    calendar_key, team = key_of(workspace, "Calendar"), key_of(workspace, "Team")
    workspace.outbox.stage(calendar_key, Create(wanted=_lunch(), transaction_id="one"), held=True)
    workspace.outbox.stage(team, Update(wanted=Wanted(subject="Moved")), target="not-there", etag="x")

    await workspace.calendars.sync()

    state, other = workspace.calendars.sync_state(calendar_key), workspace.calendars.sync_state(team)
    assert (state.waiting, state.failed) == (1, 0)
    assert (other.waiting, other.failed) == (0, 1)


# The rule


CALENDARS = some.builds(
    Calendar,
    account_id=some.just("ana"),
    id=some.sampled_from("abcdef"),
    name=some.sampled_from(["Calendar", "Team"]),
    owner=some.sampled_from([ANA, "team@contoso.example"]),
    can_edit=some.booleans(),
    is_default=some.booleans(),
)
LISTS = some.lists(CALENDARS, max_size=6, unique_by=lambda calendar: calendar.id)


@given(LISTS, LISTS)
def test_every_calendar_is_listed_gone_or_has_a_successor_that_looks_the_same(
    known: list[Calendar], listed: list[Calendar]
) -> None:
    outcome = relisted(known, listed)
    now = {calendar.id: calendar for calendar in outcome.calendars}
    before = {calendar.id: calendar for calendar in known}

    assert {id_ for id_, one in now.items() if not one.gone} == {one.id for one in listed}
    assert set(before) <= set(now) | set(outcome.successors)
    for old, new in outcome.successors.items():
        assert old not in now
        assert new not in before
        assert (now[new].name, now[new].owner) == (before[old].name, before[old].owner)
        assert now[new].formerly == (old,)
    assert len(set(outcome.successors.values())) == len(outcome.successors)


@given(LISTS)
def test_the_same_list_changes_nothing(listed: list[Calendar]) -> None:
    outcome = relisted(listed, listed)

    assert outcome.calendars == tuple(listed)
    assert outcome.successors == {}


def test_ids_that_change_twice_before_anything_is_read_are_all_remembered() -> None:
    first, second, third = (Calendar(account_id="ana", id=id_, name="Calendar") for id_ in "abc")
    once = relisted([first], [second])
    twice = relisted(once.calendars, [third])

    assert twice.calendars[0].formerly == ("a", "b")
    assert relisted(twice.calendars, [third]).calendars == twice.calendars


def test_an_old_id_that_is_listed_again_is_another_calendar() -> None:
    first, second = (Calendar(account_id="ana", id=id_, name="Calendar") for id_ in "ab")
    moved = relisted([first], [second])

    both = relisted(moved.calendars, [second, first])

    assert {calendar.id: calendar.formerly for calendar in both.calendars} == {"a": (), "b": ()}


def test_a_calendar_that_was_gone_before_has_no_successor() -> None:
    lost = Calendar(account_id="ana", id="a", name="Calendar", gone=True)
    made = Calendar(account_id="ana", id="b", name="Calendar")

    assert relisted([lost], [made]).successors == {}


def test_a_connection_follows_in_both_of_its_roles() -> None:
    connection = Connection(id="c", sub_account_id="s", account_id="ana", linked="a", conflict=("a", "x", "b"))

    assert followed(connection, {"a": "n"}) == Connection(
        id="c", sub_account_id="s", account_id="ana", linked="n", conflict=("n", "x", "b")
    )


def _lunch() -> Wanted:
    return Wanted(subject="Lunch", when=Timed(NOW + timedelta(hours=5), NOW + timedelta(hours=6)))
