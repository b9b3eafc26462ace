"""Errors as RFC 9457 problem details: every kind the service knows, and what each exception becomes.

The table `KINDS` is the whole vocabulary; `docs/http.md` describes it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from starlette.exceptions import HTTPException
from starlette.responses import Response

from access.errors import AccessError, InvalidAccessError, IssuerAwayError, ThrottledError, UnknownSubjectError
from database.errors import LakeAwayError
from query.errors import (
    EngineAwayError,
    InvalidRequestError,
    OutOfScopeError,
    QueryError,
    UnknownReplayError,
    UnknownStreamError,
    discreet,
)
from streams.errors import ProducerBusyError, TopicError, WindowpaneError
from systems.merchants.errors import InvalidSiteError, SiteError

RETRY_SECONDS = 5
"""What `Retry-After` says when an engine is away; the supervisor restarts one within seconds."""

_RETRY_AFTER = {429: 1, 503: RETRY_SECONDS}
_OF_INPUT = (400, 413, 414, 415, 422)


NO_SUCH_STREAM = "There is no stream of that name."
"""The same for all, so that it tells nothing of those there are."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of problem: its status, and a title that is the same each time."""

    status: int
    title: str


KINDS: dict[str, Kind] = {
    "unparseable": Kind(400, "The request cannot be read"),
    "unauthorized": Kind(401, "It is not known who asks"),
    "forbidden": Kind(403, "This is not allowed"),
    "unknown-stream": Kind(404, "No such stream"),
    "unknown-replay": Kind(404, "No such replay"),
    "unknown-site": Kind(404, "No such site, or part of one"),
    "unknown-source": Kind(404, "No such source"),
    "unknown-process": Kind(404, "No such process, or run of one"),
    "unknown-subject": Kind(404, "No such user, key, grant, session or link"),
    "not-found": Kind(404, "No such address"),
    "method-not-allowed": Kind(405, "This address does not take that method"),
    "retired": Kind(410, "The stream takes no more messages"),
    "too-slow": Kind(408, "The body came too slowly"),
    "too-large": Kind(413, "The body is too large"),
    "address-too-long": Kind(414, "The address is too long"),
    "unsupported-type": Kind(415, "The body's type is not supported"),
    "misdirected": Kind(421, "This service has another name"),
    "invalid-values": Kind(422, "The request asks for something that cannot be answered"),
    "busy": Kind(429, "Too much at once"),
    "throttled": Kind(429, "More than is allowed in this time"),
    "internal": Kind(500, "The service failed"),
    "engine-away": Kind(503, "An engine does not answer"),
}

_KIND_OF_STATUS = {400: "unparseable", 404: "not-found", 405: "method-not-allowed", 408: "too-slow", 413: "too-large"}


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field of the input. `index`: of the one in a list of many."""

    field: str
    reason: str
    index: int | None = None

    def as_json(self) -> dict[str, Any]:
        """As problem details have it."""
        at = {} if self.index is None else {"index": self.index}
        return {**at, "field": self.field, "reason": self.reason}


@dataclass(frozen=True, slots=True)
class Problem:
    """One answer of RFC 9457. `detail` says what to do; `errors` name the fields, if it is about input.

    What is wrong with the whole of it is wrong with the field `body`, or `address`.
    """

    kind: str
    detail: str
    errors: tuple[FieldError, ...] = ()
    more_headers: Mapping[str, str] | None = None
    status_given: int | None = None

    @property
    def headers(self) -> dict[str, str]:
        """Its own, and when to come back if that may help."""
        seconds = _RETRY_AFTER.get(self.status)
        retry = {} if seconds is None else {"Retry-After": str(seconds)}
        return {**retry, **(self.more_headers or {})}

    @property
    def status(self) -> int:
        """HTTP status."""
        return self.status_given or KINDS[self.kind].status

    @property
    def title(self) -> str:
        """Title of the kind."""
        return KINDS[self.kind].title

    def as_json(self) -> dict[str, Any]:
        """The members of the problem details object."""
        body: dict[str, Any] = {
            "type": f"urn:windowpane:problem:{self.kind}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
        }
        errors = self.errors
        if not errors and self.status in _OF_INPUT:
            errors = (FieldError("address" if self.status == 414 else "body", self.detail),)
        if errors:
            body["errors"] = [error.as_json() for error in errors]
        return body


class ProblemError(WindowpaneError):
    """Raised by the web service's own checks."""

    def __init__(
        self, kind: str, detail: str, errors: Sequence[FieldError] = (), headers: Mapping[str, str] | None = None
    ) -> None:
        self.problem = Problem(kind, detail, tuple(errors), headers)
        super().__init__(detail)


