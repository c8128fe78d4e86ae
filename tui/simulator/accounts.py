"""Which mailboxes sign in where, in what order, and what a sign-in yields: tokens and claims.

Work accounts belong to their own tenants and to `organizations`, personal ones to `consumers`; `common` takes both.
Tokens are sealed values that hold everything about themselves, so they outlive a restart.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from tui.simulator.mailbox import PERSONAL, WORK, Mailbox
from tui.simulator.opaque import Generator, base64url

TOKEN_SECONDS = 3600
GRAPH_PREFIX = "https://graph.microsoft.com/"
ALL_SCOPES = "Calendars.ReadWrite MailboxSettings.Read User.Read openid profile offline_access"
APPROVE, ASK, DECLINE, EXPIRE = "approve", "ask", "decline", "expire"
KINDS = {"organizations": WORK, "consumers": PERSONAL}


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    """What a token holds: whose it is, for which scopes, its number, and (access tokens) when it ends."""

    address: str
    scopes: str
    number: int
    client_id: str = ""
    expires: float = 0.0


@dataclass(slots=True)
class Accounts:
    """The sign-ins of all mailboxes. `lifetime` is what an access token lives, in seconds."""

    mailboxes: Mapping[str, Mailbox]
    generator: Generator
    lifetime: float = TOKEN_SECONDS
    signed_in: set[str] = field(default_factory=set)
    named_next: str | None = None
    numbers: int = 0
    void_below: dict[str, int] = field(default_factory=dict)
    used_refreshes: set[int] = field(default_factory=set)

    def find(self, address: str) -> Mailbox | None:
        """The mailbox of an address, without regard to case."""
        return self.mailboxes.get(address.lower())

    def admitted(self, tenant: str) -> list[Mailbox]:
        """The mailboxes that a tenant, or one of the three common names, signs in."""
        return [mailbox for mailbox in self.mailboxes.values() if admits(tenant, mailbox)]

    def next_for(self, tenant: str) -> Mailbox | None:
        """Who signs in next: the one that was named, else the first of the kind that has not signed in yet."""
        if self.named_next is not None:
            named, self.named_next = self.find(self.named_next), None
            return named
        candidates = self.admitted(tenant)
        waiting = (mailbox for mailbox in candidates if mailbox.address not in self.signed_in)
        return next(waiting, candidates[0] if candidates else None)

    def tokens(
        self, mailbox: Mailbox, scopes: str, client_id: str, issuer: str, now: datetime, nonce: str = ""
    ) -> dict[str, Any]:
        """The body of a successful token answer."""
        self.signed_in.add(mailbox.address)
        answer = {
            "token_type": "Bearer",
            "scope": " ".join(name for name in scopes.split() if name != "offline_access"),
            "expires_in": int(self.lifetime),
            "ext_expires_in": int(self.lifetime),
            "access_token": self.access_token(mailbox, scopes, now, client_id),
            "client_info": encoded({"uid": user_id(mailbox), "utid": mailbox.tenant}),
        }
        if "openid" in scopes.split():
            answer["id_token"] = id_token(mailbox, client_id, issuer, now, nonce, self.lifetime)
        if "offline_access" in scopes.split():
            answer["refresh_token"] = self.generator.seal("refresh", self._grant(mailbox, scopes, client_id))
        return answer

    def access_token(self, mailbox: Mailbox, scopes: str, now: datetime, client_id: str = "") -> str:
        grant = self._grant(mailbox, scopes, client_id)
        ends = now.timestamp() + self.lifetime
        return self.generator.seal("access", msgspec.structs.replace(grant, expires=ends))

    def _grant(self, mailbox: Mailbox, scopes: str, client_id: str) -> Grant:
        self.numbers += 1
        return Grant(address=mailbox.address, scopes=scopes, number=self.numbers, client_id=client_id)

    def owner_of(self, access_token: str, now: datetime) -> Mailbox | None:
        """The mailbox that an unexpired access token of ours opens."""
        grant = self.grant_of(access_token, now)
        return None if grant is None else self.find(grant.address)

    def grant_of(self, access_token: str, now: datetime) -> Grant | None:
        """What an unexpired access token of ours grants."""
        grant = self.generator.unseal("access", access_token, Grant)
        if grant is None or grant.expires <= now.timestamp():
            return None
        return None if grant.number <= self.void_below.get(grant.address, 0) else grant

    def expire(self, mailbox: Mailbox) -> None:
        """End every access token that was issued for a mailbox so far."""
        self.void_below[mailbox.address] = self.numbers

    def refreshable(self, refresh_token: str, is_strict: bool) -> Grant | None:
        """The grant of a refresh token; with strict rotation each is good for one use."""
        grant = self.generator.unseal("refresh", refresh_token, Grant)
        if grant is None or self.find(grant.address) is None or grant.number in self.used_refreshes:
            return None
        if is_strict:
            self.used_refreshes.add(grant.number)
        return grant


def admits(tenant: str, mailbox: Mailbox) -> bool:
    """Whether a tenant in an authority signs this mailbox in."""
    name = tenant.lower()
    domain = mailbox.address.lower().rpartition("@")[2]
    return name == "common" or KINDS.get(name) == mailbox.kind or name in (mailbox.tenant, domain)


def is_tenant(tenant: str, mailboxes: Mapping[str, Mailbox]) -> bool:
    """Whether there is such a tenant at all."""
    return tenant.lower() in {"common", *KINDS} or any(admits(tenant, mailbox) for mailbox in mailboxes.values())


def scope_set(scopes: str) -> set[str]:
    """Scopes for comparison: short names, lower case, without those that every sign-in grants."""
    names = {name.removeprefix(GRAPH_PREFIX).lower() for name in scopes.split()}
    return names - {"openid", "profile", "offline_access", "email", ".default"}


def covers(granted: str, asked: str) -> bool:
    """Whether granted scopes include the asked ones; writing includes reading."""
    have = scope_set(granted)
    have |= {name.replace("readwrite", "read") for name in have}
    return scope_set(asked) <= have


def user_id(mailbox: Mailbox) -> str:
    """The object id: personal accounts have theirs in the lower half only."""
    return mailbox.id if mailbox.kind == WORK else "00000000-0000-0000-" + mailbox.id[19:]


def id_token(mailbox: Mailbox, client_id: str, issuer: str, now: datetime, nonce: str, lifetime: float) -> str:
    """An id token without a signature (it comes straight from the token endpoint)."""
    issued = int(now.timestamp())
    claims: dict[str, Any] = {
        "aud": client_id,
        "iss": f"{issuer}/{mailbox.tenant}/v2.0",
        "iat": issued,
        "nbf": issued,
        "exp": issued + int(lifetime),
        "name": mailbox.name,
        "oid": user_id(mailbox),
        "preferred_username": mailbox.address,
        "sub": base64url(mailbox.id.encode()),
        "tid": mailbox.tenant,
        "ver": "2.0",
    }
    claims |= {"nonce": nonce} if nonce else {}
    return f"{encoded({'typ': 'JWT', 'alg': 'none'})}.{encoded(claims)}.{base64url(b'unsigned')}"


def encoded(value: object) -> str:
    return base64url(msgspec.json.encode(value))
