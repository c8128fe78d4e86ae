"""The endpoints below `/simulator`: what a test, the demo or the sign-in page asks of the simulator itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol, TypeVar

import msgspec

from tui.simulator import pages, zones
from tui.simulator.accounts import ALL_SCOPES, Accounts
from tui.simulator.call import Behaviour
from tui.simulator.events import Item
from tui.simulator.exchange import ACCEPTED, DECLINED, TENTATIVE, Answer, Exchange
from tui.simulator.faults import Fault, FaultPlan
from tui.simulator.groups import Series
from tui.simulator.identity import Identity
from tui.simulator.mailbox import Calendar, Mailbox, UnknownItemError
from tui.simulator.messages import Request, Response, html_response, json_response
from tui.simulator.refusals import IdentityError
from tui.simulator.traffic import Traffic

# How far the rule of a series is followed when the whole truth is asked for.
FUTURE = timedelta(days=800)
RESPONSES = {"accept": ACCEPTED, "tentativelyAccept": TENTATIVE, "decline": DECLINED}

Shape = TypeVar("Shape")


class Named(msgspec.Struct, frozen=True):
    """A request that names a mailbox."""

    address: str


class PerhapsNamed(msgspec.Struct, frozen=True):
    """A request for one mailbox, or for all of them."""

    address: str | None = None


class CodeAnswer(msgspec.Struct, frozen=True):
    """What a person says to a device code."""

    user_code: str
    address: str = ""


class FaultOrder(msgspec.Struct, frozen=True):
    """The faults to come."""

    faults: list[Fault]


class Edit(msgspec.Struct, frozen=True):
    """A change that another person makes in the mailbox `address`: to `event`, or to the event `id`.

    Meetings behave as ever: invitations, updates, cancellations and answers go out. `event` is taken as it is.
    """

    address: str
    op: Literal["create", "update", "delete", "cancel", "accept", "tentativelyAccept", "decline"]
    calendar: str = ""
    id: str = ""
    event: dict[str, Any] = {}
    comment: str = ""
    send_response: bool = msgspec.field(default=True, name="sendResponse")


class TokenOrder(msgspec.Struct, frozen=True):
    """An access token that is wanted without a sign-in."""

    address: str
    scopes: str = ALL_SCOPES


class ControlError(Exception):
    """A request to the simulator itself that cannot be followed."""

    def __init__(self, text: str, status: int = 400) -> None:
        super().__init__(text)
        self.status = status


class Controlled(Protocol):
    """What the endpoints act on."""

    mailboxes: dict[str, Mailbox]
    accounts: Accounts
    identity: Identity
    plan: FaultPlan
    behaviour: Behaviour
    traffic: Traffic


def answer(simulator: Controlled, request: Request, now: datetime, calendar_now: datetime) -> Response:
    """The answer for a path below `/simulator`; errors are `{"error": text}`."""
    try:
        refuse_strangers(request)
        return routed(simulator, request, now, calendar_now)
    except ControlError as error:
        return json_response(error.status, {"error": str(error)})


def refuse_strangers(request: Request) -> None:
    """A page of another site must not be able to drive the simulator through a browser."""
    if request.headers.get("origin", request.origin) not in (request.origin, "null"):
        raise ControlError("requests from other sites are refused", 403)


def routed(simulator: Controlled, request: Request, now: datetime, calendar_now: datetime) -> Response:
    match (request.method, *request.segments[1:]):
        case ("GET", "state"):
            return json_response(200, state(simulator, request, calendar_now))
        case ("GET", "sign-in"):
            return sign_in(simulator, now, "")
        case ("POST", "sign-in"):
            return sign_in(simulator, now, answered(simulator, code_answer(request), request, now))
        case ("POST", action):
            return json_response(200, acted(simulator, action, request, now, calendar_now))
    raise ControlError(f"there is nothing at {request.path}", 404)


def acted(
    simulator: Controlled, action: str, request: Request, now: datetime, calendar_now: datetime
) -> dict[str, object]:
    """Do what a POST asks for; the answer's body."""
    actions: dict[str, Callable[[], dict[str, object]]] = {
        "next-sign-in": lambda: next_sign_in(simulator, read(request, Named)),
        "approve": lambda: end_code(simulator, read(request, CodeAnswer), now, is_approved=True),
        "decline": lambda: end_code(simulator, read(request, CodeAnswer), now, is_approved=False),
        "token": lambda: token(simulator, read(request, TokenOrder), now),
        "faults": lambda: order_faults(simulator, read(request, FaultOrder)),
        "behaviour": lambda: behave(simulator, read(request, Behaviour)),
        "change": lambda: change(simulator, read(request, Edit), calendar_now),
        "expire": lambda: expire(simulator, read(request, PerhapsNamed)),
        "reset-delta": lambda: reset_delta(simulator, read(request, PerhapsNamed)),
    }
    if action not in actions:
        raise ControlError(f"there is nothing at {request.path}", 404)
    return actions[action]()


