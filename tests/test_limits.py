"""Every bound stands in one module, and a test stands at its edge: just allowed is done, one more is not."""

from __future__ import annotations

import ast
import operator
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tui import limits
from tui.domain.timespan import clamp, clamp_day
from tui.settings import SyncSettings

ROOT = Path(__file__).parents[1]
EDGES = {
    "CONNECT_TIMEOUT_SECONDS": "outlook/test_connection_limits.py::test_a_connection_is_waited_for_up_to_its_limit",
    "READ_TIMEOUT_SECONDS": "outlook/test_connection_limits.py::"
    "test_each_part_of_an_answer_is_waited_for_up_to_its_limit",
    "REQUEST_DEADLINE_SECONDS": "outlook/test_connection_limits.py::"
    "test_a_whole_answer_is_waited_for_up_to_the_deadline_however_steadily_it_comes",
    "ROUND_DEADLINE_SECONDS": "sync/test_pull_failures.py::test_a_round_that_takes_too_long_is_given_up",
    "PAGES_PER_ROUND": "sync/test_round_limits.py::"
    "test_a_round_of_as_many_pages_as_it_may_have_is_kept_and_a_longer_one_is_not",
    "REPEATED_PAGE_DIGESTS": "sync/test_round_limits.py::"
    "test_a_page_that_comes_again_is_borne_until_it_leads_on_for_the_third_time",
    "BODY_BYTES": "outlook/test_http_answers.py::test_a_body_up_to_the_bound_is_read_and_one_byte_more_is_not",
    "ITEM_BYTES": "outlook/test_wire_excess.py::test_an_item_that_is_too_large_is_set_aside_and_the_others_are_kept",
    "PAGE_ITEMS": "outlook/test_graph.py::test_a_page_is_never_asked_for_more_items_than_a_page_may_have",
    "SUBJECT_CHARACTERS": "outlook/test_wire_excess.py::"
    "test_a_text_is_cut_only_where_it_is_longer_than_the_longest_that_is_kept",
    "ATTENDEES_KEPT": "outlook/test_wire_excess.py::test_five_hundred_attendees_are_kept_and_all_are_counted",
    "URL_CHARACTERS": "outlook/test_wire_excess.py::test_an_address_of_a_page_is_kept_whole_or_not_at_all",
    "LINK_CHARACTERS": "outlook/test_graph.py::test_the_longest_link_is_followed_and_a_longer_one_is_not",
    "BODY_TEXT_BYTES": "workspace/test_staging.py::test_a_text_as_long_as_is_kept_is_staged_and_a_longer_one_is_not",
    "RETRY_AFTER_CAP_SECONDS": "outlook/test_gate.py::test_retry_after_is_read_as_seconds_or_as_a_date",
    "BACKOFF_FIRST_SECONDS": "outlook/test_gate.py::test_without_a_usable_time_the_wait_doubles_up_to_its_cap",
    "BACKOFF_CAP_SECONDS": "outlook/test_gate.py::test_the_backoff_is_anywhere_between_nothing_and_its_bound",
    "REQUESTS_IN_FLIGHT_PER_MAILBOX": "outlook/test_gate.py::"
    "test_no_more_than_four_requests_are_in_flight_and_they_leave_in_order",
    "COMMIT_LOCK_WAIT_SECONDS": "store/test_store_limits.py::"
    "test_a_commit_waits_for_another_writer_up_to_the_limit_and_no_longer",
    "COMPACTION_SLACK_BYTES": "store/test_store_limits.py::"
    "test_a_log_is_compacted_when_what_is_dead_exceeds_what_is_live_by_more_than_the_slack",
    "SEAL_EVERY_LINES": "store/test_store_limits.py::"
    "test_a_compacted_log_is_sealed_often_enough_to_lose_little_to_damage",
    "LONG_EVENT_DAYS": "store/test_store_limits.py::test_an_event_is_found_on_each_of_its_days_however_many_they_are",
    "EARLIEST_YEAR": "test_limits.py::test_only_what_lies_outside_the_years_of_arithmetic_is_moved",
    "LATEST_YEAR": "test_limits.py::test_only_what_lies_outside_the_years_of_arithmetic_is_moved",
    "POLL_FOCUSED_SECONDS": "test_limits.py::test_who_sets_nothing_is_polled_for_once_a_minute",
    "POLL_IDLE_SECONDS": "sync/test_poll_edges.py::test_rounds_follow_each_other_at_the_poll_give_or_take_a_fifth",
    "POLL_JITTER": "sync/test_poll_edges.py::test_rounds_follow_each_other_at_the_poll_give_or_take_a_fifth",
    "WINDOW_DAYS_AT_MOST": "test_settings.py::test_a_window_as_wide_as_microsoft_reads_is_allowed",
    "MASS_REMOVAL_EVENTS": "sync/test_round_limits.py::"
    "test_a_few_events_may_vanish_at_once_even_if_they_are_most_of_a_calendar",
    "MASS_REMOVAL_SHARE": "sync/test_pull_resets.py::test_only_more_than_half_of_the_events_missing_is_asked_for_again",
    "RECONCILE_DAYS": "sync/test_pull_window.py::test_once_a_week_the_whole_window_is_read_afresh",
    "WRITE_ATTEMPTS": "sync/test_decision.py::test_what_is_never_confirmed_fails_in_the_end",
    "PASSING_RACE_ATTEMPTS": "sync/test_push.py::test_a_race_that_does_not_pass_fails",
}


