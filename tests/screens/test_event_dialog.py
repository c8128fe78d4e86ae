"""The dialog of an event: everything that is known of it, its neighbours, its links, and what is copied."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

import pytest
from connecting import until
from hosting import HOSTILE, NOW, HostApp, SnapshotBuilder, screen_text
from msgspec.structs import replace
from sample import week_of_ana
from textual.pilot import Pilot

from tui.domain.events import Attendance, Attendee, Person, Repeats, Response, ShowAs
from tui.domain.meetings import Meeting
from tui.screens import opening
from tui.screens.conflicts import ConflictsScreen
from tui.screens.event import EventDialog
from tui.screens.event_text import copied_text, event_lines, why_lines
from tui.screens.week import WeekScreen
from tui.workspace.view import Snapshot

SIZE = (100, 40)


def only(snapshot: Snapshot, subject: str = "") -> Meeting:
    return next(meeting for meeting in snapshot.meetings if subject in meeting.subject)


def said(snapshot: Snapshot, subject: str = "", *, is_private: bool = False, width: int = 100) -> str:
    """The dialog's text about the meeting with ``subject``."""
    lines = event_lines(snapshot, only(snapshot, subject), is_private, NOW, width)
    return "\n".join(line.plain.rstrip() for line in lines)


def test_everything_of_an_event_is_told(builder: SnapshotBuilder) -> None:
    a = builder.account("A", "ana@contoso.example")
    builder.event(
        a,
        "Planning",
        "2026-11-26 10:00",
        "12:00",
        repeats=Repeats("weekly", 2),
        original_start=datetime(2026, 11, 26, 8, tzinfo=UTC),
        series_id="s",
        location="Room 4",
        organizer=Person("Lee Park", "lee@fabrikam.example"),
        is_organizer=False,
        response=Response.TENTATIVE,
        attendance=Attendance.OPTIONAL,
        attendees=(Attendee(Person("Ben", "ben@x.example"), Attendance.REQUIRED, Response.ACCEPTED),),
        attendee_count=12,
        categories=("Blue", "Project X"),
        join_url="https://teams.microsoft.com/l/1",
        web_link="https://outlook.office365.com/owa/1",
        preview="Bring the numbers.",
        is_draft=True,
    )

    text = said(builder.build())

    assert "When        Thu 26 Nov 10:00–12:00 (2 h), Europe/Berlin (UTC+01:00)" in text
    assert "Moved from  Thu 26 Nov 09:00, where its series has it" in text
    for words in ("Room 4", "Lee Park <lee@fabrikam.example>", "optional, maybe", "every 2 weeks", "Blue, Project X"):
        assert words in text
    for words in ("https://teams.microsoft.com/l/1", "https://outlook.office365.com/owa/1", "a draft", "12 people"):
        assert words in text
    for words in ("Ben <ben@x.example>, required: accepted", "and 11 more", "Bring the numbers.", "(rule 1)"):
        assert words in text
    assert "A  contoso / Calendar   counts, read 1 min ago" in text


def test_each_copy_says_its_calendar_its_weight_and_what_it_says_differently(builder: SnapshotBuilder) -> None:
    a, b = builder.account("A", "ana@contoso.example"), builder.account("B", "b@fabrikam.example", age_minutes=90)
    event = builder.event(a, "Signing", "2026-11-25 15:00", "16:00", ical_uid="u", location="Rm 1")
    builder.copy(replace(event, location="Rm 2", show_as=ShowAs.FREE, subject="Signing (moved)"), b)

    text = said(builder.build())

    assert "2 copies" in text
    assert "B  fabrikam / Calendar   counts, read 1 h 30 min ago" in text
    assert "Does not count: Outlook shows it as free (rule 6)" in text
    assert "differs: title “Signing (moved)”; place Rm 2; shown as free" in text


def test_the_copies_of_a_private_event_say_nothing_in_privacy_mode(builder: SnapshotBuilder) -> None:
    week_of_ana(builder)

    text = said(builder.build(), "Dentist", is_private=True)

    assert "Dentist" not in text
    assert "only its time and calendar" in text
    assert "Mon 23 Nov 17:00–18:00" in text


