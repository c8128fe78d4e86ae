"""Meetings between simulated mailboxes: every mail is counted, and every copy follows its organizer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from simulator_client import ANA, BEN, EVA, Client, rule, single, times

Connect = Callable[..., Client]
STRANGER = "stranger@adatum.example"
WHEN = times("2026-11-24T14:00:00", "2026-11-24T15:00:00")
LATER = times("2026-11-25T14:00:00", "2026-11-25T15:00:00")
WINDOW = "startDateTime=2026-11-23T00:00:00Z&endDateTime=2026-12-07T00:00:00Z"
INVITED = [("invitation", "Review")]


def attendees(*addresses: str) -> dict[str, Any]:
    return {"attendees": [{"type": "required", "emailAddress": {"address": address}} for address in addresses]}


def meeting(*addresses: str, **more: Any) -> dict[str, Any]:
    return {"subject": "Review", **WHEN, **attendees(*addresses), **more}


@pytest.fixture
def ana(connect: Connect) -> Client:
    """Ana, who organizes."""
    return connect()


@pytest.fixture
def ben(ana: Client) -> Client:
    return ana.of(BEN)


@pytest.fixture
def review(ana: Client) -> str:
    """The path of Ana's meeting with Ben and Eva."""
    return f"/me/events/{ana.done('POST', '/me/events', meeting(BEN, EVA))['id']}"


def copy(client: Client) -> dict[str, Any]:
    """The one event in a mailbox."""
    (event,) = client.events()
    return event


def answers(client: Client) -> dict[str, str]:
    return {one["emailAddress"]["address"]: one["status"]["response"] for one in copy(client)["attendees"]}


def action(client: Client, name: str, body: Any = None) -> int:
    answer = client.call("POST", f"/me/events/{copy(client)['id']}/{name}", body)
    assert answer.status != 202 or not answer.body
    return answer.status


def test_an_invitation_goes_out_at_once_and_puts_a_copy_into_the_calendar(
    ana: Client, ben: Client, review: str
) -> None:
    own, theirs = copy(ana), copy(ben)
    assert (theirs["isOrganizer"], theirs["responseStatus"]["response"], theirs["showAs"]) == (
        False,
        "notResponded",
        "tentative",
    )
    assert theirs["iCalUId"] == own["iCalUId"]
    assert theirs["id"] != own["id"]
    assert theirs["organizer"]["emailAddress"]["address"] == ANA
    assert (theirs["subject"], theirs["start"], theirs["end"]) == (own["subject"], own["start"], own["end"])
    (mail,) = ben.mailbox_state()["mails"]
    assert mail == {
        "kind": "invitation",
        "subject": "Review",
        "from": ANA,
        "at": "2026-11-23T09:00:00Z",
        "event_id": theirs["id"],
        "comment": "",
    }
    assert (ana.mails(), ana.of(EVA).mails()) == ([], INVITED)
    assert [sent["to"] for sent in ana.mailbox_state()["sent"]] == [BEN, EVA]


def test_the_copy_comes_with_the_attendees_next_delta_round(ana: Client, ben: Client) -> None:
    first: Any = ben.get(f"/me/calendarView/delta?{WINDOW}").json()
    ana.done("POST", "/me/events", meeting(BEN))
    second: Any = ben.get(first["@odata.deltaLink"]).json()
    assert [item["id"] for item in second["value"]] == [copy(ben)["id"]]


def test_people_outside_the_scenario_get_mail_too_and_nobody_gets_it_twice(ana: Client) -> None:
    ana.done("POST", "/me/events", meeting(STRANGER, STRANGER.upper(), ANA))
    assert [(sent["kind"], sent["to"]) for sent in ana.mailbox_state()["sent"]] == [("invitation", STRANGER)]
    assert ana.mails() == []


def test_an_event_without_attendees_mails_nobody(ana: Client) -> None:
    made = ana.done("POST", "/me/events", {"subject": "Alone", **WHEN})
    ana.done("PATCH", f"/me/events/{made['id']}", LATER)
    ana.done("DELETE", f"/me/events/{made['id']}")
    assert ana.mails("sent") == []


