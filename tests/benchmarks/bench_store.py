"""Speed and memory of the store beside plain TinyDB, SQLite and an empty Python program, in one run.

    python tests/benchmarks/bench_store.py [--events N] [--calendars M] [--json]

No time says much by itself; a ratio of two that were taken in turns on the same machine does. The columns ``ours/…``
divide our median by that of the others, so less is better and 1 is level. The samples are in ``--json``.

- *on the disk*: the size of the files after the initial rounds.
- *start, one week*: a new process opens N events in M calendars and reads those of one week, from its start to its
  end. The files are in the system's cache. ``python`` is what any such process costs. SQLite has its index for the
  week on the disk; our store makes its own from all events. The week holds about as many events whatever N is.
- *open, index, one week*: the part of it from opening the store, its libraries loaded, to the last event; and the most
  resident memory of that process.
- *all events, peak memory*: the most resident memory of a new process that holds every event in the form in which
  the store hands it out. Ours also keeps the documents from which it answers all later questions.
- *one change*: a round with one changed event and its new delta link, in one calendar that holds so many events and
  was changed before. A change is on the disk when it is done. Bytes are what the process handed to the system's
  write calls (Linux only). Now and then a store tidies up (we rewrite a log that is more than half dead, SQLite
  moves its log into its file): a median does not show that.
- *50 changes*: the same with 50 events of one of the M calendars.
- *50 repeated, unchanged*: a round that brings 50 events as they are.
- *no change*: a round that brings nothing to any of the M calendars.

Below the table stands what the store promises, and whether this run kept it.

TinyDB writes its whole file for each change; above 50,000 events it makes none. The files are made in a temporary
directory, or in one below ``--directory``: the times of writing are those of its disk.
"""

from __future__ import annotations

import argparse
import gc
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path
from typing import NamedTuple, TypeVar

from bench_bars import ONE_CHANGE, OPENING, QUIET, judged
from bench_contenders import CONTENDERS, Contender, Ours
from bench_report import Measure, as_json, machine, table
from bench_sample import calendars_of, mark_after, revised, some_events
from bench_week import calendar_key

from tui.domain.events import Event
from tui.store.documents import Mark

Key = TypeVar("Key")
Sampled = TypeVar("Sampled")
Store = TypeVar("Store", bound=Contender)

START_ROUNDS = 7
COMMIT_ROUNDS = 25
MEMORY_ROUNDS = 3
EVENTS_OF_A_ROUND = 50
SMALLER_CALENDARS = (1_000, 10_000)
TINYDB_EVENTS_AT_MOST = 50_000
TINYDB_LEFT_OUT = f"TinyDB makes no changes above {TINYDB_EVENTS_AT_MOST:,} events: it rewrites its file for each."
MEGABYTE = 1_000_000
PEAK_OF_PYTHON = "import bench_memory; print(0, bench_memory.peak_memory(), 0)"


class Job(NamedTuple):
    """What is measured, where, and with whom."""

    events: int
    calendars: int
    directory: Path
    names: tuple[str, ...]
    changing: tuple[str, ...]
    """Those that are measured while they change."""

    def place(self, name: str, what: str = "all") -> Path:
        return self.directory / f"{name}-{what}"


class News(NamedTuple):
    """What a round brings: changed events of the first calendar, and the link of the next."""

    events: Sequence[Event]
    mark: Mark


class Case(NamedTuple):
    """One kind of commit of one store. ``prepared`` makes its ``version``th ready, so that only the act is timed."""

    what: str
    name: str
    prepared: Callable[[int], Callable[[], None]]


class Commit(NamedTuple):
    """What one commit took; ``written`` is None where the system does not count it."""

    milliseconds: float
    written: int | None


def main() -> None:
    options = _options()
    changing = tuple(name for name in CONTENDERS if name != "tinydb" or options.events <= TINYDB_EVENTS_AT_MOST)
    with tempfile.TemporaryDirectory(dir=options.directory) as directory:
        measures = measured(Job(options.events, options.calendars, Path(directory), tuple(CONTENDERS), changing))
    about = {**machine(), "events": f"{options.events:,}", "calendars": str(options.calendars)}
    notes = [*judged(measures), *([] if "tinydb" in changing else [TINYDB_LEFT_OUT])]
    sys.stdout.write((as_json if options.json else table)(measures, about, notes) + "\n")


