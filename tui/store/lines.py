"""The format of a log: JSON Lines of two kinds, each an array.

    ["events","AAMkAG…",{"subject":"1:1"}]     an operation: the document is now this
    ["events","AAMkAH…"]                       an operation: the document is gone
    [42,2,"9f1c03ab"]                          the commit that seals the lines above it

A commit states its sequence number, how many lines it seals, and the CRC-32 of their bytes and of
``sequence,lines``, which starts from the checksum of the commit before. So a torn, lost, repeated or
reordered commit does not verify, and whatever has no verified commit below it does not exist.

The first operation of a file is ``["meta","format",{"version":1}]``. It belongs to the file and not to
the documents.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from zlib import crc32

import msgspec

from tui.store.encoding import encode_text
from tui.store.memory import Edits

FORMAT_VERSION = 1
META_TABLE = "meta"
FORMAT_ID = "format"
HEADER = b'["meta","format",{"version":%d}]\n' % FORMAT_VERSION


class Position(msgspec.Struct, frozen=True):
    """A place between two commits: byte offset, sequence number and checksum of the commit that ends there."""

    offset: int = 0
    sequence: int = 0
    checksum: int = 0


START = Position()


class Group(msgspec.Struct, frozen=True, gc=False):
    """The lines up to a commit line, or up to the end of the file.

    ``verified``: a commit holds them. ``edits`` are theirs, and empty otherwise. ``seal`` is the commit line
    as it stands, empty when the file ends without one; ``complete`` whether the last line may be a
    commit line, so that the lines may once have been acknowledged.
    ``version`` is that of the file when it is stated here.
    """

    verified: bool
    edits: Edits
    end: Position
    seal: bytes
    complete: bool
    version: int | None


class Sealer:
    """Makes the lines of a log from a position on. ``position`` is where the last commit ended."""

    def __init__(self, start: Position) -> None:
        self.position = start
        self._checksum = start.checksum
        self._bytes = 0
        self._lines = 0

    @property
    def lines(self) -> int:
        """How many operations wait for their commit line."""
        return self._lines

    def header(self) -> bytes:
        """The first line of a file."""
        return self._add(HEADER)

    def operation(self, table: bytes, document_id: str, value: bytes | None) -> bytes:
        """The line of one edit; the table's name is given as JSON."""
        if value is None:
            return self._add(b"[%b,%b]\n" % (table, encode_text(document_id)))
        return self._add(b"[%b,%b,%b]\n" % (table, encode_text(document_id), value))

    def seal(self) -> bytes:
        """The commit line of the operations since the last one."""
        sequence = self.position.sequence + 1
        checksum = _sealed(self._checksum, sequence, self._lines)
        line = b'[%d,%d,"%08x"]\n' % (sequence, self._lines, checksum)
        self.position = Position(self.position.offset + self._bytes + len(line), sequence, checksum)
        self._checksum, self._bytes, self._lines = checksum, 0, 0
        return line

    def _add(self, line: bytes) -> bytes:
        self._checksum = crc32(line, self._checksum)
        self._bytes += len(line)
        self._lines += 1
        return line


def groups(blocks: Iterable[bytes], start: Position) -> Iterator[Group]:
    """The file's lines from ``start`` on, in blocks of any size, by commit line.

    Each commit is verified against its own stated predecessor and must have a higher sequence number than
    every verified one before it. Groups that are not verified come too: up to the first of them the file is sound.
    """
    offset, highest, checksum = start.offset, start.sequence, start.checksum
    edits: Edits = {}
    version: int | None = None
    lines, sound, line = 0, True, b"\n"
    for line in _lines(blocks):
        offset += len(line)
        parsed = _parsed(line)
        if isinstance(parsed, _Seal):
            stated = int(parsed.checksum, 16)
            verified = (
                sound
                and lines == parsed.lines
                and parsed.sequence > highest
                and stated == _sealed(checksum, parsed.sequence, lines)
            )
            end = Position(offset, parsed.sequence, stated)
            yield Group(verified, edits if verified else {}, end, line, True, version if verified else None)
            highest = parsed.sequence if verified else highest
            edits, version, lines, sound, checksum = {}, None, 0, True, stated
        elif isinstance(parsed, _Operation) and sound:
            checksum = crc32(line, checksum)
            lines += 1
            if parsed.table == META_TABLE and parsed.id == FORMAT_ID:
                version = _version(parsed)
            else:
                edits.setdefault(parsed.table, {})[parsed.id] = bytes(parsed.value) or None
        else:
            sound = False
            edits.clear()
    if lines or not sound:
        # A commit line comes last: behind an operation that is whole it was not written yet.
        is_operation = isinstance(_parsed(line), _Operation)
        complete = not is_operation and (line.endswith(b"\n") or (line.startswith(b"[") and line[1:2].isdigit()))
        yield Group(False, {}, Position(offset), b"", complete, None)


class _Operation(msgspec.Struct, array_like=True, frozen=True, gc=False, forbid_unknown_fields=True):
    table: str
    id: str
    value: msgspec.Raw = msgspec.Raw()


class _Seal(msgspec.Struct, array_like=True, frozen=True, gc=False, forbid_unknown_fields=True):
    sequence: int
    lines: int
    checksum: str


class _Format(msgspec.Struct, frozen=True, gc=False):
    version: int


_operation = msgspec.json.Decoder(_Operation)
_seal = msgspec.json.Decoder(_Seal)
_format = msgspec.json.Decoder(_Format)


def _lines(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Each line with its line feed; what follows the last line feed comes last."""
    rest: list[bytes] = []
    for block in blocks:
        start = 0
        while end := block.find(b"\n", start) + 1:
            line = block[start:end]
            if rest:
                line = b"".join((*rest, line))
                rest.clear()
            yield line
            start = end
        if start < len(block):
            rest.append(block[start:])
    if rest:
        yield b"".join(rest)


def _parsed(line: bytes) -> _Operation | _Seal | None:
    if not line.endswith(b"]\n"):
        return None
    try:
        if line.startswith(b'["'):
            operation = _operation.decode(line)
            return operation if bytes(operation.value)[:1] in (b"", b"{") else None
        seal = _seal.decode(line)
        return seal if len(seal.checksum) == 8 and not set(seal.checksum) - set("0123456789abcdef") else None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _version(operation: _Operation) -> int:
    """The version stated; one that cannot be read is newer than anything known."""
    try:
        return _format.decode(bytes(operation.value)).version
    except msgspec.DecodeError:
        return FORMAT_VERSION + 1


def _sealed(checksum: int, sequence: int, lines: int) -> int:
    return crc32(b"%d,%d" % (sequence, lines), checksum)
