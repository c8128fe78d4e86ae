"""The pages of the help, drawn as lines.

They are our own texts and use a little of Markdown: headings, paragraphs, lists, tables, **bold** and `code`. Drawn
this way a table has no rule between its rows, and only what is on the screen is drawn.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from rich.cells import cell_len
from textual.content import Content

from tui.widgets.safe_text import fitted, line, styled, wrapped

_MARK = re.compile(r"\*\*(.+?)\*\*|`(.+?)`")
_RULE = re.compile(r"\|[\s|:-]+\|")
_ITEM = re.compile(r"(?P<mark>[-*]|\d+\.) +(?P<text>.*)", re.DOTALL)
_GAP = "  "


def page_lines(text: str, width: int) -> list[Content]:
    """``text`` in lines of at most ``width`` cells; parts that follow each other have a free line between them."""
    lines: list[Content] = []
    for part in re.split(r"\n\s*\n", text.strip()):
        lines += [Content(""), *_part(part, width)]
    return lines[1:]


def _part(part: str, width: int) -> list[Content]:
    if part.startswith("#"):
        heading, _, rest = part.partition("\n")
        lines = [styled(heading.lstrip("# "), "bold $text-primary")]
        return [*lines, *_part(rest, width)] if rest else lines
    if part.startswith("|"):
        return _table([_cells(row) for row in part.splitlines() if not _RULE.fullmatch(row.strip())], width)
    return [row for words in _items(part) for row in _paragraph(words, width)]


def _items(part: str) -> Iterator[str]:
    """The items of a list, or the one paragraph; a line that begins no item goes on with the one before."""
    number = 0

    def place(row: str) -> int:
        nonlocal number
        number += bool(_ITEM.match(row))
        return number

    for _, rows in groupby(part.splitlines(), key=place):
        yield " ".join(row.strip() for row in rows)


def _paragraph(words: str, width: int) -> list[Content]:
    item = _ITEM.fullmatch(words)
    if item is None:
        return wrapped(inline(words), width)
    mark = "• " if item["mark"] in "-*" else f"{item['mark']} "
    return wrapped(Content(mark).append(inline(item["text"])), width, len(mark))


def inline(words: str) -> Content:
    """One line with its bold and code parts."""
    parts: list[Content] = []
    done = 0
    for match in _MARK.finditer(words):
        parts.append(Content(words[done : match.start()]))
        parts.append(styled(match[1], "bold") if match[1] else styled(match[2], "bold $text-accent"))
        done = match.end()
    return Content("").join([*parts, Content(words[done:])])


def _cells(row: str) -> list[Content]:
    return [inline(cell.strip()) for cell in row.strip().strip("|").split("|")]


def _table(rows: Sequence[Sequence[Content]], width: int) -> list[Content]:
    """Columns as wide as their widest cell; the widest column gives way where that is too much."""
    widths = [max(cell_len(row[column].plain) for row in rows) for column in range(len(rows[0]))]
    room = width - len(_GAP) * (len(widths) - 1)
    while sum(widths) > room and max(widths) > 1:
        widths[widths.index(max(widths))] -= 1
    head = [cell.stylize("bold") for cell in rows[0]]
    return [drawn for row in (head, *rows[1:]) for drawn in _row(row, widths)]


def _row(row: Sequence[Content], widths: Sequence[int]) -> list[Content]:
    columns = [wrapped(cell, width) or [Content("")] for cell, width in zip(row, widths, strict=True)]
    height = max(len(column) for column in columns)
    return [
        line(
            *(
                part
                for column, width in zip(columns, widths, strict=True)
                for part in (fitted(column[number] if number < len(column) else "", width), _GAP)
            )
        )
        for number in range(height)
    ]
