"""How much a run tries: few examples beside the work, the full counts before a change is taken.

``CALCONNECT_TEST_COUNTS=full`` asks for the full counts.
"""

from __future__ import annotations

import os

IS_FULL = os.environ.get("CALCONNECT_TEST_COUNTS") == "full"


def count(reduced: int, full: int) -> int:
    """The number that holds for this run."""
    return full if IS_FULL else reduced
