"""Calling the program, in this process and as another one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from workspace.served import Microsoft, no_program_settings

from tui.cli import main

PROGRAM = [sys.executable, "-m", "tui.cli"]


class Said(NamedTuple):
    """How a call ended, and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The one JSON document on standard output."""
        return json.loads(self.out)


class Program:
    """The program with a data directory, and a simulator or none."""

    def __init__(self, directory: Path, microsoft: Microsoft | None, capsys: pytest.CaptureFixture[str]) -> None:
        self.directory = directory
        self.microsoft = microsoft
        self._capsys = capsys

    @property
    def options(self) -> list[str]:
        simulator = ["--simulator", self.microsoft.origin] if self.microsoft else []
        return ["--data-dir", str(self.directory), *simulator]

    def __call__(self, *words: str) -> Said:
        """One call in this process. Whatever a person should read is one line on standard error, never a traceback."""
        self._capsys.readouterr()
        try:
            code = main([*self.options, *words])
        except SystemExit as ended:
            code = int(ended.code or 0)
        said = Said(code, *self._capsys.readouterr())
        assert "Traceback" not in said.err
        return said

    def fine(self, *words: str) -> Said:
        """One call that has to succeed."""
        said = self(*words)
        assert said.code == 0, said
        return said

    def connect(self, address: str, *words: str, kind: str = "work") -> Said:
        """Sign an account in and connect it."""
        assert self.microsoft is not None
        self.microsoft.post("next-sign-in", address=address)
        return self.fine("connect", "--kind", kind, *words)

    def process(self, *words: str, environment: dict[str, str] | None = None) -> Said:
        """One call as another process."""
        everything = no_program_settings(os.environ) | (environment or {})
        call = [*PROGRAM, *self.options, *words]
        ended = subprocess.run(call, env=everything, capture_output=True, timeout=60, check=False)
        return Said(ended.returncode, ended.stdout.decode("utf-8"), ended.stderr.decode("utf-8"))


@contextmanager
def started(call: list[str]) -> Iterator[subprocess.Popen[str]]:
    """The program as another process, which does not outlive the block however that ends."""
    environment = no_program_settings(os.environ)
    with subprocess.Popen(call, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()
