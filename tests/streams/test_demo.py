"""The `[demo]` table is checked like the rest of a definition."""

from __future__ import annotations

from typing import Any

import pytest

from streams.definition_files import parse_definition
from streams.errors import DefinitionError
from tests.definitions import HEALTH, PAGE_VIEWS


def small(demo: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": "small",
        "title": "Small",
        "topic": "small",
        "event_time": {"field": "at"},
        "fields": {"who": {"type": "string"}, "much": {"type": "number"}, "all": {"type": "number", "required": False}},
        "dimensions": {"who": "who"},
        "demo": {"series": {"who": {"names": ["a", "b"]}}, "fields": demo},
    }


MUCH: dict[str, Any] = {"kind": "share", "base": [0.1, 0.2]}


def test_smallest_demo_is_accepted() -> None:
    assert parse_definition(small({"much": MUCH}), "small.toml").demo is not None


@pytest.mark.parametrize(
    ("fields", "key"),
    [
        ({}, "demo.fields.much"),
        ({"much": MUCH, "mcuh": MUCH}, "demo.mcuh"),
        ({"much": {**MUCH, "missing": 0.1}}, "demo.fields.much.missing"),
        ({"much": {**MUCH, "of": "all"}}, "demo"),
        ({"much": {**MUCH, "follows": {"field": "all", "by": 1}}}, "demo"),
        ({"much": {"kind": "magic"}}, "demo.fields.much"),
        ({"much": {**MUCH, "noise": -1}}, "demo.fields.much.share.noise"),
    ],
)
def test_broken_demo_names_key(fields: dict[str, Any], key: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        parse_definition(small(fields), "small.toml")
    assert (caught.value.file, caught.value.key) == ("small.toml", key)


def test_demo_leaves_digest_alone() -> None:
    assert HEALTH.digest == HEALTH.model_copy(update={"demo": None}).digest


def test_every_stream_has_demo() -> None:
    assert all(definition.demo is not None for definition in (HEALTH, PAGE_VIEWS))
