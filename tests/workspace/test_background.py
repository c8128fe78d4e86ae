"""The thread beside the screens: what it says, what it survives, and how it ends."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError
from datetime import timedelta
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from workspace.listening import Listener, running
from workspace.served import (
    ANA,
    BEN,
    Microsoft,
    calendar,
    event,
    mailbox,
    no_program_settings,
    opened,
    options,
    served,
    signed_in,
    until,
)

from tui.clock import SystemClock
from tui.errors import CalConnectError, StoreError, UsageError
from tui.sync.scheduler import CalendarReport, Progress
from tui.workspace.background import Background, Failed, SnapshotReady, SyncFinished, SyncProgress
from tui.workspace.calendar import Calendars
from tui.workspace.workspace import Workspace

DAY = (SystemClock().now().date() + timedelta(days=1)).isoformat()
DENTIST = event("Dentist", f"{DAY}T10:00:00", f"{DAY}T11:00:00")
REVIEW = event("Review", f"{DAY}T10:30:00", f"{DAY}T11:30:00")
SLOW = [{"path": "/delta", "count": 99, "delay": 60.0}]


@pytest.fixture
def microsoft() -> Iterator[Microsoft]:
    with served(
        mailbox(ANA, calendar("Calendar", DENTIST, default=True), calendar("Team")),
        mailbox(BEN, calendar("Calendar", REVIEW, default=True)),
    ) as microsoft:
        yield microsoft


async def connect_both(directory: Path, microsoft: Microsoft) -> None:
    workspace = opened(directory, microsoft)
    for address in (ANA, BEN):
        account = await signed_in(workspace, microsoft, address)
        await workspace.connections.connect(account.id, workspace.connections.ensure_sub_account(None).id)
    await workspace.close()


@pytest.fixture
def directory(tmp_path: Path, microsoft: Microsoft) -> Path:
    """A data directory in which both accounts are connected, and nothing is read yet."""
    asyncio.run(connect_both(tmp_path, microsoft))
    return tmp_path


@pytest.fixture
def background(directory: Path, microsoft: Microsoft) -> Background:
    return Background(lambda: Workspace(options(directory, microsoft), SystemClock()), SystemClock())


async def thread_name(workspace: Workspace) -> str:
    return threading.current_thread().name


def test_what_is_stored_is_shown_before_anything_is_read(background: Background, microsoft: Microsoft) -> None:
    microsoft.post("faults", faults=SLOW)
    with running(background) as heard:
        until(lambda: heard.of(SnapshotReady), "a snapshot")
        assert heard.of(SyncFinished) == []
        assert sorted(view.account.address for view in heard.snapshot.accounts) == [ANA, BEN]
        assert heard.snapshot.sub_account is not None
        assert heard.snapshot.sub_account.name == "Main"


def test_both_accounts_are_read_without_being_asked_to(background: Background) -> None:
    with running(background) as heard:
        heard.until_seen("Dentist", "Review")
        until(lambda: len(heard.of(SyncFinished)) == 2, "a round of each account")
        assert sum(notice.changed for notice in heard.of(SyncFinished)) == 2
        assert [notice.errors for notice in heard.of(SyncFinished)] == [0, 0]
        until(lambda: len(heard.snapshot.groups) == 1, "the double booking")


def test_progress_says_what_is_read_and_ends_empty(background: Background) -> None:
    with running(background) as heard:
        until(lambda: len(heard.of(SyncFinished)) == 2, "a round of each account")
        texts: dict[str, list[str]] = {}
        for notice in heard.of(SyncProgress):
            texts.setdefault(notice.account_id, []).append(notice.text)
    assert len(texts) == 2
    for said in texts.values():
        assert said[0] == "reading"
        assert "reading 1 events" in said
        assert said[-1] == ""


def test_use_cases_run_on_the_background_thread_and_a_snapshot_follows(background: Background) -> None:
    with running(background) as heard:
        assert background.submit(thread_name).result(10) == "background"
        seen = len(heard.of(SnapshotReady))
        background.submit(thread_name).result(10)
        until(lambda: len(heard.of(SnapshotReady)) > seen, "another snapshot")


def test_a_use_case_asked_for_before_the_start_is_done_after_it(background: Background) -> None:
    early = background.submit(thread_name)
    with running(background):
        assert early.result(10) == "background"


def test_an_error_of_a_use_case_comes_back_to_who_asked(background: Background) -> None:
    async def fail(workspace: Workspace) -> None:
        workspace.connections.account("nobody@nowhere.example")

    with running(background) as heard:
        with pytest.raises(UsageError, match=r"nobody@nowhere\.example"):
            background.submit(fail).result(10)
        assert heard.of(Failed) == []
        assert background.submit(thread_name).result(10) == "background"


def test_cancelling_gives_the_use_case_up(background: Background) -> None:
    begun, given_up = threading.Event(), threading.Event()

    async def wait(workspace: Workspace) -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            given_up.set()

    with running(background):
        result = background.submit(wait)
        assert begun.wait(10)
        assert result.cancel()
        assert given_up.wait(10)
        assert background.submit(thread_name).result(10) == "background"


def test_a_use_case_cancelled_before_the_start_never_runs(background: Background) -> None:
    ran: list[str] = []

    async def note(workspace: Workspace) -> None:
        ran.append("ran")

    background.submit(note).cancel()
    with running(background):
        background.submit(thread_name).result(10)
    assert ran == []


def test_stopping_gives_up_rounds_that_wait_for_microsoft(background: Background, microsoft: Microsoft) -> None:
    microsoft.post("faults", faults=SLOW)
    with running(background) as heard:
        until(lambda: sum(microsoft.requests().values()) >= 2, "requests under way")
        until(lambda: heard.of(SyncProgress), "a round under way")
        waiting = background.submit(lambda workspace: asyncio.Event().wait())
        started = monotonic()
        background.stop(5.0)
        assert monotonic() - started < 2.0
        assert not background.is_running
        with pytest.raises(CancelledError):
            waiting.result(1)


def test_a_background_that_has_stopped_gives_use_cases_up_at_once(background: Background) -> None:
    with running(background):
        background.submit(thread_name).result(10)
    late = background.submit(thread_name)
    assert late.cancelled()
    background.sync_now()
    background.set_focused(False)
    background.stop()


def test_stopping_before_the_start_is_nothing_to_wait_for(background: Background) -> None:
    started = monotonic()
    background.stop()
    assert monotonic() - started < 0.5


def test_a_store_that_cannot_be_opened_is_said_and_use_cases_fail_with_it(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    broken = Background(lambda: Workspace(options(tmp_path / "file", None), SystemClock()), SystemClock())
    early = broken.submit(thread_name)
    dropped = broken.submit(thread_name)
    dropped.cancel()
    with running(broken) as heard:
        until(lambda: heard.of(Failed), "the failure")
        assert isinstance(heard.of(Failed)[0].error, StoreError)
        for result in (early, broken.submit(thread_name)):
            with pytest.raises(StoreError):
                result.result(10)


def test_an_error_of_this_program_while_opening_is_said_and_nobody_waits_for_ever() -> None:
    def fail() -> Workspace:
        raise ZeroDivisionError

    broken = Background(fail, SystemClock())
    early = broken.submit(thread_name)
    with running(broken) as heard:
        until(lambda: heard.of(Failed), "the failure")
        with pytest.raises(CalConnectError):
            early.result(10)


class Faulty(Calendars):
    """Rounds of one account end in an error of this program."""

    address = ANA

    async def sync(
        self,
        account_ids: Iterable[str] | None = None,
        progress: Progress | None = None,
        waiting: Callable[[str], None] | None = None,
    ) -> list[CalendarReport]:
        wanted = list(account_ids or ())
        if any(target.account.id in wanted and target.account.address == self.address for target in self.targets()):
            raise ZeroDivisionError("private words")
        return await super().sync(wanted, progress, waiting)


class Mended(Faulty):
    """Rounds end in an error until the account is made well."""

    address = ANA


def faulty(directory: Path, microsoft: Microsoft, kind: type[Faulty] = Faulty) -> Workspace:
    workspace = Workspace(options(directory, microsoft), SystemClock())
    workspace.calendars = kind(
        workspace.database,
        workspace.outlook,
        workspace.connections,
        settings=workspace.settings,
        clock=workspace.clock,
        zone=workspace.zone,
    )
    return workspace


def test_an_error_in_the_round_of_one_account_leaves_the_others_alone_and_is_shown(
    directory: Path, microsoft: Microsoft
) -> None:
    with running(Background(lambda: faulty(directory, microsoft), SystemClock())) as heard:
        heard.until_seen("Review")
        until(lambda: (view := heard.account(ANA)) and view.error, "the error of the account")
        view, well = heard.account(ANA), heard.account(BEN)
        assert view is not None
        assert "private words" not in view.error
        assert well is not None
        assert well.error == ""
        assert heard.of(Failed) == []
        until(lambda: any(notice.errors for notice in heard.of(SyncFinished)), "a round with an error")


def test_an_account_whose_round_failed_by_an_error_of_this_program_is_tried_again(
    directory: Path, microsoft: Microsoft, monkeypatch: pytest.MonkeyPatch
) -> None:
    background = Background(lambda: faulty(directory, microsoft, Mended), SystemClock())
    with running(background) as heard:
        until(lambda: any(notice.errors for notice in heard.of(SyncFinished)), "a round with an error")
        monkeypatch.setattr(Mended, "address", "nobody@nowhere.example")
        background.sync_now()
        heard.until_seen("Dentist")
        until(lambda: (view := heard.account(ANA)) and not view.error, "the error gone")


def test_a_withdrawn_sign_in_is_shown_while_the_other_account_goes_on(
    background: Background, microsoft: Microsoft
) -> None:
    microsoft.post("expire", address=ANA)
    refused = {"path": "/token", "count": 99, "status": 400, "body": {"error": "invalid_grant"}}
    microsoft.post("faults", faults=[refused])
    with running(background) as heard:
        heard.until_seen("Review")
        until(lambda: (view := heard.account(ANA)) and view.error, "the broken sign-in")


def test_sync_now_reads_what_changed(background: Background, microsoft: Microsoft) -> None:
    with running(background) as heard:
        heard.until_seen("Dentist", "Review")
        until(lambda: len(heard.of(SyncFinished)) == 2, "a round of each account")
        microsoft.post("change", address=ANA, op="create", event=event("News", f"{DAY}T12:00:00", f"{DAY}T13:00:00"))
        background.sync_now()
        heard.until_seen("News", within=5)
        until(lambda: heard.snapshot.digest, "what the round changed")


def test_a_calendar_that_starts_to_count_is_read_at_once(background: Background) -> None:
    async def count_all(workspace: Workspace) -> None:
        account = workspace.connections.account(ANA)
        every = tuple(c.id for c in workspace.database.roster.calendars(account.id))
        sub_account = workspace.connections.sub_account(None)
        await workspace.connections.connect(account.id, sub_account.id, conflict=every)

    def read(heard: Listener) -> bool:
        views = [view for connection in heard.snapshot.connections for view in connection.counted]
        return len(views) == 3 and all(view.sync.last_success for view in views)

    with running(background) as heard:
        until(lambda: len(heard.of(SyncFinished)) == 2, "a round of each account")
        background.submit(count_all).result(10)
        until(lambda: read(heard), "the new calendar read")


def test_another_sub_account_is_shown_when_it_is_chosen(background: Background) -> None:
    async def family(workspace: Workspace) -> str:
        made = workspace.connections.ensure_sub_account("Family")
        await workspace.connections.connect(workspace.connections.account(BEN).id, made.id)
        return made.id

    with running(background) as heard:
        heard.until_seen("Dentist", "Review")
        background.select_sub_account(background.submit(family).result(10))
        until(lambda: heard.subjects() == ["Review"], "only what the other sub-account uses")
        assert [s.name for s in heard.snapshot.sub_accounts] == ["Main", "Family"]


def test_forgetting_an_account_during_its_round_leaves_nothing_behind(
    background: Background, microsoft: Microsoft, directory: Path
) -> None:
    async def forget(workspace: Workspace) -> None:
        await workspace.connections.disconnect(workspace.connections.connection(ANA).id, forget=True)

    async def files(workspace: Workspace) -> list[str]:
        return [path.name for path in (directory / "calendars").glob("*.jsonl")]

    microsoft.post("faults", faults=[{"path": "/delta", "count": 99, "delay": 0.5}])
    with running(background) as heard:
        until(lambda: len(heard.of(SyncProgress)) >= 2, "rounds under way")
        background.submit(forget).result(10)
        heard.until_seen("Review")
        assert heard.account(ANA) is None
        assert len(background.submit(files).result(10)) == 1


def command(directory: Path, microsoft: Microsoft, *words: str) -> None:
    environment: dict[str, Any] = no_program_settings(os.environ)
    call = [sys.executable, "-m", "tui.cli", "--data-dir", str(directory), "--simulator", microsoft.origin, *words]
    subprocess.run(call, env=environment, check=True, capture_output=True, timeout=30)


def test_what_another_process_saves_is_shown_within_two_seconds(
    background: Background, microsoft: Microsoft, directory: Path
) -> None:
    with running(background) as heard:
        until(lambda: len(heard.of(SyncFinished)) == 2, "a round of each account")
        microsoft.post("change", address=BEN, op="create", event=event("News", f"{DAY}T12:00:00", f"{DAY}T13:00:00"))
        command(directory, microsoft, "sync")
        heard.until_seen("News", within=2)
        command(directory, microsoft, "connect", "--account", BEN, "--sub-account", "Family")
        until(lambda: len(heard.snapshot.sub_accounts) == 2, "the new sub-account", within=2)
        command(directory, microsoft, "disconnect", ANA, "--forget")
        until(lambda: heard.account(ANA) is None, "the account gone", within=2)
        assert heard.of(Failed) == []
