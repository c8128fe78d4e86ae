"""What must agree for a release, and what must be in it."""

from __future__ import annotations

import re
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import pytest

import tui

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
BESIDE_THE_CODE = sorted(
    path for path in (ROOT / "tui").rglob("*") if path.is_file() and path.suffix in (".tcss", ".md", ".toml", ".json")
)


def test_the_package_the_project_and_the_top_of_the_changelog_name_one_version() -> None:
    headings = re.findall(r"^## \[([^\]]+)\]", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)

    assert tui.__version__ == PROJECT["project"]["version"] == headings[0]


def test_the_wheel_takes_the_whole_package() -> None:
    wheel = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]

    assert wheel == {"packages": ["tui"]}
    assert "exclude" not in PROJECT["tool"]["hatch"]["build"]


def test_what_stands_beside_the_code_is_not_ignored_and_so_is_packaged() -> None:
    lines = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    patterns = [line.strip().strip("/") for line in lines if line.strip() and not line.startswith("#")]
    parts = {part for path in BESIDE_THE_CODE for part in path.relative_to(ROOT).parts}

    assert BESIDE_THE_CODE
    assert [(part, pattern) for part in sorted(parts) for pattern in patterns if fnmatch(part, pattern)] == []


@pytest.mark.parametrize("name", ["README.md", "CHANGELOG.md", "LICENSE"])
def test_what_the_source_distribution_names_is_there(name: str) -> None:
    assert name in PROJECT["tool"]["hatch"]["build"]["targets"]["sdist"]["include"]
    assert (ROOT / name).is_file()


def test_the_command_is_the_name_of_the_distribution() -> None:
    assert list(PROJECT["project"]["scripts"]) == [PROJECT["project"]["name"]]
