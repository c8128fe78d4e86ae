"""Whatever is lost at whichever request, every write ends as carried out exactly once, or as failed with a reason."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest
from counts import IS_FULL
from push_world import BEN, EVA, Killed, PushWorld, attendee, dinner, meeting
from sync_world import ANA, single

from tui.domain.bookings import Cancel, Delete, FailureKind, Respond, Update, Wanted
from tui.domain.events import Attendee, Person, Response
from tui.simulator.messages import Request, json_response
from tui.simulator.messages import Response as Answer

LUNCH = single("lunch", "2026-11-24T12:00:00", "2026-11-24T13:00:00")
TROUBLES = (
    "lost before", "lost after", "500 before", "500 after", "garbled after", "throttled", "offline",
    "killed before", "killed after",
)  # fmt: skip
SWITCHES: dict[str, dict[str, Any]] = {
    "as usual": {},
    "transactions are forgotten": {"forgotten_transactions": True},
    "changes show late": {"late_writes": 4},
    "both": {"forgotten_transactions": True, "late_writes": 4},
    "declined meetings are kept": {"kept_declines": True},
}
LIVED = SWITCHES if IS_FULL else {name: SWITCHES[name] for name in ("as usual", "both")}


class Write(NamedTuple):
    """A write, how it is staged, and what is so once it took effect."""

    stage: Callable[[PushWorld], object]
    is_done: Callable[[PushWorld], bool]
    mails: tuple[str, ...] = ()


def staged_meeting(world: PushWorld) -> str:
    return str(next(event["id"] for event in world.outlook() if event["subject"] == "planning"))


def answer(response: Response, **more: Any) -> Callable[[PushWorld], object]:
    return lambda world: world.stage(Respond(response=response, **more), staged_meeting(world))


def answered(world: PushWorld) -> str:
    return next((str(e["responseStatus"]["response"]) for e in world.outlook() if e["subject"] == "planning"), "gone")


def make_dinner_and_change_it(world: PushWorld) -> None:
    local = world.stage(dinner()).target
    world.stage(Update(wanted=Wanted(subject="supper")), local)


WRITES = {
    "create": Write(lambda world: world.stage(dinner()), lambda world: world.subjects().count("dinner") == 1),
    "create far away": Write(
        lambda world: world.stage(dinner(400)), lambda world: world.subjects().count("dinner") == 1
    ),
    "create a meeting": Write(
        lambda world: world.stage(dinner(attendees=(Attendee(Person("Eva", EVA)),))),
        lambda world: world.subjects().count("dinner") == 1,
        ("invitation",),
    ),
    "create and change": Write(make_dinner_and_change_it, lambda world: world.subjects().count("supper") == 1),
    "update": Write(
        lambda world: world.stage(Update(wanted=Wanted(subject="brunch", body="with Eva")), "lunch"),
        lambda world: world.subjects().count("brunch") == 1,
    ),
    "delete": Write(lambda world: world.stage(Delete(), "lunch"), lambda world: "lunch" not in world.subjects()),
    "accept": Write(answer(Response.ACCEPTED), lambda world: answered(world) == "accepted", ("response",)),
    "decline": Write(answer(Response.DECLINED), lambda world: answered(world) in ("gone", "declined"), ("response",)),
    "decline silently": Write(
        answer(Response.DECLINED, notify=False), lambda world: answered(world) in ("gone", "declined")
    ),
    "cancel": Write(
        lambda world: world.stage(Cancel(comment="sorry"), "party"),
        lambda world: "party" not in world.subjects(),
        ("cancellation",),
    ),
}


class Trouble:
    """Strikes at the nth Graph request."""

    def __init__(self, world: PushWorld, kind: str, nth: int) -> None:
        self.world = world
        self.kind = kind
        self.nth = nth
        self.seen = 0

    @property
    def has_struck(self) -> bool:
        return self.seen >= self.nth

    def __call__(self, request: Request) -> Answer | None:
        self.seen += 1
        if self.seen != self.nth:
            return None
        if self.kind == "offline":
            raise httpx.ConnectError("no route to host")
        if self.kind == "throttled":
            return json_response(429, {"error": {"code": "TooManyRequests"}}, {"retry-after": "120"})
        if self.kind.endswith("after"):
            self.world.simulator.handle(request, self.world.clock.now())
        if self.kind.startswith("killed"):
            raise Killed
        if self.kind.startswith("lost"):
            raise httpx.ReadError("cut off")
        return Answer(200, {}, b"<html>") if self.kind.startswith("garbled") else Answer(500)


async def prepared(folder: Path, **behaviour: Any) -> PushWorld:
    party = {**single("party", "2026-11-25T18:00:00", "2026-11-25T20:00:00"), "attendees": [attendee(EVA)]}
    world = PushWorld(folder, LUNCH, party)
    world.change("create", address=BEN, **meeting("planning", attendee(ANA)))
    await world.round()
    world.control("behaviour", **behaviour)
    return world


async def lived(folder: Path, write: Write, trouble: str, nth: int, behaviour: dict[str, Any]) -> bool:
    """Stage a write, visit with the trouble, then without; whether it struck at all."""
    world = await prepared(folder, **behaviour)
    write.stage(world)
    before = world.versions()
    strikes = world.replace = Trouble(world, trouble, nth)
    try:
        await world.visit()
    except Killed:
        world.restart()
    await world.settled()

    if world.failures:
        assert [failed.kind for failed in world.failures] == [FailureKind.UNCERTAIN]
        assert world.mails() in ([], list(write.mails))
        assert write.mails
    else:
        assert write.is_done(world)
        assert world.mails() == list(write.mails)
        assert world.versions() - before == (2 if write is WRITES["create and change"] else 1)
    world.assert_same()
    world.database.close()
    await world.network.aclose()
    return strikes.has_struck


@pytest.mark.parametrize("trouble", TROUBLES)
@pytest.mark.parametrize("name", WRITES)
async def test_a_write_is_carried_out_once_whatever_is_lost(tmp_path: Path, name: str, trouble: str) -> None:
    struck = 0
    for number, (switch, behaviour) in enumerate(LIVED.items()):
        nth = 1
        try:
            while await lived(tmp_path / f"{number}-{nth}", WRITES[name], trouble, nth, behaviour):
                nth += 1
                struck += 1
        except (Exception, AssertionError) as error:
            error.add_note(f"{trouble} at request {nth}, {switch}")
            raise

    assert struck >= 2 * len(LIVED)
