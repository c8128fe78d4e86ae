"""The key of the token file, kept in the operating system's keyring.

The keyring holds only this key: some keyrings refuse anything longer than a few hundred characters. One key serves all
data directories of the person. A keyring may ask for a password or hang, so it is spoken to in a thread that is left
behind after a few seconds.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Protocol, cast

from cryptography.fernet import Fernet, InvalidToken

from tui.errors import StoreError
from tui.limits import KEYRING_WAIT_SECONDS

_SERVICE = "calconnect-tui"
_NAME = "token file key"


class KeyringUnavailable(StoreError):
    """There is no keyring, or it does not answer. Nothing was written; plain files need the person's consent."""


class Keyring(Protocol):
    """What is used of the keyring library's backends."""

    priority: float

    def get_password(self, service: str, username: str) -> str | None: ...

    def set_password(self, service: str, username: str, password: str) -> None: ...


def token_key(keyring: Keyring | None = None, wait_seconds: float = KEYRING_WAIT_SECONDS) -> Fernet:
    """The cipher with the stored key, made and stored at the first call. ``None`` is the system's keyring.

    Blocks for at most ``wait_seconds``. Raises KeyringUnavailable.
    """
    return Fernet(_within(wait_seconds, lambda: _stored_key(keyring or _system_keyring())))


def _system_keyring() -> Keyring:
    import keyring

    return cast(Keyring, keyring.get_keyring())


def _stored_key(keyring: Keyring) -> bytes:
    # The library gives its placeholders and its plain-text backends a priority below one.
    if keyring.priority < 1:
        raise _unavailable("This machine has no keyring to keep the key of your sign-ins.")
    key = keyring.get_password(_SERVICE, _NAME)
    if key is None:
        keyring.set_password(_SERVICE, _NAME, Fernet.generate_key().decode())
        # Read back: another process may have stored one in between, and some keyrings forget silently.
        key = keyring.get_password(_SERVICE, _NAME)
    if key is None:
        raise _unavailable("The keyring did not keep the key of your sign-ins.")
    Fernet(key)
    return key.encode()


def _within(seconds: float, work: Callable[[], bytes]) -> bytes:
    """The result of ``work`` in a thread that does not hold up the end of the program."""
    outcome: list[bytes] = []
    failure: list[BaseException] = []

    def run() -> None:
        try:
            outcome.append(work())
        except Exception as error:  # noqa: BLE001 - a keyring's backend may raise anything; it is handed on below
            failure.append(error)

    thread = threading.Thread(target=run, name="keyring", daemon=True)
    thread.start()
    thread.join(seconds)
    if outcome:
        return outcome[0]
    if not failure:
        raise _unavailable(f"The keyring did not answer within {seconds:g} seconds.")
    if isinstance(failure[0], KeyringUnavailable):
        raise failure[0]
    raise _unavailable(f"The keyring failed ({type(failure[0]).__name__}).") from failure[0]


def _unavailable(what: str) -> KeyringUnavailable:
    return KeyringUnavailable(what, "Unlock or install one, or choose --token-storage file or memory.")


def decrypted(cipher: Fernet, data: bytes) -> bytes | None:
    """The plain text of ``data``, or None when it was damaged or encrypted with another key."""
    try:
        return cipher.decrypt(data)
    except InvalidToken:
        return None
