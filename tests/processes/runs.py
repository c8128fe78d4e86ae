"""Runs of the real program on one data directory: as processes that may be killed, and answers that are checked."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from commands.calling import Said
from processes.fork_server import __file__ as fork_server
from processes.many_calendars import FUTURE_DAYS, PAST_DAYS, PROGRAM, Content, Place, environment, in_answer, today_utc
from processes.watching import Instant
from workspace.served import Microsoft

CALENDARS = "calendars"


class Loaded:
    """A fork server, and what its calls wrote."""

    def __init__(self, process: subprocess.Popen[str], folder: Path) -> None:
        self._process = process
        self._out, self._err = folder / "out", folder / "err"

    def begin(self, call: list[str], nice: int = 0) -> int:
        """Start a call of the program; its process id."""
        return self._ask({"call": call, "out": str(self._out), "err": str(self._err), "nice": nice})

    def end(self) -> Said:
        """Wait for its end."""
        code = self._ask({})
        return Said(code, self._out.read_text("utf-8"), self._err.read_text("utf-8"))

    def __call__(self, call: list[str]) -> Said:
        self.begin(call)
        return self.end()

    def _ask(self, order: dict[str, object]) -> int:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


@contextmanager
def loaded(folder: Path) -> Iterator[Loaded]:
    """A fork server that ends with the block."""
    folder.mkdir(parents=True, exist_ok=True)
    call = [sys.executable, fork_server]
    with subprocess.Popen(call, env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield Loaded(process, folder)


class Runs(NamedTuple):
    """The program with a data directory and a simulator."""

    directory: Path
    microsoft: Microsoft
    program: Loaded

    def call(self, *words: str) -> list[str]:
        """The arguments of a call."""
        where = ["--data-dir", str(self.directory), "--simulator", self.microsoft.origin]
        return [*where, "--token-storage", "file", *words]

    def fine(self, *words: str) -> Said:
        """A call that has to succeed."""
        said = self.program(self.call(*words))
        assert said.code == 0, said
        return said

    def connect(self, *addresses: str) -> None:
        """Sign accounts in, and count all their calendars."""
        for address in addresses:
            self.microsoft.post("next-sign-in", address=address)
            self.fine("connect", "--kind", "work", "--all-calendars")

    def synced(self) -> None:
        """A whole sync without a failure."""
        said = self.fine("sync", "--json")
        assert [row for row in said.document["calendars"] if row["error"]] == []
        assert said.err == ""

    def places(self) -> dict[str, Place]:
        """Where each calendar id stands, as the program lists them."""
        listed = self.fine("calendars", "--json").document
        return {row["calendar"]: (row["account"], row["name"]) for row in listed}

    def shown(self) -> dict[Place, Content]:
        """What the program says that the calendars hold. It must say so without any complaint.

        That a calendar has not been read yet is none.
        """
        first = today_utc() - timedelta(days=PAST_DAYS + 1)
        words = ["agenda", "--from", str(first), "--days", str(PAST_DAYS + FUTURE_DAYS + 3), "--json"]
        said = self.fine(*words)
        assert [line for line in said.err.splitlines() if "has not been read yet" not in line] == [], said.err
        assert self.kept_aside() == []
        return in_answer(said.document, self.places())

    def kept_aside(self) -> list[str]:
        """Files that the store took for damaged or for somebody else's."""
        paths = [*self.directory.glob("*.jsonl.*-*"), *self.logs.glob("*.jsonl.*-*")]
        return sorted(path.name for path in paths)

    @property
    def logs(self) -> Path:
        """The directory of the calendars' files."""
        return self.directory / CALENDARS

    def killed(self, *words: str, when: Instant) -> int:
        """A call that is killed once ``when`` returns, unless it has ended; its exit code.

        It yields to this process, so that it does not get far beyond an instant that this process waits for.
        """
        pid = self.program.begin(self.call(*words), nice=19)
        when()
        os.kill(pid, signal.SIGKILL)
        return self.program.end().code

    def killed_from_the_start(self, *words: str, when: Instant) -> int:
        """As ``killed``, of a program that is started as a person starts it."""
        call = [*PROGRAM, *self.call(*words)]
        with subprocess.Popen(call, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            when()
            process.kill()
        return process.returncode
