"""`POST /v1/streams/{stream}/messages`: judge each message, send the good ones to Kafka, answer once Kafka has them."""

from __future__ import annotations

import functools
import time
from collections.abc import Generator
from dataclasses import dataclass, field

import anyio
import anyio.to_process
import anyio.to_thread
from starlette.requests import Request
from starlette.responses import Response

from access.grants import Action
from query.visible import Visible
from streams.decoder import Accepted, Decoder, Excluded, decode_by_plan
from streams.definition import Definition
from streams.json_text import LARGEST
from streams.reasons import Reason, Rejection
from streams.refusal_envelope import MOST_BYTES
from web.access.scopes import asker_of, visible_of
from web.asking.sendable import Sendable, sendable
from web.edge.bodies import JSON, Gunzip, is_packed, media_type, paced, place, split_messages, too_large
from web.edge.intake import Held
from web.edge.json_grammar import first_fault
from web.edge.problems import ProblemError
from web.edge.responses import json_response
from web.edge.turns import Work
from web.service import Service, service_of

MOST_LISTED = 1_000
"""Rejections that an answer lists; of those beyond it says how many."""

_LARGE_BYTES = 16 << 10
"""Messages beyond this are judged by a process of its own: one may take a second of Python, which cannot pause."""

_NOT_JSON = frozenset({Reason.NOT_VALID_JSON, Reason.NOT_VALID_UTF_8})
_NOT_READ = frozenset({Reason.NESTED_TOO_DEEPLY, Reason.LARGER_THAN_1_MIB})


@dataclass(slots=True)
class Judged:
    """A body, judged: what to send, with which keys, and what is wrong with the rest, by place in the body.

    `excluded`: how many of what to send are listed as rejected too.
    """

    sent: list[bytes] = field(default_factory=list)
    keys: list[bytes | None] = field(default_factory=list)
    rejected: list[tuple[int, Rejection]] = field(default_factory=list)
    unlisted: int = 0
    excluded: int = 0
    size: int = 0
    samples: list[tuple[bytes, Rejection]] = field(default_factory=list)

    def reject(self, index: int, rejection: Rejection, message: bytes, most_samples: int) -> None:
        """Note a rejection, the first of them to be listed and kept."""
        if len(self.samples) < most_samples:
            self.samples.append((message[:MOST_BYTES], rejection))
        if len(self.rejected) < MOST_LISTED:
            self.rejected.append((index, rejection))
        else:
            self.unlisted += 1

    def send(self, message: bytes, key: bytes | None) -> None:
        """Note what goes to Kafka."""
        self.sent.append(message)
        self.keys.append(key)

    @property
    def accepted(self) -> int:
        """How many count, as far as the edge can tell."""
        return len(self.sent) - self.excluded

    @property
    def rejections(self) -> int:
        """How many were rejected."""
        return len(self.rejected) + self.unlisted


async def post_messages(request: Request) -> Response:
    """202 with how many were accepted and which were rejected; nothing that is acknowledged is lost."""
    service, asker = service_of(request), asker_of(request)
    visible = visible_of(request, request.path_params["stream"], Action.SEND)
    definition = visible.definition
    service.refuse_unsendable(asker, definition)
    kind = media_type(request.headers.getlist("content-type"))
    async with service.intake.hold() as held:
        judged = await _judged(request, service, visible, kind, held)
        service.allowances.count_messages(asker, judged.accepted + judged.rejections, judged.size)
        kept = service.refusals.keep(definition.topic, judged.samples)
        service.metrics.refusals_kept.labels(definition.name).inc(kept)
        if judged.sent:
            await service.producer.send(definition.topic, judged.sent, judged.keys)
    _count(service, definition.name, judged)
    rejected = [{"index": i, "field": r.field, "reason": r.reason} for i, r in judged.rejected]
    more = {"more_rejected": judged.unlisted} if judged.unlisted else {}
    return json_response({"accepted": judged.accepted, "rejected": rejected, **more}, 202)


async def _judged(request: Request, service: Service, visible: Visible, kind: str, held: Held) -> Judged:
    """Read and judge the body, which is let go before what was accepted is sent."""
    work = Work(service.turns)
    body = await _body(request, service, held, work)
    await held.grow(len(body))  # each message is cut out of it, and copied once more on its way to Kafka
    rows = sendable(visible)
    judged = await _Judge(service, visible.definition, work, rows).judge(body, kind)
    judged.size = len(body)
    return judged


@dataclass(frozen=True, slots=True)
class _Judge:
    """Decodes each message as the job will, in turns with everything else that goes on."""

    service: Service
    definition: Definition
    work: Work
    rows: Sendable | None

    async def judge(self, body: bytes, kind: str) -> Judged:
        """What to send and what not, or 400 for a JSON document that is broken: none of it is sent."""
        judged, decoder = Judged(), self.service.decoder(self.definition)
        arrived_ms = time.time_ns() // 1_000_000
        index = 0
        await self.work.begin()
        for start, message in split_messages(body, kind, self.service.settings.web_body_messages):
            if message:
                outcome = await self._decode(decoder, message, arrived_ms)
                row = outcome.row if isinstance(outcome, Excluded) else outcome
                if self.rows is not None and isinstance(row, Accepted) and not self.rows.allow(row):
                    # Kept where others would see it, it would be a way to tell them something.
                    judged.reject(index, self.rows.rejection, message, 0)
                elif isinstance(row, Accepted):
                    judged.send(message, decoder.key(row))
                    if isinstance(outcome, Excluded):
                        judged.reject(index, outcome, message, 0)
                        judged.excluded += 1
                elif isinstance(outcome, Rejection):
                    if kind == JSON:
                        await self._refuse_broken(body, start, message, outcome)
                    judged.reject(index, outcome, message, self.service.refusals.most)
                index += 1
            if self.work.is_over:
                await self.work.pause()
        return judged

    async def _decode(self, decoder: Decoder, message: bytes, arrived_ms: int) -> Accepted | Rejection:
        if not _LARGE_BYTES < len(message) <= LARGEST:
            return decoder.decode(message, arrived_ms)
        plan = self.service.plan_text(self.definition)
        asked = functools.partial(decode_by_plan, plan, message, arrived_ms)
        limiter = self.service.judging
        try:
            outcome = await anyio.to_process.run_sync(asked, limiter=limiter)
        except anyio.BrokenWorkerProcess:
            outcome = await anyio.to_thread.run_sync(asked, limiter=limiter)
        await self.work.begin()
        return outcome

    async def _refuse_broken(self, body: bytes, start: int, message: bytes, rejection: Rejection) -> None:
        """A decoder does not read to their end what is nested too deeply or too large."""
        if rejection.reason not in _NOT_JSON | _NOT_READ:
            return
        at = await self._run(first_fault(message))
        if at is not None or rejection.reason in _NOT_JSON:
            reason = rejection.reason if rejection.reason in _NOT_JSON else Reason.NOT_VALID_JSON
            detail = f"The body is {reason} ({place(body, start + (at or 0))}); none of it was taken."
            raise ProblemError("unparseable", detail)

    async def _run(self, steps: Generator[None, None, int | None]) -> int | None:
        try:
            while True:
                next(steps)
                if self.work.is_over:
                    await self.work.pause()
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


def _count(service: Service, stream: str, judged: Judged) -> None:
    service.metrics.batch.labels(stream).observe(judged.accepted + judged.rejections)
    service.metrics.messages.labels(stream, "accepted").inc(judged.accepted)
    service.metrics.messages.labels(stream, "rejected").inc(judged.rejections)
