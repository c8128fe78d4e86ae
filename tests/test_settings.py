"""The settings file, the environment, and what they decide together."""

from __future__ import annotations

from pathlib import Path

import pytest

from tui.errors import SettingsError, UsageError
from tui.settings import (
    FILE_NAME,
    Settings,
    data_directory,
    read_settings,
    simulator_url,
    token_storage,
    viewer_zone,
    with_environment,
)

EVERY_KEY = """
client_id = "1111"
tenant = "contoso.example"
zone = "Europe/Berlin"
[sync]
past_days = 10
future_days = 20
poll_seconds = 30
[meetings]
match = "strict"
[week]
first_day = "sunday"
days = 5
row_minutes = 15
second_zone = "America/New_York"
agenda = true
working_hours = "mon-thu 08:00-16:00"
[privacy]
on = true
[theme]
name = "nord"
[keys]
sync = "f5"
"""


def written(directory: Path, text: str | bytes) -> Path:
    (directory / FILE_NAME).write_bytes(text if isinstance(text, bytes) else text.encode())
    return directory


def test_without_a_file_everything_has_its_default(tmp_path: Path) -> None:
    settings = read_settings(tmp_path)
    assert (settings.client_id, settings.tenant, settings.zone) == ("", "", "")
    assert (settings.sync.past_days, settings.sync.future_days, settings.sync.poll_seconds) == (92, 366, 60)
    assert (settings.meetings.match, settings.week.first_day) == ("full", "monday")
    assert (settings.privacy.on, settings.theme.name) == (False, "calconnect")


def test_an_empty_file_and_a_directory_that_does_not_exist_mean_the_defaults(tmp_path: Path) -> None:
    assert read_settings(written(tmp_path, "")) == Settings()
    assert read_settings(tmp_path / "nowhere") == Settings()


