"""Staged changes: seen at once, kept apart from what Outlook said, and gone only when they are done or failed."""

from __future__ import annotations

from datetime import timedelta

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
from msgspec.structs import replace
from recording_disk import RecordingDisk
from tables_on_disk import OtherProcessDisk

from tui.domain.bookings import Cancel, Create, Delete, Entry, FailureKind, Respond
from tui.domain.events import EventType, Response
from tui.store.calendars import CalendarStore
from tui.store.errors import EntryChanged


@pytest.fixture
def store(disk: RecordingDisk) -> CalendarStore:
    store = store_on(disk)
    round_of(store, event("a"), event("b"), *series("s", 24, 25))
    return store


def sent(store: CalendarStore, entry: Entry) -> Entry:
    return store.outbox.mark(entry)


def test_a_staged_change_is_seen_at_once_and_after_a_restart(store: CalendarStore, disk: RecordingDisk) -> None:
    entry = store.outbox.stage(an_update(subject="renamed"), target="a", etag="a-1", now=NOW)

    for opened in (store, again(disk)):
        assert shown(opened)["a"] == ("renamed", True)
        assert shown(opened)["b"] == ("b", False)
        assert opened.outbox.entries() == (entry,)
        told = opened.event("a")
        assert told is not None
        assert told.subject == "a"


def test_an_event_to_be_made_has_a_local_id_and_is_shown(store: CalendarStore) -> None:
    entry = store.outbox.stage(a_create(), now=NOW)

    assert entry.target.startswith("local:")
    assert shown(store)[entry.target] == ("lunch", True)
    assert entry.target not in store.event_ids()


def test_only_a_create_may_be_without_a_target(store: CalendarStore) -> None:
    with pytest.raises(ValueError, match="target"):
        store.outbox.stage(Delete(), now=NOW)
    with pytest.raises(ValueError, match="target"):
        store.outbox.stage(a_create(), target="a", now=NOW)


def test_entries_are_kept_in_the_order_in_which_they_were_staged(store: CalendarStore, disk: RecordingDisk) -> None:
    made = [store.outbox.stage(an_update(subject=str(number)), target="a", now=NOW) for number in range(12)]

    assert again(disk).outbox.entries() == tuple(made)
    assert [entry.order for entry in made] == sorted({entry.order for entry in made})


def test_an_order_is_not_given_twice_while_a_failed_entry_has_it(store: CalendarStore) -> None:
    first = store.outbox.stage(an_update(subject="x"), target="a", now=NOW)
    store.outbox.fail(first, FailureKind.REFUSED, "No.", NOW)

    assert store.outbox.stage(Delete(), target="a", now=NOW).order > first.order


def test_an_attempt_is_on_the_disk_before_anything_is_sent(store: CalendarStore, disk: RecordingDisk) -> None:
    marked = store.outbox.mark(store.outbox.stage(Delete(), target="a", now=NOW))

    assert (marked.attempts, marked.doubtful) == (1, True)
    assert again(disk).outbox.entries() == (marked,)
    unmarked = store.outbox.unmark(marked)
    assert (unmarked.attempts, unmarked.doubtful) == (1, False)
    assert again(disk).outbox.entries() == (unmarked,)


def test_an_attempt_that_never_left_counts_for_nothing(store: CalendarStore, disk: RecordingDisk) -> None:
    entry = store.outbox.stage(Delete(), target="a", now=NOW)
    store.outbox.mark(entry)

    store.outbox.take_back(entry)

    assert again(disk).outbox.entries() == (entry,)


def test_an_attempt_keeps_how_things_stood_before_it_until_it_is_taken_back(
    store: CalendarStore, disk: RecordingDisk
) -> None:
    answer = Respond(response=Response.ACCEPTED)
    entry = store.outbox.stage(answer, target="a", now=NOW)

    marked = store.outbox.mark(entry, replace(answer, before=Response.TENTATIVE))

    assert marked.action == replace(answer, before=Response.TENTATIVE)
    assert again(disk).outbox.entries() == (marked,)
    store.outbox.take_back(entry)
    assert again(disk).outbox.entries() == (entry,)


