"""Conflict groups as lanes on one time axis."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tui.domain.busy import BusyRules
from tui.domain.conflicts import Group, find_pairs, group_pairs
from tui.domain.events import CalendarKey, Event, EventCopy, ShowAs
from tui.domain.meetings import Meeting, meetings_of
from tui.domain.timespan import AllDay, Interval, Timed
from tui.widgets.lanes import crowds, lane_lines

BERLIN = ZoneInfo("Europe/Berlin")
LETTERS = {"ana": "A", "ben": "B"}
YEAR = AllDay(date(2026, 1, 1), date(2027, 1, 1))


def meeting(account: str, subject: str, start: datetime, minutes: int) -> Meeting:
    event = Event(
        id=f"{account}{subject}{start}{minutes}",
        when=Timed(start, start + timedelta(minutes=minutes)),
        subject=subject,
        show_as=ShowAs.BUSY,
        is_organizer=True,
    )
    copies = [EventCopy(CalendarKey(account, "Calendar"), event)]
    return meetings_of(copies, counted=lambda key: True, rules=BusyRules(), zone=BERLIN)[0]


def group_of(*meetings: Meeting) -> Group:
    groups = group_pairs(find_pairs(meetings), zone=BERLIN, window=YEAR)
    assert len(groups) == 1
    return groups[0]


def at(hour: int, minute: int = 0, day: int = 26, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=BERLIN).astimezone(UTC)


def drawn(group: Group, width: int = 63) -> list[str]:
    return [line.plain.rstrip() for line in lane_lines(group, LETTERS, BERLIN, width)]


def test_two_accounts_stand_in_two_lanes_with_the_overlap_shaded() -> None:
    group = group_of(meeting("ana", "Sprint planning", at(10), 120), meeting("ben", "Demo", at(11), 90))

    assert drawn(group) == [
        "      10:00     10:30     11:00     11:30     12:00     12:30",
        "   ─────┬─────────┬─────────┬─────────┬─────────┬─────────┬────",
        " A      ▌ Sprint planning ══▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▐",
        " B                          ▌ Demo ▒▒▒▒▒▒▒▒▒▒▒▒▒═════════▐",
        "                            ▲▲▲▲▲▲▲▲▲▲▲▲▲▲▲▲▲▲▲▲  2 at once",
    ]


def test_overlap_marks_stand_exactly_under_the_shaded_cells() -> None:
    group = group_of(meeting("ana", "", at(10), 120), meeting("ben", "", at(11), 120))
    rows = drawn(group, 123)
    lane_a, lane_b, marks = rows[2], rows[3], rows[4]

    first, last = marks.index("▲"), marks.rindex("▲")
    assert lane_b[first] == "▌"
    assert lane_a[last] == "▐"
    assert set(lane_b[last + 1 : len(lane_b) - 1]) == {"═"}


def test_meetings_of_one_account_that_overlap_get_rows_of_their_own() -> None:
    group = group_of(
        meeting("ana", "One", at(10), 60), meeting("ana", "Two", at(10, 30), 60), meeting("ana", "Three", at(11, 5), 60)
    )
    lanes = [row for row in drawn(group)[2:] if "▌" in row]

    assert len(lanes) == 2
    assert lanes[0].startswith(" A ")
    assert lanes[1].startswith("   ")
    assert "One" in lanes[0]
    assert "Three" in lanes[0]


def test_the_peak_says_when_it_is() -> None:
    group = group_of(
        meeting("ana", "One", at(10), 120), meeting("ben", "Two", at(11), 60), meeting("ben", "Three", at(11, 30), 90)
    )
    assert "3 at once 11:30–12:00" in drawn(group)[-1]


def test_an_even_overlap_only_counts() -> None:
    group = group_of(meeting("ana", "One", at(10), 120), meeting("ben", "Two", at(11), 120))
    assert drawn(group)[-1].endswith("2 at once")


def test_the_axis_follows_the_wall_clock_through_a_clock_change() -> None:
    group = group_of(
        meeting("ana", "Night", at(0, day=25, month=10), 360), meeting("ben", "Watch", at(0, day=25, month=10), 360)
    )
    labels = drawn(group, 103)[0].split()
    assert labels.count("02:00") == 2


def test_an_all_day_item_spans_its_day() -> None:
    event = Event(id="d", when=AllDay(date(2026, 11, 25), date(2026, 11, 27)), subject="Fair", show_as=ShowAs.BUSY)
    fair = meetings_of(
        [EventCopy(CalendarKey("ana", "Calendar"), event)], counted=lambda key: True, rules=BusyRules(), zone=BERLIN
    )[0]
    group = group_of(fair, meeting("ben", "Call", at(12, day=26), 60))
    rows = drawn(group)

    assert rows[2].startswith(" A ▌ Fair ═")
    assert cell_len(rows[2]) == 63
    assert rows[3].index("▌" if "▌" in rows[3] else "▐") in range(32, 36)


def test_a_hidden_rest_is_counted() -> None:
    group = group_of(*(meeting("ana", f"M{number}", at(10, number), 120) for number in range(20)))
    assert "   +8 more" in drawn(group)


@pytest.mark.parametrize("title", ["[/]", "[@click=app.quit]x[/]", "漢字" * 20, "👩\u200d👩\u200d👧" * 9, "שלום", ""])
def test_hostile_titles_keep_the_width(title: str) -> None:
    group = group_of(meeting("ana", title, at(10), 120), meeting("ben", title, at(11), 120))
    for width in (8, 20, 47, 120):
        assert all(cell_len(row) <= max(width, 11) for row in drawn(group, width)[:4])


SPANS = st.lists(st.tuples(st.integers(0, 600), st.integers(1, 400), st.sampled_from(["ana", "ben"])), min_size=2)


@given(SPANS, st.integers(24, 200))
def test_any_group_fits_its_width_and_shows_every_meeting(spans: list[tuple[int, int, str]], width: int) -> None:
    unique = dict.fromkeys(spans)
    meetings = [
        meeting(account, f"M{number}", at(8) + timedelta(minutes=start), length)
        for number, (start, length, account) in enumerate(unique)
    ]
    for group in group_pairs(find_pairs(meetings), zone=BERLIN, window=YEAR):
        lines = lane_lines(group, LETTERS, BERLIN, width, most_rows=1_000)
        text = "".join(line.plain for line in lines)

        assert all(line.cell_length <= width for line in lines)
        assert text.count("▐") == len(group.members)
        assert "▲" in text


@given(SPANS)
def test_crowds_are_where_at_least_two_run(spans: list[tuple[int, int, str]]) -> None:
    meetings = [meeting(account, "M", at(8) + timedelta(minutes=start), length) for start, length, account in spans]
    whole = Interval(at(8), at(8) + timedelta(minutes=1_000))
    found = crowds(meetings, whole)

    for minute in range(0, 1_000, 7):
        instant = at(8) + timedelta(minutes=minute)
        running = sum(one.interval.start <= instant < one.interval.end for one in meetings)
        said = [crowd.depth for crowd in found if crowd.interval.start <= instant < crowd.interval.end]
        assert said == ([running] if running > 1 else [])
