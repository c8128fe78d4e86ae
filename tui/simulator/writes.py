"""The writing half of the Graph calendar API: create, update and delete events, and the actions on them.

Every write is checked whole before anything changes: scope, calendar, etag, body. Raises GraphError for everything
that is not an answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from tui.simulator import graph, payload, zones
from tui.simulator.accounts import covers
from tui.simulator.call import Call
from tui.simulator.errors import GraphError, access_denied, bad_request, conflict, item_not_found
from tui.simulator.events import Item
from tui.simulator.exchange import ACCEPTED, DECLINED, TENTATIVE, Answer, Exchange, others
from tui.simulator.groups import Series
from tui.simulator.mailbox import Calendar
from tui.simulator.messages import Response
from tui.simulator.online import with_online_meeting
from tui.simulator.recurrence import day_of

READ, WRITE = "Calendars.Read", "Calendars.ReadWrite"
# What an attendee may change of a meeting: only what concerns nobody else.
OWN = {"isReminderOn", "reminderMinutesBeforeStart", "categories", "showAs"}
RESPONSES = {"accept": ACCEPTED, "tentativelyaccept": TENTATIVE, "decline": DECLINED}


def answer(call: Call, path: tuple[str, ...]) -> Response:
    """The answer to a request that is no GET, for the path below `/me` or `/users/{id}`."""
    calendar, rest = calendar_in(call, path)
    match (call.request.method, *rest):
        case ("POST", "events"):
            return created(call, calendar or graph.default_calendar(call.mailbox))
        case ("PATCH", "events", item_id):
            return changed(call, *located(call, calendar, item_id))
        case ("DELETE", "events", item_id):
            return deleted(call, *located(call, calendar, item_id))
        case ("POST", "events", item_id, name):
            return acted(call, calendar, item_id, name)
    raise GraphError(405, "Request_BadRequest", f"Specified HTTP method {call.request.method} is not allowed here.")


def calendar_in(call: Call, path: tuple[str, ...]) -> tuple[Calendar | None, tuple[str, ...]]:
    """The calendar that a path begins with, if it does, and the rest of the path."""
    match path:
        case ("calendars", calendar_id, *rest):
            calendar = graph.calendar_named(call.mailbox, calendar_id)
        case ("calendar", *rest):
            calendar = graph.default_calendar(call.mailbox)
        case _:
            return None, path
    calendar.requests += 1
    return calendar, tuple(rest)


def located(call: Call, calendar: Calendar | None, item_id: str) -> tuple[Calendar, Item]:
    """The event of an id with its calendar."""
    holder = calendar or call.mailbox.holder_of(item_id)
    item = None if holder is None else holder.find(item_id)
    if holder is None or item is None:
        raise item_not_found()
    return holder, item


def allow(call: Call, calendar: Calendar, scope: str = WRITE) -> None:
    """Raise when the token does not grant a scope, or the calendar is not for writing."""
    if not covers(call.scopes, scope) or (scope == WRITE and not calendar.properties["canEdit"]):
        raise access_denied()


def check_etag(call: Call, item: Item) -> None:
    """Raise when the write was decided on another version of the event."""
    wanted = call.request.headers.get("if-match", "*").strip()
    if wanted not in ("*", item.event["@odata.etag"]) and not call.behaviour.ignored_if_match:
        raise conflict()


def exchange(call: Call) -> Exchange:
    return Exchange(call.mailboxes, call.now, call.behaviour.kept_declines)


def created(call: Call, calendar: Calendar) -> Response:
    """A new event; a transactionId that made one already gives that one again."""
    allow(call, calendar)
    call.view()
    changes = payload.event_changes(payload.json_object(call.request), None)
    transaction_id = changes.get("transactionId")
    known = call.mailbox.made_by(transaction_id) if transaction_id else None
    if known is None or call.behaviour.forgotten_transactions:
        event = with_online_meeting(changes, None, call.mailbox)
        owner = {"emailAddress": dict(calendar.properties["owner"])}
        known = attempted(lambda: exchange(call).create(call.mailbox, calendar, event | {"organizer": owner}))
    return replace(graph.single_event(call, known), status=201)


def attempted(write: Callable[[], Item]) -> Item:
    """The outcome of a write; raises for a body that does not make an event."""
    try:
        return write()
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError):
        raise payload.invalid() from None


def changed(call: Call, calendar: Calendar, item: Item) -> Response:
    """An event after an update: only the properties that the body names are others."""
    allow(call, calendar)
    check_etag(call, item)
    call.view()
    source = payload.json_object(call.request)
    if "transactionId" in source:
        raise bad_request("The property 'transactionId' cannot be changed.")
    changes = payload.event_changes(source, item)
    if not item.event["isOrganizer"] and not changes.keys() <= OWN:
        raise bad_request("Your request can't be completed. You need to be an organizer to change a meeting.")
    check_series(calendar, item, changes)
    online = with_online_meeting(changes, item, call.mailbox)
    after = attempted(lambda: exchange(call).update(call.mailbox, item.id, online)) if online else item
    return graph.single_event(call, after)


def check_series(calendar: Calendar, item: Item, changes: Mapping[str, Any]) -> None:
    """Raise when an instance would get a rule of its own, or leave its place between its neighbours."""
    group = calendar.group_with(item.id)
    if not isinstance(group, Series) or item.id == group.head.id:
        return
    if changes.get("recurrence") is not None:
        raise payload.invalid()
    if "start" not in changes:
        return
    is_all_day = bool(changes.get("isAllDay", item.event["isAllDay"]))
    day = day_of(payload.instant(changes, "start", item, is_all_day), group.head.event)
    before, after = (neighbour and day_of(neighbour.start, group.head.event) for neighbour in group.neighbours(item))
    if (before and day <= before) or (after and day >= after):
        raise bad_request(
            "Modified occurrence is crossing or overlapping adjacent occurrence.", "ErrorOccurrenceCrossingBoundary"
        )


def deleted(call: Call, calendar: Calendar, item: Item) -> Response:
    """Nothing: the event is gone, and a meeting of one's own is called off."""
    allow(call, calendar)
    check_etag(call, item)
    exchange(call).delete(call.mailbox, item.id)
    return Response(204)


