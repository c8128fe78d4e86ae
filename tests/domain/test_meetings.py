"""Which copies are one meeting, and what the meeting takes from them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, timedelta
from itertools import permutations

import pytest
from domain_values import ANA, CLIENT, HOME, MONDAY, WORK, Fields, at, copy, meeting, meetings, timed, whole_days
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tui.domain.busy import BusyRules, Weight
from tui.domain.events import CalendarKey, EventCopy, EventType, Person, Response, ShowAs
from tui.domain.meetings import Match, Meeting, merge
from tui.domain.timespan import When

TUESDAY = MONDAY + timedelta(days=1)
URL = "https://teams.example/join/1"
OCCURRENCE: Fields = {
    "type": EventType.OCCURRENCE,
    "series_ical_uid": "series",
    "original_start": at("09:00"),
}


def are_one(one: EventCopy, other: EventCopy, match: Match = Match.FULL) -> bool:
    return len(meetings(one, other, match=match)) == 1


# What makes two copies one meeting


@pytest.mark.parametrize("match", Match)
@pytest.mark.parametrize("calendar", [WORK, HOME])
def test_an_equal_identifier_and_start_are_one_meeting(match: Match, calendar: CalendarKey) -> None:
    assert are_one(copy("1", ical_uid="uid"), copy("2", calendar=calendar, ical_uid="uid"), match)


def test_an_equal_identifier_of_whole_days_is_one_meeting() -> None:
    assert are_one(copy("1", whole_days(), ical_uid="uid"), copy("2", whole_days(), calendar=HOME, ical_uid="uid"))


@pytest.mark.parametrize("match", Match)
def test_an_equal_place_in_an_equal_series_is_one_meeting(match: Match) -> None:
    assert are_one(copy("1", **OCCURRENCE), copy("2", calendar=HOME, **OCCURRENCE), match)


@pytest.mark.parametrize("match", Match)
def test_a_sparse_occurrence_and_an_exception_at_the_same_time_are_one_meeting(match: Match) -> None:
    exception = {**OCCURRENCE, "type": EventType.EXCEPTION, "ical_uid": "own", "subject": "Renamed"}

    assert are_one(copy("1", **OCCURRENCE), copy("2", calendar=HOME, **exception), match)


def test_an_exception_joins_the_copies_that_know_its_series_and_those_that_know_only_itself() -> None:
    sparse = copy("1", **OCCURRENCE)
    exception = copy("2", calendar=HOME, **{**OCCURRENCE, "ical_uid": "own"})
    invited_to_this_one_only = copy("3", calendar=CLIENT, ical_uid="own")

    assert len(meetings(sparse, invited_to_this_one_only, exception, match=Match.STRICT)) == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"series_ical_uid": "other series"},
        {"original_start": at("09:00", TUESDAY)},
        {"series_ical_uid": ""},
        {"original_start": None},
    ],
)
def test_occurrences_of_different_series_or_places_are_two_meetings(fields: Fields) -> None:
    assert not are_one(copy("1", **OCCURRENCE), copy("2", calendar=HOME, **{**OCCURRENCE, **fields}))


def test_a_common_join_address_between_calendars_is_one_meeting_unless_strict() -> None:
    one, other = copy("1", join_url=URL, ical_uid="a"), copy("2", calendar=HOME, join_url=URL, ical_uid="b")

    assert are_one(one, other)
    assert not are_one(one, other, Match.STRICT)


def test_a_common_invitation_between_calendars_is_probably_one_meeting_unless_strict() -> None:
    one = copy("1", organizer=ANA, subject="Budget  review")
    other = copy("2", calendar=HOME, organizer=Person("", "ANA@example.com"), subject="budget review ")

    (made,) = meetings(one, other)

    assert made.sameness.probable
    assert not are_one(one, other, Match.STRICT)


@pytest.mark.parametrize(
    "surer", [{"ical_uid": "uid"}, OCCURRENCE, {"join_url": URL}], ids=["identifier", "series", "join address"]
)
def test_a_meeting_that_is_surely_one_is_not_marked_as_probable(surer: Fields) -> None:
    invitation = {"organizer": ANA, "subject": "Budget", **surer}

    (made,) = meetings(copy("1", **invitation), copy("2", calendar=HOME, **invitation))

    assert not made.sameness.probable


@pytest.mark.parametrize("shared", [{"join_url": URL}, {"organizer": ANA, "subject": "Budget"}])
@pytest.mark.parametrize("when", [timed("09:00", "10:30"), timed("09:30", "10:00"), whole_days()])
def test_a_join_address_or_an_invitation_merges_only_equal_times(shared: Fields, when: When) -> None:
    assert not are_one(copy("1", **shared), copy("2", when, calendar=HOME, **shared))


@pytest.mark.parametrize("shared", [{"join_url": URL}, {"organizer": ANA, "subject": "Budget"}])
def test_two_events_of_one_calendar_are_not_merged_by_join_address_or_invitation(shared: Fields) -> None:
    assert not are_one(copy("1", **shared), copy("2", **shared))


@pytest.mark.parametrize("shared", [{"join_url": URL}, {"organizer": ANA, "subject": "Budget"}])
def test_a_copy_in_another_calendar_joins_both_events_of_one_calendar_in_any_order(shared: Fields) -> None:
    copies = [copy("1", **shared), copy("2", **shared), copy("3", calendar=HOME, **shared)]

    for order in permutations(copies):
        assert len(meetings(*order)) == 1


@pytest.mark.parametrize(
    ("organizer", "other_organizer"),
    [(None, None), (ANA, None), (Person("Ana"), Person("Ana")), (ANA, Person("Bo", "bo@example.com"))],
)
def test_title_and_time_alone_never_make_one_meeting(organizer: Person, other_organizer: Person) -> None:
    one = copy("1", subject="Lunch", organizer=organizer)

    assert not are_one(one, copy("2", calendar=HOME, subject="Lunch", organizer=other_organizer))


def test_an_invitation_without_a_subject_merges_nothing() -> None:
    assert not are_one(copy("1", organizer=ANA), copy("2", calendar=HOME, organizer=ANA))


def test_series_masters_are_no_meetings() -> None:
    assert meetings(copy(type=EventType.MASTER)) == []


# Copies that disagree


@pytest.mark.parametrize("shared", [{"ical_uid": "uid"}, OCCURRENCE])
def test_the_latest_end_counts_and_the_copies_are_said_to_disagree(shared: Fields) -> None:
    short, long = copy("1", **shared), copy("2", timed("09:00", "11:00"), calendar=HOME, **shared)

    for order in ((short, long), (long, short)):
        (made,) = meetings(*order)
        assert made.when == timed("09:00", "11:00")
        assert made.interval.end == at("11:00")
        assert made.sameness.copies_disagree


def test_copies_with_equal_ends_do_not_disagree() -> None:
    (made,) = meetings(copy("1", ical_uid="uid"), copy("2", calendar=HOME, ical_uid="uid"))

    assert not made.sameness.copies_disagree


@pytest.mark.parametrize("shared", [{"ical_uid": "uid"}, OCCURRENCE])
def test_a_copy_that_was_not_moved_along_is_linked_and_not_merged(shared: Fields) -> None:
    made = meetings(copy("1", **shared), copy("2", timed("14:00", "15:00"), calendar=HOME, **shared))

    assert [m.sameness.linked for m in made] == [True, True]


def test_an_exception_is_linked_with_the_invitation_to_it_that_was_not_moved_along() -> None:
    exception = copy("1", **{**OCCURRENCE, "ical_uid": "own"})
    invitation = copy("2", timed("14:00", "15:00"), calendar=HOME, ical_uid="own")

    assert [m.sameness.linked for m in meetings(exception, invitation)] == [True, True]


def test_occurrences_that_carry_the_identifier_of_their_series_are_not_linked_with_each_other() -> None:
    first = {**OCCURRENCE, "ical_uid": "series"}
    second = {**first, "original_start": at("09:00", TUESDAY)}
    tuesday = timed("09:00", "10:00", TUESDAY)

    made = meetings(copy("1", **first), copy("2", tuesday, **second), copy("3", tuesday, calendar=HOME, **second))

    assert [m.sameness.linked for m in made] == [False, False]


def test_a_lone_meeting_is_not_linked() -> None:
    assert not meeting(ical_uid="uid").sameness.linked


# What a meeting takes from its copies


def test_weight_and_times_come_only_from_counted_calendars() -> None:
    counted = copy("1", ical_uid="uid", show_as=ShowAs.TENTATIVE)
    other = copy("2", timed("09:00", "12:00"), calendar=HOME, ical_uid="uid")

    (made,) = meetings(other, counted, counted=lambda calendar: calendar == WORK)

    assert (made.weight, made.when, made.sameness.copies_disagree) == (Weight.SOFT, timed("09:00", "10:00"), False)
    assert made.lead == counted
    assert [weighing.row for weighing in made.weighings] == [10, 0]


def test_a_meeting_without_a_counted_copy_is_shown_and_claims_nothing() -> None:
    (made,) = meetings(copy(), counted=lambda _: False)

    assert (made.weight, made.counts, made.when) == (Weight.NONE, False, timed("09:00", "10:00"))


def test_the_strongest_copy_gives_the_weight_and_leads() -> None:
    tentative = copy("1", ical_uid="uid", show_as=ShowAs.TENTATIVE, subject="Maybe")
    busy = copy("2", calendar=HOME, ical_uid="uid", subject="Sure")

    (made,) = meetings(tentative, busy)

    assert (made.weight, made.subject) == (Weight.HARD, "Sure")


def test_a_declined_copy_gives_neither_weight_nor_times() -> None:
    accepted = copy("1", ical_uid="uid", show_as=ShowAs.TENTATIVE)
    declined = copy("2", timed("09:00", "12:00"), calendar=HOME, ical_uid="uid", response=Response.DECLINED)

    (made,) = meetings(declined, accepted)

    assert (made.weight, made.when, made.lead) == (Weight.SOFT, timed("09:00", "10:00"), accepted)


def test_a_declined_copy_comes_after_one_that_does_not_count_for_another_reason() -> None:
    declined = copy("1", ical_uid="uid", response=Response.DECLINED)
    free = copy("2", calendar=HOME, ical_uid="uid", show_as=ShowAs.FREE)

    (made,) = meetings(declined, free)

    assert made.lead == free
    assert not made.counts


@pytest.mark.parametrize("when", [timed("09:00", "10:00"), whole_days()])
def test_out_of_office_is_away_only_while_it_is_hard(when: When) -> None:
    away = copy("1", when, show_as=ShowAs.OOF)
    unanswered = copy("1", when, show_as=ShowAs.OOF, organizer=ANA, response=Response.NOT_RESPONDED)

    assert meetings(away)[0].away
    assert not meetings(unanswered)[0].away
    assert not meetings(away, rules=BusyRules(oof=Weight.SOFT))[0].away
    assert not meetings(away, counted=lambda _: False)[0].away


# Whatever the order


def small_copies() -> st.SearchStrategy[EventCopy]:
    """Copies that have so few names, starts and ends that many of them meet."""
    return st.builds(
        copy,
        when=st.builds(timed, st.sampled_from(["08:00", "09:00"]), st.sampled_from(["10:00", "11:00"]))
        | st.just(whole_days()),
        calendar=st.sampled_from([WORK, HOME, CLIENT]),
        ical_uid=st.sampled_from(["", "a", "b"]),
        series_ical_uid=st.sampled_from(["", "series"]),
        original_start=st.sampled_from([None, at("08:00"), at("09:00")]),
        join_url=st.sampled_from(["", URL]),
        organizer=st.sampled_from([None, ANA]),
        subject=st.sampled_from(["", "Budget"]),
        show_as=st.sampled_from([ShowAs.FREE, ShowAs.TENTATIVE, ShowAs.BUSY, ShowAs.OOF]),
        response=st.sampled_from([Response.ACCEPTED, Response.DECLINED]),
    )


@st.composite
def shuffled_copies(draw: st.DrawFn) -> tuple[list[EventCopy], list[EventCopy]]:
    drawn = draw(st.lists(small_copies(), max_size=8))
    copies = [EventCopy(c.calendar, replace(c.event, id=str(number))) for number, c in enumerate(drawn)]
    return copies, draw(st.permutations(copies))


def as_seen(made: Sequence[Meeting]) -> list[Meeting]:
    return sorted(made, key=lambda one: one.id)


@given(shuffled_copies(), st.sampled_from(Match))
def test_the_order_of_the_copies_changes_nothing(orders: tuple[list[EventCopy], list[EventCopy]], match: Match) -> None:
    some_order, another_order = orders

    assert as_seen(meetings(*some_order, match=match)) == as_seen(meetings(*another_order, match=match))


@given(shuffled_copies(), st.sampled_from(Match))
def test_a_copy_belongs_to_exactly_one_meeting(orders: tuple[list[EventCopy], list[EventCopy]], match: Match) -> None:
    copies, _ = orders

    made = meetings(*copies, match=match)

    assert sorted(c.event.id for m in made for c in m.copies) == sorted(c.event.id for c in copies)
    assert len({m.id for m in made}) == len(made)
    assert all(len(m.copies) == len(m.weighings) for m in made)


@given(shuffled_copies())
def test_copies_of_one_meeting_start_together(orders: tuple[list[EventCopy], list[EventCopy]]) -> None:
    for together, _ in merge(orders[0]):
        assert len({getattr(c.event.when, "start", None) for c in together}) == 1


@given(shuffled_copies())
def test_what_is_one_meeting_for_strict_matching_is_one_for_full_matching(
    orders: tuple[list[EventCopy], list[EventCopy]],
) -> None:
    copies, _ = orders
    full = [{c.event.id for c in together} for together, _ in merge(copies)]

    for together, probable in merge(copies, Match.STRICT):
        assert not probable
        assert any({c.event.id for c in together} <= group for group in full)


@given(shuffled_copies())
def test_a_copy_more_does_not_rename_the_other_meetings(orders: tuple[list[EventCopy], list[EventCopy]]) -> None:
    copies, _ = orders
    newcomer = copy("new", timed("20:00", "21:00"), ical_uid="new")

    assert {m.id for m in meetings(*copies)} < {m.id for m in meetings(*copies, newcomer)}


def test_the_name_of_a_meeting_stays_when_everything_but_identifier_and_start_changes() -> None:
    before = meeting("1", ical_uid="uid", subject="Before")
    after = meeting("other id", timed("09:00", "12:00"), ical_uid="uid", subject="After", show_as=ShowAs.FREE)
    moved = meeting("1", timed("09:30", "10:00"), ical_uid="uid", subject="Before")

    assert before.id == after.id
    assert before.id != moved.id


def test_an_identifier_that_is_no_valid_unicode_names_a_meeting_all_the_same() -> None:
    assert meeting(ical_uid="half \ud800 pair").id != meeting(ical_uid="half \udfff pair").id


def test_meetings_come_by_start_and_then_by_end() -> None:
    made = meetings(
        copy("1", timed("11:00", "12:00")),
        copy("2", timed("09:00", "12:00")),
        copy("3", timed("09:00", "10:00")),
        copy("4", whole_days()),
        zone=UTC,
    )

    assert [m.lead.event.id for m in made] == ["4", "3", "2", "1"]
