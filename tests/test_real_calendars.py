"""The whole way from Microsoft's bytes to the answers of the command line, with calendars of real people and many.

The real calendars and the conflicts that were computed for them elsewhere stand in a folder beside the checkout and
are no part of the project; without it those tests are skipped. The expected answers are worked out here from the
events alone, by other means than the program's.
"""

from __future__ import annotations

import gzip
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, partial
from itertools import combinations
from pathlib import Path
from random import Random
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pytest

from tui.cli import main
from tui.domain.text import clean
from tui.simulator.scenario import CalendarPlan, MailboxPlan, Scenario
from tui.simulator.server import serving
from tui.simulator.service import Simulator

SHARED = Path(__file__).parents[2] / "shared"
ORACLES = sorted(SHARED.glob("oracles/*.json"))
FILES = sorted(SHARED.glob("calendars/*.jsonl.gz"))
needs_shared = pytest.mark.skipif(not FILES, reason="the folder ../shared is not beside this checkout")

PAST_DAYS, FUTURE_DAYS = 900, 890
Run = Callable[..., Any]
Span = tuple[datetime, datetime]


@pytest.fixture
def program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Callable[[list[MailboxPlan], date, str], Run]]:
    """Starts a simulator of mailboxes on a day, and gives what runs one command against it."""
    served: list[Any] = []

    def start(mailboxes: list[MailboxPlan], today: date, zone: str) -> Run:
        monkeypatch.setenv("CALCONNECT_NOW", f"{today}T00:00:00Z")
        shift = datetime.combine(today, time(), UTC) - datetime.now(UTC)
        server = serving(Simulator(Scenario(mailboxes), calendar_shift=shift))
        origin = server.__enter__()
        served.append(server)
        settings = f'zone = "{zone}"\n[meetings]\nmatch = "strict"\n[sync]\n'
        settings += f"past_days = {PAST_DAYS}\nfuture_days = {FUTURE_DAYS}\n"
        (tmp_path / "settings.toml").write_text(settings)

        def run(*call: str, codes: tuple[int, ...] = (0,)) -> Any:
            code = main(["--simulator", origin, "--data-dir", str(tmp_path), *call])
            captured = capsys.readouterr()
            assert code in codes, captured.err
            return json.loads(captured.out) if "--json" in call else captured.out

        return run

    yield start
    for server in served:
        server.__exit__(None, None, None)


def one_mailbox(paths: Iterable[Path]) -> list[MailboxPlan]:
    plans = [CalendarPlan(path.name, [str(path)], is_default=not place) for place, path in enumerate(paths)]
    return [MailboxPlan("ana@contoso.example", "work", "Ana", "UTC", plans)]


@cache
def instances_in(path: Path) -> list[Any]:
    """Everything in a file that happens: its masters are left out."""
    events = map(json.loads, gzip.decompress(path.read_bytes()).splitlines())
    return [event for event in events if event["type"] != "seriesMaster"]


def midnight(day: str | date, zone: ZoneInfo) -> datetime:
    return datetime.combine(date.fromisoformat(str(day)[:10]), time(), zone).astimezone(UTC)


def span_of(event: Mapping[str, Any], zone: ZoneInfo) -> Span:
    bounds = (event["start"]["dateTime"], event["end"]["dateTime"])
    if event["isAllDay"]:
        return midnight(bounds[0], zone), midnight(bounds[1], zone)
    first, last = (datetime.fromisoformat(bound[:26]).replace(tzinfo=UTC) for bound in bounds)
    return first, last


def touches(span: Span, window: Span) -> bool:
    return (span[0] < window[1] and window[0] < span[1]) or window[0] <= span[0] < window[1]


