"""The lines at the bottom: what just happened, and the keys that are needed most."""

from __future__ import annotations

from rich.cells import cell_len
from textual import events
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from tui.actions import HINTS, Place, action_named
from tui.keys import STANDARD_KEYS, Keys
from tui.widgets.safe_text import MUTED

_GAP = "  "
_KEPT = ("search", "sync", "help", "command_palette", "close", "quit")
"""Whatever else has to go: the ways to everything, and out."""


class HintLine(Widget):
    """Draws the key hints of a place; a click on one asks for its action."""

    class HintChosen(Message):
        """The person clicked on a key hint."""

        def __init__(self, action_id: str) -> None:
            self.action_id = action_id
            super().__init__()

    def __init__(self, place: Place, keys: Keys = STANDARD_KEYS, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._place = place
        self._keys = keys
        self._lead: tuple[str, ...] = ()

    def lead(self, action_ids: tuple[str, ...]) -> None:
        """Let the hints begin with these actions: what helps most just now."""
        if action_ids != self._lead:
            self._lead = action_ids
            self.refresh()

    def render(self) -> Content:
        return hint_line(self._place, self.size.width, self._lead, self._keys)

    def on_click(self, event: events.Click) -> None:
        self.choose_at(event.x)

    def choose_at(self, x: int) -> None:
        """Ask for the action whose hint is at ``x``."""
        action_id = hint_at(self._place, self.size.width, x, self._lead, self._keys)
        if action_id:
            self.post_message(self.HintChosen(action_id))


class Footer(HintLine):
    """Draws a status line above the key hints."""

    def __init__(self, place: Place, keys: Keys = STANDARD_KEYS) -> None:
        super().__init__(place, keys, id="footer")
        self._status = Content("")

    @property
    def status(self) -> Content:
        return self._status

    def show(self, status: Content) -> None:
        """Put ``status`` on the upper line from now on."""
        self._status = status
        self.refresh()

    def render(self) -> Content:
        status = self._status.truncate(self.size.width, ellipsis=True)
        return Content("\n").join([status, super().render()])

    def on_click(self, event: events.Click) -> None:
        event.prevent_default()
        if event.y == 1:
            self.choose_at(event.x)


def hints(
    place: Place, width: int, lead: tuple[str, ...] = (), keys: Keys = STANDARD_KEYS
) -> list[tuple[str, str, str]]:
    """The hints that fit ``width`` cells, each as action id, keys and label; help and the way out are never left out.

    Those of ``lead`` come first.
    """
    found = [_hint(group, keys) for group in (*((action_id,) for action_id in lead), *HINTS[place])]
    while len(found) > 2 and 1 + sum(_length(hint) for hint in found) - len(_GAP) > width:
        del found[_least_needed(found)]
    return found


def _least_needed(found: list[tuple[str, str, str]]) -> int:
    """The last of those that need not be kept, else the first one that is neither help nor the way out."""
    spare = [position for position, hint in enumerate(found) if hint[0] not in _KEPT]
    if spare:
        return spare[-1]
    return next((place for place, hint in enumerate(found) if hint[0] not in ("help", "close", "quit")), 0)


def _hint(group: tuple[str, ...], keys: Keys) -> tuple[str, str, str]:
    return group[0], "/".join(keys.first(action_id) for action_id in group), action_named(group[0]).label


def _length(hint: tuple[str, str, str]) -> int:
    return cell_len(hint[1]) + 1 + cell_len(hint[2]) + len(_GAP)


def hint_line(place: Place, width: int, lead: tuple[str, ...] = (), keys: Keys = STANDARD_KEYS) -> Content:
    """The key hints as one line."""
    parts = [Content(" ")]
    for _, key, label in hints(place, width, lead, keys):
        parts.append(Content.assemble((key, "bold $text-accent"), (f" {label}{_GAP}", MUTED)))
    return Content("").join(parts).truncate(width)


def hint_at(place: Place, width: int, x: int, lead: tuple[str, ...] = (), keys: Keys = STANDARD_KEYS) -> str:
    """The action whose hint covers column ``x``, or an empty string."""
    begin = 1
    for hint in hints(place, width, lead, keys):
        if begin <= x < begin + _length(hint) - len(_GAP):
            return hint[0]
        begin += _length(hint)
    return ""
