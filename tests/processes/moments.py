"""The states that calendars had at Microsoft's side between rounds, against which what is stored is held."""

from __future__ import annotations

from processes.many_calendars import Content, Contents, Place


class Moments:
    """Of each calendar what is stored, and what it was at each moment since."""

    def __init__(self, stored: Contents) -> None:
        self._states: dict[Place, list[Content]] = {place: [content] for place, content in stored.items()}

    def add(self, now: Contents) -> None:
        """Another moment."""
        for place, content in now.items():
            self._states[place].append(content)

    def stored(self, shown: Contents) -> None:
        """Each calendar must be as it was at one of its moments; from now on at none before that."""
        assert shown.keys() == self._states.keys()
        for place, content in shown.items():
            states = self._states[place]
            assert content in states, f"{place} is as it never was: {self._difference(place, content)}"
            del states[: states.index(content)]

    def _difference(self, place: Place, content: Content) -> str:
        nearest = min(self._states[place], key=lambda state: len(state ^ content))
        return f"lacks {sorted(nearest - content)[:5]}, has {sorted(content - nearest)[:5]}"
