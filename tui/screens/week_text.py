"""What the week says in words: the two lines about what is under the cursor, and what stands in an empty week."""

from __future__ import annotations

from datetime import date

from textual.content import Content

from tui.actions import action_named
from tui.domain.meetings import Meeting
from tui.screens.summary import connected_accounts, is_awaited
from tui.screens.week_model import Groups, account_colours, labels_of, next_start
from tui.widgets.event_lines import (
    clash_words,
    clock_words,
    day_words,
    detail_words,
    free_words,
    shown_place,
    shown_subject,
    weight_words,
)
from tui.widgets.rules import ruled
from tui.widgets.safe_text import MUTED
from tui.widgets.week_block import Block
from tui.widgets.week_clock import Slot
from tui.widgets.week_cursor import Cursor, at_place
from tui.widgets.week_layout import Page
from tui.widgets.week_rows import clock
from tui.widgets.week_sizes import column_starts
from tui.workspace.view import Snapshot

_GAP = "   "


def detail_lines(
    snapshot: Snapshot, groups: Groups, page: Page, cursor: Cursor, is_private: bool, width: int, today: date
) -> list[Content]:
    """Two lines about what is under ``cursor``; with a ``width`` the least needed is left out where it does not fit."""
    if cursor.is_count:
        return _count_lines(page, cursor)
    index = page.block_index(cursor.meeting_id) if cursor.meeting_id else None
    if index is None:
        return [_nothing(page, cursor), Content("")]
    meeting = page.blocks[index].meeting
    return [
        _event_line(snapshot, meeting, is_private, width, today),
        _clash_line(snapshot, groups, meeting, is_private, width),
    ]


def _count_lines(page: Page, cursor: Cursor) -> list[Content]:
    """What stands behind a number: the first titles, and how to see all."""
    blocks = behind_count(page, cursor)
    time = "" if cursor.line is not None else f" {clock(cursor.slot)}"
    titles = ", ".join(f"{block.letters} {block.title}" for block in blocks[:8])
    return [
        Content.assemble(
            (f" {day_words(cursor.day)}{time}", "bold"),
            (f"{_GAP}{len(blocks)} events: {action_named('open_event').key_text} lists them", MUTED),
        ),
        Content(f" {titles}"),
    ]


def behind_count(page: Page, cursor: Cursor) -> list[Block]:
    """The events of the place whose number is under the cursor: all of its row, or of its line above the hours."""
    if not page.holds(cursor.day):
        return []
    if cursor.line is not None:
        return [page.blocks[span.block] for span in at_place(page, cursor.day, cursor.line)]
    column, row = page.columns[page.column_of(cursor.day)], page.row_at(cursor.day, cursor.slot)
    pieces = [*column.rows[row], *column.waiting[row]]
    return [page.blocks[block] for block in sorted(piece.block for piece in pieces)]


def bottom_rule(page: Page | None, width: int, whole: int) -> Content:
    """The line that ends the hours of ``page`` (``width`` cells) and goes on to ``whole`` cells; None has no hours."""
    starts = column_starts(width - 1, len(page.columns), page.gutter)[:-1] if page is not None else ()
    joints = ruled((*starts, width), whole, "┴")
    return Content.styled(joints, "$panel-lighten-2")


def _event_line(snapshot: Snapshot, meeting: Meeting, is_private: bool, width: int, today: date) -> Content:
    colour = account_colours(snapshot.letters).get(meeting.lead.calendar.account_id, 0)
    title = shown_subject(meeting.lead.event, is_private)
    parts = list(detail_words(meeting, snapshot.zone, snapshot.calendars, labels_of(snapshot), today))
    place = shown_place(meeting.lead.event, is_private)
    parts[2:2] = [place] if place else []
    head = Content.assemble((f" {snapshot.letters_of(meeting)}  ", f"bold $account-{colour % 8 + 1}"))
    if width:
        while len(parts) > 2 and len(title) + head.cell_length + sum(len(part) + 3 for part in parts) > width:
            parts.pop(2)
        room = width - head.cell_length - sum(len(part) + 3 for part in parts)
        shown = Content.styled(title, "bold").truncate(max(8, room), ellipsis=True)
    else:
        shown = Content(title)
    return Content("").join([head, shown, *(Content(_GAP + part) for part in parts)])


def _clash_line(snapshot: Snapshot, groups: Groups, meeting: Meeting, is_private: bool, width: int) -> Content:
    """The clash of ``meeting``, else what it weighs; and the next time after it that is free everywhere.

    With a ``width`` words give way, then the end of the clash, but never the free time.
    """
    clash = clash_words(meeting, groups.of(meeting), snapshot.zone, snapshot.letters, is_private)
    if not clash:
        return Content.styled(f" {weight_words(meeting.weighings[0])}", MUTED)
    style = f"$grade-{snapshot.grades[meeting.id]}" if meeting.id in snapshot.grades else ""
    said = Content.styled(f" {clash}", style)
    free = snapshot.next_free(meeting.interval.end)
    if free is None:
        return said
    time = free_words(free, snapshot.zone)
    endings = [f"{_GAP}{words} {time}" for words in ("free everywhere next:", "free everywhere:", "free next:", "free")]
    following = next((one for one in endings if not width or said.cell_length + len(one) <= width), endings[-1])
    if width:
        said = said.truncate(max(0, width - len(following)), ellipsis=True)
    return said.append(following)


def _nothing(page: Page, cursor: Cursor) -> Content:
    time = "" if cursor.line is not None else f" {clock(Slot(cursor.minute, cursor.again))}"
    following = next_start(page, cursor) if cursor.line is None else None
    if following is None:
        words = "nothing more on this day" if cursor.line is None else "nothing all day"
    else:
        start = clock_words(following.meeting.interval.start, page.zone)
        words = f"nothing until {start} {following.letters} {following.title}"
    if not page.blocks:
        words = "nothing on these days"
    return Content.assemble((f" {day_words(cursor.day)}{time}", "bold"), (f"{_GAP}{words}", MUTED))


def empty_text(snapshot: Snapshot) -> Content | None:
    """What stands in the middle when there is no week to draw; None when there is."""
    if snapshot.meetings:
        return None
    accounts = connected_accounts(snapshot)
    if not accounts:
        places, add = action_named("connections"), action_named("add")
        return Content.from_markup(
            "[b]No Outlook account is connected yet.[/b]\n\n"
            "Press [b]$places[/b] then [b]$add[/b] to connect an Outlook account.",
            places=places.keys[0],
            add=add.keys[0],
        )
    if any(is_awaited(view, snapshot) and not view.error for view in accounts):
        lines = [f"{view.account.letter}  {view.account.address}  {view.syncing or 'reading…'}" for view in accounts]
        return Content("\n").join(
            [Content.styled("Reading your calendars…", "bold"), Content(""), *map(Content, lines)]
        )
    return None
