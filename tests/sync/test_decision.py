"""What becomes of a staged write after a look at its event."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from tui.domain.bookings import Action, Cancel, Create, Delete, Entry, FailureKind, Respond, Update, Wanted
from tui.domain.events import Attendee, Event, EventType, Person, Response, Sensitivity, ShowAs
from tui.domain.timespan import AllDay, Timed
from tui.limits import WRITE_ATTEMPTS
from tui.sync.decision import Decision, Done, Fail, Send, as_decided_on, decide, is_own_change, stands

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
LUNCH = Event(
    id="lunch",
    when=Timed(NOON, NOON + timedelta(hours=1)),
    subject="lunch",
    etag="one",
    response=Response.NOT_RESPONDED,
    show_as=ShowAs.BUSY,
)
MOVED_ON = replace(LUNCH, etag="two")
BRUNCH = Update(wanted=Wanted(subject="brunch"))
MAIL = Respond(response=Response.ACCEPTED)
SILENT = Respond(response=Response.ACCEPTED, notify=False)


def entry(action: Action, *, doubtful: bool = False, **more: Any) -> Entry:
    values = {"etag": "one", "attempts": int(doubtful), **more}
    return Entry(id="e", order=1, target="lunch", action=action, staged_at=NOON, doubtful=doubtful, **values)


def outcome(decision: Decision) -> str:
    return str(decision.kind) if isinstance(decision, Fail) else type(decision).__name__.lower()


SURE, DOUBTFUL = False, True


@pytest.mark.parametrize(
    ("action", "doubtful", "found", "expected"),
    [
        (BRUNCH, SURE, LUNCH, "send"),
        (BRUNCH, SURE, None, "gone"),
        (BRUNCH, SURE, MOVED_ON, "changed meanwhile"),
        (BRUNCH, SURE, replace(MOVED_ON, subject="brunch"), "done"),
        (BRUNCH, DOUBTFUL, LUNCH, "send"),
        (BRUNCH, DOUBTFUL, replace(MOVED_ON, subject="brunch"), "done"),
        (BRUNCH, DOUBTFUL, replace(MOVED_ON, subject="supper"), "changed meanwhile"),
        (BRUNCH, DOUBTFUL, None, "gone"),
        (Delete(), SURE, LUNCH, "send"),
        (Delete(), SURE, None, "done"),
        (Delete(), SURE, MOVED_ON, "changed meanwhile"),
        (Delete(), DOUBTFUL, None, "done"),
        (Delete(), DOUBTFUL, LUNCH, "send"),
        (Cancel(), SURE, MOVED_ON, "send"),
        (Cancel(), SURE, None, "done"),
        (Cancel(), DOUBTFUL, replace(MOVED_ON, is_cancelled=True), "done"),
        (Cancel(), DOUBTFUL, LUNCH, "send"),
    ],
)
def test_a_write_is_sent_only_on_what_it_was_decided_on(
    action: Action, doubtful: bool, found: Event | None, expected: str
) -> None:
    assert outcome(decide(entry(action, doubtful=doubtful), found)) == expected


def said(response: Response, etag: str = "two", **more: Any) -> Event:
    return replace(LUNCH, response=response, etag=etag, **more)


@pytest.mark.parametrize(
    ("respond", "doubtful", "found", "expected"),
    [
        (MAIL, SURE, LUNCH, "send"),
        (MAIL, SURE, MOVED_ON, "send"),
        (MAIL, SURE, said(Response.ACCEPTED), "send"),
        (MAIL, SURE, None, "gone"),
        (MAIL, SURE, replace(LUNCH, is_cancelled=True), "gone"),
        (MAIL, DOUBTFUL, said(Response.ACCEPTED), "done"),
        (MAIL, DOUBTFUL, LUNCH, "send"),
        (MAIL, DOUBTFUL, MOVED_ON, "may have been sent"),
        (SILENT, DOUBTFUL, MOVED_ON, "send"),
        (MAIL, DOUBTFUL, said(Response.DECLINED), "changed meanwhile"),
        (MAIL, DOUBTFUL, None, "may have been sent"),
        (MAIL, DOUBTFUL, replace(MOVED_ON, is_cancelled=True), "may have been sent"),
        (SILENT, DOUBTFUL, replace(MOVED_ON, is_cancelled=True), "gone"),
        (replace(MAIL, response=Response.DECLINED), DOUBTFUL, None, "may have been sent"),
        (replace(SILENT, response=Response.DECLINED), DOUBTFUL, None, "done"),
        (SILENT, DOUBTFUL, None, "gone"),
        (replace(MAIL, before=Response.ACCEPTED), DOUBTFUL, said(Response.ACCEPTED), "may have been sent"),
        (replace(SILENT, before=Response.ACCEPTED), DOUBTFUL, said(Response.ACCEPTED), "done"),
        (replace(MAIL, before=Response.TENTATIVE), DOUBTFUL, said(Response.TENTATIVE, "one"), "send"),
        (replace(MAIL, before=Response.TENTATIVE), DOUBTFUL, MOVED_ON, "may have been sent"),
    ],
)
def test_an_answer_is_not_sent_twice(respond: Respond, doubtful: bool, found: Event | None, expected: str) -> None:
    assert outcome(decide(entry(respond, doubtful=doubtful), found)) == expected


def test_an_event_that_was_made_is_not_made_again() -> None:
    create = Create(wanted=Wanted(subject="lunch", when=LUNCH.when), transaction_id="t")

    assert decide(entry(create, doubtful=True, etag=""), LUNCH) == Done()
    assert decide(entry(create, doubtful=True, etag=""), None) == Send()


def test_a_version_without_a_name_is_none_that_was_decided_on() -> None:
    assert outcome(decide(entry(Delete(), etag=""), replace(LUNCH, etag=""))) == FailureKind.CHANGED


@pytest.mark.parametrize("action", [BRUNCH, Delete(), MAIL, Cancel()])
def test_what_is_never_confirmed_fails_in_the_end(action: Action) -> None:
    assert decide(entry(action, doubtful=True, attempts=WRITE_ATTEMPTS - 1), LUNCH) == Send()
    assert outcome(decide(entry(action, doubtful=True, attempts=WRITE_ATTEMPTS), LUNCH)) == FailureKind.UNCERTAIN
    assert decide(entry(action, attempts=WRITE_ATTEMPTS), LUNCH) == Send()


def test_a_reminder_cannot_be_seen_and_so_is_never_taken_for_set() -> None:
    reminder = Update(wanted=Wanted(reminder_minutes=5))

    assert outcome(decide(entry(reminder, doubtful=True), MOVED_ON)) == FailureKind.CHANGED
    assert outcome(decide(entry(reminder), MOVED_ON)) == FailureKind.CHANGED
    assert decide(entry(reminder, doubtful=True), LUNCH) == Send()


def test_a_reminder_came_with_the_change_that_it_was_sent_with() -> None:
    both = Update(wanted=Wanted(subject="brunch", reminder_minutes=5))

    assert decide(entry(both, doubtful=True), replace(MOVED_ON, subject="brunch")) == Done()
    assert outcome(decide(entry(both), replace(MOVED_ON, subject="brunch"))) == FailureKind.CHANGED
    assert decide(entry(both, doubtful=True), replace(LUNCH, subject="brunch")) == Send()


@pytest.mark.parametrize(
    ("wanted", "so", "otherwise"),
    [
        (Wanted(subject=" lunch\x07"), {"subject": "lunch\ufffd"}, {"subject": "lunch"}),
        (
            Wanted(when=AllDay(NOON.date(), NOON.date())),
            {"when": AllDay(NOON.date(), NOON.date())},
            {"when": LUNCH.when},
        ),
        (Wanted(show_as=ShowAs.OOF), {"show_as": ShowAs.OOF}, {"show_as": ShowAs.FREE}),
        (Wanted(location="Room 4 "), {"location": "Room 4"}, {"location": ""}),
        (Wanted(sensitivity=Sensitivity.PRIVATE), {"sensitivity": Sensitivity.PRIVATE}, {}),
        (Wanted(categories=("Red", "Blue")), {"categories": ("Blue", "Red")}, {"categories": ("Blue",)}),
        (Wanted(body="one\r\n\r\ntwo"), {"preview": "one two"}, {"preview": "one"}),
        (Wanted(body="word " * 90), {"preview": ("word " * 51).strip()}, {"preview": "word"}),
        (Wanted(body=""), {"preview": ""}, {"preview": "old"}),
        (Wanted(is_online=True), {"join_url": "https://teams.example/1"}, {"join_url": ""}),
        (
            Wanted(attendees=(Attendee(Person("", "Eva@Fabrikam.example")),)),
            {"attendees": (Attendee(Person("Eva", "eva@fabrikam.example"), response=Response.ACCEPTED),)},
            {"attendees": ()},
        ),
    ],
)
def test_whether_an_event_is_as_wanted_is_seen_through_what_the_service_makes_of_it(
    wanted: Wanted, so: dict[str, Any], otherwise: dict[str, Any]
) -> None:
    assert stands(replace(LUNCH, **so), wanted)
    assert not stands(replace(LUNCH, **otherwise), wanted)


OCCURRENCE = replace(LUNCH, type=EventType.OCCURRENCE, series_id="daily")


def test_an_untouched_occurrence_is_the_same_although_its_series_moved_on() -> None:
    moved_on = replace(OCCURRENCE, etag="two")

    assert as_decided_on(entry(Delete()), OCCURRENCE, moved_on).etag == "two"


@pytest.mark.parametrize(
    ("stored", "found"),
    [
        (OCCURRENCE, replace(OCCURRENCE, etag="two", subject="other")),
        (OCCURRENCE, replace(OCCURRENCE, etag="two", type=EventType.EXCEPTION)),
        (replace(OCCURRENCE, etag="two"), replace(OCCURRENCE, etag="two")),
        (LUNCH, MOVED_ON),
        (None, replace(OCCURRENCE, etag="two")),
    ],
)
def test_any_other_event_of_another_version_is_another(stored: Event | None, found: Event) -> None:
    assert as_decided_on(entry(Delete()), stored, found).etag == "one"


@pytest.mark.parametrize(
    ("action", "own"),
    [
        (MAIL, {"response": Response.ACCEPTED, "show_as": ShowAs.BUSY}),
        (BRUNCH, {"subject": "brunch"}),
        (Update(wanted=Wanted(body="text")), {"preview": "text and a link to join"}),
        (Cancel(), {"is_cancelled": True, "show_as": ShowAs.FREE, "subject": "Canceled: lunch"}),
    ],
)
def test_a_strangers_edit_is_told_from_ones_own(action: Action, own: dict[str, Any]) -> None:
    after = replace(LUNCH, etag="two", **own)

    assert is_own_change(action, LUNCH, after)
    assert not is_own_change(action, LUNCH, replace(after, location="elsewhere"))


def test_an_answer_after_which_the_time_is_shown_in_another_way_is_not_all_that_happened() -> None:
    answered = replace(LUNCH, etag="two", response=Response.ACCEPTED, show_as=ShowAs.FREE)

    assert not is_own_change(MAIL, LUNCH, answered)


GUEST = Attendee(Person("Eva", "eva@fabrikam.example"))


@pytest.mark.parametrize("action", [BRUNCH, Update(wanted=Wanted(attendees=(GUEST,)))])
def test_an_answer_that_came_meanwhile_is_somebody_elses_change(action: Action) -> None:
    accepted = replace(GUEST, response=Response.ACCEPTED)
    subject = "brunch" if action is BRUNCH else "lunch"
    before, after = replace(LUNCH, attendees=(GUEST,)), replace(LUNCH, subject=subject, attendees=(accepted,))

    assert not is_own_change(action, before, after)
    assert is_own_change(action, replace(before, attendees=(accepted,)), after)


def test_a_series_does_not_show_what_was_changed_of_its_occurrences() -> None:
    master = replace(LUNCH, type=EventType.MASTER)

    assert not is_own_change(BRUNCH, master, replace(master, etag="two", subject="brunch"))