def test_a_change_withdrawn_before_it_is_sent_is_not_sent(store: CalendarStore) -> None:
    entry = store.outbox.stage(Delete(), target="a", now=NOW)
    store.outbox.drop(entry.id)

    with pytest.raises(EntryChanged):
        store.outbox.mark(entry)
    assert store.outbox.entries() == ()
    assert shown(store)["a"] == ("a", False)


def test_a_change_that_another_process_already_sends_is_not_sent(store: CalendarStore, disk: RecordingDisk) -> None:
    entry = store.outbox.stage(Delete(), target="a", now=NOW)
    store_on(OtherProcessDisk(disk)).outbox.mark(entry)

    with pytest.raises(EntryChanged):
        store.outbox.mark(entry)
    assert store.outbox.entries()[0].attempts == 1


def test_the_answer_is_stored_and_the_entry_leaves_in_one_commit(store: CalendarStore, disk: RecordingDisk) -> None:
    entry = sent(store, store.outbox.stage(an_update(subject="renamed"), target="a", etag="a-1", now=NOW))
    disk.operations = 0
    syncs: list[str] = []
    disk.fault = lambda number, name: syncs.append(name)
    answer = event("a", subject="Renamed", etag="a-2")
    store.outbox.settle(entry, answer)

    assert syncs.count("sync") == 1
    for opened in (store, again(disk)):
        assert opened.outbox.entries() == ()
        assert opened.event("a") == answer
        assert shown(opened)["a"] == ("Renamed", False)


def test_what_follows_a_create_is_pointed_at_the_event_that_was_made(store: CalendarStore) -> None:
    create = store.outbox.stage(a_create(), now=NOW)
    store.outbox.stage(an_update(location="Room 4"), target=create.target, now=NOW)
    store.outbox.stage(Delete(), target=create.target, now=NOW)
    made = event("new", subject="lunch", when=hours("12:00", "13:00"), etag="new-1", transaction_id="tx-1")
    store.outbox.settle(sent(store, create), made)

    assert [(entry.target, entry.etag) for entry in store.outbox.entries()] == [("new", "new-1")] * 2
    assert store.event("new") == made
    assert "new" not in shown(store)
    assert not any(id_.startswith("local:") for id_ in shown(store))


def test_what_follows_on_the_same_event_is_sent_on_the_version_just_made(store: CalendarStore) -> None:
    first = store.outbox.stage(an_update(subject="one"), target="a", etag="a-1", now=NOW)
    store.outbox.stage(an_update(subject="two"), target="a", etag="a-1", now=NOW)
    store.outbox.settle(sent(store, first), event("a", subject="one", etag="a-2"))

    (second,) = store.outbox.entries()
    assert (second.target, second.etag) == ("a", "a-2")
    assert shown(store)["a"] == ("two", True)


def test_a_deleted_series_takes_its_occurrences_along(store: CalendarStore) -> None:
    entry = sent(store, store.outbox.stage(Delete(), target="s", now=NOW))
    assert shown(store).keys() == {"a", "b"}
    store.outbox.settle(entry, gone=("s",))

    assert store.event_ids() == {"a", "b"}
    assert shown(store).keys() == {"a", "b"}


def test_an_answered_occurrence_has_what_only_its_master_says(store: CalendarStore) -> None:
    bare = event("s-24", when=hours("11:00", "12:00", 24), type=EventType.EXCEPTION, series_id="s", etag="s-24-2")
    master = store.event("s")
    entry = store.outbox.stage(an_update(when=hours("11:00", "12:00", 24)), target="s-24", now=NOW)
    store.outbox.settle(sent(store, entry), bare)

    assert master is not None
    stored = store.event("s-24")
    assert stored is not None
    assert (stored.series_ical_uid, stored.repeats) == (master.ical_uid, master.repeats)
    assert stored.when == hours("11:00", "12:00", 24)
    assert store.exceptions_of("s") == {"s-24"}


def test_an_answer_outside_the_synced_days_is_not_stored(store: CalendarStore) -> None:
    far = hours("09:00", "10:00", 23)
    far = type(far)(far.start + timedelta(days=400), far.end + timedelta(days=400))
    create = store.outbox.stage(a_create(when=far), now=NOW)
    store.outbox.settle(sent(store, create), event("far", when=far))
    moved = store.outbox.stage(an_update(when=far), target="a", now=NOW)
    store.outbox.settle(sent(store, moved), event("a", when=far))

    assert store.event_ids() == {"b", "s", "s-24", "s-25"}


