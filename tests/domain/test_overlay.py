"""What waits for Outlook, laid over what Outlook said; and what becomes of it when Outlook answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pytest
from domain_values import at, event, timed, whole_days
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tui.domain.bookings import (
    Action,
    Cancel,
    Create,
    Delete,
    Entry,
    Respond,
    Update,
    Wanted,
    as_wanted,
    followers,
    linked,
    overlay,
    ready,
    settled,
)
from tui.domain.events import Attendee, Event, EventType, Person, Response, Sensitivity, ShowAs

STORED = {
    "a": event("a", subject="a", location="here"),
    "s": event("s", subject="stand-up", type=EventType.MASTER),
    "s-1": event("s-1", timed("11:00", "11:15"), subject="stand-up", type=EventType.OCCURRENCE, series_id="s"),
    "s-2": event("s-2", timed("14:00", "14:15"), subject="moved", type=EventType.EXCEPTION, series_id="s"),
}
LUNCH = Create(
    wanted=Wanted(subject="lunch", when=timed("12:00", "13:00"), show_as=ShowAs.TENTATIVE), transaction_id="tx"
)


def entry(order: int, target: str, action: Action, **fields: Any) -> Entry:
    return Entry(id=f"entry-{order}", order=order, target=target, action=action, staged_at=at("09:00"), **fields)


def update(**wanted: Any) -> Update:
    return Update(wanted=Wanted(**wanted))


def laid(*entries: Entry, stored: Mapping[str, Event] = STORED) -> dict[str, Event | None]:
    def members(series_id: str) -> Iterable[str]:
        return sorted(id_ for id_, one in stored.items() if one.series_id == series_id)

    return overlay(entries, stored.get, members)


def test_nothing_waiting_shows_nothing_else() -> None:
    assert laid() == {}


def test_an_event_to_be_made_is_shown_as_the_persons_own() -> None:
    shown = laid(entry(1, "local:1", LUNCH))["local:1"]

    assert shown is not None
    assert (shown.subject, shown.when, shown.show_as) == ("lunch", timed("12:00", "13:00"), ShowAs.TENTATIVE)
    assert (shown.is_organizer, shown.response, shown.transaction_id) == (True, Response.ORGANIZER, "tx")


def test_an_event_to_be_made_is_busy_unless_the_person_says_otherwise() -> None:
    shown = laid(entry(1, "local:1", Create(wanted=Wanted(when=whole_days()), transaction_id="tx")))["local:1"]

    assert shown is not None
    assert (shown.show_as, shown.when) == (ShowAs.BUSY, whole_days())


def test_only_what_is_wanted_changes() -> None:
    assert laid(entry(1, "a", update(subject="b"))) == {"a": replace(STORED["a"], subject="b")}


@pytest.mark.parametrize(
    ("wanted", "field", "value"),
    [
        (Wanted(subject=""), "subject", ""),
        (Wanted(location=""), "location", ""),
        (Wanted(body="Bring cake"), "preview", "Bring cake"),
        (Wanted(attendees=()), "attendees", ()),
        (Wanted(attendees=(Attendee(Person("Ben", "ben@example.com")),)), "attendee_count", 1),
        (Wanted(sensitivity=Sensitivity.PRIVATE), "sensitivity", Sensitivity.PRIVATE),
        (Wanted(categories=("Blue",)), "categories", ("Blue",)),
        (Wanted(when=whole_days()), "when", whole_days()),
        (Wanted(show_as=ShowAs.FREE), "show_as", ShowAs.FREE),
    ],
)
def test_each_property_is_shown_as_wanted_also_when_it_is_emptied(wanted: Wanted, field: str, value: object) -> None:
    before = event("a", subject="a", location="here", attendees=(Attendee(Person("Ana", "a@example.com")),))

    assert getattr(as_wanted(before, wanted), field) == value


def test_entries_are_laid_one_over_the_other_in_their_order() -> None:
    shown = laid(entry(2, "a", update(subject="second")), entry(1, "a", update(subject="first", location="there")))

    assert shown == {"a": replace(STORED["a"], subject="second", location="there")}


@pytest.mark.parametrize(
    ("action", "fields"),
    [
        (Respond(response=Response.DECLINED), {"response": Response.DECLINED}),
        (Cancel(), {"is_cancelled": True}),
    ],
)
def test_answers_and_cancellations_show_on_the_event_and_on_every_occurrence(
    action: Action, fields: Mapping[str, object]
) -> None:
    assert laid(entry(1, "a", action)) == {"a": replace(STORED["a"], **fields)}
    assert laid(entry(1, "s", action)) == {id_: replace(STORED[id_], **fields) for id_ in ("s", "s-1", "s-2")}


def test_a_deleted_event_is_not_there_nor_are_the_occurrences_of_a_deleted_series() -> None:
    assert laid(entry(1, "a", Delete())) == {"a": None}
    assert laid(entry(1, "s", Delete())) == {"s": None, "s-1": None, "s-2": None}


def test_what_follows_a_deletion_brings_nothing_back() -> None:
    assert laid(entry(1, "a", Delete()), entry(2, "a", update(subject="b"))) == {"a": None}


def test_the_occurrences_of_a_series_keep_their_times_until_outlook_says() -> None:
    shown = laid(entry(1, "s", update(subject="daily", when=timed("10:00", "10:15"))))
    occurrence = shown["s-1"]

    assert occurrence is not None
    assert (occurrence.subject, occurrence.when) == ("daily", timed("11:00", "11:15"))


def test_an_occurrence_changed_alone_leaves_its_series() -> None:
    assert laid(entry(1, "s-1", update(subject="only this"))).keys() == {"s-1"}


def test_changes_to_what_outlook_no_longer_holds_show_nothing() -> None:
    actions: tuple[Action, ...] = (update(subject="x"), Respond(response=Response.ACCEPTED), Cancel(), Delete())

    assert [laid(entry(1, "unknown", action))["unknown"] for action in actions] == [None] * 4


def test_of_each_event_only_the_first_may_be_sent() -> None:
    first, second, other = entry(1, "a", update(subject="x")), entry(2, "a", Delete()), entry(3, "s", Delete())

    assert ready([other, second, first]) == (first, other)


def test_what_waits_for_the_person_holds_back_what_follows_on_the_same_event() -> None:
    held, second, other = entry(1, "a", Cancel(), held=True), entry(2, "a", Delete()), entry(3, "s", Delete())

    assert ready([held, second, other]) == (other,)


def test_followers_are_the_later_entries_of_the_same_event() -> None:
    before, first, other, after = (
        entry(1, "a", update(subject="x")),
        entry(2, "a", Delete()),
        entry(3, "s", Delete()),
        entry(4, "a", Delete()),
    )

    assert followers([before, first, other, after], first) == (after,)


def test_an_answer_points_what_follows_at_the_event_and_its_version() -> None:
    create, after = entry(1, "local:1", LUNCH), entry(2, "local:1", update(subject="dinner"))
    outcome = settled([create, after], create, event("made", etag="v1"))

    assert outcome.done == {"entry-1"}
    assert outcome.changed == (replace(after, target="made", etag="v1"),)


def test_an_answer_without_an_event_leaves_what_follows_as_it_was() -> None:
    first, after = entry(1, "a", Delete()), entry(2, "a", update(subject="x"))

    assert settled([first, after], first, None).changed == ()


def test_only_the_event_with_a_creates_own_transaction_closes_it() -> None:
    create, after, other = entry(1, "local:1", LUNCH), entry(2, "local:1", Delete()), entry(3, "a", Delete())
    nameless = entry(4, "local:4", replace(LUNCH, transaction_id=""))
    entries = [create, after, other, nameless]

    assert linked(entries, [event("x"), event("y", transaction_id="strange")]).done == frozenset()
    made = event("made", LUNCH.wanted.when, subject="lunch", show_as=ShowAs.TENTATIVE, etag="v1", transaction_id="tx")
    outcome = linked(entries, [event("x"), made])
    assert outcome.done == {"entry-1"}
    assert outcome.changed == (replace(after, target="made", etag="v1"),)


def test_what_follows_a_create_has_no_version_where_somebody_changed_its_event_before_it_was_seen() -> None:
    create, after = entry(1, "local:1", LUNCH), entry(2, "local:1", Delete())
    made = event("made", LUNCH.wanted.when, subject="lunch", show_as=ShowAs.TENTATIVE, etag="v2", transaction_id="tx")

    outcome = linked([create, after], [replace(made, location="Room 4")])
    assert outcome.changed == (replace(after, target="made", etag=""),)


actions: st.SearchStrategy[Action] = st.sampled_from(
    [update(subject="x"), update(location="y"), Respond(response=Response.ACCEPTED), Cancel(), Delete()]
)
Staged = list[tuple[str, Action]]
staged = st.lists(st.tuples(st.sampled_from([*STORED, "local:1", "unknown"]), actions), max_size=8)


@given(staged, st.randoms())
def test_what_is_shown_depends_on_the_order_of_entries_and_not_on_how_they_are_listed(
    drawn: Staged, random: Any
) -> None:
    entries = [entry(0, "local:1", LUNCH), *(entry(n, target, action) for n, (target, action) in enumerate(drawn, 1))]
    shuffle: Callable[[list[Entry]], None] = random.shuffle
    shown = laid(*entries)
    shuffle(entries)

    assert laid(*entries) == shown
    assert {one.id for one in shown.values() if one is not None} <= shown.keys()


@given(staged)
def test_events_that_nothing_was_done_to_are_shown_as_outlook_told_them(drawn: Staged) -> None:
    shown = laid(*(entry(n, target, action) for n, (target, action) in enumerate(drawn)))
    touched = {target for target, _ in drawn}

    assert {id_ for id_ in STORED if id_ not in touched and STORED[id_].series_id not in touched}.isdisjoint(shown)
