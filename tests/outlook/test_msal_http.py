"""MSAL's requests go through the program's own network, and it is told of no answer that is not Microsoft's."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from loopback_server import TOKEN

from tui.outlook.errors import IdentityUnavailable, UnreadableAnswer
from tui.outlook.http import Answer, Network
from tui.outlook.msal_http import MsalHttp


def answered(status: int, body: str | bytes, **headers: str) -> Answer:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, sent, body if isinstance(body, bytes) else body.encode(), TOKEN)


def msal_http(answer: Answer) -> tuple[MsalHttp, list[tuple[Mapping[str, str], bytes]]]:
    sent: list[tuple[Mapping[str, str], bytes]] = []

    def serve(method: str, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        sent.append((headers, body))
        return answer

    return MsalHttp(Network(service=serve)), sent


def test_fields_without_a_value_are_left_out_of_a_token_request() -> None:
    http, sent = msal_http(answered(400, '{"error": "authorization_pending"}'))
    answer = http.post(TOKEN, data={"client_id": "x", "claims": None}, headers={"X-A": None}, params=None, timeout=1)
    headers, body = sent[0]
    assert body == b"client_id=x"
    assert "x-a" not in headers
    assert answer.status_code == 400
    assert "authorization_pending" in answer.text
    assert "authorization_pending" not in repr(answer)


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_refusal_without_a_time_is_raised_so_that_no_other_sign_in_is_held_up(status: int) -> None:
    http, _ = msal_http(answered(status, "<html>"))
    with pytest.raises(IdentityUnavailable):
        http.post(TOKEN, data={})
    with pytest.raises(IdentityUnavailable):
        http.get(TOKEN)


def test_a_refusal_with_a_time_is_left_to_msal_without_its_page() -> None:
    http, _ = msal_http(answered(429, "<html>", Retry_After="7"))
    answer = http.post(TOKEN, data={})
    assert answer.headers["retry-after"] == "7"
    assert answer.text == '{"error": "temporarily_unavailable"}'


@pytest.mark.parametrize(
    "answer",
    [
        answered(200, "<html>Welcome to the hotel</html>"),
        answered(200, ""),
        answered(200, "[]"),
        answered(200, b"\xff\xfe\x00"),
        answered(200, "[" * 100_000),
        answered(302, "{}", Location="https://hotel.example/"),
    ],
)
def test_a_captive_portal_is_named_as_what_it_is(answer: Answer) -> None:
    http, _ = msal_http(answer)
    with pytest.raises(UnreadableAnswer, match="open a browser"):
        http.post(TOKEN, data={})
