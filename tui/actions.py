"""What a person can do, and the keys for it: the one table of the program.

Bindings, key hints, help, palette and the key table of the README are made from it. One key has one meaning
wherever it works, and only what works is listed. The person may give actions other keys: see ``tui.keys``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Place(StrEnum):
    """Where an action works: a screen of its own digit, the welcome in its stead, or a dialog above one."""

    WEEK = "week"
    CONFLICTS = "conflicts"
    CONNECTIONS = "connections"
    ACCOUNTS = "accounts"
    WELCOME = "welcome"
    DIALOG = "dialog"
    EVENT = "event"
    """The dialog that shows everything of an event."""

    @property
    def label(self) -> str:
        """The name that the person reads."""
        return self.value.capitalize()


SCREENS = (Place.WEEK, Place.CONFLICTS, Place.CONNECTIONS, Place.ACCOUNTS)
DIALOGS = (Place.DIALOG, Place.EVENT)


@dataclass(frozen=True)
class Action:
    """One thing that a key, the palette and the mouse can start."""

    id: str
    """Also names the method that does it: ``action_<id>``."""
    keys: tuple[str, ...]
    """As Textual names keys; the first one is shown in hints. None where the palette is enough."""
    label: str
    """One or two words for the key hints."""
    sentence: str
    """For help and palette; begins with a verb."""
    where: tuple[Place, ...] = SCREENS
    of_app: bool = False
    """Whether the app answers, not the screen on top."""

    @property
    def key_text(self) -> str:
        """The keys as a person reads them: ``H`` or ``n or +``."""
        return " or ".join(key_name(key) for key in self.keys)


_KEY_NAMES = {
    "question_mark": "?",
    "colon": ":",
    "slash": "/",
    "backslash": "\\",
    "plus": "+",
    "minus": "-",
    "comma": ",",
    "full_stop": ".",
    "semicolon": ";",
    "equals_sign": "=",
    "exclamation_mark": "!",
    "number_sign": "#",
    "underscore": "_",
    "left": "←",
    "right": "→",
    "up": "↑",
    "down": "↓",
    "pageup": "pgup",
    "pagedown": "pgdn",
    "escape": "esc",
}


def key_name(key: str) -> str:
    """``key`` as it is printed on a keyboard."""
    return _KEY_NAMES.get(key, key)


_WEEK = (Place.WEEK,)
_CONFLICTS = (Place.CONFLICTS,)
_CONNECTIONS = (Place.CONNECTIONS,)
_ACCOUNTS = (Place.ACCOUNTS,)
_WELCOME = (Place.WELCOME,)
_FULL = (*SCREENS, Place.WELCOME)
_LISTS = (*_WEEK, *_CONFLICTS, *_CONNECTIONS)
_EVENTS = (*_WEEK, *_CONFLICTS, Place.EVENT)
_ALL = (*_FULL, *DIALOGS)

ACTIONS: tuple[Action, ...] = (
    Action("week", ("1",), "Week", "Show the week of all calendars.", _FULL, of_app=True),
    Action("conflicts", ("2",), "Conflicts", "Show where you are double-booked.", _FULL, of_app=True),
    Action(
        "connections", ("4",), "Connections", "Show the Outlook accounts used in this sub-account.", _FULL, of_app=True
    ),
    Action("accounts", ("5",), "Accounts", "Show the Microsoft sign-ins, and where they are used.", _FULL, of_app=True),
    Action("switch_sub_account", ("0",), "sub-account", "Switch to another sub-account.", _FULL, of_app=True),
    Action("search", ("slash",), "search", "Search all events, the week following the hits.", of_app=True),
    Action("go_to", ("g",), "go to", "Go to a date in words: fri, 24 dec, next week, 2026-12-01.", of_app=True),
    Action("sync", ("s",), "sync", "Ask Microsoft for what has changed, now.", of_app=True),
    Action("reconnect", ("r",), "reconnect", "Sign in again where Microsoft wants that.", _FULL, of_app=True),
    Action("settings", ("comma",), "settings", "Change the settings.", _FULL, of_app=True),
    Action(
        "let_go", (), "let go", "Let go of events that vanished from Outlook, once they were seen.", _FULL, of_app=True
    ),
    Action("theme", (), "theme", "Choose the colours.", _FULL, of_app=True),
    Action("messages", ("M",), "messages", "Read again what was said, with its time.", _FULL, of_app=True),
    Action("help", ("question_mark",), "help", "Explain the keys of this screen, and the rules.", _ALL, of_app=True),
    Action("command_palette", ("colon", "ctrl+p"), "all", "Search in all that can be done.", _ALL, of_app=True),
    Action("quit", ("q",), "quit", "Leave the program; ctrl+q does it from a dialog too.", _FULL, of_app=True),
    Action("cursor_up", ("up", "k"), "up", "Move up.", _ALL),
    Action("cursor_down", ("down", "j"), "down", "Move down.", _ALL),
    Action("cursor_left", ("left", "h"), "left", "Move left.", (*_WEEK, *_CONFLICTS, *_ACCOUNTS)),
    Action("cursor_right", ("right", "l"), "right", "Move right.", (*_WEEK, *_CONFLICTS, *_ACCOUNTS)),
    Action("cursor_home", ("home",), "first", "Move to the first."),
    Action("cursor_end", ("end",), "last", "Move to the last."),
    Action("page_up", ("pageup",), "page up", "Move a page up.", (*SCREENS, Place.EVENT)),
    Action("page_down", ("pagedown",), "page down", "Move a page down.", (*SCREENS, Place.EVENT)),
    Action("next", ("tab",), "next", "Go to the next event, member, part or field.", (*_LISTS, Place.EVENT)),
    Action("previous", ("shift+tab",), "previous", "Go to the one before.", (*_LISTS, Place.EVENT)),
    Action("open_event", ("enter",), "event", "Open the event under the cursor.", (*_WEEK, *_CONFLICTS)),
    Action("today", ("t",), "today", "Go to now.", _WEEK),
    Action("week_back", ("H",), "week", "Go one week back.", _WEEK),
    Action("week_forth", ("L",), "week", "Go one week on.", _WEEK),
    Action("next_clash", ("c",), "clash", "Go to the double booking under the cursor, else to the next one.", _WEEK),
    Action("view", ("v",), "view", "Choose days, rows, agenda, second zone and privacy, each by its own key.", _WEEK),
    Action("why", ("w",), "why", "Say why this counts, or why it does not.", _EVENTS),
    Action("open_link", ("o",), "open", "Open the meeting's join link, else its page in Outlook.", _EVENTS),
    Action(
        "back", ("escape",), "back", "Go back from the reasons to the members, from the text to the list.", _CONFLICTS
    ),
    Action("copy", ("y",), "copy", "Copy what is under the cursor as text.", _EVENTS),
    Action("add", ("n", "plus"), "Add New", "Connect an Outlook account.", _CONNECTIONS),
    Action("choose_calendars", ("enter",), "calendars", "Choose the calendars of the connection.", _CONNECTIONS),
    Action("disconnect", ("d",), "disconnect", "Stop using the account in this sub-account.", _CONNECTIONS),
    Action(
        "toggle_connection",
        ("space",),
        "connect or disconnect",
        "Connect the account in the sub-account, or not.",
        _ACCOUNTS,
    ),
    Action("choose", ("enter",), "choose", "Choose the line under the cursor.", _WELCOME),
    Action("close", ("escape", "q"), "back", "Go back.", DIALOGS),
)

_ENDING = (("sync",), ("help",), ("command_palette",), ("quit",))
HINTS: dict[Place, tuple[tuple[str, ...], ...]] = {
    Place.WEEK: (
        ("week_back", "week_forth"),
        ("go_to",),
        ("next_clash",),
        ("view",),
        ("open_event",),
        ("today",),
        ("open_link",),
        ("copy",),
        ("search",),
        *_ENDING,
    ),
    Place.CONFLICTS: (("next",), ("why",), ("open_event",), ("open_link",), ("copy",), ("search",), *_ENDING),
    Place.CONNECTIONS: (("add",), ("choose_calendars",), ("disconnect",), ("search",), *_ENDING),
    Place.ACCOUNTS: (("toggle_connection",), ("search",), *_ENDING),
    Place.WELCOME: (("choose",), ("connections",), ("settings",), ("help",), ("command_palette",), ("quit",)),
    Place.DIALOG: (("close",),),
    Place.EVENT: (("close",), ("open_link",), ("copy",), ("why",), ("next", "previous"), ("help",)),
}
"""The key hints of each place, most needed first; actions that stand together share the label of the first."""


def actions_of(place: Place) -> tuple[Action, ...]:
    """What works in ``place``, what works everywhere included."""
    return tuple(action for action in ACTIONS if place in action.where)


def action_named(action_id: str) -> Action:
    """The action with ``action_id``; raises KeyError for an unknown one."""
    return _BY_ID[action_id]


_BY_ID = {action.id: action for action in ACTIONS}
