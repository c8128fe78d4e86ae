"""Finding what a person names: a sub-account, a connection, a calendar.

An id always fits; an address or a name fits when it is the only one. What does not fit is answered with the names
that would.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from tui.domain.text import clean, clip
from tui.errors import UsageError

Thing = TypeVar("Thing")


def find(
    what: str, wanted: str, things: Iterable[Thing], *, id_of: Callable[[Thing], str], name_of: Callable[[Thing], str]
) -> Thing:
    """The one of ``things`` whose id is ``wanted``, else whose name is, in the same case or else in any.

    Raises UsageError that lists the names when none or several fit; ``what`` says what they are.
    """
    known = list(things)
    for thing in known:
        if id_of(thing) == wanted:
            return thing
    named = [thing for thing in known if name_of(thing) == wanted]
    named = named or [thing for thing in known if name_of(thing).casefold() == wanted.casefold()]
    if len(named) == 1:
        return named[0]
    shown = clip(clean(wanted), 60)
    if named:
        raise UsageError(
            f"{len(named)} {what}s are called “{shown}”.", "Use an id: " + ", ".join(id_of(thing) for thing in named)
        )
    raise UsageError(f"There is no {what} “{shown}”.", choices(what, [name_of(thing) for thing in known]))


def choices(what: str, names: Iterable[str]) -> str:
    """The hint that lists what there is."""
    listed = ", ".join(f"“{clip(name, 60)}”" for name in dict.fromkeys(names))
    return f"There is: {listed}." if listed else f"There is no {what} yet."
