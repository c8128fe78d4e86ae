"""One authorised call of the Graph API: who asks, for which mailbox, and how the answer is to be written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tui.simulator import zones
from tui.simulator.errors import GraphError, bad_request, zone_not_supported
from tui.simulator.events import View
from tui.simulator.mailbox import Mailbox
from tui.simulator.messages import Request
from tui.simulator.opaque import Generator

PREFERENCE = re.compile(r'([A-Za-z][\w.\-]*)\s*(?:=\s*("[^"]*"|[^,;\s]*))?')
LONGEST_WINDOW = timedelta(days=1825)
LARGEST_PAGE = 1000


@dataclass(frozen=True, slots=True)
class Behaviour:
    """Where the real service is unsettled or unkind, which way this one goes.

    `removed_occurrences`: a deleted occurrence is announced with `@removed` too. `empty_pages`: a delta round begins
    with an empty page. `duplicates`: the first item of a round comes again at its end. `reversed_order`: items come in
    reverse order. `refused_select`: `$select` on a delta query is an error instead of being ignored.
    `located_resets`: a 410 says in `Location` where to begin anew. `strict_rotation`: a refresh token works once.
    `forgotten_transactions`: a create with a transactionId that was used makes a second event. `ignored_if_match`: a
    write goes through whatever etag it was decided on. `kept_declines`: a declined meeting stays in the calendar.
    `late_writes`: delta queries see a change only after this many more requests of its mailbox.
    """

    removed_occurrences: bool = False
    empty_pages: bool = False
    duplicates: bool = False
    reversed_order: bool = False
    refused_select: bool = False
    located_resets: bool = False
    strict_rotation: bool = False
    forgotten_transactions: bool = False
    ignored_if_match: bool = False
    kept_declines: bool = False
    late_writes: int = 0


@dataclass(frozen=True, slots=True)
class Call:
    """A call for `mailbox` at the calendar time `now`, with what its token grants."""

    request: Request
    mailbox: Mailbox
    now: datetime
    generator: Generator
    behaviour: Behaviour = field(default_factory=Behaviour)
    scopes: str = ""
    mailboxes: Mapping[str, Mailbox] = field(default_factory=dict)

    @property
    def preferences(self) -> dict[str, str]:
        return preferences(self.request.headers.get("prefer", ""))

    def view(self, fallback: View | None = None) -> View:
        """How events are to be written; raises for a zone that is none."""
        preferred, default = self.preferences, fallback or View()
        zone_name = preferred.get("outlook.timezone", default.zone)
        if not zones.is_known(zone_name):
            raise zone_not_supported(zone_name)
        text = preferred.get("outlook.body-content-type")
        return View(zones.windows_name(zone_name), default.is_text if text is None else text.lower() == "text")

    def page_size(self, default: int) -> int:
        """The size of a page by `odata.maxpagesize`."""
        text = self.preferences.get("odata.maxpagesize", "")
        return max(1, min(int(text), LARGEST_PAGE)) if text.isdigit() else default

    def number(self, name: str, default: int, least: int = 0) -> int:
        """A query option that is a number; raises for anything else."""
        text = self.request.parameter(name)
        if text is None:
            return default
        if not text.isdigit() or int(text) < least:
            raise bad_request(f"Invalid value '{text}' for ${name} query option found.", "BadRequest")
        return int(text)

    def window(self) -> tuple[datetime, datetime]:
        """The asked-for window; raises when it is missing, wrong or too long."""
        begin, end = (self._instant(name) for name in ("startDateTime", "endDateTime"))
        if end <= begin:
            raise bad_request("The end of the requested range is not after its start.", "ErrorInvalidRequest")
        if end - begin > LONGEST_WINDOW:
            raise bad_request(
                "Your request can't be completed. The range between the start and end dates is greater than the "
                "allowed range. Maximum number of days: 1825"
            )
        return begin, end

    def _instant(self, name: str) -> datetime:
        text = self.request.parameter(name)
        if not text:
            raise bad_request(
                "This request requires a time window specified by the query string parameters StartDateTime and "
                "EndDateTime.",
                "ErrorInvalidParameter",
            )
        try:
            return zones.read_instant(text)
        except ValueError:
            raise bad_request(
                f"The value '{text}' of parameter '{name}' is invalid.", "ErrorInvalidParameter"
            ) from None

    def link(self, query: str) -> str:
        """The absolute link back to this resource, at the origin that was asked."""
        return f"{self.request.origin}{self.request.path}?{query}"

    def context(self, what: str) -> str:
        return f"{self.request.origin}/v1.0/$metadata#{what}"

    def applied(self, *extra: str) -> Mapping[str, str]:
        """The header that confirms the preferences which were followed."""
        names = ("outlook.timezone", "outlook.body-content-type", "odata.maxpagesize", "IdType")
        preferred = {name.lower(): value for name, value in self.preferences.items()}
        confirmed = [f'{name}="{preferred[name.lower()]}"' for name in names if name.lower() in preferred]
        return {"preference-applied": ", ".join([*confirmed, *extra])} if confirmed or extra else {}


def preferences(header: str) -> dict[str, str]:
    """The preferences of a Prefer header (RFC 7240) by lower-case name, unquoted."""
    return {name.lower(): value.strip('"') for name, value in PREFERENCE.findall(header)}


def refused(names: tuple[str, ...], request: Request) -> None:
    """Raise when a query option is used where it is not supported."""
    for name in names:
        if request.parameter(name) is not None:
            raise GraphError(400, "ErrorInvalidUrlQuery", f"The query option '${name}' is not supported here.")
