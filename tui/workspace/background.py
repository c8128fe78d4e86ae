"""One thread beside the screens, with its own event loop, that owns the workspace and the sync.

Screens hand it use cases and hear back by notices that carry immutable values. Nothing of the workspace is touched
by any other thread. A failure of one account stays with that account.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from concurrent.futures import Future
from contextlib import suppress
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING, Any, TypeVar

from msgspec import Struct

from tui.clock import Clock
from tui.domain.accounts import OutlookAccount
from tui.errors import CalConnectError, StoreError
from tui.workspace.view import Snapshot

if TYPE_CHECKING:
    from tui.domain.conflicts import Group
    from tui.sync.scheduler import AccountLoop, CalendarReport
    from tui.workspace.workspace import Workspace

T = TypeVar("T")
log = logging.getLogger(__name__)

FOLLOW_SECONDS = 1.0
REDRAW_SECONDS = 30.0
ONE_ROUND = timedelta(seconds=10)


class Notice(Struct, frozen=True):
    """Something that the screens should know."""


class SnapshotReady(Notice, frozen=True):
    """Everything was computed anew and is replaced whole."""

    snapshot: Snapshot


class SyncProgress(Notice, frozen=True):
    """What is being read for an account, in words; empty when its round has ended."""

    account_id: str
    text: str


class SyncFinished(Notice, frozen=True):
    """A round of one account has ended."""

    changed: int
    removed: int
    errors: int


class Failed(Notice, frozen=True):
    """The background cannot go on; what happened and what to do."""

    error: CalConnectError


Tell = Callable[[Notice], None]


class Background:
    """Starts, watches and stops everything that happens beside the screens."""

    is_demo = False

    def __init__(self, open_workspace: Callable[[], Workspace], clock: Clock, *, random: Random | None = None) -> None:
        """``open_workspace`` is called on the background thread, so that opening never delays the first frame."""
        self._open = open_workspace
        self._clock = clock
        self._random = random or Random()
        self._ready: Future[asyncio.AbstractEventLoop] = Future()
        self._thread = threading.Thread(target=self._main, name="background", daemon=True)
        self._tell: Tell = lambda notice: None
        self._selected: str | None = None
        self._focused = True
        self._syncing: dict[str, str] = {}
        self._loops: dict[str, tuple[AccountLoop, asyncio.Task[None]]] = {}
        self._stopping: asyncio.Event | None = None
        self._changed: asyncio.Event | None = None
        self._groups: tuple[Group, ...] | None = None

    # From the app's thread

    def start(self, tell: Tell) -> None:
        """Begin; ``tell`` is called on the background thread."""
        self._tell = tell
        self._thread.start()

    def submit(self, use_case: Callable[[Workspace], Awaitable[T]]) -> Future[T]:
        """Run a use case on the background thread; a new snapshot follows it."""
        result: Future[T] = Future()
        self._ready.add_done_callback(lambda ready: self._hand_over(ready, use_case, result))
        return result

    def select_sub_account(self, sub_account_id: str) -> None:
        """Show another sub-account."""

        def select() -> None:
            self._selected = sub_account_id
            self._groups = None
            self._redraw()

        self._soon(select)

    def sync_now(self) -> None:
        """Start a round of every account."""

        def wake() -> None:
            for loop, _ in self._loops.values():
                loop.wake()

        self._soon(wake)

    def set_focused(self, focused: bool) -> None:
        """Poll more rarely while nobody looks."""

        def focus() -> None:
            self._focused = focused
            for loop, _ in self._loops.values():
                loop.focused = focused

        self._soon(focus)

    def stop(self, timeout: float = 1.5) -> None:
        """End; rounds under way are given up without harm. Waits up to ``timeout`` seconds."""
        self._soon(lambda: self._stopping.set() if self._stopping else None)
        if self._thread.is_alive():
            self._thread.join(timeout)

    def _soon(self, call: Callable[[], Any]) -> None:
        def run(ready: Future[asyncio.AbstractEventLoop]) -> None:
            if not ready.exception():
                with suppress(RuntimeError):  # the loop has ended, and with it the need for the call
                    ready.result().call_soon_threadsafe(call)

        self._ready.add_done_callback(run)

    def _hand_over(
        self,
        ready: Future[asyncio.AbstractEventLoop],
        use_case: Callable[[Workspace], Awaitable[T]],
        result: Future[T],
    ) -> None:
        failure = ready.exception()
        if failure:
            result.set_exception(failure)
            return
        coroutine = self._use(use_case)
        try:
            running = asyncio.run_coroutine_threadsafe(coroutine, ready.result())
        except RuntimeError:
            coroutine.close()
            result.cancel()
            return
        _chain(running, result)

    # On the background thread

    def _main(self) -> None:
        asyncio.run(self._run())

    async def _run(self) -> None:
        self._stopping = asyncio.Event()
        self._changed = asyncio.Event()
        try:
            self._workspace = self._open()
        except CalConnectError as error:
            self._ready.set_exception(error)
            self._tell(Failed(error))
            return
        self._ready.set_result(asyncio.get_running_loop())
        self._redraw()
        helpers = [asyncio.create_task(self._told(work())) for work in (self._draw, self._follow, self.prepare)]
        try:
            await self._stopping.wait()
        finally:
            await _cancelled([*helpers, *(task for _, task in self._loops.values())])
            await self._workspace.close()

    async def _told(self, work: Coroutine[Any, Any, None]) -> None:
        """Do ``work``; what it could not mend itself reaches the person."""
        try:
            await work
        except CalConnectError as error:
            self._tell(Failed(error))
        except Exception as error:
            log.exception("the background stopped")
            self._tell(Failed(CalConnectError(f"The background work stopped ({type(error).__name__}).", "Restart.")))
            raise

    async def prepare(self) -> None:
        """What has to happen before the first round; the demo signs its accounts in here."""
        self._attend_loops()

    async def _use(self, use_case: Callable[[Workspace], Awaitable[T]]) -> T:
        try:
            return await use_case(self._workspace)
        finally:
            self._attend_loops()
            self._redraw()

    def _redraw(self) -> None:
        if self._changed:
            self._changed.set()

    async def _draw(self) -> None:
        """A new snapshot whenever something changed, at most one at a time, and now and then for what grows old."""
        assert self._changed is not None
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), REDRAW_SECONDS)
            self._changed.clear()
            self._tell(SnapshotReady(self._snapshot()))

    def _snapshot(self) -> Snapshot:
        from tui.workspace.snapshot import snapshot_of

        return snapshot_of(self._workspace, selected=self._selected, now=self._clock.now(), syncing=dict(self._syncing))

    async def _follow(self) -> None:
        """Take over what other processes wrote."""
        while True:
            await asyncio.sleep(FOLLOW_SECONDS)
            try:
                changed = self._workspace.database.catch_up()
            except StoreError as error:
                log.warning("catching up failed: %s", type(error).__name__)
                continue
            if changed:
                self._attend_loops()
                self._redraw()

    def _attend_loops(self) -> None:
        """One loop per connected account; a loop that ended by an error of this program is started again."""
        wanted = {target.account.id for target in self._workspace.calendars.targets()}
        for account_id in [id_ for id_ in self._loops if id_ not in wanted]:
            self._loops.pop(account_id)[1].cancel()
        for account_id in wanted:
            if account_id not in self._loops or self._loops[account_id][1].done():
                self._loops[account_id] = self._started(account_id)
            elif self._has_unread(account_id):
                self._loops[account_id][0].wake()

    def _has_unread(self, account_id: str) -> bool:
        keys = (key for key in self._workspace.calendars.connected() if key.account_id == account_id)
        return any(self._workspace.database.calendar(key).mark() is None for key in keys)

    def _started(self, account_id: str) -> tuple[AccountLoop, asyncio.Task[None]]:
        from tui.sync.scheduler import AccountLoop

        loop = AccountLoop(
            lambda: self._sync(account_id),
            poll_seconds=self._workspace.settings.sync.poll_seconds,
            clock=self._clock,
            random=self._random,
        )
        loop.focused = self._focused
        return loop, asyncio.create_task(loop.run())

    async def _sync(self, account_id: str) -> Sequence[CalendarReport]:
        """One round of an account, told to the screens."""
        self._progress(account_id, "reading")
        try:
            reports = await self._workspace.calendars.sync([account_id], self._count)
        finally:
            self._progress(account_id, "")
        self._note(reports)
        self._redraw()
        self._tell(
            SyncFinished(
                changed=sum(report.changed for report in reports),
                removed=sum(report.removed for report in reports),
                errors=sum(report.failure is not None for report in reports),
            )
        )
        return reports

    def _count(self, account: OutlookAccount, items: int) -> None:
        if items:
            self._progress(account.id, f"reading {items:,} events")

    def _progress(self, account_id: str, text: str) -> None:
        if text:
            self._syncing[account_id] = text
        else:
            self._syncing.pop(account_id, None)
        self._tell(SyncProgress(account_id, text))

    def _note(self, reports: Sequence[CalendarReport]) -> None:
        """Keep what a round changed, for the line that says so; accounts read together are one line."""
        from tui.store.documents import LastRound

        changed = sum(report.changed for report in reports)
        removed = sum(report.removed for report in reports)
        before, self._groups = self._groups, self._snapshot().groups
        if not changed and not removed:
            return
        new, solved = news(before if before is not None else self._groups, self._groups)
        roster = self._workspace.database.roster
        last = roster.last_round()
        now = self._clock.now()
        if last is None or not timedelta(0) <= now - last.at < ONE_ROUND:
            last = LastRound(at=now)
        with suppress(StoreError):  # a line of news is not worth an error; the events themselves are saved
            roster.put_last_round(
                LastRound(
                    at=now,
                    changed=last.changed + changed,
                    removed=last.removed + removed,
                    new_conflicts=last.new_conflicts + new,
                    solved_conflicts=last.solved_conflicts + solved,
                )
            )


def news(before: Sequence[Group], after: Sequence[Group]) -> tuple[int, int]:
    """How many groups hold a pair that there was not before, and how many have none left of those they had."""
    old, new = _pairs(before), _pairs(after)
    return (
        sum(not old.issuperset(_pairs([group])) for group in after),
        sum(new.isdisjoint(_pairs([group])) for group in before),
    )


def _pairs(groups: Sequence[Group]) -> set[tuple[str, str]]:
    return {(pair.first.id, pair.second.id) for group in groups for pair in group.pairs}


def _chain(running: Future[T], result: Future[T]) -> None:
    """Let ``result`` end as ``running`` does, and cancelling it cancel ``running``."""

    def finish(done: Future[T]) -> None:
        if done.cancelled():
            result.cancel()
        elif not result.set_running_or_notify_cancel():
            return
        elif failure := done.exception():
            result.set_exception(failure)
        else:
            result.set_result(done.result())

    running.add_done_callback(finish)
    result.add_done_callback(lambda ended: running.cancel() if ended.cancelled() else None)


async def _cancelled(tasks: Sequence[asyncio.Task[None]]) -> None:
    """Cancel tasks and wait for their ends, whatever they are."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
