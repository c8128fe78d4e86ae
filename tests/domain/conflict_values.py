"""Short ways to write down pairs of meetings that may conflict."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from domain_values import Fields, meeting

from tui.domain.conflicts import Pair, find_pairs
from tui.domain.events import ShowAs
from tui.domain.meetings import Meeting
from tui.domain.timespan import When

QUARTER_HOUR = timedelta(minutes=15)
TENTATIVE: Fields = {"show_as": ShowAs.TENTATIVE}
AWAY: Fields = {"show_as": ShowAs.OOF}


def pairs_of(*when: When, minimum_gap: timedelta = timedelta(0)) -> list[tuple[str, str]]:
    """The pairs among busy events at those times, by their places in the call."""
    made = [meeting(str(place), one) for place, one in enumerate(when)]
    return [named(pair) for pair in find_pairs(made, minimum_gap=minimum_gap)]


def named(pair: Pair) -> tuple[str, str]:
    return (pair.first.lead.event.id, pair.second.lead.event.id)


def ids(made: Iterable[Meeting]) -> list[str]:
    return [one.lead.event.id for one in made]
