"""The demo's scenario: a believable fortnight of one person with an employer, a client and a family.

Whatever the weekday, the days ahead in this week and the next hold double bookings of every grade, beside meetings
that only touch, that are declined, or that show as free. All names are invented.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from tui.simulator.demo_entries import Entry, Place, Weekly, Yearly, events_of
from tui.simulator.scenario import CalendarPlan, Kind, MailboxPlan, Owner, Scenario
from tui.simulator.zones import windows_name

NAME = "Ana Keller"
CONTOSO, FABRIKAM = "ana@contoso.example", "ana@fabrikam.example"
OUTLOOK, NORTHWIND = "ana.k@outlook.example", "ana@northwind.example"

MIA, BEN = "Mia Lang <mia.lang@contoso.example>", "Ben Okafor <ben.okafor@contoso.example>"
JONAS, ELIN = "Jonas Adler <jonas.adler@contoso.example>", "Elin Dahl <elin.dahl@contoso.example>"
LEE, PRIYA = "Lee Park <lee.park@fabrikam.example>", "Priya Nair <priya.nair@fabrikam.example>"
TOMAS, NOOR = "Tomás Rueda <tomas.rueda@fabrikam.example>", "Noor Haddad <noor.haddad@fabrikam.example>"
RUTH, KARIM = "Ruth Keller <ruth.k@outlook.example>", "Karim Said <karim.said@adatum.example>"
VERA = "Vera Holm <vera.holm@northwind.example>"

# Days count from the Monday of this week: 0 to 6 are this week, 7 to 13 the next.
CONTOSO_CALENDAR: tuple[Entry, ...] = (
    Weekly(subject="Stand-up", weekdays=(0, 1, 2, 3, 4), at="09:00", length=15, organizer=MIA, is_online=True,
           guests=(BEN, JONAS), moved={3: ("09:30", 15)}, renamed={7: "Stand-up with the new interns"}, dropped=(11,)),
    Weekly(subject="1:1 with Ben", weekdays=(0,), at="14:00", length=30, guests=(BEN,), room="Room 2",
           moved={7: ("14:30", 30)}),
    Weekly(subject="1:1 with Mia", weekdays=(1,), at="16:30", length=30, organizer=MIA, is_online=True),
    Weekly(subject="Team lunch", weekdays=(2,), at="12:00", organizer=MIA, length=60, response="tentativelyAccepted",
           guests=(BEN, JONAS, ELIN), room="Canteen", dropped=(-5, 16)),
    Weekly(subject="Focus time", weekdays=(1, 3), at="13:00", length=90, show_as="busy", dropped=(3,)),
    Entry(subject="Budget review", days=(0, 7), at="11:00", length=60, guests=(JONAS, ELIN), room="Room 2"),
    Entry(subject="Design review", days=(1, 8), at="10:00", length=90, organizer=ELIN, guests=(BEN,), room="Studio"),
    Entry(subject="Hiring panel", days=(1, 8), at="10:30", length=60, organizer=JONAS, guests=(MIA,),
          response="tentativelyAccepted", is_online=True),
    Entry(subject="Office week", days=(0,), length=5, show_as="free"),
    Entry(subject="Working from Porto", days=(7,), length=3, show_as="workingElsewhere"),
    Entry(subject="Vendor demo", days=(3, 10), at="11:00", length=30, guests=(BEN, JONAS, ELIN), room="Room 4"),
    Entry(subject="Lunch talk: accessibility", days=(2, 9), at="13:00", length=45, show_as="free", organizer=ELIN),
    Entry(subject="Sales kick-off", days=(1, 9), at="14:00", length=90, organizer=JONAS, response="declined"),
    Entry(subject="Architecture forum", days=(2, 9), at="15:30", length=60, organizer=BEN, response="notResponded",
          guests=(MIA, ELIN), is_online=True),
    Entry(subject="Security office hours", days=(3, 10), at="14:00", length=60, organizer=ELIN, role="optional",
          is_online=True),
    Entry(subject="Travel to Adatum", days=(4, 11), at="13:00", length=240, show_as="oof", note="Train 13:12, car 4."),
    Entry(subject="Contract signing", days=(2, 9), at="15:00", length=60, organizer=KARIM, guests=(JONAS, PRIYA),
          uid="contract signing", is_online=True),
    Entry(subject="Salary talk", days=(8,), at="09:15", length=30, organizer=MIA, is_private=True, room="Room 1"),
    Entry(subject="Expenses due", days=(4, 11), at="16:00", length=30, show_as="free"),
    Entry(subject="Leave", days=(14,), length=2, show_as="oof"),
    Entry(subject="Onboarding: Sam", days=(4, 10), at="09:15", length=30, guests=(ELIN,), room="Studio"),
)  # fmt: skip
CONTOSO_ON_CALL: tuple[Entry, ...] = (
    Entry(subject="On-call: Ben", days=(0,), length=7, show_as="free"),
    Entry(subject="On-call: Ana", days=(7,), length=7, show_as="free"),
    Entry(subject="On-call duty", days=(7, 8, 9, 10), at="18:00", length=240, show_as="tentative"),
    Weekly(subject="On-call handover", weekdays=(0,), at="09:15", length=15, organizer=BEN, is_online=True),
)  # fmt: skip
CONTOSO_TEAM: tuple[Entry, ...] = (
    Entry(subject="Ben on leave", days=(3,), length=2, show_as="free"),
    Entry(subject="Elin at a conference", days=(8,), length=3, show_as="free"),
    Entry(subject="Team breakfast", days=(4, 11), at="08:30", length=30, organizer=MIA, guests=(BEN, ELIN)),
    Weekly(subject="Planning board", weekdays=(0,), at="10:00", length=45, organizer=MIA, is_online=True),
    Weekly(subject="Show and tell", weekdays=(4,), interval=2, at="11:00", length=45, organizer=ELIN, show_as="free"),
)  # fmt: skip
BIRTHDAYS: tuple[Entry, ...] = (
    Yearly(subject="Ben's birthday", days=(2,), show_as="free", age=34),
    Yearly(subject="Elin's birthday", days=(10,), show_as="free", age=41),
    Yearly(subject="Noor's birthday", days=(5,), show_as="free", age=29),
    Yearly(subject="Mia's birthday", days=(75,), show_as="free", age=38),
)  # fmt: skip
HOLIDAYS: tuple[Entry, ...] = (
    Yearly(subject="Founders' Day", days=(12,), show_as="free", age=60),
    Yearly(subject="Harvest Day", days=(140,), show_as="free", age=60),
    Yearly(subject="Midsummer", days=(-120,), show_as="free", age=60),
)  # fmt: skip
FABRIKAM_CALENDAR: tuple[Entry, ...] = (
    Weekly(subject="Daily sync", weekdays=(0, 1, 2, 3, 4), at="09:45", length=15, organizer=LEE, guests=(PRIYA, TOMAS),
           is_online=True, dropped=(-3,)),
    Weekly(subject="Sprint planning", weekdays=(3,), at="10:00", length=120, organizer=LEE,
           guests=(PRIYA, TOMAS, NOOR), is_online=True),
    Weekly(subject="Client weekly", weekdays=(2,), at="12:30", length=30, guests=(LEE, NOOR), is_online=True,
           dropped=(-12,)),
    Weekly(subject="Retro", weekdays=(4,), at="15:00", length=60, organizer=LEE, guests=(PRIYA, TOMAS),
           is_online=True, moved={11: ("15:30", 60)}),
    Weekly(subject="Backlog refinement", weekdays=(2,), at="10:00", length=60, organizer=PRIYA, guests=(TOMAS,)),
    Entry(subject="Invoices", days=(0, 7), at="11:30", length=60, guests=(NOOR,)),
    Entry(subject="Workshop", days=(1, 8), at="14:00", length=120, organizer=PRIYA, guests=(TOMAS, NOOR),
          room="Fabrikam HQ"),
    Entry(subject="Review", days=(4, 11), at="10:00", length=30, organizer=LEE, is_online=True),
    Entry(subject="Contract signing", days=(2, 9), at="15:00", length=60, organizer=KARIM, guests=(JONAS, PRIYA),
          uid="contract signing", is_online=True),
    Entry(subject="Interview notes", days=(3, 9), at="16:30", length=30),
    Entry(subject="Data protection training", days=(4, 10), at="12:00", length=45, organizer=NOOR, role="optional"),
)  # fmt: skip
FABRIKAM_PROJECTS: tuple[Entry, ...] = (
    Weekly(subject="Test run", weekdays=(0,), at="16:00", length=60, organizer=TOMAS, guests=(PRIYA,), is_online=True),
    Weekly(subject="Steering committee", weekdays=(1,), interval=2, at="16:00", length=60, organizer=NOOR,
           guests=(LEE,), room="Board room"),
    Weekly(subject="Release call", weekdays=(3,), at="09:15", length=15, organizer=TOMAS, is_online=True),
    Entry(subject="Go or no-go", days=(3, 10), at="15:00", length=30, organizer=NOOR, is_online=True),
    Entry(subject="Pilot phase", days=(1,), length=10, show_as="free"),
    Entry(subject="Migration window", days=(8,), at="18:00", length=120, show_as="free"),
)  # fmt: skip
OUTLOOK_CALENDAR: tuple[Entry, ...] = (
    Entry(subject="Dentist", days=(0, 9), at="17:00", length=60, is_private=True, room="Dr. Amsel"),
    Entry(subject="Haircut", days=(3, 10), at="17:30", length=60, show_as="tentative"),
    Weekly(subject="Gym", weekdays=(1, 4), at="07:00", length=60, dropped=(4,)),
    Entry(subject="Concert", days=(6, 13), at="19:00", length=120, show_as="tentative", room="Old Mill"),
    Entry(subject="Landlord calls", days=(10,), at="14:30", length=30, show_as="tentative"),
    Entry(subject="Car service", days=(2,), at="08:30", length=30, room="Garage Nord"),
    Entry(subject="Dinner with Ruth", days=(7,), at="19:00", length=120, room="Trattoria Sole"),
    Entry(subject="Pick up parcel", days=(4,), at="17:30", length=30, show_as="free"),
)  # fmt: skip
OUTLOOK_FAMILY: tuple[Entry, ...] = (
    Weekly(subject="School run", weekdays=(0, 1, 2, 3, 4), at="08:00", length=30, dropped=(2, 9)),
    Weekly(subject="Piano lesson", weekdays=(0,), at="16:30", length=45),
    Weekly(subject="Swimming", weekdays=(5,), at="10:00", length=90),
    Entry(subject="No school", days=(2, 9)),
    Entry(subject="Parents day", days=(3, 10), at="11:00", length=90, room="School hall"),
    Entry(subject="Brunch at Karim's", days=(6, 13), at="11:00", length=120),
    Entry(subject="Grandma visits", days=(12,), length=2, show_as="free"),
    Entry(subject="Flea market", days=(5, 12), at="14:00", length=120, show_as="tentative"),
)  # fmt: skip
OUTLOOK_CHOIR: tuple[Entry, ...] = (
    Weekly(subject="Rehearsal", weekdays=(1,), at="19:30", length=120, organizer=RUTH, room="St. Anne's"),
    Entry(subject="Sectional rehearsal", days=(3, 10), at="18:00", length=60, organizer=RUTH,
          response="tentativelyAccepted", room="St. Anne's"),
    Entry(subject="Choir day", days=(12,), at="13:00", length=240, organizer=RUTH, room="St. Anne's"),
)  # fmt: skip
NORTHWIND_CALENDAR: tuple[Entry, ...] = (
    Weekly(subject="Northwind jour fixe", weekdays=(2,), at="11:00", length=60, organizer=VERA, is_online=True),
    Entry(subject="Kick-off", days=(1, 8), at="11:00", length=90, organizer=VERA, guests=(NOOR,), room="Harbour 7"),
    Entry(subject="Offer draft", days=(4, 11), at="14:00", length=60),
    Entry(subject="Site visit", days=(10,), at="13:00", length=180, organizer=VERA, room="Pier 3"),
)  # fmt: skip
PUBLIC_HOLIDAYS = Owner("Public holidays", "holidays@contoso.example")


@dataclass(frozen=True, slots=True)
class Lines:
    """One calendar of the plan."""

    name: str
    entries: tuple[Entry, ...]
    color: str
    can_edit: bool = True
    owner: Owner | None = None


CONTOSO_PLAN = (
    Lines("Calendar", CONTOSO_CALENDAR, "lightBlue"),
    Lines("On-call", CONTOSO_ON_CALL, "lightRed"),
    Lines("Team", CONTOSO_TEAM, "lightTeal"),
    Lines("Birthdays", BIRTHDAYS, "lightPink", can_edit=False),
    Lines("Holidays", HOLIDAYS, "lightGray", can_edit=False, owner=PUBLIC_HOLIDAYS),
)
FABRIKAM_PLAN = (
    Lines("Calendar", FABRIKAM_CALENDAR, "lightGreen"),
    Lines("Projects", FABRIKAM_PROJECTS, "lightYellow"),
)
OUTLOOK_PLAN = (
    Lines("Calendar", OUTLOOK_CALENDAR, "lightOrange"),
    Lines("Family", OUTLOOK_FAMILY, "lightPink"),
    Lines("Choir", OUTLOOK_CHOIR, "lightBrown"),
)
NORTHWIND_PLAN = (Lines("Calendar", NORTHWIND_CALENDAR, "lightTeal"),)


def demo_scenario(today: date, zone: str) -> Scenario:
    """The scenario around a day, its times wall-clock times of an IANA or Windows zone; sign-ins are asked for.

    Three mailboxes are there to be connected from the start, the last (at Northwind) to be added by hand.
    """
    monday = today - timedelta(days=today.weekday())
    mailboxes = [
        mailbox(CONTOSO, "work", CONTOSO_PLAN, monday, zone),
        mailbox(FABRIKAM, "work", FABRIKAM_PLAN, monday, zone),
        mailbox(OUTLOOK, "personal", OUTLOOK_PLAN, monday, zone),
        mailbox(NORTHWIND, "work", NORTHWIND_PLAN, monday, zone),
    ]
    return Scenario(mailboxes, sign_in="ask")


def mailbox(address: str, kind: Kind, plan: tuple[Lines, ...], monday: date, zone: str) -> MailboxPlan:
    """A mailbox whose first calendar is its default one."""
    calendars = [
        CalendarPlan(
            lines.name,
            [*events_of(lines.entries, Place(address, NAME, lines.name, monday, zone))],
            is_default=place == 0,
            can_edit=lines.can_edit,
            color=lines.color,
            owner=lines.owner,
        )
        for place, lines in enumerate(plan)
    ]
    return MailboxPlan(address, kind, NAME, windows_name(zone), calendars)
