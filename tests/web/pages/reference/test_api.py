"""The API page's examples are questions that the service takes."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from query.parameters import Parameters, read_rejected, read_series, read_window
from query.record_requests import Question
from query.visible import Visible
from streams.decoder import Accepted, Decoder
from streams.decoding_plan import decoding_plan
from streams.definition import Definition
from streams.example import example_message
from tests.definitions import HEALTH, PAGE_VIEWS, changed
from web.openapi.document import DOCUMENT
from web.pages.reference.api import operations, shape

NOW = datetime(2026, 3, 1, 10, 17, 42, tzinfo=UTC)
OPERATIONS = {each.name: each for each in operations(DOCUMENT, HEALTH, NOW)}


def accepts(definition: Definition, message: object) -> bool:
    outcome = Decoder(decoding_plan(definition)).decode(json.dumps(message).encode(), int(NOW.timestamp() * 1000))
    return isinstance(outcome, Accepted)


def test_every_operation_is_shown() -> None:
    described = {operation["operationId"] for methods in DOCUMENT["paths"].values() for operation in methods.values()}
    assert OPERATIONS.keys() == described
    assert [each.name for each in OPERATIONS.values() if "{" in each.path or "$ref" in each.answer] == []


@pytest.mark.parametrize(
    ("name", "read"), [("window", read_window), ("series", read_series), ("rejected", read_rejected)]
)
def test_examples_are_answered(name: str, read: Callable[[Visible, Parameters], Question]) -> None:
    asked = urlsplit(OPERATIONS[name].path)
    assert asked.path == f"/v1/streams/health/{name}"
    read(Visible(HEALTH), parse_qsl(asked.query))


@pytest.mark.parametrize(
    "definition",
    [
        HEALTH,
        PAGE_VIEWS,
        changed("fields/CPU/max", None),
        changed("fields/serviceName/max_length", 3),
        changed("fields/serviceName/values", ["a", "b"]),
        changed("fields/serviceName/excluded", ["exam"]),
        changed("fields/bot", {"type": "string", "required": False, "excluded": True}),
    ],
)
def test_example_messages_are_accepted(definition: Definition) -> None:
    assert accepts(definition, example_message(definition, NOW))


def test_posted_example_is_accepted() -> None:
    assert accepts(HEALTH, json.loads(OPERATIONS["postMessages"].body))


def test_shapes_tell_types_and_descriptions() -> None:
    document = {"components": {"schemas": {"Tree": {"type": "object", "properties": {
        "name": {"type": "string", "description": "What it is."},
        "at": {"type": ["string", "null"], "format": "date-time"},
        "inner": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}},
    }}}}}  # fmt: skip
    text = shape(document, {"$ref": "#/components/schemas/Tree"})
    assert text.splitlines() == [
        "{", '  "name": string,  // What it is.', '  "at": date-time or null,', '  "inner": […, …],', "}",
    ]  # fmt: skip


@given(st.floats(-1e6, 1e6), st.floats(0.001, 1e6))
def test_numbers_lie_within_their_bounds(low: float, width: float) -> None:
    definition = changed("fields/CPU", {"type": "number", "min": low, "max": low + width})
    number = example_message(definition, NOW)["CPU"]
    assert low <= number <= low + width
