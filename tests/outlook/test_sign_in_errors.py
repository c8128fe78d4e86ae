"""Every way in which Microsoft refuses a sign-in has its own error, said harmlessly."""

from __future__ import annotations

import pytest

from tui.errors import CalConnectError
from tui.outlook.errors import IdentityUnavailable
from tui.outlook.sign_in_errors import (
    BlockedByPolicy,
    ClientIdRefused,
    ConsentNeeded,
    NeedsAdminApproval,
    SignInAgain,
    SignInDeclined,
    SignInExpired,
    WrongKindOfAccount,
    sign_in_error,
)


@pytest.mark.parametrize(
    ("error", "number", "suberror", "kind"),
    [
        ("invalid_grant", 0, "", SignInAgain),
        ("interaction_required", 50079, "basic_action", SignInAgain),
        ("login_required", 0, "", SignInAgain),
        ("invalid_grant", 700082, "token_expired", SignInAgain),
        ("invalid_grant", 50057, "", SignInAgain),
        ("invalid_grant", 65001, "consent_required", ConsentNeeded),
        ("invalid_grant", 0, "consent_required", ConsentNeeded),
        ("invalid_grant", 90094, "", NeedsAdminApproval),
        ("access_denied", 50105, "", NeedsAdminApproval),
        ("access_denied", 53003, "", BlockedByPolicy),
        ("invalid_grant", 530036, "message_only", BlockedByPolicy),
        ("interaction_required", 0, "message_only", BlockedByPolicy),
        ("access_denied", 0, "", SignInDeclined),
        ("authorization_declined", 65004, "", SignInDeclined),
        ("expired_token", 70020, "", SignInExpired),
        ("bad_verification_code", 70018, "", SignInExpired),
        ("invalid_client", 7000218, "", ClientIdRefused),
        ("unauthorized_client", 700016, "", ClientIdRefused),
        ("invalid_request", 9002331, "", ClientIdRefused),
        ("invalid_request", 50194, "", ClientIdRefused),
        ("invalid_grant", 50020, "", WrongKindOfAccount),
        ("temporarily_unavailable", 90033, "", IdentityUnavailable),
        ("invalid_grant", 50196, "", IdentityUnavailable),
        ("something_new", 123456, "", SignInAgain),
    ],
)
def test_every_ending_has_its_own_class_and_words(
    error: str, number: int, suberror: str, kind: type[CalConnectError]
) -> None:
    answer = {"error": error, "error_description": f"AADSTS{number}: text", "suberror": suberror}
    said = sign_in_error(answer)
    assert type(said) is kind
    assert said.what.endswith(".")
    assert said.hint


@pytest.mark.parametrize(
    "answer",
    [
        {"error": 5, "error_codes": "x", "error_description": None, "suberror": []},
        {"error": "\x1b[2J", "error_codes": [True, {}], "correlation_id": "\x1b]0;x\x07" * 100},
        {"error": "invalid_grant", "error_description": "AADSTS" + "9" * 100_000},
    ],
)
def test_a_hostile_error_is_shown_harmlessly(answer: dict[str, object]) -> None:
    said = sign_in_error(answer)
    assert str(said).isprintable()
    details = getattr(said, "details", "")
    assert details.isprintable()
    assert len(details) <= 200
