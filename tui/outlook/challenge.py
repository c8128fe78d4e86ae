"""Claims challenges: how Microsoft Graph asks for a new token although the old one has not run out.

See "Claims challenges, claims requests and client capabilities" of the Microsoft identity platform, and RFC 9110, 11.6.
"""

from __future__ import annotations

import base64
import binascii
import json
import re

from tui.limits import LINK_CHARACTERS

_PARAMETER = re.compile(r'([A-Za-z_]{1,32})="([^"]*)"')


def claims_challenge(www_authenticate: str) -> str | None:
    """The claims (JSON text) that a 401's WWW-Authenticate header asks for; None when it asks for none.

    Several headers may have been joined by commas; the value is base64 of a JSON object, padded or not.
    """
    if len(www_authenticate) > LINK_CHARACTERS or "insufficient_claims" not in www_authenticate:
        return None
    for name, value in _PARAMETER.findall(www_authenticate):
        if name.lower() == "claims" and (claims := _decoded(value)):
            return claims
    return None


def _decoded(value: str) -> str | None:
    standard = value.replace("-", "+").replace("_", "/").rstrip("=")
    try:
        text = base64.b64decode(standard + "=" * (-len(standard) % 4), validate=True).decode()
        return text if isinstance(json.loads(text), dict) else None
    except (ValueError, binascii.Error, RecursionError):
        return None
