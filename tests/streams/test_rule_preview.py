"""A preview counts what changed rules make of each message, as both decoders read it."""

from __future__ import annotations

import json
from typing import Any

from streams.definition import Definition
from streams.definition_files import parse_definition
from streams.reasons import Rejection
from streams.rule_preview import Example, Preview, RulePreview, has_other_rules
from tests.streams.dirty_students import AT, definition, dirtied, published

FIELDS = {"id": {"type": "string"}, "mark": {"type": "number", "max": 20}, "note": {"type": "string", "min_length": 1}}
NUMBERS = {"mark": [{"rule": "decimal_comma"}, {"rule": "number"}]}
TRIMMED = {**NUMBERS, "note": [{"rule": "trim"}]}


def marks(clean: dict[str, Any], **keys: Any) -> Definition:
    return parse_definition(
        {
            "name": "marks",
            "title": "Marks",
            "topic": "marks",
            "event_time": {"field": "at"},
            "fields": FIELDS,
            "dimensions": {"id": {"field": "id"}},
            "measures": {"mark": {"value": "mark / 10", "decimals": 3, "min": 0, "max": 2}},
            "records": True,
            "clean": clean,
            **keys,
        },
        "marks.toml",
    )


def previewed(before: Definition, after: Definition, *messages: dict[str, Any]) -> Preview:
    preview = RulePreview(before, after)
    for message in messages:
        preview.add(0, json.dumps({"at": AT, **message}).encode(), AT)
    return preview.result()


def test_changes_are_told_by_field_and_reason() -> None:
    messages: list[dict[str, Any]] = [
        {"id": "a", "mark": 1, "note": " x"},
        {"id": "a", "mark": 2, "note": "x"},
        {"id": "b", "mark": 3, "note": " x"},
        {"id": "b", "mark": "7,5", "note": "y"},
        {"id": "b", "mark": "75", "note": "y"},
        {"id": "b", "mark": 4, "note": " "},
        {"id": "b", "mark": 4, "note": 1},
    ]
    found = previewed(marks({}), marks(TRIMMED), *messages)
    assert (found.messages, found.changed, found.unchanged) == (7, 2, 3)
    assert found.examples == (Example("note", " x", "x", 2),)
    assert found.becoming_accepted == {Rejection("mark", "not a number"): 1}
    assert found.becoming_rejected == {Rejection("note", "too short"): 1}


def test_a_copy_is_no_change() -> None:
    keys = {"key": "id", "duplicates": {"id": "note", "horizon": "1 hour"}}
    messages: list[dict[str, Any]] = [{"id": "a", "mark": 1, "note": note} for note in ("x", " x", "x")]
    found = previewed(marks({}, **keys), marks(TRIMMED, **keys), *messages)
    assert (found.messages, found.changed, found.unchanged) == (3, 0, 3)


def test_measures_are_shown_as_people_read_them() -> None:
    doubled = {"mark": [{"rule": "default", "value": 5}]}
    optional = {"fields": {**FIELDS, "mark": {"type": "number", "required": False}}, "records": False}
    found = previewed(marks({}, **optional), marks(doubled, **optional), {"id": "a", "note": "x"})
    assert found.examples == (Example("mark", None, 0.5, 1),)


def test_only_other_rules_are_tried() -> None:
    assert not has_other_rules(marks({}), marks({}, title="Other"))
    assert has_other_rules(marks({}), marks(NUMBERS))


def test_dirtied_answers_become_accepted() -> None:
    messages = [dirtied(row, 1) for row in published()]
    found = previewed(definition(cleans=False), definition(), *messages)
    assert found.becoming_accepted.total() == found.messages == len(messages)
