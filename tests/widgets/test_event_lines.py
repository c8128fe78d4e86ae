"""An event in words."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tui.domain.busy import Weighing, Weight
from tui.domain.events import Attendance, CalendarKey, Event, Person, Response, Sensitivity
from tui.domain.timespan import AllDay, Interval, Timed
from tui.widgets.event_lines import (
    account_labels,
    age_words,
    calendar_words,
    length_words,
    listed,
    overlap_words,
    people_words,
    role_words,
    shown_place,
    shown_subject,
    time_words,
    weight_words,
    when_words,
)

BERLIN = ZoneInfo("Europe/Berlin")
TODAY = date(2026, 11, 23)
START = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)


def event(**fields: object) -> Event:
    return Event(id="e", when=Timed(START, START + timedelta(hours=2)), **fields)  # type: ignore[arg-type]


def test_times_are_those_of_the_viewer() -> None:
    assert when_words(event().when, BERLIN, TODAY) == "Thu 26 Nov 10:00–12:00"
    assert when_words(event().when, ZoneInfo("Asia/Tokyo"), TODAY) == "Thu 26 Nov 18:00–20:00"


def test_an_event_over_midnight_has_a_day_at_each_end() -> None:
    when = Timed(START, START + timedelta(hours=20))

    assert when_words(when, BERLIN, TODAY) == "Thu 26 Nov 10:00 – Fri 27 Nov 06:00"


def test_an_end_on_another_day_has_its_day_and_in_another_year_its_year() -> None:
    def until(**later: float) -> Timed:
        return Timed(START, START + timedelta(**later))

    assert time_words(until(hours=2), BERLIN) == "10:00–12:00"
    assert time_words(until(hours=14), BERLIN) == "10:00–00:00"
    assert time_words(until(hours=15), BERLIN) == "10:00 – Fri 27 Nov 01:00"
    assert time_words(until(days=4), BERLIN) == "10:00 – Mon 30 Nov 10:00"
    assert time_words(until(days=40), BERLIN) == "10:00 – Tue 5 Jan 2027 10:00"
    assert when_words(until(days=40), BERLIN, TODAY) == "Thu 26 Nov 10:00 – Tue 5 Jan 2027 10:00"
    assert when_words(until(hours=2), BERLIN, date(2025, 1, 1)) == "Thu 26 Nov 2026 10:00–12:00"
    assert overlap_words(Interval(START, START + timedelta(days=1)), BERLIN) == "10:00 – Fri 27 Nov 10:00"


def test_a_start_on_another_day_than_the_one_looked_at_has_its_day() -> None:
    when = Timed(START, START + timedelta(days=1))

    assert time_words(when, BERLIN, date(2026, 11, 26)) == "10:00 – Fri 27 Nov 10:00"
    assert time_words(when, BERLIN, date(2026, 11, 27)) == "Thu 26 Nov 10:00 – Fri 27 Nov 10:00"
    assert time_words(when, BERLIN, date(2027, 1, 1)) == "Thu 26 Nov 2026 10:00 – Fri 27 Nov 10:00"


def test_whole_days_say_until_when_they_go() -> None:
    assert time_words(AllDay(date(2026, 11, 26), date(2026, 11, 27)), BERLIN) == "all day"
    assert time_words(AllDay(date(2026, 11, 26), date(2026, 11, 29)), BERLIN) == "all day to Sat 28 Nov"
    assert when_words(AllDay(date(2026, 12, 31), date(2027, 1, 2)), BERLIN, TODAY) == (
        "Thu 31 Dec – Fri 1 Jan 2027, all day"
    )


def test_whole_days_name_the_last_day_that_is_meant() -> None:
    assert when_words(AllDay(date(2026, 11, 26), date(2026, 11, 27)), BERLIN, TODAY) == "Thu 26 Nov, all day"
    assert (
        when_words(AllDay(date(2026, 11, 26), date(2026, 11, 28)), BERLIN, TODAY) == "Thu 26 Nov – Fri 27 Nov, all day"
    )
    assert when_words(AllDay(date(2026, 11, 26), date(2026, 11, 26)), BERLIN, TODAY) == "Thu 26 Nov, all day"


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (0, "0 min"),
        (36, "36 min"),
        (60, "1 h"),
        (90, "1 h 30 min"),
        (239, "3 h 59 min"),
        (12 * 60, "12 h"),
        (3 * 1440, "3 days"),
        (-5, "0 min"),
    ],
)
def test_lengths_are_said_as_shortly_as_they_can_be(minutes: int, words: str) -> None:
    assert length_words(timedelta(minutes=minutes)) == words


def test_data_from_the_future_is_new() -> None:
    assert age_words(START + timedelta(hours=1), START) == "now"


def test_private_events_hide_title_and_place_only_in_privacy_mode() -> None:
    for sensitivity in (Sensitivity.PRIVATE, Sensitivity.CONFIDENTIAL, Sensitivity.PERSONAL):
        one = event(subject="Therapy", location="Elm Street", sensitivity=sensitivity)
        assert (shown_subject(one, False), shown_place(one, False)) == ("Therapy", "Elm Street")
        assert (shown_subject(one, True), shown_place(one, True)) == ("Private", "")
    assert shown_subject(event(subject="Stand-up"), True) == "Stand-up"


def test_an_event_without_a_title_says_so() -> None:
    assert shown_subject(event(), False) == "(no title)"


def test_an_online_meeting_without_a_place_says_that_it_is_online() -> None:
    assert shown_place(event(join_url="https://teams.microsoft.com/l/x"), False) == "Teams"
    assert shown_place(event(join_url="https://meet.example/x"), False) == "online"
    assert shown_place(event(join_url="https://meet.example/x", location="Rm 1"), False) == "Rm 1"


def test_the_part_of_the_person_is_said() -> None:
    lee = Person("Lee", "lee@fabrikam.example")
    invited = event(organizer=lee, response=Response.NOT_RESPONDED, attendance=Attendance.OPTIONAL)

    assert role_words(invited) == "you: optional, not answered"
    assert role_words(event(is_organizer=True, attendee_count=3)) == "you organise"
    assert role_words(event()) == ""


def test_people_are_counted_even_where_the_list_was_cut() -> None:
    assert people_words(event(attendee_count=900)) == "900 people"
    assert people_words(event(attendee_count=1)) == "1 person"
    assert people_words(event()) == ""


@pytest.mark.parametrize("row", range(13))
def test_every_rule_has_its_words(row: int) -> None:
    assert weight_words(Weighing(Weight.NONE, row)).endswith(f"(rule {row})")


def test_accounts_are_named_by_their_domain_unless_two_would_be_equal() -> None:
    labels = account_labels({"1": "ana@contoso.example", "2": "ben@contoso.example", "3": "ana@fabrikam.example"})

    assert labels == {"1": "ana@contoso.example", "2": "ben@contoso.example", "3": "fabrikam"}


def test_a_calendar_that_is_not_known_any_more_still_has_words() -> None:
    assert calendar_words(CalendarKey("a", "gone"), {}, {"a": "contoso"}) == "contoso / Calendar"


def test_long_lists_are_counted() -> None:
    assert listed(["a"]) == "a"
    assert listed(["a", "b"]) == "a and b"
    assert listed(["a", "b", "c", "d", "e"]) == "a, b, c and 2 more"
