"""A scenario file: which mailboxes there are, with which calendars and events.

    {"mailboxes": [{"address": "ana@contoso.example", "name": "Ana", "kind": "work",
      "timeZone": "W. Europe Standard Time",
      "calendars": [{"name": "Calendar", "default": true, "canEdit": true, "events": ["events.jsonl.gz"]}]}],
     "signIn": "approve"}

`events` names JSON Lines files of Graph-shaped events, gzip or plain, relative to the scenario file; an event object
may stand there itself. Everything that is wrong is a `ScenarioError` of one line that says where.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import msgspec

from tui.simulator import opaque, zones
from tui.simulator.events import Item, read_item
from tui.simulator.mailbox import Calendar, Mailbox

Kind = Literal["work", "personal"]
SignIn = Literal["approve", "ask", "decline", "expire"]
GZIP_MAGIC = b"\x1f\x8b"


class ScenarioError(ValueError):
    """A scenario that cannot be served; the text is one line for the person who wrote it."""


class Owner(msgspec.Struct, frozen=True):
    """Who owns a calendar that another person shared."""

    name: str
    address: str


class CalendarPlan(msgspec.Struct, frozen=True, rename="camel"):
    """One calendar of a scenario."""

    name: str
    events: list[str | dict[str, Any]] = []
    is_default: bool = msgspec.field(default=False, name="default")
    can_edit: bool = True
    color: str = "auto"
    hex_color: str = ""
    owner: Owner | None = None


class MailboxPlan(msgspec.Struct, frozen=True, rename="camel"):
    """One mailbox of a scenario."""

    address: str
    kind: Kind = "work"
    name: str = ""
    time_zone: str = "UTC"
    calendars: list[CalendarPlan] = []


class Scenario(msgspec.Struct, frozen=True, rename="camel"):
    """The whole scenario. `folder` is what the paths of events files are relative to."""

    mailboxes: list[MailboxPlan]
    sign_in: SignIn = "approve"
    folder: Path = Path()


def read_scenario(path: Path) -> Scenario:
    """The scenario of a file; raises ScenarioError. Events files are read by `load`."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ScenarioError(f"{path}: cannot be read: {error.strerror or error}") from None
    try:
        plain = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ScenarioError(f"{path}: is not JSON: {one_line(error)}") from None
    try:
        scenario = msgspec.convert(without_folder(plain), Scenario)
        check(scenario)
    except (ValueError, msgspec.MsgspecError) as error:
        raise ScenarioError(f"{path}: {one_line(error)}") from None
    return msgspec.structs.replace(scenario, folder=path.parent)


def without_folder(plain: object) -> object:
    """The document without the field that only this program sets."""
    return {name: value for name, value in plain.items() if name != "folder"} if isinstance(plain, dict) else plain


def check(scenario: Scenario) -> None:
    """Raise `ValueError` for what the types alone do not forbid."""
    addresses = [mailbox.address.lower() for mailbox in scenario.mailboxes]
    if not addresses:
        raise ValueError("there is no mailbox in it")
    for place, mailbox in enumerate(scenario.mailboxes):
        if "@" not in mailbox.address:
            raise ValueError(f"mailbox {place + 1}: '{mailbox.address}' is not an address")
        if addresses.count(mailbox.address.lower()) > 1:
            raise ValueError(f"two mailboxes have the address {mailbox.address}")
        if not zones.is_known(mailbox.time_zone):
            raise ValueError(f"mailbox {mailbox.address}: unknown time zone '{mailbox.time_zone}'")
        names = [calendar.name for calendar in mailbox.calendars]
        if len(set(names)) < len(names):
            raise ValueError(f"mailbox {mailbox.address}: two calendars have the same name")
        if sum(calendar.is_default for calendar in mailbox.calendars) > 1:
            raise ValueError(f"mailbox {mailbox.address}: two calendars are the default one")


def load(scenario: Scenario) -> dict[str, Mailbox]:
    """The mailboxes of a scenario by lower-case address, events read; raises ScenarioError."""
    return {plan.address.lower(): mailbox_of(plan, scenario.folder) for plan in scenario.mailboxes}


