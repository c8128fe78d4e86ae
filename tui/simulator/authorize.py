"""Sign-in in a browser: authorization codes with PKCE (RFC 7636), sent back to a loopback address.

The page is answered at once when the scenario approves, else a person picks the account on it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlencode, urlsplit

import msgspec

from tui.simulator import pages
from tui.simulator.accounts import APPROVE, DECLINE, Accounts, admits
from tui.simulator.mailbox import Mailbox
from tui.simulator.messages import LOOPBACK_HOSTS, Request, Response, html_response, query_pairs
from tui.simulator.opaque import Generator, base64url
from tui.simulator.refusals import IdentityError, needed, wrong_kind

CODE_SECONDS = 600
ACCOUNT, ANSWER = "simulator_account", "simulator_answer"


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    """What an authorization code holds until it is redeemed."""

    address: str
    tenant: str
    client_id: str
    redirect_uri: str
    scopes: str
    challenge: str
    nonce: str
    expires: float
    number: int


@dataclass(slots=True)
class BrowserSignIn:
    """The authorization endpoint, and the codes that were redeemed already."""

    accounts: Accounts
    generator: Generator
    numbers: int = 0
    redeemed: set[int] = field(default_factory=set)

    def page(self, tenant: str, request: Request, mode: str, now: datetime) -> Response:
        """What the browser is shown: a choice of accounts, or the way back; raises IdentityError."""
        asked = dict(request.query)
        check(asked)
        answer = asked.get(ANSWER, "")
        if mode == DECLINE or answer == "decline":
            return sent_back(asked, {"error": "access_denied", "error_description": "AADSTS65004: The user declined."})
        mailbox = self._chosen(tenant, asked, mode)
        if mailbox is None:
            return html_response(200, pages.account_page(self.accounts.admitted(tenant), asked, ACCOUNT, ANSWER))
        if not admits(tenant, mailbox):
            raise wrong_kind(tenant, mailbox)
        return sent_back(asked, {"code": self._code(tenant, mailbox, asked, now)})

    def redeem(self, tenant: str, form: dict[str, str], now: datetime) -> Grant:
        """The grant of a code, good once, for the client that asked and knows the verifier; raises IdentityError."""
        grant = self.generator.unseal("code", needed(form, "code"), Grant)
        verifier = needed(form, "code_verifier")
        is_own = grant is not None and (grant.client_id, grant.redirect_uri, grant.tenant) == (
            form.get("client_id"),
            form.get("redirect_uri"),
            tenant.lower(),
        )
        if grant is None or not is_own or challenge_of(verifier) != grant.challenge:
            raise IdentityError("invalid_grant", 70000, "The code, its redirect address or its verifier does not fit.")
        if grant.expires <= now.timestamp():
            raise IdentityError("invalid_grant", 70008, "The code has expired.")
        if grant.number in self.redeemed:
            raise IdentityError("invalid_grant", 54005, "The code was already redeemed. Ask for a new one.")
        self.redeemed.add(grant.number)
        return grant

    def _chosen(self, tenant: str, asked: dict[str, str], mode: str) -> Mailbox | None:
        """Who signs in: chosen on the page, or for the person; None when the page must ask."""
        if asked.get(ACCOUNT):
            return self.accounts.find(asked[ACCOUNT])
        if self.accounts.named_next is None and mode != APPROVE:
            return None
        if self.accounts.named_next is None and asked.get("login_hint"):
            return self.accounts.find(asked["login_hint"])
        return self.accounts.next_for(tenant)

    def _code(self, tenant: str, mailbox: Mailbox, asked: dict[str, str], now: datetime) -> str:
        self.numbers += 1
        grant = Grant(
            address=mailbox.address,
            tenant=tenant.lower(),
            client_id=asked["client_id"],
            redirect_uri=asked["redirect_uri"],
            scopes=asked["scope"],
            challenge=asked["code_challenge"],
            nonce=asked.get("nonce", ""),
            expires=now.timestamp() + CODE_SECONDS,
            number=self.numbers,
        )
        return self.generator.seal("code", grant)


def check(asked: dict[str, str]) -> None:
    """Raise for a request that no answer may be sent back for."""
    for name in ("client_id", "redirect_uri", "scope", "code_challenge"):
        needed(asked, name)
    if asked.get("response_type") != "code" or asked.get("code_challenge_method", "plain") != "S256":
        raise IdentityError("invalid_request", 900144, "Only codes with an S256 challenge are served.")
    target = urlsplit(asked["redirect_uri"])
    if target.scheme != "http" or target.hostname not in LOOPBACK_HOSTS:
        text = f"The redirect address '{asked['redirect_uri']}' does not match those of the application."
        raise IdentityError("invalid_request", 50011, text)


def sent_back(asked: dict[str, str], result: dict[str, str]) -> Response:
    """The browser's way back to the program: a form that sends itself, or a redirect."""
    fields = result | ({"state": asked["state"]} if "state" in asked else {})
    if asked.get("response_mode") == "form_post":
        return html_response(200, pages.form_post_page(asked["redirect_uri"], fields), pages.SUBMIT_HASH)
    target = urlsplit(asked["redirect_uri"])
    query = urlencode([*query_pairs(target.query), *fields.items()])
    return Response(302, {"location": target._replace(query=query).geturl(), "cache-control": "no-store"})


def challenge_of(verifier: str) -> str:
    return base64url(hashlib.sha256(verifier.encode()).digest())
