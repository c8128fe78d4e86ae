"""What becomes of a staged write after a look at its event, decided without input or output.

A write is sent only where what it was decided on still stands, so that nobody's later edit is overwritten, and never
again where a look shows its effect. Where a look cannot tell whether a mail was sent, it is not sent again.
"""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from tui.domain.bookings import (
    Action,
    Cancel,
    Create,
    Delete,
    Entry,
    FailureKind,
    Respond,
    Update,
    Wanted,
    as_wanted,
)
from tui.domain.contents import content, has_new_answer, is_preview, is_untouched
from tui.domain.events import Event, EventType, Response, ShowAs
from tui.limits import WRITE_ATTEMPTS

# How Outlook shows an answered meeting, unless its organiser means it otherwise: then an answer is not certain to have
# been all that happened.
_SHOWN_AS = {Response.ACCEPTED: ShowAs.BUSY, Response.TENTATIVE: ShowAs.TENTATIVE, Response.DECLINED: ShowAs.FREE}


class Send(Struct, frozen=True):
    """What it was decided on stands, and its effect is absent."""


class Done(Struct, frozen=True):
    """What it wants is so already."""


class Fail(Struct, frozen=True):
    """It must not be sent; the person decides."""

    kind: FailureKind
    reason: str


Decision = Send | Done | Fail

_GONE = Fail(FailureKind.GONE, "The event is no longer there.")
_CHANGED = Fail(FailureKind.CHANGED, "The event was changed in Outlook meanwhile.")
_CANCELLED = Fail(FailureKind.GONE, "The meeting was called off; there is nothing to answer.")
_ANSWERED_OTHERWISE = Fail(FailureKind.CHANGED, "The invitation was answered otherwise meanwhile.")
_GONE_UNCERTAIN = Fail(
    FailureKind.UNCERTAIN,
    "The event is gone, and Microsoft's reply to the answer was lost: the answer may have been sent.",
)
_UNCERTAIN = Fail(
    FailureKind.UNCERTAIN,
    "Microsoft's reply to the answer was lost, and the event does not show whether the answer was sent.",
)
_NEVER_CONFIRMED = Fail(
    FailureKind.UNCERTAIN, f"Microsoft confirmed none of {WRITE_ATTEMPTS} attempts, and the event does not show them."
)


def decide(entry: Entry, found: Event | None) -> Decision:
    """What becomes of ``entry`` when ``found`` is what Outlook holds in its event's place, None for nothing.

    For a Create, ``found`` is the event that an earlier attempt made.
    """
    decision = _decided(entry, found)
    if isinstance(decision, Send) and entry.doubtful and entry.attempts >= WRITE_ATTEMPTS:
        return _NEVER_CONFIRMED
    return decision


def as_decided_on(entry: Entry, stored: Event | None, found: Event) -> Entry:
    """``entry`` with the version ``found`` where it differs from the one decided on by its etag alone.

    An occurrence that nobody touched has the version of its series, which a change to any other occurrence moves.
    ``stored`` is the event as it was when it was last read.
    """
    if stored is None or stored.etag != entry.etag or not stored.type is found.type is EventType.OCCURRENCE:
        return entry
    return replace(entry, etag=found.etag) if is_untouched(stored, found) else entry


def as_attempted(action: Action, found: Event | None) -> Action:
    """``action`` as it is kept while an attempt is under way: an answer with the one that stands before it.

    The person may have decided on another, which was staged as well and never sent.
    """
    if isinstance(action, Respond) and found is not None:
        return replace(action, before=found.response)
    return action


def is_own_change(action: Action, before: Event, after: Event) -> bool:
    """Whether ``action`` alone makes ``before`` into ``after``, as far as an event shows.

    Of a series it is never certain: what somebody changed of one occurrence does not show in the master.
    """
    if after.type is EventType.MASTER:
        return False
    if isinstance(action, Respond):
        # The own answer may stand among the attendees' too.
        shown_as = _SHOWN_AS.get(action.response, before.show_as)
        return content(replace(before, response=after.response, show_as=shown_as)) == content(after)
    return content(_carried_out(action, before, after)) == content(after) and not has_new_answer(before, after)


def stands(event: Event, wanted: Wanted) -> bool:
    """Whether ``event`` has everything that ``wanted`` sets and an event shows: all but the reminder."""
    return (
        content(replace(as_wanted(event, wanted), preview=event.preview)) == content(event)
        and (wanted.body is None or is_preview(event.preview, wanted.body))
        and (wanted.is_online is None or wanted.is_online == bool(event.join_url))
    )


def _carried_out(action: Action, before: Event, after: Event) -> Event:
    """``before`` as ``action`` makes it; what only the service can know of that is as it is in ``after``."""
    match action:
        case Update(wanted=wanted):
            made = as_wanted(before, wanted)
            is_body_other = wanted.body is not None or wanted.is_online is not None
            return replace(made, preview=after.preview) if is_body_other else made
        case Cancel():
            return replace(before, subject=after.subject, show_as=after.show_as, is_cancelled=True)
        case _:
            return before


def _decided(entry: Entry, found: Event | None) -> Decision:
    match entry.action:
        case Create():
            return Send() if found is None else Done()
        case Update(wanted=wanted):
            return _update(entry, wanted, found)
        case Respond() as respond:
            return _respond_to_nothing(entry, respond) if found is None else _respond(entry, respond, found)
        case Cancel():
            return Done() if found is None or found.is_cancelled else Send()
        case Delete():
            if found is None:
                return Done()
            return Send() if _is_version(entry, found) else _CHANGED


def _update(entry: Entry, wanted: Wanted, found: Event | None) -> Decision:
    if found is None:
        return _GONE
    if _is_version(entry, found):
        return Send()
    return Done() if stands(found, wanted) and _is_told(entry, wanted) else _CHANGED


def _is_told(entry: Entry, wanted: Wanted) -> bool:
    """Whether what an event shows tells of all that is wanted; after an attempt the rest came with what is shown."""
    shown = replace(wanted, reminder_minutes=None)
    return shown == wanted or (entry.doubtful and shown != Wanted())


def _respond_to_nothing(entry: Entry, respond: Respond) -> Decision:
    if not entry.doubtful:
        return _GONE
    if respond.notify:
        return _GONE_UNCERTAIN
    return Done() if respond.response is Response.DECLINED else _GONE


def _respond(entry: Entry, respond: Respond, found: Event) -> Decision:
    if entry.doubtful:
        return _respond_again(entry, respond, found)
    return _CANCELLED if found.is_cancelled else Send()


def _respond_again(entry: Entry, respond: Respond, found: Event) -> Decision:
    """After an attempt that may have taken effect.

    An event that changed and is unanswered does not tell: another time makes its organiser's server void an answer.
    """
    if found.response is respond.response:
        return Done() if respond.before is not respond.response or not respond.notify else _UNCERTAIN
    if found.is_cancelled:
        return _UNCERTAIN if respond.notify else _CANCELLED
    if _is_answered(found.response) and found.response is not respond.before:
        return _ANSWERED_OTHERWISE
    return _UNCERTAIN if respond.notify and not _is_version(entry, found) else Send()


def _is_answered(response: Response) -> bool:
    return response in (Response.ACCEPTED, Response.TENTATIVE, Response.DECLINED)


def _is_version(entry: Entry, found: Event) -> bool:
    """Whether ``found`` is certainly the version that was decided on; one without a name never is."""
    return bool(entry.etag) and entry.etag == found.etag