def test_an_answer_about_a_stored_series_is_stored_though_it_began_long_ago(store: CalendarStore) -> None:
    long_ago = type(hours("09:00", "10:00"))(NOW - timedelta(days=900), NOW - timedelta(days=899))
    master = event("s", type=EventType.MASTER, when=long_ago, etag="s-2")
    entry = store.outbox.stage(an_update(subject="stand-up"), target="s", now=NOW)
    store.outbox.settle(sent(store, entry), master)

    assert store.event("s") == master


def test_a_failed_change_is_kept_with_its_reason_and_shown_no_longer(store: CalendarStore, disk: RecordingDisk) -> None:
    entry = sent(store, store.outbox.stage(an_update(subject="renamed"), target="a", now=NOW))
    store.outbox.fail(entry, FailureKind.CHANGED, "Somebody changed it.", NOW)

    for opened in (store, again(disk)):
        assert opened.outbox.entries() == ()
        (failed,) = opened.outbox.failed()
        assert (failed.entry, failed.kind, failed.reason, failed.at) == (
            entry,
            FailureKind.CHANGED,
            "Somebody changed it.",
            NOW,
        )
        assert shown(opened)["a"] == ("a", False)


def test_a_create_that_fails_takes_its_followers_along_and_no_others(store: CalendarStore) -> None:
    create = store.outbox.stage(a_create(), now=NOW)
    follower = store.outbox.stage(an_update(location="Room 4"), target=create.target, now=NOW)
    other = store.outbox.stage(Delete(), target="a", now=NOW)
    store.outbox.fail(create, FailureKind.REFUSED, "Not allowed.", NOW)

    assert store.outbox.entries() == (other,)
    assert [(failed.entry.id, failed.kind) for failed in store.outbox.failed()] == [
        (create.id, FailureKind.REFUSED),
        (follower.id, FailureKind.FOLLOWS),
    ]


def test_followers_of_other_failed_changes_are_still_sent(store: CalendarStore) -> None:
    first = store.outbox.stage(an_update(subject="one"), target="a", now=NOW)
    second = store.outbox.stage(an_update(location="two"), target="a", now=NOW)
    store.outbox.fail(first, FailureKind.REFUSED, "No.", NOW)

    assert store.outbox.entries() == (second,)


def test_a_change_withdrawn_while_it_failed_stays_withdrawn(store: CalendarStore) -> None:
    entry = sent(store, store.outbox.stage(Delete(), target="a", now=NOW))
    store.outbox.drop(entry.id)
    store.outbox.fail(entry, FailureKind.REFUSED, "No.", NOW)

    assert store.outbox.failed() == ()


def test_what_was_done_is_stored_though_its_entry_was_withdrawn_meanwhile(store: CalendarStore) -> None:
    entry = sent(store, store.outbox.stage(Delete(), target="a", now=NOW))
    store.outbox.drop(entry.id)
    store.outbox.settle(entry, gone=("a",))

    assert "a" not in store.event_ids()


def test_a_held_change_waits_until_it_is_released(store: CalendarStore) -> None:
    entry = store.outbox.stage(Cancel(), target="a", now=NOW, held=True)
    assert entry.held
    store.outbox.release(entry.id)

    assert [waiting.held for waiting in store.outbox.entries()] == [False]


def test_withdrawing_a_create_withdraws_what_was_to_be_done_to_its_event(store: CalendarStore) -> None:
    create = store.outbox.stage(a_create(), now=NOW)
    store.outbox.stage(an_update(subject="dinner"), target=create.target, now=NOW)
    store.outbox.drop(create.id)

    assert store.outbox.entries() == ()
    assert shown(store).keys() == {"a", "b", "s-24", "s-25"}


def test_nothing_is_staged_for_an_event_whose_making_ended_meanwhile(store: CalendarStore) -> None:
    create = store.outbox.stage(a_create(), now=NOW)
    store.outbox.settle(sent(store, create), event("new"))

    with pytest.raises(EntryChanged):
        store.outbox.stage(Delete(), target=create.target, now=NOW)


