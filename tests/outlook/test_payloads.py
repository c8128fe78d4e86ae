"""What is wanted, as Graph reads it: only what is named, and times that mean one instant."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some
from tzlocal.windows_tz import tz_win, win_tz

from tui.domain.bookings import Create, Respond, Wanted
from tui.domain.events import Attendance, Attendee, Person, Response, Sensitivity, ShowAs
from tui.domain.timespan import EARLIEST, LATEST, AllDay, Timed
from tui.outlook.payloads import answer, cancellation, change, creation
from tui.outlook.wire import Sparse, decode_page

NINE, TEN = datetime(2026, 11, 24, 9, tzinfo=UTC), datetime(2026, 11, 24, 10, tzinfo=UTC)
FIRST, LAST = EARLIEST + timedelta(days=2), LATEST - timedelta(days=5)
WINDOWS_NAMES = frozenset(win_tz)


def changed(**wanted: Any) -> Any:
    return json.loads(change(Wanted(**wanted)))


def times(start: datetime, end: datetime, zone: str | None) -> list[tuple[str, str]]:
    body = changed(when=Timed(start, end), zone=zone)
    return [(body[bound]["dateTime"], body[bound]["timeZone"]) for bound in ("start", "end")]


# What is named


def test_a_change_names_only_what_is_wanted() -> None:
    assert changed() == {}
    assert changed(subject="Review") == {"subject": "Review"}
    assert changed(show_as=ShowAs.OOF) == {"showAs": "oof"}
    assert changed(sensitivity=Sensitivity.PRIVATE) == {"sensitivity": "private"}
    assert changed(is_online=False) == {"isOnlineMeeting": False}


def test_what_is_wanted_empty_is_emptied_and_not_left_out() -> None:
    assert changed(subject="", location="", body="", attendees=(), categories=()) == {
        "subject": "",
        "location": {"displayName": ""},
        "body": {"contentType": "text", "content": ""},
        "attendees": [],
        "categories": [],
    }


@pytest.mark.parametrize(
    ("minutes", "written"),
    [
        (15, {"isReminderOn": True, "reminderMinutesBeforeStart": 15}),
        (0, {"isReminderOn": True, "reminderMinutesBeforeStart": 0}),
        (-1, {"isReminderOn": False}),
    ],
)
def test_a_reminder_is_set_or_taken_away(minutes: int, written: dict[str, Any]) -> None:
    assert changed(reminder_minutes=minutes) == written


def test_somebody_invited_has_an_address_and_a_name_only_if_known() -> None:
    people = (
        Attendee(Person("Ben", "ben@contoso.example"), Attendance.OPTIONAL, Response.ACCEPTED),
        Attendee(Person("", "room@contoso.example"), Attendance.RESOURCE),
    )
    assert changed(attendees=people)["attendees"] == [
        {"type": "optional", "emailAddress": {"address": "ben@contoso.example", "name": "Ben"}},
        {"type": "resource", "emailAddress": {"address": "room@contoso.example"}},
    ]


def test_text_arrives_as_it_was_written() -> None:
    odd = 'a "quoted" \\ line\n<b>&amp; 日本 🎉'

    assert changed(subject=odd, body=odd) == {"subject": odd, "body": {"contentType": "text", "content": odd}}


def test_only_a_creation_carries_its_transaction() -> None:
    wanted = Wanted(subject="Review", when=Timed(NINE, TEN))
    body = json.loads(creation(Create(wanted=wanted, transaction_id="t-1")))

    assert body.pop("transactionId") == "t-1"
    assert body == json.loads(change(wanted))


# Times


def test_a_time_is_written_as_wall_time_of_a_windows_zone() -> None:
    assert times(NINE, TEN, "Europe/Zurich") == [
        ("2026-11-24T10:00:00", "W. Europe Standard Time"),
        ("2026-11-24T11:00:00", "W. Europe Standard Time"),
    ]
    assert changed(when=Timed(NINE, TEN))["isAllDay"] is False


@pytest.mark.parametrize("zone", [None, "UTC", "Etc/UTC", "Mars/Olympus", "tzone://Microsoft/Custom", "../x", ""])
def test_a_time_without_a_zone_that_microsoft_knows_is_written_in_utc(zone: str | None) -> None:
    assert times(NINE, TEN, zone) == [("2026-11-24T09:00:00", "UTC"), ("2026-11-24T10:00:00", "UTC")]


@pytest.mark.parametrize("bound", ["start", "end", "both"])
@pytest.mark.parametrize("is_second", [False, True])
def test_an_hour_that_comes_twice_is_written_in_utc(bound: str, is_second: bool) -> None:
    twice = datetime(2026, 10, 25, 1 if is_second else 0, 30, tzinfo=UTC)
    start = twice - timedelta(hours=5) if bound == "end" else twice
    end = twice + (timedelta(hours=5) if bound == "start" else timedelta(minutes=10 if bound == "both" else 0))

    assert times(start, end, "Europe/Zurich") == [
        (start.replace(tzinfo=None).isoformat(), "UTC"),
        (end.replace(tzinfo=None).isoformat(), "UTC"),
    ]


def test_whole_days_are_midnights_of_one_zone_whatever_the_clock_does_there() -> None:
    body = changed(when=AllDay(date(2026, 3, 29), date(2026, 3, 31)), zone="Europe/Zurich")

    zone = "W. Europe Standard Time"
    assert body == {
        "isAllDay": True,
        "start": {"dateTime": "2026-03-29T00:00:00", "timeZone": zone},
        "end": {"dateTime": "2026-03-31T00:00:00", "timeZone": zone},
    }


@given(
    some.datetimes(FIRST.replace(tzinfo=None), LAST.replace(tzinfo=None), timezones=some.just(UTC)),
    some.timedeltas(timedelta(0), timedelta(days=3)),
    some.sampled_from([*sorted(tz_win), *sorted(win_tz)]),
)
def test_what_is_written_means_the_same_instants_when_it_is_read(start: datetime, length: timedelta, zone: str) -> None:
    wanted = Wanted(when=Timed(start, start + length), zone=zone)
    body = json.loads(change(wanted))

    assert {body[bound]["timeZone"] for bound in ("start", "end")} <= WINDOWS_NAMES
    item = {"id": "o", "type": "occurrence", "seriesMasterId": "s", **body}
    (read,) = decode_page(json.dumps({"value": [item]}).encode()).items
    assert isinstance(read, Sparse)
    assert read.when == wanted.when


# Actions


@pytest.mark.parametrize(
    ("response", "name"),
    [(Response.ACCEPTED, "accept"), (Response.TENTATIVE, "tentativelyAccept"), (Response.DECLINED, "decline")],
)
@pytest.mark.parametrize("notify", [False, True])
def test_an_answer_says_whether_the_organiser_gets_a_mail(response: Response, name: str, notify: bool) -> None:
    action, body = answer(Respond(response=response, notify=notify))

    assert (action, json.loads(body)) == (name, {"sendResponse": notify})


def test_an_answer_carries_the_comment_and_another_time() -> None:
    _, body = answer(Respond(response=Response.DECLINED, comment="Später?", proposed=Timed(NINE, TEN)))

    assert json.loads(body) == {
        "sendResponse": True,
        "comment": "Später?",
        "proposedNewTime": {
            "start": {"dateTime": "2026-11-24T09:00:00", "timeZone": "UTC"},
            "end": {"dateTime": "2026-11-24T10:00:00", "timeZone": "UTC"},
        },
    }


def test_a_cancellation_carries_its_comment() -> None:
    assert json.loads(cancellation("Called off.")) == {"comment": "Called off."}
    assert json.loads(cancellation("")) == {}