@pytest.mark.parametrize(
    ("change", "mails"),
    [
        ({"subject": "Review"}, []),
        ({"categories": ["Red"], "isReminderOn": False}, []),
        ({"location": {"displayName": "Room 2"}}, [("update", "Updated: Review")]),
        (LATER, [("update", "Updated: Review")]),
    ],
)
def test_an_update_is_mailed_when_it_concerns_the_attendees(
    ana: Client, ben: Client, review: str, change: dict[str, Any], mails: list[tuple[str, str]]
) -> None:
    after = ana.done("PATCH", review, change)
    assert ben.mails() == INVITED + mails
    theirs = copy(ben)
    assert (theirs["start"], theirs["location"], theirs["isReminderOn"]) == (after["start"], after["location"], True)


def test_another_time_makes_every_answer_void(ana: Client, ben: Client, review: str) -> None:
    action(ben, "accept")
    ana.done("PATCH", review, {"subject": "Second review"})
    assert (answers(ana)[BEN], copy(ben)["responseStatus"]["response"]) == ("accepted", "accepted")
    ana.done("PATCH", review, LATER)
    assert answers(ana) == {BEN: "none", EVA: "none"}
    assert (copy(ben)["responseStatus"]["response"], copy(ben)["showAs"]) == ("notResponded", "tentative")


def test_a_change_of_the_attendees_mails_only_those_who_changed(ana: Client, ben: Client, review: str) -> None:
    action(ben, "accept")
    ana.done("PATCH", review, attendees(BEN, STRANGER))
    assert ben.mails() == INVITED
    assert ana.of(EVA).mails() == [*INVITED, ("cancellation", "Canceled: Review")]
    assert copy(ana.of(EVA))["isCancelled"]
    assert ana.mailbox_state()["sent"][-1]["to"] == STRANGER
    assert answers(ana) == {BEN: "accepted", STRANGER: "none"}


@pytest.mark.parametrize(
    ("name", "response", "shown", "subject"),
    [
        ("accept", "accepted", "busy", "Accepted: Review"),
        ("ACCEPT", "accepted", "busy", "Accepted: Review"),
        ("tentativelyAccept", "tentativelyAccepted", "tentative", "Tentative: Review"),
        ("microsoft.graph.accept", "accepted", "busy", "Accepted: Review"),
    ],
)
def test_an_answer_shows_in_both_calendars_and_is_mailed(
    ana: Client, ben: Client, review: str, name: str, response: str, shown: str, subject: str
) -> None:
    before = copy(ben)["@odata.etag"]
    assert action(ben, name, {"Comment": "See you", "SendResponse": True}) == 202
    theirs = copy(ben)
    assert (theirs["responseStatus"], theirs["showAs"]) == (
        {"response": response, "time": "2026-11-23T09:00:00Z"},
        shown,
    )
    assert theirs["@odata.etag"] != before
    assert answers(ana) == {BEN: response, EVA: "none"}
    (mail,) = ana.mailbox_state()["mails"]
    assert (mail["kind"], mail["subject"], mail["from"], mail["comment"], mail["event_id"]) == (
        "response",
        subject,
        BEN,
        "See you",
        copy(ana)["id"],
    )


def test_an_answer_that_is_not_sent_stays_in_the_own_calendar(ana: Client, ben: Client, review: str) -> None:
    assert action(ben, "accept", {"sendResponse": False}) == 202
    assert copy(ben)["responseStatus"]["response"] == "accepted"
    assert (ana.mails(), answers(ana)[BEN]) == ([], "none")


def test_an_accepted_meeting_is_shown_as_its_organizer_means_it(ana: Client, ben: Client) -> None:
    ana.done("POST", "/me/events", meeting(BEN, showAs="oof"))
    action(ben, "accept", {})
    assert copy(ben)["showAs"] == "oof"


def test_a_declined_meeting_leaves_the_calendar(ana: Client, ben: Client, review: str) -> None:
    first: Any = ben.get(f"/me/calendarView/delta?{WINDOW}").json()
    declined = copy(ben)["id"]
    assert action(ben, "decline", {"comment": "Away", "sendResponse": True}) == 202
    assert ben.events() == []
    second: Any = ben.get(first["@odata.deltaLink"]).json()
    assert [(item["id"], "@removed" in item) for item in second["value"]] == [(declined, True)]
    assert ben.refused("POST", f"/me/events/{declined}/decline", {}) == (404, "ErrorItemNotFound")
    assert (answers(ana)[BEN], ana.mails()) == ("declined", [("response", "Declined: Review")])


