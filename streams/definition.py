"""The model of a stream definition, and how to load one from `streams/<name>.toml`.

A definition says what is aggregated; it knows nothing of the engines. Every error is a DefinitionError that names
the file, the key, the value and what is allowed.
"""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from streams.demo import Demo
from streams.errors import DefinitionError
from streams.expression import Expression, ExpressionError, parse

__all__ = [
    "MOST_MESSAGES_PER_GRAIN",
    "Definition",
    "Dimension",
    "Distinct",
    "EventTime",
    "FieldRule",
    "Measure",
    "load_definition",
    "load_definitions",
]

MOST_MESSAGES_PER_GRAIN = 10**10
"""Sums may not overflow: bound x scale x this many messages must fit in 64 bits."""

_IDENTIFIER = re.compile(r"[a-z][a-z0-9_]{0,62}")
_RESERVED = {
    "messages", "window_start", "arrived_from", "arrived_until", "arrived", "partition", "offset", "event_time",
    "reason", "field", "payload", "start", "end", "by", "as_known_at", "quantiles", "step", "measure", "at",
    "event_minute", "event_day", "arrival", "window_from", "window_until", "window_end", "window_time",
}  # fmt: skip
_MEASURE_COLUMNS = ("count", "sum", "min", "max", "max_at", "digest", "mean", "p50", "p95", "p99")
_RESERVED_STREAMS = {"streams", "replays", "information_schema"}


def _identifier(name: str) -> str:
    if not _IDENTIFIER.fullmatch(name) or name in _RESERVED:
        raise ValueError(
            "a lower-case name of letters, digits and _ (at most 63), not a word that panes use themselves"
        )
    return name


Identifier = Annotated[str, AfterValidator(_identifier)]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class EventTime(_Model):
    """Which field says when it happened, and how far ahead of its arrival it may be."""

    field: str
    max_ahead_seconds: int = Field(default=300, ge=0, le=86_400)


class FieldRule(_Model):
    """What a field of the message must be. `min` and `max` of a number may name another number field."""

    type: Literal["string", "number", "integer", "boolean", "time"]
    required: bool = True
    min: float | str | None = None
    max: float | str | None = None
    above: float | None = None
    below: float | None = None
    min_length: int | None = Field(default=None, ge=0)
    max_length: int | None = Field(default=None, ge=1)
    values: tuple[str, ...] | None = None


class Dimension(_Model):
    """A field that panes are grouped by."""

    field: str
    title: str = ""


class Measure(_Model):
    """A number aggregated in panes, stored as `round(value x 10^decimals)` within `[min, max]`."""

    value: str
    decimals: int = Field(ge=0, le=9)
    min: float
    max: float
    title: str = ""
    unit: str = ""
    quantiles: bool = False

    @property
    def scale(self) -> int:
        """Stored units in one unit of the measure."""
        return int(10**self.decimals)

    @property
    def stored_bounds(self) -> tuple[int, int]:
        """`[min, max]` in stored units."""
        return round(self.min * self.scale), round(self.max * self.scale)


class Distinct(_Model):
    """A count of different values of a string field."""

    field: str
    title: str = ""


class Definition(_Model):
    """One stream: its topic, event time, fields, dimensions, measures and distinct counts."""

    name: Identifier
    title: str
    description: str = ""
    topic: str = Field(pattern=r"^[a-zA-Z0-9._-]{1,249}$")
    partitions: int = Field(default=2, ge=1, le=1024)
    event_time: EventTime
    fields: dict[str, FieldRule] = Field(min_length=1)
    dimensions: dict[Identifier, Dimension] = Field(min_length=1)
    measures: dict[Identifier, Measure] = Field(default_factory=dict)
    distincts: dict[Identifier, Distinct] = Field(default_factory=dict)
    demo: Demo | None = None

    @cached_property
    def field_index(self) -> dict[str, int]:
        """Each dotted field name → its place in `fields`, which is its place in the decoding plan."""
        return {name: index for index, name in enumerate(self.fields)}

    def expression(self, measure: str) -> Expression:
        """The measure's value as a postfix program over the fields."""
        return parse(self.measures[measure].value, self.field_index)

    @cached_property
    def digest(self) -> str:
        """A hash of everything that shapes the numbers: equal definitions have equal digests."""
        return hashlib.sha256(self.model_dump_json(exclude={"title", "description", "demo"}).encode()).hexdigest()[:16]


_SECTIONS: Mapping[str, type[_Model]] = {
    "event_time": EventTime, "fields": FieldRule, "dimensions": Dimension, "measures": Measure, "distincts": Distinct,
}  # fmt: skip


def load_definitions(folder: Path) -> dict[str, Definition]:
    """Every definition in a folder, by name, in order of their names."""
    found = [load_definition(path) for path in sorted(folder.glob("*.toml"))]
    if not found:
        raise DefinitionError(str(folder), "*.toml", None, "holds no stream definition; add one")
    return {definition.name: definition for definition in found}


