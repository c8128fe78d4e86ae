"""Live one life again and print every step of it.

.venv/bin/python tests/engine/replay.py SEED [--bug NAME]
"""

from __future__ import annotations

import argparse
import sys

import conftest  # noqa: F401 - where the modules that lives stand on are found
from life import Life, live
from seeded_bugs import BUGS


def main() -> None:
    parser = argparse.ArgumentParser(description="Live one life again and print every step of it.")
    parser.add_argument("seed", type=int)
    parser.add_argument("--bug", default="", choices=list(BUGS), metavar="NAME", help="one of: " + "; ".join(BUGS))
    given = parser.parse_args()
    life = Life(given.seed, given.bug)
    try:
        live(life)
    finally:
        sys.stdout.write("\n".join(life.lines) + "\n")
        sys.stdout.flush()
    sys.stdout.write(life.digest() + "\n")


if __name__ == "__main__":
    main()
