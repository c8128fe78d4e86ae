"""A process that signs accounts in, for the tests of several processes at once: DIRECTORY NAME COUNT."""

from __future__ import annotations

import base64
import json
import sys
from pathlib import Path
from typing import Any

from tui.outlook.token_store import TokenStorage, TokenStore, open_token_store


def encoded(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def event(name: str, secret: str = "secret") -> dict[str, Any]:
    """What MSAL reports to its cache when an account has signed in."""
    return {
        "client_id": "app",
        "scope": ["Calendars.Read"],
        "token_endpoint": "https://login.microsoftonline.com/organizations/oauth2/v2.0/token",
        "environment": "login.microsoftonline.com",
        "grant_type": "urn:ietf:params:oauth:grant-type:device_code",
        "data": {},
        "response": {
            "access_token": f"access-{secret}-{name}",
            "refresh_token": f"refresh-{secret}-{name}",
            "expires_in": 3600,
            "client_info": encoded({"uid": name, "utid": "tenant"}),
            "id_token": f"{encoded({})}.{encoded({'preferred_username': f'{name}@contoso.example', 'sub': name})}.",
        },
    }


def names(store: TokenStore) -> set[str]:
    return {account["username"] for account in store.accounts()}


if __name__ == "__main__":
    store = open_token_store(Path(sys.argv[1]), TokenStorage.FILE)
    for number in range(int(sys.argv[3])):
        store.add(event(f"{sys.argv[2]}{number}"))