def assert_agenda(run: Run, paths: Mapping[str, Path], first: date, until: date, zone: ZoneInfo) -> int:
    """The agenda of the days lists exactly what the files hold there, at its times; gives how much that is."""
    window = midnight(first, zone), midnight(until, zone)
    spans = {(id_, e["id"]): (span_of(e, zone), e) for id_, path in paths.items() for e in instances_in(path)}
    expected = {key: (span, e["isAllDay"]) for key, (span, e) in spans.items() if touches(span, window)}
    answer = run("agenda", "--from", str(first), "--days", str((until - first).days), "--json")
    listed = {(e["calendar"], e["event_id"]): e for e in answer["events"]}

    assert len(listed) == len(answer["events"])
    assert listed.keys() == expected.keys()
    for key, event in listed.items():
        span = datetime.fromisoformat(event["start"]), datetime.fromisoformat(event["end"])
        assert (span, event["all_day"]) == expected[key]
        assert event["subject"] == clean(spans[key][1]["subject"] or "")
    return len(expected)


def connected(run: Run, paths: Iterable[Path]) -> dict[str, Path]:
    """Connect and sync twice, the second time for nothing; gives the file behind each calendar id."""
    run("connect", "--kind", "work", "--all-calendars")
    assert not [calendar["error"] for calendar in run("sync", "--json")["calendars"] if calendar["error"]]
    again = run("sync", "--json")["calendars"]
    assert {(calendar["pages"], calendar["changed"], calendar["removed"]) for calendar in again} == {(1, 0, 0)}
    ids = {calendar["name"]: calendar["calendar"] for calendar in run("calendars", "--json")}
    return {ids[path.name]: path for path in paths}


# Conflicts that were computed elsewhere


@needs_shared
@pytest.mark.parametrize("path", ORACLES, ids=lambda path: path.stem)
def test_conflicts_of_real_calendars_are_those_computed_elsewhere(path: Path, program: Callable[..., Run]) -> None:
    oracle = json.loads(path.read_text())
    first, until = map(date.fromisoformat, oracle["window"])
    files = [SHARED / "calendars" / f"{calendar['calendar']}.jsonl.gz" for calendar in oracle["calendars"]]
    run = program(one_mailbox(files), first, oracle["zone"])
    paths = connected(run, files)

    assert assert_agenda(run, paths, first, until, ZoneInfo(oracle["zone"]))
    days = str((until - first).days)
    answer = run("conflicts", "--from", str(first), "--days", days, "--json", codes=(0, 1))

    places = {id_: files.index(file) for id_, file in paths.items()}
    numbers = {(event["calendar"], event["id"]): number for number, event in enumerate(oracle["events"])}
    found = set()
    for group in answer["groups"]:
        members = [standing(member, places, numbers) for member in group["members"]]
        found |= {tuple(sorted((members[i], members[j]))) for i, j, *_ in group["pairs"]}
    assert found == {tuple(pair) for pair in oracle["pairs"]}


def standing(member: Any, places: Mapping[str, int], numbers: Mapping[tuple[int, str], int]) -> int:
    """The number of the one copy that stands for a meeting."""
    keys = [(places[copy["calendar"]], copy["event_id"]) for copy in member["copies"]]
    (number,) = [numbers[key] for key in keys if key in numbers]
    return number


# Every real calendar


@cache
def centres() -> dict[date, list[Path]]:
    """The files, by the middle of the four years in which most of each happens."""
    found = defaultdict(list)
    for path in FILES:
        years = Counter(int(event["start"]["dateTime"][:4]) // 4 * 4 for event in instances_in(path))
        if years:
            found[date(max(1904, years.most_common(1)[0][0]) + 2, 1, 1)].append(path)
    return dict(sorted(found.items()))


@needs_shared
def test_the_agenda_of_every_real_calendar_lists_what_happens_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], program: Callable[..., Run]
) -> None:
    zone = ZoneInfo("America/New_York")
    listed = 0
    for number, (centre, paths) in enumerate(centres().items()):
        run = program(one_mailbox(paths), centre, zone.key)
        data = tmp_path / str(number)
        data.mkdir()
        (data / "settings.toml").write_text((tmp_path / "settings.toml").read_text())
        first, until = centre - timedelta(days=PAST_DAYS - 1), centre + timedelta(days=FUTURE_DAYS)
        elsewhere: Run = partial(run, "--data-dir", str(data))
        listed += assert_agenda(elsewhere, connected(elsewhere, paths), first, until, zone)

    assert sum(map(len, centres().values())) >= len(FILES) - 2
    assert listed > 10_000


