"""What the service says of a call that it does not answer.

CallError                       one call; its code, and what is wrong with which field
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import grpc
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, RetryInfo
from google.rpc.status_pb2 import Status

_DETAILS = "grpc-status-details-bin"


@dataclass(frozen=True, slots=True)
class Violation:
    """A field of the question, and what is wrong with it."""

    field: str
    reason: str


class CallError(Exception):
    """`code`: of gRPC. `kind`: the service's own word for it, empty if it was not the service that refused.

    `retry_seconds`: after which it may be asked again; None where that would not help.
    """

    def __init__(
        self,
        code: grpc.StatusCode,
        detail: str,
        kind: str = "",
        violations: tuple[Violation, ...] = (),
        retry_seconds: float | None = None,
    ) -> None:
        self.code, self.detail, self.kind = code, detail, kind
        self.violations, self.retry_seconds = violations, retry_seconds
        super().__init__(f"{code.name}: {detail}")

    @classmethod
    def of(cls, error: Any) -> CallError:
        """Of what gRPC raised."""
        trailing = dict(error.trailing_metadata() or ())
        kind, violations, retry = "", list[Violation](), None
        if _DETAILS in trailing:
            for packed in Status.FromString(trailing[_DETAILS]).details:
                info, bad, again = ErrorInfo(), BadRequest(), RetryInfo()
                if packed.Unpack(info):
                    kind = info.reason
                elif packed.Unpack(bad):
                    violations += [Violation(each.field, each.description) for each in bad.field_violations]
                elif packed.Unpack(again):
                    retry = again.retry_delay.ToTimedelta().total_seconds()
        return cls(error.code(), error.details() or "", kind, tuple(violations), retry)


@contextmanager
def translated() -> Iterator[None]:
    """Raise errors of gRPC as CallErrors."""
    try:
        yield
    except grpc.RpcError as error:
        raise CallError.of(error) from error
