"""The OpenAPI document agrees with the routes and holds together."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.routing import Route

from web.app import ROUTES
from web.edge.problems import KINDS
from web.openapi.document import DOCUMENT

FOR_PROGRAMS = ("/v1/", "/collect/", "/api/", "/healthz", "/readyz", "/metrics")


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if "$ref" in node:
            yield node["$ref"]
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def test_every_route_is_described() -> None:
    served = {
        (route.path, method.lower())
        for route in ROUTES
        if isinstance(route, Route) and route.path.startswith(FOR_PROGRAMS)
        for method in (route.methods or set()) - {"HEAD"}
    }
    described = {(path, method) for path, methods in DOCUMENT["paths"].items() for method in methods}
    assert described == served


def test_references_resolve() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    used = {reference.removeprefix("#/components/schemas/") for reference in references(DOCUMENT)}
    assert used <= set(schemas)
    assert set(schemas) - used == set()


@pytest.mark.parametrize("path", DOCUMENT["paths"])
def test_operations_are_complete(path: str) -> None:
    for operation in DOCUMENT["paths"][path].values():
        assert operation["summary"].endswith(".")
        assert operation["responses"]
        declared = {parameter["name"] for parameter in operation.get("parameters", []) if parameter["in"] == "path"}
        assert declared == set(re.findall(r"\{(\w+)\}", path))


def test_operation_ids_are_unique() -> None:
    ids = [operation["operationId"] for methods in DOCUMENT["paths"].values() for operation in methods.values()]
    assert len(ids) == len(set(ids))


def test_required_properties_exist() -> None:
    for schema in DOCUMENT["components"]["schemas"].values():
        assert set(schema.get("required", [])) <= set(schema["properties"])


def test_every_problem_kind_has_a_status_of_its_class() -> None:
    assert all(400 <= kind.status < 600 and kind.title for kind in KINDS.values())