@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize("width", [20, 40, 84])
def test_hostile_words_stay_words_and_inside_the_frame(builder: SnapshotBuilder, hostile: str, width: int) -> None:
    a = builder.account("A", "ana@contoso.example")
    person = Person(hostile, hostile)
    builder.event(
        a,
        hostile,
        "2026-11-23 11:00",
        "12:00",
        location=hostile,
        organizer=person,
        attendees=(Attendee(person),),
        categories=(hostile,),
        join_url=hostile,
        web_link=hostile,
        preview=hostile,
    )
    snapshot = builder.build()

    for lines in (
        event_lines(snapshot, snapshot.meetings[0], False, NOW, width),
        why_lines(snapshot, snapshot.meetings[0], False, NOW, width),
    ):
        assert all(line.cell_length <= max(width, 22) for line in lines)
        assert all(one.isprintable() or one == "\u200d" for line in lines for one in line.plain)


def test_five_hundred_people_are_no_delay(builder: SnapshotBuilder) -> None:
    a = builder.account("A", "ana@contoso.example")
    people = tuple(Attendee(Person(f"Person {number}", f"p{number}@x.example")) for number in range(500))
    builder.event(a, "All hands", "2026-11-23 11:00", "12:00", attendees=people, attendee_count=100_000)
    snapshot = builder.build()
    begin = time.perf_counter()

    lines = event_lines(snapshot, snapshot.meetings[0], False, NOW, 84)

    assert len(lines) > 500
    assert time.perf_counter() - begin < 0.5


async def opened(pilot: Pilot[Any]) -> str:
    await pilot.pause()
    await pilot.press("enter")
    await pilot.pause()
    return screen_text(pilot.app)


async def test_tab_goes_to_the_next_event_and_the_week_follows(builder: SnapshotBuilder) -> None:
    app = HostApp(WeekScreen, week_of_ana(builder))
    async with app.run_test(size=SIZE) as pilot:
        assert "“Budget review”" in await opened(pilot)

        await pilot.press("tab")
        await pilot.pause()
        assert "“Invoices”" in screen_text(app)
        await pilot.press("shift+tab", "shift+tab")
        await pilot.pause()
        assert "“Stand-up”" in screen_text(app)
        await pilot.press("tab", "tab", "escape")
        await pilot.pause()

        week = app.screen
        assert isinstance(week, WeekScreen)
        assert week.meeting is not None
        assert week.meeting.subject == "Invoices"


async def test_the_keys_stay_in_sight_while_the_text_scrolls(builder: SnapshotBuilder) -> None:
    a = builder.account("A", "ana@contoso.example")
    people = tuple(Attendee(Person(f"Person {number}")) for number in range(500))
    builder.event(a, "All hands", "2026-11-23 11:00", "12:00", attendees=people)
    app = HostApp(WeekScreen, builder.build())
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await pilot.press("end")
        await pilot.pause()
        text = screen_text(app)

        assert "Person 499" in text
        assert "esc back  o open  y copy" in text
        assert "“All hands”" in text


async def test_copy_says_what_was_copied_and_copies_one_clean_line(builder: SnapshotBuilder) -> None:
    app = HostApp(WeekScreen, week_of_ana(builder))
    async with app.run_test(size=SIZE) as pilot:
        await opened(pilot)
        await pilot.press("y")
        await pilot.pause()

        assert app.clipboard == "Budget review, Mon 23 Nov 11:00–12:00, Rm 5"
        assert app.shell.toasts == [f"Copied, if your terminal allows it: {app.clipboard}"]


def test_an_address_that_is_not_opened_is_not_copied_either(builder: SnapshotBuilder) -> None:
    a = builder.account("A", "ana@contoso.example")
    builder.event(a, "Trap", "2026-11-23 11:00", "12:00", join_url="https://teams.microsoft.com@evil.example/")
    snapshot = builder.build()

    assert "evil" not in copied_text(snapshot, snapshot.meetings[0], False, NOW)
    assert "not opened: it has a name before its host" in said(snapshot)


