"""The two lines at the top of every screen, and below them in red what needs the person.

Where they do not fit, the least needed goes first: the date, then words that shorten, then the age of the data.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct
from rich.cells import cell_len
from textual import events
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from tui.actions import SCREENS, Place
from tui.domain.conflicts import Grade
from tui.keys import STANDARD_KEYS, Keys
from tui.widgets.event_lines import day_words
from tui.widgets.safe_text import MUTED, clipped, wrapped

_RED = "bold on $error"
_MOST_BANNER_ROWS = 3
_NAME_CELLS = 20
"""Of the sub-account's name."""
_LONG = {Grade.HIGH: "high", Grade.MEDIUM: "medium", Grade.LOW: "low"}
_SHORT = {Grade.HIGH: "high", Grade.MEDIUM: "med", Grade.LOW: "low"}


class HeaderState(Struct, frozen=True, kw_only=True):
    """All that the header says; every text is clean."""

    place: Place
    moment: datetime
    """Now, in the viewer's zone."""
    sub_account: str = ""
    is_demo: bool = False
    counts: tuple[tuple[Grade, int], ...] = ()
    """Open double bookings by grade, worst first; those of zero are left out by whoever draws them."""
    next_meeting: str = ""
    """``next 11:00 Budget review (A)``."""
    next_in: str = ""
    """``in 36 min``."""
    ages: tuple[str, ...] = ()
    """``A B 1 min``, ``C syncing 412 events``."""
    is_read: bool = True
    """Whether everything that counts has been read: before that nothing is called free of double bookings."""
    banners: tuple[tuple[str, str], ...] = ()
    """The red lines: what is broken, and which key helps."""
    is_offline: bool = False
    """Whether Microsoft cannot be reached: ages only grow then."""
    keys: Keys = STANDARD_KEYS


class Header(Widget):
    """Draws a ``HeaderState``; a click on the name of a screen, or on what is counted, asks for that screen."""

    class PlaceChosen(Message):
        """The person clicked on the name of a screen."""

        def __init__(self, place: Place) -> None:
            self.place = place
            super().__init__()

    class SubAccountClicked(Message):
        """The person clicked on the name of the sub-account."""

    def __init__(self, state: HeaderState) -> None:
        super().__init__(id="header")
        self._state = state

    @property
    def state(self) -> HeaderState:
        return self._state

    def show(self, state: HeaderState) -> None:
        """Draw ``state`` from now on."""
        if state == self._state:
            return
        width = self.size.width
        is_higher = len(_banner_lines(state, width)) != len(_banner_lines(self._state, width))
        self._state = state
        self.refresh(layout=is_higher)

    def render(self) -> Content:
        return Content("\n").join(header_lines(self._state, self.size.width))

    def get_content_height(self, container: object, viewport: object, width: int) -> int:
        return 2 + len(_banner_lines(self._state, width))

    def on_click(self, event: events.Click) -> None:
        if event.y == 0:
            self._place_clicked(event.x)
        elif event.y == 1 and event.x < counted_cells(self._state, self.size.width):
            self.post_message(self.PlaceChosen(Place.CONFLICTS))

    def _place_clicked(self, x: int) -> None:
        text = _place_line(self._state, self.size.width).plain
        for place in SCREENS:
            word = _place_word(place, self._state.keys)
            begin = cell_len(text[: text.find(word)]) if word in text else self.size.width
            if begin <= x < begin + cell_len(word):
                self.post_message(self.PlaceChosen(place))
                return
        if x < cell_len(text.partition("▾")[0]) + 1:
            self.post_message(self.SubAccountClicked())


def header_lines(state: HeaderState, width: int) -> list[Content]:
    """Two lines of ``width`` cells, and those in red."""
    return [_place_line(state, width), _count_line(state, width), *_banner_lines(state, width)]


def _banner_lines(state: HeaderState, width: int) -> list[Content]:
    """Each red line on as many as it needs to be read whole, within reason; its last ends with the key."""
    return [line for text, key in state.banners for line in _banner(text, f" {key} " if key else "", width)]


