"""Ana's and Ben's mailboxes at a simulated Microsoft in the same process, and what it says of them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from microsoft_double import ANA, BEN, HandClock, Microsoft

from tui.domain.accounts import AccountKind, OutlookAccount
from tui.outlook.gate import Gate
from tui.outlook.graph import Mailbox
from tui.outlook.http import Network
from tui.simulator.messages import Request

WINDOW = "startDateTime=2026-11-01T00:00:00Z&endDateTime=2026-12-31T00:00:00Z"


class Mailboxes:
    """Ana's and Ben's, each with an empty calendar at first."""

    def __init__(self, microsoft: Microsoft) -> None:
        self.microsoft = microsoft
        self.clock = HandClock(is_swift=True)
        self.network = Network(service=microsoft.serve)
        self.ana, self.ben = self._mailbox(ANA), self._mailbox(BEN)
        self.calendar_id = next(iter(microsoft.simulator.mailboxes[ANA].calendars))

    def events(self, address: str = ANA) -> list[dict[str, Any]]:
        """The events of a mailbox as Microsoft holds them, those that came first first."""
        return [event for calendar in self._held(address)["calendars"] for event in calendar["events"]]

    def mails(self, address: str) -> list[str]:
        """The kinds of the mails that somebody got."""
        return [mail["kind"] for mail in self._held(address)["mails"]]

    def _held(self, address: str) -> Any:
        request = Request.of("GET", f"http://127.0.0.1/simulator/state?{WINDOW}")
        state: Any = self.microsoft.simulator.handle(request, datetime.now(UTC)).json()
        return next(mailbox for mailbox in state["mailboxes"] if mailbox["address"] == address)

    def _mailbox(self, address: str) -> Mailbox:
        async def token(*, claims: str | None = None, force: bool = False) -> str:
            return str(self.microsoft.control("token", address=address)["access_token"])

        return Mailbox(
            OutlookAccount(id=address, address=address, kind=AccountKind.WORK),
            network=self.network,
            gate=Gate(self.clock, draw=lambda: 0.5),
            token=token,
            clock=self.clock,
        )
