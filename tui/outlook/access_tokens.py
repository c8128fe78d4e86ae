"""An access token for each request, renewed in time and by one caller at a time.

What always holds: a token that is good costs no call; refreshing and forgetting an account never overlap; a refused
refresh token is not sent again and again.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from msgspec import Struct

from tui.clock import Clock
from tui.domain.accounts import AccountKind, Mode
from tui.errors import CalConnectError
from tui.limits import BACKOFF_CAP_SECONDS, TOKEN_RENEW_BEFORE_EXPIRY_SECONDS
from tui.outlook.sign_in_errors import SignInAgain, SignInRefused, sign_in_error
from tui.outlook.token_store import TokenStore

_REFUSAL_SECONDS = 1_800.0

Acquire = Callable[[str, AccountKind, Mode, str | None, bool], Awaitable[Mapping[str, Any] | None]]
"""Account id, its kind, what to ask for, claims, whether the last token was refused → a token answer, if any."""


class _Kept(Struct, frozen=True):
    """An access token in memory, and when to get the next one (monotonic)."""

    secret: str
    renew_at: float

    def __repr__(self) -> str:
        return f"_Kept({self.renew_at:g})"


class _Refusal(Struct, frozen=True):
    """Why a refresh token was refused; holds as long as it is the same one, and for a while."""

    error: SignInRefused
    refresh_token: str
    until: float

    def __repr__(self) -> str:
        return f"_Refusal({self.until:g})"


class AccessTokens:
    """The access tokens of all accounts; lives on one event loop."""

    def __init__(self, store: TokenStore, clock: Clock, acquire: Acquire) -> None:
        self._store = store
        self._clock = clock
        self._acquire = acquire
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._kept: dict[tuple[str, Mode], _Kept] = {}
        self._refusals: dict[tuple[str, Mode], _Refusal] = {}

    def good(self, account_id: str, mode: Mode) -> str | None:
        """The token in memory, if it need not be renewed."""
        kept = self._kept.get((account_id, mode))
        return kept.secret if kept and self._clock.monotonic() < kept.renew_at else None

    def last(self, account_id: str, mode: Mode) -> object:
        """What stands for the token that callers have by now; a renewal puts another one in its place."""
        return self._kept.get((account_id, mode))

    async def renewed(
        self, account_id: str, kind: AccountKind, mode: Mode, *, seen: object, claims: str | None, is_refused: bool
    ) -> str:
        """Another token than ``seen``, which somebody else may have got by now. Raises SignInError or RemoteError."""
        key = (account_id, mode)
        async with self._locks[account_id]:
            kept = self._kept.get(key)
            if kept and kept is not seen and claims is None:
                return kept.secret
            if is_refused:
                self._kept.pop(key, None)
            await self._raise_refusal(key)
            answer = await self._acquire(account_id, kind, mode, claims, is_refused)
            if not answer:
                raise SignInAgain("This account is not signed in here.", "Sign in again.")
            if "error" in answer:
                raise await self._refused(key, sign_in_error(answer, claims))
            return self.keep(account_id, mode, answer)

    def keep(self, account_id: str, mode: Mode, answer: Mapping[str, Any]) -> str:
        """Hold the token of an answer until shortly before its end, or until the service wants it renewed."""
        lifetime = float(answer.get("expires_in", 0))
        good_for = lifetime - min(TOKEN_RENEW_BEFORE_EXPIRY_SECONDS, lifetime / 2)
        if "refresh_on" in answer:
            wanted = float(answer["refresh_on"]) - time.time()
            # In the past: the early renewal has just failed, and the old token was handed out again.
            good_for = min(good_for, wanted if wanted > 0 else BACKOFF_CAP_SECONDS)
        secret = str(answer["access_token"])
        self._kept[account_id, mode] = _Kept(secret, self._clock.monotonic() + good_for)
        return secret

    async def forget(self, account_id: str) -> None:
        """Drop the account's tokens, in memory and in the store."""
        async with self._locks[account_id]:
            await asyncio.to_thread(self._store.forget, account_id)
            for mode in Mode:
                self._kept.pop((account_id, mode), None)
                self._refusals.pop((account_id, mode), None)

    async def _refused(self, key: tuple[str, Mode], error: CalConnectError) -> CalConnectError:
        if isinstance(error, SignInRefused):
            until = self._clock.monotonic() + _REFUSAL_SECONDS
            self._refusals[key] = _Refusal(error, await self._refresh_token(key[0]), until)
        return error

    async def _raise_refusal(self, key: tuple[str, Mode]) -> None:
        """Raise the last refusal again, unless time or a sign-in, here or in another process, has outdated it."""
        refusal = self._refusals.get(key)
        if refusal is None:
            return
        is_same = await self._refresh_token(key[0]) == refusal.refresh_token
        if is_same and self._clock.monotonic() < refusal.until:
            raise refusal.error.with_traceback(None)
        del self._refusals[key]

    async def _refresh_token(self, account_id: str) -> str:
        kind = self._store.CredentialType.REFRESH_TOKEN
        entry = await asyncio.to_thread(self._store.entry, kind, account_id)
        return str(entry["secret"]) if entry else ""
