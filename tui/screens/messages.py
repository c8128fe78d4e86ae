"""What was said, newest first: for who looked away while a toast stood there."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from tui.screens.dialogs import PageDialog
from tui.screens.message_log import Said
from tui.screens.shell import Shell
from tui.widgets.event_lines import dated
from tui.widgets.safe_text import MUTED, line, outside, wrapped

_STYLES = {"information": "", "warning": "$text-warning", "error": "bold $text-error"}
_WORDS = {"information": "", "warning": "note: ", "error": "error: "}


class MessagesDialog(PageDialog[None]):
    """The list of messages."""

    def __init__(self, shell: Shell) -> None:
        super().__init__("Messages, the newest first", shell.keys)
        self._shell = shell

    def lines(self, width: int) -> Sequence[Content]:
        log = self._shell.messages
        if not log.newest_first:
            return [Content("Nothing was said yet.")]
        said = [row for message in log.newest_first for row in self._message(message, width)]
        dropped = [Content.styled(f"{log.dropped:,} older ones are no longer kept.", MUTED)] if log.dropped else []
        return [*said, *dropped]

    def _message(self, message: Said, width: int) -> list[Content]:
        zone = self._shell.snapshot.zone
        at, today = message.at.astimezone(zone), self._shell.clock.now().astimezone(zone).date()
        day = "" if at.date() == today else f"{dated(at.date(), today)} "
        head = f"{day}{at:%H:%M}  "
        words = line((_WORDS[message.severity], _STYLES[message.severity]), outside(message.text))
        return wrapped(line((head, MUTED), words), width, len(head))
