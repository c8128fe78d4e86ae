"""Who is connected, and what counts where.

A person signs in an Outlook account once and connects it in any number of sub-accounts. A connection says which
calendar receives bookings (linked) and which decide when the person is busy (conflict).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from tui.domain.busy import BusyRules
from tui.domain.events import CalendarKey


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

    @property
    def key(self) -> CalendarKey:
        return CalendarKey(self.account_id, self.id)


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
