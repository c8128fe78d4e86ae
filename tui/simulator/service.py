"""The simulator as one function from a request and an instant to a response.

It reads no clock, draws no chance and does no I/O after its scenario is loaded: the same requests at the same
instants give the same answers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from tui.simulator import control, graph, pages, refusals, writes
from tui.simulator.accounts import TOKEN_SECONDS, Accounts
from tui.simulator.call import Behaviour, Call
from tui.simulator.errors import GraphError, access_denied, error_response, token_invalid
from tui.simulator.faults import FaultPlan
from tui.simulator.identity import CODE_SECONDS, Identity
from tui.simulator.mailbox import Mailbox
from tui.simulator.messages import (
    LOOPBACK_HOSTS,
    Request,
    Response,
    host_name,
    html_response,
    is_own_host,
    json_response,
)
from tui.simulator.opaque import Generator
from tui.simulator.refusals import IdentityError
from tui.simulator.scenario import Scenario, load
from tui.simulator.traffic import Traffic

BEARER = re.compile(r"^Bearer\s+(\S+)$", re.IGNORECASE)


class Simulator:
    """Microsoft's side for the mailboxes of a scenario."""

    def __init__(
        self,
        scenario: Scenario,
        *,
        seed: int = 0,
        speed: float = 1.0,
        calendar_shift: timedelta = timedelta(0),
        own_origin: str = "http://127.0.0.1",
    ) -> None:
        """Load the scenario; raises ScenarioError.

        Codes and tokens live `1/speed` of what they live at Microsoft. Calendars run `calendar_shift` ahead of the
        instants given to `handle`. `own_origin` is where a browser finds the sign-in page.
        """
        self.mailboxes = load(scenario)
        self.own_origin = own_origin
        self.plan = FaultPlan()
        self.behaviour = Behaviour()
        self.traffic = Traffic()
        self._generator = Generator(seed)
        self._speed = speed
        self._shift = calendar_shift
        self.accounts = Accounts(self.mailboxes, self._generator, max(1.0, TOKEN_SECONDS / speed))
        code_life = max(1.0, CODE_SECONDS / speed)
        self.identity = Identity(self.accounts, self._generator, scenario.sign_in, code_life)

    def handle(self, request: Request, now: datetime) -> Response:
        """The answer to a request at an aware instant, faults applied."""
        if not is_own_host(request.host):
            return json_response(400, {"error": f"this simulator does not answer for {request.host}"})
        if request.segments[:1] == ("simulator",):
            return control.answer(self, request, now, now + self._shift)
        fault = self.plan.strike(request)
        answer = self._routed(request, now) if fault is None or fault.takes_effect else None
        given = answer if fault is None else fault.applied(answer)
        assert given is not None
        delay = given.delay / self._speed
        return Response(given.status, {**self._ids(request), **given.headers}, given.body, delay, given.drop)

    @contextmanager
    def in_flight(self, request: Request, now: datetime) -> Iterator[Response | None]:
        """Count a request among those of its mailbox that run; yields the refusal when there are too many."""
        mailbox = self.mailbox_of(request, now)
        if mailbox is None:
            yield None
            return
        may_run = self.traffic.enter(mailbox.address)
        try:
            yield None if may_run else self._throttled(request, now)
        finally:
            self.traffic.leave(mailbox.address)

    def mailbox_of(self, request: Request, now: datetime) -> Mailbox | None:
        """The mailbox whose token a Graph request carries."""
        bearer = BEARER.match(request.headers.get("authorization", ""))
        if bearer is None or request.segments[:1] != ("v1.0",):
            return None
        return self.accounts.owner_of(bearer[1], now)

    def _scopes(self, request: Request, now: datetime) -> str:
        bearer = BEARER.match(request.headers.get("authorization", ""))
        grant = None if bearer is None else self.accounts.grant_of(bearer[1], now)
        return "" if grant is None else grant.scopes

    def _routed(self, request: Request, now: datetime) -> Response:
        if request.segments[:1] == ("v1.0",):
            try:
                return self._graph(request, now)
            except GraphError as error:
                return self._refusal(error, request, now)
        try:
            answer = self._browser(request, now) or self.identity.answer(request, now, self._sign_in_page(request))
        except IdentityError as error:
            return refusals.error_response(error, request, now, self._generator.guid())
        return answer or json_response(404, {"error": f"there is nothing at {request.path}"})

    def _browser(self, request: Request, now: datetime) -> Response | None:
        """The answer of the authorization endpoint, for a person's eyes also when it refuses."""
        match (request.method, *request.segments):
            case ("GET", tenant, "oauth2", "v2.0", "authorize"):
                try:
                    return self.identity.browser.page(tenant, request, self.identity.mode, now)
                except IdentityError as error:
                    return html_response(400, pages.error_page(f"AADSTS{error.number}: {error.text}"))
        return None

    def _graph(self, request: Request, now: datetime) -> Response:
        mailbox = self.mailbox_of(request, now)
        if mailbox is None:
            has_token = "authorization" in request.headers
            raise token_invalid(
                "Lifetime validation failed, the token is expired." if has_token else "Access token is empty."
            )
        mailbox.requests += 1
        scopes = self._scopes(request, now)
        call = Call(request, mailbox, now + self._shift, self._generator, self.behaviour, scopes, self.mailboxes)
        answer = graph.answer if request.method == "GET" else writes.answer
        match request.segments[1:]:
            case ["me", *rest]:
                return answer(call, tuple(rest))
            case ["users", user, *rest] if user.lower() in (mailbox.id, mailbox.address.lower()):
                return answer(call, tuple(rest))
            case ["users", user, *_]:
                raise self._no_access(user)
        raise graph.unknown_segment(request.segments[-1])

    def _no_access(self, user: str) -> GraphError:
        if any(user.lower() in (mailbox.id, mailbox.address.lower()) for mailbox in self.mailboxes.values()):
            return access_denied()
        return GraphError(404, "ResourceNotFound", f"Resource '{user}' could not be found.")

    def _refusal(self, error: GraphError, request: Request, now: datetime) -> Response:
        ids = self._ids(request)
        moment = (now + self._shift).replace(tzinfo=None).isoformat(timespec="seconds")
        return error_response(error, ids["request-id"], ids["client-request-id"], moment)

    def _throttled(self, request: Request, now: datetime) -> Response:
        text = "Application is over its MailboxConcurrency limit."
        return self._refusal(GraphError(429, "ApplicationThrottled", text, {"retry-after": "1"}), request, now)

    def _ids(self, request: Request) -> dict[str, str]:
        """The ids that every answer carries."""
        request_id = self._generator.guid()
        return {"request-id": request_id, "client-request-id": request.headers.get("client-request-id", request_id)}

    def _sign_in_page(self, request: Request) -> str:
        own = request.origin if host_name(request.host) in LOOPBACK_HOSTS else self.own_origin
        return f"{own}/simulator/sign-in"
