"""The README says what the program does: its key table and commands are compared with the program's own."""

from __future__ import annotations

import re
from pathlib import Path

from tui.actions import ACTIONS, SCREENS, Action, Place
from tui.cli import parser

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")


def key_table() -> list[str]:
    """The rows of the key table: keys, where they work, what they do, and their name in the settings."""
    rows = ["| key | where | what it does | name |", "| --- | --- | --- | --- |"]
    for action in ACTIONS:
        keys = " ".join(f"`{key}`" for key in action.key_text.split(" or ") if key) or "(all actions)"
        rows.append(f"| {keys} | {_where(action)} | {action.sentence} | `{action.id}` |")
    return rows


def _where(action: Action) -> str:
    if set(SCREENS) <= set(action.where):
        return "everywhere"
    places = [place.label for place in action.where if place is not Place.DIALOG]
    return ", ".join(places) if Place.DIALOG not in action.where else "dialogs"


def test_the_key_table_is_the_registry_of_actions() -> None:
    assert "\n".join(key_table()) in README


def test_the_readme_has_the_two_commands() -> None:
    run = "python3 -m venv .venv && .venv/bin/pip install -e . && .venv/bin/calconnect-tui --demo"
    test = "python3 -m venv .venv && .venv/bin/pip install -e '.[test]' && .venv/bin/pytest"

    assert re.search(rf"## Try it\n+```sh\n{re.escape(run)}\n```", README)
    assert re.search(rf"## Run the tests\n+```sh\n{re.escape(test)}\n```", README)


def test_every_command_named_in_the_readme_exists() -> None:
    named = set(re.findall(r"^calconnect-tui (?:--\S+ (?:\S+ )?)*([a-z][a-z-]+)", README, re.MULTILINE))
    known = set(parser().format_help().split())

    assert named
    assert named <= known


def test_every_file_that_the_readme_links_is_there() -> None:
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", README) if "://" not in link]

    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


if __name__ == "__main__":
    print("\n".join(key_table()))  # noqa: T201 (for whoever mends the README)
