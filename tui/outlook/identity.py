"""Signing in, and access tokens: MSAL behind an asynchronous face.

What always holds: MSAL runs in worker threads, each call bounded by one exchange; a sign-in that was cancelled leaves
no account behind; every ending of a sign-in is an error of its own class. Work and personal accounts have an authority
each, at sign-in and ever after: a refresh token of one is refused at the other.
"""

from __future__ import annotations

import asyncio
import logging
import re
import threading
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar
from urllib.parse import urlencode

import msal

from tui.clock import Clock
from tui.domain.accounts import AccountKind, Mode
from tui.errors import RemoteError, SettingsError, SignInError
from tui.outlook.access_tokens import AccessTokens
from tui.outlook.addresses import GRAPH, LOGIN
from tui.outlook.bodies import somebody_else
from tui.outlook.browser_door import BrowserDoor
from tui.outlook.challenge import claims_challenge
from tui.outlook.errors import IdentityUnavailable
from tui.outlook.http import Network
from tui.outlook.msal_http import MsalHttp
from tui.outlook.sign_in import SCOPES, DeviceCode, SignedIn, check_grant, device_code, signed_in, stored_account
from tui.outlook.sign_in_errors import ClientIdMissing, SignInExpired, UnknownTenant, sign_in_error
from tui.outlook.tasks import Tasks
from tui.outlook.token_store import TokenStore

__all__ = ["DeviceCode", "Identity", "SignedIn", "claims_challenge"]

# At its finer levels the library writes codes and parts of answers.
logging.getLogger("msal").setLevel(logging.WARNING)

OnWait = Callable[[float, RemoteError | None], None]
"""Told before each wait: the seconds that the code is still good for, and what went wrong at the last poll."""

_Result = TypeVar("_Result")
_AUTHORITIES = {AccountKind.WORK: "organizations", AccountKind.PERSONAL: "consumers"}
_TENANT = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,252}")
_PENDING = "authorization_pending"
_SLOW_DOWN = "slow_down"
_SLOW_DOWN_SECONDS = 5.0
_LEAST_INTERVAL_SECONDS = 1.0
_BROWSER_SECONDS = 900.0
_CREDENTIAL = msal.TokenCache.CredentialType