def test_a_declined_meeting_can_be_kept(ana: Client, ben: Client, review: str) -> None:
    ana.control("behaviour", kept_declines=True)
    action(ben, "decline", {})
    assert (copy(ben)["responseStatus"]["response"], copy(ben)["showAs"]) == ("declined", "free")


def test_an_update_brings_a_declined_meeting_back(ana: Client, ben: Client, review: str) -> None:
    action(ben, "decline", {})
    ana.done("PATCH", review, LATER)
    assert copy(ben)["responseStatus"]["response"] == "notResponded"


PROPOSAL = {"proposedNewTime": {"Start": LATER["start"] | {"timeZone": "Asia/Tokyo"}, "End": LATER["end"]}}


def test_a_proposed_time_reaches_the_organizer(ana: Client, ben: Client, review: str) -> None:
    assert action(ben, "tentativelyAccept", {"sendResponse": "true", **PROPOSAL}) == 202
    (proposed,) = [one["proposedNewTime"] for one in copy(ana)["attendees"] if "proposedNewTime" in one]
    assert proposed["start"] == {"dateTime": "2026-11-25T05:00:00.0000000", "timeZone": "UTC"}
    ana.done("PATCH", review, proposed)
    assert (copy(ben)["start"], answers(ana)[BEN]) == (proposed["start"], "none")


@pytest.mark.parametrize(
    ("name", "body", "allowed"),
    [
        ("decline", {"sendResponse": False, **PROPOSAL}, True),
        ("decline", {"sendResponse": True, **PROPOSAL}, False),
        ("accept", {"sendResponse": True, **PROPOSAL}, True),
        ("decline", {"proposedNewTime": {"start": LATER["start"], "end": WHEN["end"]}}, True),
        ("decline", {"proposedNewTime": "soon"}, True),
        ("decline", {"comment": 5}, True),
    ],
)
def test_a_time_is_proposed_only_with_a_sent_answer_where_it_is_allowed(
    ana: Client, ben: Client, name: str, body: dict[str, Any], allowed: bool
) -> None:
    ana.done("POST", "/me/events", meeting(BEN, allowNewTimeProposals=allowed))
    assert action(ben, name, body) == 400
    assert (copy(ben)["responseStatus"]["response"], ana.mails()) == ("notResponded", [])


@pytest.mark.parametrize("name", ["accept", "tentativelyAccept", "decline"])
def test_an_organizer_cannot_answer(ana: Client, review: str, name: str) -> None:
    assert ana.refused("POST", f"{review}/{name}", {}) == (400, "ErrorInvalidRequest")


def test_an_attendee_cannot_cancel(ana: Client, ben: Client, review: str) -> None:
    answer: Any = ben.call("POST", f"/me/events/{copy(ben)['id']}/cancel", {}).json()
    assert answer["error"]["message"] == (
        "Your request can't be completed. You need to be an organizer to cancel a meeting."
    )
    assert copy(ana)["isCancelled"] is False


def test_a_cancelled_meeting_leaves_the_organizer_and_shows_as_cancelled_elsewhere(
    ana: Client, ben: Client, review: str
) -> None:
    assert ana.call("POST", f"{review}/cancel", {"Comment": "Called off"}).status == 202
    assert ana.events() == []
    assert (copy(ben)["isCancelled"], copy(ana.of(EVA))["isCancelled"]) == (True, True)
    mail = ben.mailbox_state()["mails"][-1]
    assert (mail["kind"], mail["comment"], mail["event_id"]) == ("cancellation", "Called off", copy(ben)["id"])
    assert ana.refused("POST", f"{review}/cancel", {}) == (404, "ErrorItemNotFound")
    assert len(ben.mails()) == 2


def test_the_organizers_delete_cancels(ana: Client, ben: Client, review: str) -> None:
    assert ana.call("DELETE", review).status == 204
    assert ben.mails() == [*INVITED, ("cancellation", "Canceled: Review")]
    assert copy(ben)["isCancelled"]


def test_an_attendees_delete_touches_nobody_else(ana: Client, ben: Client, review: str) -> None:
    ben.done("DELETE", f"/me/events/{copy(ben)['id']}")
    assert (ben.events(), ana.mails(), answers(ana)[BEN]) == ([], [], "none")


