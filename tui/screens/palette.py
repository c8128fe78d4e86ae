"""The palette: everything of the table of actions that the screen on top can do, by its sentence."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from textual.command import DiscoveryHit, Hit, Hits, Provider

from tui.actions import Action, actions_of
from tui.screens.base import PlaceScreen

_MOVES = ("cursor_", "page_")


class ActionProvider(Provider):
    """Offers actions, those of the screen first; moving the cursor is left to its keys."""

    def _actions(self) -> Iterator[Action]:
        if isinstance(self.screen, PlaceScreen):
            for action in sorted(actions_of(self.screen.PLACE), key=lambda action: action.of_app):
                if not action.id.startswith(_MOVES) and action.id != "command_palette":
                    yield action

    async def discover(self) -> Hits:
        for action in self._actions():
            yield DiscoveryHit(_title(action), partial(self._perform, action.id), help=action.sentence)

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for action in self._actions():
            text = f"{_title(action)}: {action.sentence}"
            score = matcher.match(text)
            if score > 0:
                yield Hit(
                    score, matcher.highlight(_title(action)), partial(self._perform, action.id), help=action.sentence
                )

    async def _perform(self, action_id: str) -> None:
        if isinstance(self.screen, PlaceScreen):
            await self.screen.perform(action_id)


def _title(action: Action) -> str:
    """The label with its key; both are our own words."""
    return f"{action.label[:1].upper()}{action.label[1:]}  ({action.key_text})"
