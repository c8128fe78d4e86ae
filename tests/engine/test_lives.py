"""Whatever goes wrong in a life, every change that the person made is carried out once or kept as failed, nobody
else's is lost, and in the end the store is the truth.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from counts import count
from life import lived

LIVES = count(300, 20_000)
LIVES_PER_TEST = count(25, 250)
LIVES_BEFORE_A_RELEASE = 1_000_000
LIVES_PER_LONG_TEST = 5_000
ONCE_FAILED = (
    580, 1_044, 3_867, 4_019, 4_868, 7_553, 7_730, 15_063, 15_229, 15_832, 16_585, 30_061, 31_102, 33_263, 33_319,
    40_534,
)  # fmt: skip
"""Lives that once showed a fault, of the program or of what judges it."""


@pytest.mark.parametrize("first", range(1, LIVES, LIVES_PER_TEST))
def test_no_change_is_lost_or_made_twice_or_overwrites_another_whatever_goes_wrong(first: int) -> None:
    for seed in range(first, first + LIVES_PER_TEST):
        lived(seed)


@pytest.mark.long
@pytest.mark.parametrize("first", range(1, LIVES_BEFORE_A_RELEASE, LIVES_PER_LONG_TEST))
def test_nor_in_a_million_lives(first: int) -> None:
    for seed in range(first, first + LIVES_PER_LONG_TEST):
        lived(seed)


@pytest.mark.parametrize("seed", ONCE_FAILED)
def test_a_life_that_once_went_wrong_goes_well_for_ever(seed: int) -> None:
    lived(seed)


@pytest.mark.parametrize("seed", [1, 4_868])
def test_a_seed_gives_one_life_in_every_process(seed: int) -> None:
    lived(seed + 1)
    digest = lived(seed).digest()
    assert lived(seed).digest() == digest
    for hash_seed in ("1", "2"):
        assert _digest_elsewhere(seed, hash_seed) == digest
    assert lived(seed + 1).digest() != digest


def _digest_elsewhere(seed: int, hash_seed: str) -> str:
    replay = Path(__file__).with_name("replay.py")
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    done = subprocess.run(
        [sys.executable, replay, str(seed)], env=environment, capture_output=True, check=True, text=True
    )
    return done.stdout.splitlines()[-1]
