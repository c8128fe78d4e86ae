"""The Microsoft identity platform: discovery, device codes and tokens (OAuth 2.0 device authorization grant page).

Errors carry what Microsoft's do: `error`, a description that begins with its AADSTS number, `suberror`, ids.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from tui.simulator.accounts import APPROVE, ASK, DECLINE, EXPIRE, Accounts, Grant, admits, covers, is_tenant
from tui.simulator.authorize import BrowserSignIn
from tui.simulator.mailbox import Mailbox
from tui.simulator.messages import LOGIN_HOST, Request, Response, json_response
from tui.simulator.opaque import Generator
from tui.simulator.refusals import IdentityError, needed, wrong_kind

CODE_SECONDS = 900
PENDING, APPROVED, DECLINED, EXPIRED, REDEEMED, REFUSED = (
    "pending",
    "approved",
    "declined",
    "expired",
    "redeemed",
    "refused",
)
ENVIRONMENTS = [LOGIN_HOST, "login.windows.net", "login.microsoft.com", "sts.windows.net"]


@dataclass(frozen=True, slots=True)
class DeviceCode:
    """One sign-in by device code, from the code to its tokens."""

    user_code: str
    device_code: str
    tenant: str
    client_id: str
    scopes: str
    expires: float
    state: str = PENDING
    address: str = ""


@dataclass(slots=True)
class Identity:
    """The device codes that are out, and how they end. `lifetime` is what a code lives, in seconds."""

    accounts: Accounts
    generator: Generator
    mode: str = APPROVE
    lifetime: float = CODE_SECONDS
    strict_rotation: bool = False
    codes: dict[str, DeviceCode] = field(default_factory=dict)
    browser: BrowserSignIn = field(init=False)

    def __post_init__(self) -> None:
        self.browser = BrowserSignIn(self.accounts, self.generator)

    def answer(self, request: Request, now: datetime, sign_in_page: str) -> Response | None:
        """The answer for a path of the identity platform, None for any other; raises IdentityError."""
        match (request.method, *request.segments):
            case ("GET", "common", "discovery", "instance"):
                return json_response(200, instance_discovery(request))
            case ("GET", tenant, "v2.0", ".well-known", "openid-configuration"):
                self._check_tenant(tenant)
                return json_response(200, configuration(request.origin, tenant))
            case ("POST", tenant, "oauth2", "v2.0", "devicecode"):
                self._check_tenant(tenant)
                return json_response(200, self._start(tenant, request.form(), now, sign_in_page))
            case ("POST", tenant, "oauth2", "v2.0", "token"):
                self._check_tenant(tenant)
                return json_response(200, self._token(tenant, request.form(), now, request.origin))
        return None

    def pending(self, now: datetime) -> list[DeviceCode]:
        """The codes that wait for a person."""
        return [code for code in self.codes.values() if code.state == PENDING and code.expires > now.timestamp()]

    def approve(self, user_code: str, mailbox: Mailbox, now: datetime) -> DeviceCode:
        """Sign a mailbox in with a code; raises IdentityError for an unknown code or the wrong kind of account."""
        code = self._waiting(user_code, now)
        state = APPROVED if admits(code.tenant, mailbox) else REFUSED
        self._put(replace(code, state=state, address=mailbox.address))
        if state == REFUSED:
            raise wrong_kind(code.tenant, mailbox)
        self.accounts.signed_in.add(mailbox.address)
        return self.codes[code.device_code]

    def decline(self, user_code: str, now: datetime) -> DeviceCode:
        """End a code without a sign-in; raises IdentityError for an unknown one."""
        code = self._waiting(user_code, now)
        return self._put(replace(code, state=DECLINED))

    def _waiting(self, user_code: str, now: datetime) -> DeviceCode:
        wanted = "".join(user_code.split()).replace("-", "").upper()
        found = next((code for code in self.pending(now) if code.user_code == wanted), None)
        if found is None:
            raise IdentityError("bad_verification_code", 70018, "The code that you entered is wrong or has expired.")
        return found

    def _put(self, code: DeviceCode) -> DeviceCode:
        self.codes[code.device_code] = code
        return code

    def _check_tenant(self, tenant: str) -> None:
        if not is_tenant(tenant, self.accounts.mailboxes):
            raise IdentityError(
                "invalid_tenant", 90002, f"Tenant '{tenant}' not found. Check that it is spelled right."
            )

    def _start(self, tenant: str, form: dict[str, str], now: datetime, sign_in_page: str) -> dict[str, Any]:
        client_id, scopes = needed(form, "client_id"), needed(form, "scope")
        user_code, device_code = self.generator.user_code(), self.generator.secret()
        expires = now.timestamp() + self.lifetime
        code = self._ended(DeviceCode(user_code, device_code, tenant, client_id, scopes, expires))
        self._put(code)
        return {
            "user_code": user_code,
            "device_code": device_code,
            "verification_uri": sign_in_page,
            "expires_in": int(self.lifetime),
            "interval": 0 if code.state == APPROVED else 1,
            "message": f"To sign in, use a web browser to open the page {sign_in_page} and enter the code {user_code} "
            "to authenticate.",
        }

    def _ended(self, code: DeviceCode) -> DeviceCode:
        """The new code as the mode of sign-in has it at once."""
        if self.mode in (DECLINE, EXPIRE):
            return replace(code, state=DECLINED if self.mode == DECLINE else EXPIRED)
        if self.mode == ASK and self.accounts.named_next is None:
            return code
        mailbox = self.accounts.next_for(code.tenant)
        if mailbox is None:
            return code
        self.accounts.signed_in.add(mailbox.address)
        state = APPROVED if admits(code.tenant, mailbox) else REFUSED
        return replace(code, state=state, address=mailbox.address)

    def _token(self, tenant: str, form: dict[str, str], now: datetime, origin: str) -> dict[str, Any]:
        client_id, grant_type = needed(form, "client_id"), needed(form, "grant_type")
        if grant_type in ("urn:ietf:params:oauth:grant-type:device_code", "device_code"):
            code = self._redeemed(tenant, form.get("device_code") or needed(form, "code"), client_id, now)
            mailbox = self.accounts.mailboxes[code.address.lower()]
            return self.accounts.tokens(mailbox, code.scopes, client_id, origin, now)
        if grant_type == "refresh_token":
            grant = self._refreshed(tenant, needed(form, "refresh_token"), form.get("scope", ""), client_id)
            mailbox = self.accounts.mailboxes[grant.address.lower()]
            return self.accounts.tokens(mailbox, form.get("scope") or grant.scopes, client_id, origin, now)
        if grant_type == "authorization_code":
            redeemed = self.browser.redeem(tenant, form, now)
            mailbox = self.accounts.mailboxes[redeemed.address.lower()]
            return self.accounts.tokens(mailbox, redeemed.scopes, client_id, origin, now, redeemed.nonce)
        raise IdentityError("unsupported_grant_type", 70003, f"The grant type '{grant_type}' is not supported.")

    def _redeemed(self, tenant: str, device_code: str, client_id: str, now: datetime) -> DeviceCode:
        code = self.codes.get(device_code)
        if code is None or code.client_id != client_id or code.tenant.lower() != tenant.lower():
            raise IdentityError("bad_verification_code", 70018, "Bad verification code.")
        if code.state != REDEEMED and code.expires <= now.timestamp():
            code = replace(code, state=EXPIRED)
        if code.state != APPROVED:
            raise refusal(code, self.accounts.find(code.address))
        return self._put(replace(code, state=REDEEMED))

    def _refreshed(self, tenant: str, refresh_token: str, scopes: str, client_id: str) -> Grant:
        grant = self.accounts.refreshable(refresh_token, self.strict_rotation)
        if grant is None or grant.client_id != client_id:
            raise IdentityError("invalid_grant", 70000, "Provided grant is invalid or malformed.", "bad_token")
        if not admits(tenant, self.accounts.mailboxes[grant.address.lower()]):
            text = "The refresh token was issued by another authority."
            raise IdentityError("invalid_grant", 70000, text, "bad_token")
        if not covers(grant.scopes, scopes):
            text = "The user or administrator has not consented to use the application with this scope."
            raise IdentityError("invalid_grant", 65001, text, "consent_required")
        return grant


def refusal(code: DeviceCode, mailbox: Mailbox | None) -> IdentityError:
    """Why a code gives no tokens."""
    if code.state == REFUSED and mailbox is not None:
        return wrong_kind(code.tenant, mailbox)
    if code.state == DECLINED:
        return IdentityError("authorization_declined", 65004, "The user declined to sign in.")
    if code.state == EXPIRED:
        return IdentityError("expired_token", 70020, "The device code has expired. Ask for a new one.")
    if code.state == REDEEMED:
        return IdentityError("invalid_grant", 54005, "The code was already redeemed. Ask for a new one.")
    text = "OAuth 2.0 device flow error. Authorization is pending. Continue polling."
    return IdentityError("authorization_pending", 70016, text)


def configuration(origin: str, tenant: str) -> dict[str, Any]:
    """The OpenID configuration of an authority."""
    base = f"{origin}/{tenant}"
    return {
        "issuer": f"{base}/v2.0",
        "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
        "token_endpoint": f"{base}/oauth2/v2.0/token",
        "device_authorization_endpoint": f"{base}/oauth2/v2.0/devicecode",
        "jwks_uri": f"{base}/discovery/v2.0/keys",
        "response_modes_supported": ["query", "fragment", "form_post"],
        "response_types_supported": ["code"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": ["none"],
        "tenant_region_scope": None,
        "cloud_instance_name": "microsoftonline.com",
    }


def instance_discovery(request: Request) -> dict[str, Any]:
    """Which hosts are one and the same environment."""
    environment = {"preferred_network": LOGIN_HOST, "preferred_cache": "login.windows.net", "aliases": ENVIRONMENTS}
    return {
        "tenant_discovery_endpoint": f"{request.origin}/common/v2.0/.well-known/openid-configuration",
        "api-version": "1.1",
        "metadata": [environment],
    }
