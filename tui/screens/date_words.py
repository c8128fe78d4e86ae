"""A day written as people write it: ``fri``, ``24 dec``, ``next week``, ``2026-12-01``.

A day without a year is the nearest one that is not past; a weekday is the coming one, today included.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial

from tui.limits import EARLIEST_YEAR, LATEST_YEAR

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july"),
    *("august", "september", "october", "november", "december"),
)
_NAMED = {"today": 0, "now": 0, "tomorrow": 1, "yesterday": -1}
_UNITS = {"day": 1, "week": 7}
_HELP = "Not a day. Try fri, next week, 24 dec, in 3 weeks, week 52 or 2026-12-01."

Match = re.Match[str]


def read_day(text: str, today: date) -> date:
    """The day that ``text`` means when it is ``today``; raises ValueError, which says what to write instead."""
    words = " ".join(text.casefold().replace(",", " ").split())
    for pattern, read in _FORMS:
        match = pattern.fullmatch(words)
        if match is not None:
            return _checked(partial(read, match, today))
    return _checked(partial(_read_standard, words))


def _checked(read: Callable[[], date]) -> date:
    try:
        day = read()
    except (ValueError, OverflowError):
        raise ValueError(_HELP) from None
    if not EARLIEST_YEAR <= day.year < LATEST_YEAR:
        raise ValueError(f"Only the years {EARLIEST_YEAR} to {LATEST_YEAR - 1}.")
    return day


def _read_standard(words: str) -> date:
    """Any form of ISO 8601 that names a day."""
    if not re.match(r"\d{4}", words):
        raise ValueError(words)
    import pendulum

    parsed = pendulum.parse(words.upper(), exact=True)
    if not isinstance(parsed, date):
        raise ValueError(words)
    return date(parsed.year, parsed.month, parsed.day)


def _named(match: Match, today: date) -> date:
    return today + timedelta(days=_NAMED[match[0]])


def _weekday(match: Match, today: date) -> date:
    ahead = (_index(_DAYS, match["name"]) - today.weekday()) % 7
    if match["which"] == "last":
        return today + timedelta(days=ahead - 7)
    return today + timedelta(days=ahead + (7 if match["which"] == "next" and not ahead else 0))


def _neighbour(match: Match, today: date) -> date:
    sign = 1 if match["which"] == "next" else -1
    return _moved(today, sign, match["unit"])


def _distance(match: Match, today: date) -> date:
    sign = -1 if match["ago"] else 1
    return _moved(today, sign * int(match["count"]), match["unit"])


def _signed(match: Match, today: date) -> date:
    return today + timedelta(days=int(match[0].replace(" ", "")))


def _moved(today: date, count: int, unit: str) -> date:
    if unit in _UNITS:
        return today + timedelta(days=count * _UNITS[unit])
    months = today.year * 12 + today.month - 1 + count * (12 if unit == "year" else 1)
    year, month = divmod(months, 12)
    first_after = date(year + month // 11, 1 if month == 11 else month + 2, 1)
    return date(year, month + 1, min(today.day, (first_after - timedelta(days=1)).day))


def _week(match: Match, today: date) -> date:
    number, year = int(match["number"]), today.isocalendar().year
    day = date.fromisocalendar(year, number, 1)
    return day if day + timedelta(days=6) >= today else date.fromisocalendar(year + 1, number, 1)


def _day_of_month(match: Match, today: date) -> date:
    day = int(match["day"])
    for months in range(14):
        first = _moved(today.replace(day=1), months, "month")
        found = first + timedelta(days=day - 1)
        if found.month == first.month and found >= today:
            return found
    raise ValueError(match[0])


def _day_and_month(match: Match, today: date) -> date:
    name = match["name"]
    month = int(name) if name.isdigit() else _index(_MONTHS, name) + 1
    if match["year"]:
        return date(int(match["year"]), month, int(match["day"]))
    for year in range(today.year, today.year + 9):
        try:
            found = date(year, month, int(match["day"]))
        except ValueError:
            continue
        if found >= today:
            return found
    raise ValueError(match[0])


def _index(names: tuple[str, ...], start: str) -> int:
    """The place of the one name that begins with ``start``."""
    found = [index for index, name in enumerate(names) if name.startswith(start)]
    if len(found) != 1:
        raise ValueError(start)
    return found[0]


def _any_of(names: tuple[str, ...], shortest: int) -> str:
    return "|".join(rf"{name[:shortest]}[a-z]*" for name in names)


_YEAR = r"(?: ?(?P<year>\d{4}))?"
_MONTH_NAME = rf"(?P<name>{_any_of(_MONTHS, 3)})"
_FORMS: tuple[tuple[re.Pattern[str], Callable[[Match, date], date]], ...] = tuple(
    (re.compile(pattern), read)
    for pattern, read in (
        ("|".join(_NAMED), _named),
        (r"(?P<which>next|last) (?P<unit>week|month|year)", _neighbour),
        (rf"(?:(?P<which>next|last|this) )?(?P<name>{_any_of(_DAYS, 2)})", _weekday),
        (r"(?:in )?(?P<count>\d{1,4}) (?P<unit>day|week|month|year)s?(?P<ago> ago)?", _distance),
        (r"[+-] ?\d{1,4}", _signed),
        (r"(?:week|w) ?(?P<number>\d{1,2})", _week),
        (r"(?P<day>\d{1,2})(?:\.|st|nd|rd|th)?", _day_of_month),
        (rf"(?P<day>\d{{1,2}})(?:\.|st|nd|rd|th)? ?{_MONTH_NAME}\.?{_YEAR}", _day_and_month),
        (rf"{_MONTH_NAME}\.? ?(?P<day>\d{{1,2}})(?:st|nd|rd|th)?{_YEAR}", _day_and_month),
        (r"(?P<day>\d{1,2})\. ?(?P<name>\d{1,2})\.?(?: ?(?P<year>\d{4}))?", _day_and_month),
    )
)
