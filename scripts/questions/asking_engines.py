"""What the web service would answer, asked of the engines themselves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from iceberg.settings import LakeSettings
from query.answer_json import answer_json
from query.parameters import Parameters, read_rejected, read_series, read_window
from query.requests import Question
from query.service import QueryService
from query.settings import QuerySettings
from streams import Definition

__all__ = ["answer_of"]

_READERS: dict[str, Callable[[Definition, Parameters], Question]] = {
    "window": read_window,
    "series": read_series,
    "rejected": read_rejected,
}
"""Kind → how the question is read."""


def answer_of(definition: Definition, kind: str, params: Parameters) -> dict[str, Any]:
    """The answer to a question about a stream, as the API gives it. Raises QueryError, LakeError."""
    question = _READERS[kind](definition, params)
    service = QueryService(QuerySettings(), {definition.name: definition}, LakeSettings())
    service.refresh()
    return answer_json(service.answer(question, service.limits()).answer)
