"""Find the first life that catches each seeded bug, for the table beside the bugs.

.venv/bin/python tests/engine/first_lives.py [BUG ...]
"""

from __future__ import annotations

import argparse
import logging
import sys

import conftest  # noqa: F401 - where the modules that lives stand on are found
from life import lived
from microsoft import Violation
from seeded_bugs import BUGS

LIVES_AT_MOST = 25_000


def main() -> None:
    parser = argparse.ArgumentParser(description="Find the first life that catches each seeded bug.")
    parser.add_argument("bugs", nargs="*", metavar="BUG", help="one of: " + "; ".join(BUGS))
    logging.disable()
    for bug in parser.parse_args().bugs or BUGS:
        sys.stdout.write(f"{first_life(bug)}\t{bug}\n")
        sys.stdout.flush()


def first_life(bug: str) -> int | None:
    """The number of the first life that catches it, None when none does."""
    return next((seed for seed in range(1, LIVES_AT_MOST + 1) if is_caught(seed, bug)), None)


def is_caught(seed: int, bug: str) -> bool:
    try:
        lived(seed, bug)
    except Violation:
        return True
    return False


if __name__ == "__main__":
    main()
