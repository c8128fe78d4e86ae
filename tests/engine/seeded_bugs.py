"""Twenty bugs that a program of this kind may well have, each put into the real one at a seam of it.

The lives are worth what they find: each of these must be caught by them. Beside each bug stands the number of the
first life, counted from 1, that catches it. After a change of the lives or of the program ``first_lives.py`` finds
these numbers anew.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from typing import Any, ClassVar

from msgspec.structs import replace
from parts import Parts

from tui.domain.bookings import Create, Entry, Settled
from tui.outlook.errors import OutcomeUnknown
from tui.outlook.graph import ResetNeeded
from tui.outlook.http import Answer
from tui.outlook.wire import Item, Page
from tui.store.documents import Mark
from tui.sync.decision import Send
from tui.sync.rounds import Gathered, Plan


class Around:
    """What stands around a part of the program and is otherwise that part."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


# Rounds


class TokenBeforeEvents(Parts):
    """The link of the next round is saved in a commit of its own, before the events that it covers."""

    def store(self, store: Any) -> Any:
        return _TokenFirst(store)


class _TokenFirst(Around):
    def apply(self, puts: Any, deletes: Any, quarantined: Any, mark: Mark, **more: Any) -> Any:
        _save_mark(self._inner, mark)
        return self._inner.apply(puts, deletes, quarantined, mark, **more)


class PageToken(Parts):
    """The link of the next page is saved as soon as a page is read, its events only at the end of the round."""

    def mailbox(self, mailbox: Any, store: Any) -> Any:
        return _SavingPages(mailbox, store)


class _SavingPages(Around):
    def __init__(self, inner: Any, store: Any) -> None:
        super().__init__(inner)
        self._store = store

    async def page(self, link: str) -> tuple[Page, bytes]:
        page, body = await self._inner.page(link)
        mark = self._store.mark()
        if page.next_link and mark is not None:
            _save_mark(self._store, replace(mark, link=page.next_link))
        return page, body


def _save_mark(store: Any, mark: Mark) -> None:
    store.apply((), (), {}, mark, whole=True)


class Ghosts(Parts):
    """What a fresh list lacks stays in the store."""

    functions: ClassVar = {"tui.sync.pull:plan": lambda real: partial(_planned_without_stored, real)}


def _planned_without_stored(real: Callable[..., Plan], gathered: Gathered, **known: Any) -> Plan:
    return real(gathered, **(known | {"stored": frozenset()}))


class FirstHalf(Parts):
    """What was read of a round that ended in a reset is kept for the fresh one."""

    def mailbox(self, mailbox: Any, store: Any) -> Any:
        return _KeepingHalf(mailbox)


class _KeepingHalf(Around):
    def __init__(self, inner: Any) -> None:
        super().__init__(inner)
        self._read: list[Item] = []
        self._half: list[Item] = []

    async def page(self, link: str) -> tuple[Page, bytes]:
        try:
            page, body = await self._inner.page(link)
        except ResetNeeded:
            self._half, self._read = self._read, []
            raise
        except BaseException:
            self._half, self._read = [], []
            raise
        self._read += page.items
        items, self._half = (*self._half, *page.items), []
        if page.delta_link:
            self._read = []
        return replace(page, items=items), body


class ResetIgnored(Parts):
    """A link that the service forgot is taken for one without news."""

    def mailbox(self, mailbox: Any, store: Any) -> Any:
        return _WithoutResets(mailbox)


class _WithoutResets(Around):
    async def page(self, link: str) -> tuple[Page, bytes]:
        try:
            return await self._inner.page(link)  # type: ignore[no-any-return]
        except ResetNeeded:
            return Page((), delta_link=link), b""


class RemovalsIgnored(Parts):
    """Removed items are passed over."""

    functions: ClassVar = {"tui.sync.pull:gather": lambda real: lambda items: replace(real(items), removed=frozenset())}


class FirstCopyWins(Parts):
    """Of several mentions of an event in one round the first counts."""

    functions: ClassVar = {"tui.sync.pull:gather": lambda real: lambda items: real(_first_last(items))}


def _first_last(items: Iterable[Item]) -> list[Item]:
    return list(items)[::-1]


