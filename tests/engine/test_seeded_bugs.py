"""The lives see what they are there to see: each of twenty bugs, put into the program, is caught by one of them."""

from __future__ import annotations

import pytest
from counts import count
from life import lived
from microsoft import Violation
from seeded_bugs import BUGS

LIVES_AT_MOST = 25_000


@pytest.mark.parametrize("bug", BUGS)
def test_a_bug_is_caught_first_in_the_life_that_is_listed_for_it(bug: str) -> None:
    """Whether an earlier life catches it is looked at with the full counts."""
    first = BUGS[bug].first
    assert first <= LIVES_AT_MOST
    for seed in range(count(first, 1), first):
        lived(seed, bug)
    with pytest.raises(Violation):
        lived(first, bug)


@pytest.mark.parametrize("seed", sorted({bug.first for bug in BUGS.values()}))
def test_without_a_bug_the_same_life_goes_well(seed: int) -> None:
    lived(seed)
