"""Online meetings: work accounts get a link to join, personal ones have the wish passed over (event resource type).

The link also stands in the body; who writes a body without it turns the meeting into one that is not online (update
event page).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tui.simulator import opaque
from tui.simulator.events import Item
from tui.simulator.mailbox import WORK, Mailbox

OFFLINE = {"isOnlineMeeting": False, "onlineMeetingProvider": "unknown", "onlineMeeting": None}


def with_online_meeting(changes: Mapping[str, Any], item: Item | None, mailbox: Mailbox) -> dict[str, Any]:
    """The changes with everything that follows from `isOnlineMeeting` and `body`."""
    named = {name: value for name, value in changes.items() if name not in ("isOnlineMeeting", "onlineMeetingProvider")}
    if item is not None and item.event["isOnlineMeeting"]:
        return named | ({} if keeps_link(named, item) else OFFLINE)
    if not changes.get("isOnlineMeeting") or mailbox.kind != WORK:
        return named
    link = join_url(mailbox)
    body = named.get("body") or (item.event["body"] if item else None) or {"contentType": "html", "content": ""}
    return named | {
        "isOnlineMeeting": True,
        "onlineMeetingProvider": "teamsForBusiness",
        "onlineMeeting": {"joinUrl": link},
        "body": {**body, "content": body["content"] + invitation_text(body["contentType"], link)},
    }


def keeps_link(changes: Mapping[str, Any], item: Item) -> bool:
    link = str((item.event["onlineMeeting"] or {}).get("joinUrl") or "")
    return "body" not in changes or link in changes["body"]["content"]


def join_url(mailbox: Mailbox) -> str:
    """The link of the next online meeting of a mailbox."""
    name = opaque.guid("online meeting", mailbox.address.lower(), str(mailbox.sequence + 1))
    return f"https://teams.microsoft.com/l/meetup-join/19%3ameeting_{name}%40thread.v2/0"


def invitation_text(content_type: str, link: str) -> str:
    """How the body invites to join."""
    return f'<div><a href="{link}">Join the meeting</a></div>' if content_type == "html" else f"\n\nJoin: {link}\n"
