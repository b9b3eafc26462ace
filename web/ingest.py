"""`POST /v1/streams/{stream}/messages`: judge each message, send the good ones to Kafka, answer once Kafka has them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import anyio
import anyio.lowlevel
from starlette.requests import Request
from starlette.responses import Response

from streams.decoder import Decoder, Rejection
from web.bodies import JSON, gunzip, media_type, read_limited, split_messages
from web.problems import ProblemError
from web.responses import json_response
from web.service import Service, service_of

__all__ = ["post_messages"]

_TURN_SECONDS = 0.005
"""How long a batch may be judged before other requests get a turn of the event loop."""

_NOT_JSON = frozenset({"not valid JSON", "not valid UTF-8"})


@dataclass(frozen=True, slots=True)
class Judged:
    """A body, judged: what to send, and what is wrong with the rest, by place in the body."""

    accepted: tuple[bytes, ...]
    rejected: tuple[tuple[int, Rejection], ...]


async def post_messages(request: Request) -> Response:
    """202 with how many were accepted and which were rejected; nothing that is acknowledged is lost."""
    service = service_of(request)
    definition = service.definition(request.path_params["stream"])
    service.refuse_retired(definition.name)
    kind = media_type(request.headers.get("content-type", ""))
    limit = service.settings.web_body_bytes
    with service.intake.hold(_announced(request, limit)):
        body = await _body(request, limit)
        messages = split_messages(body, kind, service.settings.web_body_messages)
        judged = await judge(messages, service.decoder(definition))
        if kind == JSON:
            _refuse_broken_document(judged, len(messages))
        if judged.accepted:
            await service.producer.send(definition.topic, judged.accepted)
    _count(service, definition.name, judged)
    rejected = [{"index": i, "field": r.field, "reason": r.reason} for i, r in judged.rejected]
    return json_response({"accepted": len(judged.accepted), "rejected": rejected}, 202)


async def judge(messages: Sequence[bytes], decoder: Decoder) -> Judged:
    """Decode each message as the job will; gives other requests a turn every few milliseconds."""
    arrived_ms = time.time_ns() // 1_000_000
    accepted: list[bytes] = []
    rejected: list[tuple[int, Rejection]] = []
    turn_ends = time.monotonic() + _TURN_SECONDS
    for index, message in enumerate(messages):
        outcome = decoder.decode(message, arrived_ms)
        if isinstance(outcome, Rejection):
            rejected.append((index, outcome))
        else:
            accepted.append(message)
        if time.monotonic() > turn_ends:
            await anyio.lowlevel.checkpoint()
            turn_ends = time.monotonic() + _TURN_SECONDS
    return Judged(tuple(accepted), tuple(rejected))


def _refuse_broken_document(judged: Judged, messages: int) -> None:
    """One JSON document with a broken part is a broken document: 400, and none of it is sent."""
    for index, rejection in judged.rejected:
        if rejection.reason in _NOT_JSON:
            place = f" (element {index} of the array)" if messages > 1 else ""
            raise ProblemError("unparseable", f"The body is {rejection.reason}{place}; none of it was taken.")


def _announced(request: Request, limit: int) -> int:
    """The length the client announces; what it does not say is counted as the most it may be."""
    announced = request.headers.get("content-length", "")
    if not (announced.isascii() and announced.isdigit() and len(announced) < 20):
        return limit
    if int(announced) > limit:
        raise ProblemError("too-large", f"The body is larger than {limit >> 20} MiB; send it in parts.")
    return int(announced)


async def _body(request: Request, limit: int) -> bytes:
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("identity", "gzip"):
        raise ProblemError("unsupported-type", "The body may be sent as it is, or packed with gzip.")
    body = await read_limited(request.stream(), limit)
    return await anyio.to_thread.run_sync(gunzip, body, limit) if encoding == "gzip" else body


def _count(service: Service, stream: str, judged: Judged) -> None:
    service.metrics.batch.labels(stream).observe(len(judged.accepted) + len(judged.rejected))
    service.metrics.messages.labels(stream, "accepted").inc(len(judged.accepted))
    service.metrics.messages.labels(stream, "rejected").inc(len(judged.rejected))
