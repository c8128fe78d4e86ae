"""What Outlook holds after a write, and how an event is found that an attempt may have made."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from graph_pages import TIMES
from microsoft_double import ANA, BEN, Microsoft
from scripted_graph import Graph, answer, refusal
from written_mailboxes import Mailboxes

from tui.domain.bookings import Create, Respond, Wanted
from tui.domain.events import Attendee, Event, EventType, Person, Response, ShowAs
from tui.domain.timespan import AllDay, Timed, When
from tui.errors import RemoteError
from tui.outlook.errors import NotFound, OutcomeUnknown, Refused
from tui.outlook.graph import BASE

NINE = datetime(2026, 11, 24, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
AT_NINE = Timed(NINE, NINE + HOUR)
LUNCH = Create(wanted=Wanted(subject="Lunch", when=AT_NINE), transaction_id="t-1")
EVENT = {"id": "e", "subject": "Lunch", "@odata.etag": 'W/"2"', **TIMES}


@pytest.fixture
def mailboxes(microsoft: Microsoft) -> Mailboxes:
    return Mailboxes(microsoft)


def meeting(*addresses: str, **more: Any) -> Create:
    people = tuple(Attendee(Person("", address)) for address in addresses)
    return Create(wanted=Wanted(subject="Review", when=AT_NINE, attendees=people, **more), transaction_id="t-2")


async def invited(mailboxes: Mailboxes) -> str:
    """The id of Ben's copy of a meeting that Ana made."""
    await mailboxes.ana.create(mailboxes.calendar_id, meeting(BEN))
    (copy,) = mailboxes.events(BEN)
    return str(copy["id"])


async def test_an_event_is_made_as_it_was_wanted(mailboxes: Mailboxes) -> None:
    wanted = Wanted(
        subject="Lunch & more",
        when=AT_NINE,
        zone="Europe/Zurich",
        show_as=ShowAs.OOF,
        location="Room 2",
        body="Agenda follows.",
        categories=("Red",),
        reminder_minutes=5,
        is_online=True,
    )
    made = await mailboxes.ana.create(mailboxes.calendar_id, Create(wanted=wanted, transaction_id="t-1"))

    assert (made.subject, made.when, made.show_as, made.location) == (
        "Lunch & more", AT_NINE, ShowAs.OOF, "Room 2"
    )  # fmt: skip
    assert (made.preview, made.categories, made.transaction_id) == ("Agenda follows.", ("Red",), "t-1")
    assert made.join_url
    (held,) = mailboxes.events()
    assert (held["id"], held["@odata.etag"]) == (made.id, made.etag)
    assert held["originalStartTimeZone"] == "W. Europe Standard Time"
    assert (held["isReminderOn"], held["reminderMinutesBeforeStart"]) == (True, 5)


async def test_whole_days_are_made_and_changed_to_a_time_and_back(mailboxes: Mailboxes) -> None:
    days = AllDay(date(2026, 11, 24), date(2026, 11, 26))
    create = Create(wanted=Wanted(subject="Trip", when=days, zone="America/New_York"), transaction_id="t-1")
    event = await mailboxes.ana.create(mailboxes.calendar_id, create)
    assert event.when == days
    for when in (AT_NINE, days):
        event = await mailboxes.ana.update(event.id, Wanted(when=when, zone="America/New_York"), event.etag)
        assert event.when == when


async def test_the_same_creation_twice_makes_one_event(mailboxes: Mailboxes) -> None:
    first = await mailboxes.ana.create(mailboxes.calendar_id, LUNCH)
    again = await mailboxes.ana.create(mailboxes.calendar_id, LUNCH)

    assert again.id == first.id
    assert len(mailboxes.events()) == 1


async def test_a_change_touches_only_what_it_names(mailboxes: Mailboxes) -> None:
    made = await mailboxes.ana.create(mailboxes.calendar_id, meeting(BEN, location="Room 2"))
    after = await mailboxes.ana.update(made.id, Wanted(subject="Review 2"), made.etag)

    assert (after.subject, after.location, after.when, after.attendees) == (
        "Review 2", "Room 2", made.when, made.attendees
    )  # fmt: skip
    assert after.etag != made.etag