class Identity:
    """The sign-ins of one client id; lives on one event loop.

    ``tenant`` is a directory id or domain for work accounts of one organisation, else empty. Raises SettingsError for
    anything else. Without a client id everything works but signing in.
    """

    def __init__(
        self, network: Network, token_store: TokenStore, clock: Clock, client_id: str, tenant: str = ""
    ) -> None:
        if tenant and not _TENANT.fullmatch(tenant):
            raise SettingsError("The tenant in the settings is neither a directory id nor a domain.", "Correct it.")
        self._http = MsalHttp(network)
        self._store = token_store
        self._clock = clock
        self._client_id = client_id
        self._authorities = _AUTHORITIES | ({AccountKind.WORK: tenant} if tenant else {})
        self._applications: dict[AccountKind, Any] = {}
        self._building = threading.Lock()
        self._http_cache: dict[str, Any] = {}
        self._tokens = AccessTokens(token_store, clock, self._acquired)
        self._tasks = Tasks()

    async def begin(self, kind: AccountKind, mode: Mode, *, claims: str | None = None) -> DeviceCode:
        """Ask for a code that the person can sign in with. ``claims`` are those of a `SignInAgain`.

        Raises ClientIdMissing and the other errors of signing in, and RemoteError.
        """
        self._start_afresh()
        flow = await self._call(
            lambda: self._application(kind).initiate_device_flow(SCOPES[mode], claims_challenge=claims)
        )
        if "user_code" not in flow:
            raise sign_in_error(flow)
        return device_code(flow, kind, mode, claims, self._clock.monotonic())

    async def finish(self, code: DeviceCode, on_wait: OnWait | None = None) -> SignedIn:
        """Wait until the person has signed in. Raises how the sign-in ended otherwise.

        A poll that fails is repeated while the code is good. Cancelling takes effect at once; an account that the
        poll under way still brings is removed again unless it was there before.
        """
        interval: float = code.interval
        trouble: RemoteError | None = None
        while (left := code.ends_at - self._clock.monotonic()) > 0:
            if interval:
                if on_wait:
                    on_wait(left, trouble)
                await self._clock.sleep(min(interval, left))
            waits_for, account, trouble = await self._poll(code)
            if account:
                return account
            interval = max(interval, _LEAST_INTERVAL_SECONDS) + (_SLOW_DOWN_SECONDS if waits_for == _SLOW_DOWN else 0)
        raise SignInExpired("The code ran out before it was used.", "Ask for a new code.")

    async def sign_in_with_browser(
        self, kind: AccountKind, mode: Mode, open_url: Callable[[str], None], *, claims: str | None = None
    ) -> SignedIn:
        """Sign in with a browser on this machine; ``open_url`` gets the address to open.

        Raises how the sign-in ended otherwise. Cancelling closes the door at once.
        """
        self._start_afresh()
        async with BrowserDoor() as door:
            flow = await self._call(
                lambda: self._application(kind).initiate_auth_code_flow(
                    SCOPES[mode],
                    redirect_uri=door.redirect_uri,
                    response_mode="form_post",
                    prompt="select_account",
                    claims_challenge=claims,
                )
            )
            open_url(flow["auth_uri"])
            form = await self._within(_BROWSER_SECONDS, door.form(flow["state"]))
        answer, account = await self._obtained(
            lambda: self._application(kind).acquire_token_by_auth_code_flow(flow, form), kind, mode
        )
        if account is None:
            raise sign_in_error(answer)
        return account

    async def token(
        self, account_id: str, kind: AccountKind, mode: Mode, *, claims: str | None = None, force: bool = False
    ) -> str:
        """An access token for what the account granted (``mode``).

        ``claims`` (JSON text) are those of a challenge, ``force`` says that the last token was refused; both get a new
        one. Raises SignInError when the person must sign in, RemoteError when trying later may help.
        """
        is_refused = force or claims is not None
        if not is_refused and (good := self._tokens.good(account_id, mode)):
            return good
        seen = self._tokens.last(account_id, mode)
        return await self._tasks.to_its_end(
            self._tokens.renewed(account_id, kind, mode, seen=seen, claims=claims, is_refused=is_refused)
        )

    async def forget(self, account_id: str) -> None:
        """Drop the account's tokens here. Nothing is revoked at Microsoft, where only the person can do that."""
        await self._tasks.to_its_end(self._tokens.forget(account_id))

    async def accounts(self) -> list[SignedIn]:
        """The accounts that have tokens here, also without a network."""
        return await asyncio.to_thread(self._stored_accounts)

    def admin_consent_url(self, mode: Mode) -> str:
        """The address where an administrator approves this app for the organisation."""
        scopes = " ".join(f"{GRAPH}/{scope}" for scope in SCOPES[mode])
        query = urlencode({"client_id": self._client_id, "scope": scopes, "redirect_uri": "http://localhost"})
        return f"{LOGIN}/{self._authorities[AccountKind.WORK]}/v2.0/adminconsent?{query}"

    async def aclose(self) -> None:
        """Wait for what is still under way; each call ends within the timeouts of one exchange."""
        await self._tasks.aclose()

    def _start_afresh(self) -> None:
        """Signing in is a new attempt by the person: no answer of an earlier one may stand in for Microsoft's."""
        if not self._client_id:
            raise ClientIdMissing
        self._http_cache.clear()

    async def _poll(self, code: DeviceCode) -> tuple[str, SignedIn | None, RemoteError | None]:
        """The error of a code that still waits, or its account, or what went wrong; raises any other ending."""

        def ask() -> Any:
            # A copy with an interval: without one MSAL would poll on its own and for ever.
            flow = {**code.flow, "interval": 1}
            application = self._application(code.kind)
            return application.acquire_token_by_device_flow(
                flow, claims_challenge=code.claims, exit_condition=lambda _: True
            )

        try:
            answer, account = await self._obtained(ask, code.kind, code.mode)
        except RemoteError as error:
            return "", None, error
        waits_for = str(answer.get("error", ""))
        if account or waits_for in (_PENDING, _SLOW_DOWN):
            return waits_for, account, None
        ending = sign_in_error(answer)
        if isinstance(ending, RemoteError):
            return waits_for, None, ending
        raise ending

    async def _obtained(self, work: Callable[[], Any], kind: AccountKind, mode: Mode) -> tuple[Any, SignedIn | None]:
        """The answer of ``work``, and the account when it brought one."""
        before = {account["home_account_id"] for account in await asyncio.to_thread(self._store.accounts)}
        task = self._tasks.start(self._call(work))
        try:
            answer = await asyncio.shield(task)
        except asyncio.CancelledError:
            self._tasks.start(self._undone(task, mode, before))
            raise
        if "error" in answer:
            return answer, None
        account = signed_in(answer, mode)
        try:
            check_grant(answer, account, kind)
        except SignInError:
            if account.id not in before:
                await self.forget(account.id)
            raise
        self._tokens.keep(account.id, account.mode, answer)
        return answer, account

    async def _undone(self, task: asyncio.Task[Any], mode: Mode, before: set[str]) -> None:
        """Remove the account that a sign-in brought after it was cancelled."""
        await asyncio.wait([task])
        if task.exception() is None and "error" not in (answer := task.result()):
            account = signed_in(answer, mode)
            if account.id not in before:
                await self._tokens.forget(account.id)

    async def _within(self, seconds: float, work: Coroutine[Any, Any, _Result]) -> _Result:
        waiting = asyncio.create_task(work)
        timer = asyncio.create_task(self._clock.sleep(seconds))
        try:
            await asyncio.wait((waiting, timer), return_when=asyncio.FIRST_COMPLETED)
            if not waiting.done():
                raise SignInExpired("Nobody finished the sign-in in the browser.", "Start again when you are ready.")
            return waiting.result()
        finally:
            waiting.cancel()
            timer.cancel()

    async def _acquired(self, account_id: str, kind: AccountKind, mode: Mode, claims: str | None, force: bool) -> Any:
        def acquire() -> Any:
            account = self._store.entry(_CREDENTIAL.ACCOUNT, account_id)
            if account is None:
                return None
            # Named so, a failing early refresh falls back to the token that is still good.
            failures = (RemoteError, msal.exceptions.MsalServiceError)
            return self._application(kind).acquire_token_silent_with_error(
                SCOPES[mode], account, force_refresh=force, claims_challenge=claims, http_exceptions=failures
            )

        return await self._call(acquire)

    def _stored_accounts(self) -> list[SignedIn]:
        def secret(kind: str, field: str, account_id: str) -> str:
            return str((self._store.entry(kind, account_id) or {}).get(field) or "")

        return [
            stored_account(
                account,
                secret(_CREDENTIAL.ID_TOKEN, "secret", account["home_account_id"]),
                secret(_CREDENTIAL.REFRESH_TOKEN, "target", account["home_account_id"]),
            )
            for account in self._store.accounts()
        ]

    def _application(self, kind: AccountKind) -> Any:
        """MSAL's object for an authority; made at first use, because making it asks the network."""
        with self._building:
            if kind not in self._applications:
                self._applications[kind] = self._built(self._authorities[kind])
            return self._applications[kind]

    def _built(self, authority: str) -> Any:
        try:
            return msal.PublicClientApplication(
                self._client_id,
                authority=f"{LOGIN}/{authority}",
                http_client=self._http,
                http_cache=self._http_cache,
                token_cache=self._store,
                client_capabilities=["CP1"],
            )
        except ValueError:
            if authority in _AUTHORITIES.values():
                raise
            raise UnknownTenant(
                f"Microsoft does not know the organisation {authority}.", "Check tenant in settings.toml."
            ) from None

    async def _call(self, work: Callable[[], Any]) -> Any:
        """The result of ``work`` in a thread, with the library's exceptions as ours."""
        try:
            return await asyncio.to_thread(work)
        except msal.exceptions.MsalServiceError:
            raise IdentityUnavailable(
                "Microsoft's sign-in service cannot serve now.", "It is tried again by itself."
            ) from None
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            # The library takes the shape of an answer for granted.
            raise somebody_else() from error
