"""A calendar with an event of every kind that a round must understand."""

from __future__ import annotations

from sync_world import World, all_day, series, single

from tui.domain.timespan import AllDay, wanted_window
from tui.sync.rounds import with_margin

STAND_UP = series(single("stand-up", "2026-06-02T09:00:00", "2026-06-02T09:15:00", "Europe/Berlin"))
HOLIDAY = series(all_day("water the plants", "2026-11-03", "2026-11-04"), showAs="free")
LUNCH = single("lunch", "2026-11-24T12:00:00", "2026-11-24T13:00:00")
TRIP = all_day("trip", "2026-11-30", "2026-12-03", showAs="oof")
MEETING = single(
    "planning",
    "2026-11-25T14:00:00",
    "2026-11-25T15:30:00",
    "Europe/Berlin",
    isOrganizer=False,
    organizer={"emailAddress": {"name": "Ben Okafor", "address": "ben@fabrikam.example"}},
    responseStatus={"response": "tentativelyAccepted", "time": "2026-11-20T09:00:00Z"},
    attendees=[
        {
            "type": "optional",
            "status": {"response": "tentativelyAccepted", "time": "2026-11-20T09:00:00Z"},
            "emailAddress": {"name": "Ana Keller", "address": "ana@contoso.example"},
        }
    ],
    onlineMeeting={"joinUrl": "https://teams.example/l/meetup-join/1"},
    location={"displayName": "Room 4"},
    sensitivity="private",
    categories=["Blue"],
    bodyPreview="Agenda follows",
)
EVERYTHING = (STAND_UP, HOLIDAY, LUNCH, TRIP, MEETING)


def occurrences(world: World, master: str) -> list[str]:
    """The ids of the stored instances of a series, by start."""
    events = filter(None, map(world.store.event, world.store.members_of(master)))
    return [event.id for event in sorted(events, key=lambda event: str(event.when))]


def window_of(world: World) -> AllDay:
    return with_margin(wanted_window(world.clock.now().date(), world.settings.past_days, world.settings.future_days))
