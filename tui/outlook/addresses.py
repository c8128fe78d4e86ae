"""Which addresses the program may speak to: Microsoft's two hosts, and a simulator on this machine.

A bearer token goes wherever a request goes, so a link from an answer is checked before it is used, and the built
request once more. The rules are stricter than RFC 3986: what two parsers could read differently is refused.
"""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

from tui.domain.text import clean
from tui.errors import UsageError
from tui.limits import LINK_CHARACTERS
from tui.outlook.errors import ForeignAddress

GRAPH = "https://graph.microsoft.com"
LOGIN = "https://login.microsoftonline.com"

_HOSTS = frozenset({"graph.microsoft.com", "login.microsoftonline.com"})
_AUTHORITIES = _HOSTS | {f"{host}:443" for host in _HOSTS}
_SHOWN_CHARACTERS = 80


def check_address(url: str) -> None:
    """Raise ForeignAddress unless ``url`` is a plain https address on one of Microsoft's two hosts."""
    if not _is_plain(url):
        raise _foreign(url)
    try:
        parts = urlsplit(url)
    except ValueError:
        raise _foreign(url) from None
    if parts.scheme != "https" or parts.netloc.lower() not in _AUTHORITIES or parts.fragment:
        raise _foreign(url)
    if _climbs(parts.path):
        raise _foreign(url)


def is_own(scheme: str, host: str, port: int | None) -> bool:
    """Whether the parts of a built request name one of Microsoft's two hosts."""
    return scheme == "https" and host.lower() in _HOSTS and port in (None, 443)


def simulator_origin(url: str) -> str:
    """``url`` as scheme, host and port, without a slash at its end.

    Raises UsageError unless it is a plain http address on this machine's loopback.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port, parts = "", None, urlsplit("")
    plain = _is_plain(url) and "@" not in parts.netloc and parts.path in ("", "/") and not parts.query + parts.fragment
    if not plain or parts.scheme != "http" or not _is_loopback(host) or port == 0:
        raise UsageError(
            "The simulator's address is not one of this machine.",
            "Write it as it was printed, like http://127.0.0.1:8800.",
        )
    name = f"[{host}]" if ":" in host else host
    return f"http://{name}:{port or 80}"


def _is_plain(url: str) -> bool:
    return len(url) <= LINK_CHARACTERS and url.isascii() and url.isprintable() and not set(url) & set(' \\"<>')


def _climbs(path: str) -> bool:
    """Whether a segment is a dot segment, also behind one or two layers of percent-encoding."""
    return any(segment in (".", "..") for segment in unquote(unquote(path)).replace("\\", "/").split("/"))


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _foreign(url: str) -> ForeignAddress:
    shown = clean(url.split("?")[0], _SHOWN_CHARACTERS)
    return ForeignAddress(
        f"An address leads away from Microsoft's services: {shown}",
        "Nothing was sent. If this comes back, a program between you and Microsoft changes its answers.",
    )
