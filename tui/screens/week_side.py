"""The panel beside a wide week: what else there is on the day of the cursor, and the event under it in full."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from textual.content import Content

from tui.domain.meetings import Meeting
from tui.screens.week_model import account_colours
from tui.widgets.event_lines import day_words, time_words
from tui.widgets.safe_text import MUTED, wrapped
from tui.widgets.week_block import Block
from tui.widgets.week_layout import Page
from tui.workspace.view import Snapshot


def side_lines(
    snapshot: Snapshot,
    page: Page,
    meeting: Meeting | None,
    day: date,
    now: datetime,
    is_private: bool,
    rows: int,
    width: int,
) -> Sequence[Content]:
    """The lines of the panel, ``width`` cells each.

    ``meeting`` is the one under the cursor; of a long text about it no more than ``rows`` lines are said, so that the
    day has room below.
    """
    colours = account_colours(snapshot.letters)
    lines: list[Content] = []
    index = page.block_index(meeting.id) if meeting is not None else None
    if meeting is not None and index is not None:
        from tui.screens.event_text import event_lines

        block = page.blocks[index]
        head = Content.styled(f"{block.letters}  ", _colour(colours, block))
        lines += [*wrapped(head.append(Content.styled(block.title, "bold")), width, 3), Content("")]
        said = event_lines(snapshot, meeting, is_private, now, width)
        lines += said if len(said) <= rows else [*said[: rows - 1], Content.styled("enter says the rest", MUTED)]
        lines += [Content(""), Content.styled("─" * width, "$panel-lighten-2")]
    lines.append(Content.styled(f"{day_words(day)}{', today' if day == now.date() else ''}", "bold"))
    for block in _of_day(page, day):
        is_here = meeting is not None and block.meeting.id == meeting.id
        lines += _line(block, page, day, now, width, _colour(colours, block), is_here=is_here)
    return lines if page.holds(day) and len(lines) > 1 else [*lines, Content.styled("Nothing.", MUTED)]


def _of_day(page: Page, day: date) -> Iterator[Block]:
    """Its events: those above the hours, then by time."""
    if page.holds(day):
        column = page.column_of(day)
        yield from (page.blocks[span.block] for span in page.above[column])
        yield from (page.blocks[piece.block] for piece in page.columns[column].pieces)


def _colour(colours: dict[str, int], block: Block) -> str:
    return f"bold $account-{colours.get(block.meeting.lead.calendar.account_id, 0) % 8 + 1}"


def _line(
    block: Block, page: Page, day: date, now: datetime, width: int, colour: str, *, is_here: bool
) -> list[Content]:
    """An event of the day: what is over dim, the one under the cursor marked."""
    is_past = block.meeting.interval.end <= now
    grade = block.grade
    line = Content.assemble(
        ("▶ " if is_here else "  "),
        (f"{block.shape.value}{block.letters} ", colour),
        (f"{time_words(block.meeting.when, page.zone, day)}  ", MUTED),
        (block.title, "bold" if is_here else MUTED if is_past else ""),
        (f"  {block.note}" if block.note else "", MUTED),
    )
    if grade is not None:
        line = line.append(Content.styled(" !", f"bold $grade-{grade}"))
    return wrapped(line, width, 5)
