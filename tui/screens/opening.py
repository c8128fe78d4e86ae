"""Opening the link of a meeting: a known host at once, every other after the person has seen where it leads."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from textual.app import App
from textual.content import Content

from tui.domain.meetings import Meeting
from tui.screens.dialogs import ChoiceDialog
from tui.screens.links import Link, read_link
from tui.screens.shell import Shell
from tui.screens.web_page import open_page
from tui.widgets.event_lines import shown_subject
from tui.widgets.safe_text import MUTED, line, outside, wrapped

_WIDTH = 70


def links_of(meeting: Meeting, is_private: bool) -> Iterator[tuple[str, str]]:
    """What could be opened, best first, each with what it is: join links of all copies, then pages in Outlook."""
    copies = [copy.event for copy in meeting.copies if not (is_private and copy.event.is_private)]
    yield from (("join link", event.join_url) for event in copies if event.join_url)
    yield from (("page in Outlook", event.web_link) for event in copies if event.web_link)


def open_link_of(app: App[Any], shell: Shell, meeting: Meeting, open_page: Callable[[str], bool] = open_page) -> None:
    """Open the first link of ``meeting``; what keeps it from being opened is said.

    ``open_page`` opens an address in a browser and says whether it could; it is called in a thread.
    """
    title = shown_subject(meeting.lead.event, shell.is_private)
    what, address = next(links_of(meeting, shell.is_private), ("", ""))
    if not address:
        shell.toast(f"“{title}” has no link to open.")
        return
    try:
        link = read_link(address)
    except ValueError as error:
        shell.toast(f"The {what} of “{title}” is not opened: {error}", severity="warning")
        return
    go = partial(_go, app, shell, what, link, open_page)
    if link.asks:
        app.push_screen(link_dialog(link, what, title), go)
    else:
        go("open")


def link_dialog(link: Link, what: str, title: str) -> ChoiceDialog:
    """Asks before ``link`` opens: its host, what to know of it, and the whole address."""
    badges = [line(("! ", "bold $text-warning"), outside(badge)) for badge in link.badges]
    known = [] if link.kind else [Content("This is not a host that is known for meetings.")]
    note = [*known, *badges, *wrapped(outside(link.address, MUTED), _WIDTH)]
    choices = [
        ("back", Content("Go back")),
        ("open", line("Open ", outside(link.host, "bold"))),
        ("copy", Content("Copy the address")),
    ]
    return ChoiceDialog(f"Open the {what} of “{title}”?", choices, "back", Content("\n").join(note))


def _go(
    app: App[Any], shell: Shell, what: str, link: Link, open_page: Callable[[str], bool], choice: str | None
) -> None:
    if choice == "copy":
        app.copy_to_clipboard(link.address)
        shell.toast(f"Copied, if your terminal allows it: {link.address}")
    elif choice == "open":
        app.run_worker(_opened(app, shell, what, link, open_page), group="open-page", exit_on_error=False)


async def _opened(app: App[Any], shell: Shell, what: str, link: Link, open_page: Callable[[str], bool]) -> None:
    kind = f"{link.kind}, " if link.kind else ""
    if await asyncio.to_thread(open_page, link.address):
        shell.toast(f"Opening the {what} ({kind}{link.host}) in your browser")
    else:
        app.copy_to_clipboard(link.address)
        shell.toast(f"No browser opens here. The {what} is copied, if your terminal allows it: {link.address}")