def test_a_file_in_place_of_the_directory_is_left_to_the_store_to_report(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert read_settings(tmp_path / "file") == Settings()


def test_every_key_is_read(tmp_path: Path) -> None:
    settings = read_settings(written(tmp_path, EVERY_KEY))
    assert (settings.client_id, settings.tenant, settings.zone) == ("1111", "contoso.example", "Europe/Berlin")
    assert (settings.sync.past_days, settings.sync.future_days, settings.sync.poll_seconds) == (10, 20, 30)
    assert (settings.meetings.match, settings.week.first_day) == ("strict", "sunday")
    assert (settings.privacy.on, settings.theme.name) == (True, "nord")
    assert (settings.week.days, settings.week.row_minutes, settings.week.agenda) == (5, 15, True)
    assert (settings.week.second_zone, settings.week.working_hours) == ("America/New_York", "mon-thu 08:00-16:00")
    assert settings.keys == {"sync": "f5"}


def test_reading_leaves_the_file_as_it_is(tmp_path: Path) -> None:
    read_settings(written(tmp_path, EVERY_KEY))
    assert (tmp_path / FILE_NAME).read_text() == EVERY_KEY
    assert [path.name for path in tmp_path.iterdir()] == [FILE_NAME]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("colour = 1", "colour"),
        ("[sync]\npoll_second = 1", "poll_second"),
        ("[meetings]\nmatch = 'loose'", "loose"),
        ("[week]\nfirst_day = 3", "first_day"),
        ("[privacy]\non = 'yes'", "privacy.on"),
        ("[privacy]\nhide_private = true", "hide_private"),
        ("[week]\ndays = 4", "days"),
        ("[week]\nrow_minutes = 20", "row_minutes"),
        ("[week]\nagenda = 1", "agenda"),
        ("[week]\nsecond_zone = 'Mars/Base'", "second_zone"),
        ("[week]\nworking_hours = 'always'", "working_hours"),
        ("[week]\nworking_hours = 9", "working_hours"),
        ("keys = 3", "keys"),
        ("[sync]\npast_days = true", "past_days"),
        ("[sync]\npast_days = 1.5", "past_days"),
        ("client_id = 7", "client_id"),
        ("sync = 3", "sync"),
        ("[sync]\npast_days = -1", "past_days"),
        ("[sync]\npast_days = 1000\nfuture_days = 791", "1790"),
        ("[sync]\npast_days = 0\nfuture_days = 0", "past_days"),
        ("[sync]\npoll_seconds = 0", "poll_seconds"),
        (f"[sync]\npoll_seconds = 1{'0' * 400}", "poll_seconds"),
        (f"[sync]\npoll_seconds = 1{'0' * 5000}", "cannot be read"),
        (f"x = {'[' * 20_000}", "cannot be read"),
        ("zone = 'Mars/Base'", "zone"),
        ("zone = '../../etc/passwd'", "zone"),
        ("zone = 'a\nb'", "cannot be read"),
        ("client_id = ", "cannot be read"),
        ("a = 1\na = 2", "cannot be read"),
        (b"client_id = '\xff\xfe'", "cannot be read"),
        ('"\\u001b]52;c;x\\u0007" = 1', FILE_NAME),
    ],
)
def test_what_cannot_be_used_is_one_line_that_names_the_file(tmp_path: Path, text: str | bytes, names: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read_settings(written(tmp_path, text))
    said = str(caught.value)
    assert str(tmp_path / FILE_NAME) in said
    assert names in said
    assert said.isprintable()
    assert len(said) < 600
    assert caught.value.exit_code == 2


def test_a_directory_in_place_of_the_file_is_said(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).mkdir()
    with pytest.raises(SettingsError, match="cannot be read"):
        read_settings(tmp_path)


def test_a_window_as_wide_as_microsoft_reads_is_allowed(tmp_path: Path) -> None:
    settings = read_settings(written(tmp_path, "[sync]\npast_days = 1000\nfuture_days = 790"))
    assert settings.sync.past_days + settings.sync.future_days == 1_790


@pytest.mark.parametrize(
    ("setting", "variable", "zone"),
    [
        ("Asia/Tokyo", "America/New_York", "Asia/Tokyo"),
        ("", "America/New_York", "America/New_York"),
        ("", ":America/New_York", "America/New_York"),
    ],
)
def test_the_zone_is_the_setting_else_tz(setting: str, variable: str, zone: str) -> None:
    assert str(viewer_zone(Settings(zone=setting), {"TZ": variable})) == zone


def test_without_a_setting_the_zone_is_the_systems(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Kolkata")
    assert str(viewer_zone(Settings(), {})) == "Asia/Kolkata"


@pytest.mark.parametrize("variable", ["Mars/Base", "../etc/passwd", "/nowhere", "<+03>-3", "CET-1CEST,M3.5.0,M10.5.0"])
def test_a_tz_that_names_no_zone_still_gives_a_zone(monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    monkeypatch.setenv("TZ", variable)
    assert str(viewer_zone(Settings(), {"TZ": variable}))


def test_the_data_directory_is_the_argument_else_the_variable_else_the_systems_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    argument, variable = tmp_path / "argument", tmp_path / "variable"
    environment = {"CALCONNECT_DATA_DIR": str(variable)}
    assert data_directory(str(argument), environment) == argument
    assert data_directory(None, environment) == variable
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    own = data_directory(None, {})
    assert own.name == "calconnect-tui"
    assert own.is_relative_to(tmp_path)


def test_a_data_directory_is_absolute_and_knows_the_home_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert data_directory("here", {}) == tmp_path / "here"
    assert data_directory("~/there", {}) == tmp_path / "home" / "there"


def test_a_home_directory_of_nobody_is_refused() -> None:
    with pytest.raises(UsageError, match="no-such-person"):
        data_directory("~no-such-person-here/x", {})


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000", "http://localhost:1/", "http://[::1]:8000"])
def test_a_simulator_is_an_address_of_this_machine(url: str) -> None:
    assert simulator_url(url, {}) == url.rstrip("/")
    assert simulator_url(None, {"CALCONNECT_SIMULATOR": url}) == url.rstrip("/")


def test_without_a_simulator_the_real_service_is_meant() -> None:
    assert simulator_url(None, {}) is None
    assert simulator_url(None, {"CALCONNECT_SIMULATOR": ""}) is None


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1:8000",
        "http://graph.microsoft.com:80",
        "http://127.0.0.1",
        "http://127.0.0.1:0",
        "http://127.0.0.1:99999",
        "http://127.0.0.1:x",
        "http://127.0.0.1.evil.example:80",
        "http://127.0.0.1:80@evil.example:80",
        "http://who:secret@127.0.0.1:80",
        "http://127.0.0.1:80/elsewhere",
        "http://127.0.0.1:80?x=1",
        "http://[::1",
        "127.0.0.1:80",
        "file:///etc/passwd",
    ],
)
def test_any_other_address_is_refused(url: str) -> None:
    with pytest.raises(UsageError):
        simulator_url(url, {})


def test_sign_ins_are_kept_where_the_argument_else_the_variable_says() -> None:
    environment = {"CALCONNECT_TOKEN_STORAGE": "keyring"}
    assert token_storage("memory", environment, has_simulator=True) == "memory"
    assert token_storage(None, environment, has_simulator=True) == "keyring"


def test_nobody_chose_a_place_for_sign_ins_but_with_a_simulator_a_file_does() -> None:
    assert token_storage(None, {}, has_simulator=False) is None
    assert token_storage(None, {}, has_simulator=True) == "file"


def test_an_unknown_place_for_sign_ins_is_refused() -> None:
    with pytest.raises(UsageError, match="keyring, file or memory"):
        token_storage(None, {"CALCONNECT_TOKEN_STORAGE": "cloud"}, has_simulator=False)


def test_the_client_id_of_the_environment_goes_before_the_files() -> None:
    settings = Settings(client_id="file")
    assert with_environment(settings, {"CALCONNECT_CLIENT_ID": "environment"}).client_id == "environment"
    assert with_environment(settings, {"CALCONNECT_CLIENT_ID": ""}).client_id == "file"
    assert with_environment(settings, {}) == settings
