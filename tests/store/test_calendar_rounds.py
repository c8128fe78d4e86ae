"""What a round leaves in the store: the server's events, own creates closed, and what is gone still visible."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from calendar_on_disk import (
    MARK,
    NOW,
    SYNCED,
    a_create,
    again,
    an_update,
    event,
    hours,
    round_of,
    series,
    shown,
    store_on,
)
from log_workload import opened
from msgspec.structs import replace
from recording_disk import RecordingDisk

from tui.domain.bookings import Delete, FailureKind
from tui.domain.busy import BusyRules, Weight, weigh
from tui.domain.events import ShowAs
from tui.domain.timespan import AllDay, Interval
from tui.errors import StoreError
from tui.store.calendars import CalendarStore
from tui.store.errors import EntryChanged

OURS = event(
    "new", subject="lunch", when=hours("12:00", "13:00"), show_as=ShowAs.BUSY, etag="new-1", transaction_id="tx-1"
)


@pytest.fixture
def store(disk: RecordingDisk) -> CalendarStore:
    return store_on(disk)


def gone_ids(store: CalendarStore) -> set[str]:
    return {copy.event.id for copy in store.copies() if copy.event.is_gone}


def test_a_round_that_brings_what_was_created_closes_the_entry_in_the_same_commit(
    store: CalendarStore, disk: RecordingDisk
) -> None:
    create = store.outbox.stage(a_create(), now=NOW)
    store.outbox.stage(an_update(location="Room 4"), target=create.target, now=NOW)
    store.outbox.mark(create)
    names: list[str] = []
    disk.fault = lambda number, name: names.append(name)
    round_of(store, event("a"), OURS)

    assert names.count("sync") == 1
    for found in (store, again(disk)):
        (follower,) = found.outbox.entries()
        assert (follower.target, follower.etag) == ("new", "new-1")
        assert shown(found) == {"a": ("a", False), "new": ("lunch", True)}


def test_what_follows_a_create_that_somebody_changed_since_is_decided_on_no_version(store: CalendarStore) -> None:
    create = store.outbox.stage(a_create(), now=NOW)
    store.outbox.stage(an_update(location="Room 4"), target=create.target, now=NOW)
    round_of(store, replace(OURS, subject="dinner"))

    assert [(entry.target, entry.etag) for entry in store.outbox.entries()] == [("new", "")]


def test_a_create_is_closed_though_its_event_is_stored_already(store: CalendarStore) -> None:
    round_of(store, OURS)
    store.outbox.mark(store.outbox.stage(a_create(), now=NOW))
    assert len(store.copies()) == 2
    round_of(store, OURS)

    assert store.outbox.entries() == ()
    assert shown(store) == {"new": ("lunch", False)}


def test_events_of_others_close_nothing(store: CalendarStore) -> None:
    entry = store.outbox.stage(a_create(), now=NOW)
    nameless = store.outbox.stage(a_create(transaction_id=""), now=NOW)
    round_of(store, event("a", transaction_id="of another"), event("b"))

    assert store.outbox.entries() == (entry, nameless)


def test_a_create_given_up_as_uncertain_is_done_when_its_event_is_told_of(store: CalendarStore) -> None:
    create = store.outbox.stage(a_create(), now=NOW)
    follower = store.outbox.stage(Delete(), target=create.target, now=NOW)
    store.outbox.fail(store.outbox.mark(create), FailureKind.UNCERTAIN, "It may have been sent.", NOW)
    round_of(store, OURS)

    assert [failed.entry.id for failed in store.outbox.failed()] == [follower.id]
    assert store.outbox.retry(follower.id, etag="new-1", now=NOW).target == "new"
    with pytest.raises(EntryChanged):
        store.outbox.retry(create.id, now=NOW)


def test_a_round_without_news_writes_nothing_while_changes_wait(store: CalendarStore, disk: RecordingDisk) -> None:
    round_of(store, event("a"))
    store.outbox.stage(a_create(), now=NOW)
    names: list[str] = []
    disk.fault = lambda number, name: names.append(name)
    round_of(store, event("a"), mark=replace(MARK, link="link-2"))

    assert "write" not in names
    assert "lock" not in names


def test_vanished_events_that_are_kept_stay_visible_until_acknowledged(
    store: CalendarStore, disk: RecordingDisk
) -> None:
    round_of(store, event("a"), event("b"), event("c"), *series("s", 24))
    vanished = ["a", "b", "s", "s-24"]
    round_of(store, deletes=vanished, whole=True, kept=frozenset({"a", "s", "s-24"}))

    for found in (store, again(disk)):
        assert found.event_ids() == {"c"}
        assert shown(found).keys() == {"a", "c", "s-24"}
        assert gone_ids(found) == {"a", "s-24"}
        assert found.gone_count() == 2
        assert found.instance_count() == 1
        assert found.event("a") is None
    store.acknowledge_gone()
    for found in (store, again(disk)):
        assert shown(found).keys() == {"c"}
        assert found.gone_count() == 0


def test_acknowledging_when_nothing_is_gone_writes_nothing(store: CalendarStore, disk: RecordingDisk) -> None:
    round_of(store, event("a"))
    operations = disk.operations
    store.acknowledge_gone()

    assert disk.operations == operations


def test_an_event_that_comes_back_is_gone_no_longer(store: CalendarStore) -> None:
    round_of(store, event("a"), event("b"))
    round_of(store, deletes=["a", "b"], whole=True, kept=frozenset("ab"))
    round_of(store, event("a"))
    assert (gone_ids(store), store.gone_count()) == ({"b"}, 1)
    entry = store.outbox.mark(store.outbox.stage(an_update(subject="b2"), target="b", now=NOW))
    store.outbox.settle(entry, event("b", subject="b2"))

    assert (gone_ids(store), store.gone_count()) == (set(), 0)
    assert shown(store) == {"a": ("a", False), "b": ("b2", False)}


def test_gone_events_are_found_on_their_day(store: CalendarStore) -> None:
    day = AllDay(date(2026, 11, 23), date(2026, 11, 24))
    window = Interval(datetime(2026, 11, 23, tzinfo=UTC), datetime(2026, 11, 24, tzinfo=UTC))
    round_of(store, event("a"), event("b", when=hours("09:00", "10:00", 27)))
    round_of(store, deletes=["a", "b"], kept=frozenset("ab"))

    assert [copy.event.id for copy in store.copies_between(window, day)] == ["a"]


def test_a_gone_event_takes_no_time(store: CalendarStore) -> None:
    round_of(store, event("a", show_as=ShowAs.BUSY))
    (stored,) = store.copies()
    round_of(store, deletes=["a"], kept=frozenset("a"))
    (gone,) = store.copies()

    assert weigh(stored.event, BusyRules()).weight is Weight.HARD
    assert weigh(gone.event, BusyRules()) == (Weight.NONE, 2)


def test_only_removed_events_are_kept_as_gone(store: CalendarStore) -> None:
    round_of(store, event("a"), event("b"))
    round_of(store, deletes=["a", "never stored"], whole=True, kept=frozenset({"b", "never stored"}))

    assert store.gone_count() == 0
    assert shown(store).keys() == {"b"}


def test_the_day_of_the_last_whole_round_is_kept(store: CalendarStore, disk: RecordingDisk) -> None:
    round_of(store, event("a"))
    assert store.mark() == MARK
    reconciled = replace(MARK, reconciled=date(2026, 11, 23))
    round_of(store, mark=reconciled)

    assert again(disk).mark() == reconciled


def test_a_mark_without_that_day_is_still_understood(disk: RecordingDisk) -> None:
    log = opened(disk)
    with log.exclusive():
        old = b'{"link":"l","window":["d","2026-11-01","2027-01-01"],"past_days":22,"future_days":37}'
        log.commit({"meta": {"delta": old}})
    mark = store_on(disk).mark()

    assert mark is not None
    assert (mark.link, mark.reconciled) == ("l", None)


def test_the_last_success_is_told_by_the_same_disk(store: CalendarStore, disk: RecordingDisk) -> None:
    store.succeeded(NOW)
    assert store.last_success() is None
    round_of(store, event("a"))

    assert store.last_success() == NOW
    assert SYNCED in disk.names


def test_a_success_that_cannot_be_noted_is_said_so(store: CalendarStore, disk: RecordingDisk) -> None:
    def fault(number: int, name: str) -> None:
        if name == "touch":
            raise OSError(28, "injected")

    disk.fault = fault
    with pytest.raises(StoreError, match="space"):
        store.succeeded(NOW)
