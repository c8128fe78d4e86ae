"""Identifiers and tokens that look like Microsoft's, derived instead of drawn: equal input gives equal output.

`Generator` is the only source of new ones; two simulators with the same seed and the same requests answer alike.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import random
import uuid
from typing import TypeVar

import msgspec

Value = TypeVar("Value")

PERSONAL_TENANT = "9188040d-6c67-4c5b-b112-36a304b66dad"
USER_CODE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
USER_CODE_LENGTH = 9


def opaque_id(*parts: str) -> str:
    """An Exchange-looking identifier for a thing named by `parts`."""
    return "AAMkAD" + base64url(digest(*parts)[:48]) + "AAA="


def change_key(*parts: str) -> str:
    """A change key for one version of an item."""
    return base64.b64encode(digest(*parts)[:16]).decode()


def global_object_id(*parts: str) -> str:
    """An iCalUId in Outlook's own form, with the date of the instance left empty."""
    return "040000008200E00074C5B7101A82E00800000000" + digest(*parts)[:36].hex().upper()


def guid(*parts: str) -> str:
    """A GUID for a thing named by `parts`."""
    return str(uuid.UUID(bytes=digest(*parts)[:16], version=4))


def digest(*parts: str) -> bytes:
    return hashlib.sha512("\0".join(parts).encode("utf-8", "surrogatepass")).digest()


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def from_base64url(text: str) -> bytes:
    """The bytes of unpadded URL-safe base64; raises `ValueError` for anything else."""
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


class Generator:
    """Seeded source of codes, request ids and sealed tokens."""

    def __init__(self, seed: int = 0) -> None:
        self._random = random.Random(seed)
        self._key = digest("sealing key", str(seed))

    def user_code(self) -> str:
        return "".join(self._random.choices(USER_CODE_LETTERS, k=USER_CODE_LENGTH))

    def secret(self) -> str:
        return base64url(self._random.randbytes(48))

    def guid(self) -> str:
        return str(uuid.UUID(bytes=self._random.randbytes(16), version=4))

    def seal(self, purpose: str, value: object) -> str:
        """A token that only `unseal` of the same seed and purpose can read; it outlives a restart."""
        body = msgspec.json.encode(value)
        return base64url(self._sign(purpose, body) + body)

    def unseal(self, purpose: str, token: str, kind: type[Value]) -> Value | None:
        """The value of a token sealed for this purpose, or None for anything else."""
        try:
            data = from_base64url(token)
            if hmac.compare_digest(self._sign(purpose, data[16:]), data[:16]):
                return msgspec.json.decode(data[16:], type=kind)
        except (ValueError, msgspec.MsgspecError):
            pass
        return None

    def _sign(self, purpose: str, body: bytes) -> bytes:
        return hmac.digest(self._key, purpose.encode() + b"\0" + body, "sha256")[:16]
