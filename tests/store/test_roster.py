"""What is stored of accounts and connections reads back as it was stored last."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.domain.accounts import AccountKind, Connection, Mode, OutlookAccount, Preference, SignInState
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
