"""The colours of the program, by what they mean.

Colour only repeats what a letter, a shape or a word says, so every theme may replace it.
"""

from __future__ import annotations

from textual.theme import Theme

STANDARD = "calconnect"
PLAIN = "ansi-dark"
"""Of Textual: keeps to the terminal's own palette."""

_DARK = {
    "account-1": "#6cb6ff",
    "account-2": "#f0a35e",
    "account-3": "#7fd1a0",
    "account-4": "#d7a1f5",
    "account-5": "#f2d35f",
    "account-6": "#63d3d6",
    "account-7": "#f59ab5",
    "account-8": "#b8c27a",
    "grade-high": "#ff6b6b",
    "grade-medium": "#ffb454",
    "grade-low": "#e6db74",
    "grade-hint": "#9aa7b4",
    "now": "#ff6b6b",
}

_STRONG = {
    "account-1": "#66ccff",
    "account-2": "#ffb000",
    "account-3": "#00ff9c",
    "account-4": "#ff9cff",
    "account-5": "#ffff66",
    "account-6": "#66ffff",
    "account-7": "#ffb3c6",
    "account-8": "#d0ff66",
    "grade-high": "#ff8080",
    "grade-medium": "#ffd000",
    "grade-low": "#ffff80",
    "grade-hint": "#ffffff",
    "now": "#ff8080",
}

_LIGHT = {
    "account-1": "#0b5cad",
    "account-2": "#9a4a00",
    "account-3": "#1c6b3c",
    "account-4": "#7a2fa0",
    "account-5": "#7a5c00",
    "account-6": "#00666b",
    "account-7": "#a8205a",
    "account-8": "#55600f",
    "grade-high": "#b3140f",
    "grade-medium": "#8f4b00",
    "grade-low": "#6b5900",
    "grade-hint": "#5a6572",
    "now": "#b3140f",
}

_NAMED = {
    "account-1": "ansi_blue",
    "account-2": "ansi_yellow",
    "account-3": "ansi_green",
    "account-4": "ansi_magenta",
    "account-5": "ansi_cyan",
    "account-6": "ansi_bright_blue",
    "account-7": "ansi_bright_magenta",
    "account-8": "ansi_bright_green",
    "grade-high": "ansi_red",
    "grade-medium": "ansi_yellow",
    "grade-low": "ansi_cyan",
    "grade-hint": "ansi_default",
    "now": "ansi_red",
}

THEMES = (
    Theme(
        name=STANDARD,
        primary="#6cb6ff",
        secondary="#7fd1a0",
        accent="#f0a35e",
        warning="#ffb454",
        error="#ff6b6b",
        success="#7fd1a0",
        foreground="#e3e8ee",
        background="#11151b",
        surface="#171c24",
        panel="#212936",
        dark=True,
        variables=_DARK,
    ),
    Theme(
        name=f"{STANDARD}-high-contrast",
        primary="#66ccff",
        secondary="#00ff9c",
        accent="#ffd000",
        warning="#ffd000",
        error="#ff8080",
        success="#00ff9c",
        foreground="#ffffff",
        background="#000000",
        surface="#000000",
        panel="#202020",
        dark=True,
        variables=_STRONG,
    ),
    Theme(
        name=f"{STANDARD}-light",
        primary="#0b5cad",
        secondary="#1c6b3c",
        accent="#9a4a00",
        warning="#8f4b00",
        error="#b3140f",
        success="#1c6b3c",
        foreground="#1a2027",
        background="#fbfcfd",
        surface="#f2f4f7",
        panel="#e4e8ee",
        dark=False,
        variables=_LIGHT,
    ),
)
"""Dark, for the most contrast, and light."""


def variable_defaults(theme: Theme) -> dict[str, str]:
    """The colours of accounts and grades for a ``theme`` that does not bring its own.

    Those that keep to the terminal's own palette get names of colours, which the terminal knows how to show.
    """
    return dict(_NAMED if theme.ansi else _DARK if theme.dark else _LIGHT)


def theme_words(theme: Theme) -> str:
    """What there is to know of a theme besides its name."""
    if theme.ansi:
        return "the terminal's own colours"
    ground = "dark" if theme.dark else "light"
    own = {STANDARD: "our own", f"{STANDARD}-light": "our own", f"{STANDARD}-high-contrast": "most contrast"}
    return f"{ground}, {own[theme.name]}" if theme.name in own else ground
