"""A process that writes to a log: ``python log_writer.py PATH COMMAND …``.

``count TIMES`` raises a shared counter and adds a document each time; ``number`` commits 1, 2, 3 … and prints each
number once it is acknowledged; ``hold`` takes the commit lock and waits; ``limit BYTES`` writes until refused.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

from tui.errors import StoreError
from tui.store.log import LogOptions
from tui.store.tables import LogDatabase


def main(path: str, command: str, *arguments: str) -> None:
    options = LogOptions(compaction_slack_bytes=2_000)
    with LogDatabase(Path(path), options=options) as database:
        _COMMANDS[command](database, *arguments)


def _count(database: LogDatabase, times: str) -> None:
    table = database.table("events")
    for number in range(int(times)):
        with database.transaction():
            raw = table.raw("counter") or b'{"n":0}'
            table.put_raw("counter", b'{"n":%d}' % (int(raw[5:-1]) + 1))
            table.put_raw(f"{os.getpid()}-{number}", b"{}")


def _number(database: LogDatabase) -> None:
    number = 0
    while True:
        number += 1
        with database.transaction():
            database.table("events").put_raw("number", b'{"n":%d,"pad":"%s"}' % (number, b"x" * (number % 900)))
            database.table("meta").put_raw("delta", b'{"n":%d}' % number)
        os.write(sys.stdout.fileno(), b"%d\n" % number)


def _hold(database: LogDatabase) -> None:
    with database.transaction():
        os.write(sys.stdout.fileno(), b"held\n")
        sys.stdin.read()


def _limit(database: LogDatabase, size: str) -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_FSIZE, (int(size), int(size)))
    table = database.table("events")
    saved = 0
    try:
        while True:
            table.put_raw(f"e{saved}", b'{"pad":"%s"}' % (b"x" * 500))
            saved += 1
    except StoreError as error:
        assert len(table) == saved
        os.write(sys.stdout.fileno(), b"%d %s\n" % (saved, error.what.encode()))


_COMMANDS: dict[str, Callable[..., None]] = {"count": _count, "number": _number, "hold": _hold, "limit": _limit}

if __name__ == "__main__":
    main(*sys.argv[1:])
