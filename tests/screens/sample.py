"""The week of the pictures: three accounts, every state and shape, double bookings of every grade."""

from __future__ import annotations

from datetime import UTC

from hosting import SnapshotBuilder

from tui.domain.accounts import AccountKind
from tui.domain.events import Attendance, Attendee, Person, Repeats, Response, Sensitivity, ShowAs
from tui.workspace.view import Digest, Snapshot


def week_of_ana(builder: SnapshotBuilder) -> Snapshot:
    """A believable week around Mon 23 Nov 2026."""
    a = builder.account("A", "ana@contoso.example")
    b = builder.account("B", "ana@fabrikam.example")
    c = builder.account("C", "ana.k@outlook.example", kind=AccountKind.PERSONAL, age_minutes=2, calendars=("Family",))
    lee = Person("Lee Park", "lee@fabrikam.example")
    for day in range(23, 28):
        builder.event(a, "Stand-up", f"2026-11-{day} 09:00", "09:30", repeats=Repeats("daily"))
    builder.event(a, "Office week", "2026-11-23", "2026-11-28", show_as=ShowAs.FREE)
    builder.event(c, "No school", "2026-11-25", "2026-11-26", calendar="Family")
    builder.event(a, "Release day", "2026-11-27", "2026-11-28", show_as=ShowAs.FREE)
    builder.event(c, "Grandma's birthday", "2026-11-27", "2026-11-28", show_as=ShowAs.FREE, calendar="Family")
    builder.event(a, "Budget review", "2026-11-23 11:00", "12:00", location="Rm 5", attendee_count=6)
    builder.event(b, "Invoices", "2026-11-23 11:30", "12:30")
    builder.event(a, "1:1 with Ben", "2026-11-23 14:00", "15:00", location="Rm 2", attendee_count=2)
    builder.event(c, "Dentist", "2026-11-23 17:00", "18:00", sensitivity=Sensitivity.PRIVATE, calendar="Family")
    builder.event(b, "Design review", "2026-11-24 10:00", "11:30")
    builder.event(
        a, "Hiring panel", "2026-11-24 10:30", "11:30", response=Response.TENTATIVE, is_organizer=False, organizer=lee
    )
    builder.event(b, "Workshop", "2026-11-24 14:00", "16:00", location="Fabrikam HQ")
    builder.event(a, "Lunch talk", "2026-11-25 13:00", "14:00", show_as=ShowAs.FREE)
    both = builder.event(a, "Contract signing", "2026-11-25 15:00", "16:00", ical_uid="uid-contract")
    builder.copy(both, b)
    builder.event(a, "Declined call", "2026-11-25 10:00", "11:00", response=Response.DECLINED, is_organizer=False)
    builder.event(
        b,
        "Sprint planning",
        "2026-11-26 10:00",
        "12:00",
        repeats=Repeats("weekly"),
        response=Response.ACCEPTED,
        is_organizer=False,
        organizer=lee,
        attendee_count=9,
        attendees=(Attendee(lee, Attendance.REQUIRED, Response.ORGANIZER),),
        join_url="https://teams.microsoft.example/l/1",
    )
    builder.event(a, "Vendor demo", "2026-11-26 11:00", "11:30", location="Room 4", attendee_count=4)
    builder.event(c, "Parents day", "2026-11-26 11:00", "12:30", calendar="Family")
    builder.event(a, "1:1 with Mia", "2026-11-26 16:00", "17:00", join_url="https://teams.microsoft.example/l/2")
    builder.event(b, "Review", "2026-11-27 10:00", "11:00", join_url="https://teams.microsoft.example/l/3")
    builder.event(c, "Swimming", "2026-11-28 10:00", "12:00", calendar="Family")
    builder.event(a, "Travel", "2026-11-27 13:00", "17:00", show_as=ShowAs.OOF)
    builder.event(b, "Retro", "2026-11-27 15:00", "16:00")
    builder.event(c, "Concert", "2026-11-29 19:00", "20:30", show_as=ShowAs.TENTATIVE, calendar="Family")
    at = builder.now.replace(hour=10, minute=23).astimezone(UTC)
    builder.digest = Digest(at=at, changed=3, new_conflicts=1, solved_conflicts=1)
    return builder.build()
