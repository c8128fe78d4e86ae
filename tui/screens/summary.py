"""The snapshot in a few words: what header and status line say on every screen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta

from tui.actions import Place
from tui.domain.accounts import SignInState
from tui.domain.conflicts import Grade
from tui.keys import STANDARD_KEYS, Keys
from tui.screens.shell import Shell
from tui.widgets.event_lines import age_words, clock_words, dated, day_name, length_words, shown_subject
from tui.widgets.header import HeaderState
from tui.workspace.view import AccountView, Digest, Snapshot

_NEAR = timedelta(hours=2)
_OFFLINE = "cannot be reached."
"""How the error of a request ends that found no way to its host."""


def header_state(shell: Shell, place: Place, now: datetime, counts: Mapping[Grade, int] | None = None) -> HeaderState:
    """What the header says on the screen ``place`` at ``now`` (in the viewer's zone).

    ``counts`` are the open lines of the snapshot by grade, where they are known already.
    """
    snapshot = shell.snapshot
    counts = snapshot.open_by_grade() if counts is None else counts
    following = snapshot.next_meeting(now)
    next_meeting = next_in = ""
    if following is not None:
        start, letters = following.interval.start.astimezone(snapshot.zone), snapshot.letters_of(following)
        subject = shown_subject(following.lead.event, shell.is_private)
        next_meeting = f"next {_day_and_time(start, now.date())} {subject} ({letters})"
        next_in = _in_words(start, now)
    return HeaderState(
        place=place,
        moment=now.replace(second=0, microsecond=0),
        sub_account=snapshot.sub_account.name if snapshot.sub_account else "",
        is_demo=shell.is_demo,
        counts=tuple((grade, counts[grade]) for grade in Grade),
        next_meeting=next_meeting,
        next_in=next_in,
        ages=_ages(snapshot, now),
        is_read=is_read(snapshot),
        banners=tuple(_banners(shell)),
        is_offline=is_offline(snapshot),
        keys=shell.keys,
    )


def is_offline(snapshot: Snapshot) -> bool:
    """Whether Microsoft could be reached for none of the accounts when it was tried last."""
    accounts = connected_accounts(snapshot)
    return bool(accounts) and all(_OFFLINE in view.error for view in accounts)


def _day_and_time(local: datetime, today: date) -> str:
    """The clock time, before it the day when that is not today: ``Mon 08:00``, ``Fri 4 Dec 08:00``."""
    away = abs((local.date() - today).days)
    day = "" if away == 0 else f"{day_name(local)} " if away < 7 else f"{dated(local, today)} "
    return f"{day}{local:%H:%M}"


def _in_words(start: datetime, now: datetime) -> str:
    """How many minutes the clock still has to go; empty for what is neither today nor near."""
    left = _whole_minute(start) - _whole_minute(now)
    if start.date() != now.date() and left > _NEAR:
        return ""
    return f"in {length_words(left)}" if left else "now"


def _whole_minute(instant: datetime) -> datetime:
    return instant.astimezone(UTC).replace(second=0, microsecond=0)


def connected_accounts(snapshot: Snapshot) -> tuple[AccountView, ...]:
    """The accounts that the selected sub-account uses, by letter."""
    used = {view.account.id for view in snapshot.connections}
    return tuple(sorted((v for v in snapshot.accounts if v.account.id in used), key=lambda v: v.account.letter))


def is_read(snapshot: Snapshot) -> bool:
    """Whether every calendar that counts has been read: before that nothing can be called free."""
    return not any(is_awaited(view, snapshot) for view in connected_accounts(snapshot))


def is_awaited(view: AccountView, snapshot: Snapshot) -> bool:
    """Whether something of the account counts in the selected sub-account that has not been read yet."""
    return view.last_success is None and _counts(view, snapshot)


def _counts(view: AccountView, snapshot: Snapshot) -> bool:
    return any(one.counted for one in snapshot.connections if one.account.id == view.account.id)


def _ages(snapshot: Snapshot, now: datetime) -> tuple[str, ...]:
    """Accounts of one age stand together, in the order of their letters: ``A B 1 min``, ``C 2 min old``."""
    together: dict[str, list[str]] = {}
    for view in connected_accounts(snapshot):
        age = _age(view, now) if _counts(view, snapshot) else "nothing counts"
        together.setdefault(age, []).append(view.account.letter)
    words = [f"{' '.join(letters)} {age}" for age, letters in together.items()]
    if words and words[-1].endswith((" min", " h", " days")):
        words[-1] += " old"
    return tuple(words)


def _age(view: AccountView, now: datetime) -> str:
    if view.syncing:
        return view.syncing.replace("reading", "syncing")
    if view.last_success is None:
        return "not yet read"
    return age_words(view.last_success, now)


def _banners(shell: Shell) -> Iterator[tuple[str, str]]:
    """The red lines: what stops the program, what is broken, what was repaired; each with the key that helps."""
    if shell.problem:
        yield shell.problem, "q quit"
    broken = _broken(shell)
    if broken:
        yield broken
    notices = shell.snapshot.notices
    if notices:
        more = len(notices) - 1
        yield notices[0], f"{shell.keys.first('messages')} {more} more" if more else ""


def _broken(shell: Shell) -> tuple[str, str] | None:
    """The account that is not read, and the key that helps; a broken sign-in comes before other errors."""
    snapshot, now = shell.snapshot, shell.clock.now()
    accounts = connected_accounts(snapshot)
    for view in accounts:
        if view.account.state is SignInState.SIGN_IN_AGAIN:
            read = view.last_success.astimezone(snapshot.zone) if view.last_success else None
            since = f" since {_day_and_time(read, now.astimezone(snapshot.zone).date())}" if read else ""
            return (
                f"{view.account.letter} {view.account.address} must sign in again, not read{since}",
                f"{shell.keys.first('reconnect')} reconnect",
            )
    for view in accounts:
        if view.error:
            return (
                f"{view.account.letter} {view.account.address}: {view.error}",
                f"{shell.keys.first('sync')} sync again",
            )
    return None


def digest_words(snapshot: Snapshot, keys: Keys = STANDARD_KEYS) -> str:
    """What the last sync read and changed, as one sentence; empty before the first one."""
    digest = snapshot.digest
    if digest is None:
        return ""
    words = (
        _changes(digest) if digest.changed or digest.removed or not digest.read else _first_read(snapshot, digest, keys)
    )
    return f" Sync {clock_words(digest.at, snapshot.zone)}: {words}"


def _first_read(snapshot: Snapshot, digest: Digest, keys: Keys) -> str:
    """What was found is not new to the person, only to this program."""
    found = _counted(digest.new_conflicts, "double booking", "double bookings")
    ending = f"{found}: press {keys.first('conflicts')}" if found else "no double booking" if is_read(snapshot) else ""
    return ", ".join(filter(None, (_counted(digest.read, "event read", "events read"), ending)))


def _changes(digest: Digest) -> str:
    parts = [
        _counted(digest.read, "event read", "events read"),
        _counted(digest.changed, "event changed", "events changed"),
        _counted(digest.removed, "removed", "removed"),
        _counted(digest.new_conflicts, "new double booking", "new double bookings"),
        _counted(digest.solved_conflicts, "solved", "solved"),
    ]
    return ", ".join(filter(None, parts)) or "nothing changed"


def _counted(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}" if count else ""