def mailbox_of(plan: MailboxPlan, folder: Path) -> Mailbox:
    zone_name = zones.windows_name(plan.time_zone)
    mailbox = Mailbox(plan.address, plan.name or plan.address.partition("@")[0], plan.kind, zone_name)
    has_default = any(calendar.is_default for calendar in plan.calendars)
    for place, calendar_plan in enumerate(plan.calendars):
        is_default = calendar_plan.is_default or (not has_default and place == 0)
        calendar = Calendar(properties_of(calendar_plan, mailbox, is_default))
        items = items_of(calendar_plan, mailbox, folder)
        try:
            mailbox.load(calendar, items)
        except ValueError as error:
            raise ScenarioError(f"{plan.address}, calendar '{calendar_plan.name}': {one_line(error)}") from None
        mailbox.calendars[calendar.id] = calendar
    return mailbox


def properties_of(plan: CalendarPlan, mailbox: Mailbox, is_default: bool) -> dict[str, Any]:
    """The calendar resource."""
    owner = plan.owner or Owner(mailbox.name, mailbox.address)
    is_own = owner.address.lower() == mailbox.address.lower()
    provider = "teamsForBusiness" if mailbox.kind == "work" else "unknown"
    return {
        "id": opaque.opaque_id("calendar", mailbox.address.lower(), plan.name),
        "name": plan.name,
        "color": plan.color,
        "hexColor": plan.hex_color,
        "isDefaultCalendar": is_default,
        "changeKey": opaque.change_key("calendar", mailbox.address.lower(), plan.name),
        "canShare": is_own,
        "canViewPrivateItems": is_own,
        "canEdit": plan.can_edit,
        "allowedOnlineMeetingProviders": [provider] if provider != "unknown" else [],
        "defaultOnlineMeetingProvider": provider,
        "isTallyingResponses": is_default,
        "isRemovable": not is_default,
        "owner": {"name": owner.name, "address": owner.address},
    }


def items_of(plan: CalendarPlan, mailbox: Mailbox, folder: Path) -> list[Item]:
    """The events of a calendar from all its files and inline objects."""
    items: dict[str, Item] = {}
    for where, event in sources(plan, folder):
        named = {"id": opaque.opaque_id("event", mailbox.address.lower(), plan.name, where)} | event
        try:
            item = read_item(with_organizer(named, mailbox))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise ScenarioError(f"{where}: {one_line(error)}") from None
        if item.id in items:
            raise ScenarioError(f"{where}: the id {item.id} was there before")
        items[item.id] = item
    return list(items.values())


def with_organizer(event: dict[str, Any], mailbox: Mailbox) -> dict[str, Any]:
    if "organizer" in event:
        return event
    return {**event, "organizer": {"emailAddress": {"name": mailbox.name, "address": mailbox.address}}}


def sources(plan: CalendarPlan, folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every event object, with the place that it stands at."""
    for number, source in enumerate(plan.events, start=1):
        if isinstance(source, str):
            yield from lines_of(folder / source)
        else:
            yield f"calendar '{plan.name}', event {number}", source


def lines_of(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """The objects of a JSON Lines file, plain or gzip."""
    try:
        data = path.read_bytes()
        lines = (gzip.decompress(data) if data.startswith(GZIP_MAGIC) else data).split(b"\n")
    except OSError as error:
        raise ScenarioError(f"{path}: events file cannot be read: {error.strerror or error}") from None
    except (EOFError, zlib.error) as error:
        raise ScenarioError(f"{path}: events file is not whole gzip: {one_line(error)}") from None
    decoder = msgspec.json.Decoder(dict[str, Any])
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                yield f"{path}, line {number}", decoder.decode(line)
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                raise ScenarioError(f"{path}, line {number}: is not an event object: {one_line(error)}") from None


def one_line(error: BaseException) -> str:
    """The text of an error on one line."""
    return " ".join(str(error).split()) or type(error).__name__
