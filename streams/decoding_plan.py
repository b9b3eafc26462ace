"""The decoding plan: a definition flattened into what both decoders, Python's and the JVM's, run for each message."""

from __future__ import annotations

from typing import Any

from streams.conditions import Tree, condition
from streams.definition import Definition, FieldRule
from streams.records import record_fields


def decoding_plan(definition: Definition) -> dict[str, Any]:
    """The plan as plain JSON values; fields refer to each other by index, measures are postfix programs."""
    index = definition.field_index
    dimensions = [
        {"name": name, "kind": "string", "field": index[dimension.field]}
        for name, dimension in definition.dimensions.items()
    ]
    measures = [
        {
            "name": name,
            "kind": "measure",
            "expression": [step.as_plan() for step in definition.expression(name)],
            "scale": measure.decimals,
            "min": measure.stored_bounds[0],
            "max": measure.stored_bounds[1],
        }
        for name, measure in definition.measures.items()
    ]
    distincts = [
        {"name": name, "kind": "hash", "field": index[distinct.field]}
        for name, distinct in definition.distincts.items()
    ]
    remembered = {
        "key": definition.key,
        "id": definition.duplicates and definition.duplicates.id,
        "counts": definition.visits and definition.visits.counts,
    }
    of_memory = [
        {"name": f"_{kind}", "kind": kind, "field": index[field]} for kind, field in remembered.items() if field
    ]
    of_records = [
        {"name": column.read, "kind": "field", "field": index[column.field]} for column in record_fields(definition)
    ]
    return {
        "stream": definition.name,
        "event_time": {
            "field": definition.event_time.field.split("."),
            "min_ms": definition.event_time.min_ms,
            "max_ahead_ms": definition.event_time.max_ahead_seconds * 1000,
        },
        "fields": [
            _field(name, rule, index) | _cleaned(definition, name, index) for name, rule in definition.fields.items()
        ],
        "columns": [*dimensions, *measures, *distincts, *of_memory, *of_records],
    }


def _cleaned(definition: Definition, field: str, index: dict[str, int]) -> dict[str, Any]:
    rules = definition.clean.get(field, ())
    planned = [rule.planned() | ({} if rule.when is None else {"when": _test(rule.when, index)}) for rule in rules]
    return {"clean": planned} if planned else {}


def _test(text: str, index: dict[str, int]) -> Tree:
    """A condition over the places of fields, whose truths are 1 and 0 as decoders have them."""

    def placed(tree: Tree) -> Tree:
        word, *rest = tree
        if word in ("and", "or", "not"):
            return [word, *map(placed, rest)]
        name, value = rest
        return [word, index[name], [_number(each) for each in value] if isinstance(value, list) else _number(value)]

    return placed(condition(text).tree)


def _number(value: Any) -> Any:
    return value if isinstance(value, str) else float(value)


def _field(name: str, rule: FieldRule, index: dict[str, int]) -> dict[str, Any]:
    planned: dict[str, Any] = {"path": name.split("."), "type": rule.type, "required": rule.required}
    for bound in ("min", "max", "above", "below"):
        value = getattr(rule, bound)
        if isinstance(value, str):
            planned[f"{bound}_field"] = index[value]
        elif value is not None:
            planned[bound] = value
    for limit in ("min_length", "max_length"):
        if (value := getattr(rule, limit)) is not None:
            planned[limit] = value
    if rule.values is not None:
        planned["values"] = list(rule.values)
    if rule.excluded is not None:
        planned["excluded"] = rule.excluded if rule.excluded is True else list(rule.excluded)
    return planned
