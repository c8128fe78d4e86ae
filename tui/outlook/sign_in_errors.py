"""Why a sign-in ended without an account, or why an account cannot be used any more, in words for the person.

What the program does follows from the error's class. As Microsoft asks ("Microsoft Entra authentication and
authorization error codes") the class is decided by ``error`` first and ``suberror`` second; the AADSTS number chooses
the words, and where one error stands for several causes, between the classes of a refusal. None of them is retried.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tui.domain.text import clean
from tui.errors import CalConnectError, SignInError
from tui.outlook.errors import IdentityUnavailable

_NUMBER = re.compile(r"AADSTS(\d{3,9})")
_DETAIL_CHARACTERS = 200


class SignInRefused(SignInError):
    """A sign-in error that Microsoft gave a number to. ``details`` holds it for support, or is empty."""

    def __init__(self, what: str, hint: str = "", *, details: str = "") -> None:
        super().__init__(what, hint)
        self.details = details


class SignInAgain(SignInRefused):
    """The account's sign-in is no longer good. ``claims`` must be asked for in the next one, if any."""

    claims: str | None = None


class SignInDeclined(SignInRefused):
    """The person, or somebody with the code, said no."""


class SignInExpired(SignInRefused):
    """The code ran out before anybody used it."""


class ConsentNeeded(SignInRefused):
    """The account has not granted what was asked for."""


class NeedsAdminApproval(SignInRefused):
    """The organisation lets only an administrator grant this."""


class BlockedByPolicy(SignInRefused):
    """A rule of the organisation refuses this way of signing in, this device or this person."""


class WrongKindOfAccount(SignInRefused):
    """The account is not of the kind, or not of the organisation, that was asked for."""


class ClientIdMissing(SignInRefused):
    """No application id is set."""

    def __init__(self) -> None:
        super().__init__(
            "No client id is set, so Microsoft does not know this program.",
            "Register an app as the README says, then set client_id in settings.toml or CALCONNECT_CLIENT_ID.",
        )


class ClientIdRefused(SignInRefused):
    """The application id, or its registration, does not fit."""


class UnknownTenant(SignInRefused):
    """The organisation named in the settings is not known to Microsoft."""


_AGAIN = "Sign in again."
_ADMIN = "Ask your organisation's administrator to approve this app, then sign in again."
_POLICY = "Sign in with the browser instead, or ask your administrator."
_KIND = "Choose the other kind of account, or another account in the browser."
_REGISTRATION = "Check client_id and tenant in settings.toml, and the app's registration."

_Words = tuple[type[SignInRefused], str, str]

_BY_ERROR: dict[str, _Words] = {
    "authorization_declined": (SignInDeclined, "The sign-in was declined.", "Start again when you are ready."),
    "access_denied": (SignInDeclined, "The sign-in was declined.", "Start again when you are ready."),
    "expired_token": (SignInExpired, "The code ran out before it was used.", "Ask for a new code."),
    "code_expired": (SignInExpired, "The code ran out before it was used.", "Ask for a new code."),
    "bad_verification_code": (SignInExpired, "Microsoft does not know this code any more.", "Ask for a new code."),
    "invalid_client": (ClientIdRefused, "Microsoft refused the client id.", _REGISTRATION),
    "unauthorized_client": (ClientIdRefused, "Microsoft does not know the client id.", _REGISTRATION),
    "invalid_request": (ClientIdRefused, "Microsoft refused the request of this app.", _REGISTRATION),
    "invalid_resource": (ClientIdRefused, "The app may not ask for calendars.", _REGISTRATION),
    "invalid_scope": (ClientIdRefused, "The app may not ask for calendars.", _REGISTRATION),
    "unsupported_grant_type": (ClientIdRefused, "The app may not sign in with a code.", _REGISTRATION),
    "consent_required": (ConsentNeeded, "The account has not granted access to its calendars.", _AGAIN),
}
_BY_SUBERROR: dict[str, _Words] = {
    "consent_required": (ConsentNeeded, "The account has not granted access to its calendars.", _AGAIN),
    "basic_action": (SignInAgain, "Microsoft wants you to confirm the sign-in.", _AGAIN),
    "additional_action": (SignInAgain, "Microsoft wants you to complete the sign-in.", _AGAIN),
    "message_only": (BlockedByPolicy, "Your organisation's rules refuse this sign-in.", _POLICY),
}
_REFUSED: _Words = (SignInAgain, "Microsoft no longer accepts the sign-in.", _AGAIN)
_PASSING_ERRORS = frozenset({"temporarily_unavailable", "server_error", "service_unavailable", "loop_detected"})
_PASSING_NUMBERS = frozenset({50033, 50196, 70012, 90006, 90012, 90024, 90033})


def _words(kind: type[SignInRefused], hint: str, **by_number: str) -> dict[int, _Words]:
    return {int(number[1:]): (kind, what, hint) for number, what in by_number.items()}


