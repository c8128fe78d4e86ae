"""Accounts, connections and calendars: sign in once, use in any number of sub-accounts."""

from __future__ import annotations

import secrets
import string
from typing import TYPE_CHECKING

import msgspec

from tui.clock import Clock
from tui.domain.accounts import (
    AccountKind,
    Calendar,
    Connection,
    Mode,
    OutlookAccount,
    Preference,
    SignInState,
    SubAccount,
    default_roles,
)
from tui.domain.events import CalendarKey
from tui.domain.text import clean
from tui.errors import UsageError
from tui.limits import NAME_CHARACTERS
from tui.store.database import Database
from tui.workspace.names import choices, find
from tui.workspace.outlook import Outlook

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui.outlook.identity import DeviceCode, SignedIn

FIRST_SUB_ACCOUNT = "Main"


class Connections:
    """The use cases; every change is saved when its call returns."""

    def __init__(self, database: Database, outlook: Outlook, clock: Clock) -> None:
        self._database = database
        self._roster = database.roster
        self._outlook = outlook
        self._clock = clock

    async def begin_sign_in(self, kind: AccountKind, mode: Mode) -> DeviceCode:
        """A code that the person enters at Microsoft. Raises SignInError, RemoteError or StoreError.

        Without a client id that is said before anything else is asked.
        """
        self._outlook.check_client_id()
        return await (await self._outlook.identity()).begin(kind, mode)

    async def finish_sign_in(self, code: DeviceCode) -> OutlookAccount:
        """Wait until the code was entered; the account and its calendars are stored then.

        Cancelling gives the sign-in up. Raises SignInError for every other ending, RemoteError without network.
        """
        return await self._remember(await (await self._outlook.identity()).finish(code))

    async def sign_in_with_browser(
        self, kind: AccountKind, mode: Mode, open_url: Callable[[str], None]
    ) -> OutlookAccount:
        """Sign in with a browser on this computer; ``open_url`` gets the address. Ends as ``finish_sign_in`` does."""
        self._outlook.check_client_id()
        return await self._remember(await (await self._outlook.identity()).sign_in_with_browser(kind, mode, open_url))

    async def approve_in_demo(self, code: DeviceCode, decline: bool = False) -> None:
        """Play the person at Microsoft's page. Raises UsageError without a simulator."""
        action = "decline" if decline else "approve"
        await self._outlook.network.control(f"/simulator/{action}", {"user_code": code.user_code})

    async def next_to_sign_in(self, address: str) -> None:
        """Tell the simulator who signs in next. Raises UsageError without a simulator."""
        await self._outlook.network.control("/simulator/next-sign-in", {"address": address})

    async def calendars(self, account_id: str) -> tuple[Calendar, ...]:
        """The account's calendars as Microsoft lists them now. Raises SignInError or RemoteError."""
        account = self.account(account_id)
        listed = await self._outlook.mailbox(account).calendars()
        self._roster.put_listed(account.id, listed, self._clock.now())
        return self._roster.calendars(account_id)

    async def connect(
        self,
        account_id: str,
        sub_account_id: str,
        *,
        conflict: tuple[str, ...] | None = None,
        linked: str | None = None,
        preference: Preference | None = None,
    ) -> Connection:
        """Use an account in a sub-account; connecting it again changes the connection that there is.

        What is left out stays as it is; a new connection starts with ``default_roles``.
        """
        account = self.account(account_id)
        sub_account = self.sub_account(sub_account_id)
        connection = self._existing(account.id, sub_account.id) or self._new(account, sub_account)
        return self._save(
            connection,
            linked=connection.linked if linked is None else linked,
            conflict=connection.conflict if conflict is None else conflict,
            preference=preference or connection.preference,
        )

    async def configure(
        self, connection_id: str, *, linked: str | None, conflict: tuple[str, ...], preference: Preference
    ) -> Connection:
        """Choose what each calendar is to the sub-account. Raises UsageError when it cannot be so."""
        return self._save(self.connection(connection_id), linked=linked or "", conflict=conflict, preference=preference)

    async def disconnect(self, connection_id: str, *, forget: bool) -> None:
        """Stop using an account in a sub-account. ``forget`` also drops sign-in and cached events.

        Nothing in Outlook changes. Raises UsageError when another sub-account still uses what would be forgotten.
        """
        connection = self.connection(connection_id)
        others = [c for c in self._roster.connections() if c.account_id == connection.account_id]
        if forget and len(others) > 1:
            raise UsageError(
                f"{self.account(connection.account_id).address} is used in another sub-account.",
                "Disconnect it there first, or leave the sign-in.",
            )
        if forget:
            await self._forget(connection.account_id)
        else:
            self._roster.remove_connection(connection.id)

    def check_sub_account(self, name: str | None) -> None:
        """Raise UsageError where ``ensure_sub_account`` would: before a person is asked to sign in for nothing."""
        if name is None and self._roster.sub_accounts():
            self.sub_account(None)

    def ensure_sub_account(self, name: str | None) -> SubAccount:
        """The sub-account of that name, made if need be; without a name the only one, or a first "Main".

        Raises UsageError with their names when there are several and none is named.
        """
        known = self._roster.sub_accounts()
        if name is None and known:
            return self.sub_account(None)
        wanted = clean(name or "", NAME_CHARACTERS) or FIRST_SUB_ACCOUNT
        for sub_account in known:
            if sub_account.name.casefold() == wanted.casefold() or sub_account.id == wanted:
                return sub_account
        made = SubAccount(id=f"{len(known) + 1:02d}-{secrets.token_hex(3)}", name=wanted)
        self._roster.put_sub_account(made)
        return made

    def sub_account(self, name: str | None) -> SubAccount:
        """The sub-account with that id or name; without one the only one there is. Raises UsageError."""
        known = self._roster.sub_accounts()
        if name is not None:
            return find("sub-account", name, known, id_of=lambda s: s.id, name_of=lambda s: s.name)
        if not known:
            raise UsageError("No account is connected yet.", "Start with: calconnect-tui connect --kind work")
        if len(known) > 1:
            raise UsageError(
                "There are several sub-accounts; name one with --sub-account.",
                choices("sub-account", [sub_account.name for sub_account in known]),
            )
        return known[0]

    def account(self, wanted: str) -> OutlookAccount:
        """The account with that id or address. Raises UsageError."""
        return find("account", wanted, self._roster.accounts(), id_of=lambda a: a.id, name_of=lambda a: a.address)

    def connection(self, wanted: str) -> Connection:
        """The connection with that id, or of the account with that address. Raises UsageError."""
        addresses = {account.id: account.address for account in self._roster.accounts()}
        return find(
            "connection",
            wanted,
            self._roster.connections(),
            id_of=lambda c: c.id,
            name_of=lambda c: addresses.get(c.account_id, ""),
        )

    def calendar(self, account_id: str, wanted: str) -> Calendar:
        """The calendar of an account with that id or name. Raises UsageError."""
        return find(
            "calendar", wanted, self._roster.calendars(account_id), id_of=lambda c: c.id, name_of=lambda c: c.name
        )

    def mark_sign_in(self, account_id: str, state: SignInState) -> None:
        """Note whether an account can be used; nothing is written when it is known, or when the account is gone."""
        account = self._roster.account(account_id)
        if account is not None and account.state is not state:
            self._roster.put_account(msgspec.structs.replace(account, state=state))

    async def _remember(self, signed_in: SignedIn) -> OutlookAccount:
        """Store a signed-in account and its list of calendars."""
        known = {account.id: account for account in self._roster.accounts()}
        account = OutlookAccount(
            id=signed_in.id,
            address=signed_in.address,
            name=signed_in.name,
            kind=signed_in.kind,
            mode=signed_in.mode,
            client_id=self._outlook.client_id,
            listed_at=self._clock.now(),
            letter=known[signed_in.id].letter if signed_in.id in known else self._free_letter(),
        )
        calendars = await self._outlook.mailbox(account).calendars()
        self._roster.put_account(account, calendars)
        return account

    async def _forget(self, account_id: str) -> None:
        keys = [CalendarKey(account_id, calendar.id) for calendar in self._roster.calendars(account_id)]
        await (await self._outlook.identity()).forget(account_id)
        self._roster.remove_account(account_id)
        for key in keys:
            self._database.forget_calendar(key)

    def _save(
        self, connection: Connection, *, linked: str, conflict: tuple[str, ...], preference: Preference
    ) -> Connection:
        calendars = {calendar.id: calendar for calendar in self._roster.calendars(connection.account_id)}
        unknown = [id_ for id_ in (*conflict, linked) if id_ and id_ not in calendars]
        if unknown:
            raise UsageError("There is no such calendar in the account.", "Choose among `calconnect-tui calendars`.")
        if linked and not calendars[linked].can_edit:
            raise UsageError(
                f"“{calendars[linked].name}” cannot be written, so bookings cannot go there.",
                "Choose a calendar that you may write.",
            )
        counted = (linked, *conflict) if linked else conflict
        saved = msgspec.structs.replace(
            connection, linked=linked, conflict=tuple(dict.fromkeys(counted)), preference=preference
        )
        self._roster.put_connections([saved, *self._others_unlinked(saved)])
        return saved

    def _others_unlinked(self, saved: Connection) -> list[Connection]:
        """A sub-account has one linked calendar: choosing another takes it from the connection that had it."""
        if not saved.linked:
            return []
        return [
            msgspec.structs.replace(other, linked="")
            for other in self._roster.connections()
            if other.sub_account_id == saved.sub_account_id and other.id != saved.id and other.linked
        ]

    def _existing(self, account_id: str, sub_account_id: str) -> Connection | None:
        wanted = (account_id, sub_account_id)
        return next((c for c in self._roster.connections() if (c.account_id, c.sub_account_id) == wanted), None)

    def _new(self, account: OutlookAccount, sub_account: SubAccount) -> Connection:
        taken = any(c.linked for c in self._roster.connections() if c.sub_account_id == sub_account.id)
        roles = default_roles(self._roster.calendars(account.id), account.mode, has_linked=taken)
        return Connection(
            id=secrets.token_hex(4),
            sub_account_id=sub_account.id,
            account_id=account.id,
            linked=roles.linked,
            conflict=roles.conflict,
        )

    def _free_letter(self) -> str:
        taken = {account.letter for account in self._roster.accounts()}
        return next((letter for letter in string.ascii_uppercase if letter not in taken), "?")
