"""What the person wants Outlook to hold: staging it, and deciding on what waits or came to nothing.

Nothing here sends. Every call has saved its change when it returns; the next round of the account carries it out.
"""

from __future__ import annotations

from msgspec import Struct

from tui.clock import Clock
from tui.domain.accounts import Mode
from tui.domain.bookings import Action, Cancel, Create, Entry, Failed, Respond, Update, ready
from tui.domain.events import CalendarKey
from tui.errors import UsageError
from tui.limits import BODY_TEXT_BYTES
from tui.store.database import Database


class Waiting(Struct, frozen=True):
    """A staged change, and the calendar that it is for."""

    calendar: CalendarKey
    entry: Entry


class Unsent(Struct, frozen=True):
    """A change that came to nothing, and the calendar that it was for."""

    calendar: CalendarKey
    failed: Failed


class Outbox:
    """The use cases, over the outboxes of all calendars that there are."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def stage(self, key: CalendarKey, action: Action, *, target: str = "", etag: str = "", held: bool = False) -> Entry:
        """Want ``action`` for the event ``target``, or a new event.

        ``etag`` is the version of the event that was decided on; without it the one that is stored. What is ``held``
        waits until it is released. Raises UsageError where the calendar cannot be written or a text is too long to be
        kept, StoreError when it could not be saved.
        """
        self._check_writable(key)
        _check_text(action)
        version = etag or self._version(key, target)
        return self._database.calendar(key).outbox.stage(
            action, target=target, etag=version, now=self._clock.now(), held=held
        )

    def entries(self) -> tuple[Waiting, ...]:
        """Everything that waits to be sent; of each calendar in the order in which it was staged."""
        return tuple(
            Waiting(key, entry) for key in self._keys() for entry in self._database.calendar(key).outbox.entries()
        )

    def failed(self) -> tuple[Unsent, ...]:
        """Everything that came to nothing and is not decided on, the latest last."""
        found = (Unsent(key, one) for key in self._keys() for one in self._database.calendar(key).outbox.failed())
        return tuple(sorted(found, key=lambda unsent: unsent.failed.at))

    def ready(self, account_id: str) -> frozenset[tuple[str, ...]]:
        """What of an account may be sent now, as values that differ when something else may, or something again."""
        return frozenset(
            (entry.id, entry.target, entry.staged_at.isoformat())
            for key in self._connected(account_id)
            for entry in ready(self._database.calendar(key).outbox.entries())
        )

    def retry(self, key: CalendarKey, entry_id: str) -> Entry:
        """Try a failed change once more, decided on the event as it is stored now."""
        outbox = self._database.calendar(key).outbox
        target = next((one.entry.target for one in outbox.failed() if one.entry.id == entry_id), "")
        return outbox.retry(entry_id, etag=self._version(key, target), now=self._clock.now())

    def release(self, key: CalendarKey, entry_id: str) -> None:
        """Let a held change be sent."""
        self._database.calendar(key).outbox.release(entry_id)

    def drop(self, key: CalendarKey, entry_id: str) -> None:
        """Withdraw a change that waits."""
        self._database.calendar(key).outbox.drop(entry_id)

    def drop_failed(self, key: CalendarKey, entry_id: str) -> None:
        """Forget a change that came to nothing."""
        self._database.calendar(key).outbox.drop_failed(entry_id)

    def _keys(self) -> list[CalendarKey]:
        """Every calendar that is known: what was staged for one that counts nowhere any more is not forgotten."""
        roster = self._database.roster
        return [calendar.key for account in roster.accounts() for calendar in roster.calendars(account.id)]

    def _connected(self, account_id: str) -> frozenset[CalendarKey]:
        connections = self._database.roster.connections()
        ids = (id_ for connection in connections if connection.account_id == account_id for id_ in connection.conflict)
        return frozenset(CalendarKey(account_id, id_) for id_ in ids)

    def _version(self, key: CalendarKey, target: str) -> str:
        event = self._database.calendar(key).event(target) if target else None
        return event.etag if event else ""

    def _check_writable(self, key: CalendarKey) -> None:
        roster = self._database.roster
        account, calendar = roster.account(key.account_id), roster.calendar(key)
        if account is None or calendar is None or key not in self._connected(key.account_id):
            raise UsageError("That calendar is not connected.", "Connect it first.")
        if account.mode is Mode.READ:
            raise UsageError(
                f"{account.address} is signed in for reading only.", "Sign in again and allow it to be changed."
            )
        if calendar.gone or not calendar.can_edit:
            raise UsageError(f"“{calendar.name}” of {account.address} cannot be written.", "Choose another calendar.")


def _check_text(action: Action) -> None:
    """Raises UsageError for a text that is too long to be kept until it is sent."""
    match action:
        case Create(wanted=wanted) | Update(wanted=wanted):
            text = wanted.body or ""
        case Respond(comment=comment) | Cancel(comment=comment):
            text = comment
        case _:
            text = ""
    if len(text.encode("utf-8", "surrogatepass")) > BODY_TEXT_BYTES:
        raise UsageError(f"The text is longer than {BODY_TEXT_BYTES // 1024} KB.", "Shorten it.")
