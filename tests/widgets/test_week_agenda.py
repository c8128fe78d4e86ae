"""The agenda: which day holds what, how one walks over it, and what its sentences say."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from time import process_time

import pytest
from msgspec.structs import replace
from rich.cells import cell_len
from test_week_layout import BERLIN, MONDAY, block

from tui.domain.busy import Weighing, Weight
from tui.domain.conflicts import Grade
from tui.domain.meetings import Meeting
from tui.domain.timespan import Interval, Timed
from tui.widgets.week_agenda import Agenda, agenda_of, minute_on, sentence, wrapped_words


def agenda(*ends: tuple[str, str], extra: tuple[date, ...] = ()) -> Agenda:
    meetings = [block(start, end).meeting for start, end in ends]
    return agenda_of(sorted(meetings, key=lambda meeting: meeting.interval), BERLIN, extra)


def said(one: Agenda) -> list[str]:
    return [f"{entry.day:%d} {entry.meeting_id[:16]}".strip() for entry in one.entries]


def test_only_days_that_hold_something_are_listed_and_those_asked_for() -> None:
    listed = agenda(
        ("2026-11-23 10:00", "2026-11-23 11:00"), ("2026-12-04 10:00", "2026-12-04 11:00"), extra=(date(2026, 11, 25),)
    )

    assert said(listed) == ["23", "23 2026-11-23 10:00", "25", "04", "04 2026-12-04 10:00"]
    assert listed.is_empty(2)
    assert not listed.is_empty(0)


def test_what_lasts_over_days_stands_under_each_of_them_before_what_begins_there() -> None:
    listed = agenda(("2026-11-23", "2026-11-26"), ("2026-11-24 09:00", "2026-11-24 10:00"))

    assert [entry.day.day for entry in listed.entries if entry.meeting is None] == [23, 24, 25]
    assert said(listed)[3:5] == ["24 2026-11-232026-1", "24 2026-11-24 09:00"]


def test_what_lasts_for_years_stands_only_under_days_that_are_listed_anyway() -> None:
    listed = agenda(("2000-01-01", "2999-12-31"), ("2026-11-24 09:00", "2026-11-24 10:00"), extra=(MONDAY,))

    assert len(listed.entries) == 7
    assert listed.find(MONDAY, "2000-01-012999-12-31") == 3


def test_a_walk_goes_over_events_and_empty_days_and_stops_at_both_ends() -> None:
    listed = agenda(
        ("2026-11-23 10:00", "2026-11-23 11:00"), ("2026-11-27 10:00", "2026-11-27 11:00"), extra=(date(2026, 11, 25),)
    )

    assert [listed.step(place, 1) for place in (1, 2, 4)] == [2, 4, 4]
    assert [listed.step(place, -1) for place in (4, 2, 1)] == [2, 1, 1]
    assert (listed.edge(1), listed.edge(-1)) == (1, 4)
    assert (listed.step_day(1, 1), listed.step_day(2, 1), listed.step_day(1, -1)) == (2, 4, 1)


def test_a_day_is_entered_at_the_time_asked_for() -> None:
    listed = agenda(("2026-11-23 10:00", "2026-11-23 11:00"), ("2026-11-23 14:00", "2026-11-23 15:00"))

    found = [listed.from_day(MONDAY, minute, BERLIN) for minute in (0, 11 * 60, 23 * 60)]

    assert [minute_on(listed.entries[place], BERLIN) for place in found] == [600, 840, 840]
    assert listed.from_day(MONDAY - timedelta(days=3)) == 1
    assert listed.from_day(MONDAY + timedelta(days=3)) == 1


def test_a_list_of_nothing_can_be_walked() -> None:
    empty = agenda_of([], BERLIN, {MONDAY})

    assert (empty.edge(1), empty.step(0, 1), empty.from_day(MONDAY)) == (0, 0, 0)
    assert agenda_of([], BERLIN).from_day(MONDAY) == 0


@pytest.mark.parametrize(
    ("start", "end", "day", "words"),
    [
        ("2026-11-23 10:00", "2026-11-23 12:00", 23, "10:00 to 12:00: "),
        ("2026-11-23 10:00", "2026-11-23 10:00", 23, "At 10:00: "),
        ("2026-11-23 22:00", "2026-11-24 02:00", 23, "22:00 to Tue 24 Nov 02:00: "),
        ("2026-11-23 22:00", "2026-11-24 02:00", 24, "Until 02:00: "),
        ("2026-11-23 22:00", "2026-11-24 00:00", 23, "22:00 to 24:00: "),
        ("2026-11-23 22:00", "2026-11-25 09:00", 24, "All day, until Wed 25 Nov 09:00: "),
        ("2026-11-23", "2026-11-24", 23, "All day: "),
        ("2026-11-23", "2026-11-30", 25, "All day until Sun 29 Nov: "),
        ("2026-11-23", "2027-01-03", 25, "All day until Sat 2 Jan 2027: "),
    ],
)
def test_a_sentence_says_when_as_seen_from_its_day(start: str, end: str, day: int, words: str) -> None:
    one = replace(block(start, end), title="Talk")

    assert sentence(one, None, "contoso", date(2026, 11, day), BERLIN) == f"{words}Talk, A Contoso, busy."


def test_a_sentence_says_why_something_does_not_count_and_that_it_clashes() -> None:
    one = block("2026-11-23 10:00", "2026-11-23 12:00")
    free = replace(one.meeting, weight=Weight.NONE, weighings=(Weighing(Weight.NONE, 6),))
    said_free = sentence(replace(one, meeting=free, title="Talk", note="free"), None, "contoso", MONDAY, BERLIN)
    clash = sentence(replace(one, title="Talk", note="Rm 5"), Grade.HIGH, "ana@contoso.example", MONDAY, BERLIN)

    assert said_free == "10:00 to 12:00: Talk, A Contoso, does not count: shown as free."
    assert clash == "10:00 to 12:00: Talk, A ana@contoso.example, busy, Rm 5. Double-booked, high."


@pytest.mark.parametrize(
    "text", ["a b c", "one long sentence with words", "x" * 50, "会議室の予約と長い題名", "👩\u200d👩\u200d👧 " * 9]
)
@pytest.mark.parametrize("width", [8, 11, 40])
def test_lines_never_spill_and_nothing_is_lost(text: str, width: int) -> None:
    lines = wrapped_words(text, width)

    assert all(cell_len(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


def many(count: int) -> list[Meeting]:
    one = block("2026-11-23 10:00", "2026-11-23 11:00").meeting
    start = datetime(2026, 1, 1, 8, tzinfo=UTC)
    found = []
    for number in range(count):
        begin = start + timedelta(minutes=50 * number)
        interval = Interval(begin, begin + timedelta(minutes=45))
        when = Timed(interval.start, interval.end)
        found.append(replace(one, id=str(number), when=when, interval=interval))
    return found


def test_ten_thousand_events_are_listed_at_once() -> None:
    meetings = many(10_000)
    taken = []
    for _ in range(5):
        begun = process_time()
        listed = agenda_of(meetings, BERLIN)
        taken.append(process_time() - begun)

    assert sum(entry.meeting is not None for entry in listed.entries) >= 10_000
    assert min(taken) <= 0.05
