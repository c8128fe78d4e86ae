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
from random import Random
from typing import TYPE_CHECKING, Any, TypeVar

from tui.clock import Clock
from tui.domain.events import CalendarKey
from tui.errors import CalConnectError, StoreError
from tui.workspace.loops import Loops, foreseen
from tui.workspace.notices import Failed, Notice, SnapshotReady, SyncFinished, SyncProgress, Tell
from tui.workspace.view import Snapshot

if TYPE_CHECKING:
    from tui.sync.scheduler import CalendarReport
    from tui.workspace.news import News
    from tui.workspace.workspace import Workspace

__all__ = ["Background", "Failed", "Notice", "SnapshotReady", "SyncFinished", "SyncProgress", "Tell"]

T = TypeVar("T")
log = logging.getLogger(__name__)

FOLLOW_SECONDS = 1.0
REDRAW_SECONDS = 30.0


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
        self._uses: set[asyncio.Task[Any]] = set()
        self._stopping: asyncio.Event | None = None
        self._changed: asyncio.Event | None = None

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
            self._news.forget()
            self._redraw()

        self._soon(select)

    def sync_now(self) -> None:
        """Start a round of every account."""
        self._soon(lambda: self._loops.sync_now())

    def set_focused(self, focused: bool) -> None:
        """Poll more rarely while nobody looks."""
        self._soon(lambda: self._loops.focus(focused))

    def stop(self, timeout: float = 1.5) -> None:
        """End; rounds under way are given up without harm. Waits up to ``timeout`` seconds."""
        self._soon(lambda: self._stopping.set() if self._stopping else None)
        if self._thread.is_alive():
            self._thread.join(timeout)

    @property
    def is_running(self) -> bool:
        """Whether something still holds it up: a thread that waits for the network cannot be ended from outside."""
        return self._thread.is_alive()

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
        if result.cancelled():
            return
        if failure := ready.exception():
            _fail(result, failure)
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
            with foreseen():
                self._workspace = self._open()
                self._news = self._newspaper()
                self._loops = Loops(self._workspace, self._tell, self._note, clock=self._clock, random=self._random)
        except CalConnectError as error:
            self._ready.set_exception(error)
            self._tell(Failed(error))
            return
        self._ready.set_result(asyncio.get_running_loop())
        helpers = [asyncio.create_task(self._told(work())) for work in (self._draw, self._follow, self.prepare)]
        try:
            await self._stopping.wait()
        finally:
            await _cancelled([*helpers, *self._uses, *self._loops.close()])
            await self._workspace.close()

    async def _told(self, work: Coroutine[Any, Any, None]) -> None:
        """Do ``work``; what it could not mend itself reaches the person."""
        try:
            with foreseen():
                await work
        except CalConnectError as error:
            self._tell(Failed(error))

    async def prepare(self) -> None:
        """What has to happen before anything is shown and read; the demo signs its accounts in here."""
        self._redraw()
        self._loops.attend()

    async def _use(self, use_case: Callable[[Workspace], Awaitable[T]]) -> T:
        task = asyncio.current_task()
        assert task is not None
        self._uses.add(task)
        try:
            return await use_case(self._workspace)
        finally:
            self._uses.discard(task)
            self._loops.attend()
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
            snapshot = self._snapshot()
            self._news.known(snapshot.groups)
            self._tell(SnapshotReady(snapshot))

    def _snapshot(self) -> Snapshot:
        from tui.workspace.snapshot import snapshot_of

        return snapshot_of(
            self._workspace, selected=self._selected, now=self._clock.now(), syncing=dict(self._loops.syncing)
        )

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
                self._loops.attend()
                self._redraw()

    def _newspaper(self) -> News:
        from tui.workspace.news import News

        return News(self._workspace.database.roster, self._clock)

    def _note(self, reports: Sequence[CalendarReport], unread: frozenset[CalendarKey]) -> None:
        """Keep what a round changed; one that changed nothing is not worth a look at all conflicts."""
        known = [report for report in reports if report.key not in unread]
        changed, removed = sum(report.changed for report in known), sum(report.removed for report in known)
        read = sum(report.events for report in reports if report.key in unread)
        if changed or removed or read:
            self._news.note(changed, removed, self._snapshot().groups, read=read)
        self._redraw()


def _fail(result: Future[T], failure: BaseException) -> None:
    if result.set_running_or_notify_cancel():
        result.set_exception(failure)


def _chain(running: Future[T], result: Future[T]) -> None:
    """Let ``result`` end as ``running`` does, and cancelling it cancel ``running``."""

    def finish(done: Future[T]) -> None:
        if done.cancelled():
            result.cancel()
        elif failure := done.exception():
            _fail(result, failure)
        elif result.set_running_or_notify_cancel():
            result.set_result(done.result())

    running.add_done_callback(finish)
    result.add_done_callback(lambda ended: running.cancel() if ended.cancelled() else None)


async def _cancelled(tasks: Sequence[asyncio.Task[Any]]) -> None:
    """Cancel tasks and wait for their ends, whatever they are."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
