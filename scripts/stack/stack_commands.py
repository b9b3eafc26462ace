"""The commands that run the stack: up, down, status, logs, doctor."""

from __future__ import annotations

import sys

import click

from compose.embedded.settings import StackSettings
from compose.embedded.stack import Stack
from scripts.console import download_progress, say
from scripts.results import Format, formatted, show
from scripts.stack.bring_up import bring_up
from scripts.stack.foreground import stay
from scripts.stack.systems import demonstrate, named_systems, take
from streams.errors import WindowpaneError


def own_stack() -> Stack:
    """The stack that the environment variables describe."""
    return Stack(StackSettings())


@click.command()
@click.option("--no-input", is_flag=True, help="Do not start the live input (this machine's own services).")
@click.option("--engines-only", is_flag=True, help="Start only the engines: no streams, no web service.")
@click.option("--foreground", is_flag=True, help="Stay until SIGTERM or Ctrl-C, then stop everything.")
@click.option(
    "--with",
    "systems",
    default="",
    metavar="SYSTEM,…",
    help="Also show what these do: clinical, epidemic, merchants, students.",
)
def up(no_input: bool, engines_only: bool, foreground: bool, systems: str) -> None:
    """Start everything and wait until the page answers with data.

    The first use downloads about 0.9 GB and installs it in the user's cache. Running it again is harmless.

    \b
    Examples:
      ./windowpane up
      ./windowpane up --with merchants,epidemic
      WINDOWPANE_HOME=/srv/second WINDOWPANE_PORT=8100 ./windowpane up
    """
    stack, wanted = own_stack(), named_systems(systems)
    if foreground:
        words = [*(["--no-input"] if no_input else []), *(["--engines-only"] if engines_only else [])]
        words += ["--with", systems] if systems else []
        sys.exit(stay(stack, [sys.executable, "-m", "scripts.cli", "up", *words], say))
    take(wanted, stack.settings.streams, say)
    bring_up(stack, say, download_progress, live_input=not no_input, engines_only=engines_only)
    if engines_only:
        click.echo(f"Engines are up; variables in {stack.layout.environment}")
        return
    demonstrate(stack, wanted, say)
    say(str(stack.sql_door))
    click.echo(stack.url)
    _offer_first_link()


def _offer_first_link() -> None:
    """With the variables of the stack, by which PostgreSQL is reached. All runs already, whether or not this does."""
    from scripts.access.links import first_link
    from services.settings import ServiceSettings

    try:
        link = first_link(ServiceSettings())
    except WindowpaneError as error:
        say(f"warning: no link for a first administrator was made, ./windowpane up makes one if need be: {error}")
        return
    if link is not None:
        say("There are no users, so the service is closed. This link makes the first administrator, within 24 hours:")
        click.echo(link)


@click.command()
def down() -> None:
    """Stop everything of this home. Nothing is lost; up continues where it was.

    \b
    Examples:
      ./windowpane down
      WINDOWPANE_HOME=/srv/second ./windowpane down
    """
    own_stack().down(say)


@click.command()
@formatted
def status(output: Format) -> None:
    """Show engines, jobs, lag and freshness. Exit code 1 if something is not ready.

    \b
    Examples:
      ./windowpane status
      ./windowpane status --json | jq .streams
    """
    from scripts.stack.status import read_status, status_result

    stack_status = read_status(own_stack())
    show(status_result(stack_status), output)
    sys.exit(0 if stack_status.ready else 1)


@click.command()
@click.argument("service", required=False)
@click.option("-f", "--follow", is_flag=True, help="Keep showing new lines until interrupted.")
@click.option("-n", "--lines", default=40, show_default=True, help="How many last lines of each log.")
def logs(service: str | None, follow: bool, lines: int) -> None:
    """Show the last lines of one service's log, or of all.

    \b
    Examples:
      ./windowpane logs taskmanager -n 200
      ./windowpane logs -f
    """
    from scripts.stack.log_files import show_logs

    show_logs(own_stack().layout.log, service, follow, lines)


@click.command()
@formatted
def doctor(output: Format) -> None:
    """Check this machine and the installation; exit code 1 if something is wrong.

    \b
    Examples:
      ./windowpane doctor
      ./windowpane doctor --format csv | grep false
    """
    from scripts.stack.doctor import examine, show_checks

    checks = examine(own_stack())
    show_checks(checks, output)
    sys.exit(0 if all(check.ok for check in checks) else 1)
