"""The two lines at the bottom of every screen: what just happened, and the keys that are needed most."""

from __future__ import annotations

from rich.cells import cell_len
from textual import events
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from tui.actions import HINTS, Place, action_named, key_name
from tui.widgets.safe_text import MUTED

_GAP = "  "


class Footer(Widget):
    """Draws a status line and the key hints; a click on a hint asks for its action."""

    class HintChosen(Message):
        """The person clicked on a key hint."""

        def __init__(self, action_id: str) -> None:
            self.action_id = action_id
            super().__init__()

    def __init__(self, place: Place) -> None:
        super().__init__(id="footer")
        self._place = place
        self._status = Content("")
        self._lead: tuple[str, ...] = ()

    @property
    def status(self) -> Content:
        return self._status

    def show(self, status: Content) -> None:
        """Put ``status`` on the upper line from now on."""
        self._status = status
        self.refresh()

    def lead(self, action_ids: tuple[str, ...]) -> None:
        """Let the hints begin with these actions: what helps most just now."""
        if action_ids != self._lead:
            self._lead = action_ids
            self.refresh()

    def render(self) -> Content:
        width = self.size.width
        status = self._status.truncate(width, ellipsis=True)
        return Content("\n").join([status, hint_line(self._place, width, self._lead)])

    def on_click(self, event: events.Click) -> None:
        action_id = hint_at(self._place, self.size.width, event.x, self._lead) if event.y == 1 else ""
        if action_id:
            self.post_message(self.HintChosen(action_id))


def hints(place: Place, width: int, lead: tuple[str, ...] = ()) -> list[tuple[str, str, str]]:
    """The hints that fit ``width`` cells, each as action id, keys and label; help and quit are never left out.

    Those of ``lead`` come first.
    """
    found = [*(_hint((action_id,)) for action_id in lead), *(_hint(group) for group in HINTS[place])]
    while len(found) > 2 and 1 + sum(_length(hint) for hint in found) - len(_GAP) > width:
        del found[_least_needed(found)]
    return found


def _least_needed(found: list[tuple[str, str, str]]) -> int:
    return max(position for position, hint in enumerate(found) if hint[0] not in ("help", "quit"))


def _hint(group: tuple[str, ...]) -> tuple[str, str, str]:
    actions = [action_named(action_id) for action_id in group]
    return actions[0].id, "/".join(key_name(action.keys[0]) for action in actions), actions[0].label


def _length(hint: tuple[str, str, str]) -> int:
    return cell_len(hint[1]) + 1 + cell_len(hint[2]) + len(_GAP)


def hint_line(place: Place, width: int, lead: tuple[str, ...] = ()) -> Content:
    """The key hints as one line."""
    parts = [Content(" ")]
    for _, keys, label in hints(place, width, lead):
        parts.append(Content.assemble((keys, "bold $text-accent"), (f" {label}{_GAP}", MUTED)))
    return Content("").join(parts).truncate(width)


def hint_at(place: Place, width: int, x: int, lead: tuple[str, ...] = ()) -> str:
    """The action whose hint covers column ``x``, or an empty string."""
    begin = 1
    for hint in hints(place, width, lead):
        if begin <= x < begin + _length(hint) - len(_GAP):
            return hint[0]
        begin += _length(hint)
    return ""
