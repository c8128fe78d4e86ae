"""Opening a page in the person's browser, and only such pages as may be opened."""

from __future__ import annotations

import os
import sys
import webbrowser
from urllib.parse import urlsplit

from tui.domain.text import clean_url


def may_open(address: str, *, is_demo: bool) -> bool:
    """Whether ``address`` is https, or in the demo a page of this machine."""
    parts = urlsplit(clean_url(address))
    if parts.username or parts.password or not parts.hostname:
        return False
    if parts.scheme == "https":
        return True
    return is_demo and parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost", "::1")


def has_display() -> bool:
    """Whether a browser would open in a window: one that runs in the terminal would draw over the program."""
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def open_page(address: str) -> bool:
    """Open ``address`` in a browser with a window; whether that worked. May take seconds: call it in a thread."""
    if not has_display():
        return False
    try:
        return webbrowser.open(address)
    except (webbrowser.Error, OSError):
        return False
