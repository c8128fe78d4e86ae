"""Signing in, connecting, choosing what counts, and disconnecting, against a served simulator."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from workspace.served import ANA, BEN, EVA, Microsoft, calendar, event, mailbox, opened, served, signed_in

from tui.domain.accounts import AccountKind, Calendar, Connection, Mode, OutlookAccount, Preference, SignInState
from tui.errors import CalConnectError, RemoteError, SignInError, UsageError
from tui.workspace.workspace import Workspace

DENTIST = event("Dentist", "2026-11-24T10:00:00", "2026-11-24T11:00:00")


@pytest.fixture
def microsoft() -> Iterator[Microsoft]:
    ana = mailbox(ANA, calendar("Calendar", DENTIST, default=True), calendar("Team"), calendar("Holidays", edit=False))
    eva = mailbox(EVA, calendar("Calendar", default=True, edit=False), calendar("Family"), kind="personal")
    with served(ana, mailbox(BEN), eva) as microsoft:
        yield microsoft


@pytest.fixture
async def workspace(microsoft: Microsoft, tmp_path: Path) -> AsyncIterator[Workspace]:
    workspace = opened(tmp_path, microsoft)
    yield workspace
    await workspace.close()


async def connected(workspace: Workspace, account: OutlookAccount, name: str | None = None) -> Connection:
    sub_account = workspace.connections.ensure_sub_account(name)
    return await workspace.connections.connect(account.id, sub_account.id)


def named(workspace: Workspace, account: OutlookAccount, name: str) -> Calendar:
    return workspace.connections.calendar(account.id, name)


def withdraw(microsoft: Microsoft, address: str) -> None:
    """Let the account's tokens end, and refuse to renew any."""
    microsoft.post("expire", address=address)
    body = {"error": "invalid_grant", "error_description": "AADSTS50173: The provided grant has been revoked."}
    microsoft.post("faults", faults=[{"method": "POST", "path": "/token", "count": 99, "status": 400, "body": body}])


def logs(directory: Path) -> list[str]:
    return sorted(path.name for path in (directory / "calendars").glob("*.jsonl"))


async def test_signing_in_keeps_the_account_and_its_list_of_calendars(
    workspace: Workspace, microsoft: Microsoft
) -> None:
    account = await signed_in(workspace, microsoft, ANA)
    assert (account.address, account.kind, account.mode, account.state) == (
        ANA,
        AccountKind.WORK,
        Mode.WRITE,
        SignInState.SIGNED_IN,
    )
    listed = workspace.database.roster.calendars(account.id)
    assert [(c.name, c.can_edit, c.is_default) for c in listed] == [
        ("Calendar", True, True),
        ("Holidays", False, False),
        ("Team", True, False),
    ]


async def test_signing_in_alone_makes_no_sub_account_and_syncs_nothing(
    workspace: Workspace, microsoft: Microsoft
) -> None:
    await signed_in(workspace, microsoft, ANA)
    assert workspace.database.roster.sub_accounts() == ()
    assert await workspace.calendars.sync() == []


async def test_the_first_connection_makes_main_counts_the_default_calendar_and_links_it(
    workspace: Workspace, microsoft: Microsoft
) -> None:
    account = await signed_in(workspace, microsoft, ANA)
    connection = await connected(workspace, account)
    assert [s.name for s in workspace.database.roster.sub_accounts()] == ["Main"]
    default = named(workspace, account, "Calendar").id
    assert (connection.conflict, connection.linked) == ((default,), default)
    assert connection.preference is Preference.BLOCKS


async def test_a_second_account_in_a_sub_account_counts_but_gets_no_bookings(
    workspace: Workspace, microsoft: Microsoft
) -> None:
    first = await connected(workspace, await signed_in(workspace, microsoft, ANA))
    second = await connected(workspace, await signed_in(workspace, microsoft, BEN))
    assert second.linked == ""
    assert len(second.conflict) == 1
    assert workspace.connections.connection(first.id) == first


async def test_a_default_calendar_that_cannot_be_written_gets_no_bookings(
    workspace: Workspace, microsoft: Microsoft
) -> None:
    account = await signed_in(workspace, microsoft, EVA, AccountKind.PERSONAL)
    connection = await connected(workspace, account)
    assert connection.linked == ""
    assert connection.conflict == (named(workspace, account, "Calendar").id,)