# Ten thousand events in ten calendars

ADDRESSES = [f"person{number}@contoso.example" for number in range(5)]
TODAY = date(2026, 11, 23)
DAYS = 360
EVENTS = 1_000
ANSWERS = ("organizer", "accepted", "tentativelyAccepted", "notResponded", "declined")
SHOWN = ("busy", "tentative", "oof", "free", "workingElsewhere", "unknown")


class Copy(NamedTuple):
    """What the comparison below knows of one happening of an event."""

    subject: str
    start: datetime
    end: datetime
    is_all_day: bool
    weight: int
    is_away: bool


def made_event(random: Random, subject: str) -> dict[str, Any]:
    """A single event somewhere in the year."""
    start = datetime.combine(TODAY, time(), UTC) + timedelta(minutes=15 * random.randrange(DAYS * 96))
    end = start + timedelta(minutes=random.choice((0, 15, 30, 30, 45, 60, 90, 240)))
    is_all_day = random.random() < 0.02
    if is_all_day:
        start = start.replace(hour=0, minute=0)
        end = start + timedelta(days=random.choice((1, 1, 1, 4)))
    bounds = (("start", start), ("end", end))
    times = {name: {"dateTime": f"{at:%Y-%m-%dT%H:%M:%S}", "timeZone": "UTC"} for name, at in bounds}
    return {"subject": subject, "iCalUId": f"uid-{subject}", "isAllDay": is_all_day, **times, **made_claim(random)}


def made_claim(random: Random) -> dict[str, Any]:
    """How an event shows and what was answered to it."""
    response = random.choices(ANSWERS, (6, 3, 1, 1, 1))[0]
    is_own = response == "organizer"
    organizer = {"organizer": {"emailAddress": {"name": "Somebody", "address": "somebody@fabrikam.example"}}}
    return {
        "showAs": random.choices(SHOWN, (12, 3, 1, 3, 1, 1))[0],
        "responseStatus": {"response": response, "time": "0001-01-01T00:00:00Z"},
        "isOrganizer": is_own,
        "isCancelled": random.random() < 0.04,
        **({} if is_own else organizer),
    }


def made_series(random: Random, subject: str) -> dict[str, Any]:
    """A daily or weekly series of a few weeks."""
    event = made_event(random, subject)
    start = date.fromisoformat(event["start"]["dateTime"][:10])
    every, count = random.randrange(1, 4), random.randrange(3, 9)
    pattern: dict[str, Any] = {"type": random.choice(("daily", "weekly")), "interval": every}
    if pattern["type"] == "weekly":
        pattern["daysOfWeek"] = [f"{start:%A}".lower()]
    limits = {"type": "numbered", "numberOfOccurrences": count, "startDate": str(start), "recurrenceTimeZone": "UTC"}
    return {**event, "type": "seriesMaster", "recurrence": {"pattern": pattern, "range": limits}}


def made_calendars(random: Random) -> list[list[dict[str, Any]]]:
    """Ten calendars; some events stand in several of them, each time with another answer."""
    calendars: list[list[dict[str, Any]]] = [[] for _ in range(2 * len(ADDRESSES))]
    for place, calendar in enumerate(calendars):
        for number in range(EVENTS - len(calendar)):
            make = made_series if number % 25 == 0 else made_event
            event = make(random, f"{place}-{number}")
            calendar.append(event)
            if number % 5 == 0 and place + 2 < len(calendars):
                other = random.randrange(place + 1, len(calendars))
                calendars[other].append({**event, **made_claim(random)})
    return calendars


