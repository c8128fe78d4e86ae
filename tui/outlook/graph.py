"""One mailbox of Microsoft Graph: the calls that the program makes, and what their failures mean.

Every request goes through the mailbox's gate, carries a token of the right account and asks for UTC, text and
immutable ids. Waiting, one refresh of the token and a few repetitions happen here; whoever calls sees values or
one of this program's errors.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import NoReturn, Protocol, TypeVar
from urllib.parse import quote, urlencode

from tui.clock import Clock
from tui.domain.accounts import Calendar, OutlookAccount
from tui.domain.events import Event, EventType
from tui.domain.timespan import AllDay
from tui.errors import RemoteError, SignInError, Throttled
from tui.limits import PAGE_ITEMS, PAGES_PER_ROUND, REQUEST_ATTEMPTS
from tui.outlook.addresses import check_address
from tui.outlook.errors import UnreadableAnswer
from tui.outlook.gate import Gate, GateClosed
from tui.outlook.http import Answer, Network
from tui.outlook.identity import claims_challenge
from tui.outlook.wire import Page, Quarantined, Unreadable, decode_calendars, decode_error, decode_event, decode_page

ORIGIN = "https://graph.microsoft.com"
BASE = f"{ORIGIN}/v1.0"
LATER = "Try again later; the screens do so by themselves."
_RESET_CODES = frozenset(
    ("syncstatenotfound", "syncstateinvalid", "resyncrequired", "invaliddeltatoken", "errorinvalididmalformed")
)
# 412 on a reading request is a race within Exchange.
_PASSING = frozenset((412, 429, 500, 502, 503, 504, 509))

Value = TypeVar("Value")


class ResetNeeded(RemoteError):
    """The service forgot the state behind a delta link (Graph page "delta query overview"): start afresh."""


class NotFound(RemoteError):
    """The item or calendar is not there (any more)."""


class AccessDenied(RemoteError):
    """The mailbox or calendar does not let this sign-in read."""


class TokenSource(Protocol):
    """Gives access tokens for one account."""

    def __call__(self, *, claims: str | None = None, force: bool = False) -> Awaitable[str]:
        """A token that is valid now; ``force`` or ``claims`` gets a new one. Raises SignInError or RemoteError."""


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
        self._network = network
        self._gate = gate
        self._token = token
        self._clock = clock
        self._patience = patience_seconds
        self._page_items = page_items

    async def calendars(self) -> tuple[Calendar, ...]:
        """All calendars that the account lists, in the service's order."""
        what = "the list of calendars"
        url = f"{BASE}/me/calendars?{urlencode({'$top': 100})}"
        found: list[Calendar] = []
        read: set[str] = set()
        while url:
            self._note(url, read, what)
            body = (await self._get(url, what)).body
            calendars, url = self._decoded(body, lambda body: decode_calendars(body, self.account.id), what)
            found += calendars
        return tuple(found)

    def first_link(self, calendar_id: str, window: AllDay) -> str:
        """Where an initial delta round over the whole UTC days of ``window`` starts."""
        return f"{BASE}/me/calendars/{quote(calendar_id, safe='')}/calendarView/delta?{_range(window)}"

    async def page(self, link: str) -> tuple[Page, bytes]:
        """One page of events behind ``link``, and its bytes. Raises ResetNeeded where the service forgot it.

        Its own links lead to Microsoft; raises ForeignAddress for a page with others.
        """
        what = "changes of a calendar"
        answer = await self._get(link, what)
        page = self._decoded(answer.body, lambda body: decode_page(body, self.account.address), what)
        for further in filter(None, (page.next_link, page.delta_link)):
            check_address(further)
        return page, answer.body

    async def series_instances(self, series_id: str, window: AllDay) -> tuple[Event, ...]:
        """The occurrences and exceptions of a series in ``window``; none when the series is gone."""
        url = f"{BASE}/me/events/{quote(series_id, safe='')}/instances?{_range(window)}&$top={self._page_items}"
        found: list[Event] = []
        read: set[str] = set()
        while url:
            self._note(url, read, "a series")
            try:
                page, _ = await self.page(url)
            except NotFound:
                return ()
            found += [item for item in page.items if isinstance(item, Event) and item.type is not EventType.MASTER]
            url = page.next_link
        return tuple(found)

    async def event(self, event_id: str) -> Event | Quarantined | None:
        """The event as it is now, why it cannot be understood, or None when it is gone."""
        what = "an event"
        try:
            answer = await self._get(f"{BASE}/me/events/{quote(event_id, safe='')}", what)
        except NotFound:
            return None
        return self._decoded(answer.body, lambda body: decode_event(body, self.account.address), what)

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

    async def _get(self, url: str, what: str) -> Answer:
        """GET ``url``, repeated while the failure passes. Raises a RemoteError or SignInError that names ``what``.

        Nothing is sent while Microsoft asks for a longer wait than the caller's patience.
        """
        status = ""
        for _ in range(REQUEST_ATTEMPTS):
            try:
                answer = await self._once(url)
            except GateClosed:
                break
            if answer.status < 300:
                self._gate.succeeded()
                return answer
            if answer.status not in _PASSING:
                self._refuse(answer, what)
            self._gate.throttled(answer.headers.get("retry-after"), self._clock.now())
            status = f" (status {answer.status})"
        raise Throttled(
            f"Microsoft is not answering for {self.account.address}{status}, reading {what}.",
            LATER,
            seconds=self._gate.closed_for(),
        )

    async def _once(self, url: str) -> Answer:
        """One request, with one new token if the first was refused."""
        answer = await self._send(url, await self._token())
        if answer.status == 401:
            claims = claims_challenge(answer.headers.get("www-authenticate") or "")
            answer = await self._send(url, await self._token(claims=claims, force=True))
        if answer.status == 401:
            raise SignInError(f"Microsoft refuses the sign-in of {self.account.address}.", "Sign in again.")
        return answer

    async def _send(self, url: str, token: str) -> Answer:
        async with self._gate.within(self._patience):
            return await self._network.request("GET", url, headers=self._headers(token))

    def _headers(self, token: str) -> Mapping[str, str]:
        prefer = (
            'outlook.timezone="UTC"',
            'IdType="ImmutableId"',
            'outlook.body-content-type="text"',
            f"odata.maxpagesize={self._page_items}",
        )
        return {"Authorization": f"Bearer {token}", "Accept": "application/json", "Prefer": ", ".join(prefer)}

    def _refuse(self, answer: Answer, what: str) -> NoReturn:
        """Raise what a definite refusal means (Graph page "errors")."""
        error = decode_error(answer.body)
        codes = {error.code.casefold(), error.inner_code.casefold()}
        place = f"{what} of {self.account.address}"
        if answer.status == 410 or codes & _RESET_CODES:
            raise ResetNeeded(f"Microsoft asks to read {place} afresh.")
        if "mailboxnotenabledforrestapi" in codes:
            raise AccessDenied(
                f"The mailbox of {self.account.address} is not in Exchange Online.",
                "It may be on a server of its own, or have no mailbox: such calendars cannot be read from here.",
            )
        if answer.status == 404:
            raise NotFound(f"Microsoft does not find {place}.")
        if answer.status == 403:
            raise AccessDenied(f"Microsoft denies reading {place}.", "Ask the calendar's owner, or sign in again.")
        raise RemoteError(f"Microsoft refused {place}: {error.code or 'status'} {answer.status}.", LATER)


def _range(window: AllDay) -> str:
    return urlencode({"startDateTime": f"{window.first}T00:00:00Z", "endDateTime": f"{window.until}T00:00:00Z"})
