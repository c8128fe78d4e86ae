"""Microsoft's side of a life: the simulator, what befalls requests on their way, and an eye on every one of them.

It stands in the network's place. Whatever a client must never do is a `Violation` at the request that does it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from random import Random
from typing import Any

from sync_world import ANA, StillClock
from weather import CALM, ERRORS, REFUSALS, Strike, least_wait, retry_after

from tui.limits import RETRY_AFTER_CAP_SECONDS
from tui.outlook.addresses import check_address
from tui.outlook.errors import Unanswered, Unreachable, UnreadableAnswer
from tui.outlook.http import Answer
from tui.simulator.accounts import ALL_SCOPES
from tui.simulator.mailbox import Calendar, Mailbox
from tui.simulator.messages import Request, Response, json_response
from tui.simulator.service import Simulator

MARK = re.compile(rb"w(\d+)!")
MOST_REQUESTS = 4_000
GRAPH = "https://graph.microsoft.com/"
LATE = 1e-6


class Violation(AssertionError):
    """The engine did what it must never do."""


class ProcessDeath(BaseException):
    """The process is gone. No handler of errors in the program can catch it."""


class Microsoft:
    """The network of a life, with the simulator behind it.

    ``before`` is called before each request arrives, ``meanwhile`` while the service forgets where delta rounds stood.
    ``prepare`` is called with each write that is about to be carried out; what it gives is called with its answer.
    """

    def __init__(self, simulator: Simulator, clock: StillClock, random: Random) -> None:
        self.simulator = simulator
        self.clock = clock
        self.random = random
        self.weather = CALM
        self.before: Callable[[Request], None] = lambda request: None
        self.meanwhile: Callable[[], None] = lambda: None
        self.prepare: Callable[[Request], Callable[[Response], None]] = lambda request: lambda answer: None
        self.trace: Callable[[str], None] = lambda line: None
        self.requests = 0
        self.opens_at = 0.0
        self.token = ""
        self.tells_old_first = False
        """Whether a page of changes also holds, before an item, what it said of it last time."""
        self._told_of: dict[str, Any] = {}

    @property
    def mailbox(self) -> Mailbox:
        return self.simulator.mailboxes[ANA]

    @property
    def calendar(self) -> Calendar:
        found = self.mailbox.default_calendar
        assert found is not None
        return found

    async def fresh_token(self, *, claims: str | None = None, force: bool = False) -> str:
        """The token of the account, kept until it is refused."""
        if force or claims or not self.token:
            self.token = self.simulator.accounts.access_token(self.mailbox, ALL_SCOPES, self.clock.now())
        return self.token

    async def request(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, content: bytes | None = None
    ) -> Answer:
        """As `tui.outlook.http.Network.request`."""
        check_address(url)
        if not url.startswith(GRAPH):
            raise Violation(f"a stranger was asked: {url}")
        self._count()
        request = Request.of(method, url, headers, content or b"")
        self.before(request)
        strike = self.weather.strike(self.random)
        answer = self._struck(strike, request)
        self.trace(f"  {method} {_short(request)} {strike.name if strike else ''} -> {answer.status}")
        return Answer(answer.status, answer.headers, answer.body, url)

    def _count(self) -> None:
        self.requests += 1
        if self.requests > MOST_REQUESTS:
            raise Violation("there is no end of requests")
        if self.clock.monotonic() < self.opens_at - LATE:
            raise Violation(f"a request {self.opens_at - self.clock.monotonic():.3f} s before the gate opens")

    def _struck(self, strike: Strike | None, request: Request) -> Response:
        """The answer that is heard. Raises what the network raises, or ProcessDeath."""
        match strike:
            case None:
                return self._carried_out(request)
            case Strike.OFFLINE:
                raise self._told(Unreachable("graph.microsoft.com cannot be reached."), request, strike)
            case Strike.LOST:
                raise self._told(Unanswered("graph.microsoft.com did not answer."), request, strike)
            case Strike.ANSWER_LOST:
                self._carried_out(request)
                raise self._told(Unanswered("graph.microsoft.com broke off."), request, strike)
            case Strike.DEATH:
                raise self._told(ProcessDeath(), request, strike)
            case Strike.DEATH_AFTER:
                self._carried_out(request)
                raise self._told(ProcessDeath(), request, strike)
            case Strike.TORN:
                return self._torn(request, strike)
            case Strike.EXPIRED:
                self.simulator.accounts.expire(self.mailbox)
                return self._carried_out(request)
            case Strike.ERROR_AFTER:
                self._carried_out(request)
        return self._refused(strike, request)

    def _told(self, error: BaseException, request: Request, strike: Strike) -> BaseException:
        self.trace(f"  {request.method} {_short(request)} {strike.name}")
        return error

    def _torn(self, request: Request, strike: Strike) -> Response:
        answer = self._carried_out(request)
        if answer.status >= 300 or self.random.random() < 0.5:
            raise self._told(UnreadableAnswer("The answer arrived damaged."), request, strike)
        return Response(answer.status, answer.headers, answer.body[: len(answer.body) // 2])

    def _refused(self, strike: Strike, request: Request) -> Response:
        """An answer in the place of the service's own."""
        match strike:
            case Strike.ERROR | Strike.ERROR_AFTER:
                return Response(self.random.choice(ERRORS), {}, b"")
            case Strike.THROTTLED:
                return self._throttled()
            case Strike.PORTAL:
                return Response(200, {"content-type": "text/html"}, b"<html>Welcome to the hotel</html>")
            case Strike.RESET if request.method == "GET":
                self.mailbox.generation += 1
                self.meanwhile()
                return json_response(410, {"error": {"code": "syncStateNotFound", "message": ""}})
            case Strike.ABROAD if request.method == "GET":
                return json_response(200, {"value": [], "@odata.nextLink": "https://graph.example/v1.0/me/events"})
            case Strike.REFUSED if request.method != "GET":
                return json_response(self.random.choice(REFUSALS), {"error": {"code": "ErrorInvalid", "message": ""}})
        return self._carried_out(request)

    def _throttled(self) -> Response:
        wall = self.clock.now()
        header = retry_after(self.random, wall)
        wait = least_wait(header, wall, RETRY_AFTER_CAP_SECONDS)
        self.opens_at = max(self.opens_at, self.clock.monotonic() + wait)
        return Response(self.random.choice((429, 429, 503)), {} if header is None else {"retry-after": header}, b"")

    def _carried_out(self, request: Request) -> Response:
        if request.method == "GET":
            answer = self.simulator.handle(request, self.clock.now())
            is_delta = answer.status == 200 and request.segments[-1] == "delta"
            return self._with_old_copies(answer) if is_delta and self.tells_old_first else answer
        witness = self.prepare(request)
        answer = self.simulator.handle(request, self.clock.now())
        if answer.status < 300:
            witness(answer)
        return answer

    def _with_old_copies(self, answer: Response) -> Response:
        body: Any = answer.json()
        items = body["value"]
        old = [self._told_of[item["id"]] for item in items if self._told_of.get(item["id"], item) != item]
        self._told_of.update((item["id"], item) for item in items)
        return Response(answer.status, answer.headers, json.dumps({**body, "value": [*old, *items]}).encode())


def short(event_id: str) -> str:
    """Enough of an id to tell events apart."""
    return event_id[-14:-4] if event_id.startswith(("AAMk", "local:")) else event_id


def _short(request: Request) -> str:
    path = "/".join(short(part) for part in request.segments[2:])
    query = ",".join(name for name, _ in request.query)
    found = MARK.search(request.body)
    return path + ("?" + query if query else "") + (" " + found[0].decode() if found else "")
