"""The command line: parses, and starts the app or a command.

Only what the call needs is imported. Every error ends as one line on standard error that says what happened and
what to do, and as an exit code: 0 fine, 1 the answer is "yes, there are", 2 usage, 3 sign-in, 4 network or
Microsoft, 5 store.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, NoReturn

from tui import __version__
from tui.errors import CalConnectError, UsageError
from tui.limits import FASTEST_SIMULATION, HIGHEST_PORT, LEAVE_SECONDS

if TYPE_CHECKING:
    from tui.app import CalConnectApp
    from tui.commands.context import Context
    from tui.workspace.background import Background

INTERRUPTED = 130


class Parser(argparse.ArgumentParser):
    """Says what is wrong with a call in one line."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message[:1].upper()}{message[1:]}.", f"See {self.prog} --help")


def parser() -> argparse.ArgumentParser:
    """All commands and their options."""
    main = Parser(
        prog="calconnect-tui",
        description="Several Outlook calendars in one terminal week, with every double booking found.",
        epilog="Without a command the screens open. Start with --demo to look around.",
    )
    main.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    main.add_argument("--data-dir", metavar="DIR", help="where everything is kept")
    main.add_argument("--simulator", metavar="URL", help="a simulator on this computer instead of Microsoft")
    main.add_argument(
        "--demo", action="store_true", help="look around with made-up calendars; touches nothing of yours"
    )
    main.add_argument("--token-storage", choices=("keyring", "file", "memory"), help="where sign-ins are kept")
    commands = main.add_subparsers(dest="command", metavar="COMMAND", parser_class=Parser)
    _add_connections(commands)
    _add_reading(commands)
    _add_simulate(commands)
    return main


def _add_connections(commands: argparse._SubParsersAction[Parser]) -> None:
    connect = commands.add_parser("connect", help="sign in an Outlook account, or use one in a sub-account")
    connect.add_argument("--kind", choices=("work", "personal"), help="which kind of account signs in")
    connect.add_argument("--mode", choices=("read", "write"), default="write", help="what is allowed (write)")
    connect.add_argument("--account", metavar="ADDRESS", help="use a sign-in that exists")
    connect.add_argument("--sub-account", metavar="NAME", help="where it is used; made if it is new")
    connect.add_argument("--all-calendars", action="store_true", help="count all calendars, not only the default one")
    connect.add_argument("--browser", action="store_true", help="sign in with a browser instead of a code")
    disconnect = commands.add_parser("disconnect", help="stop using an account in a sub-account")
    disconnect.add_argument("connection", metavar="CONNECTION", help="its id or address")
    disconnect.add_argument("--forget", action="store_true", help="drop the sign-in and the cached events too")
    configure = commands.add_parser("configure", help="which calendars count, and where bookings go")
    configure.add_argument("connection", metavar="CONNECTION", help="its id or address")
    configure.add_argument("--linked", metavar="CAL", help="the calendar that receives bookings")
    configure.add_argument("--conflict", metavar="CAL", nargs="*", help="the calendars that count as busy")
    configure.add_argument("--preference", choices=("blocks", "two-way"), help="what events made in Outlook become")
    for name, what in (
        ("accounts", "the Microsoft sign-ins"),
        ("sub-accounts", "the sub-accounts"),
        ("connections", "which account is used where"),
        ("calendars", "the calendars of every account"),
    ):
        _with_json(commands.add_parser(name, help=f"list {what}"))


def _add_reading(commands: argparse._SubParsersAction[Parser]) -> None:
    _with_json(commands.add_parser("sync", help="read what changed in Outlook"))
    agenda = commands.add_parser("agenda", help="what happens, in all connected calendars")
    _with_json(_with_days(agenda, 7))
    conflicts = commands.add_parser("conflicts", help="where you are double-booked")
    _with_json(_with_days(conflicts, 30))
    conflicts.add_argument("--grade", choices=("high", "medium", "low", "hint"), help="this grade and worse ones")
    conflicts.add_argument("--state", choices=("open", "solved"), help="open ones, or what is over (open)")


def _add_simulate(commands: argparse._SubParsersAction[Parser]) -> None:
    simulate = commands.add_parser("simulate", help="serve simulated Outlook mailboxes on this computer")
    simulate.add_argument("--scenario", metavar="FILE", help="the mailboxes; the demo's without it")
    simulate.add_argument("--port", type=_port, default=0, metavar="P", help="a free one without it")
    simulate.add_argument("--speed", type=_speed, default=1.0, metavar="X", help="how much faster lifetimes pass")
    simulate.add_argument("--parent", type=int, metavar="PID", help="end when this process does")


def _port(text: str) -> int:
    number = int(text)
    if not 0 <= number <= HIGHEST_PORT:
        raise argparse.ArgumentTypeError(f"a port is a number from 0 to {HIGHEST_PORT}")
    return number


