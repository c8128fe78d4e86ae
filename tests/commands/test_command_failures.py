"""Every way in which a call ends badly: one line that says what and what to do, and its exit code."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from commands.calling import PROGRAM, Program, Said, started
from workspace.served import ANA, BEN, Microsoft, mailbox, no_program_settings, opened, served, until

USAGE, SIGN_IN, REMOTE, STORE, INTERRUPTED = 2, 3, 4, 5, 130


def one_line(said: Said) -> str:
    """What a person reads of a failure: a single printable line, and nothing on standard output."""
    assert said.out == ""
    assert said.err.endswith("\n")
    line = said.err.removesuffix("\n")
    assert line.isprintable()
    assert line.startswith("calconnect-tui: ")
    return line


@pytest.mark.parametrize(
    ("words", "names"),
    [
        (["nonsense"], "nonsense"),
        (["\x1b]52;c;QUJD\x07"], "See calconnect-tui --help"),
        (["agenda", "--days", "many"], "--days"),
        (["agenda", "--days", "0"], "--days"),
        (["agenda", "--days", "-3"], "--days"),
        (["agenda", "--days", "99999999999999999999"], "--days"),
        (["agenda", "--from", "tomorrowish"], "tomorrowish"),
        (["agenda", "--from", "2026-02-30"], "2026-02-30"),
        (["agenda", "--from", "9999-12-31"], "9999-12-31"),
        (["conflicts", "--from", "0001-01-01"], "0001-01-01"),
        (["conflicts", "--grade", "awful"], "awful"),
        (["connect"], "--kind"),
        (["connect", "--kind", "school"], "school"),
        (["connect", "--account", "nobody@nowhere.example"], "nobody@nowhere.example"),
        (["disconnect"], "CONNECTION"),
        (["disconnect", "nobody@nowhere.example"], "nobody@nowhere.example"),
        (["configure", "nobody@nowhere.example", "--linked", "x"], "nobody@nowhere.example"),
        (["conflicts"], "No account is connected yet"),
        (["conflicts", "--sub-account", "Nowhere"], "Nowhere"),
        (["agenda", "--sub-account", "Nowhere"], "Nowhere"),
        (["--token-storage", "cloud", "sync"], "cloud"),
        (["--simulator", "http://graph.microsoft.com:80", "sync"], "simulator"),
        (["--data-dir", "~no-such-person-here", "sync"], "no-such-person-here"),
        (["--demo", "sync"], "--demo"),
        (["simulate", "--port", "99999"], "--port"),
        (["simulate", "--port", "-1"], "--port"),
        (["simulate", "--speed", "0"], "--speed"),
        (["simulate", "--speed", "-1"], "--speed"),
        (["simulate", "--speed", "nan"], "--speed"),
        (["simulate", "--speed", "inf"], "--speed"),
        (["sync", "--frobnicate"], "--frobnicate"),
        ([], "terminal"),
    ],
)
def test_a_call_that_cannot_be_understood_ends_with_2(program: Program, words: list[str], names: str) -> None:
    said = program(*words)
    assert said.code == USAGE
    assert names in one_line(said)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("CALCONNECT_NOW", "yesterday"),
        ("CALCONNECT_NOW", "9999-12-31T23:59:59-12:00"),
        ("CALCONNECT_TOKEN_STORAGE", "cloud"),
    ],
)
def test_a_variable_that_cannot_be_understood_ends_with_2(
    program: Program, monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    said = program("sync")
    assert said.code == USAGE
    assert one_line(said)


def test_settings_that_cannot_be_used_end_with_2_and_name_the_file(program: Program) -> None:
    program.directory.mkdir()
    (program.directory / "settings.toml").write_text("[sync]\npoll_seconds = 'often'")
    said = program("sync")
    assert said.code == USAGE
    assert str(program.directory / "settings.toml") in one_line(said)


def test_a_calendar_that_does_not_exist_ends_with_2_and_lists_those_that_do(program: Program) -> None:
    program.connect(ANA)
    for words in (["--linked", "Nope"], ["--conflict", "Calendar", "Nope"]):
        said = program("configure", ANA, *words)
        assert said.code == USAGE
        assert "“Nope”" in one_line(said)
        assert "“Calendar”, “Holidays”, “Team”" in said.err


def test_a_calendar_that_cannot_be_written_is_refused_for_bookings(program: Program) -> None:
    program.connect(ANA)
    said = program("configure", ANA, "--linked", "Holidays")
    assert said.code == USAGE
    assert "cannot be written" in one_line(said)


def test_several_sub_accounts_and_none_named_end_with_2_and_their_names(program: Program) -> None:
    program.connect(ANA, "--sub-account", "Main")
    program.fine("connect", "--account", ANA, "--sub-account", "Family")
    said = program("conflicts", "--json")
    assert said.code == USAGE
    assert "“Main”, “Family”" in one_line(said)
    assert program("disconnect", ANA).code == USAGE


def test_which_sub_account_is_asked_before_the_code_is_given_out(program: Program) -> None:
    program.connect(ANA, "--sub-account", "Main")
    program.fine("connect", "--account", ANA, "--sub-account", "Family")
    said = program("connect", "--kind", "work")
    assert said.code == USAGE
    assert "“Main”, “Family”" in one_line(said)
    assert [a["account"] for a in program.fine("accounts", "--json").document] == [ANA]


@pytest.mark.parametrize(("ending", "word"), [("decline", "not accepted"), ("expire", "ran out")])
def test_a_sign_in_that_was_not_given_ends_with_3(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], ending: str, word: str
) -> None:
    with served(mailbox(ANA), sign_in=ending) as microsoft:  # type: ignore[arg-type]
        program = Program(tmp_path, microsoft, capsys)
        said = program("connect", "--kind", "work")
        assert said.code == SIGN_IN
        assert word in said.err.splitlines()[-1]
        assert program.fine("sub-accounts", "--json").document == []


def test_a_withdrawn_sign_in_ends_with_3_and_the_other_calendars_are_read(read: Program) -> None:
    assert read.microsoft is not None
    read.microsoft.post("expire", address=ANA)
    body = {"error": "invalid_grant", "error_description": "AADSTS50173: revoked"}
    read.microsoft.post("faults", faults=[{"path": "/token", "count": 99, "status": 400, "body": body}])
    said = read("sync", "--json")
    assert said.code == SIGN_IN
    errors = {c["account"]: c["error"] for c in said.document["calendars"]}
    assert "Sign in again" in errors[ANA]
    assert errors[BEN] is None
    states = {a["account"]: a["state"] for a in read.fine("accounts", "--json").document}
    assert states == {ANA: "sign in again", BEN: "signed in"}
    assert ANA in read("sync").err


def test_without_a_client_id_connect_ends_with_3_and_never_goes_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], reached_outside: list[str]
) -> None:
    for words in (["connect", "--kind", "work"], ["connect", "--kind", "personal", "--browser"]):
        said = Program(tmp_path, None, capsys)(*words)
        assert said.code == SIGN_IN
        assert "CALCONNECT_CLIENT_ID" in said.err
    assert reached_outside == []


def test_without_a_simulator_at_its_address_connect_ends_with_4(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        nobody = Microsoft(f"http://127.0.0.1:{free.getsockname()[1]}")
    said = Program(tmp_path, nobody, capsys)("connect", "--kind", "work")
    assert said.code == REMOTE
    assert "simulator" in one_line(said)


def test_a_sync_without_network_ends_with_4_and_what_was_read_stays(
    read: Program, capsys: pytest.CaptureFixture[str]
) -> None:
    assert read.microsoft is not None
    read.microsoft.post("faults", faults=[{"path": "/delta", "count": 99, "drop": True}])
    said = read("sync", "--json")
    assert said.code == REMOTE
    assert all(c["error"] for c in said.document["calendars"])
    assert len(read.fine("agenda", "--json").document["events"]) == 3


@pytest.mark.parametrize("words", [["sync"], ["agenda"], ["accounts", "--json"], ["connect", "--kind", "work"]])
def test_a_file_in_place_of_the_data_directory_ends_with_5(program: Program, words: list[str]) -> None:
    program.directory.touch()
    said = program(*words)
    assert said.code == STORE
    assert str(program.directory) in one_line(said)
    assert program.directory.is_file()


def test_a_file_in_place_of_the_calendars_directory_ends_with_5(program: Program) -> None:
    program.directory.mkdir()
    (program.directory / "calendars").touch()
    assert program("sync").code == STORE


@pytest.mark.parametrize(
    ("content", "names"),
    [
        (None, "cannot be read"),
        ("not json", "is not JSON"),
        ("[" * 20_000, "is not JSON"),
        ("[]", "object"),
        ('{"mailboxes": []}', "no mailbox"),
        ('{"mailboxes": [{"address": 7}]}', "address"),
        ('{"mailboxes": [{"address": "ana"}]}', "not an address"),
        ('{"mailboxes": [{"address": "a@b.example", "timeZone": "Mars"}]}', "Mars"),
        ('{"mailboxes": [{"address": "a@b.example"}], "signIn": "perhaps"}', "perhaps"),
        ('{"mailboxes": [{"address": "a@b.example", "calendars": [{"name": "C", "events": ["gone.jsonl"]}]}]}', "gone"),
        ('{"mailboxes": [{"address": "a@b.example", "calendars": [{"name": "C", "events": [{}]}]}]}', "event 1"),
    ],
)
def test_a_scenario_that_cannot_be_served_ends_with_2_and_says_where(
    program: Program, tmp_path: Path, content: str | None, names: str
) -> None:
    path = tmp_path / "scenario.json"
    if content is not None:
        path.write_text(content)
    said = program("simulate", "--scenario", str(path))
    assert said.code == USAGE
    assert names in one_line(said)


def test_a_port_that_is_taken_is_said(program: Program) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        said = program("simulate", "--port", str(taken.getsockname()[1]))
    assert said.code != 0
    assert "Choose another --port" in one_line(said)


def test_two_accounts_of_one_name_are_told_apart_by_id(program: Program) -> None:
    program.connect(ANA, "--sub-account", "Main")
    program.fine("connect", "--account", ANA, "--sub-account", "Family")
    ids = [c["id"] for c in program.fine("connections", "--json").document]
    said = program("disconnect", ANA)
    assert said.code == USAGE
    assert all(id_ in one_line(said) for id_ in ids)
    assert "another sub-account" in one_line(program("disconnect", ids[0], "--forget"))


async def _many_sub_accounts(directory: Path, microsoft: Microsoft) -> None:
    workspace = opened(directory, microsoft)
    for number in range(300):
        workspace.connections.ensure_sub_account(f"{number} " + "x" * 250)
    await workspace.close()


@pytest.mark.parametrize("words", [["sub-accounts"], ["sub-accounts", "--json"], ["--help"]])
def test_a_reader_that_goes_away_ends_the_program_quietly(program: Program, words: list[str]) -> None:
    if words != ["--help"]:
        asyncio.run(_many_sub_accounts(program.directory, program.microsoft or Microsoft("")))
    call = [*PROGRAM, *program.options, *words]
    environment = no_program_settings(os.environ)
    with subprocess.Popen(call, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(30) == 0


def test_an_interrupted_sign_in_ends_with_130_and_keeps_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with served(mailbox(ANA), sign_in="ask") as microsoft:
        program = Program(tmp_path, microsoft, capsys)
        call = [*PROGRAM, *program.options, "connect", "--kind", "work"]
        with started(call) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            while not process.stdout.readline().startswith("Enter"):
                assert process.poll() is None
            process.send_signal(signal.SIGINT)
            assert process.wait(10) == INTERRUPTED
            assert "Traceback" not in process.stderr.read()
        assert program.fine("accounts", "--json").document == []


def test_an_interrupted_sync_ends_with_130_and_the_next_one_is_whole(read: Program) -> None:
    assert read.microsoft is not None
    read.microsoft.post("faults", faults=[{"path": "/delta", "count": 99, "delay": 60.0}])
    before = sum(read.microsoft.requests().values())
    call = [*PROGRAM, *read.options, "sync"]
    with started(call) as process:
        asked = read.microsoft.requests
        until(lambda: sum(asked().values()) > before, "a request under way")
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=10)
    assert process.returncode == INTERRUPTED
    assert len(err.splitlines()) == 1
    assert "asked to end" in err
    read.microsoft.post("faults", faults=[])
    read.fine("sync")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_simulator_says_where_it_listens_and_ends_quietly(program: Program, number: signal.Signals) -> None:
    call = [*PROGRAM, *program.options, "simulate"]
    with started(call) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        line = process.stdout.readline()
        assert line.startswith("listening on http://127.0.0.1:")
        assert Microsoft(line.split()[-1]).calendar_states()
        process.send_signal(number)
        assert process.wait(10) == 0
        assert (process.stdout.read(), process.stderr.read()) == ("", "")


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["connect", "--help"]])
def test_help_and_version_load_nothing_slow(words: list[str]) -> None:
    program = (
        "import sys, json\n"
        "from tui.cli import main\n"
        "try:\n    main(sys.argv[1:])\n"
        "except SystemExit as ended:\n    assert not ended.code\n"
        "sys.stderr.write(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"
    )
    call = [sys.executable, "-c", program, *words]
    ended = subprocess.run(call, capture_output=True, text=True, timeout=30, check=True)
    assert "calconnect-tui" in ended.stdout
    loaded = set(json.loads(ended.stderr))
    assert loaded.isdisjoint(
        {"textual", "rich", "msal", "httpx", "tinydb", "pendulum", "keyring", "starlette", "uvicorn"}
    )


def test_reading_what_is_stored_loads_nothing_of_microsofts(read: Program) -> None:
    program = (
        "import sys, json\n"
        "from tui.cli import main\n"
        "main(sys.argv[1:])\n"
        "sys.stderr.write(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"
    )
    call = [sys.executable, "-c", program, *read.options, "agenda", "--json"]
    ended = subprocess.run(call, capture_output=True, text=True, timeout=30, check=True)
    assert json.loads(ended.stdout)["events"] is not None
    assert set(json.loads(ended.stderr)).isdisjoint({"textual", "msal", "httpx", "keyring", "starlette", "uvicorn"})
