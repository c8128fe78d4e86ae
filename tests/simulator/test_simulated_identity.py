"""Sign-in as MSAL does it, and the refusals that Microsoft documents.

MSAL itself runs here, with its production authorities; only its HTTP client hands the requests to the simulator.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import msal
import pytest
from simulator_client import ANA, BEN, EVA, GRAPH, NOW, Client, scenario

from tui.simulator.messages import Request, Response
from tui.simulator.service import Simulator

LOGIN = "https://login.microsoftonline.com"
WORK, PERSONAL = f"{LOGIN}/organizations", f"{LOGIN}/consumers"
CLIENT_ID = "6f1c3f5e-0000-4000-8000-000000000001"
SCOPES = ["Calendars.Read"]
PERSONAL_TENANT = "9188040d-6c67-4c5b-b112-36a304b66dad"


@dataclass(frozen=True)
class Answer:
    """What MSAL reads of a response."""

    response: Response

    @property
    def status_code(self) -> int:
        return self.response.status

    @property
    def text(self) -> str:
        return self.response.body.decode()

    @property
    def headers(self) -> Mapping[str, str]:
        return self.response.headers

    def raise_for_status(self) -> None:
        assert self.response.status < 400


class Carrier:
    """MSAL's HTTP client: every request goes to the simulator, at a clock of the test's own."""

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator
        self.ahead = timedelta(0)

    def get(self, url: str, params: Any = None, headers: Any = None, **_: object) -> Answer:
        return self._send("GET", url + (f"?{urlencode(params)}" if params else ""), headers, b"")

    def post(self, url: str, params: Any = None, data: Any = None, headers: Any = None, **_: object) -> Answer:
        form = {name: value for name, value in (data or {}).items() if value is not None}
        return self._send("POST", url + (f"?{urlencode(params)}" if params else ""), headers, urlencode(form).encode())

    def close(self) -> None:
        pass

    def _send(self, method: str, url: str, headers: Any, body: bytes) -> Answer:
        sent = {name: str(value) for name, value in (headers or {}).items() if value is not None}
        return Answer(self.simulator.handle(Request.of(method, url, sent, body), datetime.now(UTC) + self.ahead))


class SignIn:
    """A simulator in one mode of sign-in, and MSAL before it."""

    def __init__(self, mode: str = "approve", **more: Any) -> None:
        self.simulator = Simulator(scenario(sign_in=mode), **more)
        self.carrier = Carrier(self.simulator)
        self.cache = msal.SerializableTokenCache()

    def application(self, authority: str = WORK, client_id: str = CLIENT_ID) -> Any:
        return msal.PublicClientApplication(
            client_id, authority=authority, http_client=self.carrier, token_cache=self.cache
        )

    def flow(self, authority: str = WORK) -> tuple[Any, Any]:
        application = self.application(authority)
        flow = application.initiate_device_flow(SCOPES)
        assert "user_code" in flow, flow
        return application, flow

    def poll(self, application: Any, flow: Any) -> Any:
        return application.acquire_token_by_device_flow(flow, exit_condition=lambda _: True)

    def sign_in(self, authority: str = WORK) -> Any:
        return self.poll(*self.flow(authority))

    def control(self, action: str, **fields: str) -> Response:
        url = f"http://127.0.0.1:8000/simulator/{action}"
        request = Request.of("POST", url, {}, json.dumps(fields).encode())
        return self.simulator.handle(request, datetime.now(UTC) + self.carrier.ahead)

    def me(self, access_token: str) -> Response:
        headers = {"authorization": f"Bearer {access_token}"}
        return self.simulator.handle(Request.of("GET", f"{GRAPH}/me", headers), datetime.now(UTC) + self.carrier.ahead)


def test_an_approved_code_gives_tokens_of_the_first_account_of_the_kind() -> None:
    world = SignIn()
    work, personal = world.sign_in(WORK), world.sign_in(PERSONAL)
    assert work["id_token_claims"]["preferred_username"] == ANA
    assert personal["id_token_claims"]["preferred_username"] == EVA
    assert personal["id_token_claims"]["tid"] == PERSONAL_TENANT
    assert {account["username"] for account in world.application().get_accounts()} == {ANA, EVA}
    owners: Any = [world.me(result["access_token"]).json() for result in (work, personal)]
    assert [owner["userPrincipalName"] for owner in owners] == [ANA, EVA]


def test_the_account_id_is_that_of_the_claims_and_of_microsofts_form() -> None:
    world = SignIn()
    claims = world.sign_in(PERSONAL)["id_token_claims"]
    account = world.application(PERSONAL).get_accounts()[0]
    assert account["home_account_id"] == f"{claims['oid']}.{PERSONAL_TENANT}"
    assert claims["oid"].startswith("00000000-0000-0000-")
    assert claims["aud"] == CLIENT_ID


def test_each_sign_in_is_the_next_account_and_then_the_first_again() -> None:
    world = SignIn()
    names = [world.sign_in(WORK)["id_token_claims"]["preferred_username"] for _ in range(3)]
    assert names == [ANA, BEN, ANA]


@pytest.mark.parametrize("mode", ["approve", "ask"])
def test_a_named_account_signs_in_next_and_only_next(mode: str) -> None:
    world = SignIn(mode)
    assert world.control("next-sign-in", address=BEN).status == 200
    assert world.sign_in(WORK)["id_token_claims"]["preferred_username"] == BEN
    following = world.sign_in(WORK)
    if mode == "approve":
        assert following["id_token_claims"]["preferred_username"] == ANA
    else:
        assert following["error"] == "authorization_pending"


def test_codes_look_like_microsofts_and_approved_ones_need_no_wait() -> None:
    _, approved = SignIn().flow()
    _, asked = SignIn("ask").flow()
    assert len(approved["user_code"]) == 9
    assert approved["user_code"].isalnum()
    assert (approved["interval"], asked["interval"]) == (0, 1)
    assert approved["expires_in"] == 900
    assert asked["user_code"] in asked["message"]


def test_the_sign_in_page_is_on_the_simulators_own_origin() -> None:
    world = SignIn(own_origin="http://127.0.0.1:5001")
    assert world.flow()[1]["verification_uri"] == "http://127.0.0.1:5001/simulator/sign-in"
    form = urlencode({"client_id": "x", "scope": "openid"}).encode()
    request = Request.of("POST", "http://localhost:5002/consumers/oauth2/v2.0/devicecode", {}, form)
    answer: Any = world.simulator.handle(request, NOW).json()
    assert answer["verification_uri"] == "http://localhost:5002/simulator/sign-in"


def test_an_asked_for_code_is_pending_until_a_person_approves_it() -> None:
    world = SignIn("ask")
    application, flow = world.flow()
    pending = world.poll(application, flow)
    assert (pending["error"], pending["error_codes"]) == ("authorization_pending", [70016])
    assert pending["error_description"].startswith("AADSTS70016: ")
    assert world.control("approve", user_code=flow["user_code"], address=BEN).status == 200
    assert world.poll(application, flow)["id_token_claims"]["preferred_username"] == BEN


def test_a_declined_code_ends() -> None:
    world = SignIn("ask")
    application, flow = world.flow()
    assert world.control("decline", user_code=flow["user_code"]).status == 200
    assert world.poll(application, flow)["error"] == "authorization_declined"


@pytest.mark.parametrize(("mode", "error"), [("decline", "authorization_declined"), ("expire", "expired_token")])
def test_a_scenario_can_let_every_sign_in_fail(mode: str, error: str) -> None:
    assert SignIn(mode).sign_in()["error"] == error


def test_a_code_expires_after_a_quarter_of_an_hour() -> None:
    world = SignIn("ask")
    application, flow = world.flow()
    world.carrier.ahead = timedelta(seconds=901)
    assert world.poll(application, flow)["error"] == "expired_token"
    assert world.control("approve", user_code=flow["user_code"], address=ANA).status == 400


@pytest.mark.parametrize(("authority", "address", "number"), [(WORK, EVA, 50020), (PERSONAL, ANA, 500208)])
def test_the_wrong_kind_of_account_is_refused(authority: str, address: str, number: int) -> None:
    world = SignIn("ask")
    application, flow = world.flow(authority)
    refused: Any = world.control("approve", user_code=flow["user_code"], address=address)
    assert refused.status == 400
    assert f"AADSTS{number}" in refused.json()["error"]
    result = world.poll(application, flow)
    assert (result["error"], result["error_codes"]) == ("invalid_grant", [number])


def test_a_code_gives_tokens_once() -> None:
    world = SignIn()
    application, flow = world.flow()
    assert "access_token" in world.poll(application, dict(flow))
    assert world.poll(application, dict(flow))["error_codes"] == [54005]


def test_a_refresh_gives_a_new_access_token_and_a_new_refresh_token() -> None:
    world = SignIn()
    first = world.sign_in()
    application = world.application()
    account = application.get_accounts()[0]
    second = application.acquire_token_silent_with_error(SCOPES, account, force_refresh=True)
    assert second["access_token"] != first["access_token"]
    assert world.me(second["access_token"]).status == 200
    third = application.acquire_token_silent_with_error(SCOPES, account, force_refresh=True)
    assert world.me(third["access_token"]).status == 200


def test_a_refresh_for_more_than_was_granted_needs_consent() -> None:
    world = SignIn()
    world.sign_in()
    application = world.application()
    result = application.acquire_token_silent_with_error(["Calendars.ReadWrite"], application.get_accounts()[0])
    assert (result["error"], result["suberror"], result["error_codes"]) == (
        "invalid_grant",
        "consent_required",
        [65001],
    )


def test_an_access_token_lives_an_hour_and_can_be_expired_sooner() -> None:
    world = SignIn()
    token = world.sign_in()["access_token"]
    assert world.me(token).status == 200
    world.carrier.ahead = timedelta(seconds=3601)
    assert world.me(token).status == 401
    world.carrier.ahead = timedelta(0)
    assert world.control("expire", address=ANA).status == 200
    assert world.me(token).status == 401
    application = world.application()
    fresh = application.acquire_token_silent_with_error(SCOPES, application.get_accounts()[0], force_refresh=True)
    assert world.me(fresh["access_token"]).status == 200


def test_at_a_higher_speed_codes_and_tokens_live_shorter() -> None:
    world = SignIn(speed=60.0)
    flow = world.flow()[1]
    result = world.sign_in()
    assert (flow["expires_in"], result["expires_in"]) == (15, 60)


def post(world: SignIn, path: str, **form: str) -> tuple[int, Any]:
    answer = world.carrier.post(f"{LOGIN}{path}", data=form)
    return answer.status_code, answer.response.json()


def test_a_missing_client_id_is_an_invalid_request() -> None:
    for form in ({}, {"client_id": ""}):
        status, error = post(SignIn(), "/organizations/oauth2/v2.0/devicecode", scope="openid", **form)
        assert (status, error["error"], error["error_codes"]) == (400, "invalid_request", [900144])
        assert "'client_id'" in error["error_description"]
        assert error["correlation_id"]


@pytest.mark.parametrize(
    ("form", "error", "number"),
    [
        ({"grant_type": "password"}, "unsupported_grant_type", 70003),
        ({"grant_type": "refresh_token", "refresh_token": "none"}, "invalid_grant", 70000),
        ({"grant_type": "device_code", "device_code": "none"}, "bad_verification_code", 70018),
        ({}, "invalid_request", 900144),
    ],
)
def test_a_token_request_that_cannot_be_is_refused(form: dict[str, str], error: str, number: int) -> None:
    status, body = post(SignIn(), "/organizations/oauth2/v2.0/token", client_id=CLIENT_ID, **form)
    assert (status, body["error"], body["error_codes"]) == (400, error, [number])


def test_a_refresh_token_is_bound_to_its_client_and_its_authority() -> None:
    world = SignIn()
    world.sign_in()
    refresh = json.loads(world.cache.serialize())["RefreshToken"]
    secret = next(iter(refresh.values()))["secret"]
    form = {"grant_type": "refresh_token", "refresh_token": secret}
    assert post(world, "/organizations/oauth2/v2.0/token", client_id=CLIENT_ID, **form)[0] == 200
    assert post(world, "/organizations/oauth2/v2.0/token", client_id="other", **form)[1]["error"] == "invalid_grant"
    assert post(world, "/consumers/oauth2/v2.0/token", client_id=CLIENT_ID, **form)[1]["suberror"] == "bad_token"


def test_with_strict_rotation_a_refresh_token_works_once() -> None:
    world = SignIn()
    world.sign_in()
    url = "http://127.0.0.1:8000/simulator/behaviour"
    world.simulator.handle(Request.of("POST", url, {}, b'{"strict_rotation": true}'), NOW)
    secret = next(iter(json.loads(world.cache.serialize())["RefreshToken"].values()))["secret"]
    form = {"client_id": CLIENT_ID, "grant_type": "refresh_token", "refresh_token": secret}
    assert [post(world, "/organizations/oauth2/v2.0/token", **form)[0] for _ in range(2)] == [200, 400]


def test_tokens_outlive_a_restart_of_the_same_simulator() -> None:
    token = SignIn().sign_in()["access_token"]
    assert SignIn().me(token).status == 200
    assert SignIn(seed=1).me(token).status == 401


def test_unknown_tenants_are_told_and_own_ones_serve_their_mailboxes() -> None:
    assert post(SignIn(), "/nobody.example/oauth2/v2.0/devicecode", client_id="x", scope="y")[1]["error_codes"] == [
        90002
    ]
    world = SignIn()
    result = world.sign_in(f"{LOGIN}/fabrikam.example")
    assert result["id_token_claims"]["preferred_username"] == BEN


def test_the_page_escapes_what_it_shows_and_signs_in_by_its_form() -> None:
    world = SignIn("ask")
    application, flow = world.flow()
    page = world.simulator.handle(Request.of("GET", flow["verification_uri"]), datetime.now(UTC))
    assert flow["user_code"] in page.body.decode()
    assert page.headers["content-type"].startswith("text/html")
    typed = urlencode({"user_code": "<script>", "address": "<b>", "answer": "approve"}).encode()
    answer = world.simulator.handle(Request.of("POST", flow["verification_uri"], {}, typed), datetime.now(UTC))
    assert b"<b>" not in answer.body
    assert b"<script>" not in answer.body
    code = f" {flow['user_code'][:4]}-{flow['user_code'][4:].lower()} "
    typed = urlencode({"user_code": code, "address": BEN, "answer": "approve"}).encode()
    world.simulator.handle(Request.of("POST", flow["verification_uri"], {}, typed), datetime.now(UTC))
    assert world.poll(application, flow)["id_token_claims"]["preferred_username"] == BEN


def test_a_page_of_another_site_cannot_drive_the_simulator() -> None:
    world = SignIn("ask")
    url = "http://127.0.0.1:8000/simulator/token"
    body = json.dumps({"address": ANA}).encode()
    strange = world.simulator.handle(Request.of("POST", url, {"origin": "https://evil.example"}, body), NOW)
    own = world.simulator.handle(Request.of("POST", url, {"origin": "http://127.0.0.1:8000"}, body), NOW)
    assert (strange.status, own.status) == (403, 200)


def test_a_token_for_any_mailbox_can_be_asked_for() -> None:
    client = Client(Simulator(scenario()), EVA)
    owner: Any = client.get("/me").json()
    assert owner["mail"] == EVA