def _speed(text: str) -> float:
    number = float(text)
    if not 0 < number <= FASTEST_SIMULATION:
        raise argparse.ArgumentTypeError(f"a speed is above 0 and at most {FASTEST_SIMULATION}")
    return number


def _with_json(command: Parser) -> Parser:
    command.add_argument("--json", action="store_true", help="one JSON document")
    return command


def _with_days(command: Parser, days: int) -> Parser:
    command.add_argument("--from", dest="first", metavar="DAY", help="the first day, like 2026-11-23 (now)")
    command.add_argument("--days", type=int, default=days, metavar="N", help=f"how many days ({days})")
    command.add_argument("--sub-account", metavar="S", help="its name or id")
    return command


_PLACES = {
    "connect": "connect:connect",
    "disconnect": "connect:disconnect",
    "configure": "lists:configure",
    "accounts": "lists:accounts",
    "sub-accounts": "lists:sub_accounts",
    "connections": "lists:connections",
    "calendars": "lists:calendars",
    "sync": "sync:sync",
    "agenda": "agenda:agenda",
    "conflicts": "conflicts:conflicts",
    "simulate": "simulate:simulate",
}


def _command(name: str | None) -> Callable[[argparse.Namespace, Context], int]:
    if name is None:
        return show
    module, function = _PLACES[name].split(":")
    found: Callable[[argparse.Namespace, Context], int] = getattr(import_module(f"tui.commands.{module}"), function)
    return found


def show(arguments: argparse.Namespace, context: Context) -> int:
    """Open the screens."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()) or os.environ.get("TERM") == "dumb":
        raise UsageError("The screens need a terminal.", "Commands do not: see calconnect-tui --help")
    import asyncio

    from tui.app import DEMO, CalConnectApp
    from tui.workspace.background import Background

    options = context.options
    if arguments.demo:
        from tui.workspace.demo import Demo

        background: Background = Demo(options, context.clock)
    else:
        background = Background(context.open, context.clock)
    directory = None if arguments.demo else context.directory
    app = CalConnectApp(
        background, context.clock, settings=context.settings, data_directory=directory, zone=context.zone
    )
    code = asyncio.run(_shown(app, background))
    if app.return_value == DEMO and not arguments.demo:
        arguments.demo = True
        return show(arguments, context)
    if background.is_running:
        # A sign-in that is under way would be waited for. Every change was saved before, so nothing is lost.
        os._exit(code)
    return code


async def _shown(app: CalConnectApp, background: Background) -> int:
    """Run the screens; a terminal that closes, or a request to end, leaves as the quit key does."""
    import asyncio
    import signal
    from threading import Timer

    loop = asyncio.get_running_loop()

    def leave(number: int, _: object) -> None:
        with suppress(RuntimeError):  # the loop has ended: so has the app
            loop.call_soon_threadsafe(partial(app.exit, None, 128 + number))
        timer = Timer(LEAVE_SECONDS, _leave_at_once, (background, 128 + number))
        timer.daemon = True
        timer.start()

    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), leave)
    await app.run_async()
    return app.return_code or 0


def _leave_at_once(background: Background, code: int) -> None:
    """End although the screens do not: writing to a terminal that is gone may wait for ever."""
    background.stop()
    os._exit(code)


def _context(arguments: argparse.Namespace) -> Context:
    from tui import settings
    from tui.clock import clock_from
    from tui.commands.context import Context, standard_streams

    environment = os.environ
    out, err = standard_streams()
    directory = settings.data_directory(arguments.data_dir, environment)
    simulator = settings.simulator_url(arguments.simulator, environment)
    chosen = settings.Settings() if arguments.demo else settings.read_settings(directory)
    return Context(
        directory=directory,
        settings=settings.with_environment(chosen, environment),
        zone=settings.viewer_zone(chosen, environment),
        clock=clock_from(environment),
        simulator=simulator,
        token_storage=settings.token_storage(arguments.token_storage, environment, has_simulator=bool(simulator)),
        out=out,
        err=err,
    )


def main(call: Sequence[str] | None = None) -> int:
    """Run one call of the program; gives its exit code."""
    os.umask(0o077)
    try:
        try:
            return _run(call)
        finally:
            sys.stdout.flush()  # here and not at exit, where nobody could catch what it raises
    except CalConnectError as error:
        return _fail(error)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # The reader of a pipe has gone; nothing more can be written, not even at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _run(call: Sequence[str] | None) -> int:
    arguments = parser().parse_args(call)
    if arguments.demo and arguments.command:
        raise UsageError(
            "--demo opens the screens and takes no command.",
            "For commands, start `calconnect-tui simulate` and name it with --simulator.",
        )
    return _command(arguments.command)(arguments, _context(arguments))


def _fail(error: CalConnectError) -> int:
    from tui.domain.text import clean

    sys.stderr.write(clean(f"calconnect-tui: {error}", 2_000) + "\n")
    return error.exit_code


if __name__ == "__main__":
    sys.exit(main())
