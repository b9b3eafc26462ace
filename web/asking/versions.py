"""The versions of a submission, for whoever has shown that it is the own one, whatever else that one may see."""

from __future__ import annotations

import functools

from starlette.requests import Request

from query.answers import RowsAnswer
from query.form_versions import Version, version_question, versions_in
from streams.definition import Definition
from web.service import service_of


async def versions(request: Request, definition: Definition, submission: str) -> list[Version]:
    """From the first to the newest; none where it has not arrived yet. Raises QueryError, ProblemError."""
    service, question = service_of(request), version_question(definition, submission)
    make, limits = functools.partial(service.queries.answer, question), service.queries.limits()
    answer = await service.questions.run(request, service.queries.tag(question), limits, make)
    made = answer.answer
    return [*versions_in(definition, made.rows if isinstance(made, RowsAnswer) else ())]
