"""Connections in words: the columns of their table, and all that is said of one below it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from textual.content import Content

from tui.domain.accounts import AccountKind, Mode, Preference, SignInState
from tui.widgets.event_lines import age_words, ago_words, clock_words, day_words
from tui.widgets.lanes import account_style
from tui.widgets.line_view import CURSOR
from tui.widgets.safe_text import MUTED, fitted, line, outside, styled, wrapped
from tui.workspace.view import AccountView, ConnectionView, Role, Snapshot

WIDE = 116
"""From this many cells on the table has all its columns."""
_LABEL = 21


class Column(NamedTuple):
    """A column of the table; ``share`` cells, and of what is left over a part of that size too when it grows."""

    title: str
    cells: int
    grows: bool = False


NARROW_COLUMNS = (
    Column("Outlook account", 24, True),
    Column("Kind", 9),
    Column("Bookings go to", 15),
    Column("Counted", 8),
    Column("State", 17),
)
WIDE_COLUMNS = (
    Column("Outlook account", 26, True),
    Column("Kind", 9),
    Column("Bookings go to", 18),
    Column("Counted", 8),
    Column("State", 16),
    Column("Preference", 11),
    Column("Last sync", 10),
    Column("Events", 8),
    Column("Error", 6, True),
)


def columns_for(width: int) -> tuple[tuple[Column, int], ...]:
    """The columns that fit ``width`` cells, and how many cells each has."""
    columns = WIDE_COLUMNS if width >= WIDE else NARROW_COLUMNS
    spare = max(0, width - 3 - sum(column.cells for column in columns))
    growing = sum(column.grows for column in columns)
    return tuple((column, column.cells + (spare // growing if column.grows else 0)) for column in columns)


def heading(width: int) -> Content:
    """The titles of the columns."""
    return styled("   ", MUTED) + line(*(fitted((column.title, MUTED), cells) for column, cells in columns_for(width)))


def table_row(view: ConnectionView, account: AccountView | None, now: datetime, width: int, is_cursor: bool) -> Content:
    """A connection as a row; ``account`` is the freshness of its sign-in."""
    letter, since = view.account.letter, last_success(view)
    cells = (
        outside(view.account.address),
        Content("work" if view.account.kind is AccountKind.WORK else "personal"),
        bookings_go_to(view),
        Content(f"{len(view.counted)} of {len(view.calendars)}"),
        state_of(view, account, now, with_age=width < WIDE),
        Content(view.connection.preference if view.linked else "–"),
        Content(age_words(since, now) if since else "–"),
        Content(f"{sum(one.sync.events for one in view.counted):,}"),
        outside(error_of(view, account), empty="–"),
    )
    shown = [fitted(fitted(cell, size - 1), size) for cell, (_, size) in zip(cells, columns_for(width), strict=False)]
    return line(CURSOR if is_cursor else " ", (letter, f"bold {account_style(letter)}"), " ", *shown)


def bookings_go_to(view: ConnectionView) -> Content:
    """The linked calendar of a connection, or why it has none."""
    if view.linked is not None:
        return line("● ", outside(view.linked.calendar.name))
    return Content("  read only" if view.account.mode is Mode.READ else "  –")


def last_success(view: ConnectionView) -> datetime | None:
    """The oldest last success of the counted calendars; None while one was never read."""
    times = [one.sync.last_success for one in view.counted]
    known = [time for time in times if time is not None]
    return min(known) if known and len(known) == len(times) else None


def error_of(view: ConnectionView, account: AccountView | None) -> str:
    """The first error of the account or of a counted calendar."""
    errors = [account.error if account else "", *(one.sync.error for one in view.counted)]
    return next((error for error in errors if error), "")


def state_of(view: ConnectionView, account: AccountView | None, now: datetime, *, with_age: bool) -> Content:
    """Whether the connection works, in two or three words."""
    if view.account.state is SignInState.SIGN_IN_AGAIN:
        return styled("! sign in again", "bold $text-error")
    if account is not None and account.syncing:
        return outside(account.syncing)
    if error_of(view, account):
        return styled("! not read", "bold $text-error")
    if not view.counted:
        return Content("nothing counts")
    since = last_success(view)
    if since is None:
        return Content("not read yet")
    return Content(f"ok, {age_words(since, now)}" if with_age else "ok")


def connection_lines(
    view: ConnectionView, account: AccountView | None, snapshot: Snapshot, now: datetime, width: int
) -> list[Content]:
    """Everything about a connection, with the words *linked* and *conflict calendar* beside what they mean."""
    rule = line("─ ", (view.account.letter, f"bold {account_style(view.account.letter)}"), "  ", _title(view), " ")
    lines = [line(rule, "─" * max(0, width - rule.cell_length))]
    for label, words in _facts(view, account, snapshot, now):
        rows = wrapped(outside(words), max(8, width - _LABEL))
        lines += [
            line(fitted((f" {label}" if number == 0 else "", MUTED), _LABEL), row) for number, row in enumerate(rows)
        ]
    return lines


def _title(view: ConnectionView) -> Content:
    name = view.account.name
    return outside(f"{view.account.address}{f'  {name}' if name else ''}", "bold")


def _facts(
    view: ConnectionView, account: AccountView | None, snapshot: Snapshot, now: datetime
) -> Sequence[tuple[str, str]]:
    here = snapshot.sub_account.name if snapshot.sub_account else ""
    error = error_of(view, account)
    facts = [
        ("Linked calendar", _linked_words(view, snapshot, here)),
        ("Conflict calendars", _named(view, counted=True) + ": read to know when you are busy, never written"),
        ("Not read", _named(view, counted=False)),
    ]
    if view.linked is not None:
        facts.append(("Made in Outlook", _preference_words(view.connection.preference)))
    facts += [
        ("Permission", _permission_words(view)),
        ("Events", _event_words(view)),
        ("Last sync", _sync_words(view, snapshot, now)),
    ]
    if view.account.state is SignInState.SIGN_IN_AGAIN:
        facts.append(("Sign-in", "Microsoft wants you to sign in again; until then nothing new is read."))
    if error:
        facts.append(("Error", error))
    also = ", ".join(view.also_used_in)
    facts.append(("Also used in", f"{also} (signed in once, synced once)" if also else "no other sub-account"))
    return facts


def _linked_words(view: ConnectionView, snapshot: Snapshot, here: str) -> str:
    if view.linked is not None:
        return f"{view.linked.calendar.name}: bookings made in {here} are written to it; it always counts"
    other = next((one for one in snapshot.connections if one.linked is not None), None)
    if other is not None and other.linked is not None:
        return f"none here: bookings of {here} go to {other.account.letter} {other.linked.calendar.name}"
    if view.account.mode is Mode.READ:
        return "none: this sign-in is read only, so bookings cannot go there"
    return f"none: bookings of {here} go nowhere yet (enter chooses)"


def _named(view: ConnectionView, *, counted: bool) -> str:
    chosen = [one.calendar.name or "(no name)" for one in view.calendars if (one.role is not Role.UNUSED) is counted]
    return ", ".join(chosen) or "none"


def _preference_words(preference: Preference) -> str:
    if preference is Preference.TWO_WAY:
        return "comes back as a booking with its guests (preference: two-way)"
    return "comes back as blocked time (preference: blocks)"


def _permission_words(view: ConnectionView) -> str:
    permission = "read only" if view.account.mode is Mode.READ else "read and write"
    kind = "work or school" if view.account.kind is AccountKind.WORK else "personal"
    return f"{permission}   kind: {kind}"


def _event_words(view: ConnectionView) -> str:
    windows = [one.sync.window for one in view.counted if one.sync.window is not None]
    count = f"{sum(one.sync.events for one in view.counted):,}"
    if not windows:
        return count
    first = max(window.first for window in windows)
    last = min(window.until for window in windows) - timedelta(days=1)
    return f"{count} from {day_words(first)} {first.year} to {day_words(last)} {last.year}"


def _sync_words(view: ConnectionView, snapshot: Snapshot, now: datetime) -> str:
    since = last_success(view)
    if since is None:
        return "not read yet"
    changed = sum(one.sync.changed for one in view.counted)
    removed = sum(one.sync.removed for one in view.counted)
    seconds = sum(one.sync.seconds for one in view.counted)
    news = f"{changed:,} changed, {removed:,} removed" if changed or removed else "nothing changed"
    took = f" in {seconds:.1f} s" if seconds else ""
    return f"{clock_words(since, snapshot.zone)} ({ago_words(since, now)}): {news}{took}"


def add_new_lines(snapshot: Snapshot, width: int) -> list[Content]:
    """What stands below the table while the cursor is on ``+ Add New``, or nothing is connected."""
    here = snapshot.sub_account.name if snapshot.sub_account else "your first sub-account"
    paragraphs = (
        f"A connection is an Outlook account used in {here}. You sign in at Microsoft once, with a code, and may use "
        "the account in any number of sub-accounts.",
        "Then you choose: bookings go to one calendar (the linked calendar), and any number of calendars tell when "
        "you are busy (conflict calendars). Conflict calendars are read, never written.",
        "Connect every calendar that competes for your time: only then is every double booking found.",
        "Accounts at outlook.com, live.com, hotmail.com and Microsoft 365 work. Calendars that exist only in a file "
        "of Outlook on one computer cannot be seen.",
    )
    title = line("─ ", ("Add New", "bold"), " ")
    lines = [line(title, "─" * max(0, width - title.cell_length))]
    for paragraph in paragraphs:
        lines += [*(row.pad_left(1) for row in wrapped(outside(paragraph), max(8, width - 2))), Content("")]
    return lines
