"""HTTP requests and responses as plain values, so that every answer can be computed without a socket.

Header names are lower case; a path is kept as it was sent (percent-encoded), because identifiers may hold `/`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec

GRAPH_HOST = "graph.microsoft.com"
LOGIN_HOST = "login.microsoftonline.com"
LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "[::1]"})
JSON_TYPE = "application/json; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request: `path` as sent, `query` decoded in order, `headers` with lower-case names."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @classmethod
    def of(cls, method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes = b"") -> Request:
        """A request for an absolute or relative URL; the URL's host becomes the Host header unless one is given."""
        parts = urlsplit(url)
        lowered = {name.lower(): value for name, value in (headers or {}).items()}
        if parts.netloc:
            lowered.setdefault("host", parts.netloc)
        return cls(method.upper(), parts.path or "/", query_pairs(parts.query), lowered, body)

    @property
    def segments(self) -> tuple[str, ...]:
        """The decoded segments of the path."""
        return tuple(unquote(part) for part in self.path.split("/") if part)

    @property
    def host(self) -> str:
        return self.headers.get("host", GRAPH_HOST).lower()

    @property
    def origin(self) -> str:
        """The origin that was asked for: Microsoft's names speak https, loopback names http."""
        name = host_name(self.host)
        return f"http://{self.host}" if name in LOOPBACK_HOSTS else f"https://{name}"

    def parameter(self, name: str) -> str | None:
        """The last value of a query parameter; names are read without regard to case, a leading `$` may be left out."""
        wanted = name.lower().lstrip("$")
        values = [value for key, value in self.query if key.lower().lstrip("$") == wanted]
        return values[-1] if values else None

    def form(self) -> dict[str, str]:
        """The fields of an `application/x-www-form-urlencoded` body."""
        return dict(query_pairs(self.body.decode("utf-8", "replace")))

    def json(self) -> object:
        """The body as JSON; raises `ValueError` when it is not."""
        return json.loads(self.body or b"null")


@dataclass(frozen=True, slots=True)
class Response:
    """One answer. `delay` (seconds) and `drop` (close the connection unanswered) are for the carrier to honour."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    delay: float = 0.0
    drop: bool = False

    def json(self) -> object:
        """The body as JSON; raises `ValueError` when it is not."""
        return json.loads(self.body)


def query_pairs(text: str) -> tuple[tuple[str, str], ...]:
    """The decoded pairs of a query or form, empty values kept."""
    return tuple(parse_qsl(text, keep_blank_values=True))


def host_name(host: str) -> str:
    """The name in a Host header, without its port."""
    name, colon, port = host.rpartition(":")
    return name if colon and port.isdigit() else host


def is_own_host(host: str) -> bool:
    """Whether a Host header names this machine's loopback or one of the two Microsoft hosts that are faked here."""
    return host_name(host.lower()) in LOOPBACK_HOSTS | {GRAPH_HOST, LOGIN_HOST}


def json_response(status: int, value: object, headers: Mapping[str, str] | None = None) -> Response:
    """An answer with a JSON body."""
    return Response(status, {"content-type": JSON_TYPE, **(headers or {})}, msgspec.json.encode(value))


def html_response(status: int, page: str, script_source: str = "'none'") -> Response:
    """A page that is kept by nobody and runs nothing but the script that `script_source` allows."""
    policy = (
        f"default-src 'none'; style-src 'unsafe-inline'; script-src {script_source}; frame-ancestors 'none'; "
        "base-uri 'none'"
    )
    headers = {
        "content-type": "text/html; charset=utf-8",
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
    }
    return Response(status, headers | {"content-security-policy": policy}, page.encode())
