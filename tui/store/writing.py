"""How lines get into a file: as one commit or as a whole new log, in blocks, however few bytes a write takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from tui.store.encoding import encode_text
from tui.store.filesystem import FileSystem
from tui.store.lines import START, Sealer
from tui.store.memory import Edits, Memory

BLOCK_BYTES = 256 * 1024


class Writing:
    """The lines of a commit or of a new log, made as they are written. Once they are, ``seal`` is the last line."""

    def __init__(self, sealer: Sealer) -> None:
        self.sealer = sealer
        self.seal = b""

    def commit(self, edits: Edits) -> Iterator[bytes]:
        """The lines of one commit; the first of a file also has its header."""
        if self.sealer.position == START:
            yield self.sealer.header()
        for table, rows in edits.items():
            name = encode_text(table)
            for document_id, value in rows.items():
                yield self.sealer.operation(name, document_id, value)
        yield self._sealed()

    def whole(self, memory: Memory, seal_every: int) -> Iterator[bytes]:
        """The lines of a file that holds just these documents."""
        yield self.sealer.header()
        for table, documents in memory.tables.items():
            name = encode_text(table)
            for document_id, value in documents.items():
                if self.sealer.lines >= seal_every:
                    yield self._sealed()
                yield self.sealer.operation(name, document_id, value)
        yield self._sealed()

    def _sealed(self) -> bytes:
        self.seal = self.sealer.seal()
        return self.seal


def in_blocks(lines: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in fewer pieces, so that a large commit is never held whole."""
    block: list[bytes] = []
    size = 0
    for line in lines:
        block.append(line)
        size += len(line)
        if size >= BLOCK_BYTES:
            yield b"".join(block)
            block.clear()
            size = 0
    yield b"".join(block)


def read_blocks(file_system: FileSystem, handle: int, offset: int) -> Iterator[bytes]:
    """The file from ``offset`` to its end."""
    while block := file_system.read(handle, BLOCK_BYTES, offset):
        offset += len(block)
        yield block


def copy_aside(file_system: FileSystem, blocks: Iterable[bytes], target: Path) -> None:
    """Write a new file and return when it is on the disk."""
    handle = file_system.open(target, "new")
    try:
        write_all(file_system, handle, blocks, 0)
        file_system.sync(handle)
    finally:
        file_system.close(handle)
    file_system.sync_directory(target.parent)


def write_all(file_system: FileSystem, handle: int, blocks: Iterable[bytes], offset: int) -> None:
    """Write the blocks one after another from ``offset``, however few bytes each call takes."""
    for block in blocks:
        rest = block
        while rest:
            taken = file_system.write(handle, rest, offset)
            offset += taken
            rest = rest[taken:]
