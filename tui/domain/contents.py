"""What two readings of one event must agree in for nobody to have changed it in between.

Outlook shows a text other than it was written: cleaned, cut, and of a body only a preview.
"""

from __future__ import annotations

from tui.domain.events import Event, Response
from tui.domain.text import clean
from tui.limits import LOCATION_CHARACTERS, NAME_CHARACTERS, PREVIEW_CHARACTERS

# Graph cuts the preview of a body to 255 characters, and may leave white space out of them.
_SHORTEST_CUT_PREVIEW = 200


def content(event: Event) -> tuple[object, ...]:
    """What anybody may have edited, so that two readings of the same event are equal."""
    return (
        clean(event.subject),
        event.when,
        event.show_as,
        clean(event.location, LOCATION_CHARACTERS),
        frozenset((one.person.address.casefold(), one.attendance) for one in event.attendees),
        event.sensitivity,
        frozenset(clean(name, NAME_CHARACTERS) for name in event.categories),
        event.preview,
        event.response,
        event.is_cancelled,
    )


def is_untouched(before: Event, after: Event) -> bool:
    """Whether nobody edited or answered an event between two readings of it, as far as it shows."""
    return content(before) == content(after) and not has_new_answer(before, after)


def has_new_answer(before: Event, after: Event) -> bool:
    """Whether somebody invited answered between two readings; another time voids answers, and that is none."""
    return not _answers(after) <= _answers(before)


def is_preview(preview: str, body: str) -> bool:
    """Whether ``preview`` is what Graph shows of ``body``."""
    shown, text = (" ".join(clean(words, PREVIEW_CHARACTERS).split()) for words in (preview, body))
    return shown == text or (len(shown) >= _SHORTEST_CUT_PREVIEW and text.startswith(shown))


def _answers(event: Event) -> frozenset[tuple[str, Response]]:
    """Who answered what."""
    given = (Response.ACCEPTED, Response.TENTATIVE, Response.DECLINED)
    return frozenset((one.person.address.casefold(), one.response) for one in event.attendees if one.response in given)
