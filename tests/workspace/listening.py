"""Hearing what a background says, as the screens would."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from workspace.served import until

from tui.workspace.background import Background, Notice, SnapshotReady
from tui.workspace.view import AccountView, Snapshot

Kind = TypeVar("Kind", bound=Notice)


class Listener:
    """Keeps every notice, in the order in which they came."""

    def __init__(self) -> None:
        self.notices: list[Notice] = []

    def of(self, kind: type[Kind]) -> list[Kind]:
        """The notices of one kind so far."""
        return [notice for notice in list(self.notices) if isinstance(notice, kind)]

    @property
    def snapshot(self) -> Snapshot:
        """The newest snapshot; an empty one before the first."""
        ready = self.of(SnapshotReady)
        return ready[-1].snapshot if ready else Snapshot()

    def account(self, address: str) -> AccountView | None:
        return next((view for view in self.snapshot.accounts if view.account.address == address), None)

    def subjects(self) -> list[str]:
        return [meeting.subject for meeting in self.snapshot.meetings]

    def until_seen(self, *subjects: str, within: float = 20.0) -> float:
        """Wait until these subjects are on the screens; the seconds it took."""
        return until(lambda: set(subjects) <= set(self.subjects()), f"{subjects} in {self.subjects()}", within)


@contextmanager
def running(background: Background) -> Iterator[Listener]:
    """A background that has been started, and is stopped at the end."""
    listener = Listener()
    background.start(listener.notices.append)
    try:
        yield listener
    finally:
        background.stop(5.0)


def children_of(pid: int) -> list[int]:
    """The processes that a process has started and not yet seen end (Linux: "proc_pid_task")."""
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        return [int(child) for task in tasks for child in (task / "children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []


def is_running(pid: int) -> bool:
    """Whether a process exists and has not ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False
