"""Who is connected: accounts, their calendars, sub-accounts and connections, in the workspace's own log."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

import msgspec
from msgspec import Struct

from tui.domain.accounts import Calendar, Connection, OutlookAccount, SubAccount
from tui.store.documents import LastRound, from_document, put
from tui.store.recovery import Recovery
from tui.store.tables import LogDatabase

Value = TypeVar("Value", bound=Struct)

ACCOUNTS = "accounts"
CALENDARS = "calendars"
SUB_ACCOUNTS = "sub_accounts"
CONNECTIONS = "connections"
META = "meta"
LAST_ROUND = "last_round"


class Roster:
    """Reads and writes the workspace's log; every write is one commit."""

    def __init__(self, database: LogDatabase) -> None:
        self._database = database

    def accounts(self) -> tuple[OutlookAccount, ...]:
        """All signed-in accounts, by letter."""
        return tuple(sorted(self._all(ACCOUNTS, OutlookAccount), key=lambda account: account.letter))

    def calendars(self, account_id: str) -> tuple[Calendar, ...]:
        """The calendars of an account: the default one first, then by name."""
        found = (calendar for calendar in self._all(CALENDARS, Calendar) if calendar.account_id == account_id)
        return tuple(sorted(found, key=lambda c: (not c.is_default, c.name.casefold(), c.id)))

    def sub_accounts(self) -> tuple[SubAccount, ...]:
        """All sub-accounts, in the order of their ids: the order in which they were made."""
        return tuple(sorted(self._all(SUB_ACCOUNTS, SubAccount), key=lambda sub_account: sub_account.id))

    def connections(self) -> tuple[Connection, ...]:
        """All connections of all sub-accounts."""
        return tuple(sorted(self._all(CONNECTIONS, Connection), key=lambda connection: connection.id))

    def last_round(self) -> LastRound | None:
        """What the last sync changed, if any did."""
        stored = self._database.table(META).get(doc_id=LAST_ROUND)
        return from_document(stored, LastRound) if stored else None

    def put_account(self, account: OutlookAccount, calendars: Iterable[Calendar] = ()) -> None:
        """Store an account and, if given, its whole list of calendars; those that it lacks are gone."""
        listed = list(calendars)
        with self._database.transaction():
            self._put(ACCOUNTS, account.id, account)
            if listed:
                self._put_calendars(account.id, listed)

    def put_sub_account(self, sub_account: SubAccount) -> None:
        self._put(SUB_ACCOUNTS, sub_account.id, sub_account)

    def put_connections(self, connections: Iterable[Connection]) -> None:
        """Store several connections in one commit."""
        with self._database.transaction():
            for connection in connections:
                self._put(CONNECTIONS, connection.id, connection)

    def put_last_round(self, last: LastRound) -> None:
        self._put(META, LAST_ROUND, last)

    def remove_connection(self, connection_id: str) -> None:
        self._database.table(CONNECTIONS).remove_ids([connection_id])

    def remove_account(self, account_id: str) -> None:
        """Forget an account, its calendars and its connections, in one commit."""
        calendars = [_calendar_id(c.account_id, c.id) for c in self.calendars(account_id)]
        connections = [c.id for c in self.connections() if c.account_id == account_id]
        with self._database.transaction():
            self._database.table(CALENDARS).remove_ids(calendars)
            self._database.table(CONNECTIONS).remove_ids(connections)
            self._database.table(ACCOUNTS).remove_ids([account_id])

    @property
    def recovery(self) -> Recovery | None:
        """What opening the log had to repair, if anything."""
        return self._database.recovery

    def catch_up(self) -> bool:
        """Take over what other processes committed; says whether there was anything."""
        return self._database.catch_up()

    def close(self) -> None:
        self._database.close()

    def _put_calendars(self, account_id: str, listed: list[Calendar]) -> None:
        present = {calendar.id for calendar in listed}
        missing = [known for known in self.calendars(account_id) if known.id not in present]
        for calendar in (*listed, *(msgspec.structs.replace(known, gone=True) for known in missing)):
            self._put(CALENDARS, _calendar_id(account_id, calendar.id), calendar)

    def _put(self, table: str, document_id: str, value: Struct) -> None:
        put(self._database.table(table), document_id, value)

    def _all(self, table: str, kind: type[Value]) -> list[Value]:
        return [from_document(stored, kind) for stored in self._database.table(table).all()]


def _calendar_id(account_id: str, calendar_id: str) -> str:
    return f"{account_id} {calendar_id}"