_BY_NUMBER: dict[int, _Words] = {
    **_words(
        SignInAgain,
        _AGAIN,
        _50076="Your organisation now asks for a second factor.",
        _50079="Your organisation wants you to set up a second factor.",
        _50074="The second factor was not passed.",
        _50078="The second factor has run out.",
        _50173="The sign-in was revoked, as after a change of password.",
        _70008="The sign-in has run out.",
        _700082="The sign-in was not used for too long and has run out.",
        _70043="Your organisation's rules ask for a sign-in from time to time.",
        _50132="The session ended with a change of password.",
        _50133="The session ended with a change of password.",
        _50055="The password has run out.",
    ),
    **_words(SignInAgain, "Ask your administrator, or use another account.", _50057="The account is disabled."),
    **_words(
        ConsentNeeded,
        _AGAIN,
        _65001="The account has not granted access to its calendars.",
    ),
    **_words(SignInDeclined, "Start again when you are ready.", _65004="The permissions were not accepted."),
    **_words(
        NeedsAdminApproval,
        _ADMIN,
        _90094="Your organisation lets only an administrator approve this app.",
        _90095="Your approval was sent to an administrator of your organisation.",
        _90008="Your organisation lets only an administrator approve this app.",
        _50105="Your organisation has not assigned this app to you.",
    ),
    **_words(
        BlockedByPolicy,
        _POLICY,
        _53000="Your organisation accepts only devices that it manages.",
        _53001="Your organisation accepts only devices that it manages.",
        _53002="Your organisation does not accept this app.",
        _53003="Your organisation's rules refuse this sign-in.",
        _53004="Your organisation wants a second factor that could not be set up.",
        _530032="Your organisation's rules refuse this sign-in.",
        _530034="Your organisation's administrator blocked this sign-in.",
        _530035="Your organisation's rules refuse this sign-in.",
        _530036="Your organisation no longer accepts sign-ins that were made with a code.",
        _50097="Your organisation accepts only devices that it knows.",
        _500021="Your network does not let you sign in to this organisation.",
        _500022="Your network does not let you sign in to this organisation.",
    ),
    **_words(
        WrongKindOfAccount,
        _KIND,
        _50020="The account does not belong to this organisation.",
        _500200="This is a personal account.",
        _500201="The account cannot sign in here.",
        _500207="The account is of a kind that this app cannot read.",
        _500208="The account is of another kind than was asked for.",
        _50034="The account does not exist there.",
        _16000="The account does not belong to this organisation.",
    ),
    **_words(
        ClientIdRefused,
        _REGISTRATION,
        _700016="Microsoft does not know the client id in this organisation.",
        _700011="Microsoft does not know the client id in this organisation.",
        _70001="Microsoft does not know the client id.",
        _7000112="The app with this client id is disabled.",
        _700025="The app with this client id needs a secret; this program needs one without.",
        _9002331="The app with this client id admits personal accounts only.",
        _9002332="The app with this client id admits work or school accounts only.",
        _50194="The app with this client id belongs to one organisation: set its tenant.",
        _65002="The client id belongs to another program.",
        _650057="The app's registration does not list Microsoft Graph's calendars.",
        _50011="The app's registration lacks the redirect address http://localhost.",
    ),
    **_words(
        ClientIdRefused,
        'Turn on "Allow public client flows" in the app\'s registration (Authentication).',
        _7000218="The app with this client id does not allow signing in with a code.",
    ),
    **_words(UnknownTenant, _REGISTRATION, _90002="Microsoft does not know the organisation in the settings."),
}


def sign_in_error(answer: Mapping[str, Any], claims: str | None = None) -> CalConnectError:
    """The error for a token answer of Microsoft that holds ``error``; ``claims`` are those that were asked for."""
    error, suberror, numbers, details = _read(answer)
    if error in _PASSING_ERRORS or numbers & _PASSING_NUMBERS:
        return IdentityUnavailable(
            "Microsoft's sign-in service cannot serve now.", "It is tried again by itself.", details=details
        )
    known = next((_BY_NUMBER[number] for number in sorted(numbers) if number in _BY_NUMBER), None)
    kind, what, hint = known or _BY_SUBERROR.get(suberror) or _BY_ERROR.get(error) or _REFUSED
    refused = kind(what, hint, details=details)
    if isinstance(refused, SignInAgain):
        refused.claims = claims
    return refused


def _read(answer: Mapping[str, Any]) -> tuple[str, str, frozenset[int], str]:
    """``error``, ``suberror``, the AADSTS numbers, and what support would ask for, of an answer of any shape."""
    error = str(answer.get("error") or "").lower()
    suberror = str(answer.get("suberror") or answer.get("classification") or "").lower()
    codes = answer.get("error_codes")
    listed = [code for code in codes if isinstance(code, int)] if isinstance(codes, list) else []
    described = _NUMBER.findall(str(answer.get("error_description") or "")[:1000])
    numbers = frozenset(listed) | {int(text) for text in described}
    parts = [f"AADSTS{number}" for number in sorted(numbers)] or [error]
    if answer.get("correlation_id"):
        parts.append(f"correlation id {answer['correlation_id']}")
    return error, suberror, numbers, clean(", ".join(parts), _DETAIL_CHARACTERS)
