"""The decoding plan says in indices and plain values what the definition says in names."""

from __future__ import annotations

import json
from typing import Any

import pytest

from streams.decoding_plan import decoding_plan
from streams.errors import DefinitionError
from tests.definitions import HEALTH, PAGE_VIEWS, changed

HEALTH_PLAN = {
    "stream": "health",
    "event_time": {"field": ["Timestamp"], "min_ms": 34_214_400_000, "max_ahead_ms": 300_000},
    "fields": [
        {"path": ["serviceName"], "type": "string", "required": True, "min_length": 1, "max_length": 200},
        {"path": ["CPU"], "type": "number", "required": True, "min": 0.0, "max": 1.0},
        {"path": ["RAM", "Total"], "type": "number", "required": True, "above": 0.0},
        {"path": ["RAM", "Free"], "type": "number", "required": True, "min": 0.0, "max_field": 2},
        {"path": ["Disk", "Total"], "type": "number", "required": True, "above": 0.0},
        {"path": ["Disk", "Free"], "type": "number", "required": True, "min": 0.0, "max_field": 4},
    ],
    "columns": [
        {"name": "service", "kind": "string", "field": 0},
        {"name": "cpu", "kind": "measure", "expression": [{"field": 1}], "scale": 6, "min": 0, "max": 1_000_000},
        *(
            {
                "name": name,
                "kind": "measure",
                "expression": [{"number": 1.0}, {"field": free}, {"field": total}, {"op": "/"}, {"op": "-"}],
                "scale": 6,
                "min": 0,
                "max": 1_000_000,
            }
            for name, free, total in (("ram", 3, 2), ("disk", 5, 4))
        ),
    ],
}


def test_plans_health_in_full() -> None:
    assert decoding_plan(HEALTH) == HEALTH_PLAN


def test_plans_optional_fields_and_distincts() -> None:
    plan = decoding_plan(PAGE_VIEWS)
    assert [field["required"] for field in plan["fields"]] == [True, True, False, False]
    assert plan["columns"][-1] == {"name": "visitors", "kind": "hash", "field": 3}


@pytest.mark.parametrize(
    ("key", "value", "index", "planned"),
    [
        ("fields/CPU/min", "RAM.Free", 1, {"min_field": 3, "max": 1.0}),
        ("fields/CPU/below", 2, 1, {"min": 0.0, "max": 1.0, "below": 2.0}),
        ("fields/serviceName/values", ["a", "b"], 0, {"min_length": 1, "max_length": 200, "values": ["a", "b"]}),
    ],
)
def test_plans_bounds_of_fields(key: str, value: object, index: int, planned: dict[str, Any]) -> None:
    field = decoding_plan(changed(key, value))["fields"][index]
    assert {name: bound for name, bound in field.items() if name not in ("path", "type", "required")} == planned


def test_bounds_between_fields_are_inclusive_ones() -> None:
    """Decoders compare fields by `min_field` and `max_field` alone, so no definition may ask for more."""
    for bound in ("above", "below"):
        with pytest.raises(DefinitionError, match=rf"fields\.CPU\.{bound} = 'RAM\.Total'"):
            changed(f"fields/CPU/{bound}", "RAM.Total")


def test_plan_is_plain_json() -> None:
    for definition in (HEALTH, PAGE_VIEWS):
        plan = decoding_plan(definition)
        assert json.loads(json.dumps(plan, allow_nan=False)) == plan
