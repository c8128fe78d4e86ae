"""Horizontal lines between the parts of a screen, with joints where an upright line meets them."""

from __future__ import annotations

from collections.abc import Iterable

from textual.content import Content
from textual.widget import Widget


class Rule(Widget):
    """A line over the whole width; below or above the right edge of the widget ``beside`` it has a ``joint``."""

    DEFAULT_CSS = """
    Rule {
        height: 1;
        color: $panel-lighten-2;
    }
    """

    def __init__(self, *, joint: str = "", beside: str = "", id: str | None = None) -> None:  # noqa: A002
        """``beside`` is the id of a widget of the same screen."""
        super().__init__(id=id)
        self._joint = joint
        self._beside = beside

    def render(self) -> Content:
        columns = [self.screen.query_one(f"#{self._beside}").region.right - 1] if self._beside else []
        return Content(ruled(columns, self.size.width, self._joint))


def ruled(columns: Iterable[int], width: int, joint: str) -> str:
    """A line of ``width`` cells with ``joint`` in ``columns``."""
    line = ["─"] * width
    for column in columns:
        if 0 <= column < width:
            line[column] = joint
    return "".join(line)
