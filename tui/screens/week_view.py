"""How the week is shown: how many days, how fine, and whether as a list."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace
from textual.content import Content


class View(Struct, frozen=True, kw_only=True):
    """What the person chose; 0 lets the size of the terminal decide."""

    days: int = 0
    minutes: int = 0
    """Per row."""
    agenda: bool = False


def choices(view: View, is_private: bool) -> list[tuple[str, Content]]:
    """The lines of the view menu, those that are chosen marked."""
    lines = [("days-0", "Days: as many as fit", not view.days and not view.agenda)]
    lines += [(f"days-{days}", f"Days: {days}", view.days == days and not view.agenda) for days in (7, 5, 3, 1)]
    lines.append(("agenda", "Agenda: a list in sentences", view.agenda))
    lines.append(("minutes-0", "Rows: as fine as fits", not view.minutes))
    lines += [(f"minutes-{rows}", f"Rows: {rows} minutes", view.minutes == rows) for rows in (60, 30, 15)]
    lines.append(("privacy", "Privacy: private events show no more than their time", is_private))
    return [(choice, Content(f"{'●' if is_on else ' '} {text}")) for choice, text, is_on in lines]


def chosen(view: View, choice: str) -> View:
    """``view`` after a choice of the menu."""
    kind, _, number = choice.partition("-")
    if kind == "days":
        return replace(view, days=int(number), agenda=False)
    if kind == "minutes":
        return replace(view, minutes=int(number))
    return replace(view, agenda=not view.agenda)
