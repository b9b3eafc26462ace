"""Operations of the OpenAPI document, and what they are made of."""

from __future__ import annotations

from typing import Any

from web.edge.problems import KINDS
from web.openapi.shapes import Json, reference


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


def get(name: str, summary: str, parameters: list[Json], responses: Json) -> Json:
    """What GET does."""
    operation: Json = {"operationId": name, "summary": summary, "responses": responses}
    if parameters:
        operation["parameters"] = parameters
    return {"get": operation}
