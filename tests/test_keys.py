"""Other keys for actions: what the settings may say, and what becomes of a slip in them."""

from __future__ import annotations

import pytest

from tui.actions import ACTIONS, Place, actions_of
from tui.keys import STANDARD_KEYS, Keys, keys_from, normal_key
from tui.widgets.footer import hint_at, hint_line


def problem(wanted: dict[str, object]) -> str:
    """The one thing that is wrong with ``wanted``."""
    (found,) = keys_from(wanted).problems
    return found


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("f5", "f5"),
        ("F5", "f5"),
        ("Ctrl+F", "ctrl+f"),
        ("ctrl+shift+x", "ctrl+shift+x"),
        ("G", "G"),
        ("?", "question_mark"),
        ("/", "slash"),
        (",", "comma"),
        ("+", "plus"),
        (" ", "space"),
        ("esc", "escape"),
        ("ü", "ü"),
        ("PgDn", "pagedown"),
    ],
)
def test_a_key_may_be_written_as_people_write_it(written: str, key: str) -> None:
    assert normal_key(written) == key


@pytest.mark.parametrize(
    "written", ["", "ctrl+", "hyper+x", "f99", "xy", "\x1b", "ctrl+c", "Ctrl+Q", "a,b", "x" * 1000]
)
def test_what_is_no_key_or_not_to_be_given_away_is_refused(written: str) -> None:
    with pytest.raises(ValueError) as caught:
        normal_key(written)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 120


def test_a_key_replaces_all_keys_of_its_action() -> None:
    keys = keys_from({"cursor_down": "ctrl+n", "sync": ["f5", "S"]})

    assert keys.problems == ()
    assert keys.of("cursor_down") == ("ctrl+n",)
    assert keys.text("sync") == "f5 or S"
    assert keys.keymap == {"cursor_down": "ctrl+n", "sync": "f5,S"}
    assert keys.of("cursor_up") == STANDARD_KEYS.of("cursor_up")


def test_two_actions_may_swap_their_keys() -> None:
    keys = keys_from({"week_back": "L", "week_forth": "H"})

    assert (keys.of("week_back"), keys.of("week_forth"), keys.problems) == (("L",), ("H",), ())


def test_a_clash_is_said_and_the_action_keeps_its_own_key() -> None:
    keys = keys_from({"sync": "t"})

    assert keys.of("sync") == ("s",)
    assert keys.problems == ("[keys] sync: t is the key of “today”, so it keeps s.",)


def test_of_two_changes_that_want_one_key_one_is_followed() -> None:
    keys = keys_from({"sync": "f5", "view": "f5"})

    assert sorted([keys.of("sync"), keys.of("view")]) in ([("f5",), ("v",)], [("f5",), ("s",)])
    assert len(keys.problems) == 1


def test_actions_that_never_meet_may_share_a_key() -> None:
    assert keys_from({"today": "x", "disconnect": "x"}).problems == ()


def test_an_action_that_does_not_exist_is_said() -> None:
    assert problem({"fly": "x"}) == "[keys] fly: there is no such action. The README lists them."
    assert problem({"\x1b]52;c;x\x07": "x"}).isprintable()


@pytest.mark.parametrize("given", [3, True, [], {}, [1], None, 1.5])
def test_what_is_neither_a_key_nor_a_list_of_keys_is_said(given: object) -> None:
    assert "write a key" in problem({"sync": given})


def test_whatever_is_asked_for_every_place_keeps_one_meaning_per_key() -> None:
    every = keys_from({action.id: "x" for action in ACTIONS})

    for place in Place:
        keys = [key for action in actions_of(place) for key in every.of(action.id)]
        assert len(keys) == len(set(keys))


def test_the_hints_name_the_keys_that_hold() -> None:
    keys = Keys({"sync": ("f5",)})
    line = hint_line(Place.WEEK, 120, (), keys).plain

    assert "f5 sync" in line
    assert hint_at(Place.WEEK, 120, line.index("f5"), (), keys) == "sync"
