"""`test`: pytest in an environment of its own, on stacks of its own."""

from __future__ import annotations

import os
import subprocess

import click

from compose.embedded.environments import environment
from compose.embedded.settings import CHECKOUT
from compose.errors import InstallError
from scripts.console import say

PLACES = ("WINDOWPANE_CACHE", "WINDOWPANE_COUNTRIES", "WINDOWPANE_JAVA17", "WINDOWPANE_JAVA25")
"""Settings that say where things are on this machine: they reach the tests, and every command that tests run."""
KEPT = (*PLACES, *(f"WINDOWPANE_TEST_{what}" for what in ("HOME", "DOCKER", "IMAGE", "GRPCURL")))


@click.command(context_settings={"ignore_unknown_options": True, "help_option_names": ["-h", "--help"]})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def command(arguments: tuple[str, ...]) -> None:
    """Run the tests, on the real engines, with stacks and ports of their own; ARGUMENTS go to pytest.

    A running stack is left alone. WINDOWPANE_TEST_HOME names a home whose stack, running or not, the tests then use.
    Otherwise three processes run them, of which two have a stack each, or one with `-n 0`.

    \b
    Examples:
      ./windowpane test
      ./windowpane test -m "not integration"
      ./windowpane test tests/query -k window
    """
    try:
        made = environment("dev", say)
    except (subprocess.CalledProcessError, OSError) as error:
        raise InstallError(f"the test environment could not be made ({error}); run it again to resume") from error
    python = str(made / "bin" / "python")
    # The tests start their own stack: nothing of a running one may reach them.
    variables = {k: v for k, v in os.environ.items() if not k.startswith("WINDOWPANE_") or k in KEPT}
    os.chdir(CHECKOUT)
    processes = "0" if "WINDOWPANE_TEST_HOME" in variables else "3"
    os.execve(python, [python, "-m", "pytest", "-n", processes, *arguments], variables)
