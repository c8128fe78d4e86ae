"""Which addresses may be opened, and what to say of them first.

An address in an invitation was written by somebody else. It is taken apart and put together again from parts that
were understood; what has a part that a browser and this program might read differently is refused.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote, urlsplit, urlunsplit

from msgspec import Struct

from tui.limits import URL_CHARACTERS

_MEETING_HOSTS = (
    *("teams.microsoft.com", "teams.live.com", "teams.microsoft.us", "meet.google.com", "zoom.us", "zoomgov.com"),
    *("webex.com", "meet.goto.com", "gotomeeting.com", "gotomeet.me", "whereby.com", "meet.jit.si", "bluejeans.com"),
)
_OUTLOOK_HOSTS = ("outlook.office365.com", "outlook.office.com", "outlook.live.com", "outlook.office365.us")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)
_ADDRESS = re.compile(r"\[[0-9a-f:.]+\]", re.ASCII)
_KEPT = "/?:@!$&'()*+,;=-._~%"
_HOST_CHARACTERS = 253


class Link(Struct, frozen=True, kw_only=True):
    """An address that may be opened."""

    address: str
    """Put together from its parts; ASCII."""
    host: str
    """As the name system knows it: a host with other letters stands there in its ``xn--`` form."""
    kind: str = ""
    """``meeting`` or ``Outlook`` for hosts that are known to be that; empty for every other."""
    badges: tuple[str, ...] = ()
    """What a person should know before it opens."""

    @property
    def asks(self) -> bool:
        """Whether the person is to see the host before it opens."""
        return not self.kind or bool(self.badges)


def read_link(text: str) -> Link:
    """The address in ``text``. Raises ValueError, which says in words why it is not opened."""
    _check_text(text)
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise ValueError("it is no address.") from None
    if parts.scheme not in ("https", "http"):
        raise ValueError("only https and http addresses are opened.")
    if "@" in parts.netloc:
        raise ValueError("it has a name before its host, which hides where it leads.")
    shown = parts.hostname or ""
    host = _host(shown)
    rebuilt = (parts.scheme, host if port is None else f"{host}:{port}", *map(_quoted, parts[2:]))
    return Link(
        address=urlunsplit(rebuilt),
        host=host,
        kind=_kind(host, port),
        badges=tuple(_badges(parts.scheme, host, port)),
    )


def _check_text(text: str) -> None:
    if len(text) > URL_CHARACTERS:
        raise ValueError("it is too long.")
    if not text or text.startswith("-"):
        raise ValueError("it is no address.")
    if "%action" in text.casefold():
        raise ValueError("it holds words that some browsers take for a command.")
    if "\\" in text or any(not one.isprintable() or one.isspace() for one in text):
        raise ValueError("it holds characters that do not belong there.")


def _host(shown: str) -> str:
    """``shown`` in ASCII. Raises ValueError for what no name system knows."""
    if _ADDRESS.fullmatch(f"[{shown}]") and ":" in shown:
        return f"[{shown}]"
    try:
        host = shown if shown.isascii() else unicodedata.normalize("NFC", shown).encode("idna").decode("ascii")
    except UnicodeError:
        raise ValueError("its host is no name.") from None
    host = host.rstrip(".").lower()
    if not host or len(host) > _HOST_CHARACTERS or not all(_LABEL.fullmatch(label) for label in host.split(".")):
        raise ValueError("it has no host." if not host else "its host is no name.")
    return host


def _quoted(part: str) -> str:
    return quote(part, safe=_KEPT)


def _kind(host: str, port: int | None) -> str:
    if port not in (None, 443):
        return ""
    if any(host == known or host.endswith(f".{known}") for known in _MEETING_HOSTS):
        return "meeting"
    return "Outlook" if host in _OUTLOOK_HOSTS else ""


def _badges(scheme: str, host: str, port: int | None) -> list[str]:
    badges = ["not encrypted: others on the way can read and change it"] if scheme == "http" else []
    labels = [_decoded(label) for label in host.split(".") if label.startswith("xn--")]
    if labels:
        badges.append(f"its host is written with other letters: {'.'.join(labels)}")
    if any(len(_scripts(label)) > 1 for label in labels):
        badges.append("its host mixes scripts: letters may not be what they look like")
    if host.startswith("[") or host.replace(".", "").isdigit():
        badges.append("its host is a number, not a name")
    if port is not None and port != {"http": 80, "https": 443}[scheme]:
        badges.append(f"an unusual port: {port}")
    return badges


def _decoded(label: str) -> str:
    try:
        decoded = label.encode("ascii").decode("idna")
    except UnicodeError:
        return label
    return decoded if decoded.isprintable() else label


def _scripts(label: str) -> set[str]:
    """The scripts of the letters of ``label``, by the first word of their names; those of Japanese are one."""
    names = {unicodedata.name(one, "?").partition(" ")[0] for one in label if one.isalpha()}
    return {"CJK" if name in ("HIRAGANA", "KATAKANA", "CJK") else name for name in names}