def load_definition(path: Path) -> Definition:
    """Read and check one definition. The stream is named after the file."""
    try:
        text = path.read_text("utf-8")
        raw = tomllib.loads(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DefinitionError(path.name, "file", None, f"cannot be read: {error}") from error
    if raw.setdefault("name", path.stem) != path.stem:
        raise DefinitionError(path.name, "name", raw["name"], "a stream is named after its file; leave name out")
    return parse_definition(raw, path.name)


def parse_definition(raw: Mapping[str, Any], file: str) -> Definition:
    """Check an already parsed definition; `file` is named in errors."""
    try:
        # By way of JSON, whose arrays may be tuples while all other types are strict.
        definition = Definition.model_validate_json(json.dumps(_expand(raw), default=str))
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"] if part != "[key]") or "file"
        value = None if first["type"] == "missing" else first["input"]
        allowed = first["msg"].removeprefix("Value error, ")
        if first["type"] == "extra_forbidden":
            section = Definition if len(first["loc"]) == 1 else _SECTIONS.get(str(first["loc"][0]))
            allowed = "is not known here" + (f"; known: {', '.join(section.model_fields)}" if section else "")
        raise DefinitionError(file, key, value, allowed) from error
    _check(definition, file)
    return definition


def _expand(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Let a dimension or a distinct count be written as the bare name of its field."""
    expanded = dict(raw)
    for section in ("dimensions", "distincts"):
        if isinstance(entries := raw.get(section), dict):
            expanded[section] = {k: {"field": v} if isinstance(v, str) else v for k, v in entries.items()}
    return expanded


def _check(definition: Definition, file: str) -> None:
    """The rules that span several keys."""
    _check_names(definition, file)
    _check_fields(definition, file)
    for name, dimension in definition.dimensions.items():
        _need(definition, file, f"dimensions.{name}.field", dimension.field, {"string"}, required=True)
    for name, distinct in definition.distincts.items():
        _need(definition, file, f"distincts.{name}.field", distinct.field, {"string"})
    for name, measure in definition.measures.items():
        _check_measure(definition, file, name, measure)
    if definition.demo is not None:
        problem = definition.demo.problem({name: rule.required for name, rule in definition.fields.items()})
        if problem is not None:
            raise DefinitionError(file, problem[0], None, problem[1])


def _check_names(definition: Definition, file: str) -> None:
    if definition.name in _RESERVED_STREAMS:
        raise DefinitionError(file, "name", definition.name, "is a word of the engines; choose another name")
    columns = [*definition.dimensions, *definition.measures, *definition.distincts]
    for name in columns:
        if columns.count(name) > 1:
            raise DefinitionError(file, name, None, "names two of dimensions, measures and distincts; names are unique")
    derived = {f"{name}_{part}": name for name in definition.measures for part in _MEASURE_COLUMNS}
    derived |= {f"{name}_distinct": name for name in definition.distincts}
    for name in (*definition.dimensions, *definition.distincts):
        if name in derived:
            raise DefinitionError(file, name, None, f"is the name of a column of {derived[name]}; choose another name")


def _check_fields(definition: Definition, file: str) -> None:
    event_field = definition.event_time.field
    if event_field in definition.fields:
        raise DefinitionError(file, "event_time.field", event_field, "is the event time; not a field too")
    names = [*definition.fields, event_field]
    for name in names:
        if any(other.startswith(f"{name}.") for other in names):
            raise DefinitionError(file, f"fields.{name}", None, "holds other fields, so it cannot be a field itself")
    for name, rule in definition.fields.items():
        if not all(name.split(".")):
            raise DefinitionError(
                file, f"fields.{name}", None, "write a dotted path such as RAM.Total, without empty parts"
            )
        _check_rule(definition, file, f"fields.{name}", rule)


def _check_rule(definition: Definition, file: str, key: str, rule: FieldRule) -> None:
    numeric = rule.type in ("number", "integer")
    for bound in ("min", "max", "above", "below"):
        value = getattr(rule, bound)
        if value is not None and not numeric:
            raise DefinitionError(file, f"{key}.{bound}", value, "bounds are for numbers")
        if isinstance(value, str):
            _need(definition, file, f"{key}.{bound}", value, {"number", "integer"}, required=rule.required)
    for limit in ("min_length", "max_length", "values"):
        if getattr(rule, limit) is not None and rule.type != "string":
            raise DefinitionError(file, f"{key}.{limit}", getattr(rule, limit), "is for strings")


def _need(definition: Definition, file: str, key: str, field: str, types: set[str], *, required: bool = False) -> None:
    rule = definition.fields.get(field)
    if rule is None:
        raise DefinitionError(file, key, field, f"names no field; known: {', '.join(definition.fields)}")
    if rule.type not in types:
        raise DefinitionError(file, key, field, f"is a {rule.type}; needs a {' or '.join(sorted(types))} field")
    if required and not rule.required:
        raise DefinitionError(file, key, field, "may be missing; needs a required field")


def _check_measure(definition: Definition, file: str, name: str, measure: Measure) -> None:
    key = f"measures.{name}"
    try:
        steps = definition.expression(name)
    except ExpressionError as error:
        raise DefinitionError(file, f"{key}.value", measure.value, str(error)) from error
    for step in steps:
        if step.field is not None:
            _need(definition, file, f"{key}.value", list(definition.fields)[step.field], {"number", "integer"})
    if measure.min >= measure.max:
        raise DefinitionError(file, f"{key}.min", measure.min, f"must be below max, {measure.max}")
    largest = max(abs(bound) for bound in measure.stored_bounds)
    if largest * MOST_MESSAGES_PER_GRAIN >= 2**63:
        allowed = f"with {measure.decimals} decimals a day's sum could overflow 64 bits; lower max or decimals"
        raise DefinitionError(file, f"{key}.max", measure.max, allowed)
