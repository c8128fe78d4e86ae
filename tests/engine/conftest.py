"""The engine's tests stand on the store's disk and on the words in which rounds are compared."""

from __future__ import annotations

import sys
from pathlib import Path

for _folder in ("store", "sync"):
    sys.path.insert(0, str(Path(__file__).parents[1] / _folder))
