"""How the identity platform refuses: an OAuth error, a description with its AADSTS number, and ids for support."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tui.simulator.mailbox import PERSONAL, Mailbox
from tui.simulator.messages import LOGIN_HOST, Request, Response, json_response


class IdentityError(Exception):
    """A refusal by the identity platform."""

    def __init__(self, error: str, number: int, text: str, suberror: str = "", status: int = 400) -> None:
        super().__init__(text)
        self.error, self.number, self.text, self.suberror, self.status = error, number, text, suberror, status


def wrong_kind(tenant: str, mailbox: Mailbox) -> IdentityError:
    """A personal account at a work authority, or the other way round."""
    if mailbox.kind == PERSONAL:
        text = (
            f"User account '{mailbox.address}' from identity provider 'live.com' does not exist in tenant '{tenant}'."
        )
        return IdentityError("invalid_grant", 50020, text)
    text = f"The account '{mailbox.address}' is not a valid login for the account type of '{tenant}'."
    return IdentityError("invalid_grant", 500208, text)


def needed(form: dict[str, str], name: str) -> str:
    """A form field that must be there."""
    if not form.get(name):
        text = f"The request body must contain the following parameter: '{name}'."
        raise IdentityError("invalid_request", 900144, text)
    return form[name]


def error_response(error: IdentityError, request: Request, now: datetime, trace_id: str) -> Response:
    """The refusal as Microsoft words it."""
    correlation_id = request.headers.get("client-request-id", trace_id)
    stamp = f"{now:%Y-%m-%d %H:%M:%S}Z"
    details = f"Trace ID: {trace_id} Correlation ID: {correlation_id} Timestamp: {stamp}"
    body: dict[str, Any] = {
        "error": error.error,
        "error_description": f"AADSTS{error.number}: {error.text} {details}",
        "error_codes": [error.number],
        "timestamp": stamp,
        "trace_id": trace_id,
        "correlation_id": correlation_id,
        "error_uri": f"https://{LOGIN_HOST}/error?code={error.number}",
    }
    return json_response(error.status, body | ({"suberror": error.suberror} if error.suberror else {}))
