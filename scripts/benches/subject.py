"""What a benchmark sends: messages of a declared stream, under names that can be told from real ones."""

from __future__ import annotations

from scripts.settings import ScriptSettings
from streams import Definition, load_definitions
from streams.errors import DefinitionError

__all__ = ["declared", "renamed"]


def declared(stream: str, settings: ScriptSettings) -> Definition:
    """The definition of a stream; raises DefinitionError if there is none of that name."""
    definitions = load_definitions(settings.streams)
    if stream not in definitions:
        raise DefinitionError(f"{stream}.toml", "file", None, f"does not exist; known: {', '.join(definitions)}")
    return definitions[stream]


def renamed(definition: Definition, *names: str) -> Definition:
    """The same stream, whose made messages carry these values of the first dimension, and one of each other."""
    if definition.demo is None:
        raise DefinitionError(f"{definition.name}.toml", "demo", None, "add a [demo] table to make messages")
    series = {}
    for place, (field, declared_names) in enumerate(definition.demo.series.items()):
        values = names if place == 0 else declared_names.names[:1]
        series[field] = declared_names.model_copy(update={"names": tuple(values)})
    return definition.model_copy(update={"demo": definition.demo.model_copy(update={"series": series})})
