"""The logs this process has open: one storage per file, however many databases use it.

Two storages of one file in one process would wait for each other's kernel lock.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from tui.store.log import Log, LogOptions
from tui.store.storage import LogStorage


class _Shared:
    """A storage and how many databases use it."""

    def __init__(self, log: Log, storage: LogStorage) -> None:
        self.log = log
        self.storage = storage
        self.users = 0


_lock = threading.Lock()
_open: dict[tuple[int, Path], _Shared] = {}


def shared_storage(path: Path, options: LogOptions, new_id: Callable[[], str]) -> LogStorage:
    """The storage of the log at ``path``, opened unless it is; each call needs one ``close``.

    One that is open keeps the options and ``new_id`` it was opened with. Raises as Log.open does.
    """
    place = path.parent.resolve() / path.name
    key = (id(options.file_system), place)
    with _lock:
        shared = _open.get(key) or _opened(key, Log(place, options), new_id)
        shared.users += 1
        _open[key] = shared
        return shared.storage


def _opened(key: tuple[int, Path], log: Log, new_id: Callable[[], str]) -> _Shared:
    log.open()
    return _Shared(log, LogStorage(log, new_id=new_id, closing=lambda: _release(key)))


def _release(key: tuple[int, Path]) -> None:
    with _lock:
        shared = _open[key]
        shared.users -= 1
        if not shared.users:
            del _open[key]
            shared.log.close()
