"""Which keys do what for this person: the table of actions, with what ``[keys]`` in the settings changes.

A key that is given to an action replaces all its keys. Where two actions of one place would share a key, those that
were changed keep their own keys instead, and it is said: a slip in a file never takes the way out of the program.
"""

from __future__ import annotations

import re
import string
import unicodedata
from collections.abc import Iterator, Mapping

from msgspec import Struct

from tui.actions import ACTIONS, Place, actions_of, key_name

_ALIASES = {
    "solidus": "slash",
    "reverse_solidus": "backslash",
    "commercial_at": "at",
    "hyphen_minus": "minus",
    "plus_sign": "plus",
    "low_line": "underscore",
    "esc": "escape",
    "return": "enter",
    "pgup": "pageup",
    "pgdn": "pagedown",
    "del": "delete",
}
_NAMED = {
    *("up", "down", "left", "right", "home", "end", "pageup", "pagedown", "tab", "enter", "space", "escape"),
    *("backspace", "delete", "insert", *(f"f{number}" for number in range(1, 25))),
}
_MODIFIERS = re.compile(r"((?:ctrl\+|alt\+|shift\+)*)(.+)", re.DOTALL)
RESERVED = frozenset({"ctrl+c", "ctrl+q"})
"""They leave the program from anywhere, whatever the settings say."""


class Keys(Struct, frozen=True):
    """The keys of every action."""

    changed: Mapping[str, tuple[str, ...]] = {}
    """Action id to its keys, for those that the person changed."""
    problems: tuple[str, ...] = ()
    """What in the settings could not be followed, in sentences."""

    def of(self, action_id: str) -> tuple[str, ...]:
        """The keys of an action as Textual names them; none for one that only the palette has."""
        return self.changed.get(action_id) or _STANDARD[action_id]

    def first(self, action_id: str) -> str:
        """The key that hints name, as it is printed on a keyboard; empty where there is none."""
        return next((key_name(key) for key in self.of(action_id)), "")

    def text(self, action_id: str) -> str:
        """All keys as a person reads them: ``H``, ``n or +``."""
        return " or ".join(key_name(key) for key in self.of(action_id))

    @property
    def keymap(self) -> dict[str, str]:
        """What Textual is told: the id of a binding to its keys."""
        return {action_id: ",".join(keys) for action_id, keys in self.changed.items()}


_STANDARD = {action.id: action.keys for action in ACTIONS}
STANDARD_KEYS = Keys()


def keys_from(wanted: Mapping[str, object]) -> Keys:
    """The keys under ``[keys]`` of the settings: action id to a key, or to a list of keys."""
    changed: dict[str, tuple[str, ...]] = {}
    problems: list[str] = []
    for action_id, given in wanted.items():
        try:
            changed[action_id] = _read(action_id, given)
        except ValueError as error:
            problems.append(f"[keys] {_shown(action_id)}: {error}")
    while clash := next(_clashes(changed), None):
        key, first, second = clash
        gives_way = second if second in changed else first
        kept = " or ".join(key_name(one) for one in _STANDARD[gives_way]) or "no key"
        other = first if gives_way == second else second
        problems.append(f"[keys] {gives_way}: {key_name(key)} is the key of “{other}”, so it keeps {kept}.")
        del changed[gives_way]
    return Keys(changed, tuple(problems))


def _read(action_id: str, given: object) -> tuple[str, ...]:
    if action_id not in _STANDARD:
        raise ValueError("there is no such action. The README lists them.")
    listed = given if isinstance(given, list) else [given]
    if not listed or not all(isinstance(one, str) for one in listed):
        raise ValueError('write a key like "f5", or a list of keys.')
    return tuple(dict.fromkeys(normal_key(str(one)) for one in listed))


def normal_key(text: str) -> str:
    """``text`` as Textual names keys: ``?`` is ``question_mark``, ``Ctrl+F`` is ``ctrl+f``.

    Raises ValueError for what is no key, or not one to give away.
    """
    match = _MODIFIERS.fullmatch(text.strip() if len(text) > 1 else text)
    if match is None:
        raise ValueError("there is no key without a name.")
    modifiers, name = match[1], match[2]
    if len(text.strip()) > 1 and not modifiers:  # F5, Ctrl+F: as people write them
        modifiers, name = _MODIFIERS.fullmatch(text.strip().casefold()).groups()  # type: ignore[union-attr]
    name = _name(name)
    key = "+".join(filter(None, (*sorted(modifiers.split("+")), name)))
    if key in RESERVED:
        raise ValueError(f"{key} always leaves the program.")
    return key


def _name(written: str) -> str:
    if len(written) == 1 and written.isprintable():
        if written.isalnum():
            return written
        written = "space" if written == " " else unicodedata.name(written, "").lower()
    found = re.sub(r"[- ]", "_", written)
    found = _ALIASES.get(found, found)
    if found not in _NAMED and found not in _PUNCTUATION:
        raise ValueError(f"“{_shown(written)}” is no key.")
    return found


def _punctuation() -> set[str]:
    names = {re.sub(r"[- ]", "_", unicodedata.name(one).lower()) for one in string.punctuation}
    return {_ALIASES.get(name, name) for name in names}


_PUNCTUATION = _punctuation()


def _shown(text: str) -> str:
    return "".join(one if one.isprintable() else " " for one in text[:40])


def _clashes(changed: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, str, str]]:
    """A key that two actions of one place would have, and the two, as long as one of them was changed."""
    for place in Place:
        owners: dict[str, str] = {}
        for action in actions_of(place):
            for key in changed.get(action.id) or action.keys:
                other = owners.setdefault(key, action.id)
                if other != action.id and (other in changed or action.id in changed):
                    yield key, other, action.id
