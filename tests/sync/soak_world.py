"""Months in the life of several accounts, in seconds: the real loops and rounds on an event loop whose time jumps.

Everything that happens is planned ahead from one seed: other people's edits, resets, refusals, accounts that fail for
days. What is then asked of Microsoft is counted as it arrives.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from math import ceil
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from counts import count
from sync_world import all_day, as_told, in_words, series, single

from tui.domain.accounts import AccountKind, OutlookAccount
from tui.domain.events import CalendarKey, EventType
from tui.domain.timespan import AllDay, Timed
from tui.errors import SignInError
from tui.outlook.gate import Gate
from tui.outlook.graph import Mailbox
from tui.outlook.http import Answer, Network
from tui.settings import SyncSettings
from tui.simulator.mailbox import Calendar
from tui.simulator.messages import Request, Response
from tui.simulator.scenario import CalendarPlan, MailboxPlan, Scenario
from tui.simulator.service import Simulator
from tui.store.database import Database
from tui.sync.lease import Leases
from tui.sync.loop import AccountLoop
from tui.sync.scheduler import CalendarReport, Synchroniser, Target

START = datetime(2026, 10, count(reduced=24, full=5), 6, 0, tzinfo=UTC)
"""European clocks change on 25 October 2026, in the middle of a long run and of a short one."""
GRAIN_SECONDS = 60.0
HOUR = 3_600.0
DAY = 24 * HOUR
ZONE = "Europe/Berlin"


EVENTS = 10
"""In each calendar, two of them series."""


class CoarseClock:
    """The time of a `JumpingLoop`; as on a busy machine, who sleeps wakes at the next full minute."""

    def now(self) -> datetime:
        return START + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time()

    async def sleep(self, seconds: float) -> None:
        now = self.monotonic()
        await asyncio.sleep(ceil((now + seconds) / GRAIN_SECONDS) * GRAIN_SECONDS - now)


class Happening(NamedTuple):
    """Something that happens at a second of the run."""

    at: float
    number: int
    happen: Callable[[], object]


class Records:
    """What was seen of one account."""

    def __init__(self) -> None:
        self.requests: Counter[int] = Counter()
        """By hour."""
        self.too_early = 0
        """Requests that came although Microsoft had asked to wait."""
        self.whole_readings: Counter[str] = Counter()
        """By calendar: how often it was read from the beginning."""
        self.rounds = 0
        self.tokens = 0
        self.healthy_at = 0.0
        self.longest_silence = 0.0
        self.failures: Counter[str] = Counter()


class SoakWorld:
    """Several people's mailboxes at Microsoft's side, and one program that reads them all."""

    def __init__(self, folder: Path, *, accounts: int, calendars: int, poll_seconds: float, seed: int = 1) -> None:
        """``calendars`` is the number in each account."""
        self.random = Random(seed)
        self._made = 0
        self.clock = CoarseClock()
        self.poll_seconds = poll_seconds
        self.settings = SyncSettings(past_days=10, future_days=20)
        addresses = [f"person{number}@contoso.example" for number in range(accounts)]
        plans = [
            MailboxPlan(address, "work", address, "UTC", [self._calendar(place) for place in range(calendars)])
            for address in addresses
        ]
        self.simulator = Simulator(Scenario(plans))
        self.network = Network(service=self.serve)
        self.database = Database(folder)
        self.gates: dict[str, Gate] = {}
        self.accounts = {
            address: OutlookAccount(id=f"{address}.home", address=address, kind=AccountKind.WORK)
            for address in addresses
        }
        self.records: defaultdict[str, Records] = defaultdict(Records)
        self.failing: set[str] = set()
        self.signed_out: set[str] = set()
        self.edits: Counter[str] = Counter()
        self._waits: dict[str, float] = {}
        self._closed: dict[str, float] = {}
        self._tokens: dict[str, str] = {}
        self._plan: list[Happening] = []

    # What happens

    def plan(self, at: float, happen: Callable[[], object]) -> None:
        self._plan.append(Happening(at, len(self._plan), happen))

    async def live(self) -> None:
        """Run every account's loop while all that is planned happens."""
        loops = [asyncio.create_task(self._loop(account).run()) for account in self.accounts.values()]
        try:
            for happening in sorted(self._plan):
                await asyncio.sleep(max(0.0, happening.at - self.clock.monotonic()))
                self._assert_running(loops)
                happening.happen()
        finally:
            for loop in loops:
                loop.cancel()
            await asyncio.gather(*loops, return_exceptions=True)
            await self.network.aclose()
            self.database.close()

    def reset(self, address: str) -> None:
        """Microsoft forgets what it told of this mailbox."""
        self.control("reset-delta", address=address)

    def refuse(self, address: str, seconds: float) -> None:
        """The next request for the mailbox is told to wait."""
        self._waits[address] = seconds

    def edit(self, address: str, calendar_id: str) -> None:
        """Somebody else changes the calendar; it holds about as much as before."""
        calendar = self.simulator.mailboxes[address].calendars[calendar_id]
        now = self.clock.now()
        shown = [item for item in calendar.view(now, now + timedelta(days=14)) if item.event["type"] != "exception"]
        self.edits[address] += 1
        if not shown or self.random.random() < 0.3:
            self._change(address, "create", calendar=calendar_id, event=self._event(now))
            if len(calendar.groups) > EVENTS:
                self._change(address, "delete", id=_oldest(calendar))
            return
        item = self.random.choice(shown)
        changes = ({"subject": f"changed at {now:%d %H:%M}"}, {"showAs": "tentative"}, self._times(now))
        self._change(address, "update", id=item.id, event=self.random.choice(changes))

    def forget_history(self) -> None:
        """Drop the simulator's log of changes; harmless once everybody has read them all."""
        for mailbox in self.simulator.mailboxes.values():
            for calendar in mailbox.calendars.values():
                calendar.log.clear()

    # What is the case

    def differences(self) -> list[str]:
        """The ids of what the store holds otherwise than Outlook; empty when all is the same."""
        keys = defaultdict[AllDay, list[CalendarKey]](list)
        for key in self.keys():
            mark = self.database.calendar(key).mark()
            assert mark is not None
            keys[mark.window].append(key)
        return [id_ for window, read in keys.items() for id_ in self._differing(window, read)]

    def daily(self) -> dict[CalendarKey, list[datetime]]:
        """When the stored occurrences of each calendar's meeting at nine begin, as far as nobody moved them."""
        return {
            key: [
                copy.event.when.start
                for copy in self.database.calendar(key).copies()
                if copy.event.type is EventType.OCCURRENCE and isinstance(copy.event.when, Timed)
            ]
            for key in self.keys()
        }

    def keys(self) -> list[CalendarKey]:
        return [
            CalendarKey(account.id, calendar_id)
            for address, account in self.accounts.items()
            for calendar_id in self.simulator.mailboxes[address].calendars
        ]

    def control(self, action: str, **fields: Any) -> Any:
        request = Request.of("POST", f"http://127.0.0.1/simulator/{action}", {}, json.dumps(fields).encode())
        answer = self.simulator.handle(request, self.clock.now())
        assert answer.status == 200, answer.body
        return answer.json()

    # Microsoft's side

    def serve(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        request = Request.of(method, url, headers, body)
        given = self._refusal(request) or self.simulator.handle(request, self.clock.now())
        return Answer(given.status, given.headers, given.body, url)

    def _refusal(self, request: Request) -> Response | None:
        """Count a request; the answer when it is not to be served."""
        mailbox = self.simulator.mailbox_of(request, self.clock.now())
        if mailbox is None:
            return None
        address, now = mailbox.address, self.clock.monotonic()
        records = self.records[address]
        records.requests[int(now // HOUR)] += 1
        records.too_early += now < self._closed.get(address, 0.0)
        if request.parameter("startDateTime") and request.path.endswith("calendarView/delta"):
            records.whole_readings[request.segments[3]] += 1
        if address in self.failing:
            return Response(503, {}, b"")
        if wait := self._waits.pop(address, 0.0):
            self._closed[address] = now + wait
            return Response(429, {"retry-after": f"{wait:.0f}"}, b"")
        return None

    async def _token(self, address: str, *, force: bool) -> str:
        if address in self.signed_out:
            raise SignInError("Microsoft asks for another sign-in.", "Sign in again.")
        if force or address not in self._tokens:
            self.records[address].tokens += 1
            self._tokens[address] = str(self.control("token", address=address)["access_token"])
        return self._tokens[address]

    # The program

    def _loop(self, account: OutlookAccount) -> AccountLoop:
        gate = Gate(self.clock, draw=Random(self.random.random()).random)
        self.gates[account.id] = gate
        return AccountLoop(
            lambda is_asked: self._round(account),
            poll_seconds=self.poll_seconds,
            clock=self.clock,
            random=Random(self.random.random()),
            closed_seconds=gate.closed_for,
        )

    async def _round(self, account: OutlookAccount) -> Sequence[CalendarReport]:
        synchroniser = Synchroniser(
            mailbox=self._mailbox,
            store=self.database.calendar,
            leases=Leases(self.database.leases, self.clock),
            settings=self.settings,
            clock=self.clock,
        )
        reports = await synchroniser.sync(Target(account, tuple(self.simulator.mailboxes[account.address].calendars)))
        self._note(self.records[account.address], reports)
        return reports

    def _note(self, records: Records, reports: Sequence[CalendarReport]) -> None:
        records.rounds += 1
        records.failures.update(type(report.failure).__name__ for report in reports if report.failure)
        if not any(report.failure for report in reports):
            now = self.clock.monotonic()
            records.longest_silence = max(records.longest_silence, now - records.healthy_at)
            records.healthy_at = now

    def _mailbox(self, account: OutlookAccount) -> Mailbox:
        async def token(*, claims: str | None = None, force: bool = False) -> str:
            return await self._token(account.address, force=force)

        return Mailbox(account, network=self.network, gate=self.gates[account.id], token=token, clock=self.clock)

    def _assert_running(self, loops: Sequence[asyncio.Task[None]]) -> None:
        for loop in loops:
            if loop.done():
                loop.result()

    # Events

    def _calendar(self, place: int) -> CalendarPlan:
        daily = series(single(f"daily {place}", "2026-09-01T09:00:00", "2026-09-01T09:15:00", ZONE), "daily", 3)
        holiday = series(all_day(f"plants {place}", "2026-09-02", "2026-09-03"))
        events = [self._event(START) for _ in range(EVENTS - 2)]
        return CalendarPlan(f"Calendar {place}", [daily, holiday, *events], is_default=place == 0)

    def _event(self, today: datetime) -> dict[str, Any]:
        self._made += 1
        return {"id": f"event {self._made}", "subject": f"event {self._made}", **self._times(today)}

    def _times(self, today: datetime) -> dict[str, Any]:
        start = today.replace(minute=0) + timedelta(minutes=15 * self.random.randrange(15 * 96))
        event = single("", f"{start:%Y-%m-%dT%H:%M:00}", f"{start + timedelta(hours=1):%Y-%m-%dT%H:%M:00}", ZONE)
        return {"start": event["start"], "end": event["end"], "isAllDay": False}

    def _change(self, address: str, op: str, **fields: Any) -> None:
        self.control("change", address=address, op=op, **fields)

    def _differing(self, window: AllDay, keys: Sequence[CalendarKey]) -> Iterator[str]:
        """What differs in the calendars that were read for one window."""
        told = self._told(window)
        for key in keys:
            store, truth = self.database.calendar(key), told[key.calendar_id]
            stored = {id_: in_words(event) for id_ in store.event_ids() if (event := store.event(id_))}
            for id_, words in truth.items():
                # Delta leaves an occurrence's own identifier out; where it is known, it must be the right one.
                if words["type"] == "occurrence" and id_ in stored and not stored[id_]["ical_uid"]:
                    words["ical_uid"] = ""
            yield from (id_ for id_ in truth.keys() | stored.keys() if truth.get(id_) != stored.get(id_))

    def _told(self, window: AllDay) -> dict[str, dict[str, dict[str, Any]]]:
        """The simulator's own account of a window: events by calendar and id."""
        query = f"startDateTime={window.first}T00:00:00Z&endDateTime={window.until}T00:00:00Z"
        request = Request.of("GET", f"http://127.0.0.1/simulator/state?{query}")
        state: Any = self.simulator.handle(request, self.clock.now()).json()
        found: dict[str, dict[str, dict[str, Any]]] = {}
        for mailbox in state["mailboxes"]:
            for calendar in mailbox["calendars"]:
                known = {event["id"]: event for event in calendar["events"]}
                found[calendar["id"]] = {id_: as_told(event, known) for id_, event in known.items()}
        return found


def _oldest(calendar: Calendar) -> str:
    """The id of the single event that was made first."""
    return next(id_ for id_, group in calendar.groups.items() if group.head.type == "singleInstance")
