"""Staged writes of one calendar, out to Outlook: each is carried out once, or fails with a reason that is kept.

An attempt is committed to the store before its request leaves, so that after any end of the program it is known
what may have taken effect. What may have is looked for before it is sent again, and what is to be changed is read
before it is changed. Different events do not wait for each other; the writes to one event keep their order.
"""

from __future__ import annotations

from msgspec import Struct

from tui.clock import Clock
from tui.domain.accounts import Mode
from tui.domain.bookings import Cancel, Create, Delete, Entry, FailureKind, Respond, Update, followers, ready
from tui.domain.contents import content
from tui.domain.events import Event
from tui.errors import CalConnectError, RemoteError, SignInError, StoreError, Throttled
from tui.limits import PASSING_RACE_ATTEMPTS
from tui.outlook.errors import (
    AccessDenied,
    IdentityUnavailable,
    NotFound,
    OutcomeUnknown,
    Refused,
    Unreachable,
)
from tui.outlook.graph import Mailbox
from tui.outlook.wire import Quarantined
from tui.store.calendars import CalendarStore
from tui.store.errors import EntryChanged
from tui.sync.decision import Done, Fail, Send, as_attempted, as_decided_on, decide, is_own_change

# These would meet the next entry too.
_ENDING = (Unreachable, Throttled, IdentityUnavailable)
_NO_CALENDAR = "The calendar is no longer there."
_CONFLICT, _GONE, _RACE = 409, 404, 412


class PushReport(Struct, frozen=True, kw_only=True):
    """What one push did."""

    sent: int = 0
    """Entries that Outlook has carried out."""
    failed: int = 0
    waiting: int = 0
    """Entries that are still there."""
    failure: CalConnectError | None = None
    """What ended the push before every entry had its turn."""


async def push(mailbox: Mailbox, store: CalendarStore, *, clock: Clock, looked: bool) -> PushReport:
    """Send what is staged in ``store``; of an account that may only be read, nothing.

    ``looked`` says that a complete round of this calendar was read after every attempt that may have taken effect:
    without that, an event that an attempt may have made is not sent again.
    """
    if mailbox.account.mode is Mode.READ:
        return PushReport(waiting=len(store.outbox.entries()))
    return await _Push(mailbox, store, clock, looked=looked).run()


def has_doubtful_creates(store: CalendarStore) -> bool:
    """Whether an event may have been made without being known by its id: a round of changes tells."""
    return any(isinstance(entry.action, Create) and entry.doubtful for entry in ready(store.outbox.entries()))


