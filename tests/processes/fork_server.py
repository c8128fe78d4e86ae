"""A program that has loaded the whole project and becomes ``calconnect-tui`` on demand: ``python fork_server.py``.

Starting Python and loading takes longer than most rounds. Each line on standard input is a JSON object:
``{"call": […], "out": FILE, "err": FILE, "nice": N}`` forks a process that is one real call of the program and yields
to others by so much, and answers with its id; ``{}`` waits for its end and answers with its exit code, negative for a
signal. Until then its id belongs to no other process, so that it may be killed at any time.
"""

from __future__ import annotations

import importlib
import json
import os
import pkgutil
import sys
from typing import NoReturn

import tui
from tui.cli import main

ROOMS = ("tui.commands", "tui.domain", "tui.outlook", "tui.store", "tui.sync", "tui.workspace")


def load() -> None:
    """Import what a command may import; the screens are never needed."""
    for found in pkgutil.walk_packages(tui.__path__, "tui."):
        if found.name.startswith(ROOMS):
            importlib.import_module(found.name)


def become(call: list[str], out: str, err: str, nice: int) -> NoReturn:
    """Be one call of the program in this process, which ends with it."""
    for path, descriptor in ((out, 1), (err, 2)):
        opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(opened, descriptor)
        os.close(opened)
    os.nice(nice)
    code = 70
    try:
        code = main(call)
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def say(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


def serve() -> None:
    child = 0
    for line in sys.stdin:
        order = json.loads(line)
        if order:
            child = os.fork()
            if child == 0:
                become(**order)
            say(child)
        else:
            say(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))


if __name__ == "__main__":
    load()
    serve()
