"""The matrix of Outlook accounts and sub-accounts in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct
from textual.content import Content

from tui.domain.accounts import AccountKind, Mode, SignInState, SubAccount
from tui.widgets.event_lines import ago_words
from tui.widgets.lanes import account_style
from tui.widgets.line_view import CURSOR
from tui.widgets.safe_text import MUTED, Part, fitted, line, outside, styled, wrapped
from tui.workspace.view import AccountView, Snapshot

_LABEL = 21
_ADDRESS = 25
_STATE = 17
_MODE = 16
_CELL = 12
_STORAGE = {
    "keyring": "encrypted on this computer, the key in its keyring",
    "file": "in a file on this computer that only you can read",
    "memory": "in memory only: gone when the program ends",
}


class Matrix(Struct, frozen=True, kw_only=True):
    """Who is used where, and the column of the cursor."""

    sub_accounts: tuple[SubAccount, ...]
    used: frozenset[tuple[str, str]]
    """Account id and sub-account id of every connection."""
    column: int


def shown_columns(matrix: Matrix, width: int) -> range:
    """The sub-accounts that fit ``width`` cells, the one of the cursor among them."""
    room = max(1, (width - 3 - _ADDRESS - _STATE) // _CELL)
    first = min(max(0, matrix.column - room + 1), max(0, len(matrix.sub_accounts) - room))
    return range(first, min(first + room, len(matrix.sub_accounts)))


def _with_mode(matrix: Matrix, width: int) -> bool:
    return width >= 3 + _ADDRESS + _STATE + _MODE + _CELL * len(matrix.sub_accounts)


def heading(matrix: Matrix, width: int) -> Content:
    """The titles of the columns; ``‹`` and ``›`` say that there are more sub-accounts."""
    columns = shown_columns(matrix, width)
    names = [fitted(outside(matrix.sub_accounts[one].name, MUTED), _CELL - 1) for one in columns]
    before = "‹" if columns and columns[0] > 0 else " "
    after = "›" if columns and columns[-1] < len(matrix.sub_accounts) - 1 else " "
    mode = fitted(("Permission", MUTED), _MODE) if _with_mode(matrix, width) else ""
    left = fitted(("   Outlook account", MUTED), 3 + _ADDRESS - 1)
    return line(left, before, *(line(name, " ") for name in names), fitted(("Sign-in", MUTED), _STATE), mode, after)


def matrix_row(matrix: Matrix, view: AccountView, width: int, is_cursor: bool) -> Content:
    """An account: where it is used, and whether its sign-in works."""
    account = view.account
    cells: list[Part] = []
    for place in shown_columns(matrix, width):
        mark = "●" if (account.id, matrix.sub_accounts[place].id) in matrix.used else "–"
        here = is_cursor and place == matrix.column
        cells.append(fitted((f"[{mark}]", "bold reverse") if here else f" {mark} ", 4))
        cells.append(" " * (_CELL - 4))
    head = line(CURSOR if is_cursor else " ", (account.letter, f"bold {account_style(account.letter)}"), " ")
    mode = fitted(mode_words(account.mode), _MODE) if _with_mode(matrix, width) else ""
    address = fitted(fitted(outside(account.address), _ADDRESS - 1), _ADDRESS)
    return line(head, address, *cells, fitted(_sign_in(account.state), _STATE), mode)


def mode_words(mode: Mode) -> str:
    """What the person allowed."""
    return "read only" if mode is Mode.READ else "read and write"


def _sign_in(state: SignInState) -> Content:
    if state is SignInState.SIGN_IN_AGAIN:
        return styled("! sign in again", "bold $text-error")
    return Content("signed in")


def storage_words(storage: str) -> str:
    """Where the tokens of a sign-in are kept."""
    return _STORAGE.get(storage, storage or "not known")


def account_lines(
    view: AccountView, snapshot: Snapshot, sub_account: SubAccount | None, now: datetime, width: int
) -> list[Content]:
    """Everything about a sign-in, and what ``space`` does in the column of ``sub_account``."""
    account = view.account
    rule = line(
        "─ ", (account.letter, f"bold {account_style(account.letter)}"), "  ", outside(account.address, "bold"), " "
    )
    lines = [line(rule, "─" * max(0, width - rule.cell_length))]
    for label, words in _facts(view, snapshot, now):
        rows = wrapped(outside(words), max(8, width - _LABEL))
        lines += [
            line(fitted((f" {label}" if number == 0 else "", MUTED), _LABEL), row) for number, row in enumerate(rows)
        ]
    if sub_account is not None:
        is_used = any(
            one.account_id == account.id and one.sub_account_id == sub_account.id for one in snapshot.all_connections
        )
        does = "disconnects it from" if is_used else "connects it, without a new sign-in, in"
        lines += [Content(""), line(" ", ("space", "bold"), f" {does} ", outside(sub_account.name, "bold"), ".")]
    return lines


def _facts(view: AccountView, snapshot: Snapshot, now: datetime) -> Sequence[tuple[str, str]]:
    account = view.account
    names = [
        one.name
        for one in snapshot.sub_accounts
        if (account.id, one.id) in {(c.account_id, c.sub_account_id) for c in snapshot.all_connections}
    ]
    signed_in = account.state is SignInState.SIGNED_IN
    facts = [
        ("Name", account.name),
        ("Kind", "work or school" if account.kind is AccountKind.WORK else "personal"),
        ("Sign-in", "signed in" if signed_in else "Microsoft wants you to sign in again"),
        ("Permission", f"{mode_words(account.mode)} calendars"),
        ("Sign-in is kept", storage_words(view.token_storage)),
        ("Used in", ", ".join(names) or "no sub-account: nothing of it is read"),
        ("Last read", ago_words(view.last_success, now) if view.last_success else "not yet"),
        ("Now", view.syncing),
        ("Error", view.error),
    ]
    return [(label, words) for label, words in facts if words]


def nobody_lines(width: int) -> list[Content]:
    """Nobody is signed in."""
    return [
        styled(" Nobody is signed in.", "bold"),
        Content(""),
        *wrapped(Content(" Press 4 for Connections, then n to connect an Outlook account."), width, 1),
    ]
