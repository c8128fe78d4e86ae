"""What is stored of accounts and connections reads back as it was stored last."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.domain.accounts import (
    AccountKind,
    Calendar,
    Connection,
    GateState,
    Mode,
    OutlookAccount,
    Preference,
    SignInState,
)
from tui.domain.bookings import Create, Delete, Entry, FailureKind, Wanted
from tui.domain.events import CalendarKey
from tui.domain.timespan import Timed
from tui.errors import StoreError
from tui.store.database import Database
from tui.store.documents import LastRound

ACCOUNTS = st.builds(
    OutlookAccount,
    id=st.just("ana"),
    address=st.sampled_from(["ana@contoso.example", "ana.k@contoso.example"]),
    name=st.sampled_from(["", "Ana"]),
    kind=st.sampled_from(AccountKind),
    mode=st.sampled_from(Mode),
    client_id=st.sampled_from(["", "one"]),
    state=st.sampled_from(SignInState),
    listed_at=st.sampled_from([None, datetime(2026, 11, 23, tzinfo=UTC)]),
    letter=st.sampled_from("AB"),
)
CONNECTIONS = st.builds(
    Connection,
    id=st.just("first"),
    sub_account_id=st.just("main"),
    account_id=st.just("ana"),
    linked=st.sampled_from(["", "Calendar"]),
    conflict=st.sampled_from([(), ("Calendar",), ("Calendar", "Team")]),
    preference=st.sampled_from(Preference),
)
ROUNDS = st.builds(
    LastRound,
    at=st.just(datetime(2026, 11, 23, tzinfo=UTC)),
    changed=st.integers(0, 1),
    removed=st.integers(0, 1),
    new_conflicts=st.integers(0, 1),
    solved_conflicts=st.integers(0, 1),
)


@given(st.lists(ACCOUNTS, min_size=2, max_size=4))
def test_an_account_is_what_was_stored_last(
    tmp_path_factory: pytest.TempPathFactory, stored: list[OutlookAccount]
) -> None:
    roster = Database(tmp_path_factory.mktemp("store")).roster
    for account in stored:
        roster.put_account(account)

    assert roster.accounts() == (stored[-1],)


@given(st.lists(CONNECTIONS, min_size=2, max_size=4))
def test_a_connection_is_what_was_stored_last(
    tmp_path_factory: pytest.TempPathFactory, stored: list[Connection]
) -> None:
    roster = Database(tmp_path_factory.mktemp("store")).roster
    for connection in stored:
        roster.put_connections([connection])

    assert roster.connections() == (stored[-1],)


@given(st.lists(ROUNDS, min_size=2, max_size=4))
def test_the_last_round_is_the_last(tmp_path_factory: pytest.TempPathFactory, stored: list[LastRound]) -> None:
    roster = Database(tmp_path_factory.mktemp("store")).roster
    for last in stored:
        roster.put_last_round(last)

    assert roster.last_round() == stored[-1]


def test_a_directory_of_ours_is_made_private(tmp_path: Path) -> None:
    directory = tmp_path / "data"
    directory.mkdir(mode=0o755)

    Database(directory).close()

    assert directory.stat().st_mode & 0o777 == 0o700
    assert (directory / "calendars").stat().st_mode & 0o777 == 0o700


def test_a_directory_that_holds_other_things_keeps_its_mode(tmp_path: Path) -> None:
    directory = tmp_path / "home"
    directory.mkdir(mode=0o755)
    directory.chmod(0o755)
    (directory / "letters.txt").touch()

    Database(directory).close()

    assert directory.stat().st_mode & 0o777 == 0o755
    assert (directory / "calendars").stat().st_mode & 0o777 == 0o700


def test_a_file_in_the_place_of_the_directory_is_said_to_be_one(tmp_path: Path) -> None:
    (tmp_path / "data").touch()

    with pytest.raises(StoreError, match="is a file"):
        Database(tmp_path / "data")


def test_a_damaged_file_is_told_in_words(tmp_path: Path) -> None:
    database = Database(tmp_path)
    for number in range(3):
        account = OutlookAccount(id=f"a{number}", address=f"a{number}@contoso.example", kind=AccountKind.WORK)
        database.roster.put_account(account)
    database.close()
    log = tmp_path / "workspace.jsonl"
    damaged = bytearray(log.read_bytes())
    damaged[30] ^= 1
    log.write_bytes(bytes(damaged))

    database = Database(tmp_path)

    assert database.notices()
    assert "workspace.jsonl was damaged" in database.notices()[0]
    database.close()


NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
ANA = OutlookAccount(id="ana", address="ana@contoso.example", kind=AccountKind.WORK)
OLD, NEW = CalendarKey("ana", "old"), CalendarKey("ana", "new")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path)
    yield database
    database.close()


def commits(database: Database) -> int:
    """How many commits the workspace's log holds: the lines that begin with a number."""
    lines = (database.directory / "workspace.jsonl").read_bytes().splitlines()
    return sum(line[1:2].isdigit() for line in lines)


# Lists of calendars


