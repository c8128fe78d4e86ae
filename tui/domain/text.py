"""Text from outside, made harmless once, where it enters the program.

After ``clean`` a text holds no control character, no bidirectional control, no invisible character that could
hide or reorder what the person reads, no long run of combining marks or joiners, and none without a character
before it to stand on. It may be written to a terminal, a log or a file. Cleaning twice changes nothing.
"""

from __future__ import annotations

import unicodedata

from tui.limits import COMBINING_MARKS_IN_A_ROW, SUBJECT_CHARACTERS, URL_CHARACTERS

_REPLACEMENT = "\ufffd"
_JOINERS = "\u200c\u200d"
_SPACES = (*range(0x09, 0x0E), 0x85, 0x2028, 0x2029)
_DROPPED = (
    0x00AD,
    0x034F,
    0x061C,
    0x115F,
    0x1160,
    *range(0x17B4, 0x17B6),
    0x180E,
    0x200B,
    *range(0x200E, 0x2010),
    *range(0x202A, 0x202F),
    *range(0x2060, 0x2070),
    0x3164,
    0xFEFF,
    0xFFA0,
    *range(0xFFF0, 0xFFFC),
    *range(0x1BCA0, 0x1BCA4),
    *range(0x1D173, 0x1D17B),
    *range(0xE0000, 0xE0100),
    *range(0xE01F0, 0xE1000),
)


def _table() -> dict[int, str | None]:
    table: dict[int, str | None] = dict.fromkeys((*range(0x20), *range(0x7F, 0xA0)), _REPLACEMENT)
    table.update(dict.fromkeys(range(0xD800, 0xE000), _REPLACEMENT))
    table.update(dict.fromkeys(_SPACES, " "))
    table.update(dict.fromkeys(_DROPPED))
    return table


_TRANSLATION = _table()


def clean(text: str, limit: int = SUBJECT_CHARACTERS) -> str:
    """``text`` without anything that could act on a terminal, cut to ``limit`` characters, ends stripped."""
    text = text[: limit * 4]
    if not (text.isascii() and text.isprintable()):
        text = _few_marks(text.translate(_TRANSLATION))
    return text.strip()[:limit].rstrip()


def _few_marks(text: str) -> str:
    """At most a few combining marks or joiners after a character: more would draw over the lines around it."""
    kept: list[str] = []
    room = 0
    for character in text:
        if unicodedata.category(character) not in ("Mn", "Me") and character not in _JOINERS:
            room = 0 if character.isspace() else COMBINING_MARKS_IN_A_ROW
        elif room == 0:
            continue
        else:
            room -= 1
        kept.append(character)
    return "".join(kept)


def clean_url(text: str) -> str:
    """``text`` if it is an https or http address without anything hidden in it, else an empty string.

    It is kept for comparing and showing; opening it asks for more (host, scheme, a question to the person).
    """
    text = text.strip()
    if len(text) > URL_CHARACTERS or not text.isascii() or not text.isprintable() or " " in text:
        return ""
    return text if text.lower().startswith(("https://", "http://")) else ""


def normalised(text: str) -> str:
    """``text`` for comparing two subjects: compatibility form, case folded, white space collapsed."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def clip(text: str, limit: int) -> str:
    """``text`` cut to ``limit`` characters with an ellipsis as its last one."""
    return text if len(text) <= limit else (text[: limit - 1] + "…")[: max(0, limit)]