async def test_a_sign_in_for_reading_alone_gets_no_bookings(workspace: Workspace, microsoft: Microsoft) -> None:
    account = await signed_in(workspace, microsoft, ANA, mode=Mode.READ)
    assert account.mode is Mode.READ
    assert (await connected(workspace, account)).linked == ""


async def test_the_account_is_linked_in_each_sub_account_that_has_no_linked_calendar(
    workspace: Workspace, microsoft: Microsoft
) -> None:
    account = await signed_in(workspace, microsoft, ANA)
    main, family = await connected(workspace, account, "Main"), await connected(workspace, account, "Family")
    assert main.linked == family.linked != ""
    assert main.id != family.id


async def test_connecting_again_changes_nothing_that_was_chosen(workspace: Workspace, microsoft: Microsoft) -> None:
    account = await signed_in(workspace, microsoft, ANA)
    first = await connected(workspace, account)
    team = named(workspace, account, "Team").id
    chosen = await workspace.connections.configure(
        first.id, linked=team, conflict=(team,), preference=Preference.TWO_WAY
    )
    assert await connected(workspace, account) == chosen
    assert workspace.database.roster.connections() == (chosen,)


async def test_connecting_again_with_other_calendars_changes_the_connection_there_is(
    workspace: Workspace, microsoft: Microsoft
) -> None:
    account = await signed_in(workspace, microsoft, ANA)
    first = await connected(workspace, account)
    holidays = named(workspace, account, "Holidays").id
    again = await workspace.connections.connect(account.id, first.sub_account_id, conflict=(holidays,))
    assert again.id == first.id
    assert set(again.conflict) == {first.linked, holidays}


async def test_what_was_chosen_can_be_taken_back(workspace: Workspace, microsoft: Microsoft, tmp_path: Path) -> None:
    connection = await connected(workspace, await signed_in(workspace, microsoft, ANA))
    await workspace.connections.configure(
        connection.id, linked=connection.linked, conflict=connection.conflict, preference=Preference.TWO_WAY
    )
    saved = await workspace.connections.configure(connection.id, linked="", conflict=(), preference=Preference.BLOCKS)
    assert (saved.linked, saved.conflict, saved.preference) == ("", (), Preference.BLOCKS)
    assert workspace.connections.connection(connection.id) == saved


async def test_a_calendar_for_bookings_must_be_writable(workspace: Workspace, microsoft: Microsoft) -> None:
    account = await signed_in(workspace, microsoft, ANA)
    connection = await connected(workspace, account)
    holidays = named(workspace, account, "Holidays").id
    with pytest.raises(UsageError, match="“Holidays” cannot be written"):
        await workspace.connections.configure(
            connection.id, linked=holidays, conflict=(holidays,), preference=Preference.BLOCKS
        )
    assert workspace.connections.connection(connection.id) == connection


async def test_a_linked_calendar_always_counts_and_counts_once(workspace: Workspace, microsoft: Microsoft) -> None:
    account = await signed_in(workspace, microsoft, ANA)
    connection = await connected(workspace, account)
    team, holidays = (named(workspace, account, name).id for name in ("Team", "Holidays"))
    saved = await workspace.connections.configure(
        connection.id, linked=team, conflict=(holidays, team, holidays), preference=Preference.BLOCKS
    )
    assert saved.conflict == (team, holidays)
    saved = await workspace.connections.configure(connection.id, linked=team, conflict=(), preference=Preference.BLOCKS)
    assert saved.conflict == (team,)


async def test_a_calendar_of_another_account_cannot_be_chosen(workspace: Workspace, microsoft: Microsoft) -> None:
    ana, ben = await signed_in(workspace, microsoft, ANA), await signed_in(workspace, microsoft, BEN)
    connection = await connected(workspace, ana)
    other = named(workspace, ben, "Calendar").id
    with pytest.raises(UsageError, match="no such calendar"):
        await workspace.connections.configure(
            connection.id, linked=None, conflict=(other,), preference=Preference.BLOCKS
        )


async def test_bookings_of_a_sub_account_go_to_one_calendar_only(workspace: Workspace, microsoft: Microsoft) -> None:
    ana, ben = await signed_in(workspace, microsoft, ANA), await signed_in(workspace, microsoft, BEN)
    first, second = await connected(workspace, ana), await connected(workspace, ben)
    elsewhere = await connected(workspace, ana, "Family")
    await workspace.connections.configure(
        second.id, linked=second.conflict[0], conflict=second.conflict, preference=Preference.BLOCKS
    )
    after = workspace.connections.connection(first.id)
    assert (after.linked, after.conflict) == ("", first.conflict)
    assert workspace.connections.connection(elsewhere.id) == elsewhere


