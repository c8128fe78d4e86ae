"""Microsoft's times become instants and dates; what is no time sets its event aside."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from graph_pages import NINE, TIMES, between, event_of, items_of

from tui.domain.events import Event
from tui.domain.timespan import EARLIEST, LATEST, AllDay, Timed
from tui.outlook.wire import Quarantined, zone_named


@pytest.mark.parametrize(
    ("text", "zone", "instant"),
    [
        ("2026-11-24T09:00:00.0000000", "UTC", NINE),
        ("2026-11-24T09:00:00", "UTC", NINE),
        ("2026-11-24T09:00", "UTC", NINE),
        ("2026-11-24T09:00:00.1234567", "UTC", NINE.replace(microsecond=123456)),
        ("2026-11-24T09:00:00Z", "W. Europe Standard Time", NINE),
        ("2026-11-24T10:00:00+01:00", "UTC", NINE),
        ("2026-11-24T10:00:00", "W. Europe Standard Time", NINE),
        ("2026-11-24T10:00:00", "Europe/Berlin", NINE),
        ("2026-11-24T14:30:00", "India Standard Time", NINE),
        ("2026-11-24T09:00:00", "tzone://Microsoft/Utc", NINE),
        ("2026-11-24T09:00:00", "tzone://Microsoft/Custom", NINE),
        ("2026-11-24T09:00:00", "Customized Time Zone", NINE),
        ("2026-11-24T09:00:00", "../../etc/passwd", NINE),
        ("2026-11-24T09:00:00", "/etc/localtime", NINE),
        ("2026-11-24T09:00:00", "\0", NINE),
        ("2026-11-24T09:00:00", "x" * 100_000, NINE),
        ("2026-11-24T09:00:00", "", NINE),
        ("2026-11-24T09:00:00", None, NINE),
        ("2026-11-24", "UTC", datetime(2026, 11, 24, tzinfo=UTC)),
        ("0001-01-01T00:00:00.0000000Z", "tzone://Microsoft/Utc", EARLIEST),
        ("0001-01-01T00:00:00", "Tokyo Standard Time", EARLIEST),
        ("9999-12-31T23:59:59.9999999", "UTC", LATEST),
        ("9999-12-31T23:59:59.9999999Z", "Hawaiian Standard Time", LATEST),
        # A clock change: the hour that there is not, and the hour that there is twice.
        ("2026-03-29T02:30:00", "W. Europe Standard Time", datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        ("2026-10-25T02:30:00", "W. Europe Standard Time", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
    ],
)  # fmt: skip
def test_a_time_is_an_instant_whatever_it_looks_like(text: str, zone: str | None, instant: datetime) -> None:
    item = between(text, text, zone)

    assert isinstance(item, Event)
    assert item.when == Timed(instant, instant)


@pytest.mark.parametrize(
    "text",
    ["", "soon", "0000-01-01T00:00:00", "2026-02-30T09:00:00", "2026-13-01T09:00:00", "2026-11-24T09:60:00",
     "2026-11-24T25:00:00", "2026-11-24T09:00:00+99:00", "99999-01-01T00:00:00", "1e999", "2026-11-24T09:00:00[x]",
     "٢٠٢٦-١١-٢٤T٠٩:٠٠:٠٠"],
)  # fmt: skip
@pytest.mark.parametrize("bound", ["start", "end"])
def test_a_time_that_is_none_sets_its_event_aside(text: str, bound: str) -> None:
    broken = {"id": "broken", **TIMES, bound: {"dateTime": text, "timeZone": "UTC"}}

    assert [type(item) for item in items_of(broken, {"id": "whole", **TIMES})] == [Quarantined, Event]


def test_midnight_written_as_24_is_the_next_day_or_nothing() -> None:
    item = between("2026-11-24T24:00:00", "2026-11-24T24:00:00")

    # Python reads it from 3.14 on; both are right, a third is not.
    midnight = datetime(2026, 11, 25, tzinfo=UTC)
    assert isinstance(item, Quarantined) or (isinstance(item, Event) and item.when == Timed(midnight, midnight))


@pytest.mark.parametrize("text", ["2026-11-24T00:00:00.0000000", "2026-11-24", "2026-11-24T00:00:00Z"])
@pytest.mark.parametrize("zone", ["UTC", "Tonga Standard Time", "Hawaiian Standard Time", "nowhere", None])
def test_an_all_day_event_has_the_dates_that_stand_there_whatever_the_zone(text: str, zone: str | None) -> None:
    item = between(text, text.replace("24", "26"), zone, isAllDay=True)

    assert isinstance(item, Event)
    assert item.when == AllDay(date(2026, 11, 24), date(2026, 11, 26))


@pytest.mark.parametrize(
    ("text", "day"), [("0001-01-01T00:00:00", EARLIEST.date()), ("9999-12-31T00:00:00", LATEST.date())]
)
def test_an_all_day_event_at_the_ends_of_time_stays_within_reach(text: str, day: date) -> None:
    item = between(text, text, isAllDay=True)

    assert isinstance(item, Event)
    assert item.when == AllDay(day, day)


def test_every_zone_name_of_windows_and_iana_is_known() -> None:
    from tzlocal.windows_tz import tz_win, win_tz

    names = [name for name in filter(None, (*win_tz, *tz_win)) if zone_named(name).key == "UTC"]
    assert {win_tz.get(name, name) for name in names} <= {"UTC", "Etc/UTC", "Etc/UCT", "Etc/Zulu", "Etc/Universal"}
    assert {name: zone_named(name).key for name in ("Pacific Standard Time", "Asia/Kolkata")} == {
        "Pacific Standard Time": "America/Los_Angeles",
        "Asia/Kolkata": "Asia/Kolkata",
    }


@pytest.mark.parametrize("text", ["", "no time", "0000-01-01T00:00:00Z", "2026-02-30T00:00:00Z"])
def test_an_original_start_that_is_none_is_left_out(text: str) -> None:
    assert event_of(originalStart=text).original_start is None
