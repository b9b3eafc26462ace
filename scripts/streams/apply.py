"""`windowpane apply`: make topics, tables, views and jobs match the definitions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import click

from iceberg.apply import Change
from iceberg.catalog import open_catalog
from iceberg.settings import LakeSettings
from query.settings import QuerySettings
from scripts.results import Column, Format, Result, Sheet, formatted, show
from scripts.streams.previewing import SAMPLE, Previewed, previewed
from scripts.streams.provision import note_columns, plan
from services.settings import ServiceSettings
from streams import Definition, read_definitions
from streams.errors import WindowpaneError
from streams.topics import Topics


@click.command(name="apply")
@click.argument("streams", nargs=-1, metavar="[STREAM…]")
@click.option("--plan", "only_plan", is_flag=True, help="Only say what would change.")
@click.option(
    "--sample",
    type=click.IntRange(0, 1_000_000),
    default=SAMPLE,
    show_default=True,
    metavar="N",
    help="With --plan: how many of the newest messages other rules are tried on; 0 for none.",
)
@click.option("--adopt-topic", is_flag=True, help="Go on with a topic that was deleted and made anew.")
@formatted
def command(streams: tuple[str, ...], only_plan: bool, sample: int, adopt_topic: bool, output: Format) -> None:
    """Make topics, tables, views and jobs match the definitions: streams/*.toml and systems/*/streams/*.toml.

    A plan tries changed rules of fields on messages of before, and says what they would make of them.

    \b
    Examples:
      ./windowpane apply --plan      # what would change
      ./windowpane apply student_answers --plan --sample 500000    # other rules, on more of what came before
      ./windowpane apply health      # make one stream as declared
      ./windowpane apply health --adopt-topic    # its topic was deleted and made anew: read that one
    """
    settings, lake, query = ServiceSettings(), LakeSettings(), QuerySettings()
    definitions, problems = _declared(settings, streams)
    done: list[tuple[str, str]] = []
    same: list[str] = []
    tried: list[Previewed] = []
    # What is wrong with one stream keeps no other from being made as declared.
    if definitions:
        with _noted(problems), Topics(settings.kafka) as topics:
            for name, definition in definitions.items():
                with _noted(problems):
                    catalog = open_catalog(lake)
                    steps = plan(definition, topics, lake, query, adopt=adopt_topic)
                    done += _apply(name, steps, only_plan=only_plan, announce=output is Format.TABLE)
                    same += [] if steps else [name]
                    if only_plan:
                        tried += previewed(catalog, definition, topics, settings.kafka, sample)
                    else:
                        note_columns(catalog, name)
    changes = [{"stream": name, "change": change} for name, change in done]
    sheet = Sheet([Column("stream"), Column("change")], done)
    unchanged = [f"{name}: is as declared" for name in same]
    parts = unchanged if output is Format.TABLE else [sheet]
    as_json = {"planned": changes, "previews": [each.as_json for each in tried]} if only_plan else {"changed": changes}
    show(Result(as_json, [*parts, *(part for each in tried for part in each.parts)]), output)
    if problems:
        problems = [each for error in problems for each in (error, *getattr(error, "others", ()))]
        for problem in problems[:-1]:
            click.echo(f"windowpane: {problem}", err=True)
        raise problems[-1]


@contextmanager
def _noted(problems: list[WindowpaneError]) -> Iterator[None]:
    """What the block meets is said at the end."""
    try:
        yield
    except WindowpaneError as error:
        problems.append(error)


def _declared(
    settings: ServiceSettings, names: Sequence[str]
) -> tuple[Mapping[str, Definition], list[WindowpaneError]]:
    """The named streams, or all; and what is wrong with the files of the others."""
    if not names:
        readable, unreadable = read_definitions(settings.streams)
        return readable if unreadable else settings.definitions(), [*unreadable.values()]
    definitions: dict[str, Definition] = {}
    problems: list[WindowpaneError] = []
    for name in names:
        try:
            definitions[name] = settings.definition(name)
        except WindowpaneError as error:
            problems.append(error)
    return definitions, problems


def _apply(name: str, steps: Sequence[Change], *, only_plan: bool, announce: bool) -> list[tuple[str, str]]:
    """Take the steps, saying each first if they are to be told; the stream's name with each."""
    for step in steps:
        if announce:
            click.echo(f"{name}: {step.description}")
        if not only_plan:
            step.run()
    return [(name, step.description) for step in steps]
