"""Steps that tests of signing in share: sign in, spoil one of Microsoft's answers, and count the refreshes."""

from __future__ import annotations

import json
from collections.abc import Callable

from microsoft_double import Microsoft, json_answer

from tui.domain.accounts import AccountKind, Mode
from tui.outlook.identity import Identity, SignedIn
from tui.simulator.messages import Request, Response

Connect = Callable[..., Identity]
WORK, PERSONAL = AccountKind.WORK, AccountKind.PERSONAL
Replace = Callable[[Request], Response | None]


async def sign_in(identity: Identity, kind: AccountKind = WORK, mode: Mode = Mode.WRITE) -> SignedIn:
    return await identity.finish(await identity.begin(kind, mode))


def changed(microsoft: Microsoft, **fields: object) -> Replace:
    """Let Microsoft answer the next request truly but for these fields of its JSON."""

    def replace(request: Request) -> Response:
        microsoft.replace = lambda _: None
        answer = microsoft.serve(request.method, f"https://{request.host}{request.path}", request.headers, request.body)
        return json_answer(answer.status, json.dumps(json.loads(answer.body) | fields))

    return replace


def refuse_refresh(error: str, number: int, suberror: str = "") -> Replace:
    """Answer each refresh with an error, everything else truly."""
    body = json.dumps(
        {
            "error": error,
            "error_description": f"AADSTS{number}: \x1b]0;pwned\x07 no.",
            "error_codes": [number],
            "suberror": suberror,
            "correlation_id": "c0ffee",
        }
    )

    def replace(request: Request) -> Response | None:
        return json_answer(400, body) if request.form().get("grant_type") == "refresh_token" else None

    return replace


def refreshes(microsoft: Microsoft) -> list[dict[str, str]]:
    return [form for form in microsoft.token_requests if form["grant_type"] == "refresh_token"]
