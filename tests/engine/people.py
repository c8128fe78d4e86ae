"""The other people of a life: they edit Ana's calendar from elsewhere, invite her, move and call off their meetings.

What no client could decide they leave alone: see `untouchable`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from random import Random
from typing import Any

from microsoft import Microsoft, short
from sync_world import ANA, all_day, series, single

from tui.simulator.events import NO_TIME, Item
from tui.simulator.exchange import ACCEPTED, TENTATIVE, Answer, Exchange
from tui.simulator.groups import Series
from tui.simulator.mailbox import Mailbox
from tui.simulator.scenario import CalendarPlan, MailboxPlan, Scenario

BEN = "ben@fabrikam.example"
EVA = "eva@outlook.example"
PATTERNS = ("daily", "weekly")


def attendee(address: str) -> dict[str, Any]:
    unanswered = {"response": "none", "time": NO_TIME}
    named = {"name": address.partition("@")[0], "address": address}
    return {"type": "required", "status": unanswered, "emailAddress": named}


def scenario(start: datetime) -> Scenario:
    """Ana's calendar with a series, a meeting of her own and some events; Ben's is empty."""

    def times(days: int, hour: int, minutes: int = 60) -> tuple[str, str]:
        begin = start.replace(hour=0, minute=0) + timedelta(days=days, hours=hour)
        return f"{begin:%Y-%m-%dT%H:%M:%S}", f"{begin + timedelta(minutes=minutes):%Y-%m-%dT%H:%M:%S}"

    events: list[str | dict[str, Any]] = [
        single("solo", *times(2, 9), showAs="busy"),
        single("edge", *times(-10, 8), showAs="tentative"),
        single("meeting", *times(4, 13), attendees=[attendee(BEN), attendee(EVA)]),
        all_day("fair", times(6, 0)[0][:10], times(8, 0)[0][:10]),
        series(single("standup", *times(1, 7, 15), "Europe/Berlin"), "weekly", 1),
        series(single("course", *times(0, 15)), "daily", 3, type="numbered", numberOfOccurrences=4),
    ]
    plans = [CalendarPlan("Calendar", events, is_default=True)]
    return Scenario([
        MailboxPlan(ANA, "work", "Ana Keller", "UTC", plans),
        MailboxPlan(BEN, "work", "Ben", "UTC", [CalendarPlan("Calendar", is_default=True)]),
    ])  # fmt: skip


class People:
    """Everybody but Ana at this computer. ``untouchable`` says which events nobody may delete or move just now."""

    def __init__(self, microsoft: Microsoft, random: Random, untouchable: Callable[[Item], bool]) -> None:
        self._microsoft = microsoft
        self._random = random
        self._untouchable = untouchable
        self._made = 0
        self._about = ""

    @property
    def _exchange(self) -> Exchange:
        simulator = self._microsoft.simulator
        return Exchange(simulator.mailboxes, self._microsoft.clock.now(), simulator.behaviour.kept_declines)

    @property
    def _ana(self) -> Mailbox:
        return self._microsoft.mailbox

    @property
    def _ben(self) -> Mailbox:
        return self._microsoft.simulator.mailboxes[BEN]

    def edit(self, about: str = "") -> str:
        """One change by somebody else, often to the event of the id ``about``; says what it was."""
        self._about = about if self._random.random() < 0.6 else ""
        kinds: tuple[Callable[[], str], ...] = (
            self._create, self._create, self.invite, self._rename, self._rename, self._rename, self._move,
            self._move, self._remove, self._remove, self._change_meeting, self._change_meeting, self._answer,
            self._repeat_no_more,
        )  # fmt: skip
        # What does not make an event, such as a rule without a day, is no change.
        with suppress(ValueError, LookupError):
            return self._random.choice(kinds)()
        return "nothing"

    def _name(self) -> str:
        self._made += 1
        return f"p{self._made}"

    def times(self) -> dict[str, Any]:
        """When something is: mostly in the window, by the quarter of an hour, sometimes on whole days."""
        now = self._microsoft.clock.now().replace(minute=0, second=0, microsecond=0)
        start = now + timedelta(minutes=15 * self._random.randrange(-8 * 96, 40 * 96))
        if self._random.random() < 0.08:
            start += timedelta(days=self._random.choice((-200, 200)))
        if self._random.random() < 0.15:
            until = start + timedelta(days=self._random.choice((1, 1, 3)))
            return _bounds(f"{start:%Y-%m-%d}T00:00:00", f"{until:%Y-%m-%d}T00:00:00", is_all_day=True)
        end = start + timedelta(minutes=15 * self._random.randrange(1, 9))
        return _bounds(f"{start:%Y-%m-%dT%H:%M:%S}", f"{end:%Y-%m-%dT%H:%M:%S}", is_all_day=False)

    def _create(self) -> str:
        event: dict[str, Any] = {"subject": self._name(), **self.times()}
        if self._random.random() < 0.25:
            event = dict(series(event, self._random.choice(PATTERNS), self._random.randrange(2, 5), **self._limits()))
            del event["type"]
        if self._random.random() < 0.2:
            event["attendees"] = [attendee(BEN)]
        self._exchange.create(self._ana, self._microsoft.calendar, event)
        return f"create {event['subject']}"

    def _limits(self) -> dict[str, Any]:
        return {"type": "numbered", "numberOfOccurrences": self._random.randrange(2, 7)}

    def invite(self) -> str:
        """Ben invites Ana."""
        calendar = self._ben.default_calendar
        assert calendar is not None
        event = {"subject": self._name(), **self.times(), "attendees": [attendee(ANA)]}
        self._exchange.create(self._ben, calendar, event)
        return f"invite to {event['subject']}"

    def _some(self) -> Item:
        """One of Ana's events: a single one, a master, or an instance of a series."""
        calendar = self._microsoft.calendar
        if self._about and (item := calendar.find(self._about)):
            return item
        groups = list(calendar.groups.values())
        group = self._random.choice(groups)
        if not isinstance(group, Series) or self._random.random() < 0.3:
            return group.head
        now = self._microsoft.clock.now()
        instances = group.within(now - timedelta(days=10), now + timedelta(days=40))
        return self._random.choice([group.head, *instances])

    def _rename(self) -> str:
        item = self._some()
        changes = self._random.choice((
            {"subject": self._name()},
            {"location": {"displayName": self._name()}},
            {"showAs": self._random.choice(("free", "tentative", "busy", "oof"))},
        ))  # fmt: skip
        if not item.event["isOrganizer"]:
            changes = {"showAs": "busy" if item.event["showAs"] != "busy" else "free"}
        self._exchange.update(self._ana, item.id, changes)
        return f"change {_shown(item)}: {', '.join(changes)}"

    def _move(self) -> str:
        item = self._some()
        if self._untouchable(item) or not item.event["isOrganizer"]:
            return "nothing"
        changes = self.times()
        if item.type == "seriesMaster":
            ruled = series({**changes, "subject": ""}, self._random.choice(PATTERNS), 2, **self._limits())
            changes["recurrence"] = ruled["recurrence"]
        self._exchange.update(self._ana, item.id, changes)
        return f"move {_shown(item)}"

    def _remove(self) -> str:
        item = self._some()
        if self._untouchable(item):
            return "nothing"
        self._exchange.delete(self._ana, item.id)
        return f"remove {_shown(item)}"

    def _change_meeting(self) -> str:
        """Ben changes or calls off a meeting that he organises."""
        calendar = self._ben.default_calendar
        assert calendar is not None
        own = [group.head for group in calendar.groups.values() if group.head.event["isOrganizer"]]
        item = self._random.choice(own) if own else None
        copy = item and self._ana.called(str(item.event["iCalUId"]))
        if item is None or (copy is not None and self._untouchable(copy)):
            return "nothing"
        if self._random.random() < 0.3:
            self._exchange.delete(self._ben, item.id)
            return f"Ben calls off {_shown(item)}"
        changes = self.times() if self._random.random() < 0.5 else {"subject": self._name()}
        self._exchange.update(self._ben, item.id, changes)
        return f"Ben changes {_shown(item)}: {', '.join(changes)}"

    def _answer(self) -> str:
        """Ben answers one of Ana's invitations."""
        calendar = self._ben.default_calendar
        assert calendar is not None
        invited = [group.head for group in calendar.groups.values() if not group.head.event["isOrganizer"]]
        if not invited:
            return "nothing"
        item = self._random.choice(invited)
        self._exchange.respond(self._ben, item.id, Answer(self._random.choice((ACCEPTED, TENTATIVE))))
        return f"Ben answers {_shown(item)}"

    def _repeat_no_more(self) -> str:
        item = self._some()
        if item.type != "seriesMaster" or self._untouchable(item) or self._random.random() < 0.6:
            return "nothing"
        self._exchange.update(self._ana, item.id, {"recurrence": None})
        return f"end the series {_shown(item)}"


def _bounds(start: str, end: str, *, is_all_day: bool) -> dict[str, Any]:
    zone = "UTC"
    times: Mapping[str, Any] = {
        "start": {"dateTime": start, "timeZone": zone},
        "end": {"dateTime": end, "timeZone": zone},
    }
    return {**times, "isAllDay": is_all_day}


def _shown(item: Item) -> str:
    return f"{item.event['subject']} ({item.type} {short(item.id)})"