def read(request: Request, shape: type[Shape]) -> Shape:
    """The body as one of the shapes above."""
    try:
        return msgspec.json.decode(request.body or b"{}", type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ControlError(f"the body does not fit: {error}") from None


def code_answer(request: Request) -> CodeAnswer:
    """What was typed and chosen on the sign-in page."""
    form = request.form()
    return CodeAnswer(form.get("user_code", ""), form.get("address", ""))


def mailbox_at(simulator: Controlled, address: str) -> Mailbox:
    if (mailbox := simulator.accounts.find(address)) is None:
        raise ControlError(f"there is no mailbox {address}", 404)
    return mailbox


def next_sign_in(simulator: Controlled, wanted: Named) -> dict[str, object]:
    simulator.accounts.named_next = mailbox_at(simulator, wanted.address).address
    return {"address": simulator.accounts.named_next}


def end_code(simulator: Controlled, said: CodeAnswer, now: datetime, is_approved: bool) -> dict[str, object]:
    """Approve or decline a code. Without an address the next mailbox of the kind signs in."""
    try:
        if not is_approved:
            return {"user_code": simulator.identity.decline(said.user_code, now).user_code}
        mailbox = mailbox_at(simulator, said.address) if said.address else suggested(simulator, said.user_code, now)
        return {"address": simulator.identity.approve(said.user_code, mailbox, now).address}
    except IdentityError as error:
        raise ControlError(f"AADSTS{error.number}: {error.text}") from None


def suggested(simulator: Controlled, user_code: str, now: datetime) -> Mailbox:
    codes = [code for code in simulator.identity.pending(now) if code.user_code == user_code]
    mailbox = simulator.accounts.next_for(codes[0].tenant) if codes else None
    if mailbox is None:
        raise ControlError("no code of that name is waiting, or no mailbox of its kind exists", 404)
    return mailbox


def answered(simulator: Controlled, said: CodeAnswer, request: Request, now: datetime) -> str:
    """What the page says after a button was pressed."""
    is_approved = request.form().get("answer") != "decline"
    try:
        done = end_code(simulator, said, now, is_approved)
    except ControlError as error:
        return str(error)
    return f"{done['address']} is signed in. You can close this page." if is_approved else "The sign-in was declined."


def sign_in(simulator: Controlled, now: datetime, message: str) -> Response:
    accounts = simulator.accounts
    fresh_first = sorted(simulator.mailboxes.values(), key=lambda mailbox: mailbox.address in accounts.signed_in)
    codes = [(code.user_code, code.tenant) for code in simulator.identity.pending(now)]
    return html_response(200, pages.sign_in_page(codes, fresh_first, message))


def token(simulator: Controlled, wanted: TokenOrder, now: datetime) -> dict[str, object]:
    mailbox = mailbox_at(simulator, wanted.address)
    return {"access_token": simulator.accounts.access_token(mailbox, wanted.scopes, now)}


def order_faults(simulator: Controlled, order: FaultOrder) -> dict[str, object]:
    simulator.plan.order(order.faults)
    return {"faults": len(order.faults)}


def behave(simulator: Controlled, behaviour: Behaviour) -> dict[str, object]:
    simulator.behaviour = behaviour
    simulator.identity.strict_rotation = behaviour.strict_rotation
    for mailbox in simulator.mailboxes.values():
        mailbox.lateness = behaviour.late_writes
    return msgspec.to_builtins(behaviour)  # type: ignore[no-any-return]


def expire(simulator: Controlled, wanted: PerhapsNamed) -> dict[str, object]:
    mailboxes = chosen(simulator, wanted)
    for mailbox in mailboxes:
        simulator.accounts.expire(mailbox)
    return {"expired": [mailbox.address for mailbox in mailboxes]}


def reset_delta(simulator: Controlled, wanted: PerhapsNamed) -> dict[str, object]:
    mailboxes = chosen(simulator, wanted)
    for mailbox in mailboxes:
        mailbox.generation += 1
    return {"reset": [mailbox.address for mailbox in mailboxes]}


def chosen(simulator: Controlled, wanted: PerhapsNamed) -> list[Mailbox]:
    return [mailbox_at(simulator, wanted.address)] if wanted.address else list(simulator.mailboxes.values())


def change(simulator: Controlled, edit: Edit, now: datetime) -> dict[str, object]:
    """Make another person's change; the answer names the event."""
    mailbox = mailbox_at(simulator, edit.address)
    exchange = Exchange(simulator.mailboxes, now, simulator.behaviour.kept_declines)
    try:
        if edit.op == "create":
            return {"id": exchange.create(mailbox, calendar_in(mailbox, edit.calendar), edit.event).id}
        if edit.op == "update":
            return {"id": exchange.update(mailbox, edit.id, edit.event).id}
        if edit.op in RESPONSES:
            exchange.respond(mailbox, edit.id, Answer(RESPONSES[edit.op], edit.comment, edit.send_response))
        else:
            exchange.delete(mailbox, edit.id, edit.comment)
        return {"id": edit.id}
    except UnknownItemError:
        raise ControlError(f"there is no event {edit.id} in {edit.address}", 404) from None
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ControlError(f"that does not make an event: {error}") from None


def calendar_in(mailbox: Mailbox, id_or_name: str) -> Calendar:
    calendar = mailbox.calendar_called(id_or_name) if id_or_name else mailbox.default_calendar
    if calendar is None:
        raise ControlError(f"there is no calendar {id_or_name} in {mailbox.address}", 404)
    return calendar


def state(simulator: Controlled, request: Request, now: datetime) -> dict[str, object]:
    """The truth: every mailbox with all its events, masters and instances alike.

    With `startDateTime` and `endDateTime` only what overlaps them is listed, with its masters.
    """
    texts = request.parameter("startDateTime"), request.parameter("endDateTime")
    try:
        begin, end = (zones.read_instant(text) if text else None for text in texts)
    except ValueError as error:
        raise ControlError(str(error)) from None
    window = (begin, end) if begin and end else None
    return {
        "mailboxes": [
            mailbox_state(simulator, mailbox, window, now + FUTURE) for mailbox in simulator.mailboxes.values()
        ]
    }


def mailbox_state(
    simulator: Controlled, mailbox: Mailbox, window: tuple[datetime, datetime] | None, horizon: datetime
) -> dict[str, object]:
    calendars = [
        {
            "id": calendar.id,
            "name": calendar.name,
            "events": [item.event for item in truth(calendar, window, horizon)],
            "requests": calendar.requests,
        }
        for calendar in mailbox.calendars.values()
    ]
    return {
        "address": mailbox.address,
        "calendars": calendars,
        "mails": mailbox.mails,
        "sent": mailbox.sent,
        "requests": mailbox.requests,
        "max_in_flight": simulator.traffic.most.get(mailbox.address, 0),
    }


def truth(calendar: Calendar, window: tuple[datetime, datetime] | None, horizon: datetime) -> list[Item]:
    """All items of a calendar, each master before its instances; series without an end up to `horizon`."""
    items = list[Item]()
    for group in calendar.groups.values():
        if window is not None:
            items += group.in_delta(*window)
        elif isinstance(group, Series):
            items += [group.head, *group.within(group.earliest, horizon)]
        else:
            items.append(group.head)
    return items
