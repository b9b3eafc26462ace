"""`./windowpane`: one command group. A command's module is imported only when the command is used."""

from __future__ import annotations

import importlib
import os
import sys

import click

from streams.errors import WindowpaneError

__all__ = ["COMMANDS", "cli", "main"]

COMMANDS = {
    "up": ("scripts.stack_commands:up", "Start everything; print the URL once the page answers with data."),
    "down": ("scripts.stack_commands:down", "Stop everything that up started."),
    "status": ("scripts.stack_commands:status", "Engines, jobs, lag and freshness."),
    "logs": ("scripts.stack_commands:logs", "Show the log of one or all services."),
    "doctor": ("scripts.stack_commands:doctor", "Check this machine and the installation."),
    "test": ("scripts.test_command:command", "Run the tests on a stack of their own."),
    "apply": ("scripts.apply:command", "Make topics, tables, views and jobs match streams/*.toml."),
    "produce": ("scripts.produce:command", "Send realistic messages, or those of a file."),
    "window": ("scripts.window:command", "Ask what happened between two minutes."),
    "replay": ("scripts.replay:command", "Process part of a stream again, into staging."),
    "replays": ("scripts.replays:command", "List, show, publish, roll back or drop replays."),
    "audit": ("scripts.audit:command", "Account for every offset; compare Kafka, ledger and panes."),
    "maintain": ("scripts.maintain:command", "Compact tables, expire snapshots, remove orphans."),
    "bench": ("scripts.bench:command", "Run a benchmark."),
}
"""Name to (`module:click command`, one line of help). The line here is the one the group lists."""


class _LazyGroup(click.Group):
    """Lists `COMMANDS` without importing any; leaves out those whose module is not there."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [name for name, (target, _) in COMMANDS.items() if _exists(target)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        target, _ = COMMANDS.get(cmd_name, ("", ""))
        if not target or not _exists(target):
            return None
        module, attribute = target.split(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name][1]) for name in self.list_commands(ctx)])


def _exists(target: str) -> bool:
    """Whether the module's file is there; cheaper than finding its spec, and nothing is imported."""
    module = target.split(":")[0].removeprefix("scripts.")
    return os.path.exists(os.path.join(os.path.dirname(__file__), f"{module}.py"))  # noqa: PTH110, PTH118, PTH120


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
def cli() -> None:
    """Windowpane: what happened between these two minutes?

    \b
    Start here:
      ./windowpane up                                        everything, then open the printed URL
      ./windowpane window health --start 2026-03-01T10:17:00Z --end 2026-03-04T09:05:00Z
      ./windowpane down

    Settings are environment variables: WINDOWPANE_HOME (state, default .windowpane), WINDOWPANE_PORT (default 8000).
    """


def main() -> None:
    """Run the command line. Exit code 2 for an error of ours, said in one line; 1 for a check that failed."""
    try:
        cli.main(prog_name="windowpane", standalone_mode=True)
    except WindowpaneError as error:
        click.echo(f"windowpane: {error}", err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
