"""A mailbox whose service answers what a test says, in turn."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from microsoft_double import ANA, HandClock

from tui.domain.accounts import AccountKind, OutlookAccount
from tui.outlook.gate import Gate
from tui.outlook.graph import BASE, Mailbox
from tui.outlook.http import Answer, Network

LINK = f"{BASE}/me/calendars/c/calendarView/delta?$deltatoken=t"
EMPTY = {"value": [], "@odata.deltaLink": LINK}


def answer(status: int = 200, body: Any = None, **headers: str) -> Answer:
    content = body if isinstance(body, bytes) else json.dumps(EMPTY if body is None else body).encode()
    return Answer(status, {name.replace("_", "-"): value for name, value in headers.items()}, content, LINK)


def refusal(status: int, code: str, inner: str = "") -> Answer:
    return answer(status, {"error": {"code": code, "message": "…", "innerError": {"code": inner}}})


class Graph:
    """Answers in turn (the last one for ever), and remembers what was asked."""

    def __init__(
        self, *answers: Answer | Exception, page_items: int = 1_000, tokens: tuple[Exception | None, ...] = ()
    ) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, str, dict[str, str]]] = []
        self.bodies: list[bytes] = []
        self.tokens: list[tuple[str | None, bool]] = []
        self._token_errors = list(tokens)
        self.clock = HandClock(is_swift=True)
        self.gate = Gate(self.clock, draw=lambda: 0.5)
        self.mailbox = Mailbox(
            OutlookAccount(id="a", address=ANA, kind=AccountKind.WORK),
            network=Network(service=self.serve),
            gate=self.gate,
            token=self.token,
            clock=self.clock,
            page_items=page_items,
        )

    @property
    def urls(self) -> list[str]:
        return [url for _, url, _ in self.asked]

    def serve(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        self.asked.append((method, url, {name.lower(): value for name, value in headers.items()}))
        self.bodies.append(body)
        given = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(given, Exception):
            raise given
        return given

    async def token(self, *, claims: str | None = None, force: bool = False) -> str:
        self.tokens.append((claims, force))
        error = self._token_errors.pop(0) if self._token_errors else None
        if error is not None:
            raise error
        return f"token-{len(self.tokens)}"
