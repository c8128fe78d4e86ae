"""How much an event claims the person (rules, section 1).

The rows are numbered as on the rules page that ``?`` shows; the first that fits decides.
"""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

from msgspec import Struct

from tui.domain.events import Attendance, Event, EventType, Response, ShowAs
from tui.domain.timespan import is_empty


class Weight(IntEnum):
    """How strongly time is taken. A greater one wins where copies differ."""

    NONE = 0
    SOFT = 1
    HARD = 2

    @property
    def word(self) -> str:
        """The weight in JSON and rules."""
        return self.name.lower()

    @property
    def plain(self) -> str:
        """The weight in the words of the screens."""
        return ("does not count", "maybe", "busy")[self]


class Override(IntEnum):
    """The person's own rule for one meeting or a series."""

    NEVER = 0
    ALWAYS = 1


class BusyRules(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The rows that a sub-account may decide for itself."""

    working_elsewhere: Weight = Weight.NONE
    not_answered: Weight = Weight.SOFT
    optional: Weight = Weight.SOFT
    tentative: Weight = Weight.SOFT
    oof: Weight = Weight.HARD
    minimum_gap_minutes: int = 0
    """A shorter gap between two meetings is a hint; 0 turns hints off."""


class Weighing(NamedTuple):
    """A weight and the row of the rules that gave it."""

    weight: Weight
    row: int


def weigh(event: Event, rules: BusyRules, *, override: Override | None = None, is_busy_copy: bool = False) -> Weighing:
    """The weight of ``event`` under ``rules``, and the row that decided (rules, section 1).

    ``override`` is the person's rule for the occurrence, else for its series. ``is_busy_copy`` says that this
    program made the event as a copy of another one that is visible.
    """
    if event.type is EventType.MASTER or event.is_draft or is_empty(event.when):
        return Weighing(Weight.NONE, 1)
    if event.is_cancelled or event.is_gone:
        return Weighing(Weight.NONE, 2)
    if event.response is Response.DECLINED:
        return Weighing(Weight.NONE, 3)
    if override is not None:
        return Weighing(Weight.HARD if override is Override.ALWAYS else Weight.NONE, 4)
    if is_busy_copy:
        return Weighing(Weight.NONE, 5)
    return _weigh_shown(event, rules)


def _weigh_shown(event: Event, rules: BusyRules) -> Weighing:
    """Rows 6 to 12: what the event and the person's answer say."""
    if event.show_as is ShowAs.FREE:
        return Weighing(Weight.NONE, 6)
    if event.show_as is ShowAs.WORKING_ELSEWHERE:
        return Weighing(rules.working_elsewhere, 7)
    if _awaits_answer(event):
        return Weighing(rules.not_answered, 8)
    if event.attendance is Attendance.OPTIONAL:
        return Weighing(rules.optional, 9)
    if event.show_as is ShowAs.TENTATIVE or event.response is Response.TENTATIVE:
        return Weighing(rules.tentative, 10)
    if event.show_as is ShowAs.OOF:
        return Weighing(rules.oof, 11)
    return Weighing(Weight.HARD, 11 if event.show_as is ShowAs.BUSY else 12)


def _awaits_answer(event: Event) -> bool:
    """Somebody else organises it and the person has not answered."""
    unanswered = event.response in (Response.NONE, Response.NOT_RESPONDED)
    return unanswered and not event.is_organizer and event.organizer is not None
