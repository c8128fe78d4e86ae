"""Textual's bindings, made from the table of actions."""

from __future__ import annotations

from collections.abc import Iterable

from textual.binding import Binding, BindingType

from tui.actions import Action, Place, actions_of


def bindings(actions: Iterable[Action]) -> list[BindingType]:
    """The bindings of ``actions``; key hints are drawn by our own footer."""
    return [
        Binding(key, action.id, action.label, show=False, id=f"{action.id}.{key}", tooltip=action.sentence)
        for action in actions
        for key in action.keys
    ]


def screen_bindings(place: Place) -> list[BindingType]:
    """What a screen answers itself; what works everywhere is the app's."""
    return bindings(action for action in actions_of(place) if not action.of_app)
