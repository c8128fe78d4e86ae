"""The reading half of the Graph calendar API, v1.0, for one mailbox: which path gives what.

Raises GraphError for everything that is not an answer; `service` words it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

import msgspec

from tui.simulator import delta, zones
from tui.simulator.call import Call
from tui.simulator.errors import GraphError, bad_request, item_not_found
from tui.simulator.events import HIDDEN, Item, shown
from tui.simulator.groups import Series
from tui.simulator.mailbox import PERSONAL, Calendar, Mailbox
from tui.simulator.messages import JSON_TYPE, Response, json_response

DEFAULT_PAGE = 10
SETTINGS = ("timeZone", "dateFormat", "timeFormat", "language", "workingHours", "userPurpose")
ALWAYS_SELECTED = ("@odata.etag", "id")


def answer(call: Call, path: tuple[str, ...]) -> Response:
    """The answer to a GET, for the path below `/me` or `/users/{id}`."""
    match [segment if "=" in segment else segment.split("(")[0] for segment in path]:
        case []:
            return one(call, user(call.mailbox), "users/$entity")
        case ["mailboxSettings"]:
            return one(call, mailbox_settings(call.mailbox), f"users('{call.mailbox.id}')/mailboxSettings")
        case ["mailboxSettings", name] if name in SETTINGS:
            return one(call, {"value": mailbox_settings(call.mailbox)[name]}, f"users('{call.mailbox.id}')/{name}")
        case ["outlook", "supportedTimeZones"]:
            return listing(call, [{"alias": name, "displayName": name} for name in zones.windows_names()], "Collection")
        case ["calendars"]:
            return listing(
                call,
                [calendar.properties for calendar in call.mailbox.calendars.values()],
                f"users('{call.mailbox.id}')/calendars",
            )
        case ["calendars", _, *rest]:
            return of_calendar(call, calendar_named(call.mailbox, path[1]), rest, path[2:])
        case ["calendar", *rest]:
            return of_calendar(call, default_calendar(call.mailbox), rest, path[1:])
        case ["calendarView" | "events", *_] if len(path) == 1 or path[1].startswith(
            ("delta", "microsoft.graph.delta")
        ):
            return of_calendar(call, default_calendar(call.mailbox), list(path), path)
        case ["events", _, *rest]:
            return of_event(call, path[1], rest, call.mailbox.holder_of(path[1]))
    raise unknown_segment(path[-1])


def of_calendar(call: Call, calendar: Calendar, rest: list[str], path: tuple[str, ...]) -> Response:
    """The answer for a path below one calendar."""
    calendar.requests += 1
    match [segment.split("(")[0] for segment in rest]:
        case []:
            return one(call, calendar.properties, f"users('{call.mailbox.id}')/calendars/$entity")
        case ["calendarView"]:
            return events(call, calendar.view(*call.window()), "calendarView")
        case ["calendarView", "delta" | "microsoft.graph.delta"]:
            return delta.answer(call, calendar)
        case ["events"]:
            return events(call, [group.head for group in calendar.groups.values()], "events")
        case ["events", _, *below]:
            return of_event(call, path[1], below, calendar)
    raise unknown_segment(path[-1])


def of_event(call: Call, item_id: str, rest: list[str], calendar: Calendar | None) -> Response:
    """The answer for a path below one event."""
    group = None if calendar is None else calendar.group_with(item_id)
    item = None if group is None else group.find(item_id)
    if calendar is None or group is None or item is None:
        raise item_not_found()
    match [segment.split("(")[0] for segment in rest]:
        case []:
            return single_event(call, item)
        case ["instances"]:
            if not isinstance(group, Series) or item is not group.head:
                raise bad_request("The event is not the master of a series.", "ErrorInvalidRequest")
            return events(call, group.within(*call.window()), f"events('{item_id}')/instances")
        case ["calendar"]:
            return one(call, calendar.properties, f"users('{call.mailbox.id}')/calendars/$entity")
    raise unknown_segment(rest[-1])


def default_calendar(mailbox: Mailbox) -> Calendar:
    if (calendar := mailbox.default_calendar) is None:
        raise item_not_found()
    return calendar


def calendar_named(mailbox: Mailbox, calendar_id: str) -> Calendar:
    if (calendar := mailbox.calendars.get(calendar_id)) is None:
        raise item_not_found()
    return calendar


def unknown_segment(segment: str) -> GraphError:
    return GraphError(400, "BadRequest", f"Resource not found for the segment '{segment}'.")


def one(call: Call, value: Mapping[str, Any], context: str) -> Response:
    """A single resource, narrowed by `$select`."""
    body = {"@odata.context": call.context(context), **selected(call, value)}
    return json_response(200, body, call.applied())


def single_event(call: Call, item: Item) -> Response:
    """One event; the days that a series leaves out are shown only when they are asked for by name."""
    names = selection(call)
    event = shown(item.event, call.view())
    event |= {name: item.event[name] for name in HIDDEN if name in names and name in item.event}
    return one(call, event, f"users('{call.mailbox.id}')/events/$entity")


def listing(call: Call, values: list[dict[str, Any]], context: str) -> Response:
    """A page of plain resources."""
    return page(call, values, lambda value: msgspec.json.encode(selected(call, value)), context)


def events(call: Call, items: list[Item], context: str) -> Response:
    """A page of events, full unless `$select` narrows them."""
    view, names = call.view(), selection(call)
    if call.request.parameter("filter") is not None:
        raise bad_request("The filter is not a supported filter expression.", "UnsupportedEntityExpression")
    items = ordered(call, items)
    if not names:
        return page(call, items, lambda item: item.full(view), f"users('{call.mailbox.id}')/{context}")
    narrow: Callable[[Item], bytes] = lambda item: msgspec.json.encode(selected(call, shown(item.event, view)))  # noqa: E731
    return page(call, items, narrow, f"users('{call.mailbox.id}')/{context}")


def ordered(call: Call, items: list[Item]) -> list[Item]:
    """The items by `$orderby`, of which only the start is served."""
    text = " ".join((call.request.parameter("orderby") or "").lower().split())
    if text in ("", "start/datetime", "start/datetime asc"):
        return sorted(items, key=lambda item: item.start) if text else items
    if text == "start/datetime desc":
        return sorted(items, key=lambda item: item.start, reverse=True)
    raise bad_request(f"Ordering by '{text}' is not supported.", "ErrorInvalidProperty")


def page(call: Call, values: list[Any], encode: Callable[[Any], bytes], context: str) -> Response:
    """One page by `$top` (or `odata.maxpagesize`) and `$skip`, with a link to the next."""
    size = min(call.number("top", call.page_size(DEFAULT_PAGE), least=1), 1000)
    skip = call.number("skip", 0)
    annotations: list[tuple[str, object]] = []
    if (call.request.parameter("count") or "").lower() == "true":
        annotations.append(("@odata.count", len(values)))
    if skip + size < len(values):
        annotations.append(("@odata.nextLink", call.link(next_query(call, skip + size))))
    encoded = [encode(value) for value in values[skip : skip + size]]
    body = delta.collection(call.context(context), encoded, annotations)
    return Response(200, {"content-type": JSON_TYPE, **call.applied()}, body)


def next_query(call: Call, skip: int) -> str:
    """The query of the next page: the same options, another `$skip`."""
    kept = [(name, value) for name, value in call.request.query if name.lower().lstrip("$") != "skip"]
    return "&".join(
        f"{quote(name, safe='$')}={quote(value, safe=':,/')}" for name, value in [*kept, ("$skip", str(skip))]
    )


def selection(call: Call) -> list[str]:
    return [name.strip() for name in (call.request.parameter("select") or "").split(",") if name.strip()]


def selected(call: Call, value: Mapping[str, Any]) -> dict[str, Any]:
    """The properties that `$select` names, without regard to case; all of them without it."""
    names = {name.lower() for name in selection(call)}
    return {key: part for key, part in value.items() if not names or key.lower() in names or key in ALWAYS_SELECTED}


def user(mailbox: Mailbox) -> dict[str, Any]:
    """The user resource."""
    return {
        "id": mailbox.id,
        "displayName": mailbox.name,
        "givenName": mailbox.name.partition(" ")[0],
        "surname": mailbox.name.partition(" ")[2] or None,
        "mail": mailbox.address,
        "userPrincipalName": mailbox.address,
        "preferredLanguage": "en-GB",
    }


def mailbox_settings(mailbox: Mailbox) -> dict[str, Any]:
    """The mailboxSettings resource."""
    weekdays = ["monday", "tuesday", "wednesday", "thursday", "friday"]
    return {
        "timeZone": mailbox.time_zone,
        "dateFormat": "dd/MM/yyyy",
        "timeFormat": "HH:mm",
        "delegateMeetingMessageDeliveryOptions": "sendToDelegateOnly",
        "userPurpose": "linked" if mailbox.kind == PERSONAL else "user",
        "language": {"locale": "en-GB", "displayName": "English (United Kingdom)"},
        "workingHours": {
            "daysOfWeek": weekdays,
            "startTime": "09:00:00.0000000",
            "endTime": "17:00:00.0000000",
            "timeZone": {"name": mailbox.time_zone},
        },
    }
