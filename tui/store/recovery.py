"""What to make of a log that does not verify to its end.

A torn write leaves lines without a commit, which were never acknowledged and are cut. Everything else is
damage: the file is first kept aside whole, then every commit that verifies by itself is saved from it.
A file without any commit that does not even begin like a log is not ours and is only moved out of the way.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Literal

import msgspec

from tui.store.encoding import decode_document, encode_document
from tui.store.errors import shown
from tui.store.filesystem import FileSystem
from tui.store.lines import HEADER, META_TABLE, START, Group, Position, groups
from tui.store.memory import Memory

DELTA_ID = "delta"
RECOVERY_ID = "recovery"
OUTBOX = "outbox"

VerdictKind = Literal["sound", "torn", "newest", "middle", "foreign"]
RecoveryKind = Literal["torn", "newest", "middle", "foreign", "postponed"]


class Recovery(msgspec.Struct, frozen=True):
    """What was done to a log when it was opened.

    "torn": an unfinished write was cut; nothing acknowledged is lost, nobody need be told. "newest": the last
    commit did not verify and was dropped. "middle": commits were lost between others, and the delta token was
    dropped so that a full download heals the events. "foreign": the file was not a log and was moved aside.
    "postponed": the log needs a repair that was not possible now; what verifies can be read.

    After "newest" and "middle" the document ``meta``/``recovery`` says so until the caller removes it, and every
    entry of the outbox is doubtful, because its "sent" mark may be among what was lost. ``kept_as`` is the name of
    the copy in the same directory; ``reason`` is only for "postponed".
    """

    kind: RecoveryKind
    file: str
    at: datetime
    kept_as: str = ""
    reason: str = ""

    @property
    def message(self) -> str:
        """One or two sentences for the person; empty when there is nothing to tell."""
        match self.kind:
            case "torn":
                return ""
            case "newest":
                return f"The newest change in {self.file} was damaged and is gone. A copy is kept as {self.kept_as}."
            case "middle":
                return (
                    f"{self.file} was damaged; what could be verified was kept and the rest is downloaded again. "
                    f"A copy is kept as {self.kept_as}."
                )
            case "foreign":
                return f"{self.file} was not a file of this program. It was moved to {self.kept_as}."
            case "postponed":
                return f"{self.file} needs a repair that is not possible now: {self.reason}"


class Verdict(msgspec.Struct):
    """What a whole file holds: ``memory`` after every commit that verifies, ``end`` of the sound part and the
    highest sequence number among them."""

    kind: VerdictKind
    memory: Memory
    end: Position
    sequence: int


def examined(blocks: Iterable[bytes]) -> Verdict:
    """Judge a whole file, given from its first byte on."""
    watched = _Watched(blocks)
    memory, end, sequence, salvaged = Memory(), START, 0, False
    gap: list[Group] = []
    for group in groups(watched, START):
        if group.verified:
            memory.apply(group.edits)
            sequence = group.end.sequence
            salvaged = salvaged or bool(gap)
            end = end if gap else group.end
        else:
            gap.append(group)
    return Verdict(_kind(end, gap, salvaged, watched.might_be_ours), memory, end, sequence)


def _kind(end: Position, gap: list[Group], salvaged: bool, might_be_ours: bool) -> VerdictKind:
    if salvaged:
        return "middle"
    if not gap:
        return "sound"
    if end == START and not might_be_ours:
        return "foreign"
    return "newest" if any(_was_finished(group) for group in gap) else "torn"


def without_lost_trust(memory: Memory, recovery: Recovery) -> Memory:
    """The saved documents, with a note of the recovery; after lost commits without the delta token.

    Whatever waits to be sent may have been sent already: the commit that said so may be among the lost ones.
    """
    note = msgspec.json.encode({"kind": recovery.kind, "at": recovery.at, "kept_as": recovery.kept_as})
    memory.apply({META_TABLE: {RECOVERY_ID: note}})
    if recovery.kind == "middle":
        memory.apply({META_TABLE: {DELTA_ID: None}})
    memory.apply({OUTBOX: {id_: _doubtful(line) for id_, line in memory.tables.get(OUTBOX, {}).items()}})
    return memory


def free_name(file_system: FileSystem, path: Path, suffix: str, at: datetime) -> Path:
    """A path beside ``path`` where nothing stands, named by suffix and time."""
    first = path.with_name(f"{path.name}.{suffix}-{at:%Y%m%dT%H%M%SZ}")
    candidate, number = first, 1
    while file_system.status(candidate) is not None:
        number += 1
        candidate = first.with_name(f"{first.name}-{number}")
    return candidate


def postponed(path: Path, at: datetime, reason: str) -> Recovery:
    """The log stays as it is for now."""
    return Recovery("postponed", shown(Path(path.name)), at, reason=reason)


def _doubtful(entry: bytes) -> bytes:
    """The staged change, of whatever kind, as one of which an attempt may have taken effect."""
    return encode_document(decode_document(entry) | {"doubtful": True})


class _Watched:
    """Blocks on their way, looked at for whether a file without any commit can be a torn log at all."""

    def __init__(self, blocks: Iterable[bytes]) -> None:
        self._blocks = blocks
        self._first = b""
        self._only_zeros = True

    def __iter__(self) -> Iterator[bytes]:
        for block in self._blocks:
            if len(self._first) < len(HEADER):
                self._first = (self._first + block)[: len(HEADER)]
            self._only_zeros = self._only_zeros and not block.strip(b"\0")
            yield block

    @property
    def might_be_ours(self) -> bool:
        return self._only_zeros or HEADER.startswith(self._first)


def _was_finished(group: Group) -> bool:
    return bool(group.seal) or group.complete
