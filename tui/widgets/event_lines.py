"""An event in words: the same words on every screen.

Everything given here comes clean from the domain; the functions give plain text, which a widget shows as
``Content``. Privacy mode is applied here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta, tzinfo

from tui.domain.accounts import Calendar
from tui.domain.busy import Weighing, Weight
from tui.domain.conflicts import Grade, Group, State
from tui.domain.events import Attendance, CalendarKey, Event, EventCopy, Response, ShowAs
from tui.domain.meetings import Meeting
from tui.domain.series import repeat_words
from tui.domain.timespan import AllDay, Interval, When

GRADE_MARKS = {Grade.HIGH: "!!!", Grade.MEDIUM: "!!", Grade.LOW: "!", Grade.HINT: "·"}
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_FULL_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
_ANSWERS = {
    Response.NONE: "no answer",
    Response.ORGANIZER: "organiser",
    Response.TENTATIVE: "maybe",
    Response.ACCEPTED: "accepted",
    Response.DECLINED: "declined",
    Response.NOT_RESPONDED: "not answered",
}
_SHOWN_AS = {
    ShowAs.FREE: "free",
    ShowAs.TENTATIVE: "tentative",
    ShowAs.BUSY: "busy",
    ShowAs.OOF: "away",
    ShowAs.WORKING_ELSEWHERE: "working elsewhere",
    ShowAs.UNKNOWN: "busy (not said)",
}
_ROWS = (
    "its calendar does not count in this sub-account",
    "it is a series, a draft, or has no length",
    "it is cancelled",
    "you declined it",
    "your own rule says so",
    "it is a copy that this program made of another event",
    "Outlook shows it as free",
    "Outlook shows it as working elsewhere",
    "you have not answered it yet",
    "you are invited as optional",
    "it is tentative",
    "Outlook shows it as busy or away",
    "Outlook does not say how it is shown, and busy is the safe reading",
)


_UNCOUNTED = {
    0: "its calendar is not counted here",
    1: "it is a draft or has no length",
    2: "cancelled, or gone from Outlook",
    3: "declined",
    4: "your own rule",
    5: "a copy made by this program",
    6: "shown as free",
    7: "shown as working elsewhere",
}
"""Why an event does not count, by the row of the rules, in a few words."""


def day_name(day: date) -> str:
    """Mon."""
    return _DAYS[day.weekday()]


def day_words(day: date) -> str:
    """Thu 26 Nov."""
    return f"{day_name(day)} {day.day} {_MONTHS[day.month - 1]}"


def month_words(day: date) -> str:
    """November 2026."""
    return f"{_FULL_MONTHS[day.month - 1]} {day.year}"


def clock_words(instant: datetime, zone: tzinfo) -> str:
    """10:00."""
    return f"{instant.astimezone(zone):%H:%M}"


def length_words(length: timedelta) -> str:
    """36 min, 2 h, 1 h 30 min, 3 days."""
    minutes = max(0, int(length.total_seconds() // 60))
    if minutes < 60:
        return f"{minutes} min"
    hours, rest = divmod(minutes, 60)
    if hours >= 48:
        return f"{hours // 24} days"
    return f"{hours} h {rest} min" if rest and hours < 10 else f"{hours} h"


def age_words(instant: datetime, now: datetime) -> str:
    """How old what was read at ``instant`` is: ``1 min``; below one minute, and when it lies ahead, ``now``."""
    return length_words(now - instant) if now - instant >= timedelta(minutes=1) else "now"


def ago_words(instant: datetime, now: datetime) -> str:
    """``1 min ago``, ``now``."""
    age = age_words(instant, now)
    return age if age == "now" else f"{age} ago"


def dated(day: date, today: date) -> str:
    """Thu 26 Nov; with its year when that is not the year of ``today``."""
    return day_words(day) if day.year == today.year else f"{day_words(day)} {day.year}"


def time_words(when: When, zone: tzinfo, day: date | None = None) -> str:
    """The clock times: ``10:00–12:00``, ``all day``.

    ``day`` is the day that the reader thinks of, else that of the start; another day is said:
    ``Mon 23 Nov 08:00 – Fri 27 Nov 18:00``.
    """
    if isinstance(when, AllDay):
        last = _last_day(when)
        return "all day" if last == when.first else f"all day to {dated(last, when.first)}"
    return overlap_words(Interval(when.start, when.end), zone, day)


def when_words(when: When, zone: tzinfo, today: date) -> str:
    """Day and time: ``Thu 26 Nov 10:00–12:00``; over several days each end has its day, and in another year that."""
    if isinstance(when, AllDay):
        last = _last_day(when)
        until = "" if last == when.first else f" – {dated(last, today)}"
        return f"{dated(when.first, today)}{until}, all day"
    start = when.start.astimezone(zone).date()
    return f"{dated(start, today)} {overlap_words(Interval(when.start, when.end), zone)}"


def _last_day(when: AllDay) -> date:
    return max(when.first, when.until - timedelta(days=1))


def overlap_words(overlap: Interval, zone: tzinfo, day: date | None = None) -> str:
    """The clock times of an overlap: ``11:00–11:30``; a day that is not ``day`` (else that of the start) is said."""
    start, end = overlap.start.astimezone(zone), overlap.end.astimezone(zone)
    opening = f"{start:%H:%M}" if day in (None, start.date()) else f"{dated(start, day or start)} {start:%H:%M}"
    if _ends_that_day(start, end):
        return f"{opening}–{end:%H:%M}"
    return f"{opening} – {dated(end, start)} {end:%H:%M}"


def _ends_that_day(start: datetime, end: datetime) -> bool:
    """The midnight after a day still belongs to it."""
    is_midnight = end.time() == time() and (end.date() - start.date()).days == 1
    return end.date() == start.date() or is_midnight


def free_words(free: Interval, zone: tzinfo) -> str:
    """A free time: ``Thu 12:30–16:00``."""
    return f"{day_name(free.start.astimezone(zone).date())} {overlap_words(free, zone)}"


def shown_subject(event: Event, is_private: bool) -> str:
    """The title to show; in privacy mode ("is_private") a private event says no more than that."""
    if is_private and event.is_private:
        return "Private"
    return event.subject or "(no title)"


def shown_place(event: Event, is_private: bool) -> str:
    """Where it is: the place, else that it is online, else nothing."""
    if is_private and event.is_private:
        return ""
    return event.location or (_online(event.join_url) if event.join_url else "")


def _online(url: str) -> str:
    return "Teams" if "teams." in url.casefold() else "online"


def answer_words(response: Response) -> str:
    """The answer of somebody invited."""
    return _ANSWERS[response]


def shown_as_words(show_as: ShowAs) -> str:
    """What Outlook says of the time."""
    return _SHOWN_AS[show_as]


def role_words(event: Event) -> str:
    """What the person is to the event: ``you: required, accepted``; empty where nobody else is invited."""
    if event.is_organizer or event.response is Response.ORGANIZER:
        return "you organise" if event.attendee_count else ""
    if event.organizer is None:
        return ""
    return f"you: {Attendance(event.attendance).value}, {_ANSWERS[event.response]}"


def people_words(event: Event) -> str:
    """How many are invited: ``9 people``."""
    count = max(event.attendee_count, len(event.attendees))
    return "" if not count else "1 person" if count == 1 else f"{count} people"


def weight_words(weighing: Weighing) -> str:
    """A weight with the row of the rules that gave it, as a sentence without its full stop."""
    return f"{weighing.weight.plain.capitalize()}: {_ROWS[weighing.row]} (rule {weighing.row})"


def calendar_words(key: CalendarKey, calendars: Mapping[CalendarKey, Calendar], labels: Mapping[str, str]) -> str:
    """Account and calendar: ``fabrikam / Calendar``; ``labels`` are by account id."""
    calendar = calendars.get(key)
    return f"{labels.get(key.account_id, '?')} / {calendar.name if calendar else 'Calendar'}"


def account_labels(addresses: Mapping[str, str]) -> dict[str, str]:
    """A short name for each account id: the first part of its domain, or the address where two would be equal."""
    short = {
        account_id: address.partition("@")[2].partition(".")[0] or address for account_id, address in addresses.items()
    }
    used = list(short.values())
    return {account_id: name if used.count(name) == 1 else addresses[account_id] for account_id, name in short.items()}


def second_line(meeting: Meeting, is_private: bool) -> str:
    """What stands under the title in a grid: place, ``Private``, ``2 copies``, ``free``, ``away``, ``tentative``."""
    event = meeting.lead.event
    if event.is_gone:
        return "gone from Outlook"
    if event.is_cancelled:
        return "cancelled"
    if event.response is Response.DECLINED:
        return "declined"
    if len(meeting.copies) > 1:
        return f"{len(meeting.copies)} copies"
    if event.show_as is ShowAs.FREE:
        return "free"
    if meeting.away:
        return "away"
    if meeting.weight is Weight.SOFT:
        return _why_soft(meeting)
    if event.is_private:
        return "Private"
    return shown_place(event, is_private)


def _why_soft(meeting: Meeting) -> str:
    row = next((weighing.row for weighing in meeting.weighings if weighing.weight is Weight.SOFT), 10)
    return {8: "not answered", 9: "optional"}.get(row, "tentative")


def standing_words(meeting: Meeting) -> str:
    """What a meeting claims: ``busy``, ``away``, ``maybe: not answered``, ``does not count: shown as free``."""
    if meeting.away:
        return "away"
    if meeting.weight is Weight.SOFT:
        return f"maybe: {_why_soft(meeting)}"
    if meeting.weight is Weight.NONE:
        reason = _UNCOUNTED.get(meeting.weighings[0].row)
        return f"{meeting.weight.plain}: {reason}" if reason else meeting.weight.plain
    return meeting.weight.plain


def detail_words(
    meeting: Meeting,
    zone: tzinfo,
    calendars: Mapping[CalendarKey, Calendar],
    labels: Mapping[str, str],
    today: date,
) -> tuple[str, ...]:
    """Everything short that there is to say of a meeting beyond its title, in the order of its importance."""
    event = meeting.lead.event
    parts = (
        when_words(meeting.when, zone, today),
        calendar_words(meeting.lead.calendar, calendars, labels),
        f"{len(meeting.copies)} copies" if len(meeting.copies) > 1 else "",
        repeat_words(event.repeats),
        role_words(event),
        people_words(event),
        "gone from Outlook"
        if event.is_gone
        else "cancelled"
        if event.is_cancelled
        else "away"
        if meeting.away
        else meeting.weight.plain,
        "copies disagree" if meeting.sameness.copies_disagree else "",
        "probably the same" if meeting.sameness.probable else "",
    )
    return tuple(part for part in parts if part)


def clash_words(
    meeting: Meeting, groups: Sequence[Group], zone: tzinfo, letters: Mapping[str, str], is_private: bool
) -> str:
    """``!!! high: overlaps A Vendor demo 11:00–11:30 and C Parents day 11:00–12:30``; empty without a clash."""
    day = meeting.interval.start.astimezone(zone).date()
    met: dict[str, tuple[Grade, str]] = {}
    for group in groups:
        for pair in group.pairs:
            if pair.state is State.OPEN and meeting.id in (pair.first.id, pair.second.id):
                other = pair.second if pair.first.id == meeting.id else pair.first
                met.setdefault(other.id, (pair.grade, _met_words(other, zone, letters, day, is_private)))
    if not met:
        return ""
    grade = min((grade for grade, _ in met.values()), key=lambda one: one.rank)
    verb = "is close to" if grade is Grade.HINT else "overlaps"
    return f"{GRADE_MARKS[grade]} {grade}: {verb} {listed([words for _, words in met.values()])}"


def _met_words(meeting: Meeting, zone: tzinfo, letters: Mapping[str, str], day: date, is_private: bool) -> str:
    mark = letters_of(meeting.copies, letters)
    return f"{mark} {shown_subject(meeting.lead.event, is_private)} {time_words(meeting.when, zone, day)}"


def letters_of(copies: Iterable[EventCopy], letters: Mapping[str, str]) -> str:
    """The letters of the accounts that hold a copy, each once."""
    return "".join(dict.fromkeys(letters.get(copy.calendar.account_id, "?") for copy in copies))


def listed(words: Sequence[str], most: int = 3) -> str:
    """``a``, ``a and b``, ``a, b and c``, ``a, b, c and 4 more``."""
    if len(words) > most:
        words = [*words[:most], f"{len(words) - most} more"]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