@pytest.mark.parametrize("is_ignored", [False, True])
async def test_a_write_for_another_version_is_refused_unless_the_service_ignores_versions(
    mailboxes: Mailboxes, is_ignored: bool
) -> None:
    made = await mailboxes.ana.create(mailboxes.calendar_id, LUNCH)
    await mailboxes.ana.update(made.id, Wanted(subject="Theirs"), made.etag)
    mailboxes.microsoft.control("behaviour", ignored_if_match=is_ignored)

    if is_ignored:
        assert (await mailboxes.ana.update(made.id, Wanted(subject="Mine"), made.etag)).subject == "Mine"
        return
    for write in (
        mailboxes.ana.update(made.id, Wanted(subject="Mine"), made.etag),
        mailboxes.ana.delete(made.id, made.etag),
    ):
        with pytest.raises(Refused, match="ErrorIrresolvableConflict") as told:
            await write
        assert told.value.status == 412
    assert [event["subject"] for event in mailboxes.events()] == ["Theirs"]


async def test_a_deleted_event_is_gone_and_a_second_deletion_says_so(mailboxes: Mailboxes) -> None:
    made = await mailboxes.ana.create(mailboxes.calendar_id, LUNCH)
    await mailboxes.ana.delete(made.id, made.etag)

    assert await mailboxes.ana.event(made.id) is None
    with pytest.raises(Refused) as told:
        await mailboxes.ana.delete(made.id, made.etag)
    assert (told.value.status, told.value.code) == (404, "ErrorItemNotFound")


@pytest.mark.parametrize("notify", [False, True])
@pytest.mark.parametrize("response", [Response.ACCEPTED, Response.TENTATIVE, Response.DECLINED])
async def test_an_answer_is_held_and_mails_the_organiser_only_if_wanted(
    mailboxes: Mailboxes, response: Response, notify: bool
) -> None:
    mailboxes.microsoft.control("behaviour", kept_declines=True)
    copy = await invited(mailboxes)
    await mailboxes.ben.respond(copy, Respond(response=response, comment="So be it.", notify=notify))

    found = await mailboxes.ben.event(copy)
    assert isinstance(found, Event)
    assert found.response is response
    assert mailboxes.mails(ANA) == (["response"] if notify else [])


async def test_a_declined_meeting_may_leave_the_calendar(mailboxes: Mailboxes) -> None:
    copy = await invited(mailboxes)
    await mailboxes.ben.respond(copy, Respond(response=Response.DECLINED))

    assert await mailboxes.ben.event(copy) is None


async def test_another_time_is_proposed_with_an_answer_that_is_sent(mailboxes: Mailboxes) -> None:
    copy = await invited(mailboxes)
    later = Timed(NINE + 2 * HOUR, NINE + 3 * HOUR)
    with pytest.raises(Refused):
        await mailboxes.ben.respond(copy, Respond(response=Response.TENTATIVE, notify=False, proposed=later))
    await mailboxes.ben.respond(copy, Respond(response=Response.TENTATIVE, proposed=later))

    (event,) = mailboxes.events()
    assert event["attendees"][0]["proposedNewTime"]["start"]["dateTime"].startswith("2026-11-24T11:00:00")


async def test_a_meeting_is_called_off_by_its_organiser_alone(mailboxes: Mailboxes) -> None:
    copy = await invited(mailboxes)
    with pytest.raises(Refused, match="organizer"):
        await mailboxes.ben.cancel(copy, "No.")
    (event,) = mailboxes.events()
    await mailboxes.ana.cancel(event["id"], "Called off.")

    assert await mailboxes.ana.event(event["id"]) is None
    assert mailboxes.mails(BEN).count("cancellation") == 1


