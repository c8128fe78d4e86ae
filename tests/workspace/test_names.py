"""Finding what a person named, and what is said when it is not found."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tui.errors import UsageError
from tui.workspace.names import find

Thing = tuple[str, str]
THINGS: Sequence[Thing] = (("1", "Calendar"), ("2", "Family"), ("3", "family"), ("4", "1"), ("5", "Straße"))


def found(wanted: str, things: Sequence[Thing] = THINGS) -> str:
    return find("calendar", wanted, things, id_of=lambda thing: thing[0], name_of=lambda thing: thing[1])[0]


def refused(wanted: str, things: Sequence[Thing] = THINGS) -> str:
    with pytest.raises(UsageError) as caught:
        found(wanted, things)
    return str(caught.value)


def test_an_id_is_found_even_when_it_is_anothers_name() -> None:
    assert found("1") == "1"
    assert found("3") == "3"


def test_a_name_that_only_one_has_is_found_whatever_its_case() -> None:
    assert found("calendar") == "1"
    assert found("STRASSE") == "5"


def test_a_name_that_several_have_is_answered_with_their_ids() -> None:
    assert refused("FAMILY") == "2 calendars are called “FAMILY”. Use an id: 2, 3"


def test_a_name_that_nobody_has_is_answered_with_the_names_there_are() -> None:
    said = refused("Work")
    assert "no calendar “Work”" in said
    assert "“Calendar”, “Family”, “family”" in said


def test_where_nothing_is_that_is_said() -> None:
    assert refused("Work", ()) == "There is no calendar “Work”. There is no calendar yet."


@pytest.mark.parametrize("wanted", ["", "\x1b]52;c;QUJD\x07", "\u202etxt", "x" * 10_000])
def test_what_was_asked_for_is_said_back_short_and_clean(wanted: str) -> None:
    said = refused(wanted, ())
    assert said.isprintable()
    assert len(said) < 200
