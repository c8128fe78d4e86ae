"""What a round is said to have changed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tui.domain.busy import BusyRules
from tui.domain.conflicts import Group, find_pairs, group_pairs
from tui.domain.events import CalendarKey, Event, EventCopy, ShowAs
from tui.domain.meetings import meetings_of
from tui.domain.timespan import AllDay, Timed
from tui.workspace.news import News, came_and_went

START = datetime(2026, 11, 25, 12, tzinfo=UTC)
WORK, CLIENT = CalendarKey("work", "Calendar"), CalendarKey("client", "Calendar")


class Paper:
    """Keeps the line that was written last."""

    def __init__(self) -> None:
        self.line = None

    def put_last_round(self, line: object) -> None:
        self.line = line  # type: ignore[assignment]


class Clock:
    """Stands still."""

    def now(self) -> datetime:
        return START - timedelta(days=1)


def copies(weeks: int, *, series: bool = True) -> list[EventCopy]:
    found = []
    for week in range(weeks):
        for key, minutes in ((WORK, 0), (CLIENT, 30)):
            start = START + timedelta(weeks=week, minutes=minutes)
            name = key.account_id if series else ""
            event = Event(
                id=f"{key.account_id}-{week}",
                when=Timed(start, start + timedelta(hours=1)),
                show_as=ShowAs.BUSY,
                subject="One",
                series_id=name,
                series_ical_uid=name,
            )
            found.append(EventCopy(key, event))
    return found


def groups(weeks: int, *, series: bool = True) -> list[Group]:
    made = meetings_of(copies(weeks, series=series), counted=lambda key: True, rules=BusyRules(), zone=UTC)
    window = AllDay(START.date() - timedelta(days=7), START.date() + timedelta(days=365))
    return group_pairs(find_pairs(made), zone=UTC, window=window)


def test_the_clash_of_two_series_comes_and_goes_as_one() -> None:
    assert len(groups(17)) == 17
    assert came_and_went([], groups(17)) == (1, 0)
    assert came_and_went(groups(17), []) == (0, 1)
    assert came_and_went([], groups(17, series=False)) == (17, 0)


def test_further_occurrences_of_a_known_clash_are_no_news() -> None:
    assert came_and_went(groups(4), groups(5)) == (0, 0)
    assert came_and_went(groups(1), groups(2)) == (0, 0)
    assert came_and_went(groups(5), groups(4)) == (0, 0)


def test_what_is_read_for_the_first_time_is_counted_apart() -> None:
    paper = Paper()
    news = News(paper, Clock())  # type: ignore[arg-type]
    news.known([])
    news.note(0, 0, groups(3), read=926)
    news.note(2, 1, groups(3), read=0)

    line = paper.line
    assert line is not None
    assert (line.read, line.changed, line.removed, line.new_conflicts) == (926, 2, 1, 1)
