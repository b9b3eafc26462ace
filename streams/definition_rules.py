"""The rules of a definition that span several keys, beyond what its model can say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import pairwise

from streams.aggregates import AGGREGATES
from streams.breakdowns import grains
from streams.clean_problems import clean_problems
from streams.definition import BreakdownRule, Definition, FieldRule, Measure
from streams.errors import DefinitionError
from streams.exclusions import folded
from streams.expression import ExpressionError
from streams.form_rules import form_problems
from streams.records import record_problems
from streams.visits import DAY_MS, Visits

MOST_EXCLUDED = 20_000
"""Bytes of all texts that exclude values of a field: what seeks them grows with them, in every job and process."""

_RESERVED_STREAMS = {"streams", "replays", "information_schema"}


def check(definition: Definition, file: str) -> Iterator[DefinitionError]:
    """One error, which names `file` and the key, for each rule that does not hold."""
    yield from _check_names(definition, file)
    yield from _check_fields(definition, file)
    yield from clean_problems(definition, file)
    yield from _check_memory(definition, file)
    if definition.visits is not None:
        yield from _check_visits(definition, definition.visits, file)
    yield from _check_retention(definition, file)
    for name, breakdown in definition.breakdowns.items():
        yield from _check_breakdown(definition, file, name, breakdown)
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
    yield from _check_shown(definition, file)


def _check_shown(definition: Definition, file: str) -> Iterator[DefinitionError]:
    if definition.demo is not None:
        problem = definition.demo.problem({name: rule.required for name, rule in definition.fields.items()})
        if problem is not None:
            yield DefinitionError(file, problem[0], None, problem[1])
    if definition.form is not None:
        yield from form_problems(definition, definition.form, file)


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
        for name, source in sources.items()
        for aggregate in AGGREGATES
        if aggregate.of == of
        for column in (
            aggregate.column(name),
            *(
                aggregate.sql(view.name, name)
                for view in aggregate.view
                if getattr(source, view.option or "field", True)
            ),
        )
        if column != name
    }
    for name in (*definition.dimensions, *definition.distincts):
        if name in derived:
            yield DefinitionError(file, name, None, f"is the name of a column of {derived[name]}; choose another name")


def _check_breakdown(
    definition: Definition, file: str, name: str, breakdown: BreakdownRule
) -> Iterator[DefinitionError]:
    key = f"breakdowns.{name}"
    for dimension in dict.fromkeys(breakdown.by):
        if dimension not in definition.dimensions:
            known = ", ".join(definition.dimensions)
            yield DefinitionError(file, f"{key}.by", dimension, f"names no dimension; known: {known}")
        elif breakdown.by.count(dimension) > 1:
            yield DefinitionError(file, f"{key}.by", dimension, "is named twice")
    for other, rule in definition.breakdowns.items():
        if other == name:
            break
        if {*rule.by} == {*breakdown.by}:
            yield DefinitionError(file, f"{key}.by", [*breakdown.by], f"are the dimensions of {other} already")
    if breakdown.grains is not None:
        yield from _check_grains(definition, file, f"{key}.grains", breakdown.grains)


def _check_grains(definition: Definition, file: str, key: str, named: Sequence[str]) -> Iterator[DefinitionError]:
    for grain in dict.fromkeys(named):
        if named.count(grain) > 1:
            yield DefinitionError(file, key, grain, "is named twice")
    if "day" not in named:
        yield DefinitionError(file, key, [*named], "need day, of which long windows are made")
    if "hour" in named and not definition.hours:
        yield DefinitionError(file, key, "hour", "is no grain of the stream; set hours = true")


def _check_memory(definition: Definition, file: str) -> Iterator[DefinitionError]:
    """What is remembered between messages of a key."""
    if definition.key is not None:
        yield from _need(definition, file, "key", definition.key, {"string"}, required=True)
    duplicates, retention = definition.duplicates, definition.retention
    if duplicates is not None:
        yield from _need(definition, file, "duplicates.id", duplicates.id, {"string"}, required=True)
        if definition.key is None:
            allowed = f'copies must meet in one partition; say which field is the key, such as key = "{duplicates.id}"'
            yield DefinitionError(file, "duplicates", None, allowed)
    kept = retention.of("kafka") if retention else None
    if retention and kept and definition.horizon_ms and kept <= timedelta(milliseconds=definition.horizon_ms):
        minutes = -(-definition.horizon_ms // 60_000)
        least = f"{minutes // 60} hours" if minutes % 60 == 0 else f"{minutes} minutes"
        allowed = f"a job that starts reads the horizon again; keep messages for more than {least}"
        yield DefinitionError(file, "retention.kafka", retention.kafka, allowed)


def _check_visits(definition: Definition, visits: Visits, file: str) -> Iterator[DefinitionError]:
    if definition.key is None:
        yield DefinitionError(file, "visits", None, "are of a key: say which field tells who visits, such as key = ...")
    if DAY_MS % visits.cut_ms:
        yield DefinitionError(file, "visits.cut", visits.cut, "must divide 24 hours: visits end at midnight UTC")
    if visits.gap_ms > visits.cut_ms:
        yield DefinitionError(file, "visits.gap", visits.gap, f"is longer than {visits.cut}, at which visits are cut")
    if visits.counts is not None:
        yield from _need(definition, file, "visits.counts", visits.counts, {"boolean"})
    told = [("first", name) for name in visits.first] + [("last", name) for name in visits.last]
    for key, name in dict.fromkeys(told):
        if name not in definition.dimensions:
            known = ", ".join(definition.dimensions)
            yield DefinitionError(file, f"visits.{key}", name, f"names no dimension; known: {known}")
        elif [other for _, other in told].count(name) > 1:
            yield DefinitionError(file, f"visits.{key}", name, "is named twice; it is of the first or the last message")
    columns = [aggregate.name for aggregate in AGGREGATES if aggregate.option == "visits"]
    for name in (*definition.dimensions, *definition.measures, *definition.distincts):
        if name in columns:
            yield DefinitionError(file, name, None, "is the name of a number of visits; choose another name")


def _check_retention(definition: Definition, file: str) -> Iterator[DefinitionError]:
    """What a stream does not have it cannot keep; and coarse panes answer for fine ones that are gone."""
    retention = definition.retention
    if retention is None:
        return
    of_grains = {f"{grain}s": grain for grain in grains(definition)}
    for missing in ("minutes", "hours", "days"):
        if getattr(retention, missing) is not None and missing not in of_grains:
            allowed = f"there are none of them; there are panes of {', '.join(of_grains)}"
            yield DefinitionError(file, f"retention.{missing}", getattr(retention, missing), allowed)
    if retention.events is not None and not definition.events:
        yield DefinitionError(file, "retention.events", retention.events, "the lake keeps none; set events = true")
    if retention.records is not None and definition.records is None:
        yield DefinitionError(file, "retention.records", retention.records, "there are none; set records = true")
    for shorter, longer in pairwise(of_grains):
        short, long = retention.of(shorter), retention.of(longer)
        if long is not None and (short is None or short > long):
            kept = getattr(retention, shorter) or "kept for ever"
            allowed = f"is shorter than that of {shorter}, {kept}; longer panes answer for shorter ones that are gone"
            yield DefinitionError(file, f"retention.{longer}", getattr(retention, longer), allowed)


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
    if rule.excluded is not None and rule.type != "string":
        yield DefinitionError(file, f"{key}.excluded", rule.excluded, "is for strings")
    if isinstance(rule.excluded, tuple) and (size := sum(len(folded(text)) for text in rule.excluded)) > MOST_EXCLUDED:
        yield DefinitionError(file, f"{key}.excluded", None, f"has {size} bytes of text; at most {MOST_EXCLUDED} fit")


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
    if largest * definition.most_messages >= 2**63:
        allowed = (
            f"with {measure.decimals} decimals the sum of a pane's {definition.most_messages:,} messages could "
            "overflow 64 bits; lower max, decimals or most_messages"
        )
        yield DefinitionError(file, f"{key}.max", measure.max, allowed)
