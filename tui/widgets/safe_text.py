"""Text from outside on its way to the screen.

Textual reads a bare ``str`` as markup: a title like ``[/]`` would end the program and one like ``[@click=…]`` would
be a button. Whatever other people wrote therefore goes through ``outside`` and travels as ``Content``, which is
drawn as it stands. Widths are terminal cells, never characters.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from rich.cells import cell_len, set_cell_size
from textual.content import Content

from tui.domain.text import clean
from tui.limits import SUBJECT_CHARACTERS

ELLIPSIS = "…"
MUTED = "$foreground-muted"
"""For what is less needed. (``$text-muted`` follows the background, which a style inside a line cannot.)"""
Part = Content | str | tuple[str, str]
"""A piece of a line: Content, text without a style, or text and its style. Nothing of it is read as markup."""


def outside(text: str, style: str = "", *, empty: str = "") -> Content:
    """``text`` that somebody else wrote, literal and clean; ``empty`` stands in when nothing is left of it."""
    return styled(clean(text, SUBJECT_CHARACTERS) or empty, style)


def styled(text: str, style: str = "") -> Content:
    """Our own ``text`` in ``style``, literal."""
    return Content.styled(text, style) if style else Content(text)


def line(*parts: Part) -> Content:
    """``parts`` one after the other."""
    return Content.assemble(*parts)


def clipped(text: str, width: int) -> str:
    """``text`` cut to ``width`` cells, its last one an ellipsis where something was cut."""
    if width <= 0:
        return ""
    return text if cell_len(text) <= width else set_cell_size(text, width - 1).rstrip() + ELLIPSIS


def fitted(part: Part, width: int, align: Literal["left", "right"] = "left") -> Content:
    """``part`` in exactly ``width`` cells, cut with an ellipsis or padded with spaces."""
    content = part if isinstance(part, Content) else line(part)
    content = content.truncate(max(0, width), ellipsis=True)
    missing = max(0, width - content.cell_length)
    return content.pad_left(missing) if align == "right" else content.pad_right(missing)


def spread(left: Part, right: Part, width: int) -> Content:
    """``left`` and ``right`` at the two ends of ``width`` cells; the left one gives way."""
    tail = line(right)
    tail = tail.truncate(max(0, width), ellipsis=True)
    return line(fitted(left, width - tail.cell_length), tail)


def wrapped(content: Content, width: int, indent: int = 0) -> list[Content]:
    """``content`` on as many lines of at most ``width`` cells as it needs, those after the first indented."""
    room = max(8, width - indent)
    return [
        (row if number == 0 else row.pad_left(indent)).truncate(max(1, width))
        for number, row in enumerate(content.wrap(room))
    ]


def joined(parts: Iterable[Content], separator: str) -> Content:
    """The ``parts`` that are not empty with ``separator`` between them."""
    return Content(separator).join([part for part in parts if part])
