"""Textual's bindings, made from the table of actions."""

from __future__ import annotations

from collections.abc import Iterable

from textual.binding import Binding, BindingType

from tui.actions import Action, Place, actions_of


def bindings(actions: Iterable[Action]) -> list[BindingType]:
    """The bindings of ``actions``; key hints are drawn by our own footer.

    Their ids are those of the actions, so that all keys of one are remapped together.
    """
    return [
        Binding(",".join(action.keys), action.id, action.label, show=False, id=action.id, tooltip=action.sentence)
        for action in actions
        if action.keys
    ]


def screen_bindings(place: Place) -> list[BindingType]:
    """What a screen answers itself; what works everywhere is the app's."""
    return bindings(action for action in actions_of(place) if not action.of_app)