class Browser:
    """Stands in for the person's browser."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, works: bool = True) -> None:
        self.opened: list[str] = []
        self.works = works
        real = opening.open_link_of
        for module in ("tui.screens.opening", "tui.screens.event"):
            monkeypatch.setattr(
                f"{module}.open_link_of", lambda app, shell, meeting: real(app, shell, meeting, self.open)
            )

    def open(self, address: str) -> bool:
        self.opened.append(address)
        return self.works


def with_link(builder: SnapshotBuilder, **fields: str) -> Snapshot:
    builder.event(builder.account("A", "ana@contoso.example"), "Call", "2026-11-23 11:00", "12:00", **fields)
    return builder.build()


async def test_the_page_of_a_known_meeting_host_opens_at_once_from_week_and_dialog(
    builder: SnapshotBuilder, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = Browser(monkeypatch)
    app = HostApp(WeekScreen, with_link(builder, join_url="https://teams.microsoft.com/l/1"))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        await pilot.press("o")
        await until(pilot, lambda: len(browser.opened) == 1)
        await opened(pilot)
        await pilot.press("o")
        await until(pilot, lambda: len(app.shell.toasts) == 2)

        assert browser.opened == ["https://teams.microsoft.com/l/1"] * 2
        assert app.shell.toasts[0] == "Opening the join link (meeting, teams.microsoft.com) in your browser"


async def test_without_a_join_link_the_page_in_outlook_opens(
    builder: SnapshotBuilder, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = Browser(monkeypatch)
    app = HostApp(WeekScreen, with_link(builder, web_link="https://outlook.office365.com/owa/?itemid=1"))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        await pilot.press("o")
        await until(pilot, lambda: browser.opened == ["https://outlook.office365.com/owa/?itemid=1"])


async def test_another_host_is_shown_first_and_going_back_opens_nothing(
    builder: SnapshotBuilder, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = Browser(monkeypatch)
    app = HostApp(WeekScreen, with_link(builder, join_url="http://xn--bcher-kva.example/join"))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        await pilot.press("o")
        await pilot.pause()
        text = screen_text(app)
        assert "Open the join link of “Call”?" in text
        for words in ("Open xn--bcher-kva.example", "bücher", "not encrypted", "not a host that is known"):
            assert words in text
        await pilot.press("enter")
        await pilot.pause()
        assert browser.opened == []

        await pilot.press("o")
        await pilot.pause()
        await pilot.press("down", "enter")
        await until(pilot, lambda: browser.opened == ["http://xn--bcher-kva.example/join"])


@pytest.mark.parametrize("address", ["https://evil.example\\@teams.microsoft.com/", "file:///etc/passwd"])
async def test_what_must_not_be_opened_says_why(
    builder: SnapshotBuilder, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    browser = Browser(monkeypatch)
    app = HostApp(WeekScreen, with_link(builder, join_url=address))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        await pilot.press("o")
        await pilot.pause()

        assert browser.opened == []
        assert app.shell.toasts[0].startswith("The join link of “Call” is not opened: ")


async def test_where_no_browser_opens_the_address_is_copied(
    builder: SnapshotBuilder, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = Browser(monkeypatch, works=False)
    app = HostApp(WeekScreen, with_link(builder, join_url="https://zoom.us/j/1"))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        await pilot.press("o")
        await until(pilot, lambda: bool(app.shell.toasts))

        assert browser.opened == ["https://zoom.us/j/1"]
        assert app.clipboard == "https://zoom.us/j/1"
        assert "No browser opens here" in app.shell.toasts[0]


async def test_an_event_without_a_link_says_so(builder: SnapshotBuilder) -> None:
    app = HostApp(ConflictsScreen, week_of_ana(builder))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        await pilot.press("o")
        await pilot.pause()

        assert app.shell.toasts == ["“Budget review” has no link to open."]


async def test_in_privacy_mode_the_link_of_a_private_event_stays_closed(builder: SnapshotBuilder) -> None:
    week_of_ana(builder)
    meeting = only(builder.build(), "Dentist")
    copy = meeting.copies[0]
    event = replace(copy.event, join_url="https://zoom.us/j/1")
    hidden = replace(meeting, copies=(copy._replace(event=event),))

    assert list(opening.links_of(hidden, True)) == []
    assert list(opening.links_of(hidden, False)) == [("join link", "https://zoom.us/j/1")]


async def test_from_the_conflicts_tab_walks_through_the_members(builder: SnapshotBuilder) -> None:
    app = HostApp(ConflictsScreen, week_of_ana(builder))
    async with app.run_test(size=SIZE) as pilot:
        assert "“Budget review”" in await opened(pilot)
        await pilot.press("tab", "tab", "tab")
        await pilot.pause()

        assert isinstance(app.screen, EventDialog)
        assert app.screen.meeting.subject == "Invoices"
        assert app.shell.toasts[0] == "There is no event after this one."
