"""The body of an answer, gathered within a bound, and the check that it is what Microsoft sends.

The bound holds for the decoded bytes, and the decoder is never asked for more than is left of it: a few kilobytes of
gzip can stand for gigabytes.
"""

from __future__ import annotations

import json
import zlib
from typing import Any

from tui.errors import RemoteError
from tui.limits import BODY_BYTES
from tui.outlook.errors import Unanswered, UnreadableAnswer

ACCEPTED_ENCODING = "gzip"
_GZIP_WINDOW = 16 + zlib.MAX_WBITS


class Body:
    """Collects the raw chunks of one answer; ``encoding`` is its Content-Encoding header (RFC 9110, 8.4)."""

    def __init__(self, encoding: str, limit: int = BODY_BYTES) -> None:
        encoding = encoding.strip().lower()
        if encoding not in ("", "identity", ACCEPTED_ENCODING):
            raise _damaged()
        self._limit = limit
        self._decoded = bytearray()
        self._inflate = zlib.decompressobj(_GZIP_WINDOW) if encoding == ACCEPTED_ENCODING else None
        self._started = False

    def feed(self, chunk: bytes) -> None:
        """Take the next raw bytes; raises UnreadableAnswer when the body is damaged or larger than the bound."""
        if self._inflate and chunk:
            self._started = True
            try:
                chunk = self._inflate.decompress(chunk, self._limit - len(self._decoded) + 1)
            except zlib.error:
                raise _damaged() from None
        self._decoded += chunk
        if len(self._decoded) > self._limit:
            raise UnreadableAnswer(
                f"An answer is larger than {self._limit // (1024 * 1024)} MiB and was not read.",
                "Nothing was changed here.",
            )

    def whole(self) -> bytes:
        """The decoded body; raises Unanswered when its compressed form ended early."""
        if self._inflate and self._started and not self._inflate.eof:
            raise _cut_off()
        return bytes(self._decoded)


def json_object(body: bytes) -> dict[str, Any]:
    """The JSON object in ``body``; raises UnreadableAnswer for anything else, such as a captive portal's page."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        raise somebody_else() from None
    if not isinstance(value, dict):
        raise somebody_else()
    return value


def somebody_else() -> UnreadableAnswer:
    """The error for an answer that Microsoft cannot have sent."""
    return UnreadableAnswer(
        "The answer did not come from Microsoft.",
        "The network may want a sign-in of its own, as in a hotel or a train: open a browser and look.",
    )


def _damaged() -> RemoteError:
    return UnreadableAnswer("An answer arrived damaged.", "It is asked for again at the next round.")


def _cut_off() -> RemoteError:
    return Unanswered("An answer ended before it was whole.", "It is asked for again at the next round.")
