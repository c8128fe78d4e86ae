"""Every request to a mailbox, reads and writes, is one that Microsoft's description of its interface knows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from microsoft_double import ANA, BEN, Microsoft
from written_mailboxes import Mailboxes

from tui.domain.bookings import Create, Respond, Wanted
from tui.domain.events import Attendee, Person, Response, Sensitivity, ShowAs
from tui.domain.timespan import AllDay, Timed
from tui.simulator.messages import Request

DESCRIPTION = Path(__file__).parents[3] / "shared" / "graph" / "openapi-calendar-prism.json"
pytestmark = pytest.mark.skipif(
    not DESCRIPTION.exists(), reason="the folder ../shared/graph is not beside this checkout"
)

NINE = datetime(2026, 11, 24, 9, tzinfo=UTC)
AT_NINE = Timed(NINE, NINE + timedelta(hours=1))
DAYS = AllDay(date(2026, 11, 24), date(2026, 11, 26))
# In links that Microsoft gives, to be followed as they are.
OF_A_LINK = frozenset(("$deltatoken", "$skiptoken"))
SERIES = {
    "address": ANA,
    "calendar": "Calendar",
    "op": "create",
    "event": {
        "subject": "Stand-up",
        "start": {"dateTime": "2026-11-24T09:00:00", "timeZone": "UTC"},
        "end": {"dateTime": "2026-11-24T09:15:00", "timeZone": "UTC"},
        "recurrence": {
            "pattern": {"type": "daily", "interval": 1},
            "range": {"type": "numbered", "startDate": "2026-11-24", "numberOfOccurrences": 3},
        },
    },
}
KINDS: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "boolean": bool,
    "object": dict,
    "array": list,
    "number": (int, float),
    "integer": int,
}


class Description:
    """An OpenAPI document, as far as it says which requests there are."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document

    def faults(self, request: Request) -> list[str]:
        """Why a request is none of those described."""
        path = request.path.removeprefix("/v1.0")
        operations = [found for name, found in self._document["paths"].items() if fits(name, path)]
        operation = next(
            (found[request.method.lower()] for found in operations if request.method.lower() in found), None
        )
        if operation is None:
            return [f"{request.method} {path} is not described"]
        known = {part["name"]: part for part in map(self._resolved, operation["parameters"]) if part["in"] == "query"}
        given = {name for name, _ in request.query}
        found = list(self._body_faults(request, operation))
        if given & OF_A_LINK:
            return found
        found += [f"{name} is no parameter" for name in given - known.keys()]
        return found + [f"{name} is missing" for name in known if known[name].get("required") and name not in given]

    def _body_faults(self, request: Request, operation: dict[str, Any]) -> Iterator[str]:
        described = operation.get("requestBody")
        if described is None or not request.body:
            if bool(described) != bool(request.body):
                yield "a body that is not described, or none where one is"
            return
        schema = described["content"][request.headers["content-type"]]["schema"]
        yield from self._value_faults(json.loads(request.body), schema, "the body")

    def _value_faults(self, value: Any, schema: dict[str, Any], where: str) -> Iterator[str]:
        schema = self._resolved(schema)
        if "anyOf" in schema:
            choices = [list(self._value_faults(value, choice, where)) for choice in schema["anyOf"]]
            if all(choices):
                yield from choices[0]
            return
        kind = schema.get("type", "object")
        if not isinstance(value, KINDS[kind]):
            yield f"{where} is no {kind}"
        elif "enum" in schema and value not in schema["enum"]:
            yield f"{where} is not one of {schema['enum']}"
        elif isinstance(value, list):
            for place, part in enumerate(value):
                yield from self._value_faults(part, schema["items"], f"{where}/{place}")
        elif isinstance(value, dict):
            properties = self._properties(schema)
            for name, part in value.items():
                if name.casefold() not in properties:
                    yield f"{where}/{name} is not described"
                else:
                    yield from self._value_faults(part, properties[name.casefold()], f"{where}/{name}")

    def _properties(self, schema: dict[str, Any]) -> dict[str, Any]:
        """By name without regard to case: parameters of actions are described and documented in different ones."""
        found = {name.casefold(): part for name, part in schema.get("properties", {}).items()}
        for base in schema.get("allOf", ()):
            found |= self._properties(self._resolved(base))
        return found

    def _resolved(self, schema: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in schema:
            found: Any = self._document
            for step in schema["$ref"].removeprefix("#/").split("/"):
                found = found[step]
            schema = found
        return schema


def fits(described: str, path: str) -> bool:
    """Whether a path is the described one, whose segments in braces stand for any."""
    pairs = list(zip(described.split("/"), path.split("/"), strict=False))
    same_length = described.count("/") == path.count("/")
    return same_length and all(name.startswith("{") or name == segment for name, segment in pairs)


@pytest.fixture(scope="module")
def description() -> Description:
    return Description(json.loads(DESCRIPTION.read_bytes()))


async def test_every_request_to_a_mailbox_is_described(microsoft: Microsoft, description: Description) -> None:
    mailboxes = Mailboxes(microsoft)
    ana, ben, calendar = mailboxes.ana, mailboxes.ben, mailboxes.calendar_id
    everything = Wanted(
        subject="Review", when=AT_NINE, zone="Europe/Zurich", show_as=ShowAs.WORKING_ELSEWHERE, location="Room 2",
        body="Agenda", attendees=(Attendee(Person("Ben", BEN)),), is_online=True, reminder_minutes=5,
        sensitivity=Sensitivity.PERSONAL, categories=("Red",),
    )  # fmt: skip
    made = await ana.create(calendar, Create(wanted=everything, transaction_id="t-1"))
    await ana.calendars()
    page, _ = await ana.page(ana.first_link(calendar, DAYS))
    await ana.page(page.next_link or page.delta_link)
    await ana.series_instances(str(microsoft.control("change", **SERIES)["id"]), DAYS)
    await ana.made_by(calendar, "t-1", AT_NINE)
    await ana.event(made.id)
    changed = await ana.update(made.id, Wanted(when=DAYS, reminder_minutes=-1), made.etag)
    copy = str(mailboxes.events(BEN)[0]["id"])
    for response in (Response.ACCEPTED, Response.TENTATIVE):
        await ben.respond(copy, Respond(response=response, comment="Yes."))
    await ben.respond(copy, Respond(response=Response.DECLINED, proposed=AT_NINE))
    await ana.cancel(changed.id, "Called off.")
    alone = await ana.create(calendar, Create(wanted=Wanted(subject="Trip", when=DAYS), transaction_id="t-2"))
    await ana.delete(alone.id, alone.etag)

    faults = {f"{sent.method} {sent.path}": description.faults(sent) for sent in microsoft.requests}
    assert {name: found for name, found in faults.items() if found} == {}
    assert {sent.method for sent in microsoft.requests} == {"GET", "POST", "PATCH", "DELETE"}
    assert {event["subject"] for event in mailboxes.events(ANA)} == {"Stand-up"}


@pytest.mark.parametrize(
    ("method", "target", "body", "fault"),
    [
        ("GET", "me/calendar/e/nothing", None, "is not described"),
        ("PUT", "me/events/e", {}, "is not described"),
        ("GET", "me/calendars/c/calendarView?startDateTime=x", None, "endDateTime is missing"),
        ("GET", "me/calendars?top=1", None, "top is no parameter"),
        ("POST", "me/events", {"subjekt": "x"}, "the body/subjekt is not described"),
        ("POST", "me/events", {"subject": 3}, "the body/subject is no string"),
        ("POST", "me/events", {"attendees": [{"type": "guest"}]}, "attendees/0/type is not one of"),
        ("POST", "me/events", {"start": {"date": "x"}}, "the body/start/date is not described"),
        ("DELETE", "me/events/e", {}, "a body that is not described"),
    ],
)
def test_a_request_that_is_not_described_is_noticed(
    description: Description, method: str, target: str, body: Any, fault: str
) -> None:
    sent = b"" if body is None else json.dumps(body).encode()
    headers = {"content-type": "application/json"}
    (found,) = description.faults(Request.of(method, f"https://graph.microsoft.com/v1.0/{target}", headers, sent))

    assert fault in found
