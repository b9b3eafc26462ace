"""What each method answers, and whom it is for. Raises what the same does over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import anyio
from google.protobuf.struct_pb2 import Struct

from access.grants import Action
from query.parameters import read_records, read_series, read_window
from query.record_formats import ARROW
from query.visible import Visible
from rpc.answers import moment, series_message, window_message
from rpc.processes import processes, results, runs
from rpc.questions import records_pairs, series_pairs, window_pairs
from web.access.calls import Request, admit
from web.access.guard import ASK, DETAIL, PROCESS, SEND, SIGNED_IN, Rule
from web.access.scopes import asker_of, visible_of
from web.asking.definitions import definition_json
from web.asking.exports import begin
from web.asking.judging import Judge, send_judged
from web.asking.known_streams import known_stream, known_streams
from web.asking.questions import ask
from web.edge.bodies import too_large
from web.edge.problems import FieldError, ProblemError
from web.edge.turns import Work
from web.service import service_of
from windowpane_client.v1 import windowpane_pb2 as pb

PIECE_BYTES = 1 << 20
"""Of a response of records; clients take 4 MiB unless they say otherwise."""

_OTHER_STREAM = FieldError("stream", "is another one than before")


async def send(request: Request, asked: pb.SendRequest) -> pb.SendResponse:
    """Messages in."""
    service, settings = service_of(request), service_of(request).settings
    visible = visible_of(request, asked.stream, Action.SEND)
    service.refuse_unsendable(asker_of(request), visible.definition)
    if len(asked.messages) > settings.web_body_messages:
        raise ProblemError("too-large", f"There are more than {settings.web_body_messages:,} messages; send fewer.")
    size = sum(map(len, asked.messages))
    if size > settings.web_body_bytes:
        raise too_large(settings.web_body_bytes)
    async with service.intake.hold() as held:
        await held.grow(2 * size)
        judge = Judge(service, visible, Work(service.turns))
        # An empty one is a message too, and rejected as such.
        judged = await judge.judge((0, message or b" ") for message in asked.messages)
        judged.size = size
        await send_judged(request, visible.definition, judged)
    rejected = [pb.Rejected(index=index, field=why.field, reason=why.reason) for index, why in judged.rejected]
    return pb.SendResponse(accepted=judged.accepted, rejected=rejected, more_rejected=judged.unlisted)


async def send_all(request: Request, parts: AsyncIterator[pb.SendRequest]) -> AsyncIterator[pb.SendResponse]:
    """Messages in, a part at a time: nothing is held of a part once it is answered, nor read of the next before.

    Whoever lets the service wait longer than for the rest of a body is refused, and so is, from the next part on, whose
    key was taken away.
    """
    patience, stream = service_of(request).settings.web_body_idle_seconds, ""
    while (part := await _next(parts, patience)) is not None:
        if stream:
            await admit(request, SEND)
        if stream and part.stream not in ("", stream):
            raise ProblemError("invalid-values", "stream: is another one than before", (_OTHER_STREAM,))
        stream = stream or part.stream
        yield await send(request, pb.SendRequest(stream=stream, messages=part.messages))


async def _next(parts: AsyncIterator[pb.SendRequest], seconds: float) -> pb.SendRequest | None:
    with anyio.move_on_after(seconds):
        return await anext(parts, None)
    raise ProblemError("too-slow", f"Nothing came for {seconds:g} s; what was answered is kept. Send the rest anew.")


async def window(request: Request, asked: pb.WindowRequest) -> pb.WindowResponse:
    """The groups of one window."""
    visible = visible_of(request, asked.stream, Action.ASK)
    answer, _ = await ask(request, read_window(visible, window_pairs(asked)))
    return window_message(answer.answer)


async def series(request: Request, asked: pb.SeriesRequest) -> pb.SeriesResponse:
    """The points of a chart."""
    visible = visible_of(request, asked.stream, Action.ASK)
    answer, _ = await ask(request, read_series(visible, series_pairs(asked)))
    return series_message(answer.answer)


async def records(request: Request, asked: pb.RecordsRequest) -> AsyncIterator[pb.RecordsResponse]:
    """All records of a window, as pieces of one Arrow IPC stream."""
    visible = visible_of(request, asked.stream, Action.DETAIL)
    run, data = await begin(request, read_records(visible, records_pairs(asked)), ARROW)
    try:
        while data is not None:
            for at in range(0, len(data), PIECE_BYTES):
                yield pb.RecordsResponse(data=data[at : at + PIECE_BYTES])
            data = await run.next()
    finally:
        run.close()


async def definition(request: Request, asked: pb.DefinitionRequest) -> pb.DefinitionResponse:
    """One stream."""
    visible = known_stream(request, asked.stream)
    told = _stream(request, visible)
    whole = Struct()
    whole.update(definition_json(visible))
    told.definition.CopyFrom(whole)
    return pb.DefinitionResponse(stream=told)


async def definitions(request: Request, _: pb.DefinitionsRequest) -> pb.DefinitionsResponse:
    """Every stream that who asks knows."""
    return pb.DefinitionsResponse(streams=[_stream(request, visible) for visible in known_streams(request).values()])


def _stream(request: Request, visible: Visible) -> pb.Stream:
    shown, view = visible.shown, service_of(request).queries.views().get(visible.definition.name)
    return pb.Stream(
        name=shown.name,
        title=shown.title,
        description=shown.description,
        dimensions=shown.dimensions,
        measures=shown.measures,
        distincts=shown.distincts,
        complete_until=moment(view.complete_until if view else None),
    )


@dataclass(frozen=True, slots=True)
class Method:
    """A handler, and whom it is for."""

    rule: Rule
    handle: Callable[[Request, Any], Any]


METHODS: Mapping[str, Method] = {
    "Send": Method(SEND, send),
    "SendAll": Method(SEND, send_all),
    "Window": Method(ASK, window),
    "Series": Method(ASK, series),
    "Records": Method(DETAIL, records),
    "Definition": Method(ASK, definition),
    "Definitions": Method(SIGNED_IN, definitions),
    "Processes": Method(PROCESS, processes),
    "Results": Method(PROCESS, results),
    "Runs": Method(PROCESS, runs),
}
"""Every method of the service by its name."""
