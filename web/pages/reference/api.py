"""`GET /docs/api`: the OpenAPI document as a page, each operation with an example that this very service answers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from streams.definition import Definition
from streams.example import example_message
from streams.time_text import rfc3339
from web.asking.known_streams import known_streams
from web.openapi.document import DOCUMENT
from web.page.templating import page_response

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one address. `path`: of an example that is answered here; `body`: what it sends."""

    name: str
    method: str
    address: str
    summary: str
    parameters: list[Json]
    responses: list[tuple[str, str]]
    path: str
    body: str
    answer: str


async def api_page(request: Request) -> Response:
    """The reference. Its examples are about the first stream that the asker knows."""
    example = next((visible.shown for visible in known_streams(request).values()), None)
    return page_response(
        "pages/reference/api.html",
        title="API",
        document=DOCUMENT,
        operations=operations(DOCUMENT, example, datetime.now(UTC)),
        base=str(request.base_url).rstrip("/"),
    )


def operations(document: Json, example: Definition | None, now: datetime) -> list[Operation]:
    """Every operation of a document, in its order; examples ask about the last hour of a stream."""
    return [
        _operation(document, address, method, operation, example, now)
        for address, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


def _operation(
    document: Json, address: str, method: str, operation: Json, example: Definition | None, now: datetime
) -> Operation:
    parameters = [_resolved(document, each) for each in operation.get("parameters", ())]
    values = _values(example, now)
    path = address
    for each in parameters:
        if each["in"] == "path":
            path = path.replace(f"{{{each['name']}}}", values.get(each["name"], "1"))
    asked = [(each["name"], values[each["name"]]) for each in parameters if each["in"] == "query" and each["required"]]
    sends = (
        example is not None and bool(example.event_time.field) and method == "post" and address.endswith("/messages")
    )
    return Operation(
        name=operation["operationId"],
        method=method.upper(),
        address=address,
        summary=operation["summary"],
        parameters=parameters,
        responses=[
            (status, _resolved(document, each)["description"]) for status, each in operation["responses"].items()
        ],
        path=f"{path}?{urlencode(asked, safe=':')}" if asked else path,
        body=json.dumps(example_message(example, now), ensure_ascii=False) if sends and example else "",
        answer=_answer(document, operation),
    )


def _values(example: Definition | None, now: datetime) -> dict[str, str]:
    """Parameter → a value that is answered. A required one that is not here has its own name."""
    minute = now.replace(second=0, microsecond=0)
    return _Named(
        stream=example.name if example else "STREAM",
        start=rfc3339(minute - timedelta(hours=1)),
        end=rfc3339(minute),
        step="minute",
    )


class _Named(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return key


def _answer(document: Json, operation: Json) -> str:
    """The shape of the first answer that has one."""
    for response in operation["responses"].values():
        for content in _resolved(document, response).get("content", {}).values():
            return shape(document, content["schema"])
    return ""


def _resolved(document: Json, node: Json) -> Json:
    """What a reference refers to, or the node itself."""
    while "$ref" in node:
        target: Any = document
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = target
    return node


def shape(document: Json, schema: Json, indent: str = "", above: tuple[str, ...] = ()) -> str:
    """A schema as the JSON that it allows: types in place of values, a description after `//`."""
    if schema.get("$ref") in above:
        return "…"
    above = (*above, schema["$ref"]) if "$ref" in schema else above
    schema = _resolved(document, schema)
    for several in ("oneOf", "anyOf"):
        if several in schema:
            return " or ".join(shape(document, each, indent, above) for each in schema[several])
    if "enum" in schema:
        return " or ".join(json.dumps(each) for each in schema["enum"])
    kinds = schema.get("type", "any")
    kinds = kinds if isinstance(kinds, list) else [kinds]
    return " or ".join(_shape_of(document, schema, str(kind), indent, above) for kind in kinds)


def _shape_of(document: Json, schema: Json, kind: str, indent: str, above: tuple[str, ...]) -> str:
    if kind == "array":
        return f"[{shape(document, schema.get('items', {}), indent, above)}, …]"
    if kind != "object":
        return kind if kind == "null" else str(schema.get("format", kind))
    inner = indent + "  "
    members = dict(schema.get("properties", {}))
    if isinstance(more := schema.get("additionalProperties"), Mapping):
        members["…"] = more
    if not members:
        return "{…}"
    lines = []
    for name, member in members.items():
        said = _resolved(document, member).get("description", "")
        remark = f"  // {said}" if said else ""
        lines.append(f"{inner}{json.dumps(name, ensure_ascii=False)}: {shape(document, member, inner, above)},{remark}")
    return "{\n" + "\n".join(lines) + f"\n{indent}}}"
