"""`windowpane apply`: make topics, tables, views and jobs match the definitions."""

from __future__ import annotations

import click
from rich.console import Console

from iceberg.settings import LakeSettings
from query.settings import QuerySettings
from scripts.provision import plan
from scripts.settings import ScriptSettings
from streams.topics import Topics

__all__ = ["command"]


@click.command(name="apply")
@click.argument("streams", nargs=-1, metavar="[STREAM…]")
@click.option("--plan", "only_plan", is_flag=True, help="Only say what would change.")
def command(streams: tuple[str, ...], only_plan: bool) -> None:
    """Make topics, tables, views and jobs match streams/*.toml.

    \b
    Examples:
      windowpane apply --plan        what would change
      windowpane apply health        make one stream as declared
    """
    settings, lake, query = ScriptSettings(), LakeSettings(), QuerySettings()
    definitions = settings.definitions(*streams)
    console = Console(highlight=False)
    with Topics(settings.kafka) as topics:
        for name, definition in definitions.items():
            steps = plan(definition, topics, lake, query)
            for step in steps:
                console.print(f"{name}: {step.description}")
                if not only_plan:
                    step.run()
            if not steps:
                console.print(f"{name}: is as declared")
