"""The walks that several screens start: connect an account, choose its calendars, disconnect it.

Each is a coroutine for a worker of the screen: it asks through dialogs, calls one use case after the other, and
raises CalConnectError when one fails. Leaving a dialog ends the walk; what was done before stays done and is said.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeVar

from textual.screen import Screen

from tui.domain.accounts import Calendar, Connection, OutlookAccount
from tui.screens.base import PlaceScreen
from tui.screens.shell import Shell
from tui.workspace.view import ConnectionView, Snapshot

if TYPE_CHECKING:
    from tui.screens.add_new import Wish
    from tui.screens.calendars import CalendarChoice
    from tui.screens.disconnect import Leaving
    from tui.workspace.workspace import Workspace

T = TypeVar("T")


class Connecting:
    """The walks of one screen."""

    def __init__(self, screen: PlaceScreen, shell: Shell) -> None:
        self._screen = screen
        self._shell = shell

    async def add(self) -> None:
        """``+ Add New``: from the form to the connected account; its calendars are asked for once it is connected."""
        from tui.screens.add_new import AddNewDialog

        wish = await self._ask(AddNewDialog(self._shell.snapshot))
        if wish is None:
            return
        account = wish.account or await self._sign_in(wish)
        if account is None:
            self._shell.toast("Nothing was signed in.")
            return
        targets = wish.sub_account_ids or (await self._first_sub_account(),)
        elsewhere = linked_elsewhere(self._shell.snapshot, account.id)
        connection = await self._connect(account, targets)
        choice = None
        try:
            choice = await self._choose(account, connection, elsewhere, is_new=True)
        finally:
            if choice is None:
                self._say_connected(account, len(connection.conflict), "; enter on its row chooses others")
        if choice is not None:
            await self._refine(account, targets, choice)
            self._say_connected(account, len(choice.conflict))

    def _say_connected(self, account: OutlookAccount, count: int, more: str = "") -> None:
        counts = f"{count} calendar{' counts' if count == 1 else 's count'}"
        self._shell.toast(f"{account.address} connected: {counts}{more}")

    async def configure(self, view: ConnectionView) -> None:
        """Choose the calendars of a connection."""
        elsewhere = linked_elsewhere(self._shell.snapshot, view.account.id)
        choice = await self._choose(view.account, view.connection, elsewhere)
        if choice is not None:
            await self._configure(view.connection.id, choice)
            self._shell.toast(f"{view.account.address}: {len(choice.conflict)} of its calendars count here")

    async def connect_with_defaults(self, account: OutlookAccount, sub_account_id: str, name: str) -> None:
        """Use a signed-in account in a sub-account, its default calendar counting."""

        async def connect(workspace: Workspace) -> Connection:
            return await workspace.connections.connect(account.id, sub_account_id)

        connection = await self._shell.run(connect)
        count = len(connection.conflict)
        self._shell.toast(f"{account.address} connected in {name}: {count} calendar{'s' * (count != 1)} counted")

    async def disconnect(self, connection: Connection) -> None:
        """Ask, then stop using the account in the sub-account of ``connection``."""
        from tui.screens.disconnect import DisconnectDialog, Parting

        leaving = leaving_of(self._shell.snapshot, connection)
        if leaving is None:
            return
        parting = await self._ask(DisconnectDialog(leaving))
        if parting is None:
            return
        forget = parting is Parting.EVERYTHING

        async def disconnect(workspace: Workspace) -> None:
            await workspace.connections.disconnect(connection.id, forget=forget)

        await self._shell.run(disconnect)
        done = "disconnected and forgotten" if forget else f"disconnected from {leaving.sub_account}"
        self._shell.toast(f"{leaving.account.address} {done}")

    async def _sign_in(self, wish: Wish) -> OutlookAccount | None:
        from tui.screens.sign_in import SignInDialog

        connected = frozenset(view.account.id for view in self._shell.snapshot.connections)
        return await self._ask(SignInDialog(self._shell, wish.kind, wish.mode, connected=connected))

    async def _choose(
        self, account: OutlookAccount, connection: Connection, elsewhere: str, *, is_new: bool = False
    ) -> CalendarChoice | None:
        """Ask which calendars; ``elsewhere`` names the calendar of another account that bookings go to now."""
        from tui.screens.calendars import CalendarChoice, CalendarsDialog

        async def listed(workspace: Workspace) -> tuple[Calendar, ...]:
            return await workspace.connections.calendars(account.id)

        self._screen.say(f"Asking Microsoft for the calendars of {account.address} …")
        try:
            calendars = await self._shell.run(listed)
        finally:
            self._screen.say("")
        snapshot = self._shell.snapshot
        choice = CalendarChoice(
            linked=connection.linked, conflict=connection.conflict, preference=connection.preference
        )
        name = snapshot.sub_account.name if snapshot.sub_account else "your first sub-account"
        return await self._ask(
            CalendarsDialog(
                account,
                calendars,
                choice,
                sub_account=name,
                linked_elsewhere=elsewhere,
                is_new=is_new,
            )
        )

    async def _connect(self, account: OutlookAccount, targets: Sequence[str]) -> Connection:
        """Use ``account`` in all ``targets`` with the default roles; gives the connection of the first."""

        async def connect(workspace: Workspace) -> Connection:
            made = [await workspace.connections.connect(account.id, target) for target in targets]
            return made[0]

        return await self._shell.run(connect)

    async def _refine(self, account: OutlookAccount, targets: Sequence[str], choice: CalendarChoice) -> None:
        """The choice holds for the first of ``targets``; elsewhere the same calendars count, bookings as there."""

        async def connect(workspace: Workspace) -> None:
            await workspace.connections.connect(
                account.id,
                targets[0],
                conflict=choice.conflict,
                linked=choice.linked,
                preference=choice.preference,
            )
            for other in targets[1:]:
                await workspace.connections.connect(account.id, other, conflict=choice.conflict)

        await self._shell.run(connect)

    async def _configure(self, connection_id: str, choice: CalendarChoice) -> None:
        async def configure(workspace: Workspace) -> Connection:
            return await workspace.connections.configure(
                connection_id, linked=choice.linked or None, conflict=choice.conflict, preference=choice.preference
            )

        await self._shell.run(configure)

    async def _first_sub_account(self) -> str:
        async def ensure(workspace: Workspace) -> str:
            return workspace.connections.ensure_sub_account(None).id

        return await self._shell.run(ensure)

    async def _ask(self, dialog: Screen[T]) -> T | None:
        return await self._screen.app.push_screen_wait(dialog)


def linked_elsewhere(snapshot: Snapshot, account_id: str) -> str:
    """The calendar of another account that bookings of the selected sub-account go to, or an empty string."""
    for view in snapshot.connections:
        if view.linked is not None and view.account.id != account_id:
            return f"{view.account.letter} {view.linked.calendar.name}"
    return ""


def leaving_of(snapshot: Snapshot, connection: Connection) -> Leaving | None:
    """What the disconnect dialog says of ``connection``; None when it is gone meanwhile."""
    from tui.screens.disconnect import Leaving

    account = next((view.account for view in snapshot.accounts if view.account.id == connection.account_id), None)
    if account is None:
        return None
    names = {one.id: one.name for one in snapshot.sub_accounts}
    others = [c for c in snapshot.all_connections if c.account_id == account.id and c.id != connection.id]
    calendars = {key.calendar_id: one for key, one in snapshot.calendars.items() if key.account_id == account.id}
    linked = calendars.get(connection.linked)
    shown = next((view for view in snapshot.connections if view.account.id == account.id), None)
    return Leaving(
        account=account,
        sub_account=names.get(connection.sub_account_id, ""),
        linked=linked.name if linked else "",
        used_in=tuple(names.get(other.sub_account_id, "") for other in others),
        events=sum(view.sync.events for view in shown.calendars) if shown else 0,
    )
