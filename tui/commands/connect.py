"""``connect`` and ``disconnect``: accounts in and out of a sub-account."""

from __future__ import annotations

import argparse
import asyncio

from tui.commands.context import Context
from tui.domain.accounts import AccountKind, Mode, OutlookAccount
from tui.errors import UsageError
from tui.workspace.workspace import Workspace


def connect(arguments: argparse.Namespace, context: Context) -> int:
    """Sign in with a code (or take a sign-in that exists), and use the account in a sub-account."""
    return asyncio.run(_connect(arguments, context))


async def _connect(arguments: argparse.Namespace, context: Context) -> int:
    workspace = context.open()
    try:
        if not arguments.account and not arguments.kind:
            raise UsageError("Which kind of account is it?", "Add --kind work or --kind personal.")
        workspace.connections.check_sub_account(arguments.sub_account)
        account = await _account(workspace, arguments, context)
        sub_account = workspace.connections.ensure_sub_account(arguments.sub_account)
        calendars = await workspace.connections.calendars(account.id)
        chosen = tuple(c.id for c in calendars if not c.gone) if arguments.all_calendars else None
        connection = await workspace.connections.connect(account.id, sub_account.id, conflict=chosen)
        names = [c.name for c in calendars if c.id in connection.conflict]
        linked = next((c.name for c in calendars if c.id == connection.linked), "")
        context.say(f"{account.address} is connected in {sub_account.name} ({connection.id}).")
        context.say(f"Counts as busy: {', '.join(names) or 'nothing yet'}.")
        if linked:
            context.say(f"Bookings go to: {linked}.")
    finally:
        await workspace.close()
    return 0


async def _account(workspace: Workspace, arguments: argparse.Namespace, context: Context) -> OutlookAccount:
    if arguments.account:
        return workspace.connections.account(arguments.account)
    kind, mode = AccountKind(arguments.kind), Mode(arguments.mode)
    if arguments.browser:
        context.remark("Waiting for the browser …")
        return await workspace.connections.sign_in_with_browser(kind, mode, lambda url: _show_address(url, context))
    code = await workspace.connections.begin_sign_in(kind, mode)
    context.say(f"Open   {code.verification_uri}")
    context.say(f"Enter  {code.user_code}")
    context.out.flush()
    context.remark(f"Waiting, {code.expires_in / 60:.0f} minutes at most. Only go on if you started this yourself.")
    return await workspace.connections.finish_sign_in(code)


def _show_address(url: str, context: Context) -> None:
    context.say("Open this address in a browser on this computer:")
    context.say(url)
    context.out.flush()


def disconnect(arguments: argparse.Namespace, context: Context) -> int:
    """Stop using an account in a sub-account."""
    return asyncio.run(_disconnect(arguments, context))


async def _disconnect(arguments: argparse.Namespace, context: Context) -> int:
    workspace = context.open()
    try:
        connection = workspace.connections.connection(arguments.connection)
        account = workspace.connections.account(connection.account_id)
        await workspace.connections.disconnect(connection.id, forget=arguments.forget)
        context.say(f"{account.address} is disconnected. Bookings in Outlook stay there.")
        if arguments.forget:
            context.say("Its sign-in and its cached events are gone from this computer.")
    finally:
        await workspace.close()
    return 0
