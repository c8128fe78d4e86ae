"""Where the person is double-booked: list, lanes, members, reasons."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from connecting import until
from hosting import HOSTILE, NOW, HostApp, SnapshotBuilder, screen_text

from tui.domain.events import EventType, Person, Repeats, Response, Sensitivity, ShowAs
from tui.screens.conflicts import ConflictsScreen
from tui.workspace.view import Snapshot


def hosted(snapshot: Snapshot) -> HostApp:
    return HostApp(ConflictsScreen, snapshot)


def busy_fortnight(builder: SnapshotBuilder) -> Snapshot:
    """One clash today, three at once on Thursday, an all-day item, two series, and what does not count."""
    a = builder.account("A", "ana@contoso.example")
    b = builder.account("B", "ana@fabrikam.example")
    c = builder.account("C", "ana.k@outlook.example", age_minutes=2, calendars=("Calendar", "Family"))
    lee = Person("Lee Park", "lee@fabrikam.example")
    builder.event(a, "Budget review", "2026-11-23 11:00", "12:00")
    builder.event(b, "Invoices", "2026-11-23 11:30", "12:30", show_as=ShowAs.TENTATIVE)
    builder.event(c, "No school", "2026-11-25", "2026-11-26", calendar="Family")
    builder.event(a, "Stand-up", "2026-11-25 09:00", "09:30")
    builder.event(a, "Contract", "2026-11-25 15:00", "16:00")
    builder.event(a, "Office week", "2026-11-23", "2026-11-28", show_as=ShowAs.FREE)
    builder.event(
        b,
        "Sprint planning",
        "2026-11-26 10:00",
        "12:00",
        attendee_count=9,
        is_organizer=False,
        organizer=lee,
        response=Response.ACCEPTED,
        join_url="https://teams.microsoft.com/l/x",
        repeats=Repeats("weekly"),
        type=EventType.OCCURRENCE,
        series_id="sprint",
    )
    builder.event(a, "Vendor demo", "2026-11-26 11:00", "11:30", location="Room 4")
    builder.event(c, "Parents day", "2026-11-26 11:00", "12:30", calendar="Family", sensitivity=Sensitivity.PRIVATE)
    for week in range(6):
        day = (NOW.date() + timedelta(days=9 + 7 * week)).isoformat()
        occurrence: dict[str, Any] = {"type": EventType.OCCURRENCE, "repeats": Repeats("weekly")}
        builder.event(a, "Team lunch", f"{day} 12:00", "13:00", series_id="lunch", **occurrence)
        if week % 2 == 0:
            builder.event(b, "Client weekly", f"{day} 12:00", "12:30", series_id="client", **occurrence)
    return builder.build()


def lines(app: HostApp) -> list[str]:
    return [line.rstrip() for line in screen_text(app).splitlines()]


def left(app: HostApp) -> list[str]:
    """The list, its border and all at the right of it cut off."""
    return [line.partition("│")[0].rstrip() for line in lines(app)[3:-3]]


def right(app: HostApp) -> list[str]:
    return [line.partition("│")[2].rstrip() for line in lines(app)[3:-3]]


async def test_the_list_shows_days_grades_and_series(builder: SnapshotBuilder) -> None:
    app = hosted(busy_fortnight(builder))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        assert [line for line in left(app) if line] == [
            " 4 open to Tue 23 Nov 2027",
            " Today, Mon 23 Nov",
            "▶!!  11:30–12:00                        A B",
            "     Budget review × Invoices",
            " Wed 25 Nov",
            " !   all day                            C A",
            "     No school × 2 meetings of that day",
            " Thu 26 Nov",
            " !!! 11:00–12:00                      B A C",
            "     Sprint planning × Vendor demo × Parent…",
            " Series",
            " !!! every Wed 12:00                    B A",
            "     Client weekly × Team lunch: 3 of 3 ▸",
        ]


async def test_the_group_is_drawn_in_full_where_there_is_room(builder: SnapshotBuilder) -> None:
    app = hosted(busy_fortnight(builder))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("j", "j", "tab")
        assert right(app)[:30] == [
            " Thu 26 Nov  11:00–12:00   high   three meetings claim you",
            "",
            "       10:00       10:30      11:00       11:30      12:00       12:30",
            "   ──────┬───────────┬──────────┬───────────┬──────────┬───────────┬─────",
            " A                              ▌ Vendor d…▐",
            " B       ▌ Sprint planning ═════▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▐",
            " C                              ▌ Parents day ▒▒▒▒▒▒▒▒▒═══════════▐",
            "         3 at once 11:00–11:30  ▲▲▲▲▲▲▲▲▲▲▲▲▲▲▲▲▲▲▲▲▲▲▲",
            "",
            " B  Sprint planning                                  10:00–12:00   busy",
            "     fabrikam / Calendar   organiser Lee Park   you: required, accepted",
            "     9 people   weekly   Teams   read 1 min ago",
            "",
            "▶A  Vendor demo                                      11:00–11:30   busy",
            "     contoso / Calendar   no other people   single   Room 4",
            "     read 1 min ago",
            "",
            " C  Parents day                                      11:00–12:30   busy",
            "     outlook / Family   no other people   single   marked private",
            "     read 2 min ago",
            "",
            " Why it counts",
            *right(app)[22:25],
            "",
            " Does not count",
            " A Office week (all day to Fri 27 Nov): Outlook shows it as free (rule",
            "   6)",
            "",
        ]
        reasons = sorted(line.split(maxsplit=3) for line in right(app)[22:25])
        assert [" ".join(words[:3]) for words in reasons] == ["A × C", "B × A", "B × C"]
        assert all(words[3].startswith("busy × busy, ") and words[3].endswith(" high") for words in reasons)
        assert [" 1 h " in words[3] for words in reasons] == [False, False, True]
        assert sum("both in conflict calendars of Main" in words[3] for words in reasons) == 1


async def test_the_screen_is_usable_at_eighty_by_twenty_four(builder: SnapshotBuilder) -> None:
    app = hosted(busy_fortnight(builder))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("j", "j")
        assert "▶!!! 11:00–12:00         B A C" in left(app)
        assert " B     ▌ Sprint planning ▒▒▒▒▒▒▒▒▒▐" in right(app)
        assert "▶B  Sprint planning       10:00–12:00   busy" in right(app)
        assert "Why it counts" not in screen_text(app)

        await pilot.press("w")
        assert " Why it counts" in right(app)
        assert "Office week (all day to Fri 27 Nov):" in screen_text(app)
        await pilot.press("w")
        assert "Why it counts" not in screen_text(app)


async def test_tab_goes_round_the_members_and_scrolls_to_them(builder: SnapshotBuilder) -> None:
    app = hosted(busy_fortnight(builder))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("j", "j", "tab", "tab")
        assert "▶C  Parents day           11:00–12:30   busy" in right(app)
        await pilot.press("tab")
        assert "▶B  Sprint planning       10:00–12:00   busy" in right(app)
        await pilot.press("shift+tab")
        assert "▶C  Parents day           11:00–12:30   busy" in right(app)


async def test_right_and_left_go_into_the_text_to_scroll_it_and_back(builder: SnapshotBuilder) -> None:
    app = hosted(busy_fortnight(builder))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("j", "j", "right", "j")
        assert "Thu 26 Nov" not in right(app)[0]
        await pilot.press("home", "left", "k")
        assert right(app)[0].startswith(" Wed 25 Nov")


async def test_a_series_opens_and_closes(builder: SnapshotBuilder) -> None:
    app = hosted(busy_fortnight(builder))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("end", "enter")
        assert "     Client weekly × Team lunch: 3 of 3 ▾" in left(app)
        assert "     !!! Wed 16 Dec  12:00–12:30" in left(app)
        assert "the next of 3" in right(app)[0]

        await pilot.press("down", "down")
        assert right(app)[0].startswith(" Wed 16 Dec  12:00–12:30   high   two meetings claim you")
        await pilot.press("up", "up", "enter")
        assert "Wed 16 Dec" not in "\n".join(left(app))


async def test_an_all_day_item_draws_its_day(builder: SnapshotBuilder) -> None:
    app = hosted(busy_fortnight(builder))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("j")
        assert right(app)[0].startswith(" Wed 25 Nov  all day   low   three meetings claim you")
        assert " C ▌ No school ═" in right(app)[5]
        reasons = " ".join(" ".join(right(app)).split())
        assert "all day busy × busy, 30 min low" in reasons or "all day busy × busy, 1 h low" in reasons


async def test_enter_opens_the_member_in_full(builder: SnapshotBuilder) -> None:
    app = hosted(busy_fortnight(builder))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("j", "j", "tab", "enter")
        await until(pilot, lambda: not isinstance(app.screen, ConflictsScreen))
        assert "Vendor demo" in screen_text(app)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, ConflictsScreen))


async def test_a_double_booking_is_copied_as_text(builder: SnapshotBuilder) -> None:
    app = hosted(busy_fortnight(builder))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("y")
        assert app.clipboard == (
            "Mon 23 Nov 2026 11:30–12:00, medium: A Budget review 11:00–12:00 and B Invoices 11:30–12:30"
        )


async def test_the_cursor_stays_with_its_group_when_data_changes(builder: SnapshotBuilder) -> None:
    app = hosted(busy_fortnight(builder))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("j", "j")
        builder.event("ana@contoso.example", "Early", "2026-11-24 10:00", "11:00")
        builder.event("ana@fabrikam.example", "Bird", "2026-11-24 10:30", "11:00")
        app.shell.publish(builder.build())
        await pilot.pause()
        assert "▶!!! 11:00–12:00                      B A C" in left(app)


async def test_private_events_hide_their_words_in_privacy_mode(builder: SnapshotBuilder) -> None:
    app = hosted(busy_fortnight(builder))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("j", "j")
        app.shell.set_private(True)
        await pilot.pause()
        assert "Parents day" not in screen_text(app)
        assert "Private" in screen_text(app)


async def test_no_double_booking_says_what_was_checked(builder: SnapshotBuilder) -> None:
    a = builder.account("A", "ana@contoso.example", calendars=("Calendar", "Birthdays"))
    builder.ignore(a, "Birthdays")
    builder.event(a, "Stand-up", "2026-11-24 09:00", "09:30")
    app = hosted(builder.build())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("w", "tab", "y", "enter", "j")
        text = screen_text(app)
        assert "No double bookings in the next 366 days." in text
        assert "A contoso / Calendar   1 event, read 1 min ago" in text
        assert "1 more calendar is not counted here" in text


async def test_nothing_connected_says_where_to_start(builder: SnapshotBuilder) -> None:
    app = hosted(builder.build())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "No Outlook account is connected here." in screen_text(app)


async def test_nothing_counted_says_what_to_tick(builder: SnapshotBuilder) -> None:
    a = builder.account("A", "ana@contoso.example")
    builder.ignore(a, "Calendar")
    app = hosted(builder.build())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "No calendar counts in Main." in screen_text(app)


async def test_an_unread_calendar_is_not_called_free_of_conflicts(builder: SnapshotBuilder) -> None:
    builder.account("A", "ana@contoso.example", age_minutes=None)
    app = hosted(builder.build())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "Not yet read: double bookings are not known" in screen_text(app)


@pytest.mark.parametrize("hostile", HOSTILE)
async def test_hostile_texts_are_drawn_as_they_stand(builder: SnapshotBuilder, hostile: str) -> None:
    a = builder.account("A", "ana@contoso.example", calendars=("Calendar", hostile or "Other"))
    person = Person(hostile, hostile)
    fields: dict[str, Any] = {"location": hostile, "organizer": person, "attendee_count": 3, "is_organizer": False}
    builder.event(a, hostile, "2026-11-24 09:00", "10:30", **fields)
    builder.event(a, hostile, "2026-11-24 10:00", "11:00", calendar=hostile or "Other", **fields)
    builder.event(a, hostile, "2026-11-24", "2026-11-25", show_as=ShowAs.FREE)
    app = hosted(builder.build())
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        assert (hostile[:3] or "(no title)") in screen_text(app)
        for size in ((60, 16), (200, 60), (80, 24), (30, 8)):
            await pilot.resize_terminal(*size)
            await pilot.press("tab", "w", "w", "y")


async def test_a_huge_group_is_cut_and_says_so_and_a_long_list_reaches_its_end(builder: SnapshotBuilder) -> None:
    a = builder.account("A", "ana@contoso.example")
    b = builder.account("B", "ana@fabrikam.example")
    for number in range(325):
        hour, minute = divmod(number, 60)
        builder.event(a, f"One {number}", f"2026-11-24 {hour + 8:02d}:{minute:02d}", "23:00")
    for day in range(300):
        date = (NOW.date() + timedelta(days=day + 2)).isoformat()
        builder.event(a, f"Left {day}", f"{date} 09:00", "10:00")
        builder.event(b, f"Right {day}", f"{date} 09:30", "10:00")
    app = hosted(builder.build())
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        assert "325 meetings claim you" in screen_text(app)
        assert "+313 more" in screen_text(app)

        await pilot.press("w", "tab")
        assert "One 1" in screen_text(app)
        await pilot.press("end")
        assert "Left 299" in screen_text(app)


async def test_escape_leaves_the_reasons_and_the_hints_say_so(builder: SnapshotBuilder) -> None:
    app = hosted(busy_fortnight(builder))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "esc back" not in lines(app)[-1]
        await pilot.press("w")
        await pilot.pause()
        assert " Why it counts" in right(app)
        assert "esc back" in lines(app)[-1]

        await pilot.press("escape")
        await pilot.pause()
        assert "Why it counts" not in screen_text(app)
        assert "esc back" not in lines(app)[-1]


async def test_a_clash_over_several_days_says_when_it_ends_and_never_loses_its_grade(builder: SnapshotBuilder) -> None:
    a, b = builder.account("A", "ana@contoso.example"), builder.account("B", "ana@fabrikam.example")
    builder.event(a, "Fair", "2026-12-30 08:00", "2027-01-04 18:00")
    builder.event(b, "On-call", "2026-12-31 22:00", "2027-01-02 06:00")
    app = hosted(builder.build())
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        assert right(app)[0].startswith(" Thu 31 Dec  22:00 – Sat 2 Jan 2027 06:00   high")
        assert "▶!!! 22:00 – Sat 2 Jan 2027 06:00" in "\n".join(left(app))
        assert "Wed 30 Dec 08:00 – Mon 4 Jan 2027 18:00" in screen_text(app)

        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        assert "   high" in right(app)[0]


async def test_the_grade_stands_in_the_heading_at_every_width(builder: SnapshotBuilder) -> None:
    app = hosted(busy_fortnight(builder))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        headings = []
        for _ in range(4):
            headings.append(right(app)[0])
            await pilot.press("j")
            await pilot.pause()

        assert [grade for heading in headings for grade in ("high", "medium", "low") if f"   {grade}" in heading] == [
            *("medium", "low", "high", "high"),
        ]
        assert not [heading for heading in headings if "…" in heading]


async def test_the_rules_meet_the_line_between_list_and_text(builder: SnapshotBuilder) -> None:
    app = hosted(busy_fortnight(builder))
    async with app.run_test(size=(80, 24)) as pilot:
        for width in (80, 120, 200):
            await pilot.resize_terminal(width, 24)
            await pilot.pause()
            shown = lines(app)
            column = shown[4].index("│")
            assert shown[2] == "─" * column + "┬" + "─" * (width - column - 1)
            assert shown[-3] == "─" * column + "┴" + "─" * (width - column - 1)

        app.shell.publish(SnapshotBuilder().build())
        await pilot.pause()
        await pilot.pause()
        assert lines(app)[2] == "─" * 200
