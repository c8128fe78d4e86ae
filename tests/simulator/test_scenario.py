"""Reading a scenario file, and every way in which it can be wrong."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from simulator_client import single

from tui.simulator.scenario import ScenarioError, load, read_scenario

EVENT = single("e1", "2026-11-24T09:00:00", "2026-11-24T10:00:00")


def written(folder: Path, document: object) -> Path:
    path = folder / "scenario.json"
    path.write_text(document if isinstance(document, str) else json.dumps(document))
    return path


def one_mailbox(*events: Any, **more: Any) -> dict[str, Any]:
    calendar = {"name": "Calendar", "default": True, "canEdit": True, "events": list(events)}
    return {"mailboxes": [{"address": "ana@contoso.example", "kind": "work", "calendars": [calendar], **more}]}


def loaded_ids(path: Path) -> list[str]:
    mailbox = load(read_scenario(path))["ana@contoso.example"]
    return [item for calendar in mailbox.calendars.values() for item in calendar.groups]


def test_events_come_from_plain_and_gzip_files_beside_the_scenario_and_inline(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "plain.jsonl").write_text(json.dumps(EVENT) + "\n\n" + json.dumps(EVENT | {"id": "e2"}))
    (tmp_path / "packed.jsonl.gz").write_bytes(gzip.compress(json.dumps(EVENT | {"id": "e3"}).encode()))
    path = written(tmp_path, one_mailbox("sub/plain.jsonl", "packed.jsonl.gz", EVENT | {"id": "e4"}))
    assert loaded_ids(path) == ["e1", "e2", "e3", "e4"]


def test_what_may_be_left_out_has_its_default(tmp_path: Path) -> None:
    scenario = read_scenario(
        written(tmp_path, {"mailboxes": [{"address": "ana@contoso.example", "calendars": [{"name": "A"}]}]})
    )
    assert scenario.sign_in == "approve"
    mailbox = load(scenario)["ana@contoso.example"]
    assert (mailbox.name, mailbox.kind, mailbox.time_zone) == ("ana", "work", "UTC")
    assert mailbox.default_calendar is not None
    assert mailbox.default_calendar.properties["canEdit"] is True


def test_an_iana_zone_of_a_mailbox_becomes_its_windows_name(tmp_path: Path) -> None:
    scenario = read_scenario(written(tmp_path, one_mailbox(timeZone="Europe/Berlin")))
    assert load(scenario)["ana@contoso.example"].time_zone == "W. Europe Standard Time"


def test_an_event_without_an_id_has_the_same_one_in_every_run(tmp_path: Path) -> None:
    event = {name: value for name, value in EVENT.items() if name != "id"}
    path = written(tmp_path, one_mailbox(event, event))
    assert loaded_ids(path) == loaded_ids(path)
    assert len(set(loaded_ids(path))) == 2


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ("{", "is not JSON"),
        ("[]", "Expected `object`"),
        ({}, "missing required field `mailboxes`"),
        ({"mailboxes": []}, "there is no mailbox in it"),
        ({"mailboxes": [{"address": "ana"}]}, "'ana' is not an address"),
        ({"mailboxes": [{"address": "a@b.example"}, {"address": "A@b.example"}]}, "two mailboxes have the address"),
        (one_mailbox(kind="school"), "Invalid enum value 'school'"),
        (one_mailbox(timeZone="Mars/Olympus"), "unknown time zone 'Mars/Olympus'"),
        (one_mailbox() | {"signIn": "perhaps"}, "Invalid enum value 'perhaps'"),
        (one_mailbox(calendars=[{"name": "A"}, {"name": "A"}]), "two calendars have the same name"),
        (
            one_mailbox(calendars=[{"name": "A", "default": True}, {"name": "B", "default": True}]),
            "two calendars are the default",
        ),
        (one_mailbox(calendars=[{"events": []}]), "missing required field `name`"),
    ],
)
def test_a_wrong_scenario_is_told_in_one_line(tmp_path: Path, document: object, reason: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        read_scenario(written(tmp_path, document))
    assert reason in str(caught.value)
    assert str(tmp_path / "scenario.json") in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_scenario_is_told_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=r"none\.json: cannot be read: No such file"):
        read_scenario(tmp_path / "none.json")


LINE = json.dumps(EVENT)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"{", "line 1: is not an event object"),
        (f"{LINE}\n[]".encode(), "line 2: is not an event object"),
        (b"\xff\xfe", "line 1: is not an event object"),
        (json.dumps(EVENT | {"start": None}).encode(), "line 1: the event has no start"),
        (f"{LINE}\n\n{LINE}".encode(), "line 3: the id e1 was there before"),
        (
            json.dumps(EVENT | {"end": {"dateTime": "2026-11-23T09:00:00", "timeZone": "UTC"}}).encode(),
            "line 1: the event ends before",
        ),
        (json.dumps(EVENT | {"start": {"dateTime": "soon", "timeZone": "UTC"}}).encode(), "line 1: Invalid isoformat"),
        (
            json.dumps(EVENT | {"start": {"dateTime": "2026-11-24T09:00", "timeZone": "Mars"}}).encode(),
            "line 1: A valid TimeZone",
        ),
        (json.dumps(EVENT | {"isAllDay": True}).encode(), "line 1: an all-day event starts and ends at midnight"),
        (json.dumps(EVENT | {"id": 7}).encode(), "line 1: the event has no id"),
        (gzip.compress(LINE.encode(), mtime=0)[:-9], "is not whole gzip"),
        (b"\x1f\x8bnonsense", "events file"),
    ],
)
def test_a_wrong_events_file_is_told_with_its_line(tmp_path: Path, data: bytes, reason: str) -> None:
    (tmp_path / "events.jsonl").write_bytes(data)
    with pytest.raises(ScenarioError) as caught:
        load(read_scenario(written(tmp_path, one_mailbox("events.jsonl"))))
    assert reason in str(caught.value)
    assert str(tmp_path / "events.jsonl") in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_events_file_is_told_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=r"none\.jsonl: events file cannot be read: No such file"):
        load(read_scenario(written(tmp_path, one_mailbox("none.jsonl"))))


def test_a_rule_that_cannot_be_expanded_names_the_calendar(tmp_path: Path) -> None:
    broken = EVENT | {"type": "seriesMaster", "recurrence": {"pattern": {"type": "hourly"}, "range": {"type": "noEnd"}}}
    with pytest.raises(ScenarioError, match="calendar 'Calendar': unknown recurrence pattern 'hourly'"):
        load(read_scenario(written(tmp_path, one_mailbox(broken))))
