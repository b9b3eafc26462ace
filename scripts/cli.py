"""`./windowpane`: one command group. A command's module is imported only when the command is used."""

from __future__ import annotations

import importlib
import os
import sys
import tomllib
from pathlib import Path
from typing import NoReturn

import click

from streams.errors import UnknownNameError, WindowpaneError

CHECKOUT = Path(__file__).resolve().parent.parent
COMMANDS = {
    "install": ("scripts.stack.install:command", "Fetch what up needs; start nothing."),
    "up": ("scripts.stack.stack_commands:up", "Start everything; print the URL once the page answers with data."),
    "down": ("scripts.stack.stack_commands:down", "Stop everything that up started."),
    "status": ("scripts.stack.stack_commands:status", "Engines, jobs, lag and freshness."),
    "logs": ("scripts.stack.stack_commands:logs", "Show the log of one or all services."),
    "doctor": ("scripts.stack.stack_commands:doctor", "Check this machine and the installation."),
    "test": ("scripts.stack.test_command:command", "Run the tests on a stack of their own."),
    "apply": ("scripts.streams.apply:command", "Make topics, tables, views and jobs match the definitions."),
    "streams": ("scripts.streams.stream_commands:command", "List streams; retire, resume or remove one."),
    "produce": ("scripts.streams.produce:command", "Send realistic messages, or those of a file."),
    "window": ("scripts.questions.window:command", "Ask what happened between two minutes."),
    "series": ("scripts.questions.series:command", "The same, for each minute, hour or day."),
    "records": ("scripts.questions.records:command", "List accepted messages, typed, or save all of them."),
    "rejected": ("scripts.questions.rejected:command", "List messages that broke a rule, with the reason."),
    "replay": ("scripts.replays.replay:command", "Process part of a stream again, into staging."),
    "replays": ("scripts.replays.replay_commands:command", "List, show, publish, roll back or drop replays."),
    "audit": ("scripts.lake.audit:command", "Account for every offset; compare Kafka, ledger and panes."),
    "maintain": ("scripts.lake.maintain:command", "Compact tables, expire snapshots, remove orphans."),
    "backup": ("scripts.lake.backup:backup", "Copy the lake into a folder, or renew that copy."),
    "restore": ("scripts.lake.backup:restore", "Make an empty lake what was backed up."),
    "users": ("scripts.access.users:command", "List, add and change users; invite them."),
    "keys": ("scripts.access.keys:command", "List, create, revoke and rotate keys of programs."),
    "grants": ("scripts.access.grants:command", "Say who may see and do what with which stream."),
    "sites": ("scripts.merchants.sites:command", "List, add, remove and import web sites that are counted."),
    "sources": ("scripts.sources.source_commands:command", "List, try, run, pause and redrive sources of messages."),
    "forms": ("scripts.forms.form_commands:command", "List, draft and import forms that people fill in."),
    "process": ("scripts.processes.process_commands:command", "List, run and show statistics of records."),
    "bench": ("bench.command:command", "Run a benchmark."),
}
"""Name to (`module:click command`, one line of help). The line here is the one the group lists."""

PROGRAM = "./windowpane"
INTERRUPTED, READER_GONE = 130, 141
"""Exit codes as a shell gives them to what SIGINT and SIGPIPE end."""

OWN_ENVIRONMENT = {"install", "up", "down", "status", "logs", "doctor", "test"}
"""Commands that find the stack by its home; all others read the WINDOWPANE_* variables that `up` wrote."""


class _LazyGroup(click.Group):
    """Lists `COMMANDS` without importing any; leaves out those whose module is not there."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return [name for name, (target, _) in COMMANDS.items() if _exists(target)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        target, _ = COMMANDS.get(cmd_name, ("", ""))
        if not target or not _exists(target):
            return None
        if cmd_name not in OWN_ENVIRONMENT:
            _take_over_environment()
        module, attribute = target.split(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As usual, but what is not there is said with the name that is nearly the same."""
        if args and not args[0].startswith("-") and self.get_command(ctx, args[0]) is None:
            raise UnknownNameError("command", args[0], self.list_commands(ctx))
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            # Whoever read stdout wants no more. What is still buffered must not be tried again at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise click.exceptions.Exit(READER_GONE) from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name][1]) for name in self.list_commands(ctx)])


def _exists(target: str) -> bool:
    """Whether the module's file is there; cheaper than finding its spec, and nothing is imported."""
    return (CHECKOUT / Path(*target.split(":")[0].split("."))).with_suffix(".py").exists()


def _take_over_environment() -> None:
    """Set the variables of the stack in WINDOWPANE_HOME. WINDOWPANE_STREAMS, if set, stays: it says what to apply."""
    from compose.embedded.layout import Layout
    from compose.embedded.variables import from_script

    home = Path(os.environ.get("WINDOWPANE_HOME") or CHECKOUT / ".windowpane").expanduser().resolve()
    variables = from_script(Layout(home).environment)
    kept = {name: value for name, value in os.environ.items() if name == "WINDOWPANE_STREAMS" and value}
    os.environ.update(variables | kept)


def _show_version(ctx: click.Context, _param: click.Parameter, asked: bool) -> None:
    if asked:
        project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text("utf-8"))["project"]
        click.echo(f"windowpane {project['version']}")
        ctx.exit()


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_show_version, help="Show the version."
)
def cli() -> None:
    """Windowpane: what happened between these two minutes?

    \b
    Examples:
      ./windowpane up                           # everything; then open the printed URL
      ./windowpane window health --last 24h     # what happened in it, per service
      ./windowpane down

    Settings are environment variables: WINDOWPANE_HOME (state, default .windowpane), WINDOWPANE_PORT (default 8000).
    """


def main() -> None:
    """Run the command line. Exit code 2 for what is said in one line; 1 for a check that failed; 130 after Ctrl-C."""
    # A terminal that lacks a character shows its number instead of an error.
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        sys.exit(cli.main(prog_name=PROGRAM, standalone_mode=False))
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(INTERRUPTED)
    except WindowpaneError as error:
        _end(str(error))
    except ValueError as error:
        # pydantic's ValidationError, by name: importing it here would slow down every command.
        if type(error).__name__ != "ValidationError":
            raise
        _end(_setting_at_fault(error))


def _end(line: str) -> NoReturn:
    click.echo(f"windowpane: {line}", err=True)
    sys.exit(2)


def _setting_at_fault(error: ValueError) -> str:
    """One line for a setting that is missing or not allowed."""
    first = error.errors()[0]  # type: ignore[attr-defined]
    name = "WINDOWPANE_" + "_".join(str(part) for part in first["loc"]).upper()
    if first["type"] == "missing":
        home = os.environ.get("WINDOWPANE_HOME") or CHECKOUT / ".windowpane"
        return f"there is no stack in {home}; run ./windowpane up ({name} is not set)"
    return f"{name} = {first['input']!r}: {first['msg']}"


if __name__ == "__main__":
    main()
