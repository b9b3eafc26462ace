"""`windowpane apply`: make topics, tables, views and jobs match the definitions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import click
from rich.console import Console

from iceberg.settings import LakeSettings
from query.settings import QuerySettings
from scripts.provision import Step, plan
from scripts.settings import ScriptSettings
from streams import Definition, read_definitions
from streams.errors import DefinitionError, WindowpaneError
from streams.topics import Topics

__all__ = ["command"]


@click.command(name="apply")
@click.argument("streams", nargs=-1, metavar="[STREAM…]")
@click.option("--plan", "only_plan", is_flag=True, help="Only say what would change.")
@click.option("--adopt-topic", is_flag=True, help="Go on with a topic that was deleted and made anew.")
def command(streams: tuple[str, ...], only_plan: bool, adopt_topic: bool) -> None:
    """Make topics, tables, views and jobs match streams/*.toml.

    \b
    Examples:
      windowpane apply --plan        what would change
      windowpane apply health        make one stream as declared
      windowpane apply health --adopt-topic    its topic was deleted and made anew: read that one
    """
    settings, lake, query = ScriptSettings(), LakeSettings(), QuerySettings()
    definitions, problems = _declared(settings, streams)
    # What is wrong with one stream keeps no other from being made as declared.
    if definitions:
        console = Console(highlight=False)
        with Topics(settings.kafka) as topics:
            for name, definition in definitions.items():
                try:
                    steps = plan(definition, topics, lake, query, adopt=adopt_topic)
                    _apply(console, name, steps, only_plan=only_plan)
                except WindowpaneError as error:
                    problems.append(error)
    if problems:
        for problem in problems[:-1]:
            click.echo(f"windowpane: {problem}", err=True)
        raise problems[-1]


def _declared(settings: ScriptSettings, names: Sequence[str]) -> tuple[Mapping[str, Definition], list[WindowpaneError]]:
    """The named streams, or all; and what is wrong with the files of the others."""
    if not names:
        found, unreadable = read_definitions(settings.streams)
        return found or ({} if unreadable else settings.definitions()), [*unreadable.values()]
    definitions: dict[str, Definition] = {}
    problems: list[WindowpaneError] = []
    for name in names:
        try:
            definitions[name] = settings.definition(name)
        except DefinitionError as error:
            problems.append(error)
    return definitions, problems


def _apply(console: Console, name: str, steps: Sequence[Step], *, only_plan: bool) -> None:
    for step in steps:
        console.print(f"{name}: {step.description}")
        if not only_plan:
            step.run()
    if not steps:
        console.print(f"{name}: is as declared")
