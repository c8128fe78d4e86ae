"""``accounts``, ``calendars``, ``connections`` and ``sub-accounts``: what there is; ``configure``: what it is for."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Iterator
from contextlib import closing, contextmanager

from tui.commands.context import Context
from tui.domain.accounts import Connection, Preference
from tui.workspace.workspace import Workspace


@contextmanager
def _opened(context: Context) -> Iterator[Workspace]:
    """A workspace for reading what is stored; nothing of Microsoft is asked."""
    workspace = context.open()
    with closing(workspace.database):
        yield workspace


def accounts(arguments: argparse.Namespace, context: Context) -> int:
    """List the Microsoft sign-ins."""
    with _opened(context) as workspace:
        found: list[dict[str, object]] = [
            {
                "account": account.address,
                "kind": account.kind.value,
                "state": account.state.value,
                "token_storage": str(workspace.outlook.token_storage),
            }
            for account in workspace.database.roster.accounts()
        ]
    return _show(found, ("account", "kind", "state", "token_storage"), arguments, context)


def calendars(arguments: argparse.Namespace, context: Context) -> int:
    """List the calendars of every account, as Microsoft last listed them."""
    with _opened(context) as workspace:
        roster = workspace.database.roster
        found = [
            {
                "account": account.address,
                "calendar": calendar.id,
                "name": calendar.name,
                "can_edit": calendar.can_edit,
                "is_default": calendar.is_default,
            }
            for account in roster.accounts()
            for calendar in roster.calendars(account.id)
            if not calendar.gone
        ]
    return _show(found, ("account", "name", "can_edit", "is_default", "calendar"), arguments, context)


def connections(arguments: argparse.Namespace, context: Context) -> int:
    """List which account is used where, and for what."""
    with _opened(context) as workspace:
        found = [_connection(connection, workspace) for connection in workspace.database.roster.connections()]
    return _show(
        found, ("id", "sub_account", "account", "linked", "conflict", "preference", "mode", "state"), arguments, context
    )


def _connection(connection: Connection, workspace: Workspace) -> dict[str, object]:
    account = workspace.connections.account(connection.account_id)
    return {
        "id": connection.id,
        "sub_account": workspace.connections.sub_account(connection.sub_account_id).name,
        "account": account.address,
        "linked": connection.linked or None,
        "conflict": list(connection.conflict),
        "preference": connection.preference.value,
        "mode": account.mode.value,
        "state": account.state.value,
    }


def sub_accounts(arguments: argparse.Namespace, context: Context) -> int:
    """List the sub-accounts."""
    with _opened(context) as workspace:
        used = [connection.sub_account_id for connection in workspace.database.roster.connections()]
        found = [
            {"id": sub_account.id, "sub_account": sub_account.name, "connections": used.count(sub_account.id)}
            for sub_account in workspace.database.roster.sub_accounts()
        ]
    return _show(found, ("id", "sub_account", "connections"), arguments, context)


def configure(arguments: argparse.Namespace, context: Context) -> int:
    """Say which calendars of a connection count, and where bookings go."""
    with _opened(context) as workspace:
        connection = workspace.connections.connection(arguments.connection)

        def calendar_id(wanted: str) -> str:
            return workspace.connections.calendar(connection.account_id, wanted).id

        linked = connection.linked if arguments.linked is None else arguments.linked and calendar_id(arguments.linked)
        conflict = (
            connection.conflict if arguments.conflict is None else tuple(calendar_id(c) for c in arguments.conflict)
        )
        preference = Preference(arguments.preference) if arguments.preference else connection.preference
        saved = asyncio.run(
            workspace.connections.configure(connection.id, linked=linked, conflict=conflict, preference=preference)
        )
        names = {c.id: c.name for c in workspace.database.roster.calendars(connection.account_id)}
        context.say(f"Counts as busy: {', '.join(names[id_] for id_ in saved.conflict) or 'nothing'}.")
        context.say(f"Bookings go to: {names[saved.linked] if saved.linked else 'nowhere yet'}.")
    return 0


def _show(
    found: list[dict[str, object]], columns: tuple[str, ...], arguments: argparse.Namespace, context: Context
) -> int:
    if arguments.json:
        context.answer(found)
    elif found:
        heads = [column.replace("_", " ") for column in columns]
        context.table(heads, ([_word(row[column]) for column in columns] for row in found))
    else:
        context.remark("There is none yet. Start with: calconnect-tui connect --kind work")
    return 0


def _word(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