class _Push:
    """One go through the outbox, in which each entry has one turn."""

    def __init__(self, mailbox: Mailbox, store: CalendarStore, clock: Clock, *, looked: bool) -> None:
        self._mailbox = mailbox
        self._store = store
        self._outbox = store.outbox
        self._clock = clock
        self._looked = looked
        self._tried: set[str] = set()
        self._sent = 0
        self._failed = 0

    async def run(self) -> PushReport:
        failure: CalConnectError | None = None
        try:
            while entry := self._next():
                self._tried.add(entry.id)
                await self._turn(entry)
        except (RemoteError, SignInError, StoreError) as error:
            failure = error
        waiting = len(self._outbox.entries())
        return PushReport(sent=self._sent, failed=self._failed, waiting=waiting, failure=failure)

    def _next(self) -> Entry | None:
        return next((entry for entry in ready(self._outbox.entries()) if entry.id not in self._tried), None)

    async def _turn(self, entry: Entry) -> None:
        """One entry; a trouble that is its own leaves it waiting."""
        try:
            await self._try(entry)
        except EntryChanged:
            return
        except _ENDING:
            raise
        except RemoteError:
            return

    async def _try(self, entry: Entry) -> None:
        if isinstance(entry.action, Create) and not entry.doubtful:
            await self._send(entry, entry, None)
            return
        if isinstance(entry.action, Create) and not self._looked:
            return
        try:
            found = await self._find(entry)
        except (AccessDenied, NotFound) as error:
            self._fail(entry, FailureKind.UNCERTAIN if entry.doubtful else FailureKind.REFUSED, error.what)
            return
        if not isinstance(found, Quarantined):
            await self._follow(entry, found)

    async def _find(self, entry: Entry) -> Event | Quarantined | None:
        """The event of an entry as Outlook holds it now; of one that is to be made, what an attempt made.

        A round of changes may be behind what was done, and tells nothing of days outside its window: the calendar
        itself is asked too.
        """
        match entry.action:
            case Create(wanted=wanted, transaction_id=transaction_id):
                assert wanted.when is not None
                return await self._mailbox.made_by(self._store.key.calendar_id, transaction_id, wanted.when)
            case _:
                return await self._mailbox.event(entry.target)

    async def _follow(self, entry: Entry, found: Event | None) -> None:
        """Do what a look at the event says."""
        seen = self._as_decided_on(entry, found)
        match decide(seen, found):
            case Send():
                await self._send(entry, seen, found)
            case Done():
                self._settle(entry, found, found)
            case Fail(kind=kind, reason=reason):
                self._fail(entry, kind, reason)

    def _as_decided_on(self, entry: Entry, found: Event | None) -> Entry:
        return entry if found is None else as_decided_on(entry, self._store.event(entry.target), found)

    async def _send(self, entry: Entry, seen: Entry, found: Event | None) -> None:
        """Make the attempt. ``seen`` is ``entry`` for the version that was ``found``.

        Raises EntryChanged, and sends nothing, where the person altered it meanwhile.
        """
        marked = self._outbox.mark(entry, as_attempted(entry.action, found))
        try:
            event = await self._request(seen)
        except OutcomeUnknown:
            return
        except Refused as error:
            await self._refused(entry, marked, error)
        except (RemoteError, SignInError):
            self._outbox.take_back(entry)
            raise
        else:
            await self._sent_off(marked, event, found)

    async def _request(self, entry: Entry) -> Event | None:
        """Send what ``entry`` says; the event that is answered, if it is."""
        match entry.action:
            case Create() as action:
                return await self._mailbox.create(self._store.key.calendar_id, action)
            case Update(wanted=wanted):
                return await self._mailbox.update(entry.target, wanted, entry.etag)
            case Delete():
                await self._mailbox.delete(entry.target, entry.etag)
            case Respond() as action:
                await self._mailbox.respond(entry.target, action)
            case Cancel(comment=comment):
                await self._mailbox.cancel(entry.target, comment)
        return None

    async def _sent_off(self, entry: Entry, event: Event | None, found: Event | None) -> None:
        """Store what a success answered; an action on a meeting answers nothing, so its event is read."""
        if event is not None:
            self._done(entry, event)
        elif isinstance(entry.action, Delete):
            self._settle(entry, None, found)
        else:
            await self._read_again(entry, found)

    async def _read_again(self, entry: Entry, found: Event | None) -> None:
        """Where that fails, the action is done all the same."""
        try:
            event = await self._mailbox.event(entry.target)
        except (RemoteError, SignInError):
            self._done(entry, None)
            raise
        if isinstance(event, Quarantined):
            self._done(entry, None)
        else:
            self._settle(entry, event, found)

    async def _refused(self, entry: Entry, marked: Entry, error: Refused) -> None:
        """What a definite refusal means; ``entry`` is how it stood before this attempt."""
        is_create = isinstance(entry.action, Create)
        if error.status == _RACE:
            await self._race(entry, marked, error)
        elif error.status == _GONE and is_create:
            self._fail(marked, FailureKind.GONE, _NO_CALENDAR)
        elif error.status == _GONE:
            await self._follow(entry, None)
        elif error.status == _CONFLICT and is_create and not entry.doubtful:
            return  # An event of this transaction is there already, it says: a look will find it.
        else:
            self._fail(marked, FailureKind.REFUSED, error.what)

    async def _race(self, entry: Entry, marked: Entry, error: Refused) -> None:
        """Another version stands, or Exchange only says so while it is busy with the event: a look tells."""
        if not entry.doubtful:
            self._outbox.unmark(marked)
        found = None if isinstance(entry.action, Create) else await self._mailbox.event(entry.target)
        if isinstance(found, Quarantined):
            return
        seen = self._as_decided_on(entry, found)
        match decide(seen, found):
            case Send() if marked.attempts >= PASSING_RACE_ATTEMPTS:
                self._fail(marked, FailureKind.REFUSED, error.what)
            case Send():
                return
            case Done():
                self._settle(marked, found, found)
            case Fail(kind=kind, reason=reason):
                self._fail(marked, kind, reason)

    def _settle(self, entry: Entry, event: Event | None, found: Event | None) -> None:
        """Close an entry where ``event`` is what a look showed after it, and ``found`` before it."""
        if event is None:
            self._outbox.settle(entry, gone=[entry.target])
            self._sent += 1
        else:
            self._done(entry, event if self._is_handed_on(entry, event, found) else None, is_answer=False)

    def _done(self, entry: Entry, event: Event | None, *, is_answer: bool = True) -> None:
        self._outbox.settle(entry, event, is_answer=is_answer)
        self._sent += 1

    def _is_handed_on(self, entry: Entry, event: Event, found: Event | None) -> bool:
        """Whether the later writes to this event may count on its new version.

        Not where somebody else changed it since they were decided on: their versions stay, and so they end in a
        decision and never in an overwritten edit.
        """
        if isinstance(entry.action, Create):
            return True
        stored = self._store.event(entry.target)
        if found is not None and found is not event and stored is not None and content(stored) != content(found):
            return False
        known = {one.etag: one for one in (stored, found) if one is not None}
        later = followers(self._outbox.entries(), entry)
        return all(other.etag in known and is_own_change(entry.action, known[other.etag], event) for other in later)

    def _fail(self, entry: Entry, kind: FailureKind, reason: str) -> None:
        """Keep an entry as failed; what follows an event that is not made fails with it."""
        later = followers(self._outbox.entries(), entry) if isinstance(entry.action, Create) else ()
        self._outbox.fail(entry, kind, reason, self._clock.now())
        self._failed += 1 + len(later)
