"""What a round means, decided without a service or a store: the last word on each item, and whole series."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tui.domain.events import Event, EventType, Repeats, ShowAs
from tui.domain.timespan import AllDay, Timed
from tui.outlook.wire import Item, Quarantined, Removed, Sparse
from tui.store.documents import Mark
from tui.sync.rounds import (
    Gathered,
    Plan,
    Series,
    complete,
    gather,
    is_reconciliation_due,
    plan,
    series_mentioned,
    series_settled,
    still_good,
    with_margin,
    with_master,
)

NINE = datetime(2026, 11, 23, 9, tzinfo=UTC)


def timed(day: int) -> Timed:
    return Timed(NINE + timedelta(days=day), NINE + timedelta(days=day, hours=1))


def event(event_id: str, day: int = 0, **more: Any) -> Event:
    return Event(id=event_id, when=timed(day), **more)


def master(event_id: str = "S", **more: Any) -> Event:
    given = {"type": EventType.MASTER, "ical_uid": f"uid-{event_id}", "subject": "Stand-up", **more}
    return event(event_id, **given)


def sparse(event_id: str, series: str = "S", day: int = 0) -> Sparse:
    return Sparse(event_id, series, timed(day), f"etag-{event_id}")


def exception(event_id: str, series: str = "S", day: int = 0, subject: str = "moved") -> Event:
    return event(event_id, day, type=EventType.EXCEPTION, series_id=series, subject=subject)


def planned(items: list[Item], stored: dict[str, frozenset[str]] | None = None, *, whole: bool = False) -> Plan:
    """The plan of a round whose masters are all in it; ``stored`` holds the known members by series."""
    gathered = gather(items)
    members = stored or {}
    known = {name: Series(master=found_master(gathered, name)) for name in series_mentioned(gathered)}
    every = frozenset(members).union(*members.values())
    return plan(gathered, series=known, members=members, stored=every if whole else frozenset(), whole=whole)


def found_master(gathered: Gathered, name: str) -> Event | None:
    item = gathered.items.get(name)
    return item if isinstance(item, Event) else None


def put(result: Plan, event_id: str) -> Event:
    return next(event for event in result.puts if event.id == event_id)


# Gathering


def test_the_last_word_on_an_item_counts() -> None:
    gathered = gather([
        event("a", subject="old"),
        Removed("b"),
        event("c"),
        event("a", subject="new"),
        event("b", subject="back"),
        Removed("c"),
    ])  # fmt: skip

    assert [(e.id, e.subject) for e in gathered.items.values() if isinstance(e, Event)] == [("a", "new"), ("b", "back")]
    assert gathered.removed == {"c"}


def test_an_item_that_could_be_read_after_all_is_not_quarantined() -> None:
    odd = Quarantined("a", "odd")

    later: list[Item] = [event("a"), odd]
    assert gather(reversed(later)).quarantined == ()
    assert gather(later).items == {}
    assert gather(later).quarantined == (odd,)


def test_every_item_without_an_id_counts() -> None:
    assert len(gather([Quarantined("", "one"), Quarantined("", "two")]).quarantined) == 2


# Series


@pytest.mark.parametrize(
    ("items", "exceptions", "is_settled"),
    [
        ([master(), sparse("o1")], set(), True),
        ([sparse("o1"), master()], set(), True),
        ([master()], set(), False),
        ([sparse("o1")], set(), False),
        ([exception("x")], set(), False),
        ([master(), exception("x")], {"x"}, False),
        ([master(), sparse("o1")], {"x"}, False),
        ([master(), sparse("o1"), exception("x")], {"x"}, True),
        ([master(), sparse("o1"), Removed("x")], {"x"}, True),
        ([master(), sparse("x")], {"x"}, True),
    ],
)
def test_a_round_settles_a_series_when_it_speaks_of_all_its_instances(
    items: list[Item], exceptions: set[str], is_settled: bool
) -> None:
    gathered = gather(items)

    assert series_mentioned(gathered) == {"S"}
    assert series_settled(gathered, {"S": frozenset(exceptions)}) == ({"S"} if is_settled else set())


def test_a_settled_series_loses_the_occurrences_that_did_not_come() -> None:
    result = planned([master(), sparse("o1"), sparse("o3")], {"S": frozenset(["o1", "o2", "o3", "x"])})

    assert {event.id for event in result.puts} == {"S", "o1", "o3"}
    assert result.deletes == {"o2", "x"}


def test_an_unsettled_series_becomes_what_its_instances_say() -> None:
    known = Series(master=master(), instances=(exception("x", subject="instance"), event("o2", series_id="S")))
    items: list[Item] = [exception("x", subject="delta"), sparse("o9")]

    result = plan(gather(items), series={"S": known}, members={"S": frozenset(["o1", "x"])}, whole=False)

    assert {event.id for event in result.puts} == {"S", "x", "o2"}
    assert put(result, "x").subject == "instance"
    assert put(result, "o2").series_ical_uid == "uid-S"
    assert result.deletes == {"o1"}


def test_a_series_that_is_gone_takes_its_members_along() -> None:
    result = planned([Removed("S")], {"S": frozenset(["o1", "x"])})

    assert result == Plan(puts=(), deletes=frozenset(["S", "o1", "x"]))


def test_an_occurrence_of_a_series_that_is_gone_is_not_kept() -> None:
    result = plan(
        gather([sparse("o1"), exception("x")]),
        series={"S": Series(master=None, instances=())},
        members={"S": frozenset(["o1", "x"])},
        whole=False,
    )

    assert result == Plan(puts=(), deletes=frozenset(["S", "o1", "x"]))


def test_a_series_that_became_a_single_event_has_no_members() -> None:
    result = planned([event("S")], {"S": frozenset(["o1"])})

    assert [event.id for event in result.puts] == ["S"]
    assert result.deletes == {"o1"}


def test_a_whole_round_drops_what_it_lacks_but_not_what_it_could_not_read() -> None:
    stored = {"S": frozenset(["o1", "o2"]), "a": frozenset[str](), "b": frozenset[str](), "odd": frozenset[str]()}
    result = planned([event("a"), Quarantined("odd", "no start"), master(), sparse("o1")], stored, whole=True)

    assert result.deletes == {"b", "o2"}


# Completing


def test_an_occurrence_is_its_master_at_another_time() -> None:
    whole = master(show_as=ShowAs.TENTATIVE, repeats=Repeats("weekly", 2), transaction_id="t", etag="of the master")

    made = complete(sparse("o1", day=7), whole)

    assert (made.id, made.when, made.etag) == ("o1", timed(7), "etag-o1")
    assert (made.type, made.series_id, made.series_ical_uid) == (EventType.OCCURRENCE, "S", "uid-S")
    assert (made.subject, made.show_as, made.repeats) == ("Stand-up", ShowAs.TENTATIVE, Repeats("weekly", 2))
    assert (made.ical_uid, made.transaction_id, made.original_start) == ("", "", NINE + timedelta(days=7))


def test_an_occurrence_of_an_all_day_series_lasts_whole_days() -> None:
    midnight = datetime(2026, 11, 30, tzinfo=UTC)
    whole = Event(id="S", when=AllDay(date(2026, 11, 23), date(2026, 11, 25)), type=EventType.MASTER)

    made = complete(Sparse("o1", "S", Timed(midnight, midnight + timedelta(days=2)), ""), whole)

    assert made.when == AllDay(date(2026, 11, 30), date(2026, 12, 2))
    assert made.original_start == midnight


def test_an_exception_keeps_its_own_words_and_place() -> None:
    own = exception("x", day=3)
    placed = event("y", original_start=NINE)

    made = with_master(own, master(repeats=Repeats("daily")))

    assert (made.subject, made.series_ical_uid, made.repeats) == ("moved", "uid-S", Repeats("daily"))
    assert with_master(own, None) == own
    assert with_master(placed, master()).original_start == NINE


# However a round is told


ITEMS = some.one_of(
    some.builds(event, some.sampled_from("abcd"), some.integers(0, 9)),
    some.builds(master, some.sampled_from("ST")),
    some.builds(sparse, some.sampled_from(["o1", "o2", "o3"]), some.sampled_from("ST"), some.integers(0, 9)),
    some.builds(exception, some.sampled_from(["x1", "x2"]), some.sampled_from("ST"), some.integers(0, 9)),
    some.builds(Removed, some.sampled_from(["a", "b", "o1", "x1", "S", "unknown"])),
    some.builds(Quarantined, some.sampled_from(["a", "x2", ""]), some.just("odd")),
)
MEMBERS = some.dictionaries(
    some.sampled_from("STa"), some.frozensets(some.sampled_from(["o1", "o2", "o4", "x1", "x2", "x3"])), max_size=3
)


def as_sets(result: Plan) -> tuple[dict[str, Event], frozenset[str]]:
    return {event.id: event for event in result.puts}, result.deletes


@given(some.lists(ITEMS, max_size=12), MEMBERS, some.booleans(), some.randoms(use_true_random=False))
def test_order_and_repetition_of_the_last_words_change_nothing(
    items: list[Item], members: dict[str, frozenset[str]], whole: bool, random: Random
) -> None:
    last = {item.id: item for item in items}
    told = [*last.values(), *(item for item in last.values() if random.random() < 0.5)]
    random.shuffle(told)

    assert as_sets(planned(told, members, whole=whole)) == as_sets(planned(items, members, whole=whole))


@given(some.lists(ITEMS, max_size=12), MEMBERS, some.booleans())
def test_a_plan_never_puts_and_deletes_the_same_event(
    items: list[Item], members: dict[str, frozenset[str]], whole: bool
) -> None:
    result = planned(items, members, whole=whole)

    assert not {event.id for event in result.puts} & result.deletes
    assert len({event.id for event in result.puts}) == len(result.puts)
    assert not result.deletes & {item.id for item in gather(items).quarantined}


# The window


@pytest.mark.parametrize(
    ("today", "past", "future", "is_good"),
    [
        (date(2026, 11, 23), 20, 40, True),
        (date(2026, 11, 23) + timedelta(days=31), 20, 40, True),
        (date(2026, 11, 23) + timedelta(days=32), 20, 40, False),
        (date(2026, 11, 22), 20, 40, False),
        (date(2026, 11, 23), 21, 40, False),
        (date(2026, 11, 23), 20, 39, False),
    ],
)
def test_a_link_serves_the_days_and_settings_that_it_was_made_for(
    today: date, past: int, future: int, is_good: bool
) -> None:
    window = with_margin(AllDay(date(2026, 11, 3), date(2027, 1, 3)))
    mark = Mark(link="https://graph.microsoft.com/x", window=window, past_days=20, future_days=40)

    assert still_good(mark, today, past, future) is is_good
    assert not still_good(None, today, past, future)


def reconciled(day: date | None) -> Mark:
    window = AllDay(date(2026, 11, 3), date(2027, 1, 3))
    return Mark(link="x", window=window, past_days=20, future_days=40, reconciled=day)


def test_every_calendar_is_read_afresh_within_a_week_but_not_all_on_the_same_day() -> None:
    first = date(2026, 11, 23)
    week = [first + timedelta(days=days) for days in range(1, 8)]
    due = [
        next(day for day in week if is_reconciliation_due(reconciled(first), day, f"calendar {number}"))
        for number in range(140)
    ]

    assert set(due) == set(week)
    assert max(due.count(day) for day in week) < 40


def test_a_calendar_is_not_read_afresh_twice_on_one_day_and_always_when_it_never_was() -> None:
    day = date(2026, 11, 23)

    assert not is_reconciliation_due(reconciled(day), day, "calendar")
    assert is_reconciliation_due(reconciled(None), day, "calendar")
    assert is_reconciliation_due(reconciled(day + timedelta(days=7)), day, "calendar")