# Attempts


class FreshTransaction(Parts):
    """Every attempt to make an event has a transaction id of its own."""

    def mailbox(self, mailbox: Any, store: Any) -> Any:
        return _FreshTransactions(mailbox)


class _FreshTransactions(Around):
    def __init__(self, inner: Any) -> None:
        super().__init__(inner)
        self._attempts = count(1)

    async def create(self, calendar_id: str, action: Create) -> Any:
        fresh = f"{next(self._attempts)}-{action.transaction_id}"
        return await self._inner.create(calendar_id, replace(action, transaction_id=fresh))


class NoLook(Parts):
    """What may have taken effect is sent again whatever a look at the event shows."""

    functions: ClassVar = {"tui.sync.push:decide": lambda real: partial(_decided_blindly, real)}


def _decided_blindly(real: Callable[..., Any], entry: Entry, found: Any) -> Any:
    return Send() if entry.doubtful else real(entry, found)


class NotMarked(Parts):
    """Nothing is saved before an attempt leaves."""

    def store(self, store: Any) -> Any:
        return _Unmarked(store)


class _Unmarked(Around):
    def __init__(self, inner: Any) -> None:
        super().__init__(inner)
        self.outbox = _UnmarkedOutbox(inner.outbox)


class _UnmarkedOutbox(Around):
    def mark(self, entry: Entry, *given: Any) -> Entry:
        return replace(entry, attempts=entry.attempts + 1, doubtful=True)


class NoRound(Parts):
    """An event that an attempt may have made is made again without a look at Microsoft: neither a round of changes
    is waited for, nor is the calendar asked what the attempt made. Either look alone would do.
    """

    functions: ClassVar = {"tui.sync.scheduler:push": lambda real: partial(_looked_already, real)}

    def mailbox(self, mailbox: Any, store: Any) -> Any:
        return _Blind(mailbox)


async def _looked_already(real: Callable[..., Awaitable[Any]], *given: Any, **named: Any) -> Any:
    return await real(*given, **(named | {"looked": True}))


class _Blind(Around):
    async def made_by(self, *given: Any) -> None:
        return None


# Outcomes


class _Outcomes(Around):
    """Writes of which the outcome is unknown come to an end of their own."""

    def __init__(self, inner: Any, store: Any, end: Callable[[Entry], None]) -> None:
        super().__init__(inner)
        self._store = store
        self._end = end

    async def create(self, calendar_id: str, action: Create) -> Any:
        return await self._tried(self._inner.create(calendar_id, action), lambda entry: entry.action == action)

    async def update(self, event_id: str, *given: Any) -> Any:
        return await self._tried(self._inner.update(event_id, *given), lambda entry: entry.target == event_id)

    async def respond(self, event_id: str, *given: Any) -> Any:
        return await self._tried(self._inner.respond(event_id, *given), lambda entry: entry.target == event_id)

    async def cancel(self, event_id: str, *given: Any) -> Any:
        return await self._tried(self._inner.cancel(event_id, *given), lambda entry: entry.target == event_id)

    async def delete(self, event_id: str, *given: Any) -> Any:
        return await self._tried(self._inner.delete(event_id, *given), lambda entry: entry.target == event_id)

    async def _tried(self, write: Awaitable[Any], is_it: Callable[[Entry], bool]) -> Any:
        try:
            return await write
        except OutcomeUnknown:
            self._end(next(entry for entry in self._store.outbox.entries() if is_it(entry)))
            raise


class UnknownDropped(Parts):
    """A write without an answer is forgotten."""

    def mailbox(self, mailbox: Any, store: Any) -> Any:
        return _Outcomes(mailbox, store, lambda entry: store.outbox.drop(entry.id))


class UnknownIsSuccess(Parts):
    """A write without an answer is taken as done."""

    def mailbox(self, mailbox: Any, store: Any) -> Any:
        return _Outcomes(mailbox, store, store.outbox.settle)


