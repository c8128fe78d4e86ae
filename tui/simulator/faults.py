"""Faults on order: the nth request that fits gets another answer, a late one, or none.

A fault that is `after` strikes when the request has had its effect already, as when an answer is lost on its way.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import msgspec

from tui.simulator.messages import JSON_TYPE, Request, Response


class Fault(msgspec.Struct, frozen=True):
    """One fault: strikes `count` times from the `nth` request on whose method fits and whose path contains `path`.

    `path` may also be a regular expression. Without a status the true answer is given, `delay` seconds late.
    """

    method: str = ""
    path: str = ""
    nth: int = 1
    count: int = 1
    status: int | None = None
    headers: dict[str, str] = {}
    body: Any = None
    delay: float = 0.0
    drop: bool = False
    after: bool = False

    def fits(self, request: Request) -> bool:
        if self.method and self.method.upper() != request.method:
            return False
        target = "/".join(("", *request.segments))
        return self.path in request.path or self.path in target or matches(self.path, target)

    @property
    def takes_effect(self) -> bool:
        """Whether the request is carried out all the same."""
        return self.after or (self.status is None and not self.drop)

    def applied(self, answer: Response | None) -> Response:
        """The answer that is given instead of the true one."""
        if self.status is None:
            given = answer or Response(503)
            return Response(given.status, given.headers, given.body, self.delay, self.drop)
        body = self.body.encode() if isinstance(self.body, str) else b""
        if self.body is not None and not isinstance(self.body, str):
            body = msgspec.json.encode(self.body)
        lowered = {name.lower(): value for name, value in self.headers.items()}
        kind = {} if isinstance(self.body, str) or self.body is None else {"content-type": JSON_TYPE}
        return Response(self.status, kind | lowered, body, self.delay, self.drop)


@dataclass(slots=True)
class FaultPlan:
    """The faults on order, each with the number of requests that fitted it so far."""

    faults: list[Fault] = field(default_factory=list)
    seen: list[int] = field(default_factory=list)

    def order(self, faults: list[Fault]) -> None:
        """Replace the plan; an empty list ends all faults."""
        self.faults, self.seen = faults, [0] * len(faults)

    def strike(self, request: Request) -> Fault | None:
        """The fault that this request meets; every fault that fits counts it."""
        found = None
        for place, fault in enumerate(self.faults):
            if fault.fits(request):
                self.seen[place] += 1
                if found is None and fault.nth <= self.seen[place] < fault.nth + fault.count:
                    found = fault
        return found


def matches(pattern: str, text: str) -> bool:
    try:
        return re.search(pattern, text) is not None
    except re.error:
        return False
