"""The delta query on a calendar view: rounds, pages, tokens, removals (event: delta page).

A round starts from a window, runs over pages linked by `$skiptoken` and ends with a `$deltatoken` that remembers the
state at its start: what changes while a round runs comes again in the next. Groups (a single event, or a series with
all its instances in the window) are sent whole and never split over pages.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode

import msgspec

from tui.simulator import zones
from tui.simulator.call import Call, refused
from tui.simulator.errors import GraphError, bad_request, sync_state_gone
from tui.simulator.events import View
from tui.simulator.groups import Group
from tui.simulator.mailbox import Calendar, Change
from tui.simulator.messages import JSON_TYPE, Response

DEFAULT_PAGE = 50
UNSUPPORTED = ("expand", "filter", "orderby", "search", "top", "skip", "count")


class Round(msgspec.Struct, frozen=True, kw_only=True):
    """What a token holds. `since` is None in the first round; `state` is the log at the start of this round.

    `after` is the place of the last group that was sent; None before the first page.
    """

    calendar: str
    begin: datetime
    end: datetime
    zone: str
    is_text: bool
    page_size: int
    generation: int
    since: int | None
    state: int
    after: int | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """The items of one page, and the place after which the next begins; None when this is the last."""

    items: list[bytes]
    next_after: int | None


def answer(call: Call, calendar: Calendar) -> Response:
    """One page of a round; raises GraphError."""
    current = current_round(call, calendar)
    is_held_back = call.behaviour.empty_pages and current.after is None
    page = Page([], -1) if is_held_back else page_of(call, calendar, current)
    if page.next_after is None:
        token = msgspec.structs.replace(current, since=current.state, after=None)
        link = ("@odata.deltaLink", call.link(f"$deltatoken={call.generator.seal('delta', token)}"))
    else:
        token = msgspec.structs.replace(current, after=page.next_after)
        link = ("@odata.nextLink", call.link(f"$skiptoken={call.generator.seal('skip', token)}"))
    headers = {"content-type": JSON_TYPE, **call.applied("odata.track-changes")}
    return Response(200, headers, collection(call.context("Collection(event)"), page.items, [link]))


def collection(context: str, items: list[bytes], annotations: list[tuple[str, object]]) -> bytes:
    """A collection as JSON, its items already encoded."""
    tail = b"".join(b"," + msgspec.json.encode(name) + b":" + msgspec.json.encode(value) for name, value in annotations)
    return b'{"@odata.context":%s,"value":[%s]%s}' % (msgspec.json.encode(context), b",".join(items), tail)


def current_round(call: Call, calendar: Calendar) -> Round:
    """The round that the request begins or goes on with."""
    skip, delta = call.request.parameter("skiptoken"), call.request.parameter("deltatoken")
    if skip is None and not delta:
        return first_round(call, calendar)
    token = call.generator.unseal("skip", skip, Round) if skip else call.generator.unseal("delta", delta or "", Round)
    if token is None or token.calendar != calendar.id or is_forgotten(token, call):
        raise reset(call, token)
    view = call.view(View(token.zone, token.is_text))
    size = call.page_size(token.page_size)
    going_on = msgspec.structs.replace(token, zone=view.zone, is_text=view.is_text, page_size=size)
    return going_on if skip else msgspec.structs.replace(going_on, state=call.mailbox.shown_sequence())


def first_round(call: Call, calendar: Calendar) -> Round:
    refused(UNSUPPORTED, call.request)
    if call.behaviour.refused_select and call.request.parameter("select") is not None:
        raise bad_request("The query option '$select' is not supported with change tracking.")
    begin, end = call.window()
    view = call.view()
    return Round(
        calendar=calendar.id,
        begin=begin,
        end=end,
        zone=view.zone,
        is_text=view.is_text,
        page_size=call.page_size(DEFAULT_PAGE),
        generation=call.mailbox.generation,
        since=None,
        state=call.mailbox.shown_sequence(),
    )


def is_forgotten(token: Round, call: Call) -> bool:
    """Whether a token is of a generation that was reset, or of a state that this process never had."""
    return token.generation != call.mailbox.generation or token.state > call.mailbox.sequence


def reset(call: Call, token: Round | None) -> GraphError:
    error = sync_state_gone()
    if call.behaviour.located_resets and token is not None:
        window = {"startDateTime": zones.write_instant(token.begin), "endDateTime": zones.write_instant(token.end)}
        error.headers["location"] = call.link(urlencode(window) + "&$deltatoken=")
    return error


def page_of(call: Call, calendar: Calendar, current: Round) -> Page:
    """As many whole groups as fit; at least one, however large."""
    view, items, last = View(current.zone, current.is_text), list[bytes](), -1
    after = -1 if current.after is None else current.after
    for place, group_items in pending(call, calendar, current, view):
        if place <= after or not group_items:
            continue
        if items and len(items) + len(group_items) > current.page_size:
            return Page(arranged(call, items), last)
        items += group_items
        last = place
    return Page(arranged(call, items), None)


def arranged(call: Call, items: list[bytes]) -> list[bytes]:
    """The items in the order that the behaviour asks for."""
    ordered = items[::-1] if call.behaviour.reversed_order else items
    return [*ordered, ordered[0]] if ordered and call.behaviour.duplicates else ordered


def pending(call: Call, calendar: Calendar, current: Round, view: View) -> Iterator[tuple[int, list[bytes]]]:
    """The groups of the round, each with its place; places only grow."""
    window = current.begin.astimezone(UTC), current.end.astimezone(UTC)
    shown = call.mailbox.shown_sequence()
    groups = calendar.groups_at(shown)
    if current.since is None:
        for group in list(groups.values()):
            if current.after is None or group.order > current.after:
                yield group.order, encoded(group, window, view)
        return
    for group_id, changes in calendar.changed_between(current.since, shown).items():
        yield changes[-1].sequence, changed(call, groups.get(group_id), group_id, changes, window, view)


def encoded(group: Group, window: tuple[datetime, datetime], view: View) -> list[bytes]:
    return [item.in_delta(view) for item in group.in_delta(*window)]


def changed(
    call: Call, group: Group | None, group_id: str, changes: list[Change], window: tuple[datetime, datetime], view: View
) -> list[bytes]:
    """What a later round says of a group: the group as it is in the window, or that it is not there."""
    items = [] if group is None else encoded(group, window, view)
    removed = [] if items else [group_id]
    if call.behaviour.removed_occurrences:
        removed += [change.removed_occurrence for change in changes if change.removed_occurrence]
    return items + [tombstone(item_id) for item_id in removed]


def tombstone(item_id: str) -> bytes:
    body = {"@odata.type": "#microsoft.graph.event", "id": item_id, "@removed": {"reason": "deleted"}}
    return msgspec.json.encode(body)
