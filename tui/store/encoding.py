"""Documents as JSON: one value is one sequence of bytes, and what is read back equals what was written.

JSON has no NaN and other programs read no integer beyond 64 bits, so both are refused rather than changed;
likewise whatever would come back as another type.
"""

from __future__ import annotations

import math
from typing import Any

import msgspec

from tui.store.errors import DocumentRefused

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(dict[str, Any])
_checker = msgspec.json.Decoder(msgspec.Raw)

# Parsing is bounded by the interpreter's stack. What is written is checked with this much of it taken, so
# that it can be read back from a deeper one.
_HEADROOM_LEVELS = 400
_BEFORE, _AFTER = b"[" * _HEADROOM_LEVELS, b"]" * _HEADROOM_LEVELS

_SMALLEST = -(2**63)
_LARGEST = 2**64 - 1


def encode_document(document: dict[str, Any]) -> bytes:
    """The document as one line of JSON. Raises DocumentRefused for what JSON cannot hold."""
    try:
        _refuse_what_would_change(document, "")
        encoded = _encoder.encode(document)
        _checker.decode(b"%b%b%b" % (_BEFORE, encoded, _AFTER))
        return encoded
    except RecursionError:
        raise DocumentRefused("A document is nested too deeply to be stored.") from None
    except (UnicodeEncodeError, TypeError, msgspec.EncodeError) as error:
        raise DocumentRefused(f"A document cannot be stored as JSON ({type(error).__name__}).") from None


def decode_document(raw: bytes) -> dict[str, Any]:
    """A private copy of the document."""
    return _decoder.decode(raw)


def checked_document(raw: bytes) -> bytes:
    """The bytes given, which must be one JSON object on one line. Raises DocumentRefused otherwise.

    The values in it are not looked at: who encodes a document also answers for what is in it.
    """
    try:
        _checker.decode(b"%b%b%b" % (_BEFORE, raw, _AFTER))
        raw.decode()
    except RecursionError:
        raise DocumentRefused("A document is nested too deeply to be stored.") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise DocumentRefused(f"A document is not JSON ({type(error).__name__}).") from None
    if not (raw.startswith(b"{") and raw.endswith(b"}")) or b"\n" in raw:
        raise DocumentRefused("A document must be one JSON object on one line.")
    return raw


def encode_text(text: str) -> bytes:
    """A table's name or a document's id as JSON. Raises DocumentRefused for half of a surrogate pair."""
    try:
        return _encoder.encode(text)
    except UnicodeEncodeError:
        raise DocumentRefused("A table's name or a document's id is not valid Unicode.") from None


def _refuse_what_would_change(value: object, place: str) -> None:
    if value is None or isinstance(value, str | bool):
        return
    if isinstance(value, int):
        if not _SMALLEST <= value <= _LARGEST:
            raise DocumentRefused(f"The number in {place!r} does not fit into 64 bits.")
    elif isinstance(value, float):
        if not math.isfinite(value):
            raise DocumentRefused(f"The number in {place!r} is not finite, which JSON cannot say.")
    elif isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, str):
                raise DocumentRefused(f"A name in {place!r} is of type {type(key).__name__}; JSON has only text there.")
            _refuse_what_would_change(item, key)
    elif isinstance(value, list | tuple):
        for item in value:
            _refuse_what_would_change(item, place)
    else:
        raise DocumentRefused(f"The value in {place!r} is of type {type(value).__name__}, which JSON does not have.")
