"""The whole program, as somebody meets it who starts it in a terminal."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from terminal.pseudo_terminal import Terminal, is_restored, sequences, stray_controls, terminal
from workspace.listening import children_of, is_running
from workspace.served import (
    ANA,
    HOSTILE_SUBJECT,
    Microsoft,
    calendar,
    event,
    mailbox,
    no_program_settings,
    opened,
    served,
    signed_in,
    until,
)

PROGRAM = [sys.executable, "-m", "tui.cli"]
DEMO = [*PROGRAM, "--demo"]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A plain terminal of somebody whose temporary and data files are the test's."""
    place = tmp_path / "temporary"
    place.mkdir()
    own = {"TERM": "xterm-256color", "LANG": "C.UTF-8", "TZ": "Europe/Berlin", "TMPDIR": str(place)}
    own |= {"CALCONNECT_DATA_DIR": str(tmp_path / "data"), "CALCONNECT_NOW": "2026-11-23T09:24:00+00:00"}
    # A worker of the test runner is told its own width, which a terminal would not say so.
    dropped = ("NO_COLOR", "LC_ALL", "COLUMNS", "LINES")
    kept = {name: value for name, value in no_program_settings(os.environ).items() if name not in dropped}
    return kept | own


@pytest.fixture
def left_over(tmp_path: Path) -> Iterator[list[int]]:
    """Processes that the program started; all are gone at the end, and so are its temporary files."""
    children: list[int] = []
    yield children
    until(lambda: not any(is_running(child) for child in children), "no process left behind", within=5)
    assert list((tmp_path / "temporary").iterdir()) == []


def in_use(demo: Terminal, left_over: list[int]) -> None:
    """Wait until events of the demo's three accounts, and how old their data is, are on the screen."""
    demo.until("DEMO")
    left_over += children_of(demo.pid)
    demo.until("A Stand-up", "B Daily sync", "C School run")
    demo.until_fits(r"data: .*A.*B.*C.*(now|min)")


def system_commands(program: Terminal) -> list[bytes]:
    """What was said to the terminal's surroundings (OSC), the shape of the mouse pointer left out."""
    return [word for word in sequences(program.raw) if word.startswith(b"\x1b]") and not word.startswith(b"\x1b]22;")]


def assert_left_well(program: Terminal, code: int = 0) -> None:
    assert program.code == code, program.raw[-1_000:]
    assert is_restored(program.raw)
    assert stray_controls(program.raw) == []
    assert b"Traceback" not in program.raw


def test_the_demo_shows_three_accounts_and_their_conflicts_and_leaves_the_terminal_as_it_was(
    environment: dict[str, str], left_over: list[int]
) -> None:
    with terminal(DEMO, environment) as demo:
        in_use(demo, left_over)
        demo.press("2")
        demo.until("open to", "Budget review × Invoices", "Why it counts", "busy × busy")
        demo.press("q")
        assert demo.ended() < 2.0
        assert_left_well(demo)
        assert system_commands(demo) == []


def test_quitting_during_the_first_sync_is_quick_and_clean(environment: dict[str, str], left_over: list[int]) -> None:
    with terminal(DEMO, environment) as demo:
        demo.until("DEMO")
        left_over += children_of(demo.pid)
        demo.press("q")
        assert demo.ended() < 2.0
        assert_left_well(demo)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_request_to_end_leaves_the_terminal_as_it_was(
    environment: dict[str, str], left_over: list[int], number: signal.Signals
) -> None:
    with terminal(DEMO, environment) as demo:
        in_use(demo, left_over)
        demo.send(number)
        assert demo.ended() < 2.0
        assert_left_well(demo, code=128 + number)


def test_a_terminal_that_closes_ends_the_program_and_its_simulator(
    environment: dict[str, str], left_over: list[int]
) -> None:
    with terminal(DEMO, environment) as demo:
        in_use(demo, left_over)
        demo.hang_up()
        demo.ended(within=5)


def test_a_resized_terminal_is_filled_anew(environment: dict[str, str], left_over: list[int]) -> None:
    with terminal(DEMO, environment) as demo:
        in_use(demo, left_over)
        for size in ((80, 24), (200, 60), (20, 5), (120, 40)):
            demo.resize(*size)
            demo.until_redrawn()
        demo.until_fits(r"A Stand-up(.|\n)* q quit *$")
        demo.press("q")
        demo.ended(within=2)
        assert_left_well(demo)