_NAMED: dict[type[Exception], str] = {
    EngineAwayError: "engine-away",
    UnknownReplayError: "unknown-replay",
    OutOfScopeError: "forbidden",
    QueryError: "invalid-values",
    ProducerBusyError: "busy",
    TopicError: "engine-away",
    LakeAwayError: "engine-away",
}
"""Errors that say themselves what is wrong, and the kinds that they are of; the first match counts."""


CATALOG_AWAY = "The catalog does not answer; try again soon."

_DISCREET: tuple[tuple[type[Exception], str], ...] = (
    (LakeAwayError, CATALOG_AWAY),
    (ProducerBusyError, ""),
    (TopicError, "Kafka does not take messages now; try again soon."),
)
"""What is said of errors that name hosts, ports, accounts and topics; empty: what they say themselves."""


def problem_of(error: Exception, *, detailed: bool = False) -> Problem:
    """The problem that any exception becomes. Never shows more of an unexpected one than that it happened.

    `detailed`: for whoever sees all, who may know at which address an engine does not answer, and why.
    """
    if not detailed and (said := _said_to_all(error)):
        return Problem("engine-away", said)
    match error:
        case ProblemError():
            return error.problem
        case InvalidRequestError():
            kind = "unparseable" if error.status == 400 else "invalid-values"
            fields = tuple(FieldError(problem.field, problem.reason) for problem in error.errors)
            return Problem(kind, str(error), fields)
        case UnknownStreamError():
            return Problem("unknown-stream", NO_SUCH_STREAM)
        case AccessError():
            return _problem_of_access(error)
        case SiteError():
            return _problem_of_site(error)
        case HTTPException():
            kind = _KIND_OF_STATUS.get(error.status_code, "unparseable")
            return Problem(kind, error.detail, more_headers=error.headers, status_given=error.status_code)
    for error_type, named in _NAMED.items():
        if isinstance(error, error_type):
            return Problem(named, str(error))
    return Problem("internal", "Something went wrong here, not with your request; the log has it under the request id.")


def _said_to_all(error: Exception) -> str:
    """Of an engine that is away; empty: what the error says itself."""
    if isinstance(error, EngineAwayError):
        return str(discreet(error))
    return next((said for kind, said in _DISCREET if isinstance(error, kind)), "")


def _problem_of_access(error: AccessError) -> Problem:
    match error:
        case InvalidAccessError():
            return Problem("invalid-values", str(error), (FieldError(error.field, error.reason),))
        case UnknownSubjectError():
            return Problem("unknown-subject", str(error))
        case IssuerAwayError():
            return Problem("engine-away", str(error))
        case ThrottledError():
            return Problem("throttled", str(error), (), {"Retry-After": str(error.seconds)})
    return Problem("unauthorized", str(error), (), {"WWW-Authenticate": "Bearer"})


def _problem_of_site(error: SiteError) -> Problem:
    if isinstance(error, InvalidSiteError):
        wrong = (FieldError(each.field, each.reason, each.index) for each in error.wrong)
        return Problem("invalid-values", str(error), tuple(wrong))
    return Problem("unknown-site", str(error))


def problem_response(problem: Problem) -> Response:
    """`application/problem+json`, never cached."""
    headers = {"Cache-Control": "no-store", **problem.headers}
    return Response(orjson.dumps(problem.as_json()), problem.status, headers, "application/problem+json")
