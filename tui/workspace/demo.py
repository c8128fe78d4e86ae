"""The demo: the unchanged program against a simulator of its own, in a folder that goes away.

The simulator is a child process. Its mailboxes are signed in and connected by the ordinary use cases, with a real
device code each; only who sits at Microsoft's page is played. It ends with this process, however that ends.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from queue import Empty, Queue
from typing import TYPE_CHECKING

import msgspec

from tui.clock import Clock
from tui.domain.accounts import AccountKind, Mode
from tui.errors import CalConnectError
from tui.limits import SIMULATOR_START_SECONDS
from tui.workspace.background import Background
from tui.workspace.options import Options

if TYPE_CHECKING:
    from tui.workspace.workspace import Workspace

LISTENING = "listening on "
MAIN, FAMILY = "Main", "Family"


class Seat(msgspec.Struct, frozen=True):
    """A mailbox of the demo, and what of it counts in each sub-account (calendar names)."""

    address: str
    kind: AccountKind
    counted: dict[str, tuple[str, ...]]


SEATS = (
    Seat("ana@contoso.example", AccountKind.WORK, {MAIN: ("Calendar", "On-call"), FAMILY: ("Calendar",)}),
    Seat("ana@fabrikam.example", AccountKind.WORK, {MAIN: ("Calendar",), FAMILY: ()}),
    Seat("ana.k@outlook.example", AccountKind.PERSONAL, {MAIN: ("Calendar", "Family"), FAMILY: ("Calendar", "Family")}),
)


class Demo(Background):
    """A background that brings its own Microsoft."""

    is_demo = True

    def __init__(self, options: Options, clock: Clock) -> None:
        """``options`` say how things are shown; where things are kept is the demo's own business."""
        self._options = options
        self._child: subprocess.Popen[str] | None = None
        self._folder: Path | None = None
        super().__init__(self._opened, clock)

    def _opened(self) -> Workspace:
        from tui.workspace.workspace import Workspace

        self._folder = Path(tempfile.mkdtemp(prefix="calconnect-demo-"))
        self._child = _simulator(self._folder)
        options = msgspec.structs.replace(
            self._options,
            directory=self._folder,
            simulator=_listening(self._child),
            token_storage="memory",
        )
        return Workspace(options, self._clock)

    async def prepare(self) -> None:
        """Sign the demo's person in everywhere."""
        for name in (MAIN, FAMILY):
            self._workspace.connections.ensure_sub_account(name)
        for seat in SEATS:
            await self._sit(seat)
            self._loops.attend()
            self._redraw()

    async def _sit(self, seat: Seat) -> None:
        connections = self._workspace.connections
        await connections.next_to_sign_in(seat.address)
        account = await connections.finish_sign_in(await connections.begin_sign_in(seat.kind, Mode.WRITE))
        calendars = {calendar.name: calendar.id for calendar in self._workspace.database.roster.calendars(account.id)}
        for name, counted in seat.counted.items():
            sub_account = connections.sub_account(name)
            await connections.connect(account.id, sub_account.id, conflict=tuple(calendars[c] for c in counted))

    def stop(self, timeout: float = 1.5) -> None:
        if self._child and not self._ready.done():
            self._child.kill()  # still starting: nothing else would end the wait for it
        super().stop(timeout)
        if self._child:
            _end(self._child)
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)


def _simulator(folder: Path) -> subprocess.Popen[str]:
    """The simulator's process. It reads nothing of the person's settings, nor code from the current directory."""
    program = [sys.executable, "-P", "-m", "tui.cli", "--data-dir", str(folder)]
    command = [*program, "simulate", "--parent", str(os.getpid())]
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )


def _listening(child: subprocess.Popen[str]) -> str:
    """The address that the simulator announces. Raises CalConnectError when it does not come up."""
    lines: Queue[str] = Queue()
    output = child.stdout
    assert output is not None
    threading.Thread(target=lambda: lines.put(output.readline()), daemon=True).start()
    try:
        line = lines.get(timeout=SIMULATOR_START_SECONDS)
    except Empty:
        line = ""
    if not line.startswith(LISTENING):
        _end(child)
        raise CalConnectError("The demo's simulator did not start.", "Try: calconnect-tui simulate")
    return line.removeprefix(LISTENING).strip()


def _end(child: subprocess.Popen[str]) -> None:
    child.terminate()
    try:
        child.wait(1.0)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
    if child.stdout:
        child.stdout.close()
