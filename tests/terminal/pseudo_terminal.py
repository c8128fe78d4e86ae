"""The program in a real pseudo-terminal: what it writes byte by byte, and what a person would see of it."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pyte

PATIENCE_SECONDS = 20.0
CONTROL_SEQUENCE = re.compile(
    rb"\x1b\[[0-?]*[ -/]*[@-~]"  # CSI
    rb"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)"  # OSC
    rb"|\x1bP[^\x1b]*\x1b\\"  # DCS
    rb"|\x1b[78=>c]|\x1b[()][A-B0]"
)
PRIVATE_MARKER = re.compile(rb"\x1b\[[<=>][0-?]*[ -/]*[@-~]")


class Terminal:
    """One program in a terminal of its own."""

    def __init__(self, call: Sequence[str], environment: dict[str, str], size: tuple[int, int]) -> None:
        self.raw = b""
        self.code: int | None = None
        self.screen = pyte.Screen(*size)
        self._stream = pyte.ByteStream(self.screen)
        self.pid, self._terminal = pty.fork()
        if self.pid == 0:
            os.execvpe(call[0], list(call), environment)
        self.resize(*size)

    def resize(self, columns: int, lines: int) -> None:
        fcntl.ioctl(self._terminal, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        self.screen.resize(lines, columns)

    def press(self, keys: str) -> None:
        os.write(self._terminal, keys.encode())

    def send(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)

    @property
    def text(self) -> str:
        """What stands on the screen."""
        return "\n".join(self.screen.display)

    def until(self, *texts: str) -> None:
        """Wait until all of these stand on the screen."""
        self.until_fits(*(re.escape(text) for text in texts))

    def until_fits(self, *patterns: str) -> None:
        """Wait until the screen fits all of these regular expressions."""
        started = time.monotonic()
        while not all(re.search(pattern, self.text) for pattern in patterns):
            assert time.monotonic() - started < PATIENCE_SECONDS, f"{patterns} not on the screen:\n{self.text}"
            assert self._read(0.2) or not self._has_ended(), f"ended with {self.code}: {self.raw[-500:]!r}"

    def until_redrawn(self) -> None:
        """Wait until the whole screen has been written again from its first cell."""
        seen, started = len(self.raw), time.monotonic()
        while b"\x1b[1;1H" not in self.raw[seen:]:
            assert time.monotonic() - started < PATIENCE_SECONDS, f"not drawn again:\n{self.text}"
            self._read(0.05)

    def ended(self, within: float = PATIENCE_SECONDS) -> float:
        """Wait for the end of the program; the seconds it took."""
        started = time.monotonic()
        while not self._has_ended():
            assert time.monotonic() - started < within, f"still running after {within} s:\n{self.text}"
            self._read(0.02)
        took = time.monotonic() - started
        while self._read(0):
            pass
        return took

    def close(self) -> None:
        """Close the terminal, as its window does, and end the program if it is still there."""
        self.hang_up()
        if not self._has_ended():
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)

    def hang_up(self) -> None:
        """Close the terminal: the program is sent SIGHUP."""
        if self._terminal >= 0:
            os.close(self._terminal)
            self._terminal = -1

    def _has_ended(self) -> bool:
        if self.code is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self.code = os.waitstatus_to_exitcode(status) if pid else None
        return self.code is not None

    def _read(self, seconds: float) -> bool:
        if self._terminal < 0:
            time.sleep(seconds)
            return False
        waiting = select.poll()
        waiting.register(self._terminal, select.POLLIN)
        ready = waiting.poll(seconds * 1_000)
        try:
            data = os.read(self._terminal, 65_536) if ready else b""
        except OSError:  # Linux says so when the other side is closed
            data = b""
        self.raw += data
        self._stream.feed(PRIVATE_MARKER.sub(b"", data))
        return bool(data)


@contextmanager
def terminal(call: Sequence[str], environment: dict[str, str], size: tuple[int, int] = (120, 40)) -> Iterator[Terminal]:
    """A program in a terminal; it is gone at the end."""
    running = Terminal(call, environment, size)
    try:
        yield running
    finally:
        running.close()


def sequences(raw: bytes) -> list[bytes]:
    """Every control sequence, in order."""
    return CONTROL_SEQUENCE.findall(raw)


def stray_controls(raw: bytes) -> list[str]:
    """What acts on a terminal and is neither a known sequence nor a line's end."""
    text = CONTROL_SEQUENCE.sub(b"", raw).decode("utf-8", "replace")
    forbidden = [*range(0x20), *range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
    allowed = {"\n", "\r", "\t", "\x0e", "\x0f"}
    return [character for character in text if ord(character) in set(forbidden) and character not in allowed]


def is_restored(raw: bytes) -> bool:
    """Whether the last word on each thing that was changed is its old state."""
    off = {b"1049": b"l", b"1000": b"l", b"1003": b"l", b"1006": b"l", b"1015": b"l", b"2004": b"l", b"1004": b"l"}
    last = dict(re.findall(rb"\x1b\[\?(\d+)([hl])", raw))
    return last.get(b"25") == b"h" and all(last.get(number, state) == state for number, state in off.items())
