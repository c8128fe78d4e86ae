"""Long lives: many changes by other people, rounds in between that fail or not, and in the end the store is the truth.

``SYNC_SEQUENCES`` says how many lives are lived; each is the same in every run.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sync_world import START, World, all_day, series, single

from tui.errors import RemoteError

SEQUENCES = int(os.environ.get("SYNC_SEQUENCES", "240"))
LIVES_PER_TEST = 20
STEPS = 14
SWITCHES = ("removed_occurrences", "empty_pages", "duplicates", "reversed_order", "located_resets")


class Life:
    """One random sequence of changes and rounds."""

    def __init__(self, world: World, random: Random) -> None:
        self.world = world
        self.random = random
        self.made = 0

    def times(self) -> tuple[str, str]:
        """A start and an end, mostly in the window."""
        start = START + timedelta(minutes=15 * self.random.randrange(-30 * 96, 90 * 96))
        if self.random.random() < 0.1:
            start += timedelta(days=self.random.choice((-400, 400)))
        end = start + timedelta(minutes=15 * self.random.randrange(9))
        return f"{start:%Y-%m-%dT%H:%M:%S}", f"{end:%Y-%m-%dT%H:%M:%S}"

    def event(self) -> dict[str, Any]:
        self.made += 1
        start, end = self.times()
        name = f"e{self.made}"
        if self.random.random() < 0.2:
            until = datetime.fromisoformat(start) + timedelta(days=self.random.choice((1, 1, 3)))
            return all_day(name, start[:10], f"{until:%Y-%m-%d}")
        return single(name, start, end, self.random.choice(("UTC", "Europe/Berlin")))

    def rule(self, event: dict[str, Any]) -> dict[str, Any]:
        pattern = self.random.choice(("daily", "weekly"))
        limits: dict[str, Any] = {"type": "numbered", "numberOfOccurrences": self.random.randrange(2, 12)}
        return series(event, pattern, self.random.randrange(1, 4), **(limits if self.random.random() < 0.6 else {}))

    def ids(self, *types: str) -> list[str]:
        """The ids of what there is, of the types named, in the window that was read first."""
        query = "startDateTime=2026-10-20T00:00:00Z&endDateTime=2027-03-01T00:00:00Z"
        calendars = self.world.state(query)["mailboxes"][0]["calendars"]
        return [event["id"] for event in calendars[0]["events"] if event["type"] in types]

    def change(self) -> None:
        """One change of a kind drawn by chance; none when there is nothing to change."""
        instances, heads = ("occurrence", "exception"), ("singleInstance", "seriesMaster")
        kinds: list[tuple[Callable[[str], object], tuple[str, ...]]] = [
            (lambda id_: self.world.change("update", id_, subject=f"s{self.random.random()}"), (*instances, *heads)),
            (lambda id_: self.world.change("update", id_, showAs="tentative"), instances),
            (lambda id_: self.world.change("delete", id_), instances),
            (lambda id_: self.world.change("delete", id_), heads),
            (self.move, ("exception", "occurrence", "singleInstance")),
            (self.move_series, ("seriesMaster",)),
            (lambda id_: self.world.change("update", id_, recurrence=None), ("seriesMaster",)),
        ]
        kind = self.random.randrange(len(kinds) + 3)
        if kind >= len(kinds):
            event = self.event()
            self.world.change("create", **(self.rule(event) if kind == len(kinds) else event))
            return
        apply, types = kinds[kind]
        if candidates := self.ids(*types):
            apply(self.random.choice(candidates))

    def move(self, event_id: str) -> None:
        moved = self.event()
        bounds = {name: moved[name] for name in ("start", "end")}
        self.world.change("update", event_id, isAllDay=bool(moved.get("isAllDay")), **bounds)

    def move_series(self, master_id: str) -> None:
        moved = self.rule(self.event())
        changed = {name: moved[name] for name in ("start", "end", "recurrence")}
        self.world.change("update", master_id, isAllDay=bool(moved.get("isAllDay")), **changed)

    async def round(self) -> None:
        """A round in which something may go wrong."""
        kind = self.random.randrange(8)
        if kind == 0:
            self.world.control("reset-delta")
        if kind == 1:
            status = self.random.choice((410, 500, 403))
            self.world.fault(path="/v1.0/", nth=self.random.randrange(1, 5), count=9, status=status)
        if kind == 2:
            self.world.control("behaviour", **{name: self.random.random() < 0.5 for name in SWITCHES})
        if kind == 3:
            self.world.clock.moved += timedelta(days=self.random.randrange(12))
        if kind == 4:
            self.world.restart()
        before = self.world.logs()
        try:
            await self.world.round()
        except RemoteError:
            assert self.world.logs() == before
        self.world.control("faults", faults=[])
        self.world.clock.passed += 600

    async def live(self) -> None:
        for _ in range(STEPS):
            for _ in range(self.random.randrange(1, 4)):
                self.change()
            if self.random.random() < 0.6:
                await self.round()
        await self.world.round()
        self.world.assert_same()
        await self.world.network.aclose()


@pytest.mark.parametrize("first", range(0, SEQUENCES, LIVES_PER_TEST))
def test_after_any_life_a_clean_round_makes_the_store_the_truth(tmp_path: Path, first: int) -> None:
    for seed in range(first, min(SEQUENCES, first + LIVES_PER_TEST)):
        random = Random(seed)
        world = World(tmp_path / str(seed), page=random.choice((1, 3, 50)))
        try:
            asyncio.run(Life(world, random).live())
        except Exception as error:
            error.add_note(f"in the life of seed {seed}")
            raise
        finally:
            world.database.close()


def test_lives_are_full_of_change(tmp_path: Path) -> None:
    world = World(tmp_path)
    life = Life(world, Random(1))
    for _ in range(200):
        life.change()

    for kind in ("singleInstance", "seriesMaster", "occurrence", "exception"):
        assert life.ids(kind)
