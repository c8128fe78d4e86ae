"""Who is connected: accounts, their calendars, sub-accounts and connections, in the workspace's own log."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TypeVar

import msgspec
from msgspec import Struct
from tinydb import where

from tui.domain.accounts import (
    Calendar,
    Connection,
    GateState,
    OutlookAccount,
    SubAccount,
    followed,
    relisted,
    stricter,
)
from tui.domain.events import CalendarKey
from tui.store.documents import LastRound, discard, from_document, put
from tui.store.recovery import Recovery
from tui.store.tables import LogDatabase

Value = TypeVar("Value", bound=Struct)

ACCOUNTS = "accounts"
CALENDARS = "calendars"
SUB_ACCOUNTS = "sub_accounts"
CONNECTIONS = "connections"
GATES = "gates"
META = "meta"
LAST_ROUND = "last_round"


class Roster:
    """Reads and writes the workspace's log; every write is one commit."""

    def __init__(self, database: LogDatabase) -> None:
        self._database = database

    def accounts(self) -> tuple[OutlookAccount, ...]:
        """All signed-in accounts, by letter."""
        return tuple(sorted(self._all(ACCOUNTS, OutlookAccount), key=lambda account: account.letter))

    def account(self, account_id: str) -> OutlookAccount | None:
        """The account with that id."""
        stored = self._database.table(ACCOUNTS).get(doc_id=account_id)
        return from_document(stored, OutlookAccount) if stored else None

    def calendars(self, account_id: str) -> tuple[Calendar, ...]:
        """The calendars of an account: the default one first, then by name."""
        stored = self._database.table(CALENDARS).search(where("account_id") == account_id)
        found = (from_document(document, Calendar) for document in stored)
        return tuple(sorted(found, key=lambda c: (not c.is_default, c.name.casefold(), c.id)))

    def calendar(self, key: CalendarKey) -> Calendar | None:
        """The calendar with that key."""
        stored = self._database.table(CALENDARS).get(doc_id=_calendar_id(*key))
        return from_document(stored, Calendar) if stored else None

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

    def gate(self, account_id: str) -> GateState | None:
        """How long Microsoft asked to leave the account's mailbox alone, if it did."""
        stored = self._database.table(GATES).get(doc_id=account_id)
        return from_document(stored, GateState) if stored else None

    def put_account(self, account: OutlookAccount, calendars: Iterable[Calendar] = ()) -> None:
        """Store an account and, if given, its whole list of calendars; see ``relisted``.

        The connections of a calendar that has another id now go along with it.
        """
        listed = list(calendars)
        with self._database.transaction():
            self._put(ACCOUNTS, account.id, account)
            if listed:
                self._relist(account.id, listed)

    def put_listed(self, account_id: str, calendars: Iterable[Calendar], at: datetime) -> None:
        """Store the list of calendars that was asked for ``at``, of an account that nobody has forgotten meanwhile."""
        with self._database.transaction():
            account = self.account(account_id)
            if account is not None:
                self.put_account(msgspec.structs.replace(account, listed_at=at), calendars)

    def put_calendar(self, calendar: Calendar) -> None:
        """Store what is known of a calendar, unless nobody knows it any more."""
        with self._database.transaction():
            if self.calendar(calendar.key) is not None:
                self._put(CALENDARS, _calendar_id(*calendar.key), calendar)

    def put_gate(self, account_id: str, state: GateState, now: datetime) -> None:
        """Store what a mailbox's gate was told ``now``, as far as nobody was told to wait longer."""
        with self._database.transaction():
            self._put(GATES, account_id, stricter(self.gate(account_id), state, now))

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
        discard(self._database.table(CONNECTIONS), [connection_id])

    def remove_account(self, account_id: str) -> None:
        """Forget an account and all that is known of it, in one commit."""
        calendars = [_calendar_id(c.account_id, c.id) for c in self.calendars(account_id)]
        connections = [c.id for c in self.connections() if c.account_id == account_id]
        with self._database.transaction():
            discard(self._database.table(CALENDARS), calendars)
            discard(self._database.table(CONNECTIONS), connections)
            discard(self._database.table(GATES), [account_id])
            discard(self._database.table(ACCOUNTS), [account_id])

    @property
    def recovery(self) -> Recovery | None:
        """What opening the log had to repair, if anything."""
        return self._database.recovery

    def catch_up(self) -> bool:
        """Take over what other processes committed; says whether there was anything."""
        return self._database.catch_up()

    def close(self) -> None:
        self._database.close()

    def _relist(self, account_id: str, listed: list[Calendar]) -> None:
        outcome = relisted(self.calendars(account_id), listed)
        discard(self._database.table(CALENDARS), [_calendar_id(account_id, old) for old in outcome.successors])
        for calendar in outcome.calendars:
            self._put(CALENDARS, _calendar_id(account_id, calendar.id), calendar)
        for connection in self.connections():
            if outcome.successors and connection.account_id == account_id:
                self._put(CONNECTIONS, connection.id, followed(connection, outcome.successors))

    def _put(self, table: str, document_id: str, value: Struct) -> None:
        put(self._database.table(table), document_id, value)

    def _all(self, table: str, kind: type[Value]) -> list[Value]:
        return [from_document(stored, kind) for stored in self._database.table(table).all()]


def _calendar_id(account_id: str, calendar_id: str) -> str:
    return f"{account_id} {calendar_id}"