def test_without_colour_no_colour_is_sent(environment: dict[str, str], left_over: list[int]) -> None:
    with terminal(DEMO, environment | {"NO_COLOR": "1"}) as demo:
        in_use(demo, left_over)
        demo.press("q")
        demo.ended(within=2)
        assert_left_well(demo)
        painted = [word for word in sequences(demo.raw) if re.fullmatch(rb"\x1b\[[0-9;]*m", word)]
        assert painted
        assert not [word for word in painted if re.search(rb"[\[;](3[0-7]|4[0-7]|38|48|9[0-7]|10[0-7])[;m]", word)]


def test_a_terminal_that_cannot_draw_is_refused_with_one_line(environment: dict[str, str]) -> None:
    for call in (PROGRAM, DEMO):
        with terminal(call, environment | {"TERM": "dumb"}) as program:
            program.ended()
            assert program.code == 2
            assert program.raw.count(b"\n") == 1
            assert b"\x1b" not in program.raw
            assert b"The screens need a terminal" in program.raw


def test_without_a_terminal_the_screens_are_refused_with_one_line(environment: dict[str, str]) -> None:
    ended = subprocess.run(
        DEMO, env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=30, check=False
    )
    assert (ended.returncode, ended.stdout) == (2, b"")
    assert ended.stderr.count(b"\n") == 1


def test_a_locale_of_plain_ascii_does_not_stop_the_program(environment: dict[str, str], left_over: list[int]) -> None:
    plain = {"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    with terminal(DEMO, environment | plain) as demo:
        in_use(demo, left_over)
        demo.press("q")
        demo.ended(within=2)
        assert_left_well(demo)


def test_a_data_directory_that_cannot_be_used_is_said_on_the_screen(
    environment: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "data").touch()
    with terminal(PROGRAM, environment) as program:
        program.until("data is a file", "q quit")
        program.press("q")
        program.ended(within=2)
        assert_left_well(program)


async def _connect(directory: Path, microsoft: Microsoft) -> None:
    workspace = opened(directory, microsoft)
    account = await signed_in(workspace, microsoft, ANA)
    sub_account = workspace.connections.ensure_sub_account(HOSTILE_SUBJECT)
    await workspace.connections.connect(account.id, sub_account.id)
    await workspace.close()


def test_text_of_strangers_never_acts_on_the_terminal(environment: dict[str, str], tmp_path: Path) -> None:
    day = datetime(2026, 11, 23, tzinfo=UTC) + timedelta(days=1)
    place = {"location": {"displayName": HOSTILE_SUBJECT}, "bodyPreview": HOSTILE_SUBJECT}
    two = [
        event(f"{number}{HOSTILE_SUBJECT}", f"{day:%Y-%m-%d}T10:00:00", f"{day:%Y-%m-%d}T12:00:00", **place)
        for number in (1, 2)
    ]
    with served(mailbox(ANA, calendar(HOSTILE_SUBJECT, *two, default=True))) as microsoft:
        asyncio.run(_connect(tmp_path / "data", microsoft))
        call = [*PROGRAM, "--simulator", microsoft.origin]
        with terminal(call, environment, (160, 50)) as program:
            program.until_fits(r"data: A now")
            program.press("2")
            program.until("[@click=app.quit]")
            program.press("4")
            program.until(ANA)
            program.press("1")
            program.until_fits(r"10:00|11:00", re.escape("[@click=app.quit]"))
            program.press("q")
            program.ended()
            assert_left_well(program)
            assert system_commands(program) == []


def test_a_sign_in_service_that_does_not_answer_does_not_hold_up_quitting(
    environment: dict[str, str], tmp_path: Path
) -> None:
    with served(mailbox(ANA)) as microsoft:
        asyncio.run(_connect(tmp_path / "data", microsoft))
        microsoft.post("expire", address=ANA)
        microsoft.post("faults", faults=[{"method": "POST", "path": "/token", "count": 99, "delay": 60.0}])
        with terminal([*PROGRAM, "--simulator", microsoft.origin], environment) as program:
            program.until("reading")
            program.press("2")
            program.until("Not yet read")
            program.press("q")
            assert program.ended() < 2.5
            assert_left_well(program)
