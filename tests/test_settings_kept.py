"""Changing settings: what the person wrote stays, and a failure loses nothing and says what to do."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.errors import SettingsError
from tui.settings import FILE_NAME, LastPlace, Settings, SettingsFile, read_settings, read_working_hours

WRITTEN = """\
# my settings
client_id = "1111"   # of the app that Bea registered

[theme]
# the lamp is bright here
name = "nord"

[week]
first_day = 'sunday'  # as in Chicago
"""


def written(directory: Path, text: str = WRITTEN) -> Path:
    path = directory / FILE_NAME
    path.write_text(text, "utf-8")
    return path


def opened(directory: Path) -> SettingsFile:
    return SettingsFile(directory, read_settings(directory))


def test_a_change_keeps_comments_order_and_all_other_keys(tmp_path: Path) -> None:
    path = written(tmp_path)

    opened(tmp_path).change({"theme.name": "dracula"})

    assert path.read_text("utf-8") == WRITTEN.replace('"nord"', '"dracula"')


def test_what_is_changed_is_read_again(tmp_path: Path) -> None:
    file = opened(tmp_path)
    file.change({"week.days": 5, "privacy.on": True, "zone": "Europe/Berlin"})
    file.change({"sync.poll_seconds": 90, "week.working_hours": "none"})

    assert read_settings(tmp_path) == file.settings
    assert (file.settings.week.days, file.settings.privacy.on, file.settings.sync.poll_seconds) == (5, True, 90)


def test_a_file_that_is_not_there_is_made_with_its_directory_for_this_user_alone(tmp_path: Path) -> None:
    directory = tmp_path / "new" / "place"

    SettingsFile(directory, Settings()).change({"theme.name": "nord"})

    assert (directory / FILE_NAME).read_text("utf-8") == '[theme]\nname = "nord"\n'
    if sys.platform != "win32":
        assert stat.S_IMODE((directory / FILE_NAME).stat().st_mode) == 0o600
    assert [path.name for path in directory.iterdir()] == [FILE_NAME]


def test_what_somebody_else_wrote_meanwhile_is_kept(tmp_path: Path) -> None:
    file = opened(tmp_path)
    written(tmp_path, "tenant = 'contoso.example'\n")

    file.change({"week.days": 3})

    assert read_settings(tmp_path).tenant == "contoso.example"
    assert read_settings(tmp_path).week.days == 3


def test_a_change_to_what_holds_already_writes_nothing(tmp_path: Path) -> None:
    path = written(tmp_path)
    before = path.stat().st_mtime_ns, path.stat().st_ino

    opened(tmp_path).change({"theme.name": "nord", "week.first_day": "sunday"})

    assert (path.stat().st_mtime_ns, path.stat().st_ino) == before


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("week.days", 4),
        ("week.first_day", "someday"),
        ("sync.past_days", 5_000),
        ("sync.poll_seconds", 0),
        ("week.second_zone", "Mars/Base"),
        ("week.working_hours", "late"),
        ("nothing.such", 1),
    ],
)
def test_what_is_not_allowed_changes_neither_file_nor_settings(tmp_path: Path, key: str, value: str | int) -> None:
    path = written(tmp_path)
    file = opened(tmp_path)
    before = file.settings

    with pytest.raises(SettingsError) as caught:
        file.change({key: value})

    assert file.settings == before
    assert path.read_text("utf-8") == WRITTEN
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("broken", ["[theme\nname = 1", "[week]\ndays = 9\n", "colour = 'red'\n", "\0"])
def test_a_broken_file_is_never_written_over_and_the_change_holds_for_now(tmp_path: Path, broken: str) -> None:
    path = written(tmp_path, broken)
    file = SettingsFile(tmp_path, Settings())

    with pytest.raises(SettingsError, match="Mend or remove"):
        file.change({"theme.name": "nord"})

    assert path.read_text("utf-8") == broken
    assert file.settings.theme.name == "nord"


def test_a_file_that_is_read_only_stays_as_it_is_and_the_error_says_what_to_do(tmp_path: Path) -> None:
    path = written(tmp_path)
    path.chmod(0o400)
    file = opened(tmp_path)

    with pytest.raises(SettingsError, match=r"is read-only\. Make it writable"):
        file.change({"theme.name": "dracula"})

    assert path.read_text("utf-8") == WRITTEN
    assert file.settings.theme.name == "dracula"


def test_a_symbolic_link_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "dotfiles").mkdir()
    target = written(tmp_path / "dotfiles")
    (tmp_path / FILE_NAME).symlink_to(target)

    with pytest.raises(SettingsError, match="symbolic link"):
        opened(tmp_path).change({"theme.name": "dracula"})

    assert (tmp_path / FILE_NAME).is_symlink()
    assert target.read_text("utf-8") == WRITTEN


def test_a_full_disk_leaves_the_old_file_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path)
    file = opened(tmp_path)

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(SettingsError, match="No space left on device"):
        file.change({"theme.name": "dracula"})

    assert path.read_text("utf-8") == WRITTEN
    assert [one.name for one in tmp_path.iterdir()] == [FILE_NAME]


def test_without_a_directory_changes_hold_and_nothing_is_written(tmp_path: Path) -> None:
    file = SettingsFile(None, Settings())

    assert file.change({"week.days": 1}).week.days == 1
    assert file.path is None


@given(st.text(max_size=40))
def test_any_text_in_a_value_is_read_again_as_it_was(text: str) -> None:
    import tempfile

    if any("\ud800" <= one <= "\udfff" for one in text):
        return
    with tempfile.TemporaryDirectory() as directory:
        file = SettingsFile(Path(directory), Settings())
        file.change({"theme.name": text})
        assert read_settings(Path(directory)).theme.name == text


@pytest.mark.parametrize(
    ("text", "monday", "friday", "saturday"),
    [
        ("mon-fri 09:00-17:00", (540, 1020), (540, 1020), None),
        ("09:00-17:00", (540, 1020), (540, 1020), None),
        ("mon-thu 8-16:30, fri 8-13", (480, 990), (480, 780), None),
        ("Sat 10:00–14:00", None, None, (600, 840)),
        ("fri-mon 0-24", (0, 1440), (0, 1440), (0, 1440)),
        ("none", None, None, None),
        ("", None, None, None),
    ],
)
def test_working_hours_are_read_from_words(text: str, monday: object, friday: object, saturday: object) -> None:
    hours = read_working_hours(text)

    assert len(hours) == 7
    assert (hours[0], hours[4], hours[5]) == (monday, friday, saturday)


@pytest.mark.parametrize("text", ["mon", "17-9", "9-9", "25-26", "9:60-10", "mon-fri", "9-17;", "day 9-17", "٩-١٧"])
def test_hours_that_are_none_say_how_to_write_them(text: str) -> None:
    with pytest.raises(ValueError, match="Write them like"):
        read_working_hours(text)


def test_the_last_sub_account_is_remembered_beside_the_settings(tmp_path: Path) -> None:
    assert LastPlace(tmp_path).sub_account_id == ""

    assert LastPlace(tmp_path).select("01-abc")

    assert LastPlace(tmp_path).sub_account_id == "01-abc"
    assert not (tmp_path / FILE_NAME).exists()


@pytest.mark.parametrize("content", ["", "{", "[]", '{"sub_account": 3}', "\0", "[" * 100_000])
def test_a_place_that_cannot_be_read_is_as_good_as_none(tmp_path: Path, content: str) -> None:
    (tmp_path / "state.json").write_text(content, "utf-8")

    assert LastPlace(tmp_path).sub_account_id == ""
    assert LastPlace(tmp_path).select("x")
    assert LastPlace(tmp_path).sub_account_id == "x"


def test_a_place_that_cannot_be_kept_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    assert not LastPlace(tmp_path / "file").select("x")
    assert LastPlace(None).select("x")