@pytest.mark.parametrize(
    "fault", [{"status": 500}, {"status": 504}, {"drop": True}, {"status": 201, "body": "<html>"}], ids=str
)
@pytest.mark.parametrize("after", [False, True])
async def test_a_creation_in_doubt_can_be_looked_for(mailboxes: Mailboxes, fault: dict[str, Any], after: bool) -> None:
    mailboxes.microsoft.fault(method="POST", path="/events", after=after, **fault)
    with pytest.raises(OutcomeUnknown):
        await mailboxes.ana.create(mailboxes.calendar_id, LUNCH)
    mailboxes.clock.seconds += 300
    found = await mailboxes.ana.made_by(mailboxes.calendar_id, LUNCH.transaction_id, AT_NINE)

    assert [event["id"] for event in mailboxes.events()] == ([found.id] if found else [])
    assert (found is not None) is after


# Looking for what an attempt made


@pytest.mark.parametrize(
    "when",
    [
        Timed(datetime(2026, 11, 24, 0, tzinfo=UTC), datetime(2026, 11, 24, 0, tzinfo=UTC)),
        Timed(datetime(2026, 11, 24, 23, 59, tzinfo=UTC), datetime(2026, 11, 25, 1, tzinfo=UTC)),
        Timed(NINE, NINE + timedelta(days=3_000)),
        AllDay(date(2026, 11, 24), date(2026, 11, 25)),
        AllDay(date(2026, 11, 24), date(2036, 11, 25)),
    ],
    ids=["no length", "over midnight", "years", "a day", "years of days"],
)
async def test_what_an_attempt_made_is_found_whatever_its_time(mailboxes: Mailboxes, when: When) -> None:
    wanted = Wanted(subject="Lunch", when=when, zone="Pacific/Auckland")
    made = await mailboxes.ana.create(mailboxes.calendar_id, Create(wanted=wanted, transaction_id="t-1"))

    assert await mailboxes.ana.made_by(mailboxes.calendar_id, "t-1", when) == made
    assert await mailboxes.ana.made_by(mailboxes.calendar_id, "t-2", when) is None


async def test_a_stranger_without_a_transaction_is_never_what_an_attempt_made() -> None:
    graph = Graph(answer(body={"value": [EVENT]}))

    assert await graph.mailbox.made_by("c", "", Timed(NINE, NINE)) is None


async def test_what_an_attempt_made_is_looked_for_on_every_page_and_in_no_other_list() -> None:
    more = f"{BASE}/me/calendars/c/calendarView?$skip=1"
    graph = Graph(
        answer(body={"value": [EVENT, {"id": "odd"}], "@odata.nextLink": more}),
        answer(body={"value": [{**EVENT, "id": "mine", "transactionId": "t-1"}], "@odata.nextLink": more + "1"}),
    )
    found = await graph.mailbox.made_by("c", "t-1", Timed(NINE, NINE))

    assert found is not None
    assert found.id == "mine"
    assert graph.urls[1:] == [more]


async def test_what_became_a_series_since_is_found_as_its_master() -> None:
    occurrence = {**EVENT, "id": "o", "type": "occurrence", "showAs": "busy", "seriesMasterId": "s"}
    master = {**EVENT, "id": "s", "type": "seriesMaster", "transactionId": "t-1"}
    graph = Graph(answer(body={"value": [{**occurrence, "transactionId": "t-1"}]}), answer(body=master))
    found = await graph.mailbox.made_by("c", "t-1", Timed(NINE, NINE))

    assert found is not None
    assert (found.id, found.type) == ("s", EventType.MASTER)


async def test_looking_in_a_calendar_that_is_gone_is_no_answer() -> None:
    with pytest.raises(NotFound):
        await Graph(refusal(404, "ErrorItemNotFound")).mailbox.made_by("c", "t-1", Timed(NINE, NINE))
    with pytest.raises(RemoteError):
        await Graph(answer(500, b"")).mailbox.made_by("c", "t-1", Timed(NINE, NINE))
