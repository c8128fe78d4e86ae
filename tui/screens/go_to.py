"""Going to a day in words, from every screen: the week shows it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from textual.app import App

from tui.actions import Place
from tui.screens.date_words import read_day
from tui.screens.dialogs import PromptDialog
from tui.screens.shell import Shell
from tui.widgets.event_lines import day_words

if TYPE_CHECKING:
    from tui.screens.week import WeekScreen


class Visit(NamedTuple):
    """The week, come to from somewhere."""

    week: WeekScreen
    go_back: Callable[[], None]
    """To the screen and the place in the week where the person was."""


async def visit_week(app: App[Any]) -> Visit:
    """Show the week, whichever screen is shown."""
    from tui.screens.week import WeekScreen

    mode = app.current_mode
    if not isinstance(app.screen_stack[0], WeekScreen):
        await app.switch_mode(Place.WEEK.value)
    week = app.screen_stack[0]
    assert isinstance(week, WeekScreen)
    cursor = week.cursor

    def go_back() -> None:
        week.go(cursor)
        if mode != app.current_mode:
            app.switch_mode(mode)

    return Visit(week, go_back)


async def go_to(app: App[Any], shell: Shell) -> None:
    """Ask for a day, and show it in the week."""
    visit = await visit_week(app)
    today = shell.clock.now().astimezone(shell.snapshot.zone).date()

    def read(text: str) -> str:
        day = read_day(text, today)
        return f"{day_words(day)} {day.year}"

    def arrive(text: str | None) -> None:
        if text is None:
            visit.go_back()
        else:
            visit.week.go_to_day(read_day(text, today))

    app.push_screen(PromptDialog("Go to", "fri, 24 dec, next week, 2026-12-01", read), arrive)
