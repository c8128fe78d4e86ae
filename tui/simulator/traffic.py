"""How many requests of a mailbox run at once: Outlook serves four and refuses the fifth (throttling limits page)."""

from __future__ import annotations

from dataclasses import dataclass, field

MOST_AT_ONCE = 4


@dataclass(slots=True)
class Traffic:
    """The requests in flight by address, and the most there ever were."""

    running: dict[str, int] = field(default_factory=dict)
    most: dict[str, int] = field(default_factory=dict)

    def enter(self, address: str) -> bool:
        """Count a request in; whether it may run. `leave` must follow either way."""
        count = self.running.get(address, 0) + 1
        self.running[address] = count
        self.most[address] = max(count, self.most.get(address, 0))
        return count <= MOST_AT_ONCE

    def leave(self, address: str) -> None:
        self.running[address] -= 1
