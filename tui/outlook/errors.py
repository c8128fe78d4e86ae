"""What can go wrong between this program and Microsoft's two hosts.

The difference that callers live by is in the classes. Of a write, `OutcomeUnknown` alone means that it may have taken
effect; every other error of it means that it did not. No exception of the HTTP library is ever seen above the room
that talks HTTP.
"""

from __future__ import annotations

from tui.errors import RemoteError


class Unreachable(RemoteError):
    """The host could not be reached; the request was not sent."""


class Unanswered(RemoteError):
    """The request may have been sent, but no whole answer came in time; whether it took effect is unknown."""


class UnreadableAnswer(RemoteError):
    """An answer came that is not what Microsoft sends: too large, damaged, or a page of somebody else's."""


class ForeignAddress(RemoteError):
    """An address led away from Microsoft's two hosts; the request was not sent."""


class IdentityUnavailable(RemoteError):
    """Microsoft's sign-in service is reached but cannot serve now. ``details`` is for support, or empty."""

    def __init__(self, what: str, hint: str = "", *, details: str = "") -> None:
        super().__init__(what, hint)
        self.details = details


class ResetNeeded(RemoteError):
    """The service forgot the state behind a delta link (Graph page "delta query overview"): start afresh."""


class NotFound(RemoteError):
    """The item or calendar is not there (any more)."""


class AccessDenied(RemoteError):
    """The mailbox or calendar does not let this sign-in read."""


class OutcomeUnknown(RemoteError):
    """A write may have taken effect, and may not: look before sending it again."""


class Refused(RemoteError):
    """Microsoft refused a write, which changed nothing.

    ``status`` is the HTTP status, ``code`` Graph's word for the reason (Graph page "errors"), or empty.
    """

    def __init__(self, what: str, hint: str = "", *, status: int, code: str) -> None:
        super().__init__(what, hint)
        self.status = status
        self.code = code