def test_what_has_no_attendees_cannot_be_cancelled(ana: Client) -> None:
    made = ana.done("POST", "/me/events", {"subject": "Alone", **WHEN})
    assert ana.refused("POST", f"/me/events/{made['id']}/cancel")[0] == 400


def test_a_forwarded_meeting_invites_more_people_and_tells_the_organizer(ana: Client, ben: Client) -> None:
    ana.done("POST", "/me/events", meeting(BEN))
    recipients = [{"emailAddress": {"address": EVA, "name": "Eva"}}]
    assert action(ben, "forward", {"ToRecipients": recipients, "Comment": "For you"}) == 202
    eva = ana.of(EVA)
    assert (eva.mails(), copy(eva)["iCalUId"]) == ([("invitation", "FW: Review")], copy(ana)["iCalUId"])
    assert ana.mails() == [("forward", "Meeting Forward Notification: Review")]
    assert set(answers(ana)) == {BEN, EVA}
    assert action(eva, "accept", {}) == 202
    assert answers(ana) == {BEN: "none", EVA: "accepted"}


def test_a_personal_account_forwards_without_the_organizer_hearing_of_it(ana: Client, ben: Client) -> None:
    ana.done("POST", "/me/events", meeting(EVA))
    assert action(ana.of(EVA), "forward", {"toRecipients": [{"emailAddress": {"address": BEN}}]}) == 202
    assert (ben.mails(), ana.mails(), set(answers(ana))) == ([("invitation", "FW: Review")], [], {EVA})


@pytest.mark.parametrize("recipients", [None, [], [{}], [{"emailAddress": {"name": "Eva"}}], "eva"])
def test_a_forward_needs_somebody_to_go_to(ana: Client, review: str, recipients: Any) -> None:
    body = {"ToRecipients": recipients}
    assert ana.refused("POST", f"{review}/forward", body) == (400, "ErrorInvalidRecipients")


def test_reminders_are_dismissed_and_snoozed_without_a_mail(ana: Client, ben: Client, review: str) -> None:
    until = {"NewReminderTime": {"dateTime": "2026-11-24T13:50:00", "timeZone": "UTC"}}
    assert ana.call("POST", f"{review}/dismissReminder").status == 200
    assert copy(ana)["isReminderOn"] is False
    assert ana.call("POST", f"{review}/snoozeReminder", until).status == 200
    assert (copy(ana)["isReminderOn"], copy(ana)["reminderMinutesBeforeStart"]) == (True, 10)
    assert ana.refused("POST", f"{review}/snoozeReminder", {})[0] == 400
    assert ben.mails() == INVITED


def test_an_unknown_action_is_refused(ana: Client, review: str) -> None:
    assert ana.refused("POST", f"{review}/explode", {}) == (400, "BadRequest")


def view(client: Client) -> list[tuple[str, str, str, bool]]:
    items = client.value(f"/me/calendarView?{WINDOW}")
    return [
        (item["start"]["dateTime"][:13], item["type"], item["responseStatus"]["response"], item["isCancelled"])
        for item in items
    ]


@pytest.fixture
def series(ana: Client) -> list[str]:
    """The ids of the occurrences of Ana's three-day series with Ben."""
    daily = rule({"type": "daily"}, "2026-11-24", type="numbered", numberOfOccurrences=3)
    ana.done("POST", "/me/events", meeting(BEN, recurrence=daily))
    return [item["id"] for item in ana.value(f"/me/calendarView?{WINDOW}")]


def test_a_series_is_one_invitation_and_each_of_its_changed_days_one_update(
    ana: Client, ben: Client, series: list[str]
) -> None:
    ana.done("PATCH", f"/me/events/{series[1]}", times("2026-11-25T16:00:00", "2026-11-25T17:00:00"))
    assert [item[:2] for item in view(ben)] == [
        ("2026-11-24T14", "occurrence"),
        ("2026-11-25T16", "exception"),
        ("2026-11-26T14", "occurrence"),
    ]
    assert ben.mails() == [*INVITED, ("update", "Updated: Review")]
    ana.done("PATCH", f"/me/events/{copy(ana)['id']}", {"location": {"displayName": "Room 2"}})
    assert len(ben.mails()) == 4
    assert {item["location"]["displayName"] for item in ben.value(f"/me/calendarView?{WINDOW}")} == {"Room 2"}


