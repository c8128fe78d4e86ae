"""Sample calendars for measuring: the same events in every run, as long as those that Microsoft Graph sends.

About half of the events are alone, the others stand in series of 25 with a master each. All calendars together
hold some ``EVENTS_OF_A_WEEK`` events a week however many events there are: more events reach further into the past
and the future, so that what a week shows does not grow with what is stored.
"""

from __future__ import annotations

import base64
import random
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from itertools import islice

import msgspec
from bench_week import MIDDLE, calendar_key

from tui.domain.events import Attendee, CalendarKey, Event, EventType, Person, Repeats, Response, ShowAs
from tui.domain.timespan import AllDay, Timed
from tui.store.documents import Mark

EVENTS_OF_A_WEEK = 130
LENGTH_OF_A_SERIES = 25
PLACES_OF_TWO_SERIES = 2 * LENGTH_OF_A_SERIES + 1
WINDOW = AllDay(date(2026, 3, 1), date(2027, 6, 1))

_WORDS = (
    "budget",
    "design",
    "review",
    "planning",
    "customer",
    "release",
    "interview",
    "board",
    "travel",
    "roadmap",
    "weekly",
    "support",
)
_NAMES = (
    "Ana Keller",
    "Ben Okafor",
    "Chloé Dubois",
    "Dai Nguyen",
    "Eva Lindström",
    "Farid Haddad",
    "Grace Park",
    "Hugo Silva",
)
_SHOWN_AS = (ShowAs.BUSY, ShowAs.BUSY, ShowAs.BUSY, ShowAs.TENTATIVE, ShowAs.FREE, ShowAs.OOF)


def calendars_of(events: int, calendars: int) -> Iterator[tuple[CalendarKey, Iterator[Event]]]:
    """``events`` spread evenly over ``calendars``: the name of each and its events, made as they are read."""
    span = timedelta(weeks=events / EVENTS_OF_A_WEEK)
    for number in range(calendars):
        share = events // calendars + (number < events % calendars)
        yield calendar_key(number), _events(number, share, span)


def some_events(events: int, calendars: int, wanted: int) -> list[Event]:
    """The first ``wanted`` events of the first calendar of ``calendars_of`` that happen."""
    _, made = next(calendars_of(events, calendars))
    return list(islice((event for event in made if event.type is not EventType.MASTER), wanted))


def revised(events: Iterable[Event], version: int) -> list[Event]:
    """The same events as somebody changed them for the ``version``th time."""
    return [
        msgspec.structs.replace(event, subject=f"{event.subject} ({version})", etag=f"{event.etag[:-6]}{version:06}")
        for event in events
    ]


def mark_after(version: int) -> Mark:
    """Where the next round starts: like Graph's delta links, a different one after each."""
    token = base64.urlsafe_b64encode(random.Random(f"link {version}").randbytes(180)).decode()
    link = f"https://graph.microsoft.com/v1.0/me/calendarView/delta?$deltatoken={token}"
    return Mark(link=link, window=WINDOW, past_days=92, future_days=366)


def _events(number: int, count: int, span: timedelta) -> Iterator[Event]:
    chance = random.Random(f"events {number}")
    first = MIDDLE - span / 2
    series = _single(chance, first)
    for place in range(count):
        start = first + span * (place / count) + timedelta(minutes=15 * chance.randrange(40))
        match place % PLACES_OF_TWO_SERIES:
            case 0:
                series = _master(chance, start)
                yield series
            case step if step % 2:
                yield _single(chance, start)
            case step:
                yield _occurrence(chance, series, start, moved=step == LENGTH_OF_A_SERIES - 1)


def _single(chance: random.Random, start: datetime) -> Event:
    id_ = _graph_id(chance)
    everybody = [Person(name, f"{name.split()[0].casefold()}@contoso.example") for name in _NAMES]
    attendees = tuple(Attendee(person) for person in chance.sample(everybody, chance.choice((0, 0, 1, 2, 3, 6))))
    return Event(
        id=id_,
        when=_when(chance, start),
        subject=" ".join(chance.sample(_WORDS, 3)),
        show_as=chance.choice(_SHOWN_AS),
        etag=f'W/"{base64.b64encode(chance.randbytes(16)).decode()}000000',
        ical_uid=chance.randbytes(56).hex().upper(),
        response=Response.ACCEPTED if attendees else Response.ORGANIZER,
        is_organizer=not attendees,
        organizer=chance.choice(everybody),
        attendees=attendees,
        attendee_count=len(attendees),
        location=f"Room {chance.randrange(40)}",
        web_link=f"https://outlook.office365.com/owa/?itemid={id_}&exvsurl=1&path=/calendar/item",
        preview=" ".join(chance.choices(_WORDS, k=chance.choice((0, 8, 20)))),
    )


def _when(chance: random.Random, start: datetime) -> Timed | AllDay:
    if chance.random() < 0.03:
        return AllDay(start.date(), start.date() + timedelta(days=chance.choice((1, 1, 3))))
    return Timed(start, start + timedelta(minutes=chance.choice((15, 30, 30, 60, 60, 90))))


def _master(chance: random.Random, start: datetime) -> Event:
    return msgspec.structs.replace(_single(chance, start), type=EventType.MASTER, repeats=Repeats("weekly"))


def _occurrence(chance: random.Random, master: Event, start: datetime, *, moved: bool) -> Event:
    return msgspec.structs.replace(
        master,
        id=_graph_id(chance),
        when=_when(chance, start),
        type=EventType.EXCEPTION if moved else EventType.OCCURRENCE,
        ical_uid="",
        series_id=master.id,
        series_ical_uid=master.ical_uid,
        original_start=start,
    )


def _graph_id(chance: random.Random) -> str:
    return base64.urlsafe_b64encode(chance.randbytes(114)).decode()
