"""One life: some thirty steps drawn from a seed, in which everything goes wrong that may, and then six quiet rounds.

The same seed gives the same life, byte for byte: nothing in it asks the machine for time, chance, files or a network.
"""

from __future__ import annotations

import asyncio
import errno
import hashlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict
from datetime import timedelta
from functools import cache
from random import Random

from ana import Ana
from chronicle import Chronicle
from computer import Computer, Window
from microsoft import Microsoft, ProcessDeath, Violation
from oracle import require_same, require_shown_once
from parts import Parts
from people import People, scenario
from recording_disk import FATES, PowerLossError
from seeded_bugs import BUGS
from sync_world import START, StillClock
from weather import CALM, drawn
from wishes import Wishes

from tui.domain.bookings import Entry
from tui.errors import CalConnectError, StoreError
from tui.simulator.call import Behaviour
from tui.simulator.events import Item
from tui.simulator.messages import Request
from tui.simulator.service import Simulator
from tui.store.errors import CommitUnknown

STEPS = 28
QUIET_ROUNDS = 6
INVITATIONS = 2
EDITS_AT_A_RESET = 4
WRITING = frozenset(("write", "truncate", "open", "rename", "sync", "make_directory", "sync_directory", "touch"))
HOUR = 3_600.0
DAY = 24 * HOUR


