"""The values of signing in: the code that a person types, the account that comes of it, and what both are read from.

Nothing here has a representation with a secret in it.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any

from msgspec import Struct, field

from tui.domain.accounts import AccountKind, Mode
from tui.domain.text import clean, clean_url
from tui.limits import NAME_CHARACTERS
from tui.outlook.bodies import somebody_else
from tui.outlook.sign_in_errors import ConsentNeeded, WrongKindOfAccount

SCOPES = {Mode.READ: ["Calendars.Read"], Mode.WRITE: ["Calendars.ReadWrite"]}
"""What is asked of an account; the sign-in library adds those that identify it and let it be refreshed."""

PERSONAL_TENANT = "9188040d-6c67-4c5b-b112-36a304b66dad"
"""The tenant of all personal accounts (ID token claims reference, ``tid``)."""

_GRAPH_PREFIX = "https://graph.microsoft.com/"
_CODE_CHARACTERS = 32
_LONGEST_CODE_SECONDS = 3_600
_LONGEST_INTERVAL_SECONDS = 60
_CALENDARS_NOT_GRANTED = "The account signed in without granting access to its calendars."


class DeviceCode(Struct, frozen=True, kw_only=True):
    """A sign-in that waits for the person (RFC 8628, 3.2). All texts are cleaned.

    ``expires_in`` and ``interval`` are seconds; ``ends_at`` is on the monotonic clock. ``flow`` is the sign-in
    library's own note of it and holds a secret.
    """

    user_code: str
    verification_uri: str
    message: str
    expires_in: float
    interval: float
    kind: AccountKind
    mode: Mode
    ends_at: float
    claims: str | None = None
    flow: Mapping[str, Any] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"DeviceCode({self.kind}, {self.mode}, {self.expires_in:g} s)"


class SignedIn(Struct, frozen=True, kw_only=True):
    """An account whose tokens are kept. ``mode`` is what was granted, which may be less than what was asked."""

    id: str
    address: str
    name: str
    kind: AccountKind
    mode: Mode


def device_code(flow: Mapping[str, Any], kind: AccountKind, mode: Mode, claims: str | None, now: float) -> DeviceCode:
    """The code in the answer to a device authorization request that arrived at ``now`` (monotonic).

    Raises UnreadableAnswer when nothing can be shown to the person.
    """
    user_code = clean(str(flow.get("user_code", "")), _CODE_CHARACTERS)
    address = clean_url(str(flow.get("verification_uri", "")))
    if not user_code or not address:
        raise somebody_else()
    expires_in = _between(flow["expires_in"], 1, _LONGEST_CODE_SECONDS)
    return DeviceCode(
        user_code=user_code,
        verification_uri=address,
        message=clean(str(flow.get("message", ""))),
        expires_in=expires_in,
        interval=_between(flow["interval"], 0, _LONGEST_INTERVAL_SECONDS),
        kind=kind,
        mode=mode,
        ends_at=now + expires_in,
        claims=claims,
        flow=flow,
    )


def signed_in(answer: Mapping[str, Any], asked: Mode) -> SignedIn:
    """The account in a successful token answer. Raises UnreadableAnswer when it names none."""
    try:
        info = json.loads(_base64url(str(answer["client_info"])))
        account_id = f"{info['uid']}.{info['utid']}"
    except (KeyError, TypeError, ValueError):
        raise somebody_else() from None
    claims = answer.get("id_token_claims")
    address, name = _names(claims if isinstance(claims, dict) else {})
    granted = str(answer.get("scope") or " ".join(SCOPES[asked]))
    return SignedIn(
        id=account_id, address=address, name=name, kind=kind_of(account_id), mode=granted_mode(granted) or asked
    )


def check_grant(answer: Mapping[str, Any], account: SignedIn, asked: AccountKind) -> None:
    """Raise SignInError when the account is of the other kind, or granted nothing of use."""
    if account.kind is not asked:
        raise WrongKindOfAccount(
            f"{account.address or 'The account'} is a {_KIND_NAMES[account.kind]} account.",
            f"You asked for a {_KIND_NAMES[asked]} one: choose the other kind, or another account in the browser.",
        )
    # RFC 6749, 5.1: an answer without a scope grants what was asked for.
    if answer.get("scope") and granted_mode(str(answer["scope"])) is None:
        raise ConsentNeeded(_CALENDARS_NOT_GRANTED, "Sign in again and accept the permissions.")


def stored_account(account: Mapping[str, Any], id_token: str, scopes: str) -> SignedIn:
    """The account of a cache entry, with the name in its ID token and the scopes of its refresh token."""
    account_id = str(account.get("home_account_id", ""))
    address, name = _names(_payload(id_token))
    return SignedIn(
        id=account_id,
        address=address or clean(str(account.get("username", "")), NAME_CHARACTERS),
        name=name,
        kind=kind_of(account_id),
        mode=granted_mode(scopes) or Mode.READ,
    )


def kind_of(account_id: str) -> AccountKind:
    """The kind of a home account id, whose second half is the tenant."""
    tenant = account_id.rpartition(".")[2]
    return AccountKind.PERSONAL if tenant.lower() == PERSONAL_TENANT else AccountKind.WORK


def granted_mode(scopes: str) -> Mode | None:
    """What a space-separated list of scopes allows, or None without calendars. Spelling and case may differ."""
    names = {scope.lower().removeprefix(_GRAPH_PREFIX) for scope in scopes.split()}
    if "calendars.readwrite" in names:
        return Mode.WRITE
    return Mode.READ if "calendars.read" in names else None


_KIND_NAMES = {AccountKind.WORK: "work or school", AccountKind.PERSONAL: "personal"}


def _names(claims: Mapping[str, Any]) -> tuple[str, str]:
    """Address and name of ID token claims."""
    address = claims.get("preferred_username") or claims.get("upn") or claims.get("email") or ""
    return clean(str(address), NAME_CHARACTERS), clean(str(claims.get("name") or ""), NAME_CHARACTERS)


def _payload(id_token: str) -> Mapping[str, Any]:
    """The claims of an ID token from the cache; empty when there are none to read. They are shown, never trusted."""
    try:
        claims = json.loads(_base64url(id_token.split(".")[1]))
    except (IndexError, ValueError):
        return {}
    return claims if isinstance(claims, dict) else {}


def _base64url(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error as error:
        raise ValueError("not base64url") from error


def _between(value: float, least: float, most: float) -> float:
    return max(least, min(most, float(value)))
