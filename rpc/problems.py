"""Problems of HTTP as errors of gRPC: a status, and google.rpc.Status with what there is to tell beside it. Pure."""

from __future__ import annotations

from collections.abc import Mapping

import grpc
from google.protobuf.any_pb2 import Any as Packed
from google.protobuf.message import Message
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, RetryInfo
from google.rpc.status_pb2 import Status

from web.edge.problems import KINDS, FieldError, Problem

DOMAIN = "windowpane"
DETAILS = "grpc-status-details-bin"
"""The trailing metadata in which every library of gRPC looks for a google.rpc.Status."""

_CODES: Mapping[int, grpc.StatusCode] = {
    400: grpc.StatusCode.INVALID_ARGUMENT,
    401: grpc.StatusCode.UNAUTHENTICATED,
    403: grpc.StatusCode.PERMISSION_DENIED,
    404: grpc.StatusCode.NOT_FOUND,
    405: grpc.StatusCode.UNIMPLEMENTED,
    408: grpc.StatusCode.DEADLINE_EXCEEDED,
    410: grpc.StatusCode.FAILED_PRECONDITION,
    413: grpc.StatusCode.INVALID_ARGUMENT,
    414: grpc.StatusCode.INVALID_ARGUMENT,
    415: grpc.StatusCode.INVALID_ARGUMENT,
    421: grpc.StatusCode.INVALID_ARGUMENT,
    422: grpc.StatusCode.INVALID_ARGUMENT,
    429: grpc.StatusCode.RESOURCE_EXHAUSTED,
    500: grpc.StatusCode.INTERNAL,
    503: grpc.StatusCode.UNAVAILABLE,
}


def code_of(problem: Problem) -> grpc.StatusCode:
    """The status of a call that has this problem."""
    return _CODES.get(problem.status) or _CODES[KINDS[problem.kind].status]


def status_of(problem: Problem) -> Status:
    """All of it: the kind as its reason, fields of the input, when to come back."""
    details: list[Message] = [ErrorInfo(reason=problem.kind, domain=DOMAIN)]
    if problem.errors:
        violations = [BadRequest.FieldViolation(field=_place(each), description=each.reason) for each in problem.errors]
        details.append(BadRequest(field_violations=violations))
    seconds = problem.headers.get("Retry-After", "")
    if seconds.isdigit():
        retry = RetryInfo()
        retry.retry_delay.FromSeconds(int(seconds))
        details.append(retry)
    return Status(code=code_of(problem).value[0], message=problem.detail, details=[*map(_packed, details)])


def _place(error: FieldError) -> str:
    return error.field if error.index is None else f"{error.field}[{error.index}]"


def _packed(message: Message) -> Packed:
    packed = Packed()
    packed.Pack(message)
    return packed
