"""A seeded series of commits, and what the tables hold after each of them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from random import Random

from recording_disk import ROOT, RecordingDisk

from tui.store.log import Log, LogOptions
from tui.store.memory import Edits, Memory

LOG = ROOT / "calendar.jsonl"
NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)

DOUBTFUL = b',"doubtful":true'

State = dict[str, dict[str, bytes]]


def options(disk: RecordingDisk, *, slack: int = 600) -> LogOptions:
    """Bounds so small that a short run compacts several times and seals in the middle."""
    return LogOptions(file_system=disk, now=lambda: NOW, compaction_slack_bytes=slack, seal_every_lines=4)


def opened(disk: RecordingDisk, *, slack: int = 600) -> Log:
    log = Log(LOG, options(disk, slack=slack))
    log.open()
    return log


def committed(log: Log, edits: Edits) -> None:
    with log.exclusive():
        log.commit(edits)


def workload(seed: int, commits: int) -> list[Edits]:
    """Edits that each change something: puts and removals of events, together with a token and an outbox."""
    random = Random(seed)
    present: set[str] = set()
    result: list[Edits] = []
    for number in range(commits):
        rows: dict[str, bytes | None] = {}
        for _ in range(random.randint(1, 6)):
            name = f"event-{random.randrange(12)}é"
            remove = name in present and random.random() < 0.3
            rows[name] = None if remove else b'{"n":%d,"pad":"%s"}' % (number, b"x" * random.choice((3, 40, 700)))
            (present.discard if remove else present.add)(name)
        result.append(
            {
                "events": rows,
                "meta": {"delta": b'{"link":%d}' % number},
                "outbox": {f"entry-{number % 5}": b'{"sent":%d}' % number},
            }
        )
    return result


def states(edits: list[Edits]) -> list[State]:
    """The tables before the first and after each of the edits."""
    memory = Memory()
    result: list[State] = [{}]
    for commit in edits:
        memory.apply(commit)
        result.append(state_of(memory))
    return result


def state_of(memory: Memory) -> State:
    """The tables without what a recovery notes in them: the note itself, and that staged changes are doubtful."""
    tables = {
        table: {
            name: value.replace(DOUBTFUL, b"") if table == "outbox" else value
            for name, value in rows.items()
            if (table, name) != ("meta", "recovery")
        }
        for table, rows in memory.tables.items()
    }
    return {table: rows for table, rows in tables.items() if rows}


def beside(disk: RecordingDisk, suffix: str) -> list[Path]:
    """Files that stand beside the log with this suffix."""
    return [path for path in disk.names if path.name.startswith(f"{LOG.name}.{suffix}-")]
