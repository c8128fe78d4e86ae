"""The list of conflict groups: days in order, hints, series."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from tui.domain.busy import BusyRules
from tui.domain.conflicts import find_pairs, group_pairs
from tui.domain.events import CalendarKey, Event, EventCopy, EventType, ShowAs
from tui.domain.meetings import meetings_of
from tui.domain.series import fold_series
from tui.domain.timespan import AllDay, Timed
from tui.widgets.group_list import GroupsShown, group_rows

BERLIN = ZoneInfo("Europe/Berlin")
YEAR = AllDay(date(2026, 1, 1), date(2028, 1, 1))
TODAY = date(2026, 11, 23)


def at(day: int, hour: int, minute: int = 0, month: int = 11, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=BERLIN).astimezone(UTC)


def event(subject: str, start: datetime, minutes: int, series: str = "") -> Event:
    kind = EventType.OCCURRENCE if series else EventType.SINGLE
    return Event(
        id=f"{subject}{start}",
        when=Timed(start, start + timedelta(minutes=minutes)),
        subject=subject,
        show_as=ShowAs.BUSY,
        is_organizer=True,
        type=kind,
        series_id=series,
    )


def listed(*events: Event, gap: int = 0, expanded: frozenset[str] = frozenset()) -> list[str]:
    """The list as lines of forty cells."""
    copies = [EventCopy(CalendarKey("ana", "Calendar"), one) for one in events]
    meetings = meetings_of(copies, counted=lambda key: True, rules=BusyRules(), zone=BERLIN)
    groups = group_pairs(find_pairs(meetings, minimum_gap=timedelta(minutes=gap)), zone=BERLIN, window=YEAR)
    shown = GroupsShown(lines=fold_series(groups), zone=BERLIN, today=TODAY, letters={"ana": "A"}, expanded=expanded)
    return [line.plain.rstrip() for row in group_rows(shown) for line in row.draw(40, False)]


def test_a_day_stands_once_however_long_its_meetings_are() -> None:
    fair = Event(id="fair", when=AllDay(date(2026, 11, 24), date(2026, 11, 26)), subject="Fair", show_as=ShowAs.BUSY)
    lines = listed(event("Journey", at(23, 12), 3 * 24 * 60), event("Dinner", at(25, 18), 60), fair)

    assert [line for line in lines if " Nov" in line] == [" Tue 24 Nov", " Wed 25 Nov"]


def test_what_began_earlier_stands_under_today() -> None:
    lines = listed(event("Night", at(22, 22), 24 * 60), event("Watch", at(22, 23), 24 * 60))
    assert lines[0] == " Today, Mon 23 Nov"


def test_another_year_is_named() -> None:
    lines = listed(event("One", at(4, 9, month=1, year=2027), 60), event("Two", at(4, 9, month=1, year=2027), 60))
    assert lines[0] == " Mon 4 Jan 2027"


def test_a_hint_shows_the_gap() -> None:
    lines = listed(event("One", at(24, 9), 55), event("Two", at(24, 10), 60), gap=10)
    assert lines[1] == " ·   09:55–10:00                      A"


def test_series_at_changing_times_say_where_they_begin() -> None:
    events = []
    for week in range(3):
        start = at(24, 9 + week) + timedelta(weeks=week)
        events += [event("Weekly", start, 60, "weekly"), event("Sync", start, 30, "sync")]
    lines = listed(*events)

    assert lines[0] == " Series"
    assert lines[1].startswith(" !!! from Tue 24 Nov 09:00")
    assert sorted(lines[2].partition(":")[0].split(" × ")) == ["     Sync", "Weekly"]
    assert lines[2].endswith(": 3 ▸")