def test_one_day_of_a_series_is_called_off(ana: Client, ben: Client, series: list[str]) -> None:
    assert ana.call("POST", f"/me/events/{series[1]}/cancel", {}).status == 202
    assert [item[0] for item in view(ana)] == ["2026-11-24T14", "2026-11-26T14"]
    assert [item[3] for item in view(ben)] == [False, True, False]
    assert ben.mails() == [*INVITED, ("cancellation", "Canceled: Review")]


def test_one_day_of_a_series_is_answered(ana: Client, ben: Client, series: list[str]) -> None:
    action(ben, "accept", {})
    second = ben.value(f"/me/calendarView?{WINDOW}")[1]["id"]
    assert ben.call("POST", f"/me/events/{second}/decline", {}).status == 202
    assert [(item[0], item[2]) for item in view(ben)] == [("2026-11-24T14", "accepted"), ("2026-11-26T14", "accepted")]
    statuses = [item["attendees"][0]["status"]["response"] for item in ana.value(f"/me/calendarView?{WINDOW}")]
    assert statuses == ["accepted", "declined", "accepted"]


def test_a_guest_of_one_day_has_only_that_day(ana: Client, ben: Client, series: list[str]) -> None:
    ana.done("PATCH", f"/me/events/{series[1]}", attendees(BEN, EVA))
    eva = ana.of(EVA)
    assert view(eva) == [("2026-11-25T14", "singleInstance", "notResponded", False)]
    action(eva, "accept", {})
    statuses = [
        [one["status"]["response"] for one in item["attendees"]] for item in ana.value(f"/me/calendarView?{WINDOW}")
    ]
    assert statuses == [["none"], ["none", "accepted"], ["none"]]
    ana.done("DELETE", f"/me/events/{copy(ana)['id']}")
    assert copy(eva)["isCancelled"]
    assert eva.mails()[-1] == ("cancellation", "Canceled: Review")
    assert ben.mails() == [*INVITED, ("cancellation", "Canceled: Review")]


def test_a_moved_series_moves_for_everybody(ana: Client, ben: Client, series: list[str]) -> None:
    ana.done("PATCH", f"/me/events/{copy(ana)['id']}", times("2026-11-25T08:00:00", "2026-11-25T09:00:00"))
    assert [item[0] for item in view(ben)] == ["2026-11-25T08", "2026-11-26T08", "2026-11-27T08"]
    assert ben.mails() == [*INVITED, ("update", "Updated: Review")]


def test_hidden_attendees_see_only_themselves(ana: Client, ben: Client) -> None:
    ana.done("POST", "/me/events", meeting(BEN, EVA, hideAttendees=True))
    assert [one["emailAddress"]["address"] for one in copy(ben)["attendees"]] == [BEN]


def test_other_people_meet_by_script(connect: Connect) -> None:
    ana = connect()
    ben = ana.of(BEN)
    event = ben.change("create", event=meeting(ANA) | {"id": "kick-off"})
    assert (ana.mails(), copy(ana)["isOrganizer"]) == (INVITED, False)
    ben.change("update", event, LATER)
    assert copy(ana)["start"]["dateTime"][:10] == "2026-11-25"
    ana.control("change", address=ANA, op="tentativelyAccept", id=copy(ana)["id"], comment="Perhaps")
    assert answers(ben) == {ANA: "tentativelyAccepted"}
    ana.control("change", address=ANA, op="accept", id=copy(ana)["id"], sendResponse=False)
    assert ben.mails() == [("response", "Tentative: Review")]
    ben.change("cancel", event)
    assert (copy(ana)["isCancelled"], ben.events()) == (True, [])
    assert ana.mails()[-1] == ("cancellation", "Canceled: Review")


def test_old_events_with_odd_people_can_be_answered_and_deleted(connect: Connect) -> None:
    odd = [{"emailAddress": {"name": "Nobody"}}, {"emailAddress": None}, {}]
    theirs = single("theirs", "2026-11-24T09:00:00", "2026-11-24T10:00:00", isOrganizer=False, attendees=odd)
    ana = connect(
        theirs | {"organizer": None}, single("mine", "2026-11-25T09:00:00", "2026-11-25T10:00:00", attendees=odd)
    )
    assert ana.call("POST", "/me/events/theirs/accept", {}).status == 202
    assert ana.call("PATCH", "/me/events/mine", {"subject": "x"}).status == 200
    assert ana.call("DELETE", "/me/events/mine").status == 204
