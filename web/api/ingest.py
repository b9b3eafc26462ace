"""`POST /v1/streams/{stream}/messages`: judge each message, send the good ones to Kafka, answer once Kafka has them."""

from __future__ import annotations

import functools
from collections.abc import Generator

from starlette.requests import Request
from starlette.responses import Response

from access.grants import Action
from query.visible import Visible
from streams.reasons import Reason, Rejection
from web.access.scopes import asker_of, visible_of
from web.asking.judging import Judge, Judged, send_judged
from web.edge.bodies import JSON, Gunzip, is_packed, media_type, paced, place, split_messages, too_large
from web.edge.intake import Held
from web.edge.json_grammar import first_fault
from web.edge.problems import ProblemError
from web.edge.responses import json_response
from web.edge.turns import Work
from web.service import Service, service_of

_NOT_JSON = frozenset({Reason.NOT_VALID_JSON, Reason.NOT_VALID_UTF_8})
_NOT_READ = frozenset({Reason.NESTED_TOO_DEEPLY, Reason.LARGER_THAN_1_MIB})


async def post_messages(request: Request) -> Response:
    """202 with how many were accepted and which were rejected; nothing that is acknowledged is lost."""
    service = service_of(request)
    visible = visible_of(request, request.path_params["stream"], Action.SEND)
    service.refuse_unsendable(asker_of(request), visible.definition)
    kind = media_type(request.headers.getlist("content-type"))
    async with service.intake.hold() as held:
        judged = await _judged(request, service, visible, kind, held)
        await send_judged(request, visible.definition, judged)
    rejected = [{"index": i, "field": r.field, "reason": r.reason} for i, r in judged.rejected]
    more = {"more_rejected": judged.unlisted} if judged.unlisted else {}
    return json_response({"accepted": judged.accepted, "rejected": rejected, **more}, 202)


async def _judged(request: Request, service: Service, visible: Visible, kind: str, held: Held) -> Judged:
    """Read and judge the body, which is let go before what was accepted is sent."""
    work = Work(service.turns)
    body = await _body(request, service, held, work)
    await held.grow(len(body))  # each message is cut out of it, and copied once more on its way to Kafka
    broken = functools.partial(_refuse_broken, work, body) if kind == JSON else None
    judge = Judge(service, visible, work, broken)
    judged = await judge.judge(split_messages(body, kind, service.settings.web_body_messages))
    judged.size = len(body)
    return judged


async def _refuse_broken(work: Work, body: bytes, start: int, message: bytes, rejection: Rejection) -> None:
    """400 for a JSON document that is broken: none of it is sent.

    A decoder does not read to their end what is nested too deeply or too large.
    """
    if rejection.reason not in _NOT_JSON | _NOT_READ:
        return
    at = await _run(work, first_fault(message))
    if at is not None or rejection.reason in _NOT_JSON:
        reason = rejection.reason if rejection.reason in _NOT_JSON else Reason.NOT_VALID_JSON
        detail = f"The body is {reason} ({place(body, start + (at or 0))}); none of it was taken."
        raise ProblemError("unparseable", detail)


async def _run(work: Work, steps: Generator[None, None, int | None]) -> int | None:
    try:
        while True:
            next(steps)
            if work.is_over:
                await work.pause()
    except StopIteration as done:
        result: int | None = done.value
        return result


async def _body(request: Request, service: Service, held: Held, work: Work) -> bytes:
    """The whole body, unpacked, within the limits."""
    settings = service.settings
    limit = settings.web_body_bytes
    announced = request.headers.get("content-length", "")
    if announced.isascii() and announced.isdigit() and int(announced[:20]) > limit:
        raise too_large(limit)
    unpacker = Gunzip() if is_packed(request.headers.getlist("content-encoding")) else None
    body = bytearray()
    packed = 0
    async for chunk in paced(request.stream(), settings.web_body_idle_seconds, settings.web_body_bytes_per_second):
        packed += len(chunk)
        if unpacker:
            await work.begin()
        for part in unpacker.parts(chunk) if unpacker else (chunk,):
            body += part
            if max(packed, len(body)) > limit:
                raise too_large(limit)
            await held.grow(len(part))
            if unpacker and work.is_over:
                await work.pause()
    if unpacker:
        unpacker.finish()
    return bytes(body)
