"""The rules of a definition that span several keys, beyond what its model can say."""

from __future__ import annotations

from collections.abc import Iterator

from streams.aggregates import AGGREGATES
from streams.definition import Definition, FieldRule, Measure
from streams.errors import DefinitionError
from streams.expression import ExpressionError
from streams.records import record_problems

MOST_MESSAGES_PER_GRAIN = 10**10
"""Sums may not overflow: bound x scale x this many messages must fit in 64 bits."""

_RESERVED_STREAMS = {"streams", "replays", "information_schema"}


def check(definition: Definition, file: str) -> Iterator[DefinitionError]:
    """One error, which names `file` and the key, for each rule that does not hold."""
    yield from _check_names(definition, file)
    yield from _check_fields(definition, file)
    yield from _check_memory(definition, file)
    if definition.records is not None:
        yield from record_problems(definition, file)
        if definition.records.bucket is not None:
            yield from _need(definition, file, "records.bucket", definition.records.bucket, {"string"}, required=True)
    for name, dimension in definition.dimensions.items():
        yield from _need(definition, file, f"dimensions.{name}.field", dimension.field, {"string"}, required=True)
    for name, distinct in definition.distincts.items():
        yield from _need(definition, file, f"distincts.{name}.field", distinct.field, {"string"})
    for name, measure in definition.measures.items():
        yield from _check_measure(definition, file, name, measure)
    if definition.demo is not None:
        problem = definition.demo.problem({name: rule.required for name, rule in definition.fields.items()})
        if problem is not None:
            yield DefinitionError(file, problem[0], None, problem[1])


def _check_names(definition: Definition, file: str) -> Iterator[DefinitionError]:
    if definition.name in _RESERVED_STREAMS:
        yield DefinitionError(file, "name", definition.name, "is a word of the engines; choose another name")
    columns = [*definition.dimensions, *definition.measures, *definition.distincts]
    for name in dict.fromkeys(columns):
        if columns.count(name) > 1:
            yield DefinitionError(file, name, None, "names two of dimensions, measures and distincts; names are unique")
    derived = {
        column: name
        for of, sources in (("measure", definition.measures), ("distinct", definition.distincts))
        for name in sources
        for aggregate in AGGREGATES
        if aggregate.of == of
        for column in (aggregate.column(name), *(aggregate.sql(view, name) for view, _ in aggregate.view))
        if column != name
    }
    for name in (*definition.dimensions, *definition.distincts):
        if name in derived:
            yield DefinitionError(file, name, None, f"is the name of a column of {derived[name]}; choose another name")


def _check_memory(definition: Definition, file: str) -> Iterator[DefinitionError]:
    """What is remembered between messages of a key."""
    if definition.key is not None:
        yield from _need(definition, file, "key", definition.key, {"string"}, required=True)
    duplicates, retention = definition.duplicates, definition.retention
    if duplicates is None:
        return
    yield from _need(definition, file, "duplicates.id", duplicates.id, {"string"}, required=True)
    if definition.key is None:
        allowed = f'copies must meet in one partition; say which field is the key, such as key = "{duplicates.id}"'
        yield DefinitionError(file, "duplicates", None, allowed)
    if retention is not None and retention.kafka_ms <= duplicates.horizon_ms:
        allowed = f"a job that starts reads the horizon again; keep messages for more than {duplicates.horizon}"
        yield DefinitionError(file, "retention.kafka", retention.kafka, allowed)


def _check_fields(definition: Definition, file: str) -> Iterator[DefinitionError]:
    event_field = definition.event_time.field
    if event_field in definition.fields:
        yield DefinitionError(file, "event_time.field", event_field, "is the event time; not a field too")
    names = [*definition.fields, event_field]
    for name in names:
        if any(other.startswith(f"{name}.") for other in names):
            yield DefinitionError(file, f"fields.{name}", None, "holds other fields, so it cannot be a field itself")
    for name, rule in definition.fields.items():
        if not all(name.split(".")):
            yield DefinitionError(
                file, f"fields.{name}", None, "write a dotted path such as RAM.Total, without empty parts"
            )
        yield from _check_rule(definition, file, f"fields.{name}", rule)


def _check_rule(definition: Definition, file: str, key: str, rule: FieldRule) -> Iterator[DefinitionError]:
    numeric = rule.type in ("number", "integer")
    for bound in ("min", "max", "above", "below"):
        value = getattr(rule, bound)
        if value is not None and not numeric:
            yield DefinitionError(file, f"{key}.{bound}", value, "bounds are for numbers")
        if isinstance(value, str):
            yield from _need(definition, file, f"{key}.{bound}", value, {"number", "integer"}, required=rule.required)
    for limit in ("min_length", "max_length", "values"):
        if getattr(rule, limit) is not None and rule.type != "string":
            yield DefinitionError(file, f"{key}.{limit}", getattr(rule, limit), "is for strings")


def _need(
    definition: Definition, file: str, key: str, field: str, types: set[str], *, required: bool = False
) -> Iterator[DefinitionError]:
    rule = definition.fields.get(field)
    if rule is None:
        yield DefinitionError(file, key, field, f"names no field; known: {', '.join(definition.fields)}")
        return
    if rule.type not in types:
        yield DefinitionError(file, key, field, f"is a {rule.type}; needs a {' or '.join(sorted(types))} field")
    if required and not rule.required:
        yield DefinitionError(file, key, field, "may be missing; needs a required field")


def _check_measure(definition: Definition, file: str, name: str, measure: Measure) -> Iterator[DefinitionError]:
    key = f"measures.{name}"
    try:
        steps = definition.expression(name)
    except ExpressionError as error:
        yield DefinitionError(file, f"{key}.value", measure.value, str(error))
        return
    for step in steps:
        if step.field is not None:
            yield from _need(
                definition, file, f"{key}.value", list(definition.fields)[step.field], {"number", "integer"}
            )
    if measure.min >= measure.max:
        yield DefinitionError(file, f"{key}.min", measure.min, f"must be below max, {measure.max}")
    largest = max(abs(bound) for bound in measure.stored_bounds)
    if largest * MOST_MESSAGES_PER_GRAIN >= 2**63:
        allowed = f"with {measure.decimals} decimals a day's sum could overflow 64 bits; lower max or decimals"
        yield DefinitionError(file, f"{key}.max", measure.max, allowed)
