"""The pages that a browser is shown: plain HTML that works without scripts, styles or images.

Everything that comes from a scenario or a request is escaped.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from html import escape

from tui.simulator.mailbox import Mailbox

STYLE = (
    "body{font:1.1rem/1.6 system-ui,sans-serif;max-width:38rem;margin:3rem auto;padding:0 1rem}fieldset{margin:1rem 0}\
button,input{font:inherit;padding:.4rem 1rem;margin:.2rem}code{font-size:1.3rem;letter-spacing:.1em}"
)

SUBMIT = "document.forms[0].submit()"
SUBMIT_HASH = f"'sha256-{base64.b64encode(hashlib.sha256(SUBMIT.encode()).digest()).decode()}'"


def document(title: str, content: str) -> str:
    """A whole page around `content`, which must be escaped already."""
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style></head>'
        f"<body><main><h1>{escape(title)}</h1>{content}</main></body></html>"
    )


def sign_in_page(codes: Sequence[tuple[str, str]], mailboxes: Sequence[Mailbox], message: str = "") -> str:
    """The page where a code is entered, a mailbox picked, and the sign-in approved or declined.

    `codes` are the user codes that wait, each with the tenant that it was asked of.
    """
    said = f'<p role="status"><strong>{escape(message)}</strong></p>' if message else ""
    waiting = "".join(f"<li><code>{escape(code)}</code> for {escape(tenant)}</li>" for code, tenant in codes)
    shown = f"<p>Waiting codes:</p><ul>{waiting}</ul>" if codes else "<p>No code is waiting.</p>"
    first = escape(codes[-1][0]) if codes else ""
    return document(
        "Sign in to the Outlook simulator",
        f"{said}<p>Nothing here reaches Microsoft. No password is needed.</p>{shown}"
        '<form method="post" action="/simulator/sign-in">'
        f'<p><label>Code <input name="user_code" value="{first}" autocomplete="off" required></label></p>'
        f"<fieldset><legend>Account</legend>{choices(mailboxes)}</fieldset>"
        '<p><button name="answer" value="approve">Approve</button> '
        '<button name="answer" value="decline">Decline</button></p></form>',
    )


def account_page(mailboxes: Sequence[Mailbox], asked: Mapping[str, str], account: str, answer: str) -> str:
    """The page of a browser sign-in; `account` and `answer` name the fields that it adds to what was asked."""
    return document(
        "Sign in to the Outlook simulator",
        "<p>Nothing here reaches Microsoft. No password is needed.</p>"
        f'<form method="get">{hidden(asked)}'
        f"<fieldset><legend>Account</legend>{choices(mailboxes, account)}</fieldset>"
        f'<p><button name="{answer}" value="approve">Approve</button> '
        f'<button name="{answer}" value="decline">Decline</button></p></form>',
    )


def form_post_page(target: str, fields: Mapping[str, str]) -> str:
    """A form that sends itself to `target`; without scripts a button does."""
    return document(
        "Signed in",
        f'<form method="post" action="{escape(target)}">{hidden(fields)}<button>Go back to the program</button></form>'
        f"<script>{SUBMIT}</script>",
    )


def error_page(message: str) -> str:
    """What went wrong with a browser sign-in."""
    return document("The sign-in cannot go on", f'<p role="alert">{escape(message)}</p>')


def hidden(fields: Mapping[str, str]) -> str:
    return "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in fields.items()
    )


def choices(mailboxes: Sequence[Mailbox], name: str = "address") -> str:
    """One radio button a mailbox, the first one chosen."""
    return "".join(
        f'<p><label><input type="radio" name="{name}" value="{escape(mailbox.address)}"{"" if place else " checked"}> '
        f"{escape(mailbox.name)} &lt;{escape(mailbox.address)}&gt; ({escape(mailbox.kind)})</label></p>"
        for place, mailbox in enumerate(mailboxes)
    )