def measured(job: Job) -> list[Measure]:
    """All measures, in the order of the table."""
    for name in job.names:
        with closing(CONTENDERS[name](job.place(name))) as store:
            store.fill(calendars_of(job.events, job.calendars), mark_after(0))
    _let_the_disk_settle()
    return [
        Measure("on the disk", "MB", {name: [_size(job.place(name)) / MEGABYTE] for name in job.names}),
        *start_with_one_week(job),
        everything_in_memory(job),
        *one_change(job),
        *many_changes(job),
        *quiet_round(job),
    ]


def start_with_one_week(job: Job) -> list[Measure]:
    found: set[int] = set()

    def start(name: str, _: int) -> tuple[float, float, float]:
        begun = time.perf_counter()
        count, peak, opening = _spoken(_command(job, name, "week"))
        found.add(count)
        return _milliseconds_since(begun), opening, peak / MEGABYTE

    def start_of_python(_: int) -> tuple[float, float, float]:
        begun = time.perf_counter()
        subprocess.run([sys.executable, "-c", "pass"], check=True)
        return _milliseconds_since(begun), 0.0, _spoken([sys.executable, "-c", PEAK_OF_PYTHON])[1] / MEGABYTE

    acts: dict[str, Callable[[int], tuple[float, float, float]]]
    acts = {**{name: partial(start, name) for name in job.names}, "python": start_of_python}
    starts = _in_turns(START_ROUNDS, acts)
    openings = {name: starts[name] for name in job.names}
    return [
        Measure(f"start, one week ({_agreed(found)} events)", "ms", _parts(starts, 0)),
        Measure(OPENING, "ms", _parts(openings, 1)),
        Measure(OPENING, "MB", _parts(starts, 2)),
    ]


def _parts(samples: Mapping[str, Sequence[tuple[float, float, float]]], place: int) -> dict[str, list[float]]:
    return {name: [one[place] for one in ones] for name, ones in samples.items()}


def everything_in_memory(job: Job) -> Measure:
    found: set[int] = set()

    def peak(name: str, _: int) -> float:
        if name == "python":
            return _spoken([sys.executable, "-c", PEAK_OF_PYTHON])[1] / MEGABYTE
        count, most, _took = _spoken(_command(job, name, "everything"))
        found.add(count)
        return most / MEGABYTE

    samples = _in_turns(MEMORY_ROUNDS, {name: partial(peak, name) for name in (*job.names, "python")})
    return Measure(f"all {_agreed(found):,} events, peak memory", "MB", samples)


def one_change(job: Job) -> list[Measure]:
    """Of calendars of several sizes, all in turns."""
    cases: list[Case] = []
    with ExitStack() as stack:
        for size in (*(size for size in SMALLER_CALENDARS if size < job.events), job.events):
            stores = _opened(job, f"one-{size}", stack)
            for store in stores.values():
                store.fill(calendars_of(size, 1), mark_after(0))
            cases += _cases(
                f"{ONE_CHANGE}, {size:,} events", stores, _apply, partial(_changes, some_events(size, 1, 1))
            )
        return _commits(cases)


def many_changes(job: Job) -> list[Measure]:
    """Changed events of one calendar among all, and the same once more, unchanged."""
    events = some_events(job.events, job.calendars, EVENTS_OF_A_ROUND)
    last = revised(events, COMMIT_ROUNDS)
    with ExitStack() as stack:
        stores = _opened(job, "all", stack)
        changed = _commits(_cases(f"{len(events)} changes", stores, _apply, partial(_changes, events)))
        repeated = _commits(_cases(f"{len(events)} repeated, unchanged", stores, _apply, partial(_same, last)))
        return [*changed, *repeated]


def quiet_round(job: Job) -> list[Measure]:
    """A round in which no calendar has news: only ours does anything then."""

    def act(store: Ours, news: News) -> None:
        store.quiet_round(job.calendars, news.mark)

    with closing(Ours(job.place("ours"))) as ours:
        return _commits(_cases(f"{QUIET}, {job.calendars} calendars", {"ours": ours}, act, partial(_same, ())))


def _opened(job: Job, what: str, stack: ExitStack) -> dict[str, Contender]:
    return {name: stack.enter_context(closing(CONTENDERS[name](job.place(name, what)))) for name in job.changing}