async def test_no_sub_account_named_among_several_is_answered_with_their_names(
    workspace: Workspace, microsoft: Microsoft
) -> None:
    account = await signed_in(workspace, microsoft, ANA)
    for name in ("Main", "Family"):
        await connected(workspace, account, name)
    for choose in (workspace.connections.sub_account, workspace.connections.ensure_sub_account):
        with pytest.raises(UsageError, match="“Main”, “Family”"):
            choose(None)


async def test_a_sub_account_is_found_by_name_whatever_its_case_and_by_id(workspace: Workspace) -> None:
    made = workspace.connections.ensure_sub_account("Family")
    assert workspace.connections.ensure_sub_account("FAMILY") == made
    assert workspace.connections.ensure_sub_account(made.id) == made
    assert workspace.connections.sub_account("family") == made


async def test_a_hostile_name_of_a_sub_account_is_kept_clean(workspace: Workspace) -> None:
    made = workspace.connections.ensure_sub_account("\x1b]0;x\x07\u202eMain\r\n" + "y" * 10_000)
    assert made.name.isprintable()
    assert len(made.name) <= 256


async def test_disconnecting_keeps_sign_in_and_other_sub_accounts(
    workspace: Workspace, microsoft: Microsoft, tmp_path: Path
) -> None:
    account = await signed_in(workspace, microsoft, ANA)
    main, family = await connected(workspace, account, "Main"), await connected(workspace, account, "Family")
    await workspace.calendars.sync()
    await workspace.connections.disconnect(main.id, forget=False)
    assert workspace.database.roster.connections() == (family,)
    assert len(logs(tmp_path)) == 1
    assert [report.failure for report in await workspace.calendars.sync()] == [None]


async def test_a_sign_in_that_another_sub_account_uses_is_not_forgotten(
    workspace: Workspace, microsoft: Microsoft
) -> None:
    account = await signed_in(workspace, microsoft, ANA)
    main, family = await connected(workspace, account, "Main"), await connected(workspace, account, "Family")
    with pytest.raises(UsageError, match="another sub-account"):
        await workspace.connections.disconnect(main.id, forget=True)
    assert {c.id for c in workspace.database.roster.connections()} == {main.id, family.id}


async def test_forgetting_leaves_nothing_of_the_account_on_the_disk(
    workspace: Workspace, microsoft: Microsoft, tmp_path: Path
) -> None:
    ana, ben = await signed_in(workspace, microsoft, ANA), await signed_in(workspace, microsoft, BEN)
    await connected(workspace, ben)
    kept = await workspace.calendars.sync()
    connection = await connected(workspace, ana)
    await workspace.calendars.sync()
    assert len(logs(tmp_path)) == 2
    await workspace.connections.disconnect(connection.id, forget=True)
    assert [account.address for account in workspace.database.roster.accounts()] == [BEN]
    assert workspace.database.roster.calendars(ana.id) == ()
    assert len(logs(tmp_path)) == len(kept) == 1
    with pytest.raises(SignInError):
        await workspace.outlook.mailbox(ana).calendars()
    assert [report.failure for report in await workspace.calendars.sync()] == [None]


async def test_a_forgotten_sign_in_is_gone_for_the_next_run_too(
    workspace: Workspace, microsoft: Microsoft, tmp_path: Path
) -> None:
    ana = await signed_in(workspace, microsoft, ANA)
    await workspace.connections.disconnect((await connected(workspace, ana)).id, forget=True)
    later = opened(tmp_path, microsoft)
    try:
        assert later.database.roster.accounts() == ()
        with pytest.raises(SignInError):
            await later.outlook.mailbox(ana).calendars()
    finally:
        await later.close()


async def test_each_account_has_a_letter_of_its_own_and_keeps_it(workspace: Workspace, microsoft: Microsoft) -> None:
    ana, ben = await signed_in(workspace, microsoft, ANA), await signed_in(workspace, microsoft, BEN)
    assert (ana.letter, ben.letter) == ("A", "B")
    assert (await signed_in(workspace, microsoft, BEN)).letter == "B"
    await workspace.connections.disconnect((await connected(workspace, ana)).id, forget=True)
    eva = await signed_in(workspace, microsoft, EVA, AccountKind.PERSONAL)
    assert eva.letter == "A"
    assert (await signed_in(workspace, microsoft, ANA)).letter == "C"


