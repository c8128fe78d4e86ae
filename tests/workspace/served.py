"""A served simulator, and what the tests of the use cases, the commands and the terminal do to it from outside."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast
from urllib.request import Request, urlopen
from zoneinfo import ZoneInfo

from tui.clock import Clock, SystemClock
from tui.domain.accounts import AccountKind, Mode, OutlookAccount
from tui.settings import Settings
from tui.simulator.mailbox import Calendar
from tui.simulator.scenario import CalendarPlan, Kind, MailboxPlan, Scenario, SignIn
from tui.simulator.server import serving
from tui.simulator.service import Simulator
from tui.workspace.options import Options
from tui.workspace.workspace import Workspace

ANA, BEN, EVA = "ana@contoso.example", "ben@fabrikam.example", "eva@outlook.example"
PATIENCE_SECONDS = 20.0
HOSTILE_SUBJECT = "a\x1b]52;c;QUJD\x07b\x9b31mc\u202ed[@click=app.quit]e[/]\r\nf"
FORBIDDEN = ("\x1b", "\x07", "\x9b", "\x9d", "\u202e", "\r")


def event(subject: str, start: str, end: str, **more: Any) -> dict[str, Any]:
    """An event as Microsoft Graph has it; two dates make it all-day, instants are UTC."""
    return {
        "subject": subject,
        "start": {"dateTime": start, "timeZone": "UTC"},
        "end": {"dateTime": end, "timeZone": "UTC"},
        "isAllDay": "T" not in start,
        "showAs": "busy",
        **more,
    }


def calendar(name: str = "Calendar", *events: dict[str, Any], default: bool = False, edit: bool = True) -> CalendarPlan:
    """A calendar of a mailbox, with its events."""
    return CalendarPlan(name=name, events=list(events), is_default=default, can_edit=edit)


def mailbox(address: str, *calendars: CalendarPlan, kind: Kind = "work") -> MailboxPlan:
    """A mailbox; without calendars it has a default one with nothing in it."""
    return MailboxPlan(address=address, kind=kind, calendars=list(calendars) or [calendar(default=True)])


class Microsoft:
    """The simulator as another program sees it."""

    def __init__(self, origin: str, simulator: Simulator | None = None) -> None:
        self.origin = origin
        self._simulator = simulator

    def unlisted(self, address: str, name: str) -> Calendar:
        """Take a calendar away; it is given back by ``listed``."""
        assert self._simulator is not None
        calendars = self._simulator.mailboxes[address].calendars
        return calendars.pop(next(id_ for id_, calendar in calendars.items() if calendar.name == name))

    def listed(self, address: str, calendar: Calendar) -> None:
        """Put a calendar among those of a mailbox."""
        assert self._simulator is not None
        self._simulator.mailboxes[address].calendars[calendar.id] = calendar

    def renumbered(self, address: str, name: str, new_id: str) -> None:
        """A calendar gets another id, as after the move of a mailbox; its events keep theirs."""
        calendar = self.unlisted(address, name)
        calendar.properties["id"] = new_id
        self.listed(address, calendar)

    def post(self, action: str, **body: Any) -> dict[str, Any]:
        """Ask the simulator itself for something."""
        return self._asked(action, json.dumps(body).encode())

    def calendar_states(self) -> dict[tuple[str, str], dict[str, Any]]:
        """The truth of every calendar, by address and name."""
        state = self._asked("state", None)
        return {(box["address"], each["name"]): each for box in state["mailboxes"] for each in box["calendars"]}

    def requests(self) -> dict[tuple[str, str], int]:
        """How often each calendar was asked."""
        return {key: int(state["requests"]) for key, state in self.calendar_states().items()}

    def _asked(self, action: str, body: bytes | None) -> dict[str, Any]:
        request = Request(f"{self.origin}/simulator/{action}", body, {"content-type": "application/json"})
        with urlopen(request, timeout=PATIENCE_SECONDS) as answer:
            return cast("dict[str, Any]", json.load(answer))


@contextmanager
def served(*mailboxes: MailboxPlan, sign_in: SignIn = "approve", speed: float = 1.0) -> Iterator[Microsoft]:
    """A simulator of these mailboxes on a loopback port of its own."""
    scenario = Scenario(mailboxes=list(mailboxes), sign_in=sign_in)
    simulator = Simulator(scenario, speed=speed)
    with serving(simulator) as origin:
        yield Microsoft(origin, simulator)


def options(directory: Path, microsoft: Microsoft | None, settings: Settings | None = None) -> Options:
    """What a workspace in ``directory`` is opened with; tokens are kept in a file."""
    return Options(
        directory=directory,
        settings=settings or Settings(),
        zone=ZoneInfo("Europe/Berlin"),
        simulator=microsoft.origin if microsoft else None,
        token_storage="file",
    )


def opened(directory: Path, microsoft: Microsoft | None, clock: Clock | None = None) -> Workspace:
    """The workspace in ``directory``."""
    return Workspace(options(directory, microsoft), clock or SystemClock())


async def signed_in(
    workspace: Workspace,
    microsoft: Microsoft,
    address: str,
    kind: AccountKind = AccountKind.WORK,
    mode: Mode = Mode.WRITE,
) -> OutlookAccount:
    """The account of ``address`` after a sign-in with a code."""
    microsoft.post("next-sign-in", address=address)
    return await workspace.connections.finish_sign_in(await workspace.connections.begin_sign_in(kind, mode))


def until(holds: Callable[[], object], what: str, within: float = PATIENCE_SECONDS) -> float:
    """Wait for a condition; the seconds it took. Fails when it does not come true in time."""
    started = time.monotonic()
    while not holds():
        assert time.monotonic() - started < within, f"not within {within} s: {what}"
        time.sleep(0.01)
    return time.monotonic() - started


def no_program_settings(environment: Mapping[str, str]) -> dict[str, str]:
    """``environment`` without what steers this program."""
    return {name: value for name, value in environment.items() if not name.startswith("CALCONNECT_")}
