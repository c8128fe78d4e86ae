"""What can go wrong between this program and Microsoft's two hosts.

The difference that callers live by is in the classes: `Unreachable` means that nothing was sent, `Unanswered` that the
request may have taken effect. No exception of the HTTP library is ever seen above the room that talks HTTP.
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
