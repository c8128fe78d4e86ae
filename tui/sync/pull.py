"""One round of one calendar: everything that changed in Outlook, into the store, in one commit.

A round is all or nothing. Its pages are gathered first and applied together with the link of the next round; a
round that ends in any other way leaves the store as it was.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import AsyncIterator, Callable
from datetime import date

import msgspec
from msgspec import Struct

from tui.clock import Clock
from tui.domain.events import Event, EventType
from tui.domain.timespan import wanted_window
from tui.errors import RemoteError
from tui.limits import (
    MASS_REMOVAL_EVENTS,
    MASS_REMOVAL_SHARE,
    PAGES_PER_ROUND,
    REPEATED_PAGE_DIGESTS,
    ROUND_DEADLINE_SECONDS,
)
from tui.outlook.graph import LATER, Mailbox, ResetNeeded
from tui.outlook.wire import Item, Page, Quarantined, Sparse
from tui.settings import SyncSettings
from tui.store.calendars import CalendarStore
from tui.store.documents import Mark
from tui.sync.rounds import (
    Gathered,
    Plan,
    Series,
    gather,
    is_reconciliation_due,
    plan,
    series_mentioned,
    series_settled,
    starts_in,
    still_good,
    with_margin,
)


class RoundReport(Struct, frozen=True, kw_only=True):
    """What a complete round did."""

    pages: int
    changed: int
    removed: int
    events: int
    """Instances in the store afterwards."""
    quarantined: int = 0


class _Read(Struct, frozen=True):
    """The pages of a round."""

    gathered: Gathered
    delta_link: str
    pages: int


async def pull(
    mailbox: Mailbox,
    store: CalendarStore,
    *,
    settings: SyncSettings,
    clock: Clock,
    progress: Callable[[int], None] = lambda items: None,
) -> RoundReport:
    """Bring ``store`` to what Outlook holds now.

    ``progress`` hears the number of items read so far. Raises RemoteError, SignInError or StoreError; then
    nothing was changed.
    """
    today = clock.now().date()
    fresh = _first_mark(mailbox, store, settings, today)
    for mark in (_next_mark(store, settings, today) or fresh, fresh):
        try:
            return await _Round(mailbox, store, mark, clock, progress, whole=mark is fresh).run()
        except ResetNeeded as error:
            reset = error
    raise RemoteError(
        f"Microsoft asked twice to read a calendar of {mailbox.account.address} afresh.", LATER
    ) from reset


def _next_mark(store: CalendarStore, settings: SyncSettings, today: date) -> Mark | None:
    """Where a round of changes starts; None where the whole window is to be read."""
    mark = store.mark()
    if mark is None or not still_good(mark, today, settings.past_days, settings.future_days):
        return None
    return None if is_reconciliation_due(mark, today, store.key.calendar_id) else mark


def _first_mark(mailbox: Mailbox, store: CalendarStore, settings: SyncSettings, today: date) -> Mark:
    """Where the reading of the whole window starts; what it lacks is gone."""
    window = with_margin(wanted_window(today, settings.past_days, settings.future_days))
    return Mark(
        link=mailbox.first_link(store.key.calendar_id, window),
        window=window,
        past_days=settings.past_days,
        future_days=settings.future_days,
        reconciled=today,
    )


class _Round:
    """The reading and applying of one round."""

    def __init__(
        self,
        mailbox: Mailbox,
        store: CalendarStore,
        mark: Mark,
        clock: Clock,
        progress: Callable[[int], None],
        *,
        whole: bool,
    ) -> None:
        self._mailbox = mailbox
        self._store = store
        self._mark = mark
        self._whole = whole
        self._clock = clock
        self._progress = progress

    async def run(self) -> RoundReport:
        read = await self._read(self._mark.link)
        changes = await self._plan(read.gathered)
        removed = self._mass_removal(changes)
        if removed:
            read = await self._read(self._mark.link)
            changes = await self._plan(read.gathered)
            removed = self._mass_removal(changes)
        mark = msgspec.structs.replace(self._mark, link=read.delta_link)
        quarantined = {item.id: item.reason for item in read.gathered.quarantined}
        applied = self._store.apply(changes.puts, changes.deletes, quarantined, mark, whole=self._whole, kept=removed)
        return RoundReport(
            pages=read.pages,
            changed=applied.changed,
            removed=applied.removed,
            events=self._store.instance_count(),
            quarantined=len(read.gathered.quarantined),
        )

    def _mass_removal(self, changes: Plan) -> frozenset[str]:
        """The events that a fresh list lacks, if they are most of what is stored of its days; else none.

        Such a list is read twice to be believed, and the person is shown what it lacks.
        """
        if not self._whole or len(changes.deletes) <= MASS_REMOVAL_EVENTS:
            return frozenset()
        stored = filter(None, map(self._store.event, self._store.event_ids()))
        kept_days = [
            event.id
            for event in stored
            if event.type is not EventType.MASTER and starts_in(event.when, self._mark.window)
        ]
        lacking = changes.deletes.intersection(kept_days)
        is_mass = len(lacking) > max(MASS_REMOVAL_EVENTS, MASS_REMOVAL_SHARE * len(kept_days))
        return lacking if is_mass else frozenset()

    async def _read(self, link: str) -> _Read:
        items: list[Item] = []
        last = Page(())
        pages = 0
        async for page in self._pages(link):
            last = page
            items += page.items
            pages += 1
            self._progress(len(items))
        return _Read(gather(items), last.delta_link, pages)

    async def _pages(self, link: str) -> AsyncIterator[Page]:
        """The pages from ``link`` to the one with the delta link. Raises RemoteError for a chain without end."""
        started = self._clock.monotonic()
        links = {link}
        seen: Counter[bytes] = Counter()
        for _ in range(PAGES_PER_ROUND):
            page, _ = await self._mailbox.page(link)
            yield page
            if page.delta_link:
                return
            link = page.next_link
            seen.update([_digest(page)] if page.items else [])
            endless = not link or link in links or REPEATED_PAGE_DIGESTS in seen.values()
            if endless or self._clock.monotonic() - started > ROUND_DEADLINE_SECONDS:
                break
            links.add(link)
        raise RemoteError(
            f"Microsoft's list of changes for {self._mailbox.account.address} does not end.",
            LATER,
        )

    async def _plan(self, gathered: Gathered) -> Plan:
        whole = self._whole
        mentioned = series_mentioned(gathered)
        exceptions = {} if whole else {name: self._store.exceptions_of(name) for name in mentioned}
        settled = mentioned if whole else series_settled(gathered, exceptions)
        series = {name: await self._series(name, gathered, settled=name in settled) for name in sorted(mentioned)}
        spoken_of = mentioned | gathered.removed | gathered.items.keys()
        return plan(
            gathered,
            series=series,
            members={name: self._store.members_of(name) for name in spoken_of},
            stored=self._store.event_ids() if whole else frozenset(),
            whole=whole,
        )

    async def _series(self, name: str, gathered: Gathered, *, settled: bool) -> Series:
        found = await self._master(name, gathered)
        if found is None:
            return Series(master=None, instances=())
        master = found if isinstance(found, Event) else None
        if settled and master is not None:
            return Series(master=master)
        return Series(master=master, instances=await self._mailbox.series_instances(name, self._mark.window))

    async def _master(self, name: str, gathered: Gathered) -> Event | Quarantined | None:
        """The series' master; a quarantined one exists, so its instances count all the same."""
        item = gathered.items.get(name)
        if item is not None and not isinstance(item, Sparse) and item.type is EventType.MASTER:
            return item
        if name in gathered.removed:
            return None
        return self._stored_master(name) or await self._mailbox.event(name)

    def _stored_master(self, name: str) -> Event | None:
        """The master of an earlier round; an initial round trusts only what it reads itself."""
        return None if self._whole else self._store.event(name)


def _digest(page: Page) -> bytes:
    """What tells pages apart, whatever their links: some services repeat one page under ever new links."""
    return hashlib.blake2b(msgspec.json.encode(page.items), digest_size=16).digest()
