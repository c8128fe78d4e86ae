"""The errors that a person may meet.

    CalConnectError
      UsageError            the call cannot be understood                  exit 2
        SettingsError       settings.toml cannot be used
      SignInError           Microsoft wants the person to sign in          exit 3
      RemoteError           the network or Microsoft failed                exit 4
        Throttled           Microsoft asks to wait
      StoreError            the data directory cannot be read or written   exit 5

Each carries what happened (to what) and what to do next; one place renders any of them. Both texts are
cleaned where the error is made, so they may be shown as they are.
"""

from __future__ import annotations


class CalConnectError(Exception):
    """Something that the person should read.

    ``what`` says what happened and to what, in one sentence. ``hint`` says what to do next, or is empty.
    """

    exit_code = 1

    def __init__(self, what: str, hint: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.what} {self.hint}".strip()


class UsageError(CalConnectError):
    """The call, an argument or a name in it cannot be understood."""

    exit_code = 2


class SettingsError(UsageError):
    """``settings.toml`` cannot be read or holds a value that is out of range."""


class SignInError(CalConnectError):
    """An account cannot be used until the person signs in (again), or the sign-in ended without one."""

    exit_code = 3


class RemoteError(CalConnectError):
    """The network or Microsoft did not do what was asked. Trying later may help."""

    exit_code = 4


class Throttled(RemoteError):
    """Microsoft asked to wait ``seconds`` before the next request for this mailbox."""

    def __init__(self, what: str, hint: str = "", *, seconds: float) -> None:
        super().__init__(what, hint)
        self.seconds = seconds


class StoreError(CalConnectError):
    """The data directory cannot be read or written."""

    exit_code = 5
