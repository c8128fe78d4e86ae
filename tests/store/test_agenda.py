"""What a calendar shows: all of it or some days, with what the person wants laid over, and always up to date."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from calendar_on_disk import (
    NOW,
    a_create,
    again,
    an_update,
    event,
    hours,
    occurrence,
    round_of,
    series,
    shown,
    store_on,
)
from hypothesis import given
from hypothesis import strategies as st
from recording_disk import RecordingDisk
from tables_on_disk import OtherProcessDisk

from tui.domain.bookings import Delete, Respond
from tui.domain.events import Event, EventType, Response
from tui.domain.timespan import AllDay, Interval, Timed, When, midnight
from tui.store.calendars import CalendarStore

DAY = timedelta(days=1)
FIRST = date(2026, 11, 20)


def days(first: date, count: int) -> tuple[Interval, AllDay]:
    """A window of whole days: its instants in UTC, and its dates."""
    until = first + count * DAY
    return Interval(midnight(first, UTC), midnight(until, UTC)), AllDay(first, until)


def ids_between(store: CalendarStore, first: date, count: int) -> set[str]:
    found = store.copies_between(*days(first, count))
    assert len({copy.event.id for copy in found}) == len(found)
    return {copy.event.id for copy in found}


def happens_then(when: When, window: Interval, dates: AllDay) -> bool:
    """The same question, asked of every minute or date that ``when`` has."""
    if isinstance(when, AllDay):
        return any(dates.first <= when.first + number * DAY < dates.until for number in range(max(1, _days(when))))
    minutes = range(max(1, int((when.end - when.start) / timedelta(minutes=30))))
    return any(window.start <= when.start + number * timedelta(minutes=30) < window.end for number in minutes)


def _days(when: AllDay) -> int:
    return (when.until - when.first).days


half_hours = st.integers(-200, 600).map(lambda number: midnight(FIRST, UTC) + timedelta(minutes=30 * number))
lengths = st.sampled_from([-3, 0, 1, 2, 47, 48, 49, 200, 48 * 33, 48 * 40])
dates = st.integers(-3, 14).map(lambda number: FIRST + number * DAY)
day_counts = st.sampled_from([-1, 0, 1, 2, 33, 50])
whens: st.SearchStrategy[When] = st.one_of(
    st.builds(lambda start, length: Timed(start, start + timedelta(minutes=30 * length)), half_hours, lengths),
    st.builds(lambda first, length: AllDay(first, first + length * DAY), dates, day_counts),
)
rounds = st.lists(st.dictionaries(st.sampled_from("abcdefgh"), st.none() | whens, max_size=5), max_size=6)


@given(rounds, st.integers(0, 6), dates, st.integers(1, 9))
def test_some_days_show_what_happens_then_after_any_rounds(
    brought: list[dict[str, When | None]], asked_before: int, first: date, count: int
) -> None:
    disk = RecordingDisk()
    store = store_on(disk)
    known: dict[str, When] = {}
    for number, changes in enumerate(brought):
        if number == asked_before:
            store.copies_between(*days(first, count))
        puts = [event(id_, when=when, etag=f"{number}") for id_, when in changes.items() if when is not None]
        round_of(store, *puts, deletes=[id_ for id_, when in changes.items() if when is None])
        known |= {one.id: one.when for one in puts}
        known = {id_: when for id_, when in known.items() if changes.get(id_, when) is not None}
    window, wanted = days(first, count)
    expected = {id_ for id_, when in known.items() if happens_then(when, window, wanted)}

    assert ids_between(store, first, count) == expected
    assert ids_between(again(disk), first, count) == expected
    assert {copy.event.id for copy in store.copies()} == known.keys()


@pytest.fixture
def store(disk: RecordingDisk) -> CalendarStore:
    store = store_on(disk)
    round_of(
        store,
        event("a"),
        event("days", when=AllDay(date(2026, 11, 24), date(2026, 11, 26))),
        event("year", when=AllDay(date(2026, 1, 1), date(2027, 1, 1))),
        *series("s", 23, 24, 30),
    )
    return store


def test_a_day_shows_its_events_and_no_series_masters(store: CalendarStore) -> None:
    assert ids_between(store, date(2026, 11, 23), 1) == {"a", "s-23", "year"}
    assert ids_between(store, date(2026, 11, 25), 1) == {"days", "year"}
    assert ids_between(store, date(2026, 11, 24), 7) == {"days", "year", "s-24", "s-30"}
    assert ids_between(store, date(2031, 1, 1), 7) == set()


def test_whole_days_are_asked_for_by_date_and_others_by_instant(store: CalendarStore) -> None:
    window = Interval(datetime(2026, 11, 23, 9, 30, tzinfo=UTC), datetime(2026, 11, 23, 11, tzinfo=UTC))
    found = store.copies_between(window, AllDay(date(2026, 11, 25), date(2026, 11, 26)))

    assert {copy.event.id for copy in found} == {"a", "s-23", "days", "year"}


def test_an_event_without_length_happens_where_it_starts(disk: RecordingDisk) -> None:
    store = store_on(disk)
    midday = datetime(2026, 11, 23, 12, tzinfo=UTC)
    round_of(store, event("moment", when=Timed(midday, midday)), event("backwards", when=Timed(midday, midday - DAY)))
    dates = AllDay(date(2026, 11, 23), date(2026, 11, 24))

    assert len(store.copies_between(Interval(midday, midday + DAY), dates)) == 2
    assert store.copies_between(Interval(midday - DAY, midday), dates) == ()


def test_a_window_of_thousands_of_years_is_answered_at_once(store: CalendarStore) -> None:
    assert ids_between(store, date(1, 1, 1), 3_600_000) == {"a", "days", "year", "s-23", "s-24", "s-30"}


@pytest.mark.parametrize(
    "when",
    [
        Timed(datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, tzinfo=UTC)),
        AllDay(date(1, 1, 1), date(9999, 12, 31)),
        Timed(datetime(9999, 12, 31, tzinfo=UTC), datetime(1, 1, 1, tzinfo=UTC)),
        AllDay(date(9999, 12, 31), date(9999, 12, 31)),
    ],
)
def test_events_at_the_ends_of_time_are_indexed_and_removed(disk: RecordingDisk, when: When) -> None:
    store = store_on(disk)
    round_of(store, *(event(f"e{number}", when=when) for number in range(300)), event("a"))
    seen = 300 if happens_then_at_all(when) else 0

    assert len(ids_between(store, date(2026, 11, 20), 7)) == seen + 1
    round_of(store, deletes=[f"e{number}" for number in range(300)])
    assert ids_between(store, date(2026, 11, 20), 7) == {"a"}


def happens_then_at_all(when: When) -> bool:
    return (when.start.year if isinstance(when, Timed) else when.first.year) == 1


def test_nothing_is_made_anew_while_nothing_changes(store: CalendarStore) -> None:
    window = days(date(2026, 11, 23), 7)
    all_copies, some = store.copies(), store.copies_between(*window)
    store.succeeded(NOW)
    round_of(store, event("a"))
    store.catch_up()

    assert store.copies() is all_copies
    assert store.copies_between(*window) is some
    round_of(store, event("a", subject="other"))
    assert store.copies() is not all_copies
    assert store.copies_between(*window) is not some


def test_noting_an_attempt_changes_nothing_that_is_seen(store: CalendarStore) -> None:
    entry = store.outbox.stage(an_update(subject="renamed"), target="a", now=NOW)
    all_copies, some = store.copies(), store.copies_between(*days(FIRST, 7))
    store.outbox.mark(entry)

    assert store.copies() is all_copies
    assert store.copies_between(*days(FIRST, 7)) is some


def test_unchanged_events_stay_the_same_values(store: CalendarStore) -> None:
    before = {copy.event.id: copy.event for copy in store.copies()}
    round_of(store, event("a", subject="other"))
    after = {copy.event.id: copy.event for copy in store.copies()}

    assert [id_ for id_, one in after.items() if one is not before[id_]] == ["a"]


def test_what_another_process_committed_is_shown(store: CalendarStore, disk: RecordingDisk) -> None:
    assert "a" in ids_between(store, date(2026, 11, 23), 1)
    copies = store.copies()
    other = store_on(OtherProcessDisk(disk))
    round_of(other, event("a", when=hours("09:00", "10:00", 27)), event("new"), deletes=["s-23"])
    other.outbox.stage(an_update(subject="renamed"), target="new", now=NOW)
    assert store.copies() is copies
    store.catch_up()

    assert ids_between(store, date(2026, 11, 23), 1) == {"new", "year"}
    assert ids_between(store, date(2026, 11, 27), 1) == {"a", "year"}
    assert shown(store)["new"] == ("renamed", True)
    assert store.members_of("s") == {"s-24", "s-30"}


def test_an_event_moved_by_the_person_is_shown_on_its_new_day_only(store: CalendarStore) -> None:
    store.outbox.stage(an_update(when=hours("09:00", "10:00", 28)), target="a", now=NOW)

    assert "a" not in ids_between(store, date(2026, 11, 23), 1)
    (copy,) = (copy for copy in store.copies_between(*days(date(2026, 11, 28), 1)) if copy.event.id == "a")
    assert copy.pending


def test_a_deleted_series_is_seen_nowhere_though_it_is_still_stored(store: CalendarStore) -> None:
    store.outbox.stage(Delete(), target="s", now=NOW)

    assert ids_between(store, date(2026, 11, 20), 14) == {"a", "days", "year"}
    assert shown(store).keys() == {"a", "days", "year"}
    assert store.instance_count() == 6
    assert store.members_of("s") == {"s-23", "s-24", "s-30"}


def test_a_change_to_a_series_shows_on_each_occurrence(store: CalendarStore) -> None:
    store.outbox.stage(Respond(response=Response.ACCEPTED), target="s", now=NOW)
    pending = {copy.event.id for copy in store.copies() if copy.pending}

    assert pending == {"s-23", "s-24", "s-30"}
    master = store.event("s")
    assert master is not None
    round_of(store, occurrence(master, 26))
    assert {copy.event.id for copy in store.copies() if copy.pending} == {"s-23", "s-24", "s-26", "s-30"}


def test_a_withdrawn_change_shows_what_outlook_said(store: CalendarStore) -> None:
    before = shown(store)
    entry = store.outbox.stage(a_create(), now=NOW)
    assert len(ids_between(store, date(2026, 11, 23), 1)) == 4
    store.outbox.drop(entry.id)

    assert shown(store) == before
    assert ids_between(store, date(2026, 11, 23), 1) == {"a", "s-23", "year"}


def test_series_are_counted_and_indexed_through_changes_of_type(disk: RecordingDisk) -> None:
    store = store_on(disk)
    round_of(store, *series("s", 23, 24))
    assert (store.instance_count(), store.exceptions_of("s")) == (2, frozenset())
    master = store.event("s")
    assert master is not None
    round_of(store, occurrence(master, 24, type=EventType.EXCEPTION))
    assert (store.instance_count(), store.exceptions_of("s")) == (2, frozenset({"s-24"}))
    round_of(store, event("s"), deletes=["s-23", "s-24"])
    assert store.instance_count() == 1
    assert not store.members_of("s")
    assert store.event_ids() == {"s"}


def test_fifty_thousand_events_on_one_day_come_and_go(disk: RecordingDisk) -> None:
    store = store_on(disk)
    crowd: list[Event] = [event(f"e{number}") for number in range(50_000)]
    round_of(store, *crowd)
    assert len(ids_between(store, date(2026, 11, 23), 1)) == 50_000
    round_of(store, deletes=[one.id for one in crowd[:-1]])

    assert ids_between(store, date(2026, 11, 23), 1) == {"e49999"}
