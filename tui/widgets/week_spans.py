"""All-day events on the lines above the hours, and what becomes of them where there are more than lines."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace


class Span(Struct, frozen=True, gc=False):
    """An all-day block on the lines above the hours."""

    block: int
    first: int
    until: int
    """Columns of the page, half-open."""
    line: int
    from_before: bool
    goes_on: bool
    is_clash: bool


def moved_up(spans: tuple[Span, ...], lines: int) -> tuple[Span, ...]:
    """``spans`` with those below ``lines`` cut into pieces that stand on the free places above, as far as there are."""
    if not lines:
        return spans
    found = [span for span in spans if span.line < lines]
    taken = {(span.line, column) for span in found for column in range(span.first, span.until)}
    for span in spans[len(found) :]:
        for column in range(span.first, span.until):
            line = next((line for line in range(lines) if (line, column) not in taken), span.line)
            taken.add((line, column))
            last = found[-1]
            if (last.block, last.line, last.until) == (span.block, line, column):
                found[-1] = replace(last, until=column + 1, goes_on=span.goes_on or column + 1 < span.until)
            else:
                found.append(_cut(span, column, line))
    return tuple(sorted(found, key=lambda span: (span.line, span.first)))


def _cut(span: Span, column: int, line: int) -> Span:
    """What of ``span`` stands in ``column``, on another line."""
    return replace(
        span,
        first=column,
        until=column + 1,
        line=line,
        from_before=span.from_before or column > span.first,
        goes_on=span.goes_on or column + 1 < span.until,
    )
