"""`windowpane sources redrive`: what was held or rejected, once more."""

from __future__ import annotations

import click

from access.events import Did
from scripts.access.operating import changing
from scripts.console import say
from scripts.sources.opened import declared_source, opened
from scripts.sources.running import run_now


@click.command(name="redrive")
@click.argument("name")
@click.option("--accept-losses", is_flag=True, help="Take files though they take back more than hold_if_lost allows.")
@click.option("--later", is_flag=True, help="Leave it to the service, which begins within seconds.")
def redrive(name: str, accept_losses: bool, later: bool) -> None:
    """Take held files and rejected rows of the source NAME again, each once, after its mapping was mended.

    What was sent stays sent. Of a source with corrections, files that came after the first of them are compared again
    too, in their order, so that the newest fact wins.

    \b
    Examples:
      ./windowpane sources redrive jhu_daily
      ./windowpane sources redrive jhu_daily --accept-losses
    """
    declared, store = declared_source(name), opened()
    source = declared.source
    with changing(Did.CHANGE_SOURCE, f"redrive source {name}", source.stream):
        files = store.files.redrive(name, every_later=source.corrections is not None, accepts_losses=accept_losses)
    if not files:
        say(f"Nothing of {name} is held or was rejected")
        return
    say(f"{files:,} files of {name} are taken again")
    if later or store.states.get(name).paused:
        return
    counts = run_now(declared, store)
    say(f"{counts.messages:,} messages sent, {counts.rejected:,} rows rejected, {counts.held:,} files held")
    for reason in counts.reasons:
        say(f"Held: {reason}")
