"""``simulate``: the Outlook simulator by itself."""

from __future__ import annotations

import argparse
from pathlib import Path

from tui.commands.context import Context, printable
from tui.errors import CalConnectError, UsageError
from tui.simulator.scenario import Scenario, ScenarioError, read_scenario


def simulate(arguments: argparse.Namespace, context: Context) -> int:
    """Serve the mailboxes of a scenario file, or the demo's, until interrupted."""
    from tui.simulator.server import serve

    try:
        serve(_scenario(arguments, context), arguments.port, arguments.speed, parent_pid=arguments.parent)
    except ScenarioError as error:
        raise UsageError(f"{printable(str(error)).rstrip('.')}.", "Mend the scenario file.") from error
    except RecursionError as error:
        raise UsageError(
            f"{printable(arguments.scenario)} is not JSON that can be read: it is nested too deeply."
        ) from error
    except OSError as error:
        raise CalConnectError(
            f"Port {arguments.port} cannot be used: {error.strerror or 'it is refused'}.", "Choose another --port."
        ) from error
    return 0


def _scenario(arguments: argparse.Namespace, context: Context) -> Scenario:
    if arguments.scenario:
        return read_scenario(Path(arguments.scenario))
    from tui.simulator.demo import demo_scenario

    return demo_scenario(context.clock.now().astimezone(context.zone).date(), str(context.zone))
