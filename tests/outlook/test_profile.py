"""What Microsoft says of person and mailbox, in Microsoft's own examples and in odd ones."""

from __future__ import annotations

import json
from datetime import time
from pathlib import Path

import pytest

from tui.outlook.profile import MailboxSettings, User, decode_mailbox_settings, decode_user
from tui.outlook.wire import Unreadable

EXAMPLES = Path(__file__).parents[3] / "shared" / "graph" / "examples"
NOTHING = MailboxSettings("", (), None, None)
beside_references = pytest.mark.skipif(not EXAMPLES.exists(), reason="the references are not beside this checkout")


def example(name: str) -> bytes:
    return json.dumps(json.loads((EXAMPLES / name).read_text("utf-8"))["response"]["body"]).encode()


@beside_references
def test_microsofts_own_user_decodes() -> None:
    user = decode_user(example("user-get--get-user.json"))

    assert (user.name, user.address) == ("Adele Vance", "AdeleV@contoso.onmicrosoft.com")


@beside_references
@pytest.mark.parametrize(
    "name",
    [
        "user-get-mailboxsettings--get-mailboxsettings-1.json",
        "user-get-mailboxsettings--get-mailboxsettings-1--2021-02.json",
        "outlook-share-or-delegate-calendar--get-mailboxsettings-owner.json",
    ],
)
def test_microsofts_own_mailbox_settings_decode(name: str) -> None:
    settings = decode_mailbox_settings(example(name))

    assert settings.zone_name
    assert settings.work_days == (0, 1, 2, 3, 4)
    assert settings.work_starts is not None
    assert settings.work_ends is not None
    assert settings.work_starts < settings.work_ends


def test_hours_are_wall_clock_times() -> None:
    hours = {"daysOfWeek": ["Monday", "sunday"], "startTime": "08:00:00.0000000", "endTime": "16:30:00"}
    body = json.dumps({"timeZone": "W. Europe Standard Time", "workingHours": hours}).encode()

    expected = MailboxSettings("W. Europe Standard Time", (0, 6), time(8), time(16, 30))
    assert decode_mailbox_settings(body) == expected


@pytest.mark.parametrize(
    "body",
    [b"{}", b'{"workingHours": 7}', b'{"workingHours": {"daysOfWeek": "monday", "startTime": "25:00"}}'],
)
def test_odd_settings_are_left_out(body: bytes) -> None:
    assert decode_mailbox_settings(body) == NOTHING


def test_a_user_without_mail_is_known_by_the_name_that_signs_in() -> None:
    body = b'{"id": "7", "displayName": "Ana\\u001b[31m", "mail": null, "userPrincipalName": "ana@contoso.example"}'

    assert decode_user(body) == User("7", "Ana\ufffd[31m", "ana@contoso.example")


@pytest.mark.parametrize("body", [b"", b"[]", b"<html>", b"\xff"])
def test_what_is_no_object_is_refused(body: bytes) -> None:
    with pytest.raises(Unreadable):
        decode_user(body)