@pytest.mark.parametrize("name", EDGES)
def test_a_bound_has_a_test_at_its_edge(name: str) -> None:
    path, _, function = EDGES[name].partition("::")
    tree = ast.parse((ROOT / "tests" / path).read_text(encoding="utf-8"))

    assert isinstance(getattr(limits, name), int | float)
    assert function in {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


# Edges that belong to no room alone


@pytest.mark.parametrize(
    ("instant", "kept"),
    [
        (datetime(limits.EARLIEST_YEAR, 1, 1, tzinfo=UTC), True),
        (datetime(limits.EARLIEST_YEAR, 1, 1, tzinfo=UTC) - timedelta(microseconds=1), False),
        (datetime(limits.LATEST_YEAR, 1, 1, tzinfo=UTC), True),
        (datetime(limits.LATEST_YEAR, 1, 1, tzinfo=UTC) + timedelta(microseconds=1), False),
    ],
)
def test_only_what_lies_outside_the_years_of_arithmetic_is_moved(instant: datetime, kept: bool) -> None:
    assert (clamp(instant) == instant) is kept
    assert abs(clamp(instant) - instant) <= timedelta(microseconds=1)
    assert abs(clamp_day(instant.date()) - instant.date()) <= timedelta(days=1)


def test_who_sets_nothing_is_polled_for_once_a_minute() -> None:
    assert SyncSettings().poll_seconds == limits.POLL_FOCUSED_SECONDS


# Nowhere else

DISTINCT = {
    limits.ROUND_DEADLINE_SECONDS,
    limits.PAGES_PER_ROUND,
    limits.BODY_BYTES,
    limits.ITEM_BYTES,
    limits.SUBJECT_CHARACTERS,
    limits.URL_CHARACTERS,
    limits.LINK_CHARACTERS,
    limits.RETRY_AFTER_CAP_SECONDS,
    limits.COMPACTION_SLACK_BYTES,
    limits.LATEST_YEAR,
    limits.EARLIEST_YEAR,
    limits.WINDOW_DAYS_AT_MOST,
}
"""Numbers that hardly stand for anything but their bound."""
OTHER_MEANINGS = {
    ("outlook/bodies.py", 1024 * 1024): "bytes of a mebibyte",
    ("outlook/wire.py", 1024): "bytes of a kibibyte",
    ("workspace/outbox.py", 1024): "bytes of a kibibyte",
    ("outlook/sign_in.py", 3_600): "seconds of an hour",
    ("outlook/identity.py", 900.0): "how long a sign-in in the browser may take",
    ("outlook/browser_door.py", 16 * 1024): "the head of a request to the own door",
    ("store/writing.py", 256 * 1024): "how much is written at once",
    ("cli.py", 2_000): "the length of a message",
}
ARITHMETIC = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul}


def numbers(node: ast.AST) -> Iterator[float]:
    """The numbers that a piece of source spells out, arithmetic between them done."""
    value = number(node)
    if value is not None:
        yield value
        return
    for child in ast.iter_child_nodes(node):
        yield from numbers(child)


def number(node: ast.AST) -> float | None:
    if isinstance(node, ast.BinOp) and type(node.op) in ARITHMETIC:
        left, right = number(node.left), number(node.right)
        return None if left is None or right is None else ARITHMETIC[type(node.op)](left, right)
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool):
        return node.value
    return None


def spelled_out() -> set[tuple[str, float]]:
    """Where a bound's number stands in a module again. The simulator is Microsoft's side and has its own."""
    places = {source.relative_to(ROOT / "tui").as_posix(): source for source in (ROOT / "tui").rglob("*.py")}
    return {
        (place, found)
        for place, source in places.items()
        if place != "limits.py" and not place.startswith("simulator/")
        for found in numbers(ast.parse(source.read_text(encoding="utf-8")))
        if found in DISTINCT
    }


def test_no_other_module_spells_out_a_bound() -> None:
    assert spelled_out() <= OTHER_MEANINGS.keys()


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("x = 1_790", [1_790]),
        ("x = 32 * 1024 * 1024", [32 * 1024 * 1024]),
        ("f(days=60 * 15.0)", [900]),
        ("x = y * 2", [2]),
        ("x = True", []),
    ],
)
def test_the_check_reads_numbers_however_they_are_written(line: str, found: list[float]) -> None:
    assert list(numbers(ast.parse(line))) == found
