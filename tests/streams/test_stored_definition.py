"""What is kept of a definition is read for ever, whatever rules have come since; files are checked by all of them."""

from __future__ import annotations

import json

import pytest

from streams.definition import Definition
from streams.definition_files import parse_definition
from streams.errors import DefinitionError
from streams.stored_definition import VERSION, as_stored, stored_definition
from tests.definitions import HEALTH, PAGE_VIEWS, edited, raw

# Kept before there were versions, by a Windowpane that left out what was not declared.
EARLIER = json.dumps({**raw(), "dimensions": {"service": {"field": "serviceName"}}})

# What the rules of today forbid: key → value.
FORBIDDEN = [
    ("partitions", 4096),
    ("topic", "one/two"),
    ("event_time/max_ahead_seconds", 1_000_000),
    ("fields/CPU/unit", "percent"),
    ("fields/CPU/min_length", 3),
    ("dimensions/messages", {"field": "serviceName"}),
    ("dimensions/cpu_max", {"field": "serviceName"}),
    ("measures/cpu/decimals", 12),
    ("measures/cpu/max", -1),
    ("retention", {"kafka": "0 days"}),
    ("retention", {"kafka": "1 day", "lake": "1 day"}),
    ("views", {"hourly": True}),
]

UNREADABLE = [
    ("version", VERSION + 1, "written by another Windowpane"),
    ("event_time", None, "event_time: Field required"),
    ("fields/CPU/type", "complex", "fields.CPU.type = 'complex'"),
    ("dimensions/service/field", "nope", "cannot be read any more"),
    ("measures/cpu/value", "CPU **", "cannot be read any more"),
    ("measures/cpu/decimals", "six", "measures.cpu.decimals = 'six'"),
    ("event_time/min", "yesterday", "cannot be read any more"),
    ("retention", {"kafka": "a fortnight"}, "cannot be read any more"),
]


def stored(key: str, value: object) -> str:
    return json.dumps(edited(json.loads(as_stored(HEALTH)), key, value))


@pytest.mark.parametrize("definition", [HEALTH, PAGE_VIEWS])
def test_what_is_kept_is_read_as_it_was(definition: Definition) -> None:
    kept = as_stored(definition)
    assert json.loads(kept)["version"] == VERSION
    assert json.loads(kept)["event_time"]["min"] == definition.event_time.min
    assert stored_definition(kept, "health") == definition
    assert stored_definition(kept, "health").digest == definition.digest


def test_without_a_version_it_is_the_first() -> None:
    assert stored_definition(EARLIER, "health") == HEALTH.model_copy(update={"demo": None})


@pytest.mark.parametrize(("key", "value"), FORBIDDEN)
def test_what_rules_forbid_now_is_still_read(key: str, value: object) -> None:
    with pytest.raises(DefinitionError):
        parse_definition(edited(raw(), key, value), "health.toml")
    assert stored_definition(stored(key, value), "health").topic


def test_a_broken_demo_is_still_read() -> None:
    assert stored_definition(stored("demo/fields/CPU/noise", -1), "health").demo is not None


@pytest.mark.parametrize(("key", "value", "said"), UNREADABLE)
def test_what_cannot_be_read_any_more_is_said(key: str, value: object, said: str) -> None:
    with pytest.raises(DefinitionError, match=rf"^health \(as applied\): .*{said}"):
        stored_definition(stored(key, value), "health (as applied)")
