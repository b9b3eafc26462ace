"""What an asker is told of an error: where engines are and why they fail is for the log, and for those who see all."""

from __future__ import annotations

import structlog
from starlette.requests import Request

from web.access.scopes import asker_of
from web.edge.problems import Problem, problem_of


def problem_for(request: Request, error: Exception) -> Problem:
    """The problem of an error; what is not said of it goes to the line of this request in the log."""
    problem = problem_of(error, detailed=asker_of(request).sees_all)
    if problem.kind == "engine-away" and str(error) != problem.detail:
        structlog.contextvars.bind_contextvars(wrong=str(error))
    return problem
