"""`install`: everything that `up` needs, without starting anything."""

from __future__ import annotations

import click

from compose.embedded.runtime import install
from compose.embedded.settings import StackSettings
from scripts.console import download_progress, say


@click.command()
def command() -> None:
    """Fetch and make what `up` needs, and start nothing: the next up works without a network.

    Downloads about 0.9 GB at first use, into the user's cache (WINDOWPANE_CACHE). Interrupted, it resumes.

    \b
    Examples:
      ./windowpane install
    """
    runtime = install(StackSettings(), say, download_progress)
    click.echo(f"Everything is in {runtime.cache}")
