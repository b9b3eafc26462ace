"""What the web service would answer, asked of the engines themselves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from iceberg.settings import LakeSettings
from query.requests import RejectedRequest, SeriesRequest, WindowRequest
from query.service import QueryService
from query.settings import QuerySettings
from streams import Definition

__all__ = ["answer_of"]

_QUESTIONS: dict[str, Any] = {"window": WindowRequest, "series": SeriesRequest, "rejected": RejectedRequest}
"""Kind, which is what the query service calls it too → how the question is read."""


def answer_of(definition: Definition, kind: str, params: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """The answer to a question about a stream, as the API gives it. Raises QueryError, LakeError."""
    request = _QUESTIONS[kind].parse(definition, params)
    service = QueryService(QuerySettings(), {definition.name: definition}, LakeSettings())
    service.refresh()
    found: dict[str, Any] = getattr(service, kind)(request).as_json()
    return found
