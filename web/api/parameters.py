"""The parameters of a question, from its address and, of a POST, from its body: the same names in a JSON object."""

from __future__ import annotations

from typing import Any

import orjson
from starlette.requests import Request

from web.edge.bodies import JSON, whole_body
from web.edge.problems import FieldError, ProblemError
from web.service import service_of

_LONGEST_QUERY = 32 << 10
_LARGEST_BODY = 1 << 20

Parameters = list[tuple[str, str]]


async def asked_parameters(request: Request) -> Parameters:
    """Every name with each of its values, in order. Raises ProblemError."""
    if len(request.scope["query_string"]) > _LONGEST_QUERY:
        detail = f"The address is longer than {_LONGEST_QUERY >> 10} KiB; send the question as the JSON body of a POST."
        raise ProblemError("address-too-long", detail)
    parameters = request.query_params.multi_items()
    if request.method != "POST":
        return parameters
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != JSON:
        raise ProblemError("unsupported-type", f"A question is sent as a JSON object; its Content-Type is {JSON}.")
    if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise ProblemError("unsupported-type", "The body of a question is sent as it is, not packed.")
    body = await whole_body(request.stream(), service_of(request).settings, _LARGEST_BODY)
    return parameters + parameters_of(body)


def parameters_of(body: bytes) -> Parameters:
    """Of a JSON object: a list repeats its name, an empty one is an empty value, null is as if it was not there."""
    try:
        content = orjson.loads(body)
    except ValueError as error:
        raise ProblemError("unparseable", f"The body is not valid JSON: {error}.") from None
    if not isinstance(content, dict):
        raise ProblemError("unparseable", 'The body is no JSON object such as {"start": "2026-03-01T10:17:00Z", …}.')
    wrong = [FieldError(name[:100], _REASON) for name, value in content.items() if not _understood(value)]
    if wrong:
        raise ProblemError("invalid-values", f"{wrong[0].field}: {_REASON}", wrong[:20])
    return [(name, text) for name, value in content.items() for text in _texts(name, value)]


_REASON = "is no text, number or list of them"


def _understood(value: Any) -> bool:
    parts = value if isinstance(value, list) else [value]
    return value is None or all(isinstance(part, str | int | float) and not isinstance(part, bool) for part in parts)


def _texts(name: str, value: Any) -> list[str]:
    if value is None:
        return []
    parts = value if isinstance(value, list) else [value]
    texts = [part if isinstance(part, str) else repr(part) for part in parts]
    return [",".join(texts)] if name == "quantiles" or not texts else texts
