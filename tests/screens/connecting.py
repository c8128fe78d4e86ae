"""What the tests of signing in and connecting share: a workspace that answers as told, and a scene."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hosting import HostApp, SnapshotBuilder
from msgspec.structs import replace
from textual.pilot import Pilot

from tui.domain.accounts import (
    AccountKind,
    Calendar,
    Connection,
    Mode,
    OutlookAccount,
    Preference,
    SubAccount,
    default_roles,
)
from tui.errors import CalConnectError
from tui.workspace.view import CalendarView, Role, Snapshot

DORA = OutlookAccount(id="dora", address="dora@northwind.example", kind=AccountKind.WORK, letter="D")


@dataclass(frozen=True)
class Code:
    """A device code as the identity platform gives it."""

    user_code: str = "D7SKN2QHF"
    verification_uri: str = "https://microsoft.com/devicelogin"
    expires_in: float = 900.0


def calendars_of(account_id: str) -> tuple[Calendar, ...]:
    """A writable default, another writable one, and one that is read only."""
    return (
        Calendar(account_id=account_id, id="Calendar", name="Calendar", can_edit=True, is_default=True),
        Calendar(account_id=account_id, id="On-call", name="On-call", can_edit=True),
        Calendar(account_id=account_id, id="Holidays", name="Holidays", can_edit=False),
    )


class FakeConnections:
    """Answers like the use cases; a sign-in ends when the test (or the demo key) says how."""

    def __init__(self) -> None:
        self.codes = [Code(), Code(user_code="NEW2CODE9")]
        self.calls: list[tuple[Any, ...]] = []
        self.account = DORA
        self.begin_error: CalConnectError | None = None
        self.calendars_error: CalConnectError | None = None
        self.cancelled = 0
        self.endings: asyncio.Queue[CalConnectError | None] = asyncio.Queue()
        self.declined = CalConnectError("You declined the sign-in.", "n asks for a new code.")

    async def begin_sign_in(self, kind: AccountKind, mode: Mode) -> Code:
        self.calls.append(("begin", kind, mode))
        if self.begin_error is not None:
            raise self.begin_error
        return self.codes.pop(0)

    async def finish_sign_in(self, code: Code) -> OutlookAccount:
        try:
            ending = await self.endings.get()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        if ending is not None:
            raise ending
        return self.account

    async def approve_in_demo(self, code: Code, decline: bool = False) -> None:
        self.calls.append(("demo", code.user_code, decline))
        self.endings.put_nowait(self.declined if decline else None)

    async def calendars(self, account_id: str) -> tuple[Calendar, ...]:
        if self.calendars_error is not None:
            raise self.calendars_error
        return calendars_of(account_id)

    async def connect(
        self,
        account_id: str,
        sub_account_id: str,
        *,
        conflict: tuple[str, ...] | None = None,
        linked: str | None = None,
        preference: Preference | None = None,
    ) -> Connection:
        self.calls.append(("connect", account_id, sub_account_id, conflict, linked, preference))
        roles = default_roles(calendars_of(account_id), Mode.WRITE, has_linked=sub_account_id != "first")
        return Connection(
            id="made",
            sub_account_id=sub_account_id,
            account_id=account_id,
            conflict=conflict or roles.conflict,
            linked=roles.linked if linked is None else linked,
        )

    async def configure(
        self, connection_id: str, *, linked: str | None, conflict: tuple[str, ...], preference: Preference
    ) -> None:
        self.calls.append(("configure", connection_id, linked, conflict, preference))

    async def disconnect(self, connection_id: str, *, forget: bool) -> None:
        self.calls.append(("disconnect", connection_id, forget))

    def ensure_sub_account(self, name: str | None) -> SubAccount:
        return SubAccount(id="first", name="Main")


class FakeWorkspace:
    """Holds the fake use cases."""

    def __init__(self) -> None:
        self.connections = FakeConnections()


def two_accounts(builder: SnapshotBuilder) -> Snapshot:
    """Main uses A (linked: Calendar) and read-only B; Family uses A too."""
    a = builder.account("A", "ana@contoso.example", calendars=("Calendar", "On-call", "Birthdays"))
    builder.account("B", "ana@fabrikam.example", mode=Mode.READ)
    builder.ignore(a, "Birthdays")
    builder.event(a, "Stand-up", "2026-11-24 09:00", "09:30")
    return with_family(with_linked(builder.build(), "Calendar"))


def with_linked(snapshot: Snapshot, calendar: str) -> Snapshot:
    """Bookings go to ``calendar`` of the first account."""
    first, *rest = snapshot.connections

    def role(view: CalendarView) -> CalendarView:
        return replace(view, role=Role.LINKED) if view.calendar.id == calendar else view

    linked = replace(
        first,
        connection=replace(first.connection, linked=calendar),
        calendars=tuple(role(view) for view in first.calendars),
        also_used_in=("Family",),
    )
    connections = (linked, *rest)
    return replace(snapshot, connections=connections, all_connections=tuple(one.connection for one in connections))


def with_family(snapshot: Snapshot) -> Snapshot:
    """A second sub-account that uses the first account."""
    family = SubAccount(id="family", name="Family")
    used = Connection(
        id="family-A", sub_account_id="family", account_id=snapshot.accounts[0].account.id, conflict=("Calendar",)
    )
    return replace(
        snapshot,
        sub_accounts=(*snapshot.sub_accounts, family),
        all_connections=(*snapshot.all_connections, used),
    )


async def until(pilot: Pilot[Any], holds: Callable[[], bool]) -> None:
    """Let the app work until ``holds``; fails when it never does."""
    for _ in range(100):
        if holds():
            return
        await pilot.pause()
    raise AssertionError("it never came to that")


def dialog_shown(app: HostApp, name: str) -> Callable[[], bool]:
    """Whether a dialog of that class is on top and laid out."""
    return lambda: type(app.screen).__name__ == name and app.screen.is_mounted