def _apply(store: Contender, news: News) -> None:
    store.apply(calendar_key(0), news.events, news.mark)


def _changes(events: Sequence[Event], version: int) -> News:
    return News(revised(events, version), mark_after(version))


def _same(events: Sequence[Event], version: int) -> News:
    return News(events, mark_after(version))


def _agreed(found: set[int]) -> int:
    if len(found) != 1:
        raise SystemExit(f"The stores do not hold the same events: {sorted(found)} were found.")
    return found.pop()


def _cases(
    what: str, stores: Mapping[str, Store], act: Callable[[Store, News], None], news_of: Callable[[int], News]
) -> list[Case]:
    def prepared(store: Store, version: int) -> Callable[[], None]:
        return partial(act, store, news_of(version))

    return [Case(what, name, partial(prepared, store)) for name, store in stores.items()]


def _commits(cases: Sequence[Case]) -> list[Measure]:
    """Time and bytes of all cases in turns, after one of each that does not count."""
    for case in cases:
        case.prepared(0)()
    commits = _in_turns(COMMIT_ROUNDS, {case: partial(_commit, case) for case in cases})
    return [
        measure for what in dict.fromkeys(case.what for case in cases) for measure in _time_and_bytes(what, commits)
    ]


def _time_and_bytes(what: str, commits: Mapping[Case, Sequence[Commit]]) -> list[Measure]:
    made = {case.name: commits[case] for case in commits if case.what == what}
    times = {name: [one.milliseconds for one in ones] for name, ones in made.items()}
    sizes = {name: [one.written for one in ones if one.written is not None] for name, ones in made.items()}
    return [Measure(what, "ms", times), Measure(what, "bytes", sizes)]


def _commit(case: Case, version: int) -> Commit:
    act = case.prepared(version)
    gc.collect()
    _let_the_disk_settle()
    before = _bytes_written()
    begun = time.perf_counter()
    act()
    took = _milliseconds_since(begun)
    after = _bytes_written()
    return Commit(took, None if before is None or after is None else after - before)


def _in_turns(rounds: int, acts: Mapping[Key, Callable[[int], Sampled]]) -> dict[Key, list[Sampled]]:
    """``rounds`` results of each, in every round in another order, so that none always follows the same."""
    results: dict[Key, list[Sampled]] = {key: [] for key in acts}
    for number in range(1, rounds + 1):
        for key in random.Random(number).sample(list(acts), len(acts)):
            results[key].append(acts[key](number))
    return results


def _command(job: Job, name: str, task: str) -> list[str]:
    program = str(Path(__file__).with_name("bench_process.py"))
    return [sys.executable, program, name, task, str(job.place(name)), str(job.calendars)]


def _spoken(command: list[str]) -> tuple[int, int, float]:
    told = subprocess.run(command, cwd=Path(__file__).parent, capture_output=True, text=True, check=True).stdout
    count, peak, took = told.split()
    return int(count), int(peak), float(took)


def _bytes_written() -> int | None:
    """What this process has handed to write calls so far."""
    try:
        counted = Path("/proc/self/io").read_text(encoding="ascii")
    except OSError:
        return None
    return int(dict(line.split(": ") for line in counted.splitlines())["wchar"])


def _let_the_disk_settle() -> None:
    """What another left to be written would be charged to whoever synchronises next."""
    if hasattr(os, "sync"):
        os.sync()


def _milliseconds_since(begun: float) -> float:
    return (time.perf_counter() - begun) * 1_000


def _size(directory: Path) -> int:
    return sum(path.stat().st_size for path in directory.rglob("*") if path.is_file())


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Speed and memory of the store, as ratios.")
    parser.add_argument("--events", type=_positive, default=20_000, help="events in all calendars (20,000)")
    parser.add_argument("--calendars", type=_positive, default=10, help="calendars (10)")
    parser.add_argument("--directory", type=Path, help="where to make the files that are measured")
    parser.add_argument("--json", action="store_true", help="print every sample as JSON")
    options = parser.parse_args()
    if options.directory and not options.directory.is_dir():
        parser.error("--directory names no directory")
    if options.events < options.calendars * 2 * EVENTS_OF_A_ROUND:
        parser.error(f"every calendar needs at least {2 * EVENTS_OF_A_ROUND} events")
    return options


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0")
    return int(text)


if __name__ == "__main__":
    main()
