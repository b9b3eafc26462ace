"""Every error becomes a problem of the right kind, and none shows more than it should."""

from __future__ import annotations

import orjson
import pytest
from starlette.exceptions import HTTPException

from database.errors import LakeAwayError
from query import errors as query_errors
from query.errors import (
    AnswerTooLargeError,
    EngineAwayError,
    FieldProblem,
    GivenUpError,
    InvalidRequestError,
    NotKeptError,
    NotReadyError,
    OutOfScopeError,
    QueryError,
    TooSlowError,
    UnknownReplayError,
    UnknownStreamError,
)
from query.windows import EPOCH
from streams import errors as stream_errors
from streams.errors import KafkaAwayError, ProducerBusyError, TopicError
from web.edge.problems import KINDS, Problem, ProblemError, problem_of, problem_response

CASES: list[tuple[Exception, str, int]] = [
    (ProblemError("too-large", "The body is larger than 16 MiB."), "too-large", 413),
    (InvalidRequestError([FieldProblem("end", "must be after start")]), "invalid-values", 422),
    (InvalidRequestError([FieldProblem("start", "is not a time")], status=400), "unparseable", 400),
    (NotKeptError([FieldProblem("start", "is kept no longer")], EPOCH, EPOCH), "invalid-values", 422),
    (UnknownStreamError("x", ["health"]), "unknown-stream", 404),
    (UnknownReplayError(7), "unknown-replay", 404),
    (OutOfScopeError(), "forbidden", 403),
    (AnswerTooLargeError(4 << 20), "invalid-values", 422),
    (TooSlowError(30), "engine-away", 503),
    (GivenUpError(), "invalid-values", 422),
    (EngineAwayError("trino", "refused"), "engine-away", 503),
    (NotReadyError("health"), "engine-away", 503),
    (QueryError("refused"), "invalid-values", 422),
    (ProducerBusyError("busy"), "busy", 429),
    (KafkaAwayError("away"), "engine-away", 503),
    (TopicError("no topic"), "engine-away", 503),
    (HTTPException(404), "not-found", 404),
    (HTTPException(405), "method-not-allowed", 405),
    (HTTPException(400), "unparseable", 400),
    (ZeroDivisionError("secret"), "internal", 500),
]


@pytest.mark.parametrize(("error", "kind", "status"), CASES)
def test_error_becomes_problem(error: Exception, kind: str, status: int) -> None:
    problem = problem_of(error)
    assert (problem.kind, problem.status) == (kind, status)
    assert "secret" not in problem.detail


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (LakeAwayError("AWAY"), "The catalog does not answer; try again soon."),
        (TopicError("AWAY"), "Kafka does not take messages now; try again soon."),
        (KafkaAwayError("AWAY"), "Kafka does not take messages now; try again soon."),
        (EngineAwayError("lake", "AWAY"), "lake does not answer; try again soon"),
        (NotReadyError("health", "AWAY"), "lake does not answer; try again soon"),
    ],
)
def test_where_engines_are_is_for_who_sees_all(error: Exception, said: str) -> None:
    assert problem_of(error).detail == said
    assert "AWAY" in problem_of(error, detailed=True).detail
    assert problem_of(ProducerBusyError("busy")).detail == "busy"
    assert problem_of(TooSlowError(30)).detail == str(TooSlowError(30))


def test_every_error_of_queries_and_kafka_is_a_case() -> None:
    ours = {
        each
        for module in (query_errors, stream_errors)
        for name, each in vars(module).items()
        if isinstance(each, type) and each.__module__ == module.__name__ and name.endswith("Error")
        if name not in ("DeclarationError", "DefinitionError", "UnknownNameError", "WindowpaneError")
    }
    assert ours == {type(error) for error, _, _ in CASES} & ours


@pytest.mark.parametrize("kind", ["busy", "engine-away"])
def test_waiting_has_a_time(kind: str) -> None:
    errors = [error for error, expected, _ in CASES if expected == kind]
    assert all(problem_of(error).headers["Retry-After"] for error in errors)
    assert Problem(kind, "wait").headers["Retry-After"]


def test_response_is_problem_json() -> None:
    error = InvalidRequestError([FieldProblem("end", "must be after start")])
    response = problem_response(problem_of(error))
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["cache-control"] == "no-store"
    assert orjson.loads(bytes(response.body)) == {
        "type": "urn:windowpane:problem:invalid-values",
        "title": KINDS["invalid-values"].title,
        "status": 422,
        "detail": "end: must be after start",
        "errors": [{"field": "end", "reason": "must be after start"}],
    }


def test_problem_without_fields_has_no_errors() -> None:
    assert "errors" not in Problem("busy", "wait").as_json()


@pytest.mark.parametrize("kind", [kind for kind, about in KINDS.items() if about.status in (400, 413, 414, 415, 422)])
def test_what_is_wrong_with_input_has_a_field(kind: str) -> None:
    [error] = Problem(kind, "too much").as_json()["errors"]
    assert error == {"field": "address" if kind == "address-too-long" else "body", "reason": "too much"}