def happenings(event: Mapping[str, Any]) -> Iterator[Copy]:
    """An event's happenings, a series' one by one."""
    start, end = (datetime.fromisoformat(event[name]["dateTime"]).replace(tzinfo=UTC) for name in ("start", "end"))
    step, count = timedelta(0), 1
    if rule := event.get("recurrence"):
        step = timedelta(days=rule["pattern"]["interval"] * (7 if rule["pattern"]["type"] == "weekly" else 1))
        count = rule["range"]["numberOfOccurrences"]
    weight = weight_of(event)
    for number in range(count):
        begin = start + number * step
        yield Copy(event["subject"], begin, begin + (end - start), event["isAllDay"], weight, event["showAs"] == "oof")


def weight_of(event: Mapping[str, Any]) -> int:
    """0 for what does not count, 1 for what may be, 2 for what is."""
    response = event["responseStatus"]["response"]
    if event["isCancelled"] or response == "declined" or event["showAs"] in ("free", "workingElsewhere"):
        return 0
    if response in ("notResponded", "tentativelyAccepted") or event["showAs"] == "tentative":
        return 1
    return 2


def meetings_among(calendars: Iterable[Iterable[Mapping[str, Any]]]) -> list[Copy]:
    """Equal identifier and equal start is one meeting: the strongest of its copies."""
    copies: defaultdict[tuple[str, datetime], list[Copy]] = defaultdict(list)
    for calendar in calendars:
        for event in calendar:
            for copy in happenings(event):
                copies[copy.subject, copy.start].append(copy)
    return [
        same[0]._replace(
            weight=max(copy.weight for copy in same), is_away=any(c.weight == 2 and c.is_away for c in same)
        )
        for same in copies.values()
    ]


def grade_of(one: Copy, other: Copy) -> str:
    if one.is_all_day or other.is_all_day:
        away, timed = (one, other) if one.is_all_day else (other, one)
        if timed.is_all_day or not away.is_away:
            return "low"
        return "high" if timed.weight == 2 else "medium"
    return ("low", "medium", "high")[one.weight + other.weight - 2]


def expected_pairs(meetings: Iterable[Copy]) -> dict[frozenset[tuple[str, datetime]], str]:
    """Every pair that overlaps, found by comparing all that stand on one day with each other."""
    days: defaultdict[date, list[Copy]] = defaultdict(list)
    for meeting in meetings:
        if meeting.weight and meeting.end > meeting.start:
            for number in range((meeting.end - meeting.start).days + 2):
                days[meeting.start.date() + timedelta(days=number)].append(meeting)
    return {
        frozenset(((one.subject, one.start), (other.subject, other.start))): grade_of(one, other)
        for together in days.values()
        for one, other in combinations(together, 2)
        if one.start < other.end and other.start < one.end
    }


def test_ten_thousand_events_of_five_people_conflict_as_a_plain_comparison_says(program: Callable[..., Run]) -> None:
    calendars = made_calendars(Random(20261123))
    plans = [CalendarPlan(("Calendar", "Team")[place % 2], list(calendars[place])) for place in range(10)]
    mailboxes = [
        MailboxPlan(address, "work", address, "UTC", plans[2 * number : 2 * number + 2])
        for number, address in enumerate(ADDRESSES)
    ]
    run = program(mailboxes, TODAY, "UTC")
    for _ in ADDRESSES:
        run("connect", "--kind", "work", "--all-calendars")

    reports = run("sync", "--json")["calendars"]
    answer = run("conflicts", "--from", str(TODAY), "--days", str(DAYS + 200), "--json", codes=(1,))

    assert {report["account"] for report in reports} == set(ADDRESSES)
    assert sum(report["events"] for report in reports) == sum(
        1 for calendar in calendars for event in calendar for _ in happenings(event)
    )
    found: dict[frozenset[tuple[str, datetime]], str] = {}
    for group in answer["groups"]:
        members = [(member["subject"], datetime.fromisoformat(member["start"])) for member in group["members"]]
        found |= {frozenset((members[i], members[j])): grade for i, j, grade, _ in group["pairs"]}
    expected = expected_pairs(meetings_among(calendars))
    assert set(expected.values()) == {"high", "medium", "low"}
    assert len(expected) > EVENTS
    assert found == expected
