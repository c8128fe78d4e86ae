"""Makes the one value that the screens show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from tui.domain.accounts import Calendar, Connection, OutlookAccount, SignInState, SubAccount
from tui.domain.conflicts import Grade, Group
from tui.domain.events import CalendarKey
from tui.domain.meetings import Meeting
from tui.store.documents import LastRound
from tui.workspace.conflicts import groups_among, is_open
from tui.workspace.view import AccountView, CalendarView, ConnectionView, Digest, Role, Snapshot
from tui.workspace.workspace import Workspace


def snapshot_of(
    workspace: Workspace, *, selected: str | None, now: datetime, syncing: Mapping[str, str] | None = None
) -> Snapshot:
    """What the screens show of the sub-account with the id ``selected`` (the first without one) at ``now``.

    ``syncing`` says in words what is being read, by account id.
    """
    roster = workspace.database.roster
    sub_accounts = roster.sub_accounts()
    sub_account = next((s for s in sub_accounts if s.id == selected), sub_accounts[0] if sub_accounts else None)
    accounts = roster.accounts()
    connections = roster.connections()
    meetings = workspace.calendars.meetings(sub_account, _shown(workspace, sub_account)) if sub_account else ()
    groups = _open_groups(workspace, sub_account, meetings, now)
    return Snapshot(
        zone=workspace.zone,
        sub_account=sub_account,
        sub_accounts=sub_accounts,
        accounts=tuple(_account_view(workspace, account, connections, syncing or {}) for account in accounts),
        connections=tuple(
            _connection_view(workspace, connection, connections, sub_accounts)
            for account in accounts
            for connection in connections
            if connection.account_id == account.id and sub_account and connection.sub_account_id == sub_account.id
        ),
        all_connections=connections,
        calendars={calendar.key: calendar for account in accounts for calendar in roster.calendars(account.id)},
        letters={account.id: account.letter for account in accounts},
        meetings=tuple(meetings),
        longest=max((meeting.interval.length for meeting in meetings), default=timedelta(0)),
        groups=tuple(groups),
        grades=_worst_grades(groups),
        digest=_digest(roster.last_round()),
        notices=(*workspace.database.notices(), *workspace.calendars.vanished()),
    )


def _shown(workspace: Workspace, sub_account: SubAccount | None) -> tuple[CalendarKey, ...]:
    """The connected calendars of every account that the sub-account uses: those of other ones are drawn hollow."""
    used = {
        c.account_id
        for c in workspace.database.roster.connections()
        if sub_account and c.sub_account_id == sub_account.id
    }
    return tuple(key for key in workspace.calendars.connected() if key.account_id in used)


def _open_groups(
    workspace: Workspace, sub_account: SubAccount | None, meetings: Sequence[Meeting], now: datetime
) -> list[Group]:
    if sub_account is None:
        return []
    window = workspace.calendars.window()
    groups = groups_among(meetings, sub_account, zone=workspace.zone, window=window, over_before=now)
    return [group for group in groups if is_open(group)]


def _worst_grades(groups: Iterable[Group]) -> dict[str, Grade]:
    worst: dict[str, Grade] = {}
    for group in groups:
        for pair in group.pairs:
            for meeting in (pair.first, pair.second):
                known = worst.get(meeting.id)
                if known is None or pair.grade.rank < known.rank:
                    worst[meeting.id] = pair.grade
    return worst


def _account_view(
    workspace: Workspace,
    account: OutlookAccount,
    connections: Iterable[Connection],
    syncing: Mapping[str, str],
) -> AccountView:
    keys = [key for key in workspace.calendars.connected() if key.account_id == account.id]
    states = [workspace.calendars.sync_state(key) for key in keys]
    ages = [state.last_success for state in states]
    error = next((state.error for state in states if state.error), "")
    if account.state is SignInState.SIGN_IN_AGAIN and not error:
        error = f"{account.address} is signed out. Sign in again."
    return AccountView(
        account=account,
        used_in=tuple(c.sub_account_id for c in connections if c.account_id == account.id),
        last_success=min((age for age in ages if age), default=None) if None not in ages else None,
        syncing=syncing.get(account.id, ""),
        error=error,
        token_storage=str(workspace.outlook.token_storage),
    )


def _connection_view(
    workspace: Workspace,
    connection: Connection,
    connections: Iterable[Connection],
    sub_accounts: Iterable[SubAccount],
) -> ConnectionView:
    roster = workspace.database.roster
    account = next(account for account in roster.accounts() if account.id == connection.account_id)
    others = {c.sub_account_id for c in connections if c.account_id == account.id and c.id != connection.id}
    return ConnectionView(
        connection=connection,
        account=account,
        calendars=tuple(
            _calendar_view(workspace, calendar, connection)
            for calendar in roster.calendars(account.id)
            if not calendar.gone or connection.counts(calendar.id)
        ),
        also_used_in=tuple(s.name for s in sub_accounts if s.id in others),
    )


def _calendar_view(workspace: Workspace, calendar: Calendar, connection: Connection) -> CalendarView:
    role = Role.UNUSED
    if connection.counts(calendar.id):
        role = Role.LINKED if calendar.id == connection.linked else Role.CONFLICT
    if role is Role.UNUSED:
        return CalendarView(calendar=calendar, role=role)
    return CalendarView(calendar=calendar, role=role, sync=workspace.calendars.sync_state(calendar.key))


def _digest(last: LastRound | None) -> Digest | None:
    if last is None:
        return None
    return Digest(
        at=last.at,
        read=last.read,
        changed=last.changed,
        removed=last.removed,
        new_conflicts=last.new_conflicts,
        solved_conflicts=last.solved_conflicts,
    )