@pytest.mark.parametrize(("ending", "word"), [("decline", "not accepted"), ("expire", "ran out")])
async def test_a_sign_in_that_ends_otherwise_says_how_and_keeps_nothing(tmp_path: Path, ending: str, word: str) -> None:
    with served(mailbox(ANA), sign_in=ending) as microsoft:  # type: ignore[arg-type]
        workspace = opened(tmp_path, microsoft)
        try:
            code = await workspace.connections.begin_sign_in(AccountKind.WORK, Mode.WRITE)
            with pytest.raises(SignInError, match=word):
                await workspace.connections.finish_sign_in(code)
            assert workspace.database.roster.accounts() == ()
        finally:
            await workspace.close()


async def test_a_withdrawn_sign_in_is_marked_and_the_other_accounts_go_on(
    workspace: Workspace, microsoft: Microsoft
) -> None:
    ana, ben = await signed_in(workspace, microsoft, ANA), await signed_in(workspace, microsoft, BEN)
    for account in (ana, ben):
        await connected(workspace, account)
    withdraw(microsoft, ANA)
    failures = {report.key.account_id: report.failure for report in await workspace.calendars.sync()}
    assert isinstance(failures[ana.id], SignInError)
    assert failures[ben.id] is None
    assert workspace.connections.account(ANA).state is SignInState.SIGN_IN_AGAIN
    assert workspace.connections.account(BEN).state is SignInState.SIGNED_IN


async def test_signing_in_again_mends_a_withdrawn_sign_in_in_place(workspace: Workspace, microsoft: Microsoft) -> None:
    connection = await connected(workspace, await signed_in(workspace, microsoft, ANA))
    withdraw(microsoft, ANA)
    await workspace.calendars.sync()
    assert workspace.connections.account(ANA).state is SignInState.SIGN_IN_AGAIN
    microsoft.post("faults", faults=[])
    await signed_in(workspace, microsoft, ANA)
    assert workspace.connections.account(ANA).state is SignInState.SIGNED_IN
    assert workspace.database.roster.connections() == (connection,)
    assert [report.failure for report in await workspace.calendars.sync()] == [None]


async def test_a_mailbox_on_the_companys_own_server_is_refused_with_the_reason(
    workspace: Workspace, microsoft: Microsoft
) -> None:
    body = {"error": {"code": "MailboxNotEnabledForRESTAPI", "message": "REST API is not yet supported"}}
    microsoft.post("faults", faults=[{"path": "/v1.0/me/calendars", "count": 9, "status": 404, "body": body}])
    with pytest.raises(CalConnectError, match="not in Exchange Online"):
        await signed_in(workspace, microsoft, ANA)
    assert workspace.database.roster.accounts() == ()


async def test_a_calendar_that_fails_leaves_the_others_fresh_and_says_why(
    workspace: Workspace, microsoft: Microsoft
) -> None:
    ana, ben = await signed_in(workspace, microsoft, ANA), await signed_in(workspace, microsoft, BEN)
    for account in (ana, ben):
        await connected(workspace, account)
    broken = named(workspace, ana, "Calendar")
    microsoft.post("faults", faults=[{"path": broken.id, "count": 99, "status": 403}])
    failures = {report.key: report.failure for report in await workspace.calendars.sync()}
    assert isinstance(failures.pop(broken.key), RemoteError)
    assert list(failures.values()) == [None]
    assert workspace.calendars.sync_state(broken.key).error
    assert workspace.calendars.sync_state(broken.key).last_success is None


async def test_calendars_that_two_sub_accounts_use_are_read_once(workspace: Workspace, microsoft: Microsoft) -> None:
    account = await signed_in(workspace, microsoft, ANA)
    for name in ("Main", "Family"):
        await connected(workspace, account, name)
    before = microsoft.requests()[ANA, "Calendar"]
    assert len(await workspace.calendars.sync()) == 1
    assert microsoft.requests()[ANA, "Calendar"] - before == 1


async def test_the_real_service_without_a_client_id_says_so_before_anything_is_asked(
    tmp_path: Path, reached_outside: list[str]
) -> None:
    workspace = opened(tmp_path, None)
    try:
        with pytest.raises(SignInError, match="client_id"):
            await workspace.connections.begin_sign_in(AccountKind.WORK, Mode.WRITE)
        with pytest.raises(UsageError):
            await workspace.connections.next_to_sign_in(ANA)
    finally:
        await workspace.close()
    assert reached_outside == []
