"""The demo: three accounts in both sub-accounts, and nothing left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from workspace.listening import children_of, is_running, running
from workspace.served import no_program_settings, options, until

from tui.clock import SystemClock
from tui.workspace.background import Failed
from tui.workspace.demo import Demo

PROGRAM = """
import sys, threading
from pathlib import Path
from zoneinfo import ZoneInfo
from tui.clock import SystemClock
from tui.settings import Settings
from tui.workspace.demo import Demo
from tui.workspace.options import Options
options = Options(directory=Path(sys.argv[1]), settings=Settings(), zone=ZoneInfo("UTC"))
Demo(options, SystemClock()).start(lambda notice: print(type(notice).__name__, flush=True))
threading.Event().wait()
"""


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary folders are made."""
    place = tmp_path / "temporary"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    return place


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The person's own data directory, with settings that cannot be read."""
    directory = tmp_path / "own"
    directory.mkdir()
    (directory / "settings.toml").write_text("not [ toml")
    monkeypatch.setenv("CALCONNECT_DATA_DIR", str(directory))
    return directory


def test_it_connects_three_accounts_in_both_sub_accounts_and_leaves_nothing(own: Path, temporary: Path) -> None:
    before = set(children_of(os.getpid()))
    demo = Demo(options(own, None), SystemClock())
    with running(demo) as heard:
        until(
            lambda: len(heard.snapshot.all_connections) == 6 and all(v.last_success for v in heard.snapshot.accounts),
            "six connections, all read",
        )
        assert heard.of(Failed) == []
        shown = heard.snapshot
        assert [view.account.letter for view in shown.accounts] == ["A", "B", "C"]
        assert [sub_account.name for sub_account in shown.sub_accounts] == ["Main", "Family"]
        assert [len(view.used_in) for view in shown.accounts] == [2, 2, 2]
        assert sum(1 for connection in shown.connections if connection.linked) == 1
        until(
            lambda: {letter for m in heard.snapshot.meetings for letter in heard.snapshot.letters_of(m)} == {*"ABC"}, ""
        )
        (child,) = set(children_of(os.getpid())) - before
        assert list(temporary.iterdir())
    assert not is_running(child)
    assert list(temporary.iterdir()) == []
    assert [path.name for path in own.iterdir()] == ["settings.toml"]


def test_a_demo_that_is_never_started_leaves_no_folder(own: Path, temporary: Path) -> None:
    Demo(options(own, None), SystemClock())
    assert list(temporary.iterdir()) == []


def test_stopping_it_while_it_starts_leaves_nothing(own: Path, temporary: Path) -> None:
    before = set(children_of(os.getpid()))
    demo = Demo(options(own, None), SystemClock())
    with running(demo):
        until(lambda: set(children_of(os.getpid())) - before, "the simulator's process")
    until(lambda: set(children_of(os.getpid())) == before, "the simulator gone", within=3)
    assert list(temporary.iterdir()) == []


def test_a_killed_demo_leaves_no_process_behind(tmp_path: Path) -> None:
    environment = no_program_settings(os.environ) | {"TMPDIR": str(tmp_path)}
    call = [sys.executable, "-c", PROGRAM, str(tmp_path)]
    with subprocess.Popen(call, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline().strip() in ("SnapshotReady", "SyncProgress")
            (child,) = children_of(process.pid)
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait(10)
    until(lambda: not is_running(child), "the simulator gone", within=5)
