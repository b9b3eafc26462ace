"""Operations of the OpenAPI document, and what they are made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from web.edge.problems import KINDS
from web.openapi.shapes import TEXT, Json, reference


def answer(description: str, schema: str, status: int = 200) -> Json:
    """The answer of a status, by the name of its schema."""
    return {str(status): {"description": description, "content": {"application/json": {"schema": reference(schema)}}}}


def problems(*kinds: str) -> Json:
    """The problem answers of these kinds; kinds of the same status share one."""
    by_status: dict[str, list[str]] = {}
    for kind in kinds:
        by_status.setdefault(str(KINDS[kind].status), []).append(KINDS[kind].title)
    content = {"application/problem+json": {"schema": reference("Problem")}}
    return {
        status: {"description": "; ".join(titles), "content": content} for status, titles in sorted(by_status.items())
    }


def parameter(name: str, description: str, schema: Json, *, required: bool = False, **more: Any) -> Json:
    """A parameter of the address; `more`: such as another place where it is."""
    return {"name": name, "in": "query", "description": description, "required": required, "schema": schema, **more}


def in_path(name: str, description: str, schema: Json = TEXT) -> Json:
    """A part of the address."""
    return {**parameter(name, description, schema, required=True), "in": "path"}


def get(name: str, summary: str, parameters: list[Json], responses: Json) -> Json:
    """What GET does."""
    operation: Json = {"operationId": name, "summary": summary, "responses": responses}
    if parameters:
        operation["parameters"] = parameters
    return {"get": operation}


def change(
    method: str, name: str, summary: str, responses: Json, body: Json | None = None, path: Sequence[Json] = ()
) -> Json:
    """What a method that is not GET does, with a body of a schema if there is one."""
    operation: Json = {"operationId": name, "summary": summary, "responses": responses}
    if path:
        operation["parameters"] = [*path]
    if body is not None:
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
    return {method: operation}
