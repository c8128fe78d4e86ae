"""Live one life again and print every step of it.

    .venv/bin/python tests/engine/replay.py SEED [--bug NAME]
"""

from __future__ import annotations

import argparse
import sys
import traceback
from pathlib import Path

HERE = Path(__file__).parent
for _folder in ("store", "sync"):
    sys.path.insert(0, str(HERE.parent / _folder))


def main() -> int:
    from life import Life, _loop
    from microsoft import Violation

    parser = argparse.ArgumentParser()
    parser.add_argument("seed", type=int)
    parser.add_argument("--bug", default="")
    given = parser.parse_args()
    life = Life(given.seed)
    try:
        _loop().run_until_complete(life.live())
    except BaseException as error:
        print("\n".join(life.lines))
        traceback.print_exc(limit=-1 if isinstance(error, Violation) else None)
        return 1
    print("\n".join(life.lines))
    print(life.digest())
    return 0


if __name__ == "__main__":
    sys.exit(main())
