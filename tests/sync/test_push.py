"""Staged writes on their way to Outlook: how each ends, and what the writes after it are decided on."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from push_world import BEN, EVA, Killed, PushWorld, attendee, dinner, times
from sync_world import full_disk, series, single

from tui.domain.accounts import Mode
from tui.domain.bookings import Cancel, Delete, FailureKind, Respond, Update, Wanted
from tui.domain.events import EventType, Response
from tui.errors import SignInError, StoreError, Throttled
from tui.limits import PASSING_RACE_ATTEMPTS
from tui.outlook.errors import Unreachable
from tui.simulator.messages import Request
from tui.simulator.messages import Response as Answer

LUNCH = single("lunch", "2026-11-24T12:00:00", "2026-11-24T13:00:00")
TRIP = single("trip", "2026-11-28T12:00:00", "2026-11-28T13:00:00")
DAILY = series(single("daily", "2026-11-20T08:00:00", "2026-11-20T08:15:00"), "daily")
BRUNCH = Update(wanted=Wanted(subject="brunch"))
ROOM = Update(wanted=Wanted(location="Room 4"))


@pytest.fixture
async def world(tmp_path: Path) -> PushWorld:
    world = PushWorld(tmp_path, LUNCH, TRIP, DAILY)
    await world.round()
    return world


def refuse(world: PushWorld, method: str, status: int, count: int = 99) -> None:
    body = {"error": {"code": "ErrorSomething", "message": "It does not fit."}}
    world.fault(method=method, path="/events", status=status, body=body, count=count)


def kinds(world: PushWorld) -> list[FailureKind]:
    return [failed.kind for failed in world.failures]


# Making events


async def test_an_event_is_made_and_known_at_once(world: PushWorld) -> None:
    world.stage(dinner())

    report = await world.push()

    assert (report.sent, report.failed, report.waiting, report.failure) == (1, 0, 0, None)
    assert world.subjects().count("dinner") == 1
    world.assert_same()


async def test_what_is_done_to_an_event_before_it_is_made_is_done_after_it(world: PushWorld) -> None:
    local = world.stage(dinner()).target
    world.stage(BRUNCH, local)
    world.stage(ROOM, local)

    report = await world.push()

    assert (report.sent, report.waiting) == (3, 0)
    made = next(event for event in world.outlook() if event["subject"] == "brunch")
    assert made["location"]["displayName"] == "Room 4"
    world.assert_same()


async def test_an_event_outside_the_window_is_made_and_not_kept(world: PushWorld) -> None:
    world.stage(dinner(days=400))

    await world.push()

    assert "dinner" in world.subjects()
    world.assert_same()


async def test_what_may_have_been_made_is_not_made_again_before_a_round(world: PushWorld) -> None:
    world.fault(method="POST", path="/events", drop=True)
    world.stage(dinner())
    await world.push()

    report = await world.push()

    assert world.requests == []
    assert report.waiting == 1
    (entry,) = world.entries
    assert (entry.doubtful, entry.attempts) == (True, 1)


async def test_a_second_attempt_is_the_same_transaction(world: PushWorld) -> None:
    world.fault(method="POST", path="/events", drop=True)
    world.stage(dinner())
    await world.push()
    first = next(request for request in world.requests if request.method == "POST")

    await world.push(looked=True)

    second = next(request for request in world.requests if request.method == "POST")
    assert first.body == second.body
    assert b'"transactionId":"dinner-0"' in first.body


async def test_an_event_made_far_away_is_found_although_no_round_tells_of_it(tmp_path: Path) -> None:
    world = PushWorld(tmp_path, LUNCH)
    await world.round()
    world.control("behaviour", forgotten_transactions=True)
    world.fault(method="POST", path="/events", drop=True, after=True)
    world.stage(dinner(days=400))

    await world.visit()
    await world.settled()

    assert world.subjects().count("dinner") == 1
    assert world.failures == ()


async def test_a_create_heard_of_in_a_round_is_closed_with_it_and_its_followers_go_on(tmp_path: Path) -> None:
    world = PushWorld(tmp_path, LUNCH)
    await world.round()
    world.control("behaviour", forgotten_transactions=True)
    world.fault(method="POST", path="/events", drop=True, after=True)
    world.stage(BRUNCH, world.stage(dinner()).target)
    await world.push()

    await world.round()

    (follower,) = world.entries
    assert follower.target == next(event["id"] for event in world.outlook() if event["subject"] == "dinner")
    before = world.versions()
    await world.settled()
    assert sorted(world.subjects()) == ["brunch", "lunch"]
    assert world.versions() == before + 1


@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, "refused"), (403, "refused"), (404, "gone"), (413, "refused"), (422, "refused")],
)
async def test_an_event_that_is_refused_is_kept_as_failed_with_all_that_followed(
    world: PushWorld, status: int, kind: str
) -> None:
    refuse(world, "POST", status)
    world.stage(BRUNCH, world.stage(dinner()).target)

    report = await world.push()

    assert (report.sent, report.failed, report.waiting) == (0, 2, 0)
    assert kinds(world) == [kind, FailureKind.FOLLOWS]
    assert world.failures[0].entry.action == dinner()
    assert world.failures[0].reason
    assert world.asked("POST") == 1
    assert world.asked("PATCH") == 0


async def test_a_transaction_said_to_be_known_is_looked_for_and_then_closed(world: PushWorld) -> None:
    world.stage(dinner())
    world.fault(
        method="POST", path="/events", after=True, status=409, body={"error": {"code": "ErrorDuplicateTransactionId"}}
    )

    report = await world.visit()

    assert (report.failed, report.failure) == (0, None)
    assert world.asked("POST") == 1
    await world.settled()
    assert world.subjects().count("dinner") == 1
    assert world.failures == ()


async def test_a_transaction_said_twice_to_be_known_and_not_found_fails(world: PushWorld) -> None:
    world.stage(dinner())
    refuse(world, "POST", 409)

    report = await world.visit()

    assert report.failed == 1
    assert world.asked("POST") == 2
    assert kinds(world) == [FailureKind.REFUSED]
    assert world.entries == ()


# Trouble on the way


async def test_offline_nothing_is_doubted_and_all_is_sent_later(world: PushWorld) -> None:
    world.is_offline = True
    for _ in range(3):
        world.stage(dinner(days=len(world.entries)))

    report = await world.push()

    assert isinstance(report.failure, Unreachable)
    assert (report.sent, report.waiting) == (0, 3)
    assert [entry.doubtful for entry in world.entries] == [False] * 3
    world.is_offline = False
    assert (await world.push()).sent == 3


async def test_a_service_that_asks_to_wait_ends_the_push_and_nothing_is_doubted(world: PushWorld) -> None:
    world.fault(method="POST", path="/events", status=429, headers={"Retry-After": "600"})
    world.stage(dinner())
    world.stage(dinner(days=1))

    report = await world.push()

    assert isinstance(report.failure, Throttled)
    assert world.asked("POST") == 1
    assert not any(entry.doubtful for entry in world.entries)


async def test_a_refused_sign_in_ends_the_push_and_nothing_is_doubted(world: PushWorld) -> None:
    world.fault(path="/v1.0/", status=401, count=99)
    world.stage(dinner())
    world.stage(dinner(days=1))

    report = await world.push()

    assert isinstance(report.failure, SignInError)
    assert world.asked("POST") == 2
    assert not any(entry.doubtful for entry in world.entries)


async def test_trouble_with_one_event_does_not_hold_up_the_others(world: PushWorld) -> None:
    world.fault(method="PATCH", path="lunch", count=99, status=500, headers={"Retry-After": "0"})
    first = world.stage(BRUNCH, "lunch")
    second = world.stage(ROOM, "lunch")
    world.stage(BRUNCH, "trip")

    report = await world.push()

    assert (report.sent, report.waiting) == (1, 2)
    assert [entry.id for entry in world.entries] == [first.id, second.id]
    assert [entry.attempts for entry in world.entries] == [1, 0]
    assert world.in_outlook("trip")["subject"] == "brunch"


async def test_a_write_that_the_service_always_fails_at_is_given_up_for_the_person_to_decide(world: PushWorld) -> None:
    world.fault(method="PATCH", path="lunch", count=999, status=500)
    world.stage(BRUNCH, "lunch")

    for _ in range(12):
        await world.push()
        world.clock.passed += 3600

    assert kinds(world) == [FailureKind.UNCERTAIN]
    assert world.entries == ()


async def test_what_cannot_be_marked_is_not_sent(world: PushWorld) -> None:
    entry = world.stage(dinner())

    with full_disk(world, room=1):
        report = await world.push()

    assert isinstance(report.failure, StoreError)
    assert world.requests == []
    assert world.entries == (entry,)
    assert (await world.push()).sent == 1


async def test_a_success_that_cannot_be_saved_is_found_again_and_not_repeated(world: PushWorld) -> None:
    world.control("behaviour", forgotten_transactions=True)
    world.stage(dinner())

    with ExitStack() as disk:
        world.before("POST", "/events", lambda: disk.enter_context(full_disk(world, room=1)))
        report = await world.push()

    assert isinstance(report.failure, StoreError)
    assert world.entries[0].doubtful
    await world.settled()
    assert world.subjects().count("dinner") == 1
    assert world.failures == ()


async def test_an_account_that_may_only_be_read_is_not_written_to(world: PushWorld) -> None:
    world.account = replace(world.account, mode=Mode.READ)
    world.restart()
    world.stage(dinner())

    report = await world.push()

    assert (report.sent, report.waiting, report.failure) == (0, 1, None)
    assert world.requests == []


async def test_what_the_person_holds_waits_and_what_follows_it_too(world: PushWorld) -> None:
    etag = world.stored_event("lunch").etag
    held = world.store.outbox.stage(BRUNCH, target="lunch", etag=etag, now=world.clock.now(), held=True)
    world.stage(ROOM, "lunch")
    assert (await world.push()).waiting == 2
    assert world.requests == []

    world.store.outbox.release(held.id)

    assert (await world.push()).sent == 2


async def test_what_the_person_withdraws_during_the_look_is_not_sent(world: PushWorld) -> None:
    entry = world.stage(BRUNCH, "lunch")
    world.before("GET", "lunch", lambda: world.store.outbox.drop(entry.id))

    await world.push()

    assert world.asked("PATCH") == 0
    assert world.entries == ()


@pytest.mark.parametrize("after", [False, True])
async def test_a_program_that_ends_at_a_request_looks_before_it_sends_again(world: PushWorld, after: bool) -> None:
    world.control("behaviour", forgotten_transactions=True)
    world.stage(dinner())
    world.killed("POST", "/events", after=after)
    with pytest.raises(Killed):
        await world.push()
    world.restart()

    (entry,) = world.entries
    assert (entry.doubtful, entry.attempts) == (True, 1)
    await world.settled()
    assert world.subjects().count("dinner") == 1


# Changing and deleting


async def test_a_change_carries_the_version_that_was_decided_on(world: PushWorld) -> None:
    etag = world.stored_event("lunch").etag
    world.stage(BRUNCH, "lunch")
    world.stage(Delete(), "trip")

    await world.push()

    writes = {request.method: request.headers["if-match"] for request in world.requests if request.method != "GET"}
    assert writes["PATCH"] == etag
    assert len(writes) == 2
    world.assert_same()


@pytest.mark.parametrize("action", [BRUNCH, Delete()])
@pytest.mark.parametrize("behaviour", [{}, {"ignored_if_match": True}])
async def test_a_strangers_edit_is_not_overwritten(world: PushWorld, action: Any, behaviour: dict[str, Any]) -> None:
    world.control("behaviour", **behaviour)
    entry = world.stage(action, "lunch")
    world.change("update", "lunch", subject="theirs")

    report = await world.push()

    assert (report.sent, report.failed) == (0, 1)
    assert world.in_outlook("lunch")["subject"] == "theirs"
    assert (world.failures[0].entry.id, kinds(world)) == (entry.id, [FailureKind.CHANGED])
    assert [request.method for request in world.requests] == ["GET"]


@pytest.mark.parametrize("action", [BRUNCH, Delete()])
async def test_nor_is_one_between_the_look_and_the_request(world: PushWorld, action: Any) -> None:
    world.stage(action, "lunch")
    method = "PATCH" if action is BRUNCH else "DELETE"
    world.before(method, "lunch", lambda: world.change("update", "lunch", subject="theirs"))

    await world.push()

    assert world.in_outlook("lunch")["subject"] == "theirs"
    assert kinds(world) == [FailureKind.CHANGED]


async def test_a_change_that_somebody_else_made_too_is_done(world: PushWorld) -> None:
    world.stage(BRUNCH, "lunch")
    world.change("update", "lunch", subject="brunch")

    report = await world.push()

    assert (report.sent, world.asked("PATCH")) == (1, 0)
    world.assert_same()


async def test_a_change_to_an_event_that_is_gone_fails_and_its_deletion_is_done(world: PushWorld) -> None:
    world.stage(BRUNCH, "lunch")
    world.stage(Delete(), "trip")
    world.change("delete", "lunch")
    world.change("delete", "trip")

    report = await world.push()

    assert (report.sent, report.failed) == (1, 1)
    assert kinds(world) == [FailureKind.GONE]
    assert world.store.event("trip") is None


async def test_an_event_that_goes_between_look_and_request_is_gone(world: PushWorld) -> None:
    world.stage(Delete(), "lunch")
    world.before("DELETE", "lunch", lambda: world.change("delete", "lunch"))

    assert (await world.push()).sent == 1
    world.stage(BRUNCH, "trip")
    world.before("PATCH", "trip", lambda: world.change("delete", "trip"))
    assert (await world.push()).failed == 1
    assert kinds(world) == [FailureKind.GONE]


async def test_several_changes_to_one_event_follow_each_other(world: PushWorld) -> None:
    for action in (BRUNCH, ROOM, Update(wanted=Wanted(subject="supper"))):
        world.stage(action, "lunch")

    report = await world.push()

    assert report.sent == 3
    assert world.in_outlook("lunch")["subject"] == "supper"
    world.assert_same()


async def test_a_passing_race_is_tried_again_a_few_times(world: PushWorld) -> None:
    refuse(world, "PATCH", 412, count=PASSING_RACE_ATTEMPTS - 1)
    world.stage(BRUNCH, "lunch")

    for _ in range(PASSING_RACE_ATTEMPTS - 1):
        report = await world.push()
        assert (report.sent, report.failed, report.waiting) == (0, 0, 1)
        assert not world.entries[0].doubtful
    assert (await world.push()).sent == 1


async def test_a_race_that_does_not_pass_fails(world: PushWorld) -> None:
    refuse(world, "PATCH", 412)
    world.stage(BRUNCH, "lunch")

    for _ in range(PASSING_RACE_ATTEMPTS):
        await world.push()

    assert kinds(world) == [FailureKind.REFUSED]


async def test_an_event_that_cannot_be_understood_is_left_alone(world: PushWorld) -> None:
    world.stage(BRUNCH, "lunch")
    world.fault(method="GET", path="lunch", count=9, status=200, body={**LUNCH, "start": {"dateTime": "soon"}})

    report = await world.push()

    assert (report.sent, report.failed, report.waiting) == (0, 0, 1)
    assert world.asked("PATCH") == 0


async def test_an_event_that_may_not_be_read_fails(world: PushWorld) -> None:
    world.stage(BRUNCH, "lunch")
    refuse(world, "GET", 403)

    await world.push()

    assert kinds(world) == [FailureKind.REFUSED]


async def test_a_change_is_not_sent_again_where_its_lost_answer_shows(world: PushWorld) -> None:
    world.fault(method="PATCH", path="lunch", drop=True, after=True)
    world.stage(BRUNCH, "lunch")
    before = world.versions()
    await world.push()

    report = await world.push()

    assert (report.sent, world.asked("PATCH"), world.versions()) == (1, 0, before + 1)


@pytest.mark.parametrize("stranger", [False, True])
async def test_what_follows_a_change_whose_answer_was_lost_overwrites_nobody(world: PushWorld, stranger: bool) -> None:
    world.fault(method="PATCH", path="lunch", drop=True, after=True)
    world.stage(BRUNCH, "lunch")
    world.stage(ROOM, "lunch")
    await world.push()
    if stranger:
        world.change("update", "lunch", location={"displayName": "theirs"})

    await world.push()

    assert world.in_outlook("lunch")["subject"] == "brunch"
    assert world.in_outlook("lunch")["location"]["displayName"] == ("theirs" if stranger else "Room 4")
    assert kinds(world) == ([FailureKind.CHANGED] if stranger else [])


async def test_a_series_is_not_deleted_over_what_somebody_changed_of_it_after_a_lost_answer(world: PushWorld) -> None:
    changed = occurrences(world)[3]
    world.fault(method="PATCH", path="daily", drop=True, after=True)
    world.stage(BRUNCH, "daily")
    world.stage(Delete(), "daily")
    await world.push()
    world.change("update", changed, subject="theirs")

    await world.push()

    assert world.in_outlook(changed)["subject"] == "theirs"
    assert kinds(world) == [FailureKind.CHANGED]


def occurrences(world: PushWorld) -> list[str]:
    events = [world.stored_event(id_) for id_ in world.store.members_of("daily")]
    return [event.id for event in sorted(events, key=lambda event: str(event.when))]


async def test_several_occurrences_of_a_series_are_deleted_at_once(world: PushWorld) -> None:
    ids = occurrences(world)[3:6]
    for id_ in ids:
        world.stage(Delete(), id_)

    report = await world.push()

    assert (report.sent, report.failed) == (3, 0)
    assert not set(ids) & {event["id"] for event in world.outlook()}
    await world.round()
    world.assert_same()


async def test_an_occurrence_that_is_changed_becomes_an_exception_with_its_series_words(world: PushWorld) -> None:
    first, second = occurrences(world)[3:5]
    world.stage(BRUNCH, first)
    world.stage(Delete(), second)

    report = await world.push()

    assert (report.sent, report.failed) == (2, 0)
    changed = world.stored_event(first)
    assert (changed.type, changed.subject) == (EventType.EXCEPTION, "brunch")
    assert changed.repeats == world.stored_event("daily").repeats
    await world.round()
    world.assert_same()


async def test_a_series_that_is_deleted_takes_its_occurrences_with_it(world: PushWorld) -> None:
    world.stage(Delete(), "daily")

    await world.push()

    assert world.store.members_of("daily") == frozenset()
    world.assert_same()


# Meetings


def accept(**more: Any) -> Respond:
    return Respond(response=Response.ACCEPTED, **more)


async def invitation(world: PushWorld) -> str:
    event_id = world.invited()
    await world.round()
    return event_id


async def test_an_answer_sends_one_mail_and_is_known_at_once(world: PushWorld) -> None:
    event_id = await invitation(world)
    world.stage(accept(comment="gladly"), event_id)

    report = await world.push()

    assert (report.sent, world.mails()) == (1, ["response"])
    assert world.stored_event(event_id).response is Response.ACCEPTED
    world.assert_same()


async def test_a_declined_meeting_leaves_the_calendar(world: PushWorld) -> None:
    event_id = await invitation(world)
    world.stage(Respond(response=Response.DECLINED), event_id)

    await world.push()

    assert world.store.event(event_id) is None
    world.assert_same()


async def test_an_answer_whose_reply_is_lost_is_not_sent_again(world: PushWorld) -> None:
    event_id = await invitation(world)
    world.stage(accept(), event_id)
    world.fault(method="POST", path="/accept", drop=True, after=True)
    await world.push()

    report = await world.push()

    assert (report.sent, world.mails()) == (1, ["response"])


async def test_an_answer_is_not_sent_again_for_a_meeting_that_moved_meanwhile(world: PushWorld) -> None:
    event_id = await invitation(world)
    world.stage(accept(), event_id)
    world.fault(method="POST", path="/accept", drop=True, after=True)
    await world.push()
    world.moved_by_ben()

    await world.push()

    assert world.mails() == ["response"]
    assert kinds(world) == [FailureKind.UNCERTAIN]


async def test_an_answer_that_stood_already_does_not_show_that_it_was_sent_once_more(world: PushWorld) -> None:
    event_id = await invitation(world)
    world.change("tentativelyAccept", event_id)
    # What she saw was another answer, staged and withdrawn since.
    seen = Response.DECLINED
    world.stage(Respond(response=Response.TENTATIVE, before=seen, comment="still not sure"), event_id)
    world.fault(method="POST", path="/tentativelyAccept", drop=True)
    await world.push()

    await world.push()

    assert kinds(world) == [FailureKind.UNCERTAIN]


async def test_an_answer_that_changed_to_another_is_not_overwritten(world: PushWorld) -> None:
    event_id = await invitation(world)
    world.stage(accept(), event_id)
    world.fault(method="POST", path="/accept", drop=True)
    await world.push()
    world.change("tentativelyAccept", event_id)

    await world.push()

    assert kinds(world) == [FailureKind.CHANGED]
    assert world.in_outlook(event_id)["responseStatus"]["response"] == "tentativelyAccepted"


async def test_a_meeting_that_was_called_off_is_not_answered(world: PushWorld) -> None:
    event_id = await invitation(world)
    world.stage(accept(), event_id)
    theirs = next(event["id"] for event in world.outlook(BEN) if event["subject"] == "planning")
    world.change("cancel", theirs, address=BEN)

    await world.push()

    assert kinds(world) == [FailureKind.GONE]
    assert world.mails() == []


CATEGORY = Update(wanted=Wanted(categories=("Red",)))


async def test_what_follows_an_answer_is_decided_on_what_the_answer_made(world: PushWorld) -> None:
    event_id = await invitation(world)
    world.stage(accept(), event_id)
    world.stage(CATEGORY, event_id)

    report = await world.push()

    assert (report.sent, report.failed) == (2, 0)
    assert world.in_outlook(event_id)["categories"] == ["Red"]


async def test_what_follows_an_answer_does_not_overwrite_a_stranger(world: PushWorld) -> None:
    event_id = await invitation(world)
    world.stage(accept(), event_id)
    world.stage(CATEGORY, event_id)
    world.before("POST", "/accept", lambda: world.change("update", event_id, categories=["Blue"]))

    report = await world.push()

    assert (report.sent, report.failed) == (1, 1)
    assert world.in_outlook(event_id)["categories"] == ["Blue"]
    assert kinds(world) == [FailureKind.CHANGED]


async def test_an_answer_is_done_even_when_its_event_cannot_be_read_afterwards(world: PushWorld) -> None:
    event_id = await invitation(world)
    world.stage(accept(), event_id)
    world.stage(CATEGORY, event_id)
    world.fault(method="GET", path=event_id[:20], nth=2, count=9, drop=True)

    report = await world.push()

    assert (report.sent, report.waiting) == (1, 1)
    await world.settled()
    assert world.mails() == ["response"]
    assert kinds(world) == [FailureKind.CHANGED]


async def test_a_meeting_is_called_off_with_one_mail_to_each(world: PushWorld) -> None:
    world.change("create", subject="party", attendees=[attendee(EVA), attendee(BEN)], **times(1))
    await world.round()
    event_id = next(event["id"] for event in world.outlook() if event["subject"] == "party")
    sent = len(world.mails())
    world.stage(Cancel(comment="sorry"), event_id)
    world.fault(method="POST", path="/cancel", drop=True, after=True)

    await world.push()
    await world.push()

    assert world.mails()[sent:] == ["cancellation"] * 2
    assert world.entries == ()
    world.assert_same()


async def test_an_answer_that_is_refused_is_kept(world: PushWorld) -> None:
    event_id = await invitation(world)
    world.fault(method="POST", path="/accept", status=400, body={"error": {"code": "ErrorInvalidRequest"}})
    wanted = accept(comment="gladly")
    world.stage(wanted, event_id)

    await world.push()

    assert kinds(world) == [FailureKind.REFUSED]
    assert world.failures[0].entry.action == wanted


# What is saved before a request leaves


async def test_an_attempt_is_on_the_disk_when_its_request_leaves(world: PushWorld) -> None:
    marked: list[bool] = []

    def note(request: Request) -> Answer | None:
        if request.method == "PATCH":
            marked.append(any(b'"doubtful":true' in log for log in world.logs().values()))
        return None

    world.replace = note
    world.stage(BRUNCH, "lunch")
    await world.push()

    assert marked == [True]
