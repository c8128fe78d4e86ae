"""Lists and pages that are drawn line by line."""

from __future__ import annotations

import pytest
from textual.app import App, ComposeResult
from textual.content import Content

from tui.widgets.block_letters import HEIGHT, block_lines
from tui.widgets.line_view import Page, Row, RowList
from tui.widgets.safe_text import clipped, fitted, outside, spread, wrapped


class Lists(App[None]):
    """A list of rows of two lines under headings."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.count = count
        self.seen: list[str] = []

    def compose(self) -> ComposeResult:
        yield RowList()

    @property
    def rows(self) -> RowList:
        return self.query_one(RowList)

    def on_mount(self) -> None:
        self.rows.focus()
        self.fill(self.count)

    def fill(self, count: int) -> None:
        rows: list[Row] = []
        for number in range(count):
            if number % 3 == 0:
                rows.append(Row("", lambda width, is_cursor: [Content("heading")]))
            rows.append(Row(f"r{number}", lambda width, is_cursor: [Content("one"), Content("two")], 2))
        self.rows.show(rows)

    def on_row_list_moved(self, message: RowList.Moved) -> None:
        self.seen.append(message.row_id)

    def on_row_list_chosen(self, message: RowList.Chosen) -> None:
        self.seen.append(f"open {message.row_id}")


@pytest.mark.parametrize(
    ("keys", "row"),
    [
        ("down", "r1"),
        ("j j j k", "r2"),
        ("end", "r9999"),
        ("end home", "r0"),
        ("up", "r0"),
        ("end down", "r9999"),
        ("pagedown", "r10"),
        ("pagedown pageup", "r0"),
    ],
)
async def test_keys_move_over_rows_and_never_rest_on_headings(keys: str, row: str) -> None:
    app = Lists(10_000)
    async with app.run_test(size=(40, 24)) as pilot:
        await pilot.press(*keys.split())
        assert app.rows.cursor_id == row


async def test_the_cursor_keeps_its_row_and_falls_back_to_the_nearest() -> None:
    app = Lists(10)
    async with app.run_test(size=(40, 24)) as pilot:
        await pilot.press("end")
        app.fill(20)
        assert app.rows.cursor_id == "r9"
        app.fill(4)
        assert app.rows.cursor_id == "r3"
        app.fill(0)
        await pilot.press("down", "up", "end", "home", "pagedown", "enter")
        assert app.rows.cursor_id == ""


async def test_the_cursor_is_always_in_sight() -> None:
    app = Lists(1_000)
    async with app.run_test(size=(40, 10)) as pilot:
        for key in ["pagedown"] * 5 + ["down"] * 9 + ["up"] * 20:
            await pilot.press(key)
            top = app.rows.scroll_offset.y
            number = int(app.rows.cursor_id[1:])
            line = number * 2 + number // 3 + 1
            assert top <= line < top + 10


async def test_mouse_and_enter_choose() -> None:
    app = Lists(8)
    async with app.run_test(size=(40, 24)) as pilot:
        await pilot.click(RowList, offset=(3, 4))
        await pilot.press("enter")
        await pilot.click(RowList, offset=(3, 0))
        await pilot.click(RowList, offset=(3, 23))
    assert app.seen == ["r1", "open r1"]


class Pages(App[None]):
    def compose(self) -> ComposeResult:
        yield Page()


async def test_a_page_makes_its_lines_anew_for_another_width() -> None:
    app = Pages()
    async with app.run_test(size=(40, 10)) as pilot:
        page = app.query_one(Page)
        page.focus()
        page.show(lambda width: [Content(f"{width} cells {number}") for number in range(50)])
        await pilot.pause()
        assert page.render_line(0).text.startswith(f"{page.line_width} cells 0")
        await pilot.press("j", "j")
        assert page.render_line(0).text.startswith(f"{page.line_width} cells 2")
        await pilot.resize_terminal(60, 10)
        await pilot.pause()
        assert page.line_width > 50
        assert page.render_line(0).text.startswith(f"{page.line_width} cells 2")


def test_block_letters_tell_look_alikes_apart() -> None:
    drawn = {letter: tuple(block_lines(letter, 10)) for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"}

    assert len(set(drawn.values())) == 36
    assert all(len(shape) == HEIGHT for shape in drawn.values())
    assert block_lines("d7sk", 80) == block_lines("D7SK", 80)


@pytest.mark.parametrize(("code", "width"), [("D7SKN2QHF", 52), ("ÄÖÜ", 80), ("", 80), ("[/]", 80)])
def test_what_does_not_fit_has_no_block_letters(code: str, width: int) -> None:
    assert block_lines(code, width) == []


def test_texts_keep_to_their_cells() -> None:
    assert clipped("漢字漢字", 5) == "漢字…"
    assert clipped("abc", 3) == "abc"
    assert clipped("abc", 0) == ""
    assert fitted("ab", 4).plain == "ab  "
    assert fitted("ab", 4, "right").plain == "  ab"
    assert spread("left side", "right", 10).plain == "left…right"
    assert [row.plain for row in wrapped(outside("one two three four"), 12, 2)] == ["one two", "  three four"]


def test_outside_text_is_clean_and_never_markup() -> None:
    content = outside("[@click=app.quit]x[/]\x1b]52;c;QUJD\x07 a\u202eb", "bold")
    assert content.plain == "[@click=app.quit]x[/]\ufffd]52;c;QUJD\ufffd ab"
    assert {str(span.style) for span in content.spans} == {"bold"}
    assert outside("\u200b", empty="(no title)").plain == "(no title)"