def test_a_list_with_a_new_id_and_the_connections_that_follow_it_are_one_commit(database: Database) -> None:
    database.roster.put_account(ANA, [Calendar(account_id="ana", id="old", name="Calendar", is_default=True)])
    main = Connection(id="1", sub_account_id="main", account_id="ana", linked="old", conflict=("old",))
    other = Connection(id="2", sub_account_id="main", account_id="ben", linked="old", conflict=("old",))
    database.roster.put_connections([main, other])
    before = commits(database)

    database.roster.put_listed("ana", [Calendar(account_id="ana", id="new", name="Calendar", is_default=True)], NOW)

    assert commits(database) == before + 1
    followed, untouched = database.roster.connections()
    assert (followed.linked, followed.conflict) == ("new", ("new",))
    assert untouched == other
    assert [(calendar.id, calendar.formerly) for calendar in database.roster.calendars("ana")] == [("new", ("old",))]
    account = database.roster.account("ana")
    assert account is not None
    assert account.listed_at == NOW


def test_a_calendar_that_the_list_lacks_is_gone_until_it_is_listed_again(database: Database) -> None:
    one, two = (Calendar(account_id="ana", id=name, name=name) for name in ("one", "two"))
    for listed, gone in (([one, two], []), ([one], ["two"]), ([one, two], [])):
        database.roster.put_account(ANA, listed)
        assert [calendar.id for calendar in database.roster.calendars("ana") if calendar.gone] == gone


def test_what_is_known_of_a_calendar_is_not_kept_for_one_that_was_forgotten(database: Database) -> None:
    database.roster.put_calendar(Calendar(account_id="ana", id="one", name="One", no_access=True))

    assert database.roster.calendars("ana") == ()


def test_a_forgotten_account_leaves_nothing_of_its_gate(database: Database) -> None:
    database.roster.put_account(ANA)
    database.roster.put_gate("ana", GateState(opens_at=NOW + timedelta(seconds=60), refusals=1), NOW)
    database.roster.remove_account("ana")

    assert database.roster.gate("ana") is None


# Staged changes of a calendar that has another id now


def staged(database: Database, key: CalendarKey) -> tuple[Entry, ...]:
    outbox = database.calendar(key).outbox
    wanted = Wanted(subject="Lunch", when=Timed(NOW, NOW + timedelta(hours=1)))
    outbox.mark(outbox.stage(Create(wanted=wanted, transaction_id="one"), now=NOW))
    outbox.stage(Delete(), target="event", etag="v1", now=NOW, held=True)
    outbox.fail(outbox.stage(Delete(), target="other", etag="v1", now=NOW), FailureKind.REFUSED, "No.", NOW)
    return outbox.entries()


def test_staged_and_failed_changes_move_as_they_are_and_only_once(database: Database) -> None:
    entries = staged(database, OLD)
    failed = database.calendar(OLD).outbox.failed()

    for _ in range(2):
        database.adopt(OLD, NEW)

    assert database.calendar(NEW).outbox.entries() == entries
    assert database.calendar(NEW).outbox.failed() == failed
    assert database.calendar(OLD).outbox.entries() == ()
    assert database.calendar(OLD).outbox.failed() == ()
    assert [entry.doubtful for entry in database.calendar(NEW).outbox.entries()] == [True, False]


def test_a_move_that_was_interrupted_is_finished_without_a_second_copy(database: Database, tmp_path: Path) -> None:
    """What an interrupted move leaves: every change in both logs; one of them was decided on since."""
    entries = staged(database, OLD)
    failed = database.calendar(OLD).outbox.failed()
    database.close()
    (old,) = (tmp_path / "calendars").glob("*.jsonl")
    before = old.read_bytes()
    again = Database(tmp_path)
    again.adopt(OLD, NEW)
    outbox = again.calendar(NEW).outbox
    outbox.fail(entries[0], FailureKind.REFUSED, "No.", NOW)
    again.close()
    old.write_bytes(before)

    last = Database(tmp_path)
    last.adopt(OLD, NEW)

    assert last.calendar(NEW).outbox.entries() == entries[1:]
    assert {one.entry.id for one in last.calendar(NEW).outbox.failed()} == {entries[0].id, failed[0].entry.id}
    assert last.calendar(OLD).outbox.entries() == ()
    last.close()


def test_a_calendar_without_staged_changes_gives_none_and_makes_no_file(database: Database, tmp_path: Path) -> None:
    database.adopt(OLD, NEW)

    assert list((tmp_path / "calendars").iterdir()) == []


def test_a_change_that_cannot_be_saved_under_the_new_id_stays_under_the_old_one(
    database: Database, tmp_path: Path
) -> None:
    entries = staged(database, OLD)
    (log,) = (tmp_path / "calendars").glob("*.jsonl")
    database.adopt(OLD, NEW)
    (moved,) = {*(tmp_path / "calendars").glob("*.jsonl")} - {log}
    database.close()
    moved.unlink()
    moved.mkdir()
    again = Database(tmp_path)
    staged(again, OLD)

    with pytest.raises(StoreError):
        again.adopt(OLD, NEW)

    assert len(again.calendar(OLD).outbox.entries()) == len(entries)
    again.close()
