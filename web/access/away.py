"""What an asker is told of an error: where engines are and why they fail is for the log, and for those who see all."""

from __future__ import annotations

import structlog
from starlette.requests import Request

from query.errors import EngineAwayError, InvalidRequestError, OutOfScopeError, QueryError
from web.access.scopes import asker_of
from web.edge.problems import Problem, problem_of


def problem_for(request: Request, error: Exception) -> Problem:
    """The problem of an error; what is not said of it goes to the line of this request in the log."""
    problem = problem_of(error, detailed=asker_of(request).sees_all)
    if problem.kind == "engine-away" and str(error) != problem.detail:
        structlog.contextvars.bind_contextvars(wrong=str(error))
    return problem


def told_on_page(request: Request, error: QueryError) -> tuple[dict[str, str], Problem | None]:
    """What a form shows of why its question is not answered: problems by field, or the engine that is away.

    Raises OutOfScopeError again: who may not ask is shown no form.
    """
    if isinstance(error, OutOfScopeError):
        raise error
    if isinstance(error, InvalidRequestError):
        return {wrong.field: wrong.reason for wrong in error.errors}, None
    if isinstance(error, EngineAwayError):
        return {}, problem_for(request, error)
    return {"window": str(error)}, None
