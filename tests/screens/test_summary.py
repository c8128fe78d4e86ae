"""What header and status line say of a snapshot."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hosting import BERLIN, NOW, FakeShell, HostApp, SnapshotBuilder
from msgspec.structs import replace

from tui.actions import Place
from tui.domain.accounts import SignInState
from tui.domain.conflicts import Grade
from tui.domain.events import Repeats
from tui.screens.summary import digest_words, header_state
from tui.screens.week import WeekScreen
from tui.widgets.header import HeaderState, header_lines
from tui.workspace.view import Digest, Snapshot


def state_of(snapshot: Snapshot, now: datetime = NOW, *, problem: str = "") -> HeaderState:
    shell: FakeShell = HostApp(WeekScreen, snapshot).shell
    shell.problem = problem
    return header_state(shell, Place.WEEK, now)


def weekly_clash(builder: SnapshotBuilder, times: int) -> None:
    a, b = builder.account("A", "ana@contoso.example"), builder.account("B", "ana@fabrikam.example")
    for number in range(times):
        day = (date(2026, 11, 25) + timedelta(weeks=number)).isoformat()
        weekly = {"repeats": Repeats("weekly")}
        builder.event(a, "Team lunch", f"{day} 12:00", "13:00", series_id="lunch", series_ical_uid="lunch", **weekly)
        builder.event(b, "Client call", f"{day} 12:30", "13:30", series_id="call", series_ical_uid="call", **weekly)


def test_two_series_that_clash_again_and_again_count_once(builder: SnapshotBuilder) -> None:
    weekly_clash(builder, 17)
    snapshot = builder.build()

    assert len(snapshot.groups) == 17
    assert dict(state_of(snapshot).counts)[Grade.HIGH] == 1
    assert "Double-booked: 1 high" in header_lines(state_of(snapshot), 120)[1].plain


@pytest.mark.parametrize(
    ("now", "start", "words"),
    [
        ("10:24:59", "2026-11-23 11:00", ("next 11:00 Budget (A)", "in 36 min")),
        ("10:24:00", "2026-11-23 11:00", ("next 11:00 Budget (A)", "in 36 min")),
        ("10:24:30", "2026-11-23 14:23", ("next 14:23 Budget (A)", "in 3 h 59 min")),
        ("10:24:30", "2026-11-24 08:00", ("next Tue 08:00 Budget (A)", "")),
        ("23:50:00", "2026-11-24 00:10", ("next Tue 00:10 Budget (A)", "in 20 min")),
        ("10:24:30", "2026-12-04 08:00", ("next Fri 4 Dec 08:00 Budget (A)", "")),
        ("10:24:30", "2027-01-05 08:00", ("next Tue 5 Jan 2027 08:00 Budget (A)", "")),
    ],
)
def test_the_next_meeting_has_its_day_and_is_as_far_as_the_clock_says(
    builder: SnapshotBuilder, now: str, start: str, words: tuple[str, str]
) -> None:
    account = builder.account("A", "ana@contoso.example")
    builder.event(account, "Budget", start, "23:59")
    shown = state_of(builder.build(), datetime.fromisoformat(f"2026-11-23T{now}").replace(tzinfo=BERLIN))

    assert (shown.next_meeting, shown.next_in) == words


@pytest.mark.parametrize(
    ("digest", "words"),
    [
        ({"read": 926, "new_conflicts": 20}, "926 events read, 20 double bookings: press 2"),
        ({"read": 1, "new_conflicts": 1}, "1 event read, 1 double booking: press 2"),
        ({"read": 412}, "412 events read, no double booking"),
        ({"read": 30, "changed": 2, "new_conflicts": 1}, "30 events read, 2 events changed, 1 new double booking"),
        ({"changed": 1, "removed": 2, "solved_conflicts": 1}, "1 event changed, 2 removed, 1 solved"),
        ({}, "nothing changed"),
    ],
)
def test_a_first_read_is_not_called_a_change(builder: SnapshotBuilder, digest: dict[str, int], words: str) -> None:
    builder.digest = Digest(at=NOW.astimezone(UTC), **digest)

    assert digest_words(builder.build()) == f" Sync 10:24: {words}"


def test_an_account_of_which_nothing_counts_is_not_waited_for(builder: SnapshotBuilder) -> None:
    builder.account("A", "ana@contoso.example")
    account = builder.account("C", "ana.k@outlook.example", age_minutes=None)
    builder.ignore(account, "Calendar")
    shown = state_of(builder.build())

    assert shown.ages == ("A 1 min", "C nothing counts")
    assert "No double booking" in header_lines(shown, 120)[1].plain


def test_nothing_is_called_free_of_double_bookings_before_everything_was_read(builder: SnapshotBuilder) -> None:
    builder.account("A", "ana@contoso.example")
    builder.account("B", "ana@fabrikam.example", age_minutes=None)
    shown = state_of(builder.build())

    for width in (200, 120, 80, 40):
        second = header_lines(shown, width)[1].plain
        assert "No double booking" not in second
        assert "0 clashes" not in second
        assert "not yet read" in second


def test_data_of_the_last_minute_is_read_now(builder: SnapshotBuilder) -> None:
    builder.account("A", "ana@contoso.example", age_minutes=0.5)

    assert state_of(builder.build()).ages == ("A now",)


def test_red_lines_say_first_what_stops_the_program_then_what_is_broken_then_what_was_repaired(
    builder: SnapshotBuilder,
) -> None:
    builder.account("C", "ana.k@outlook.example", state=SignInState.SIGN_IN_AGAIN, age_minutes=720)
    notices = ("The file of A was damaged.", "The list was repaired.", "A third.")
    shown = state_of(replace(builder.build(), notices=notices), problem="The disk is full. Make room.")

    assert shown.banners == (
        ("The disk is full. Make room.", "q quit"),
        ("C ana.k@outlook.example must sign in again, not read since Sun 22:24", "r reconnect"),
        ("The file of A was damaged.", "M 2 more"),
    )
