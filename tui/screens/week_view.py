"""How the week is shown: how many days, how fine, whether as a list, and with whose hours."""

from __future__ import annotations

from typing import NamedTuple

from msgspec import Struct
from textual.content import Content


class View(Struct, frozen=True, kw_only=True):
    """What the person chose; 0 lets the size of the terminal decide."""

    days: int = 0
    minutes: int = 0
    """Per row."""
    agenda: bool = False
    second_zone: bool = True
    """Whether the hours of the second zone stand beside the others, where one is set."""


class Choice(NamedTuple):
    """A line of the view menu."""

    id: str
    key: str
    """What is pressed for it while the menu is open."""
    text: str
    is_on: bool

    @property
    def line(self) -> Content:
        return Content(f"{self.key}  {'●' if self.is_on else ' '} {self.text}")


def choices(view: View, is_private: bool, second_zone: str = "") -> list[Choice]:
    """The lines of the view menu, those that are chosen marked; ``second_zone`` is the name of the one that is set."""
    days = -1 if view.agenda else view.days
    lines = [Choice("days-0", "0", "Days: as many as fit", days == 0)]
    lines += [Choice(f"days-{number}", str(number), f"Days: {number}", days == number) for number in (7, 5, 3, 1)]
    lines.append(Choice("agenda", "a", "Agenda: a list in sentences", view.agenda))
    lines.append(Choice("minutes-0", "r", "Rows: as fine as fits", not view.minutes))
    lines += [
        Choice(f"minutes-{minutes}", key, f"Rows: {minutes} minutes", view.minutes == minutes)
        for minutes, key in ((60, "c"), (30, "m"), (15, "f"))
    ]
    if second_zone:
        lines.append(Choice("second", "s", f"Second time zone: {second_zone}", view.second_zone))
    lines.append(Choice("privacy", "p", "Privacy: private events show no more than their time", is_private))
    return lines


def chosen(view: View, choice: str) -> dict[str, int | bool]:
    """What of the settings changes by a choice of the menu."""
    kind, _, number = choice.partition("-")
    if kind == "days":
        return {"week.days": int(number), "week.agenda": False}
    if kind == "minutes":
        return {"week.row_minutes": int(number)}
    return {"week.agenda": not view.agenda}
