"""Who is connected, and what counts where.

A person signs in an Outlook account once and connects it in any number of sub-accounts. A connection says which
calendar receives bookings (linked) and which decide when the person is busy (conflict).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from tui.domain.busy import BusyRules
from tui.domain.events import CalendarKey
from tui.limits import RETRY_AFTER_CAP_SECONDS


class AccountKind(StrEnum):
    """Which of Microsoft's two directories the account lives in."""

    WORK = "work"
    PERSONAL = "personal"


class Mode(StrEnum):
    """What the person allowed."""

    READ = "read"
    WRITE = "write"


class Preference(StrEnum):
    """What becomes of events that are made in the linked calendar in Outlook."""

    BLOCKS = "blocks"
    TWO_WAY = "two-way"


class SignInState(StrEnum):
    """Whether the account can be used."""

    SIGNED_IN = "signed in"
    SIGN_IN_AGAIN = "sign in again"


class OutlookAccount(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One Microsoft identity."""

    id: str
    """The home account id; never changes."""
    address: str
    name: str = ""
    kind: AccountKind
    mode: Mode = Mode.WRITE
    client_id: str = ""
    """The application that the sign-in is bound to."""
    state: SignInState = SignInState.SIGNED_IN
    listed_at: datetime | None = None
    """When Microsoft last listed its calendars."""
    letter: str = "A"
    """Marks the account on every screen, beside its colour."""


class Calendar(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One calendar of an Outlook account."""

    account_id: str
    id: str
    name: str
    owner: str = ""
    colour: str = ""
    can_edit: bool = False
    is_default: bool = False
    gone: bool = False
    """No longer listed by Microsoft; its events are kept, read-only."""
    no_access: bool = False
    """Microsoft denied reading it when it was last asked; its events are kept, read-only."""
    formerly: tuple[str, ...] = ()
    """Ids that it had before, of which something is still stored."""

    @property
    def key(self) -> CalendarKey:
        return CalendarKey(self.account_id, self.id)


class GateState(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How long Microsoft asked to leave a mailbox alone."""

    opens_at: datetime
    """By the wall clock, UTC; in the past for one that is open."""
    refusals: int = 0
    """How often in a row it was closed; zero once a request was served."""


class SubAccount(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A named workspace (client, job, family) with its own connections and busy rules."""

    id: str
    name: str
    rules: BusyRules = BusyRules()


class Connection(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An Outlook account used in one sub-account."""

    id: str
    sub_account_id: str
    account_id: str
    linked: str = ""
    """The calendar id that receives bookings; at most one connection of a sub-account has one."""
    conflict: tuple[str, ...] = ()
    """The calendar ids that decide busy time; holds the linked one."""
    preference: Preference = Preference.BLOCKS

    def counts(self, calendar_id: str) -> bool:
        """Whether the calendar decides busy time in this sub-account."""
        return calendar_id in self.conflict or calendar_id == self.linked


class Roles(Struct, frozen=True, kw_only=True):
    """What the calendars of one account are to a sub-account."""

    linked: str = ""
    conflict: tuple[str, ...] = ()


def default_roles(calendars: Iterable[Calendar], mode: Mode, *, has_linked: bool) -> Roles:
    """What a new connection starts with: the default calendar counts.

    Bookings go there too if it may be written and the sub-account has no linked calendar yet (``has_linked``).
    """
    defaults = [calendar for calendar in calendars if calendar.is_default and not calendar.gone]
    writable = [calendar.id for calendar in defaults if calendar.can_edit and mode is Mode.WRITE]
    return Roles(
        linked=writable[0] if writable and not has_linked else "",
        conflict=tuple(calendar.id for calendar in defaults),
    )


class Relisted(Struct, frozen=True, kw_only=True):
    """What a new list of an account's calendars makes of those that are known."""

    calendars: tuple[Calendar, ...]
    """Every calendar, those that are gone included."""
    successors: Mapping[str, str]
    """By an id that a calendar had before the id that it has now."""


def relisted(known: Iterable[Calendar], listed: Iterable[Calendar]) -> Relisted:
    """Compare the calendars that are known with all that Microsoft lists now.

    A calendar that the list lacks is gone, unless it is there under another id: a new one of the same name, owner,
    rights and place, when there is only one such and only one that it can have been. Nothing is guessed beyond that.
    """
    before = {calendar.id: calendar for calendar in known}
    now = {calendar.id: calendar for calendar in listed}
    missing = [calendar for calendar in before.values() if calendar.id not in now]
    successors = _successors(
        [calendar for calendar in missing if not calendar.gone], [now[id_] for id_ in now if id_ not in before]
    )
    origins = {new: before[old] for old, new in successors.items()}
    kept = [replace(calendar, gone=True) for calendar in missing if calendar.id not in successors]
    return Relisted(
        calendars=(*(_renewed(c, before.get(c.id), origins.get(c.id), now.keys()) for c in now.values()), *kept),
        successors=successors,
    )


def followed(connection: Connection, successors: Mapping[str, str]) -> Connection:
    """``connection`` with the ids that its calendars have now."""
    return replace(
        connection,
        linked=successors.get(connection.linked, connection.linked),
        conflict=tuple(dict.fromkeys(successors.get(id_, id_) for id_ in connection.conflict)),
    )


def stricter(stored: GateState | None, told: GateState, now: datetime) -> GateState:
    """What counts of a stored state of a gate and one that was just told: the later opening of both.

    An opening further ahead than Microsoft can ask for says only that a clock was wrong.
    """
    if stored is None or not now < stored.opens_at <= now + timedelta(seconds=RETRY_AFTER_CAP_SECONDS):
        return told
    return GateState(opens_at=max(stored.opens_at, told.opens_at), refusals=max(stored.refusals, told.refusals))


def _successors(lost: Iterable[Calendar], new: Iterable[Calendar]) -> dict[str, str]:
    lost_by_looks, new_by_looks = _by_looks(lost), _by_looks(new)
    return {
        old[0].id: new_by_looks[looks][0].id
        for looks, old in lost_by_looks.items()
        if len(old) == 1 and len(new_by_looks.get(looks, ())) == 1
    }


def _by_looks(calendars: Iterable[Calendar]) -> dict[tuple[str, str, bool, bool], list[Calendar]]:
    """Calendars by all that tells them apart but their id."""
    found: dict[tuple[str, str, bool, bool], list[Calendar]] = {}
    for calendar in calendars:
        looks = (calendar.name, calendar.owner, calendar.is_default, calendar.can_edit)
        found.setdefault(looks, []).append(calendar)
    return found


def _renewed(listed: Calendar, known: Calendar | None, origin: Calendar | None, ids: Set[str]) -> Calendar:
    """``listed`` with what Microsoft does not say of it. An id that it lists again names another calendar."""
    past = (*origin.formerly, origin.id) if origin else known.formerly if known else ()
    return replace(
        listed,
        no_access=known is not None and known.no_access,
        formerly=tuple(id_ for id_ in past if id_ not in ids),
    )
