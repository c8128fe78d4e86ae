"""The snapshot in a few words: what header and status line say on every screen."""

from __future__ import annotations

from datetime import datetime, timedelta

from tui.actions import Place
from tui.domain.accounts import SignInState
from tui.domain.conflicts import Grade
from tui.screens.shell import Shell
from tui.widgets.event_lines import age_words, clock_words, length_words, shown_subject
from tui.widgets.header import HeaderState
from tui.workspace.view import AccountView, Snapshot


def header_state(shell: Shell, place: Place, now: datetime) -> HeaderState:
    """What the header says on the screen ``place`` at ``now`` (in the viewer's zone)."""
    snapshot = shell.snapshot
    counts = snapshot.open_by_grade()
    following = snapshot.next_meeting(now)
    next_meeting = next_in = ""
    if following is not None:
        start, letters = following.interval.start, snapshot.letters_of(following)
        subject = shown_subject(following.lead.event, shell.is_private)
        next_meeting = f"next {clock_words(start, snapshot.zone)} {subject} ({letters})"
        next_in = f"in {length_words(start - now)}"
    banner, banner_help = (shell.problem, "q quit") if shell.problem else _banner(snapshot)
    return HeaderState(
        place=place,
        moment=now.replace(second=0, microsecond=0),
        sub_account=snapshot.sub_account.name if snapshot.sub_account else "",
        is_demo=shell.is_demo,
        counts=tuple((grade, counts[grade]) for grade in Grade),
        next_meeting=next_meeting,
        next_in=next_in,
        ages=_ages(connected_accounts(snapshot), now),
        banner=banner,
        banner_help=banner_help,
    )


def connected_accounts(snapshot: Snapshot) -> tuple[AccountView, ...]:
    """The accounts that the selected sub-account uses, by letter."""
    used = {view.account.id for view in snapshot.connections}
    return tuple(sorted((v for v in snapshot.accounts if v.account.id in used), key=lambda v: v.account.letter))


def _ages(accounts: tuple[AccountView, ...], now: datetime) -> tuple[str, ...]:
    """Accounts of one age stand together, in the order of their letters: ``A B 1 min``, ``C 2 min old``."""
    together: dict[str, list[str]] = {}
    for view in accounts:
        together.setdefault(_age(view, now), []).append(view.account.letter)
    words = [f"{' '.join(letters)} {age}" for age, letters in together.items()]
    if words and words[-1].endswith((" min", " h", " days")):
        words[-1] += " old"
    return tuple(words)


def _age(view: AccountView, now: datetime) -> str:
    if view.syncing:
        return view.syncing.replace("reading", "syncing")
    if view.last_success is None:
        return "not yet read"
    return age_words(view.last_success, now) if now - view.last_success >= timedelta(minutes=1) else "now"


def _banner(snapshot: Snapshot) -> tuple[str, str]:
    """What is broken, and the key that helps; the sign-in that is broken comes before other errors."""
    accounts = connected_accounts(snapshot)
    for view in accounts:
        if view.account.state is SignInState.SIGN_IN_AGAIN:
            since = f" since {clock_words(view.last_success, snapshot.zone)}" if view.last_success else ""
            return (
                f"{view.account.letter} {view.account.address} must sign in again, not read{since}",
                "4 Connections, n sign in",
            )
    for view in accounts:
        if view.error:
            return f"{view.account.letter} {view.account.address}: {view.error}", "s sync again"
    return "", ""


def digest_words(snapshot: Snapshot) -> str:
    """What the last sync changed, as one sentence; empty before the first one."""
    digest = snapshot.digest
    if digest is None:
        return ""
    parts = [
        _counted(digest.changed, "event changed", "events changed"),
        _counted(digest.removed, "removed", "removed"),
        _counted(digest.new_conflicts, "new double booking", "new double bookings"),
        _counted(digest.solved_conflicts, "solved", "solved"),
    ]
    return f" Sync {clock_words(digest.at, snapshot.zone)}: {', '.join(p for p in parts if p) or 'nothing changed'}"


def _counted(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}" if count else ""
