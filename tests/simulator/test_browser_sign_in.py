"""Sign-in in a browser, as MSAL starts and ends it."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html import unescape
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import pytest
from simulator_client import ANA, BEN, EVA
from test_simulated_identity import LOGIN, PERSONAL, SCOPES, WORK, SignIn

from tui.simulator.messages import Request, Response

BACK = "http://localhost:54321"
HIDDEN = re.compile(r'<input type="hidden" name="([^"]*)" value="([^"]*)">')


def begin(world: SignIn, authority: str = WORK, **more: Any) -> tuple[Any, dict[str, Any]]:
    application = world.application(authority)
    return application, application.initiate_auth_code_flow(
        SCOPES, redirect_uri=BACK, response_mode="form_post", **more
    )


def browse(world: SignIn, url: str) -> Response:
    return world.simulator.handle(Request.of("GET", url), datetime.now(UTC))


def form_of(page: Response) -> dict[str, str]:
    """The fields that a page's form sends, as a browser reads them."""
    return {unescape(name): unescape(value) for name, value in HIDDEN.findall(page.body.decode())}


def sent_back(page: Response) -> dict[str, str]:
    """What the page sends to the program."""
    assert f'action="{BACK}"' in page.body.decode(), page.body
    return form_of(page)


def test_an_approving_scenario_sends_the_browser_straight_back() -> None:
    world = SignIn()
    application, flow = begin(world)
    result = application.acquire_token_by_auth_code_flow(flow, sent_back(browse(world, flow["auth_uri"])))
    assert result["id_token_claims"]["preferred_username"] == ANA
    assert world.me(result["access_token"]).status == 200


def test_a_person_picks_the_account_on_the_page() -> None:
    world = SignIn("ask")
    application, flow = begin(world)
    fields = form_of(browse(world, flow["auth_uri"]))
    query = urlencode(fields | {"simulator_account": BEN, "simulator_answer": "approve"})
    back = sent_back(browse(world, f"{LOGIN}/organizations/oauth2/v2.0/authorize?{query}"))
    result = application.acquire_token_by_auth_code_flow(flow, back)
    assert result["id_token_claims"]["preferred_username"] == BEN


def test_a_person_can_decline() -> None:
    world = SignIn("ask")
    application, flow = begin(world)
    query = urlencode(form_of(browse(world, flow["auth_uri"])) | {"simulator_answer": "decline"})
    back = sent_back(browse(world, f"{LOGIN}/organizations/oauth2/v2.0/authorize?{query}"))
    assert application.acquire_token_by_auth_code_flow(flow, back)["error"] == "access_denied"


def test_a_hint_and_a_named_account_choose_who_signs_in() -> None:
    world = SignIn()
    application, flow = begin(world, login_hint=BEN)
    result = application.acquire_token_by_auth_code_flow(flow, sent_back(browse(world, flow["auth_uri"])))
    assert result["id_token_claims"]["preferred_username"] == BEN
    world.control("next-sign-in", address=EVA)
    application, flow = begin(world, PERSONAL)
    result = application.acquire_token_by_auth_code_flow(flow, sent_back(browse(world, flow["auth_uri"])))
    assert result["id_token_claims"]["preferred_username"] == EVA


def test_the_wrong_kind_of_account_is_told_on_the_page() -> None:
    world = SignIn()
    world.control("next-sign-in", address=EVA)
    answer = browse(world, begin(world)[1]["auth_uri"])
    assert answer.status == 400
    assert b"AADSTS50020" in answer.body


def test_without_a_form_the_browser_is_redirected() -> None:
    world = SignIn()
    application, flow = begin(world)
    answer = browse(world, flow["auth_uri"].replace("response_mode=form_post", "response_mode=query"))
    assert answer.status == 302
    back = dict(parse_qsl(urlsplit(answer.headers["location"]).query))
    assert "access_token" in application.acquire_token_by_auth_code_flow(flow, back)


@pytest.mark.parametrize(
    "change",
    [
        {"redirect_uri": "https://evil.example/"},
        {"redirect_uri": "http://localhost.evil.example/"},
        {"response_type": "token"},
        {"code_challenge_method": "plain"},
        {"code_challenge": ""},
        {"client_id": ""},
    ],
)
def test_a_request_that_is_not_a_public_clients_is_never_sent_back(change: dict[str, str]) -> None:
    world = SignIn()
    uri = urlsplit(begin(world)[1]["auth_uri"])
    query = {name: values[-1] for name, values in parse_qs(uri.query).items()} | change
    answer = browse(world, uri._replace(query=urlencode(query)).geturl())
    assert answer.status == 400
    assert "location" not in answer.headers


def test_a_code_is_good_once_and_only_with_its_verifier() -> None:
    world = SignIn()
    application, flow = begin(world)
    back = sent_back(browse(world, flow["auth_uri"]))
    form = {
        "grant_type": "authorization_code",
        "client_id": application.client_id,
        "code": back["code"],
        "redirect_uri": BACK,
    }
    url = f"{LOGIN}/organizations/oauth2/v2.0/token"
    wrong: Any = world.carrier.post(url, data=form | {"code_verifier": "wrong"}).response.json()
    assert (wrong["error"], wrong["error_codes"]) == ("invalid_grant", [70000])
    assert "access_token" in application.acquire_token_by_auth_code_flow(dict(flow), dict(back))
    assert application.acquire_token_by_auth_code_flow(dict(flow), dict(back))["error_codes"] == [54005]


def test_what_the_page_shows_is_escaped() -> None:
    world = SignIn("ask")
    uri = begin(world)[1]["auth_uri"] + "&" + urlencode({"x": '"><script>alert(1)</script>'})
    assert b"<script>alert" not in browse(world, uri).body
