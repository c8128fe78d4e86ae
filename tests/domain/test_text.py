"""Text from outside that must not act on a terminal, and text that must survive."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tui.domain.text import clean, clean_url, clip, normalised
from tui.limits import COMBINING_MARKS_IN_A_ROW, SUBJECT_CHARACTERS, URL_CHARACTERS

BAD = "\ufffd"


@pytest.mark.parametrize(
    ("hostile", "harmless"),
    [
        ("\x1b]0;owned\x07title", f"{BAD}]0;owned{BAD}title"),
        ("\x1b]52;c;ZXZpbA==\x1b\\", f"{BAD}]52;c;ZXZpbA=={BAD}\\"),
        ("\x1b]8;;https://evil.example\x1b\\x", f"{BAD}]8;;https://evil.example{BAD}\\x"),
        ("\x1b[2J\x1b[31mred", f"{BAD}[2J{BAD}[31mred"),
        ("\x1bPq\x1b\\", f"{BAD}Pq{BAD}\\"),
        ("\x9b31mred", f"{BAD}31mred"),
        ("\x90q\x9c\x9d0;t\x9c", f"{BAD}q{BAD}{BAD}0;t{BAD}"),
        ("a\x00b\x0e\x0fc\x7fd", f"a{BAD}b{BAD}{BAD}c{BAD}d"),
        ("bell\x07back\x08", f"bell{BAD}back{BAD}"),
        ("fake\rreal", "fake real"),
        ("one\ttwo\nthree\vfour\ffive", "one two three four five"),
        ("next\x85line\u2028para\u2029graph", "next line para graph"),
        ("abc\u202etxt.exe", "abctxt.exe"),
        ("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069x\u200e\u200f\u061c", "x"),
        ("zero\u200bwidth\ufeff\u2060\u00adhere", "zerowidthhere"),
        ("filler\u3164\u115f\u1160\uffa0end", "fillerend"),
        ("\u3164", ""),
        ("joiner\u034fhidden", "joinerhidden"),
        ("tag\U000e0041\U000e007fs\U000e0001", "tags"),
        ("note\ufff9\ufffa\ufffbs", "notes"),
        ("half\ud800\udfffpair", f"half{BAD}{BAD}pair"),
        ("Z" + "\u0301" * 40, "Z" + "\u0301" * COMBINING_MARKS_IN_A_ROW),
        ("\u20dd\u0301on the border", "on the border"),
        ("a \u0301\u0301b", "a b"),
        ("\u200d" * 30, ""),
        ("a" + "\u200d" * 30 + "b", "a" + "\u200d" * COMBINING_MARKS_IN_A_ROW + "b"),
        ("  \u00a0 ends \u3000\n", "ends"),
        ("   ", ""),
        ("", ""),
    ],
)
def test_hostile_text_is_made_harmless(hostile: str, harmless: str) -> None:
    assert clean(hostile) == harmless


@pytest.mark.parametrize(
    "text",
    [
        "Weekly planning",
        "👨‍👩‍👧‍👦 family",
        "👩🏽‍💻 pairing",
        "❤️‍🔥 launch ❤️",
        "🏳️‍🌈 🏴‍☠️ 🇩🇪🇳🇵",
        "1️⃣ first",
        "Café, naïve, Ångström",
        unicodedata.normalize("NFD", "Café, naïve, Ångström, Tiếng Việt"),
        "会议 — 週次ミーティング 회의",
        "葛\U000e0100城市",
        "פגישה עם דנה",
        "اجتماع الأسبوع",
        "می‌خواهم",
        "क्षत्रिय श्री",
        "การประชุม",
        "[red]not markup[/]",
        "[@click=app.quit]Join[/] [/] [b",
        "quotes \"' back\\slash & <tags>",
        "100 % – “done” … €",
    ],
)
def test_what_people_write_stays_as_it_is(text: str) -> None:
    assert clean(text) == text


HOSTILE = "".join(map(chr, (*range(0x20), *range(0x7F, 0xA0), 0x200B, 0x200D, 0x202E, 0x2028, 0x3164, 0xD800, 0x0301)))
any_text = st.text(st.one_of(st.characters(), st.sampled_from(HOSTILE), st.sampled_from("ab  👍")), max_size=60)


@given(any_text, st.integers(1, 20))
@example("\u0301 \u0301a", 20)
@example("\u3164\x00", 20)
@example(" \u200d\u200da", 1)
def test_cleaning_twice_changes_nothing(text: str, limit: int) -> None:
    once = clean(text, limit)

    assert clean(once, limit) == once


@given(any_text, st.integers(1, 20))
def test_clean_text_is_never_longer_than_the_limit_and_has_no_blank_ends(text: str, limit: int) -> None:
    cleaned = clean(text, limit)

    assert len(cleaned) <= limit
    assert cleaned == cleaned.strip()


@given(any_text)
def test_clean_text_holds_nothing_that_acts_or_hides(text: str) -> None:
    cleaned = clean(text)

    assert not {unicodedata.category(character) for character in cleaned} & {"Cc", "Cs", "Zl", "Zp"}
    assert not any(unicodedata.bidirectional(character) in BIDI_CONTROLS for character in cleaned)
    assert not set(cleaned) & set("\u00ad\u034f\u061c\u115f\u1160\u200b\u200e\u200f\u2060\u3164\ufeff\uffa0")
    cleaned.encode("utf-8")


BIDI_CONTROLS = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


def test_every_control_and_bidirectional_control_character_of_unicode_is_taken_out() -> None:
    forbidden = [
        character
        for character in map(chr, range(0x110000))
        if unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp")
        or unicodedata.bidirectional(character) in BIDI_CONTROLS
    ]

    assert [character for character in forbidden if character in clean(f"a{character}b")] == []


def test_a_subject_of_ten_million_characters_is_cut() -> None:
    assert clean("\x1b\u0301" * 5_000_000) == (BAD + "\u0301") * (SUBJECT_CHARACTERS // 2)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("https://teams.example/l/meetup-join/19%3a?context=%7b%7d", True),
        ("http://intranet.example/room", True),
        ("HTTPS://EXAMPLE.COM/", True),
        ("  https://example.com/  ", True),
        ("https://example.com/" + "a" * (URL_CHARACTERS - 20), True),
        ("https://example.com/" + "a" * (URL_CHARACTERS - 19), False),
        ("javascript:alert(1)", False),
        ("file:///etc/passwd", False),
        ("data:text/html,x", False),
        ("smb://server/share", False),
        ("zoommtg://zoom.us/join", False),
        ("-https://example.com", False),
        ("//example.com", False),
        ("example.com", False),
        ("https://exa\nmple.com", False),
        ("https://example.com/\x1b[2J", False),
        ("https://example.com/a b", False),
        ("https://ex\u202eample.com", False),
        ("https://еxample.com", False),
        ("", False),
    ],
)
def test_only_plain_web_addresses_are_kept(text: str, kept: bool) -> None:
    assert clean_url(text) == (text.strip() if kept else "")


@pytest.mark.parametrize(
    ("one", "other"),
    [("Weekly  Sync", " weekly sync "), ("STRASSE", "straße"), ("\ufb01nance", "Finance"), ("Cafe\u0301", "CAFÉ")],
)
def test_subjects_that_read_the_same_compare_equal(one: str, other: str) -> None:
    assert normalised(one) == normalised(other)


def test_subjects_that_read_differently_do_not() -> None:
    assert normalised("Sync") != normalised("Syncs")


@pytest.mark.parametrize(
    ("limit", "clipped"), [(10, "Planning"), (8, "Planning"), (7, "Planni…"), (2, "P…"), (1, "…"), (0, ""), (-3, "")]
)
def test_a_long_text_is_clipped_with_an_ellipsis(limit: int, clipped: str) -> None:
    assert clip("Planning", limit) == clipped