def acted(call: Call, calendar: Calendar | None, item_id: str, name: str) -> Response:
    """The answer to an action; its name and its parameters' names are read without regard to case."""
    action = name.lower().removeprefix("microsoft.graph.").split("(")[0]
    actions: dict[str, Callable[[Call, Item, Mapping[str, Any]], Response]] = {
        "cancel": cancelled,
        "forward": forwarded,
        "dismissreminder": dismissed,
        "snoozereminder": snoozed,
        "permanentdelete": purged,
    }
    if action not in actions and action not in RESPONSES:
        raise graph.unknown_segment(name)
    holder, item = located(call, calendar, item_id)
    allow(call, holder, READ if action == "forward" else WRITE)
    parameters = plain_names(payload.json_object(call.request))
    if action in RESPONSES:
        return responded(call, item, RESPONSES[action], parameters)
    return actions[action](call, item, parameters)


def plain_names(value: Any) -> Any:
    """A value whose names, at every depth, begin with a small letter."""
    if isinstance(value, dict):
        return {name[:1].lower() + name[1:]: plain_names(part) for name, part in value.items()}
    return [plain_names(part) for part in value] if isinstance(value, list) else value


def cancelled(call: Call, item: Item, parameters: Mapping[str, Any]) -> Response:
    if not item.event["isOrganizer"]:
        raise bad_request("Your request can't be completed. You need to be an organizer to cancel a meeting.")
    if not others(item):
        raise bad_request("Your request can't be completed. The event is not a meeting.")
    exchange(call).delete(call.mailbox, item.id, comment_in(parameters))
    return Response(202)


def responded(call: Call, item: Item, response: str, parameters: Mapping[str, Any]) -> Response:
    """An answer; another time can be proposed only with one that is sent, where the organizer allows it."""
    if item.event["isOrganizer"]:
        raise bad_request(
            "Your request can't be completed. You can't respond to this meeting because you're the meeting organizer."
        )
    is_sent = str(parameters.get("sendResponse", True)).lower() != "false"
    wanted = parameters.get("proposedNewTime")
    if wanted is not None and (response == ACCEPTED or not is_sent or not item.event["allowNewTimeProposals"]):
        raise bad_request("Your request can't be completed. A new time can't be proposed for this meeting.")
    answer = Answer(response, comment_in(parameters), is_sent, None if wanted is None else proposal(wanted))
    exchange(call).respond(call.mailbox, item.id, answer)
    return Response(202)


def comment_in(parameters: Mapping[str, Any]) -> str:
    comment = parameters.get("comment")
    if not isinstance(comment, str | None):
        raise payload.unreadable("The parameter 'comment' is not a text.")
    return comment or ""


def proposal(wanted: Any) -> dict[str, Any]:
    """A proposed time, in UTC."""
    if not isinstance(wanted, dict):
        raise payload.unreadable("The parameter 'proposedNewTime' is not a time slot.")
    begin, end = (moment(wanted.get(name)) for name in ("start", "end"))
    if end < begin:
        raise payload.invalid()
    return {"start": zones.write_wall(begin), "end": zones.write_wall(end)}


def moment(value: Any) -> datetime:
    """The instant of a `dateTimeTimeZone` parameter."""
    if not isinstance(value, dict) or not isinstance(value.get("dateTime"), str):
        raise payload.unreadable("A parameter is not a date and time with its zone.")
    payload.check_zone(str(value.get("timeZone") or ""))
    try:
        return zones.read_wall(value)
    except (ValueError, OverflowError):
        raise payload.invalid() from None


def forwarded(call: Call, item: Item, parameters: Mapping[str, Any]) -> Response:
    recipients = parameters.get("toRecipients")
    if not isinstance(recipients, list) or not recipients or not all(map(is_recipient, recipients)):
        raise bad_request("At least one recipient isn't valid.", "ErrorInvalidRecipients")
    exchange(call).forward(call.mailbox, item.id, recipients, comment_in(parameters))
    return Response(202)


def is_recipient(value: Any) -> bool:
    mail = value.get("emailAddress") if isinstance(value, dict) else None
    return isinstance(mail, dict) and "@" in str(mail.get("address"))


def purged(call: Call, item: Item, parameters: Mapping[str, Any]) -> Response:
    """As a delete; there are no deleted items here that it could be kept from."""
    exchange(call).delete(call.mailbox, item.id)
    return Response(204)


def dismissed(call: Call, item: Item, parameters: Mapping[str, Any]) -> Response:
    call.mailbox.update(item.id, {"isReminderOn": False}, call.now)
    return Response(200)


def snoozed(call: Call, item: Item, parameters: Mapping[str, Any]) -> Response:
    """Remind again at another time: as many minutes before the start as that leaves."""
    until = moment(parameters.get("newReminderTime"))
    minutes = int((item.start - until).total_seconds() // 60)
    call.mailbox.update(item.id, {"isReminderOn": True, "reminderMinutesBeforeStart": minutes}, call.now)
    return Response(200)
