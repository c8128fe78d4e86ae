"""Opening a page in the person's browser, and only such pages as may be opened."""

from __future__ import annotations

import os
import sys
import webbrowser
from urllib.parse import urlsplit

from tui.screens.links import read_link

_HERE = ("127.0.0.1", "localhost", "[::1]")


def may_open(address: str, *, is_demo: bool) -> bool:
    """Whether ``address`` is https, or in the demo a page of this machine: for pages that this program itself names."""
    try:
        link = read_link(address)
    except ValueError:
        return False
    return urlsplit(link.address).scheme == "https" or (is_demo and link.host in _HERE)


def has_display() -> bool:
    """Whether a browser would open in a window: one that runs in the terminal would draw over the program."""
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def open_page(address: str) -> bool:
    """Open ``address`` in a browser with a window; whether that worked. May take seconds: call it in a thread.

    Gives the browser what ``read_link`` makes of the address, as one argument and through no shell.
    """
    try:
        address = read_link(address).address
        return has_display() and webbrowser.open(address)
    except (webbrowser.Error, OSError, ValueError):
        return False
