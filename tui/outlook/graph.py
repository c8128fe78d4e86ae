"""One mailbox of Microsoft Graph: the calls that the program makes.

Whoever calls sees values of the domain, or one of this program's errors. Ids stand in an address as one segment,
whatever is in them.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import UTC
from typing import TypeVar
from urllib.parse import quote, urlencode

from tui.clock import Clock
from tui.domain.accounts import Calendar, OutlookAccount
from tui.domain.bookings import Create, Respond, Wanted
from tui.domain.events import Event, EventType
from tui.domain.timespan import DAY, AllDay, When, clamp_day, placed
from tui.errors import RemoteError
from tui.limits import PAGE_ITEMS, PAGES_PER_ROUND
from tui.outlook import payloads
from tui.outlook.addresses import check_address
from tui.outlook.errors import AccessDenied as AccessDenied
from tui.outlook.errors import NotFound as NotFound
from tui.outlook.errors import ResetNeeded as ResetNeeded
from tui.outlook.errors import UnreadableAnswer
from tui.outlook.gate import Gate
from tui.outlook.http import Network
from tui.outlook.requests import LATER as LATER
from tui.outlook.requests import Requests, TokenSource
from tui.outlook.wire import Page, Quarantined, Unreadable, decode_calendars, decode_event, decode_page

ORIGIN = "https://graph.microsoft.com"
BASE = f"{ORIGIN}/v1.0"

Value = TypeVar("Value")


class Mailbox:
    """The calendars of one signed-in account."""

    def __init__(
        self,
        account: OutlookAccount,
        *,
        network: Network,
        gate: Gate,
        token: TokenSource,
        clock: Clock,
        patience_seconds: float = 60.0,
        page_items: int = PAGE_ITEMS,
    ) -> None:
        self.account = account
        self._page_items = min(page_items, PAGE_ITEMS)
        self._requests = Requests(
            account,
            network=network,
            gate=gate,
            token=token,
            clock=clock,
            patience_seconds=patience_seconds,
            page_items=self._page_items,
        )

    async def calendars(self) -> tuple[Calendar, ...]:
        """All calendars that the account lists, in the service's order."""
        what = "the list of calendars"
        url = f"{BASE}/me/calendars?{urlencode({'$top': 100})}"
        found: list[Calendar] = []
        read: set[str] = set()
        while url:
            self._note(url, read, what)
            body = (await self._requests.read(url, what)).body
            calendars, url = self._decoded(body, lambda body: decode_calendars(body, self.account.id), what)
            found += calendars
        return tuple(found)

    def first_link(self, calendar_id: str, window: AllDay) -> str:
        """Where an initial delta round over the whole UTC days of ``window`` starts."""
        return f"{_calendar_url(calendar_id)}/calendarView/delta?{_range(window)}"

    async def page(self, link: str) -> tuple[Page, bytes]:
        """One page of events behind ``link``, and its bytes. Raises ResetNeeded where the service forgot it.

        Its own links lead to Microsoft; raises ForeignAddress for a page with others.
        """
        return await self._page(link, "changes of a calendar")

    async def series_instances(self, series_id: str, window: AllDay) -> tuple[Event, ...]:
        """The occurrences and exceptions of a series in ``window``; none when the series is gone."""
        found: list[Event] = []
        try:
            async for page in self._pages(f"{_event_url(series_id)}/instances?{self._view(window)}", "a series"):
                found += [item for item in page.items if isinstance(item, Event) and item.type is not EventType.MASTER]
        except NotFound:
            return ()
        return tuple(found)

    async def event(self, event_id: str) -> Event | Quarantined | None:
        """The event as it is now, why it cannot be understood, or None when it is gone."""
        what = "an event"
        try:
            answer = await self._requests.read(_event_url(event_id), what)
        except NotFound:
            return None
        return self._decoded(answer.body, lambda body: decode_event(body, self.account.address), what)

    async def made_by(self, calendar_id: str, transaction_id: str, when: When) -> Event | None:
        """The event that an attempt with ``transaction_id`` made at the time ``when``, if there is one.

        Raises NotFound when the calendar is gone. Of an event that was made a series since, it is the master.
        """
        day = placed(when, UTC).start.date()
        window = AllDay(clamp_day(day - DAY), clamp_day(day + 2 * DAY))
        # In pages as large as can be: what others do meanwhile moves events from one page to another.
        url = f"{_calendar_url(calendar_id)}/calendarView?{_range(window)}&{urlencode({'$top': PAGE_ITEMS})}"
        async for page in self._pages(url, "a calendar"):
            for item in page.items:
                if isinstance(item, Event) and item.transaction_id == transaction_id != "":
                    return await self._whole(item)
        return None

    async def create(self, calendar_id: str, action: Create) -> Event:
        """Make an event; the event as Outlook holds it. For what is raised by any write, see `Requests.write`."""
        what = "the making of an event"
        url = f"{_calendar_url(calendar_id)}/events"
        answer = await self._requests.write("POST", url, what, body=payloads.creation(action))
        return self._written(answer.body, what)

    async def update(self, event_id: str, wanted: Wanted, etag: str) -> Event:
        """Change what ``wanted`` names, if the event's version is still ``etag``; the event as Outlook then holds it.

        Raises Refused with status 412 when it has another version.
        """
        what = "the change of an event"
        answer = await self._requests.write(
            "PATCH", _event_url(event_id), what, body=payloads.change(wanted), etag=etag
        )
        return self._written(answer.body, what)

    async def respond(self, event_id: str, action: Respond) -> None:
        """Answer an invitation."""
        name, body = payloads.answer(action)
        await self._act("POST", f"{_event_url(event_id)}/{name}", "the answer to an invitation", body=body)

    async def cancel(self, event_id: str, comment: str) -> None:
        """Call off a meeting as its organiser; every attendee gets a mail."""
        body = payloads.cancellation(comment)
        await self._act("POST", f"{_event_url(event_id)}/cancel", "the cancelling of a meeting", body=body)

    async def delete(self, event_id: str, etag: str) -> None:
        """Remove an event, if its version is still ``etag``.

        Raises Refused with status 412 when it has another version, with 404 when it is gone already.
        """
        await self._act("DELETE", _event_url(event_id), "the deletion of an event", etag=etag)

    async def _act(self, method: str, url: str, what: str, *, body: bytes | None = None, etag: str = "") -> None:
        """A write whose success needs no body: one that is no JSON is somebody else's, such as a network's own page."""
        answer = await self._requests.write(method, url, what, body=body, etag=etag)
        if answer.body.strip()[:1] not in (b"", b"{"):
            raise self._requests.unknown(what, "An answer came that is not Microsoft's.")

    async def _whole(self, event: Event) -> Event:
        """``event``, or the master of the series that it is of."""
        master = await self.event(event.series_id) if event.series_id else None
        return master if isinstance(master, Event) else event

    def _written(self, body: bytes, what: str) -> Event:
        """The event in the answer to a write. Raises OutcomeUnknown when there is none to be understood."""
        try:
            found = decode_event(body, self.account.address)
        except Unreadable as error:
            raise self._requests.unknown(what, str(error)) from error
        if isinstance(found, Quarantined):
            raise self._requests.unknown(what, f"Microsoft answered with an odd event: {found.reason}")
        return found

    async def _page(self, link: str, what: str) -> tuple[Page, bytes]:
        answer = await self._requests.read(link, what)
        page = self._decoded(answer.body, lambda body: decode_page(body, self.account.address), what)
        for further in filter(None, (page.next_link, page.delta_link)):
            check_address(further)
        return page, answer.body

    async def _pages(self, url: str, what: str) -> AsyncIterator[Page]:
        """The pages of a collection from ``url`` on. Raises RemoteError for a chain of links without end."""
        read: set[str] = set()
        while url:
            self._note(url, read, what)
            page, _ = await self._page(url, what)
            yield page
            url = page.next_link

    def _view(self, window: AllDay) -> str:
        return f"{_range(window)}&{urlencode({'$top': self._page_items})}"

    def _note(self, url: str, read: set[str], what: str) -> None:
        """Remember that ``url`` is read. Raises RemoteError for a chain of links without end."""
        if url in read or len(read) >= PAGES_PER_ROUND:
            raise RemoteError(f"Microsoft's answer does not end, reading {what} of {self.account.address}.", LATER)
        read.add(url)

    def _decoded(self, body: bytes, decode: Callable[[bytes], Value], what: str) -> Value:
        try:
            return decode(body)
        except Unreadable as error:
            raise UnreadableAnswer(
                f"{error} It was {what} of {self.account.address}.",
                "The network may want a sign-in of its own: open a browser and look. Else the program tries again.",
            ) from error


def _calendar_url(calendar_id: str) -> str:
    return f"{BASE}/me/calendars/{quote(calendar_id, safe='')}"


def _event_url(event_id: str) -> str:
    return f"{BASE}/me/events/{quote(event_id, safe='')}"


def _range(window: AllDay) -> str:
    return urlencode({"startDateTime": f"{window.first}T00:00:00Z", "endDateTime": f"{window.until}T00:00:00Z"})
