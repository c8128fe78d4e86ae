"""How much an event claims the person: each row of the rules, and which row goes first."""

from __future__ import annotations

from datetime import UTC

import pytest
from domain_values import ANA, Fields, at, event, timed, whole_days
from hypothesis import given
from hypothesis import strategies as st

from tui.domain.busy import BusyRules, Override, Weighing, Weight, weigh
from tui.domain.events import Attendance, Event, EventType, Response, Sensitivity, ShowAs
from tui.domain.timespan import AllDay, Timed

NONE, SOFT, HARD = Weight.NONE, Weight.SOFT, Weight.HARD
INVITED = {"organizer": ANA, "is_organizer": False, "response": Response.ACCEPTED}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"type": EventType.MASTER}, (NONE, 1)),
        ({"is_draft": True}, (NONE, 1)),
        ({"when": timed("09:00", "09:00")}, (NONE, 1)),
        ({"when": timed("10:00", "09:00")}, (NONE, 1)),
        ({"when": whole_days(count=0)}, (NONE, 1)),
        ({"is_cancelled": True}, (NONE, 2)),
        ({**INVITED, "response": Response.DECLINED}, (NONE, 3)),
        ({"show_as": ShowAs.FREE}, (NONE, 6)),
        ({"show_as": ShowAs.WORKING_ELSEWHERE}, (NONE, 7)),
        ({**INVITED, "response": Response.NOT_RESPONDED}, (SOFT, 8)),
        ({**INVITED, "response": Response.NONE}, (SOFT, 8)),
        ({**INVITED, "attendance": Attendance.OPTIONAL}, (SOFT, 9)),
        ({"show_as": ShowAs.TENTATIVE}, (SOFT, 10)),
        ({**INVITED, "response": Response.TENTATIVE}, (SOFT, 10)),
        ({"show_as": ShowAs.BUSY}, (HARD, 11)),
        ({"show_as": ShowAs.OOF}, (HARD, 11)),
        ({"show_as": ShowAs.UNKNOWN}, (HARD, 12)),
    ],
)
def test_each_row_of_the_rules_decides_its_events(fields: Fields, expected: Weighing) -> None:
    assert weigh(event(**fields), BusyRules()) == expected


def test_an_override_decides_row_four_either_way() -> None:
    free, busy = event(show_as=ShowAs.FREE), event()

    assert weigh(free, BusyRules(), override=Override.ALWAYS) == (HARD, 4)
    assert weigh(busy, BusyRules(), override=Override.NEVER) == (NONE, 4)


def test_a_busy_copy_leaves_the_weight_to_its_source() -> None:
    assert weigh(event(), BusyRules(), is_busy_copy=True) == (NONE, 5)


ROWS: dict[int, Fields] = {
    1: {"is_draft": True},
    2: {"is_cancelled": True},
    3: {"response": Response.DECLINED},
    4: {"override": Override.ALWAYS},
    5: {"is_busy_copy": True},
    6: {"show_as": ShowAs.FREE},
    7: {"show_as": ShowAs.WORKING_ELSEWHERE},
    8: {"response": Response.NOT_RESPONDED, "organizer": ANA},
    9: {"attendance": Attendance.OPTIONAL},
    10: {"show_as": ShowAs.TENTATIVE},
    11: {"show_as": ShowAs.OOF},
    12: {"show_as": ShowAs.UNKNOWN},
}


@pytest.mark.parametrize("first", ROWS)
@pytest.mark.parametrize("second", ROWS)
def test_a_row_goes_before_every_later_one(first: int, second: int) -> None:
    lesser, greater = sorted((first, second))
    facts = {"show_as": ShowAs.BUSY, **ROWS[greater], **ROWS[lesser]}
    told = {name: facts.pop(name) for name in ("override", "is_busy_copy") if name in facts}

    assert weigh(event(**facts), BusyRules(), **told).row == lesser


@pytest.mark.parametrize("weight", Weight)
@pytest.mark.parametrize(
    ("setting", "row"), [("working_elsewhere", 7), ("not_answered", 8), ("optional", 9), ("tentative", 10), ("oof", 11)]
)
def test_a_sub_account_decides_its_own_rows(setting: str, row: int, weight: Weight) -> None:
    rules = BusyRules(**{setting: weight})

    assert weigh(event(**ROWS[row]), rules) == (weight, row)


def test_no_setting_lets_busy_and_unknown_events_go() -> None:
    lenient = BusyRules(working_elsewhere=NONE, not_answered=NONE, optional=NONE, tentative=NONE, oof=NONE)

    assert weigh(event(), lenient) == (HARD, 11)
    assert weigh(event(show_as=ShowAs.UNKNOWN), lenient) == (HARD, 12)


def test_an_own_event_without_an_answer_is_not_waiting_for_one() -> None:
    own = event(response=Response.NONE, organizer=ANA, is_organizer=True)
    lone = event(response=Response.NONE, organizer=None)

    assert weigh(own, BusyRules()).weight is HARD
    assert weigh(lone, BusyRules()).weight is HARD


@pytest.mark.parametrize("sensitivity", Sensitivity)
def test_how_private_an_event_is_never_changes_its_weight(sensitivity: Sensitivity) -> None:
    assert weigh(event(sensitivity=sensitivity), BusyRules()) == (HARD, 11)


@given(
    st.builds(
        Event,
        id=st.just("event"),
        when=st.one_of(
            st.builds(Timed, st.just(at("09:00")), st.datetimes(timezones=st.just(UTC))),
            st.builds(AllDay, st.dates(), st.dates()),
        ),
        type=st.sampled_from(EventType),
        show_as=st.sampled_from(ShowAs),
        response=st.sampled_from(Response),
        attendance=st.sampled_from(Attendance),
        is_organizer=st.booleans(),
        organizer=st.sampled_from([None, ANA]),
        is_cancelled=st.booleans(),
        is_draft=st.booleans(),
    ),
    st.sampled_from([None, *Override]),
    st.booleans(),
)
def test_every_event_has_a_weight_and_the_row_that_explains_it(
    any_event: Event, override: Override | None, is_busy_copy: bool
) -> None:
    weight, row = weigh(any_event, BusyRules(), override=override, is_busy_copy=is_busy_copy)

    assert 1 <= row <= 12
    assert (weight is NONE) if row in (1, 2, 3, 5, 6) else (weight is HARD) if row == 12 else True
