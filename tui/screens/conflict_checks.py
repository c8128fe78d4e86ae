"""What "no double bookings" rests on, in words: which calendars were checked, how far ahead, and how fresh."""

from __future__ import annotations

from datetime import datetime, timedelta

from textual.content import Content

from tui.widgets.event_lines import account_labels, ago_words, day_words
from tui.widgets.safe_text import MUTED, line, outside, styled
from tui.workspace.view import CalendarView, ConnectionView, Snapshot


def checked_lines(snapshot: Snapshot, now: datetime) -> list[Content]:
    """The empty screen of conflicts for ``snapshot``, at ``now`` (in the viewer's zone)."""
    sub_account = snapshot.sub_account.name if snapshot.sub_account else ""
    counted = [view for connection in snapshot.connections for view in connection.counted]
    if not snapshot.connections:
        return [
            styled("No Outlook account is connected here.", "bold"),
            Content(""),
            Content("Press 4 for Connections, then n to connect one: double bookings are found across all of them."),
        ]
    if not counted:
        return [
            styled(f"No calendar counts in {sub_account}.", "bold"),
            Content(""),
            Content("Press 4 for Connections, then enter on an account, and tick the calendars that claim your time."),
        ]
    lines = [styled(_headline(counted, now), "bold"), Content(""), Content(f"Checked for {sub_account}:")]
    labels = account_labels({view.account.id: view.account.address for view in snapshot.accounts})
    for connection in snapshot.connections:
        lines += _connection_lines(connection, labels.get(connection.account.id, "?"), now)
    lines += [Content(""), styled("Events that are free, declined or cancelled never claim you.", MUTED)]
    return lines


def summary(snapshot: Snapshot) -> Content:
    """How many lines are open, and up to which day was looked."""
    count = len(snapshot.lines())
    windows = [view.sync.window for connection in snapshot.connections for view in connection.counted]
    until = min((window.until for window in windows if window is not None), default=None)
    if until is None or None in windows:
        return Content(f" {count:,} open, still reading")
    last = until - timedelta(days=1)
    return Content(f" {count:,} open to {day_words(last)} {last.year}")


def _headline(counted: list[CalendarView], now: datetime) -> str:
    windows = [view.sync.window for view in counted if view.sync.window is not None]
    if len(windows) < len(counted) or any(view.sync.last_success is None for view in counted):
        return "Not yet read: double bookings are not known before every calendar was."
    days = (min(window.until for window in windows) - now.date()).days
    return f"No double bookings in the next {days} days."


def _connection_lines(connection: ConnectionView, label: str, now: datetime) -> list[Content]:
    letter = connection.account.letter
    lines = []
    for view in connection.counted:
        read = view.sync.last_success
        age = f"read {ago_words(read, now)}" if read else "not read yet"
        events = f"{view.sync.events:,} event{'' if view.sync.events == 1 else 's'}"
        lines.append(line(f"  {letter} ", outside(f"{label} / {view.calendar.name}"), f"   {events}, {age}"))
        if view.sync.error:
            lines.append(line("      ! ", outside(view.sync.error)))
    ignored = len(connection.calendars) - len(connection.counted)
    if ignored:
        verb = "calendar is" if ignored == 1 else "calendars are"
        lines.append(styled(f"  {letter} {ignored} more {verb} not counted here", MUTED))
    return lines
