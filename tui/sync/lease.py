"""One process at a time reads an account.

A lease is a kernel lock on a file of its own, held for a whole round; the end of the process, however it comes,
frees it. It says nothing about commits, which have a short lock of their own.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from hashlib import blake2b
from pathlib import Path

from filelock import FileLock, Timeout

from tui.clock import Clock
from tui.errors import RemoteError
from tui.limits import LEASE_RETRY_SECONDS, LEASE_WAIT_SECONDS


class Leases:
    """The leases of one data directory. ``waiting`` hears the id of an account that another process reads just now."""

    def __init__(
        self, directory: Path, clock: Clock, *, waiting: Callable[[str], None] = lambda account_id: None
    ) -> None:
        self._directory = directory
        self._clock = clock
        self._waiting = waiting

    @asynccontextmanager
    async def held(self, account_id: str) -> AsyncIterator[bool]:
        """Hold the account's lease; gives whether another process had it meanwhile.

        Raises RemoteError when it is not free in time.
        """
        name = blake2b(account_id.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
        lock = FileLock(self._directory / f"{name}.lease", blocking=False, mode=0o600, thread_local=False)
        waited = await self._acquired(lock, account_id)
        try:
            yield waited
        finally:
            lock.release()

    async def _acquired(self, lock: FileLock, account_id: str) -> bool:
        ends = self._clock.monotonic() + LEASE_WAIT_SECONDS
        waited = False
        while True:
            try:
                lock.acquire()
            except Timeout:
                if not waited:
                    self._waiting(account_id)
                waited = True
            else:
                return waited
            if self._clock.monotonic() >= ends:
                raise RemoteError(
                    "Another window of this program has been reading the account for a while.", "Close it, or wait."
                )
            await self._clock.sleep(LEASE_RETRY_SECONDS)
