"""One conflict group in full: lanes, members, why it counts, and what was left out.

Pure: a snapshot and a width in, lines out. What a screen short of rows cannot hold is chosen by ``Part``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from enum import Flag, auto

from msgspec import Struct
from rich.cells import cell_len
from textual.content import Content

from tui.domain.busy import Weight
from tui.domain.conflicts import Grade, Group, Pair
from tui.domain.events import Event
from tui.domain.meetings import Meeting
from tui.domain.series import repeat_words
from tui.domain.text import clip
from tui.domain.timespan import Interval
from tui.widgets.event_lines import (
    account_labels,
    ago_words,
    calendar_words,
    dated,
    day_words,
    length_words,
    listed,
    overlap_words,
    people_words,
    role_words,
    shown_place,
    shown_subject,
    time_words,
    weight_words,
)
from tui.widgets.group_list import claimed_twice
from tui.widgets.lanes import account_style, lane_lines
from tui.widgets.line_view import CURSOR
from tui.widgets.safe_text import MUTED, fitted, line, outside, spread, styled, wrapped
from tui.workspace.view import Snapshot, SyncState

MOST_MEMBERS = 50
MOST_REASONS = 50
_MOST_IGNORED = 10
_MOST_CELLS = 110
_INDENT = 5
_TITLE_CELLS = 18
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_SOFT_REASONS = {7: "working elsewhere", 8: "not answered", 9: "optional", 10: "tentative"}


class Part(Flag):
    """What to draw below the heading."""

    MEMBERS = auto()
    """The lanes and the meetings."""
    REASONS = auto()
    """Why it counts, and what does not."""


class Detail(Struct, frozen=True):
    """The lines of a group, and where in them each member stands."""

    lines: list[Content]
    member_lines: dict[str, range]
    reasons_line: int


class Viewed(Struct, frozen=True, kw_only=True):
    """What is looked at, and by whom."""

    snapshot: Snapshot
    group: Group
    member: str
    """The id of the meeting that stands out."""
    now: datetime
    note: str = ""
    """Said of the group beside its time: "2 of 4"."""
    is_private: bool = False


def shown_members(group: Group) -> tuple[Meeting, ...]:
    """Those that are listed; of a huge group the first."""
    return group.members[:MOST_MEMBERS]


def detail(viewed: Viewed, width: int, parts: Part) -> Detail:
    """``viewed`` in lines of ``width`` cells, or of as many as still read as one line."""
    width = min(width, _MOST_CELLS)
    lines = [_heading(viewed, width), Content("")]
    places: dict[str, range] = {}
    if Part.MEMBERS in parts:
        snapshot = viewed.snapshot
        lines += lane_lines(
            viewed.group,
            snapshot.letters,
            snapshot.zone,
            width,
            selected=viewed.member,
            is_private=viewed.is_private,
        )
        for meeting in shown_members(viewed.group):
            lines.append(Content(""))
            block = _member(viewed, meeting, width)
            places[meeting.id] = range(len(lines), len(lines) + len(block))
            lines += block
        hidden = len(viewed.group.members) - len(places)
        lines += [styled(f"     and {hidden:,} more meetings", MUTED)] if hidden else []
        lines.append(Content(""))
    reasons_line = len(lines)
    if Part.REASONS in parts:
        lines += [*_why(viewed, width), *_ignored(viewed, width)]
    return Detail(lines, places, reasons_line)


def _heading(viewed: Viewed, width: int) -> Content:
    """Day, time and grade; then as many words about it as there is room for."""
    group, zone = viewed.group, viewed.snapshot.zone
    when = "all day" if group.day is not None else overlap_words(claimed_twice(group), zone)
    date_words = dated(_day(viewed), viewed.now.astimezone(zone))
    grade = styled(f"   {group.grade}", f"bold $grade-{group.grade}")
    if cell_len(f" {date_words}  {when}") + grade.cell_length > width:
        when = when.replace(" – ", "–")
    head = line((f" {date_words}  {when}", "bold"), grade)
    note = f" {viewed.note} " if viewed.note else ""
    for claim in _claims(group):
        if head.cell_length + cell_len(claim) + cell_len(note) <= width:
            return spread(line(head, claim), styled(note, MUTED), width)
    return line(fitted((f" {date_words}  {when}", "bold"), max(0, width - grade.cell_length)), grade).truncate(width)


def _day(viewed: Viewed) -> date:
    """The day that the group stands under."""
    return viewed.group.day or claimed_twice(viewed.group).start.astimezone(viewed.snapshot.zone).date()


def _claims(group: Group) -> tuple[str, ...]:
    """How many claim the person, in fewer and fewer words."""
    if group.grade is Grade.HINT:
        length = length_words(claimed_twice(group).length)
        return (f"   only {length} between two meetings", f"   {length} between", "")
    count = len(group.members)
    number = _NUMBERS[count] if count < len(_NUMBERS) else f"{count:,}"
    return (f"   {number} meetings claim you", f"   {number} meetings", f"   {number}", "")


def _member(viewed: Viewed, meeting: Meeting, width: int) -> list[Content]:
    letter = _letter(viewed.snapshot, meeting)
    is_selected = meeting.id == viewed.member
    title = outside(shown_subject(meeting.lead.event, viewed.is_private), "bold" if is_selected else "")
    left = line(CURSOR if is_selected else " ", (f"{letter:<3}", f"bold {account_style(letter)}"), title)
    right = f"   {time_words(meeting.when, viewed.snapshot.zone, _day(viewed))}   {_weight(meeting):<5} "
    return [spread(left, right, width), *_packed(_facts(viewed, meeting), width)]


def _weight(meeting: Meeting) -> str:
    return "away" if meeting.away else meeting.weight.plain


def _letter(snapshot: Snapshot, meeting: Meeting) -> str:
    return snapshot.letters_of(meeting)


def _facts(viewed: Viewed, meeting: Meeting) -> list[str]:
    """Everything beyond title, time and weight, most needed first."""
    snapshot, event = viewed.snapshot, meeting.lead.event
    labels = account_labels({view.account.id: view.account.address for view in snapshot.accounts})
    facts = [calendar_words(meeting.lead.calendar, snapshot.calendars, labels)]
    if not (viewed.is_private and event.is_private):
        facts += [_organiser(event), role_words(event), people_words(event)]
    facts += [repeat_words(event.repeats) or "single", shown_place(event, viewed.is_private)]
    if event.is_private:
        facts.append("marked private")
    return [fact for fact in [*facts, _age(viewed, meeting), *_copy_notes(meeting)] if fact]


def _organiser(event: Event) -> str:
    if event.organizer is None or not (event.attendee_count or event.attendees):
        return "no other people"
    if event.is_organizer:
        return ""
    return f"organiser {event.organizer.name or event.organizer.address}"


def _age(viewed: Viewed, meeting: Meeting) -> str:
    state = next(
        (
            view.sync
            for connection in viewed.snapshot.connections
            for view in connection.calendars
            if view.calendar.key == meeting.lead.calendar
        ),
        SyncState(),
    )
    if state.last_success is None:
        return "not read yet"
    return f"read {ago_words(state.last_success, viewed.now)}"


def _copy_notes(meeting: Meeting) -> Iterable[str]:
    if len(meeting.copies) > 1:
        probably = "probably the same meeting, " if meeting.sameness.probable else ""
        yield f"{probably}{len(meeting.copies)} copies"
    if meeting.sameness.copies_disagree:
        yield "copies end at different times: the latest counts"
    if meeting.sameness.linked:
        yield "another copy starts at another time"


def _packed(facts: Sequence[str], width: int) -> list[Content]:
    """``facts`` three cells apart, on as many indented lines as they need."""
    room = max(8, width - _INDENT)
    rows: list[str] = []
    for fact in facts:
        shown = outside(fact).plain
        if rows and cell_len(rows[-1]) + 3 + cell_len(shown) <= room:
            rows[-1] += f"   {shown}"
        else:
            rows.append(shown)
    return [styled(row, MUTED).truncate(room, ellipsis=True).pad_left(_INDENT) for row in rows]


def _why(viewed: Viewed, width: int) -> list[Content]:
    lines = [styled(" Why it counts", "bold")]
    pairs = viewed.group.pairs
    for number, pair in enumerate(pairs[:MOST_REASONS]):
        lines += _pair_lines(viewed, pair, width, is_first=number == 0)
    if len(pairs) > MOST_REASONS:
        lines.append(styled(f" and {len(pairs) - MOST_REASONS:,} more pairs", MUTED))
    return lines


def _pair_lines(viewed: Viewed, pair: Pair, width: int, *, is_first: bool) -> list[Content]:
    names = f"{_name(viewed, pair.first)} × {_name(viewed, pair.second)}"
    sub_account = viewed.snapshot.sub_account
    both = f", both in conflict calendars of {sub_account.name}" if is_first and sub_account else ""
    words = f" {names}  {_claim(pair.first)} × {_claim(pair.second)}{both}, {_overlap(viewed.group, pair)}"
    grade = styled(f"  {pair.grade} ", f"$grade-{pair.grade}")
    rows = wrapped(outside(words).pad_left(1), max(8, width - grade.cell_length), 3)
    return [*rows[:-1], spread(rows[-1], grade, width)]


def _name(viewed: Viewed, meeting: Meeting) -> str:
    """The letter, with the title where the letter alone does not tell the members apart."""
    letter = _letter(viewed.snapshot, meeting)
    alike = sum(_letter(viewed.snapshot, member) == letter for member in shown_members(viewed.group))
    if alike == 1:
        return letter
    return f"{letter} {clip(shown_subject(meeting.lead.event, viewed.is_private), _TITLE_CELLS)}"


def _claim(meeting: Meeting) -> str:
    reason = ""
    if meeting.weight is Weight.SOFT:
        reason = next((_SOFT_REASONS.get(w.row, "") for w in meeting.weighings if w.weight is Weight.SOFT), "")
    all_day = "all day " if meeting.all_day else ""
    return f"{all_day}{_weight(meeting)}{f' ({reason})' if reason else ''}"


def _overlap(group: Group, pair: Pair) -> str:
    overlap = pair.overlap.overlap(group.interval) if group.day is not None else pair.overlap
    if overlap.length <= timedelta(0):
        return f"{length_words(-overlap.length)} apart"
    return length_words(overlap.length)


def _ignored(viewed: Viewed, width: int) -> list[Content]:
    ignored = ignored_meetings(viewed.snapshot, viewed.group.interval)
    if not ignored:
        return [Content(""), styled(" Nothing else is in the calendar at that time.", MUTED)]
    lines = [Content(""), styled(" Does not count", "bold")]
    for meeting in ignored[:_MOST_IGNORED]:
        words = weight_words(meeting.weighings[0]).partition(": ")[2]
        title = shown_subject(meeting.lead.event, viewed.is_private)
        time = time_words(meeting.when, viewed.snapshot.zone, _day(viewed))
        text = f"{_letter(viewed.snapshot, meeting)} {clip(title, 60)} ({time}): {words}"
        lines += wrapped(outside(text).pad_left(1), width, 3)
    if len(ignored) > _MOST_IGNORED:
        lines.append(styled(f" and {len(ignored) - _MOST_IGNORED:,} more", MUTED))
    return lines


def ignored_meetings(snapshot: Snapshot, interval: Interval) -> list[Meeting]:
    """What lies in ``interval`` and does not claim the person in this sub-account."""
    first = interval.start.astimezone(snapshot.zone).date()
    until = interval.end.astimezone(snapshot.zone).date() + timedelta(days=1)
    near = snapshot.meetings_between(first, until)
    return [meeting for meeting in near if not meeting.counts and meeting.interval.overlaps(interval)]


def copied(viewed: Viewed) -> str:
    """The group as one plain line, to paste."""
    group, snapshot = viewed.group, viewed.snapshot
    day = group.day or claimed_twice(group).start.astimezone(snapshot.zone).date()
    when = "all day" if group.day is not None else overlap_words(claimed_twice(group), snapshot.zone)
    members = [
        f"{_letter(snapshot, meeting)} {shown_subject(meeting.lead.event, viewed.is_private)}"
        f" {time_words(meeting.when, snapshot.zone, day)}"
        for meeting in shown_members(group)
    ]
    return f"{day_words(day)} {day.year} {when}, {group.grade}: {listed(members, MOST_MEMBERS)}"
