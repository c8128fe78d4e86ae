"""Work that a screen or dialog starts: in a named worker, and every ending reaches the person."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

from textual.worker import Worker, WorkerState

from tui.errors import CalConnectError
from tui.screens.shell import Shell


class Working:
    """Mixed into screens that have a ``shell``."""

    shell: Shell

    def work(self, flow: Coroutine[Any, Any, None], group: str) -> Worker[None]:
        """Run ``flow``; another one of the same ``group`` is given up for it."""
        return self.run_worker(flow, group=group, exclusive=True, exit_on_error=False)  # type: ignore[attr-defined, no-any-return]

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        if event.state is WorkerState.ERROR and event.worker.error is not None:
            self.failed(event.worker.error)

    def failed(self, error: BaseException) -> None:
        """Say what went wrong; a dialog may say it in a place of its own."""
        self.shell.toast(failure_words(error), severity="error")


def failure_words(error: BaseException) -> str:
    """``error`` as the person reads it. What is not ours is named by its kind alone: its text may hold anything."""
    if isinstance(error, CalConnectError):
        return str(error)
    return f"Something unexpected stopped this ({type(error).__name__}). Try again; if it stays, restart the program."