class Life:
    """A computer, a person, other people and Microsoft, led by one source of chance."""

    def __init__(self, seed: int, bug: str = "") -> None:
        """The life number ``seed``; ``bug`` names the one that is put into the program, if any."""
        self.parts = BUGS[bug].parts() if bug else Parts()
        self.random = Random(seed)
        self.lines: list[str] = []
        self.clock = StillClock()
        self.simulator = Simulator(scenario(START), seed=seed)
        self.microsoft = Microsoft(self.simulator, self.clock, self.random)
        self.microsoft.trace = self.lines.append
        self.microsoft.before = self._before_request
        self.microsoft.meanwhile = self._edit_much
        self.chronicle = Chronicle(self.microsoft.calendar)
        self.wishes = Wishes(self.microsoft, self.chronicle)
        self.wishes.outbox = self._outbox_that_sends
        self.computer = Computer(self.microsoft, self.clock, self.random, self.parts)
        self.sender: Window | None = None
        self.people = People(self.microsoft, self.random, self._is_untouchable)
        self.ana = Ana(self.random, self.wishes, self.people, self.clock.now)
        for _ in range(INVITATIONS):
            self._say(self.people.invite())
        self.chronicle.read_on(is_stranger=True)
        self._behave()

    # The life

    async def live(self) -> None:
        """Raises Violation, or whatever else comes out of the engine that must not."""
        with self.parts.in_place():
            try:
                await self._live()
            finally:
                self.computer.end_all()

    async def _live(self) -> None:
        for number in range(STEPS):
            await self._step(number)
        self._end_all_faults()
        for number in range(QUIET_ROUNDS):
            self.clock.passed += self.random.choice((HOUR, HOUR, 2 * DAY))
            self._say(f"quiet round {number + 1}")
            await self._quiet_round()
        self._judge()

    def digest(self) -> str:
        """What tells this life from every other."""
        text = "\n".join(self.lines).encode()
        files = sorted((str(path), bytes(inode.content)) for path, inode in self.computer.disk.names.items())
        return hashlib.sha256(text + repr(files).encode()).hexdigest()

    async def _step(self, number: int) -> None:
        draw = self.random.random()
        place = int(self.random.random() < 0.2)
        if draw < 0.34:
            self._at_disk(f"{number} window {place}", place, self.ana.act)
        elif draw < 0.40:
            self._at_disk(f"{number} window {place}", place, self.ana.word)
        elif draw < 0.52:
            self._edit(f"{number}")
        elif draw < 0.84:
            await self._round_in_weather(number, place)
        elif draw < 0.90:
            self._pass_time(number)
        elif draw < 0.94:
            self._restart(number, place)
        elif draw < 0.98:
            self._lose_power(number)
        else:
            self._behave()

    def _say(self, line: str) -> None:
        self.lines.append(line)

    # Steps

    def _behave(self) -> None:
        """Microsoft's service has a new mood."""
        draws = [self.random.random() < 0.3 for _ in range(8)]
        forgets, late = draws[5], self.random.random() < 0.1
        behaviour = Behaviour(
            removed_occurrences=draws[0],
            empty_pages=draws[1],
            duplicates=draws[2],
            reversed_order=draws[3],
            located_resets=draws[4],
            forgotten_transactions=forgets,
            ignored_if_match=draws[6],
            kept_declines=draws[7],
            # A service that forgot a create, and does not tell of what it made, leaves nothing to look at.
            late_writes=self.random.randrange(1, 4) if late and not forgets else 0,
        )
        self.simulator.behaviour = behaviour
        self.microsoft.tells_old_first = self.random.random() < 0.3
        self.microsoft.mailbox.lateness = behaviour.late_writes
        if forgets:
            self.microsoft.mailbox.hidden.clear()
        moods = [name for name, value in asdict(behaviour).items() if value]
        self._say(f"Microsoft: {', '.join(moods) or 'kind'}")

    def _at_disk(self, words: str, place: int, act: Callable[..., str]) -> None:
        """Something that Ana does at a window, perhaps while the disk fails under her."""
        accident = self._disk_accident()
        try:
            store = self.computer.window(place).store
            store.catch_up()
            require_shown_once(store)
            self._say(f"{words}: {act(store)}")
            if self.random.random() < 0.1:
                self._compare_windows()
        except StoreError as error:
            self._say(f"{words}: {type(error).__name__}")
            if isinstance(error, CommitUnknown):
                self.computer.end(place)
        except PowerLossError:
            self._after_power_loss(words)
        finally:
            if accident:
                self._mend_disk()

    def _edit(self, words: str, about: str = "") -> None:
        said = self.people.edit(about)
        self.chronicle.read_on(is_stranger=True)
        self._say(f"{words} {said}")

    def _edit_much(self) -> None:
        for _ in range(EDITS_AT_A_RESET):
            self._edit("  meanwhile")

    async def _round_in_weather(self, number: int, place: int) -> None:
        self.microsoft.weather = drawn(self.random)
        accident = self._disk_accident() if self.random.random() < 0.3 else False
        self._say(f"{number} round of window {place}: {self.microsoft.weather}")
        try:
            await self._round(place)
        except ProcessDeath:
            self._say("  the process dies")
            self.computer.end(place)
        except PowerLossError:
            self._after_power_loss("  round")
        finally:
            self.microsoft.weather = CALM
            if accident:
                self._mend_disk()

    async def _round(self, place: int) -> CalConnectError | None:
        """One round; what ended it before it was complete."""
        try:
            window = self.computer.window(place)
        except StoreError as error:
            self._say(f"  cannot start: {type(error).__name__}")
            return error
        self.sender = window
        report = await window.sync()
        failure = report.failure
        self._say(f"  {'complete' if failure is None else type(failure).__name__}, {report.events} events")
        if isinstance(failure, CommitUnknown):
            self.computer.end(place)
        elif failure is None and self.random.random() < 0.1:
            with suppress(StoreError):
                self._compare_windows()
        return failure

    async def _quiet_round(self) -> None:
        """With no fault left, each round is complete, and after it the store is the truth."""
        if failure := await self._round(0):
            raise Violation(f"without any fault a round ended with {failure!r}")
        window = self.computer.window(0)
        require_same(window.store, self.microsoft.calendar)
        require_shown_once(window.store)

    def _pass_time(self, number: int) -> None:
        seconds = self.random.choice((1.0, 60.0, HOUR, 5 * HOUR, DAY, 7 * DAY, 33 * DAY))
        self.clock.passed += seconds
        self._say(f"{number} {timedelta(seconds=seconds)} pass")

    def _restart(self, number: int, place: int) -> None:
        self._say(f"{number} window {place} ends")
        self.computer.end(place)

    def _lose_power(self, number: int) -> None:
        self._after_power_loss(f"{number}")

    # The disk

    def _disk_accident(self) -> bool:
        """Something that will happen to the disk at one of its next operations, or nothing."""
        disk, draw = self.computer.disk, self.random.random()
        at = disk.operations + self.random.randrange(1, 40)
        if draw < 0.12:
            disk.power_loss_after = at
        elif draw < 0.2:
            disk.fault = _failing_once(at)
        elif draw < 0.28:
            disk.fault = _full(at)
        else:
            return False
        self._say(f"  disk: {'power' if disk.power_loss_after else disk.fault.__name__} at {at - disk.operations}")
        return True

    def _mend_disk(self) -> None:
        self.computer.disk.fault = lambda number, name: None
        self.computer.disk.power_loss_after = 0

    def _after_power_loss(self, words: str) -> None:
        if self.computer.disk.dead and self.random.random() < 0.3:
            self._say(f"{words} all windows are killed")
            self.computer.kill()
            return
        fate = self.random.choice(FATES)
        self._say(f"{words} the power goes, unsaved data are {fate}")
        self.computer.lose_power(fate)

    # Rules between people

    def _before_request(self, request: Request) -> None:
        """Others go on meanwhile; not between the reading and the writing of an event where the service ignores which
        version a write was meant for, or knows no version for it: that moment no client can close."""
        if self.microsoft.weather.crowd and self.random.random() < self.microsoft.weather.crowd:
            versioned = request.method in ("GET", "PATCH", "DELETE")
            if request.method == "GET" or (versioned and not self.simulator.behaviour.ignored_if_match):
                self._edit("  meanwhile", request.segments[3] if request.method in ("PATCH", "DELETE") else "")

    def _is_untouchable(self, item: Item) -> bool:
        """Whether Ana has a write on its way that nobody could tell from none at all if this event went away.

        Such is a create whose event is removed, or moved to where nobody looks, before it was ever seen.
        """
        number = str(item.event["transactionId"] or "").rpartition("-")[2]
        return bool(number) and self._waits(self.wishes.all[int(number)].entry_id)

    def _waits(self, entry_id: str) -> bool:
        """Whether some window has the entry in its outbox, after a look at the disk; also when none is open."""
        windows = [window for window in self.computer.windows if window is not None]
        with self.computer.disk_at_rest(), suppress(StoreError):
            for window in windows:
                window.store.catch_up()
        entries = (entry for window in windows for entry in window.store.outbox.entries())
        return not windows or not entry_id or any(entry.id == entry_id for entry in entries)

    def _outbox_that_sends(self) -> Sequence[Entry]:
        return () if self.sender is None else self.sender.store.outbox.entries()

    # In the end

    def _end_all_faults(self) -> None:
        self.microsoft.weather = CALM
        self.microsoft.mailbox.lateness = 0
        self.microsoft.mailbox.hidden.clear()
        self._mend_disk()
        self.computer.end_all()

    def _compare_windows(self) -> None:
        """The other window sees the same, once it has looked."""
        stores = [self.computer.window(place).store for place in range(2)]
        for store in stores:
            store.catch_up()
        shown, others = ((set(store.copies()), store.outbox.entries()) for store in stores)
        if shown != others:
            raise Violation("two windows of one calendar show different things")

    def _judge(self) -> None:
        store = self.computer.window(0).store
        waiting = {entry.id: entry for entry in store.outbox.entries()}
        held = {entry.target for entry in waiting.values() if entry.held}
        for entry in waiting.values():
            if entry.target not in held:
                raise Violation(f"{entry.action} still waits after {QUIET_ROUNDS} quiet rounds")
        self.wishes.judge(waiting, {one.entry.id: one for one in store.outbox.failed()})
        self.wishes.judge_mails()


def _failing_once(at: int) -> Callable[[int, str], None]:
    def failing_once(number: int, name: str) -> None:
        if number == at:
            raise OSError(errno.EIO, "the disk failed")

    return failing_once


def _full(at: int) -> Callable[[int, str], None]:
    def full(number: int, name: str) -> None:
        if number >= at and name in WRITING:
            raise OSError(errno.ENOSPC, "no space left")

    return full


@cache
def _loop() -> asyncio.AbstractEventLoop:
    return asyncio.new_event_loop()


def lived(seed: int, bug: str = "") -> Life:
    """The life of a seed, lived to its end. Raises as `Life.live`, and says how to see it step by step."""
    life = Life(seed, bug)
    try:
        live(life)
    except BaseException as error:
        named = f' --bug "{bug}"' if bug else ""
        error.add_note(f"Every step of it: .venv/bin/python tests/engine/replay.py {seed}{named}")
        raise
    return life


def live(life: Life) -> None:
    """Live it to its end. Raises as `Life.live`; what happened until then is in its lines."""
    _loop().run_until_complete(life.live())
