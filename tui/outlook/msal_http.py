"""The way in which MSAL, which is synchronous, uses this program's one network.

It differs from the library that MSAL was written for in two ways. Fields without a value are left out. And a refusal
that names no time to wait is raised instead of handed on: MSAL would remember it for a minute under one key for all
device codes, so that one failure would stop another, already approved sign-in. An answer that MSAL could not read is
refused here, because MSAL would write it to a log.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tui.outlook.bodies import json_object, somebody_else
from tui.outlook.errors import IdentityUnavailable
from tui.outlook.http import Answer, Network

_PASSING = '{"error": "temporarily_unavailable"}'


class TokenAnswer:
    """What MSAL reads of an answer; its representation shows no secret."""

    def __init__(self, status_code: int, text: str, headers: Mapping[str, str]) -> None:
        self.status_code = status_code
        self.text = text
        self.headers = headers


class MsalHttp:
    """The ``http_client`` that MSAL is given; each call blocks for at most one exchange."""

    def __init__(self, network: Network) -> None:
        self._network = network

    def get(
        self, url: str, params: Mapping[str, Any] | None = None, headers: Mapping[str, Any] | None = None, **_: object
    ) -> TokenAnswer:
        answer = self._network.exchange("GET", url, params=_without_none(params), headers=_without_none(headers))
        if _is_passing(answer):
            raise _unavailable(answer)
        return _readable(answer)

    def post(
        self,
        url: str,
        params: Mapping[str, Any] | None = None,
        data: Mapping[str, Any] | str | None = None,
        headers: Mapping[str, Any] | None = None,
        **_: object,
    ) -> TokenAnswer:
        answer = self._network.exchange(
            "POST",
            url,
            params=_without_none(params),
            headers=_without_none(headers),
            form=None if isinstance(data, str) else _without_none(data),
            content=data if isinstance(data, str) else None,
        )
        if not _is_passing(answer):
            return _readable(answer)
        if "retry-after" not in answer.headers:
            raise _unavailable(answer)
        # MSAL keeps the time to wait. The body is replaced, because it may be anybody's page.
        return TokenAnswer(answer.status, _PASSING, answer.headers)

    def close(self) -> None:
        """Nothing: the connections belong to the network."""


def _is_passing(answer: Answer) -> bool:
    return answer.status == 429 or answer.status >= 500


def _unavailable(answer: Answer) -> IdentityUnavailable:
    return IdentityUnavailable(
        f"Microsoft's sign-in service cannot serve now ({answer.status}).", "It is tried again by itself."
    )


def _readable(answer: Answer) -> TokenAnswer:
    if 300 <= answer.status < 400:
        raise somebody_else()
    json_object(answer.body)
    return TokenAnswer(answer.status, answer.body.decode("utf-8", "replace"), answer.headers)


def _without_none(fields: Mapping[str, Any] | None) -> dict[str, str] | None:
    return None if fields is None else {name: str(value) for name, value in fields.items() if value is not None}