def _banner(text: str, key: str, width: int) -> list[Content]:
    rows = wrapped(Content(f" ! {clipped(text, 400)}"), max(1, width - cell_len(key)), 3)
    if len(rows) > _MOST_BANNER_ROWS:
        rows = [*rows[: _MOST_BANNER_ROWS - 1], Content(" ").join(rows[_MOST_BANNER_ROWS - 1 :])]
    tails = [*("" for _ in rows[1:]), key]
    return [
        _spread(Content.styled(row.plain, _RED), Content.styled(tail, _RED), width, _RED)
        for row, tail in zip(rows, tails, strict=True)
    ]


def _place_word(place: Place, keys: Keys) -> str:
    return f"{keys.first(place.value)} {place.label}"


def _place_line(state: HeaderState, width: int) -> Content:
    moment = state.moment
    full = f"{day_words(moment)} {moment.year}  {moment:%H:%M} "
    for gap, right in ((3, full), (2, f"{day_words(moment)} {moment:%H:%M} "), (1, f"{moment:%H:%M} "), (1, "")):
        left = _places(state, gap)
        if left.cell_length + cell_len(right) < width:
            break
    return _spread(left, Content.styled(right, MUTED), width)


def _places(state: HeaderState, gap: int) -> Content:
    name = clipped(state.sub_account or "No sub-account", _NAME_CELLS)
    parts = [Content.styled(f" {name} ▾ ", "bold")]
    if state.is_demo:
        parts.append(Content.styled(" DEMO ", "bold $text-warning reverse"))
    for place in SCREENS:
        parts.append(Content(" " * (gap - 1)))
        style = "bold reverse" if place is state.place else ""
        word = _place_word(place, state.keys)
        parts.append(Content.styled(f" {word} " if gap > 1 else f"{word} ", style))
    return Content("").join(parts)


def _count_line(state: HeaderState, width: int) -> Content:
    counted, following, aged = _count_parts(state, width)
    return _spread(counted.append(following), aged, width)


def counted_cells(state: HeaderState, width: int) -> int:
    """How many cells of the second line say what is double-booked."""
    return _count_parts(state, width)[0].cell_length


def _count_parts(state: HeaderState, width: int) -> tuple[Content, Content, Content]:
    """What is double-booked, what comes next, and how old all that is; in as many words as fit ``width``."""
    for long, with_in, with_data in (
        (True, True, True),
        (False, True, True),
        (False, False, True),
        (False, False, False),
    ):
        counted, following, aged = _counted(state, long), _following(state, with_in), _aged(state, with_data)
        if counted.cell_length + following.cell_length + aged.cell_length < width:
            break
    return counted, following, aged


def _following(state: HeaderState, with_in: bool) -> Content:
    following = f"   {state.next_meeting}" if state.next_meeting else ""
    return Content(f"{following}, {state.next_in}" if following and with_in and state.next_in else following)


def _counted(state: HeaderState, long: bool) -> Content:
    words = _LONG if long else _SHORT
    found = [(grade, count) for grade, count in state.counts if count and grade in words]
    parts = [Content(" ")]
    if not found and not state.is_read:
        parts.append(Content.styled("Double bookings: not yet read" if long else "not yet read", MUTED))
    elif not found and state.ages:
        parts.append(Content.styled("No double booking" if long else "0 clashes", "$text-success"))
    elif found and long:
        parts.append(Content("Double-booked: "))
    for position, (grade, count) in enumerate(found):
        parts.append(Content(", " if position and long else " " if position else ""))
        parts.append(Content.styled(f"{count} {words[grade]}", f"$grade-{grade}"))
    return Content("").join(parts)


def _aged(state: HeaderState, with_data: bool) -> Content:
    ages: Sequence[str] = state.ages
    if not ages:
        return Content("")
    text = " · ".join(ages)
    aged = Content.styled(f"data: {text} " if with_data else f"{text} ", MUTED)
    return (
        Content.styled("offline", "bold reverse $text-warning").append(" ").append(aged) if state.is_offline else aged
    )


def _spread(left: Content, right: Content, width: int, style: str = "") -> Content:
    """``left`` at the left and ``right`` at the right end of ``width`` cells; ``left`` gives way."""
    room = max(0, width - right.cell_length)
    if left.cell_length > room:
        left = left.truncate(room, ellipsis=True)
    gap = Content.styled(" " * max(0, room - left.cell_length), style)
    return Content("").join([left, gap, right]).truncate(width)
