"""A sync of the real program that is under way for as long as a test wants, and that is asked to end."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from commands.calling import PROGRAM, Program, Said, started
from workspace.served import Microsoft, until

HELD_SECONDS = 60.0


@contextmanager
def held_up(microsoft: Microsoft, path: str = "/delta", seconds: float = HELD_SECONDS) -> Iterator[None]:
    """What asks for ``path`` waits, without ``seconds`` much longer than a test does."""
    microsoft.post("faults", faults=[{"path": path, "count": 999, "delay": seconds}])
    yield
    microsoft.post("faults", faults=[])


@contextmanager
def under_way(program: Program, *words: str) -> Iterator[subprocess.Popen[str]]:
    """A sync as another process, in the middle of a request that is held up."""
    assert program.microsoft is not None
    asked = program.microsoft.requests
    before = sum(asked().values())
    with started([*words, *PROGRAM, *program.options, "sync"]) as process:
        until(lambda: sum(asked().values()) > before, "a request under way")
        yield process


def ended(process: subprocess.Popen[str], within: float) -> Said:
    """How the process ends, and what it wrote."""
    out, err = process.communicate(timeout=within)
    return Said(process.returncode, out, err)