class ErrorIsSuccess(Parts):
    """A write that the service answers with 5xx is taken as done."""

    def __init__(self) -> None:
        self._heard = _Hearing(None)

    def network(self, network: Any) -> Any:
        self._heard = _Hearing(network)
        return self._heard

    def mailbox(self, mailbox: Any, store: Any) -> Any:
        heard = self._heard
        return _Outcomes(mailbox, store, lambda entry: store.outbox.settle(entry) if heard.status >= 500 else None)


class _Hearing(Around):
    status = 0

    async def request(self, *given: Any, **named: Any) -> Answer:
        self.status = 0
        answer: Answer = await self._inner.request(*given, **named)
        self.status = answer.status
        return answer


class RetryAfterIgnored(Parts):
    """How long the service asks to wait is not read."""

    def network(self, network: Any) -> Any:
        return _WithoutRetryAfter(network)


class _WithoutRetryAfter(Around):
    async def request(self, *given: Any, **named: Any) -> Answer:
        answer: Answer = await self._inner.request(*given, **named)
        return replace(answer, headers=_without(answer.headers, "retry-after"))


# Versions and followers


class NoIfMatch(Parts):
    """Writes do not say which version they were decided on."""

    def network(self, network: Any) -> Any:
        return _WithoutIfMatch(network)


class _WithoutIfMatch(Around):
    async def request(self, *given: Any, headers: Mapping[str, str] | None = None, **named: Any) -> Answer:
        return await self._inner.request(*given, headers=_without(headers or {}, "if-match"), **named)  # type: ignore[no-any-return]


def _without(headers: Mapping[str, str], left_out: str) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name.lower() != left_out}


class NotPointed(Parts):
    """What follows a write that is done keeps the id and the version that it had."""

    functions: ClassVar = {
        "tui.store.outbox:settled": lambda real: lambda *given, **named: replace(real(*given, **named), changed=()),
        "tui.store.outbox:linked": lambda real: lambda *given: replace(real(*given), changed=()),
    }


class OutOfOrder(Parts):
    """A write does not wait for an earlier one of the same event."""

    functions: ClassVar = {"tui.sync.push:ready": lambda real: _all_unheld}


def _all_unheld(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    return tuple(entry for entry in entries if not entry.held)


class NotLinked(Parts):
    """A round that tells of an event that was made does not close its creation in the same commit."""

    functions: ClassVar = {"tui.store.outbox:linked": lambda real: lambda *given: Settled()}


# The disk


class NoSync(Parts):
    """A commit is not brought to the disk before it is reported."""

    def disk(self, disk: Any) -> Any:
        return _Unsynced(disk)


class _Unsynced(Around):
    def sync(self, handle: int) -> None:
        """The data stay where the machine has them."""


@dataclass(frozen=True)
class SeededBug:
    """A bug, and the first life that catches it."""

    parts: Callable[[], Parts] = field(repr=False)
    first: int


BUGS: Mapping[str, SeededBug] = {
    "token saved before events": SeededBug(TokenBeforeEvents, 3),
    "page token saved without its events": SeededBug(PageToken, 15),
    "reset keeps ghosts": SeededBug(Ghosts, 2),
    "reset keeps the first half": SeededBug(FirstHalf, 90),
    "reset ignored": SeededBug(ResetIgnored, 2),
    "removals ignored": SeededBug(RemovalsIgnored, 7),
    "first copy wins": SeededBug(FirstCopyWins, 1),
    "new transaction id per attempt": SeededBug(FreshTransaction, 9),
    "no look before resend": SeededBug(NoLook, 7),
    "attempt not marked before sending": SeededBug(NotMarked, 7),
    "no delta round before re-create": SeededBug(NoRound, 41),
    "unknown outcome dropped": SeededBug(UnknownDropped, 2),
    "unknown outcome taken as success": SeededBug(UnknownIsSuccess, 2),
    "5xx taken as success": SeededBug(ErrorIsSuccess, 13),
    "no If-Match": SeededBug(NoIfMatch, 13),
    "followers not re-pointed": SeededBug(NotPointed, 9),
    "order per event not kept": SeededBug(OutOfOrder, 4),
    "commit without fsync": SeededBug(NoSync, 3),
    "Retry-After ignored": SeededBug(RetryAfterIgnored, 6),
    "own create not linked inside the round": SeededBug(NotLinked, 33),
}
