"""The requests of one mailbox: through its gate, with a token of its account, and what their failures mean.

A read is repeated while its failure passes. A write is never repeated, except once after a refused token, which is
checked before anything is done: whoever asked for the write is told whether it may have taken effect.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import NoReturn, Protocol

from tui.clock import Clock
from tui.domain.accounts import OutlookAccount
from tui.errors import RemoteError, SignInError, Throttled
from tui.limits import PAGE_ITEMS, REQUEST_ATTEMPTS
from tui.outlook.errors import (
    AccessDenied,
    NotFound,
    OutcomeUnknown,
    Refused,
    ResetNeeded,
    Unanswered,
    UnreadableAnswer,
)
from tui.outlook.gate import Gate, GateClosed
from tui.outlook.http import Answer, Network
from tui.outlook.identity import claims_challenge
from tui.outlook.wire import decode_error

LATER = "Try again later; the screens do so by themselves."
LOOK = "Look at the calendar before doing it again."
_RESET_CODES = frozenset(
    ("syncstatenotfound", "syncstateinvalid", "resyncrequired", "invaliddeltatoken", "errorinvalididmalformed")
)
# 412 on a reading request is a race within Exchange.
_PASSING = frozenset((412, 429, 500, 502, 503, 504, 509))
_REQUEST_TIMEOUT = 408
_SHAPE = 'outlook.timezone="UTC", IdType="ImmutableId", outlook.body-content-type="text"'


class TokenSource(Protocol):
    """Gives access tokens for one account."""

    def __call__(self, *, claims: str | None = None, force: bool = False) -> Awaitable[str]:
        """A token that is valid now; ``force`` or ``claims`` gets a new one. Raises SignInError or RemoteError."""


class Requests:
    """Sends what is asked for one signed-in account.

    ``patience_seconds`` is the longest wait for the gate; a page of a collection has at most ``page_items``.
    """

    def __init__(
        self,
        account: OutlookAccount,
        *,
        network: Network,
        gate: Gate,
        token: TokenSource,
        clock: Clock,
        patience_seconds: float,
        page_items: int,
    ) -> None:
        self._account = account
        self._network = network
        self._gate = gate
        self._token = token
        self._clock = clock
        self._patience = patience_seconds
        self._paged = f"{_SHAPE}, odata.maxpagesize={min(page_items, PAGE_ITEMS)}"

    async def read(self, url: str, what: str) -> Answer:
        """GET ``url``, repeated while the failure passes. Raises a RemoteError or SignInError that names ``what``.

        Nothing is sent while Microsoft asks for a longer wait than the caller's patience.
        """

        async def attempt(token: str) -> Answer:
            return await self._send("GET", url, {"Prefer": self._paged}, None, token)

        status = ""
        for _ in range(REQUEST_ATTEMPTS):
            try:
                answer = await self._authorised(attempt)
            except GateClosed:
                break
            if answer.status < 300:
                self._gate.succeeded()
                return answer
            if answer.status not in _PASSING:
                self._refuse_read(answer, what)
            self._close_gate(answer)
            status = f" (status {answer.status})"
        raise self._throttled(f"is not answering for {self._account.address}{status}, reading {what}")

    async def write(self, method: str, url: str, what: str, *, body: bytes | None = None, etag: str = "") -> Answer:
        """Send a write that is meant for the version ``etag``, or for any; the answer is a success.

        Raises OutcomeUnknown, or, where nothing was changed, Refused, Throttled, SignInError, Unreachable,
        ForeignAddress and whatever the source of tokens raises. Those of a sent request name ``what``.
        """
        headers = _write_headers(body, etag)

        async def attempt(token: str) -> Answer:
            try:
                return await self._send(method, url, headers, body, token)
            except (Unanswered, UnreadableAnswer) as error:
                raise self.unknown(what, error.what) from error

        try:
            answer = await self._authorised(attempt)
        except GateClosed:
            raise self._throttled(f"asks to wait before {what} of {self._account.address}") from None
        if answer.status >= 300:
            self._refuse_write(answer, what)
        self._gate.succeeded()
        return answer

    def unknown(self, what: str, why: str) -> OutcomeUnknown:
        """The error for a write of which only Microsoft knows whether it took effect."""
        return OutcomeUnknown(f"{why} Whether it carried out {what} of {self._account.address} is unknown.", LOOK)

    async def _authorised(self, attempt: Callable[[str], Awaitable[Answer]]) -> Answer:
        """One ``attempt`` with a token, and one with a new token if the first was refused."""
        answer = await attempt(await self._token())
        if answer.status == 401:
            claims = claims_challenge(answer.headers.get("www-authenticate") or "")
            answer = await attempt(await self._token(claims=claims, force=True))
        if answer.status == 401:
            raise SignInError(f"Microsoft refuses the sign-in of {self._account.address}.", "Sign in again.")
        return answer

    async def _send(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, token: str) -> Answer:
        own = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        async with self._gate.within(self._patience):
            return await self._network.request(method, url, headers=own | dict(headers), content=body)

    def _close_gate(self, answer: Answer) -> None:
        self._gate.throttled(answer.headers.get("retry-after"), self._clock.now())

    def _throttled(self, what: str) -> Throttled:
        return Throttled(f"Microsoft {what}.", LATER, seconds=self._gate.closed_for())

    def _refuse_read(self, answer: Answer, what: str) -> NoReturn:
        """Raise what a definite refusal means (Graph page "errors")."""
        error = decode_error(answer.body)
        codes = {error.code.casefold(), error.inner_code.casefold()}
        place = f"{what} of {self._account.address}"
        if answer.status == 410 or codes & _RESET_CODES:
            raise ResetNeeded(f"Microsoft asks to read {place} afresh.")
        if "mailboxnotenabledforrestapi" in codes:
            raise AccessDenied(
                f"The mailbox of {self._account.address} is not in Exchange Online.",
                "It may be on a server of its own, or have no mailbox: such calendars cannot be read from here.",
            )
        if answer.status == 404:
            raise NotFound(f"Microsoft does not find {place}.")
        if answer.status == 403:
            raise AccessDenied(f"Microsoft denies reading {place}.", "Ask the calendar's owner, or sign in again.")
        raise RemoteError(f"Microsoft refused {place}: {error.code or 'status'} {answer.status}.", LATER)

    def _refuse_write(self, answer: Answer, what: str) -> NoReturn:
        """Raise what a status other than a success means for a write.

        A refusal for the number of requests comes before they are carried out (Graph page "throttling"), a failure
        of the service or a lost patience of it (RFC 9110, 15.5.9) anywhere on the way.
        """
        if answer.status == 429:
            self._close_gate(answer)
            raise self._throttled(f"asks to wait before {what} of {self._account.address}")
        if answer.status >= 500 or answer.status == _REQUEST_TIMEOUT:
            self._close_gate(answer)
            raise self.unknown(what, f"Microsoft failed (status {answer.status}).")
        error = decode_error(answer.body)
        said = f"{error.code or 'status'} {answer.status}"
        raise Refused(
            f"Microsoft refused {what} of {self._account.address}: {said}. {error.message}".strip(),
            "Nothing was changed.",
            status=answer.status,
            code=error.code,
        )


def _write_headers(body: bytes | None, etag: str) -> dict[str, str]:
    headers = {"Prefer": _SHAPE}
    if body is not None:
        headers["Content-Type"] = "application/json"
    if etag:
        # A version that no header can carry becomes one that matches none: the service will tell.
        headers["If-Match"] = etag.encode("ascii", "replace").decode()
    return headers
