"""Make topics, tables and views match the definitions: what `apply` does, and what `up` does first.

Jobs follow by themselves: the keeper runs for each stream what its tables say was applied.
"""

from __future__ import annotations

import getpass
from collections.abc import Callable
from contextlib import closing, suppress
from functools import partial

from access.store import AccessStore
from database.engine import plain_uri
from iceberg.apply import Change, applied_definition, applied_streams, plan_tables, views_in
from iceberg.catalog import Catalog, open_catalog
from iceberg.errors import RetiredError
from iceberg.reading import decide_to_adopt, noted_reading, trouble
from iceberg.retirement import refuse_retired
from iceberg.settings import LakeSettings
from query.aggregates import view_columns_of_names
from query.settings import QuerySettings
from query.sql_clients import drop_views, make_views
from query.trino_client import TrinoClient
from services.settings import ServiceSettings
from streams import Definition, read_definitions
from streams.compatibility import changes
from streams.errors import DefinitionError, WindowpaneError
from streams.records import sql_views
from streams.topics import Topics


def plan(
    definition: Definition, topics: Topics, lake: LakeSettings, query: QuerySettings, *, adopt: bool = False
) -> list[Change]:
    """What must be done, in order, for a stream to be as declared; empty when it is.

    `adopt`: to go on with a topic that is not the one of before; else it is only said that somebody must decide.
    Raises WindowpaneError for what would break stored panes or producers of today.
    """
    catalog = open_catalog(lake)
    refuse_retired(catalog, definition.name)
    topic_changes = topics.plan(definition)
    steps = [Change(str(change), partial(topics.apply, (change,))) for change in topic_changes]
    steps += _decision(catalog, definition, topics, adopt=adopt)
    table_changes = plan_tables(catalog, definition)
    steps += table_changes
    made = views_in(catalog, definition.name)
    wanted = sql_views(definition)
    if table_changes or made != {*wanted}:
        *others, last = [f".{view}" for view in wanted]
        views = f"{definition.name}{', '.join(others)}{' and ' if others else ''}{last}"
        steps.append(Change(f"make views {views}", partial(_views, query, definition, made)))
    if table_changes:
        applied = applied_definition(catalog, definition.name)
        if applied is None:
            steps.append(Change(f"start job {definition.name}", _by_keeper))
        elif applied.digest != definition.digest:
            notes = (f"; {each.key}: {each.effect.note}" for each in changes(applied, definition) if each.effect.note)
            steps.append(Change(f"restart job {definition.name} with the new definition{''.join(notes)}", _by_keeper))
    return steps


def _decision(catalog: Catalog, definition: Definition, topics: Topics, *, adopt: bool) -> list[Change]:
    """Of a stream whose topic is not the one of before: to go on with it, or that this is to be decided."""
    if applied_definition(catalog, definition.name) is None:
        return []
    wrong = trouble(definition, noted_reading(catalog, definition.name), topics.describe(definition.topic))
    if not wrong:
        return []
    if not adopt:
        return [Change(f"stopped: {wrong}", _by_keeper)]
    text = f"go on with the topic {definition.topic} that is there now, from its beginning"
    return [Change(text, partial(_adopt, catalog, definition, topics))]


def _adopt(catalog: Catalog, definition: Definition, topics: Topics) -> None:
    state = topics.describe(definition.topic)
    if state is not None:
        decide_to_adopt(catalog, definition.name, state.id, getpass.getuser())


def provision(say: Callable[[str], None]) -> None:
    """Apply every declared stream, and say what is wrong with one that cannot be; the others are applied all the same.

    Reads the environment. Raises the first problem met if no stream could be applied.
    """
    settings, lake, query = ServiceSettings(), LakeSettings(), QuerySettings()
    declared, unreadable = read_definitions(settings.streams)
    problems: list[WindowpaneError] = [*unreadable.values()]
    retired = 0
    with Topics(settings.kafka) as topics:
        for definition in declared.values():
            try:
                for step in plan(definition, topics, lake, query):
                    step.run()
            except RetiredError:
                retired += 1
            except WindowpaneError as error:
                problems.append(error)
    if problems and len(problems) == len(declared) - retired + len(unreadable):
        raise problems[0]
    for problem in problems:
        say(f"Not applied: {problem}")
    note_columns(open_catalog(lake))


def note_columns(catalog: Catalog, *streams: str) -> None:
    """Note which columns of views tell of which name, of these streams or of all that are applied.

    By that grants are enforced among SQL clients. Of a stream whose definition cannot be read, what was noted stays.
    Raises LakeError.
    """
    with closing(AccessStore.open(plain_uri(catalog.engine))) as store:
        for stream in streams or applied_streams(catalog):
            with suppress(DefinitionError):
                if (applied := applied_definition(catalog, stream)) is not None:
                    store.columns.put(applied, view_columns_of_names(applied))


def _views(query: QuerySettings, definition: Definition, made: set[str]) -> None:
    """Make the views; those of before that are none any more go."""
    make_views(TrinoClient(query), definition)
    drop_views(TrinoClient(query), definition.name, made - {*sql_views(definition)})


def _by_keeper() -> None:
    """The keeper sees what is applied, and how the topic is, and acts."""