def test_a_retried_change_is_staged_anew_on_the_version_seen_now(store: CalendarStore) -> None:
    entry = sent(store, store.outbox.stage(an_update(subject="mine"), target="a", etag="a-1", now=NOW))
    store.outbox.fail(entry, FailureKind.CHANGED, "Somebody changed it.", NOW)
    other = store.outbox.stage(Delete(), target="b", now=NOW)
    again_at = NOW + timedelta(hours=1)
    retried = store.outbox.retry(entry.id, etag="a-7", now=again_at)

    assert (retried.etag, retried.attempts, retried.doubtful, retried.staged_at) == ("a-7", 0, False, again_at)
    assert store.outbox.entries() == (other, retried)
    assert store.outbox.failed() == ()
    with pytest.raises(EntryChanged):
        store.outbox.retry(entry.id, now=NOW)


def test_retrying_a_create_brings_what_follows_it_back_in_order(store: CalendarStore) -> None:
    create = store.outbox.stage(a_create(), now=NOW)
    follower = store.outbox.stage(an_update(location="Room 4"), target=create.target, now=NOW)
    store.outbox.fail(create, FailureKind.REFUSED, "No.", NOW)
    store.outbox.retry(follower.id, now=NOW)

    assert [entry.id for entry in store.outbox.entries()] == [create.id, follower.id]
    first = store.outbox.entries()[0].action
    assert isinstance(first, Create)
    assert first.transaction_id == "tx-1"


def test_a_create_that_may_have_been_sent_stays_doubtful_when_it_is_retried(store: CalendarStore) -> None:
    create = sent(store, store.outbox.stage(a_create(), now=NOW))
    answer = sent(store, store.outbox.stage(Respond(response=Response.ACCEPTED), target="a", now=NOW))
    for entry in (create, answer):
        store.outbox.fail(entry, FailureKind.UNCERTAIN, "It may have been sent.", NOW)

    assert store.outbox.retry(create.id, now=NOW).doubtful
    assert not store.outbox.retry(answer.id, now=NOW).doubtful


def test_forgetting_a_failed_create_forgets_what_follows_it(store: CalendarStore) -> None:
    create = store.outbox.stage(a_create(), now=NOW)
    store.outbox.stage(an_update(location="Room 4"), target=create.target, now=NOW)
    store.outbox.fail(create, FailureKind.REFUSED, "No.", NOW)
    other = store.outbox.stage(Delete(), target="a", now=NOW)
    store.outbox.fail(other, FailureKind.REFUSED, "No.", NOW)
    store.outbox.drop_failed(create.id)

    assert [failed.entry.id for failed in store.outbox.failed()] == [other.id]


def test_values_are_the_same_object_until_something_changes(store: CalendarStore) -> None:
    store.outbox.stage(Delete(), target="a", now=NOW)
    entries, failed = store.outbox.entries(), store.outbox.failed()
    round_of(store, event("b", subject="other"))

    assert store.outbox.entries() is entries
    assert store.outbox.failed() is failed


def test_what_another_process_staged_is_found(store: CalendarStore, disk: RecordingDisk) -> None:
    assert store.outbox.entries() == ()
    other = store_on(OtherProcessDisk(disk), new_id=lambda: "of-the-other")
    entry = other.outbox.stage(Delete(), target="a", now=NOW)
    assert store.catch_up()

    assert store.outbox.entries() == (entry,)
    assert "a" not in shown(store)


def test_two_processes_give_different_orders(store: CalendarStore, disk: RecordingDisk) -> None:
    other = store_on(OtherProcessDisk(disk), new_id=lambda: "of-the-other")
    first = store.outbox.stage(Delete(), target="a", now=NOW)
    second = other.outbox.stage(Delete(), target="b", now=NOW)
    third = store.outbox.stage(Delete(), target="b", now=NOW)

    assert first.order < second.order < third.order


def test_an_occurrence_of_an_unknown_series_is_stored_as_it_came(store: CalendarStore) -> None:
    stranger = occurrence(event("unknown"), 24, series_ical_uid="", repeats=None)
    entry = store.outbox.stage(an_update(subject="x"), target=stranger.id, now=NOW)
    store.outbox.settle(sent(store, entry), stranger)

    assert store.event(stranger.id) == stranger
