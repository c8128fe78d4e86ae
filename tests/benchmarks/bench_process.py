"""What a fresh process does with a store: ``python bench_process.py CONTENDER TASK DIRECTORY CALENDARS``.

The task ``week`` opens the store and reads the events of the week, ``everything`` reads all events and keeps
them. Prints how many there were, the most memory the process ever had, in bytes, and how many milliseconds it took
from opening the store, its libraries loaded, to the last event.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from bench_contenders import CONTENDERS
from bench_memory import peak_memory


def main(contender: str, task: str, directory: str, calendars: str) -> None:
    CONTENDERS[contender].load()
    begun = time.perf_counter()
    store = CONTENDERS[contender](Path(directory))
    found = store.week(int(calendars)) if task == "week" else store.everything(int(calendars))
    took = (time.perf_counter() - begun) * 1_000
    sys.stdout.write(f"{len(found)} {peak_memory()} {took}\n")
    store.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
