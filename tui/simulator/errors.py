"""Graph's error answers (Microsoft Graph error responses page): code, message, and the ids that support asks for."""

from __future__ import annotations

from tui.simulator.messages import Response, json_response


class GraphError(Exception):
    """An answer other than success, raised where it is found out and answered where the request came in."""

    def __init__(self, status: int, code: str, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message
        self.headers = headers or {}


def error_response(error: GraphError, request_id: str, client_request_id: str, date: str) -> Response:
    """The error as Graph words it."""
    inner = {"date": date, "request-id": request_id, "client-request-id": client_request_id}
    body = {"error": {"code": error.code, "message": error.message, "innerError": inner}}
    return json_response(error.status, body, error.headers)


def item_not_found() -> GraphError:
    return GraphError(404, "ErrorItemNotFound", "The specified object was not found in the store.")


def bad_request(message: str, code: str = "ErrorInvalidRequest") -> GraphError:
    return GraphError(400, code, message)


def access_denied() -> GraphError:
    return GraphError(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.")


def conflict() -> GraphError:
    return GraphError(
        412,
        "ErrorIrresolvableConflict",
        "The send or update operation could not be performed because the change key passed in the request does not "
        "match the current change key for the item.",
    )


def zone_not_supported(name: str) -> GraphError:
    return bad_request(
        f"A valid TimeZone value must be specified. The following TimeZone value is not supported: '{name}'.",
        "TimeZoneNotSupportedException",
    )


def token_invalid(message: str) -> GraphError:
    return GraphError(401, "InvalidAuthenticationToken", message, {"www-authenticate": 'Bearer realm=""'})


def sync_state_gone() -> GraphError:
    return GraphError(
        410, "SyncStateNotFound", "The sync state generation is not found; start with a full synchronization."
    )
