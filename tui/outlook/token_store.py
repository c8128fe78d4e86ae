"""Where MSAL's tokens are kept: encrypted with a key of the OS keyring, in a plain private file, or in memory only.

What always holds: several processes may sign in, refresh and sign out at once and none loses another's work; the file
is whole after a crash; a file that cannot be read is set aside, never deleted; no credential is kept without its
account, so that a refresh which ends after signing out leaves nothing behind.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from cryptography.fernet import Fernet
from filelock import FileLock, Timeout
from msal import SerializableTokenCache

from tui.domain.text import clean
from tui.errors import StoreError
from tui.limits import COMMIT_LOCK_WAIT_SECONDS
from tui.outlook.private_files import (
    Signature,
    private_directory,
    read_private,
    remove_leftovers,
    replace_private,
    signature,
)
from tui.outlook.token_key import Keyring, KeyringUnavailable, decrypted, token_key

__all__ = ["KeyringUnavailable", "TokenStorage", "TokenStore", "open_token_store", "storage_in_use"]

_FILE = "tokens"
_LOCK = "tokens.lock"
_FERNET_START = b"gAAAA"
_Cache = dict[str, dict[str, dict[str, Any]]]
_CREDENTIALS = (
    SerializableTokenCache.CredentialType.ACCESS_TOKEN,
    SerializableTokenCache.CredentialType.REFRESH_TOKEN,
    SerializableTokenCache.CredentialType.ID_TOKEN,
)
_ACCOUNT = SerializableTokenCache.CredentialType.ACCOUNT


class TokenStorage(StrEnum):
    """Where sign-ins are kept."""

    KEYRING = "keyring"
    FILE = "file"
    MEMORY = "memory"


def storage_in_use(directory: Path) -> TokenStorage | None:
    """How the sign-ins in ``directory`` are kept, or None when there are none yet."""
    path = directory / _FILE
    if signature(path) is None:
        return None
    return TokenStorage.KEYRING if read_private(path).startswith(_FERNET_START) else TokenStorage.FILE


def open_token_store(directory: Path, storage: TokenStorage, keyring: Keyring | None = None) -> TokenStore:
    """The sign-ins of ``directory``, which becomes private to its owner; blocks for a few seconds at most.

    What is kept in another form is rewritten in the one asked for. Raises KeyringUnavailable before anything is
    written, and StoreError.
    """
    if storage is TokenStorage.MEMORY:
        return TokenStore(storage)
    private_directory(directory)
    in_use = storage_in_use(directory)
    store = TokenStore(storage, directory / _FILE, cache(lambda: token_key(keyring)))
    store.open()
    if in_use not in (None, storage):
        store.rewrite()
    return store


class TokenStore(SerializableTokenCache):  # type: ignore[misc]  # MSAL has no types
    """MSAL's token cache over one file; safe to use from several threads and processes.

    ``path`` is the file, None for memory only. ``cipher`` gives what encrypts it where ``storage`` is the keyring.
    """

    def __init__(
        self, storage: TokenStorage, path: Path | None = None, cipher: Callable[[], Fernet] = token_key
    ) -> None:
        super().__init__()
        self._cache: _Cache = {}
        self.storage = storage
        self._path = path
        self._cipher = cipher
        self._seen: Signature | None = None
        self._depth = 0
        self._notices: list[str] = []
        self._file_lock = FileLock(path.with_name(_LOCK), mode=0o600) if path else None

    def __repr__(self) -> str:
        return f"TokenStore({self.storage})"

    @property
    def notices(self) -> tuple[str, ...]:
        """What the person should be told about the file, in sentences, oldest first."""
        return tuple(self._notices)

    def open(self) -> None:
        """Read the file. Raises KeyringUnavailable or StoreError before anything is written."""
        if self._path is None:
            return
        if self.storage is TokenStorage.KEYRING:
            self._cipher()
        with self._lock, self._locked():
            remove_leftovers(self._path)
            try:
                self._reload()
            except KeyringUnavailable:
                # Plain files were asked for, and nobody can read the encrypted one now.
                self._set_aside(self._path)

    def search(self, *arguments: Any, **options: Any) -> Iterator[dict[str, Any]]:
        """MSAL's search, over what any process has stored by now."""
        with self._lock:
            self._catch_up()
            yield from super().search(*arguments, **options)

    def add(self, event: Mapping[str, Any], **options: Any) -> None:
        """MSAL's report of new tokens, stored at once as a whole."""
        with self._transaction():
            super().add(event, **options)

    def modify(self, credential_type: str, old_entry: Mapping[str, Any], new_key_value_pairs: Any = None) -> None:
        """MSAL's change or removal of one entry."""
        with self._transaction():
            super().modify(credential_type, old_entry, new_key_value_pairs)

    def accounts(self) -> list[dict[str, Any]]:
        """The account entries, each once, as MSAL keeps them."""
        return list({entry["home_account_id"]: entry for entry in self.search(_ACCOUNT)}.values())

    def entry(self, credential_type: str, account_id: str) -> dict[str, Any] | None:
        """The newest entry of a type for a home account id."""
        found = list(self.search(credential_type, query={"home_account_id": account_id}))
        return max(found, key=lambda entry: int(entry.get("last_modification_time", 0)), default=None)

    def forget(self, account_id: str) -> None:
        """Drop the account and all its tokens. Nothing is revoked at Microsoft."""
        with self._transaction():
            for entry in list(super().search(_ACCOUNT, query={"home_account_id": account_id})):
                super().modify(_ACCOUNT, entry)

    def rewrite(self) -> None:
        """Write the file anew, in the form of this storage."""
        with self._transaction():
            self.has_state_changed = True

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        """Everything within is based on the newest file and saved once, at the outermost end."""
        with self._lock, self._locked():
            self._depth += 1
            try:
                if self._depth == 1:
                    self._reload()
                yield
                if self._depth == 1 and self.has_state_changed:
                    self._drop_orphans()
                    self._save()
            finally:
                self._depth -= 1

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        if self._file_lock is None:
            yield
            return
        try:
            self._file_lock.acquire(timeout=COMMIT_LOCK_WAIT_SECONDS)
        except Timeout:
            raise StoreError("Another process holds the file of your sign-ins.", "Close it, or try again.") from None
        except OSError as error:
            raise StoreError(f"The file of your sign-ins cannot be locked: {error.strerror}.", "") from error
        try:
            yield
        finally:
            self._file_lock.release()

    def _catch_up(self) -> None:
        """Take over what another process wrote. Files are replaced whole, so reading needs no lock."""
        if self._depth == 0:
            self._reload()

    def _reload(self) -> None:
        """Read the file if it is another than was last seen."""
        if self._path is None or (found := signature(self._path)) == self._seen:
            return
        cache = self._decoded(read_private(self._path)) if found else {}
        if cache is None:
            self._set_aside_if_damaged(self._path)
            found, cache = None, {}
        if self.has_state_changed:
            # What could not be saved here is saved with the next change, beside what others have saved.
            cache = {
                kind: cache.get(kind, {}) | self._cache.get(kind, {}) for kind in cache.keys() | self._cache.keys()
            }
        self._cache = cache
        self._seen = found

    def _decoded(self, data: bytes) -> _Cache | None:
        """The entries in the bytes of a file, or None when they are damaged or the key is lost."""
        plain: bytes | None = data
        if data.startswith(_FERNET_START):
            plain = decrypted(self._cipher(), data)
        try:
            return msgspec.json.decode(plain, type=_Cache) if plain else None
        except (msgspec.DecodeError, UnicodeDecodeError):
            return None

    def _set_aside_if_damaged(self, path: Path) -> None:
        with self._locked():
            if signature(path) and self._decoded(read_private(path)) is None:
                self._set_aside(path)

    def _set_aside(self, path: Path) -> None:
        aside = path.with_name(f"{path.name}.corrupt-{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}")
        path.rename(aside)
        self._notices.append(
            clean(f"The file of your sign-ins could not be read. It is kept as {aside}; sign in again.")
        )

    def _drop_orphans(self) -> None:
        """Remove credentials without an account: a refresh was under way when the account was forgotten."""
        known = {entry["home_account_id"] for entry in super().search(_ACCOUNT)}
        for kind in _CREDENTIALS:
            for entry in [entry for entry in super().search(kind) if entry.get("home_account_id") not in known]:
                super().modify(kind, entry)

    def _save(self) -> None:
        """Write the file; when that fails the change lives on in memory and is written with the next one."""
        if self._path is None:
            self.has_state_changed = False
            return
        data = msgspec.json.encode(self._cache)
        if self.storage is TokenStorage.KEYRING:
            data = self._cipher().encrypt(data)
        try:
            replace_private(self._path, data)
        except StoreError as error:
            self._notices.append(f"The sign-in could not be saved. {error}")
            return
        self._seen = signature(self._path)
        self.has_state_changed = False
