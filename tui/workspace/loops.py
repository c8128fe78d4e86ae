"""The loops of all connected accounts on the background's event loop, and what their rounds say.

Each account has one, so that none waits for another. A round that fails is that account's failure alone.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from random import Random
from typing import TYPE_CHECKING, NamedTuple

from tui.clock import Clock
from tui.domain.accounts import OutlookAccount, SignInState
from tui.domain.events import CalendarKey
from tui.errors import CalConnectError
from tui.limits import FRESH_SHARE_OF_POLL, START_STAGGER_SECONDS
from tui.workspace.notices import SyncFinished, SyncProgress, Tell

if TYPE_CHECKING:
    from tui.sync.loop import AccountLoop
    from tui.sync.scheduler import CalendarReport
    from tui.workspace.workspace import Workspace

log = logging.getLogger(__name__)

Ended = Callable[[Sequence["CalendarReport"], frozenset[CalendarKey]], None]
"""Hears the reports of a round, and which of its calendars had never been read before it."""


class _Occasions(NamedTuple):
    """What an account's rounds are for beyond its poll, as it was when somebody looked last."""

    unread: frozenset[CalendarKey]
    ready: frozenset[tuple[str, ...]]
    state: SignInState

    def call_for_a_round(self, before: _Occasions) -> bool:
        """Whether there is something new to read or to send, or the person has signed in again."""
        is_back = (before.state, self.state) == (SignInState.SIGN_IN_AGAIN, SignInState.SIGNED_IN)
        return bool(self.unread - before.unread or self.ready - before.ready) or is_back


class _Running(NamedTuple):
    loop: AccountLoop
    task: asyncio.Task[None]


class Loops:
    """Starts, wakes and ends the loops."""

    def __init__(self, workspace: Workspace, tell: Tell, ended: Ended, *, clock: Clock, random: Random) -> None:
        self._workspace = workspace
        self._tell = tell
        self._ended = ended
        self._clock = clock
        self._random = random
        self._running: dict[str, _Running] = {}
        self._seen: dict[str, _Occasions] = {}
        self._focused = True
        self._asked = 0
        self._is_closed = False
        self.syncing: dict[str, str] = {}
        """What is being read, in words, by account id."""

    def attend(self) -> None:
        """Have one loop per connected account, and a round now where there is an occasion for one."""
        if self._is_closed:
            return
        wanted = [target.account for target in self._workspace.calendars.targets()]
        for account_id in self._running.keys() - {account.id for account in wanted}:
            self._running.pop(account_id).task.cancel()
            self._seen.pop(account_id, None)
        self._start([account for account in wanted if not self._is_running(account.id)])
        for account in wanted:
            self._look_at(account)

    def sync_now(self) -> None:
        """Start a round of every account."""
        self._asked += 1
        for running in self._running.values():
            running.loop.wake()

    def focus(self, focused: bool) -> None:
        """Poll more rarely while nobody looks."""
        self._focused = focused
        for running in self._running.values():
            running.loop.focused = focused

    def close(self) -> list[asyncio.Task[None]]:
        """Start no more; the tasks that still run."""
        self._is_closed = True
        return [running.task for running in self._running.values()]

    def _is_running(self, account_id: str) -> bool:
        """A loop that ended by an error of this program is started again."""
        return account_id in self._running and not self._running[account_id].task.done()

    def _start(self, accounts: Sequence[OutlookAccount]) -> None:
        """What was never read is read at once, the others one after the other."""
        place = 0
        for account in accounts:
            occasions = self._occasions(account)
            self._running[account.id] = self._started(account.id, 0 if occasions.unread else place)
            self._seen[account.id] = occasions
            place += not occasions.unread

    def _started(self, account_id: str, place: int) -> _Running:
        from tui.sync.loop import AccountLoop

        loop = AccountLoop(
            lambda is_asked: self._sync(account_id, is_asked=is_asked),
            poll_seconds=self._workspace.settings.sync.poll_seconds,
            clock=self._clock,
            random=self._random,
            closed_seconds=lambda: self._workspace.outlook.gates.closed_seconds(account_id),
            start_seconds=place * START_STAGGER_SECONDS,
        )
        loop.focused = self._focused
        return _Running(loop, asyncio.create_task(loop.run()))

    def _look_at(self, account: OutlookAccount) -> None:
        occasions = self._occasions(account)
        if occasions.call_for_a_round(self._seen[account.id]):
            self._running[account.id].loop.wake()
        self._seen[account.id] = occasions

    def _occasions(self, account: OutlookAccount) -> _Occasions:
        return _Occasions(self._unread(account.id), self._workspace.outbox.ready(account.id), account.state)

    def _unread(self, account_id: str) -> frozenset[CalendarKey]:
        """The connected calendars of an account that have never been read."""
        keys = (key for key in self._workspace.calendars.connected() if key.account_id == account_id)
        return frozenset(key for key in keys if self._workspace.database.calendar(key).mark() is None)

    async def _sync(self, account_id: str, *, is_asked: bool) -> Sequence[CalendarReport]:
        """One round of an account, told to the screens; whatever goes wrong in it is that account's failure alone.

        A round that nobody asked for is left out when another process has just read the account and nothing waits.
        """
        fresh = self._workspace.settings.sync.poll_seconds * FRESH_SHARE_OF_POLL
        is_idle = not is_asked and not self._workspace.outbox.ready(account_id)
        if is_idle and self._workspace.calendars.is_fresh(account_id, fresh):
            return []
        asked = self._asked
        try:
            with foreseen():
                reports = await self._round(account_id)
        except CalConnectError as error:
            reports = self._workspace.calendars.failed(account_id, error)
            self._ended((), frozenset())
        self._note_state(account_id)
        self._tell(
            SyncFinished(
                changed=sum(report.changed for report in reports),
                removed=sum(report.removed for report in reports),
                errors=sum(report.failure is not None for report in reports),
                account_id=account_id,
                asked=asked,
                sent=sum(report.sent for report in reports),
                failed=sum(report.failed for report in reports),
            )
        )
        return reports

    async def _round(self, account_id: str) -> Sequence[CalendarReport]:
        self._progress(account_id, "reading")
        unread = self._unread(account_id)
        try:
            reports = await self._workspace.calendars.sync([account_id], self._count, self._wait)
        finally:
            self._progress(account_id, "")
        self._ended(reports, unread)
        return reports

    def _note_state(self, account_id: str) -> None:
        """A later change of it is the person's."""
        account = self._workspace.database.roster.account(account_id)
        if account is not None and account_id in self._seen:
            self._seen[account_id] = self._seen[account_id]._replace(state=account.state)

    def _count(self, account: OutlookAccount, items: int) -> None:
        if items:
            self._progress(account.id, f"reading {items:,} events")

    def _wait(self, account_id: str) -> None:
        self._progress(account_id, "another window is syncing")

    def _progress(self, account_id: str, text: str) -> None:
        if text:
            self.syncing[account_id] = text
        else:
            self.syncing.pop(account_id, None)
        self._tell(SyncProgress(account_id, text))


@contextmanager
def foreseen() -> Iterator[None]:
    """Only errors that a person may read leave the block; of any other the log has the place, and they the kind."""
    try:
        yield
    except CalConnectError:
        raise
    except Exception as error:
        log.exception("an error that was not foreseen")
        raise CalConnectError(f"Something in this program failed ({type(error).__name__}).", "Restart it.") from error
