"""What the commands answer, in JSON field by field and in text."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest
from commands.calling import PROGRAM, Program
from workspace.served import ANA, BEN, FORBIDDEN, HOSTILE_SUBJECT, calendar, event, mailbox, no_program_settings, served


def calendar_id(program: Program, address: str, name: str) -> str:
    listed = program.fine("calendars", "--json").document
    return next(str(c["calendar"]) for c in listed if (c["account"], c["name"]) == (address, name))


def test_connect_shows_address_and_code_and_ends_when_the_code_was_accepted(program: Program) -> None:
    said = program.connect(ANA)
    assert re.search(r"^Open   \S+/simulator/sign-in$", said.out, re.MULTILINE)
    assert re.search(r"^Enter  [A-Z0-9]{4,}", said.out, re.MULTILINE)
    assert re.search(rf"^{ANA} is connected in Main \([0-9a-f]{{8}}\)\.$", said.out, re.MULTILINE)
    assert "Counts as busy: Calendar." in said.out
    assert "Bookings go to: Calendar." in said.out
    assert "Waiting, 15 minutes at most." in said.err


def test_connect_can_count_every_calendar(program: Program) -> None:
    assert "Counts as busy: Calendar, Holidays, Team." in program.connect(ANA, "--all-calendars").out


def test_connect_uses_a_sign_in_that_exists_without_a_code(program: Program) -> None:
    program.connect(ANA)
    said = program.fine("connect", "--account", ANA.upper(), "--sub-account", "Family")
    assert "Enter" not in said.out
    assert "is connected in Family" in said.out


def test_connect_for_reading_links_nothing(program: Program) -> None:
    assert "Bookings go to" not in program.connect(ANA, "--mode", "read").out
    (connection,) = program.fine("connections", "--json").document
    assert (connection["linked"], connection["mode"]) == (None, "read")


def test_accounts(program: Program) -> None:
    program.connect(ANA)
    assert program.fine("accounts", "--json").document == [
        {"account": ANA, "kind": "work", "state": "signed in", "token_storage": "file"}
    ]


def test_calendars(program: Program) -> None:
    program.connect(ANA)
    listed = program.fine("calendars", "--json").document
    assert all(c.pop("calendar") for c in listed)
    assert listed == [
        {"account": ANA, "name": "Calendar", "can_edit": True, "is_default": True},
        {"account": ANA, "name": "Holidays", "can_edit": False, "is_default": False},
        {"account": ANA, "name": "Team", "can_edit": True, "is_default": False},
    ]


def test_connections(program: Program) -> None:
    program.connect(ANA)
    default = calendar_id(program, ANA, "Calendar")
    (connection,) = program.fine("connections", "--json").document
    assert re.fullmatch("[0-9a-f]{8}", connection.pop("id"))
    assert connection == {
        "sub_account": "Main",
        "account": ANA,
        "linked": default,
        "conflict": [default],
        "preference": "blocks",
        "mode": "write",
        "state": "signed in",
    }


def test_sub_accounts(program: Program) -> None:
    program.connect(ANA)
    program.fine("connect", "--account", ANA, "--sub-account", "Family")
    listed = program.fine("sub-accounts", "--json").document
    assert [(s["sub_account"], s["connections"]) for s in listed] == [("Main", 1), ("Family", 1)]


@pytest.mark.parametrize("name", ["accounts", "calendars", "connections", "sub-accounts"])
def test_lists_with_nothing_in_them_are_an_empty_document_or_a_hint(program: Program, name: str) -> None:
    assert program.fine(name, "--json").document == []
    said = program.fine(name)
    assert (said.out, "calconnect-tui connect" in said.err) == ("", True)


def test_configure_takes_names_and_ids_and_says_what_holds_now(program: Program) -> None:
    program.connect(ANA)
    team, holidays = calendar_id(program, ANA, "Team"), calendar_id(program, ANA, "Holidays")
    said = program.fine(
        "configure", ANA, "--linked", "team", "--conflict", holidays, "Calendar", "--preference", "two-way"
    )
    assert said.out == "Counts as busy: Team, Holidays, Calendar.\nBookings go to: Team.\n"
    (connection,) = program.fine("connections", "--json").document
    assert connection["linked"] == team
    assert connection["conflict"][:2] == [team, holidays]
    assert connection["preference"] == "two-way"


def test_configure_leaves_what_is_not_named(program: Program) -> None:
    program.connect(ANA)
    before = program.fine("connections", "--json").document[0]
    program.fine("configure", before["id"], "--preference", "two-way")
    assert program.fine("connections", "--json").document == [before | {"preference": "two-way"}]


def test_sync(program: Program) -> None:
    program.connect(ANA)
    (report,) = program.fine("sync", "--json").document["calendars"]
    assert report.pop("seconds") >= 0
    assert report.pop("calendar") == calendar_id(program, ANA, "Calendar")
    assert report == {
        "account": ANA,
        "calendar_name": "Calendar",
        "pages": 1,
        "changed": 2,
        "removed": 0,
        "events": 2,
        "error": None,
    }


def test_a_second_sync_asks_each_calendar_once_and_finds_nothing(read: Program) -> None:
    assert read.microsoft is not None
    before = read.microsoft.requests()
    found = read.fine("sync", "--json").document["calendars"]
    assert [(c["pages"], c["changed"], c["removed"]) for c in found] == [(1, 0, 0), (1, 0, 0)]
    after = read.microsoft.requests()
    assert {key: after[key] - before[key] for key in after if after[key] != before[key]} == {
        (ANA, "Calendar"): 1,
        (BEN, "Calendar"): 1,
    }


def test_what_other_people_change_arrives_with_the_next_sync(read: Program) -> None:
    assert read.microsoft is not None
    news = event("News", "2026-11-24T14:00:00", "2026-11-24T15:00:00")
    read.microsoft.post("change", address=ANA, op="create", event=news)
    read.microsoft.post("change", address=ANA, op="update", id="budget", event={"subject": "Budget moved"})
    read.microsoft.post("change", address=BEN, op="delete", id="inv")
    found = read.fine("sync", "--json").document["calendars"]
    assert [(c["account"], c["changed"], c["removed"]) for c in found] == [(ANA, 2, 0), (BEN, 0, 1)]
    subjects = [e["subject"] for e in read.fine("agenda", "--json").document["events"]]
    assert subjects == ["Budget moved", "News", "Fair"]


def test_agenda(read: Program) -> None:
    events = read.fine("agenda", "--json").document["events"]
    assert events[0] == {
        "account": ANA,
        "calendar": calendar_id(read, ANA, "Calendar"),
        "calendar_name": "Calendar",
        "event_id": "budget",
        "ical_uid": "uid-budget",
        "subject": "Budget review",
        "start": "2026-11-24T10:00:00Z",
        "end": "2026-11-24T11:00:00Z",
        "all_day": False,
        "show_as": "busy",
        "response": events[0]["response"],
        "type": "singleInstance",
        "weight": "hard",
        "series_id": None,
        "location": "",
        "organizer": ANA,
        "sensitivity": "normal",
        "is_cancelled": False,
    }
    assert [e["subject"] for e in events] == ["Budget review", "Invoices", "Fair"]


def test_agenda_in_text_has_a_line_for_each_day_and_event_and_a_gap_between_days(read: Program) -> None:
    said = read.fine("agenda")
    assert said.out == (
        "Tuesday 24 November 2026\n"
        f"  11:00–12:00  Budget review  ({ANA} / Calendar)\n"
        f"  11:30–12:30  Invoices  ({BEN} / Calendar)\n"
        "\n"
        "Wednesday 25 November 2026\n"
        f"  all day      Fair  ({ANA} / Calendar)\n"
    )


def test_the_days_asked_for_bound_the_agenda(read: Program) -> None:
    def subjects(*words: str) -> list[str]:
        return [e["subject"] for e in read.fine("agenda", "--json", *words).document["events"]]

    assert subjects("--days", "1") == []
    assert subjects("--from", "2026-11-25", "--days", "1") == ["Fair"]
    assert subjects("--from", "2026-11-24", "--days", "1") == ["Budget review", "Invoices"]


def test_all_day_events_are_midnights_of_the_viewers_zone(read: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "America/New_York")
    fair = next(e for e in read.fine("agenda", "--json").document["events"] if e["all_day"])
    assert (fair["start"], fair["end"]) == ("2026-11-25T05:00:00Z", "2026-11-26T05:00:00Z")
    assert "  05:00–06:00  Budget review" in read.fine("agenda").out
    assert read("conflicts", "--json").document["zone"] == "America/New_York"


def test_conflicts(read: Program) -> None:
    said = read("conflicts", "--json")
    found = said.document
    assert said.code == 1
    (group,) = found.pop("groups")
    assert found == {
        "sub_account": "Main",
        "zone": "Europe/Berlin",
        "from": found["from"],
        "to": "2026-12-22T23:00:00Z",
    }
    assert found["from"].startswith("2026-11-23T08:00:0")
    assert group.pop("id")
    members = group.pop("members")
    assert group == {
        "grade": "high",
        "state": "open",
        "start": "2026-11-24T10:00:00Z",
        "end": "2026-11-24T11:30:00Z",
        "pairs": [[0, 1, "high", "open"]],
    }
    assert all(member.pop("meeting") for member in members)
    assert members[0] == {
        "subject": "Budget review",
        "start": "2026-11-24T10:00:00Z",
        "end": "2026-11-24T11:00:00Z",
        "all_day": False,
        "weight": "hard",
        "copies": [
            {
                "account": ANA,
                "calendar": calendar_id(read, ANA, "Calendar"),
                "event_id": "budget",
                "ical_uid": "uid-budget",
            }
        ],
    }


def test_conflicts_in_text_name_the_grade_the_time_and_who_is_in_it(read: Program) -> None:
    said = read("conflicts")
    assert said.code == 1
    first, *members = said.out.splitlines()
    assert re.fullmatch(r"high    Tue 24 Nov 11:30–12:00  \S+", first)
    assert members == [
        "        A   Tue 24 Nov 11:00–12:00  Budget review  (busy)",
        "        B   Tue 24 Nov 11:30–12:30  Invoices  (busy)",
    ]


def test_conflicts_that_are_over_are_left_out_unless_their_day_is_named(
    read: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CALCONNECT_NOW", "2026-11-24T11:15:00+00:00")
    said = read("conflicts", "--json")
    assert (said.code, said.document["groups"]) == (0, [])
    said = read("conflicts", "--json", "--from", "2026-11-24")
    assert (said.code, len(said.document["groups"])) == (1, 1)
    assert len(read.fine("conflicts", "--json", "--state", "solved").document["groups"]) == 1


def test_a_grade_leaves_out_what_is_milder(read: Program) -> None:
    assert read.microsoft is not None
    read.microsoft.post("change", address=BEN, op="update", id="inv", event={"showAs": "tentative"})
    read.fine("sync")
    assert [g["grade"] for g in read("conflicts", "--json").document["groups"]] == ["medium"]
    assert read.fine("conflicts", "--json", "--grade", "high").document["groups"] == []


def test_disconnect_keeps_the_sign_in_and_forget_does_not(read: Program) -> None:
    assert ANA in read.fine("disconnect", ANA).out
    assert len(read.fine("accounts", "--json").document) == 2
    assert [c["account"] for c in read.fine("connections", "--json").document] == [BEN]
    connection = read.fine("connections", "--json").document[0]["id"]
    assert "gone from this computer" in read.fine("disconnect", connection, "--forget").out
    assert [a["account"] for a in read.fine("accounts", "--json").document] == [ANA]


def test_hostile_text_comes_out_harmless_everywhere(tmp_path: Path, program: Program) -> None:
    hostile = event(
        HOSTILE_SUBJECT, "2026-11-24T10:00:00", "2026-11-24T11:00:00", location={"displayName": HOSTILE_SUBJECT}
    )
    other = event(HOSTILE_SUBJECT + "2", "2026-11-24T10:00:00", "2026-11-24T11:00:00")
    with served(mailbox(ANA, calendar(HOSTILE_SUBJECT, hostile, other, default=True))) as microsoft:
        program.microsoft = microsoft
        said = [program.connect(ANA, "--sub-account", HOSTILE_SUBJECT), program.fine("sync")]
        said += [program(name, *json) for json in ((), ("--json",)) for name in ("calendars", "sync", "agenda")]
        said += [program(name, *json) for json in ((), ("--json",)) for name in ("conflicts", "connections")]
        said += [program("disconnect", HOSTILE_SUBJECT), program("configure", ANA, "--linked", HOSTILE_SUBJECT)]
    texts = [text for each in said for text in (each.out, each.err)]
    assert sum("[@click=app.quit]" in text for text in texts) > 5
    assert not [
        text for text in texts for character in FORBIDDEN if character in text or f"\\u{ord(character):04x}" in text
    ]


def test_a_name_that_json_cannot_print_in_this_locale_is_escaped_and_not_lost(read: Program) -> None:
    assert read.microsoft is not None
    read.microsoft.post("change", address=ANA, op="update", id="budget", event={"subject": "Übergabe 漢字 👩"})
    plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "CALCONNECT_NOW": "2026-11-23T08:00:00Z"}
    assert read.process("sync", environment=plain).code == 0
    said = read.process("agenda", "--json", environment=plain)
    assert said.document["events"][0]["subject"] == "Übergabe 漢字 👩"
    said = read.process("agenda", environment=plain)
    assert (said.code, said.err) == (0, "")
    assert "?bergabe ?? ?" in said.out
    for words in (["--help"], ["connect", "--help"], ["disconnect", "Übergabe"], ["Übergabe"]):
        assert "Traceback" not in read.process(*words, environment=plain).err


def test_the_variables_mean_the_same_as_the_options(read: Program) -> None:
    assert read.microsoft is not None
    variables = {
        "CALCONNECT_DATA_DIR": str(read.directory),
        "CALCONNECT_SIMULATOR": read.microsoft.origin,
        "CALCONNECT_TOKEN_STORAGE": "file",
    }
    environment = no_program_settings(os.environ) | variables
    ended = subprocess.run([*PROGRAM, "sync"], env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ANA in ended.stdout
