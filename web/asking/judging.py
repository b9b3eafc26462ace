"""Messages that are sent to the service: each judged as the job will judge it, and the good ones sent to Kafka."""

from __future__ import annotations

import functools
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field

import anyio
import anyio.to_process
import anyio.to_thread
from starlette.requests import Request

from query.visible import Visible
from streams.decoder import Accepted, Decoder, Excluded, decode_by_plan
from streams.definition import Definition
from streams.json_text import LARGEST
from streams.reasons import Rejection
from streams.refusal_envelope import MOST_BYTES
from web.access.scopes import asker_of
from web.asking.sendable import sendable
from web.edge.turns import Work
from web.service import Service, service_of

MOST_LISTED = 1_000
"""Rejections that an answer lists; of those beyond it says how many."""

_LARGE_BYTES = 16 << 10
"""Messages beyond this are judged by a process of its own: one may take a second of Python, which cannot pause."""

Broken = Callable[[int, bytes, Rejection], Awaitable[None]]
"""Told of a rejected message, and where it begins, before it is listed; may refuse all of them."""


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


@dataclass(frozen=True, slots=True)
class Judge:
    """Decodes each message as the job will, in turns with everything else that goes on."""

    service: Service
    visible: Visible
    work: Work
    broken: Broken | None = None

    async def judge(self, messages: Iterable[tuple[int, bytes]]) -> Judged:
        """What to send and what not, of messages and where each begins. Raises what `broken` does."""
        judged, decoder, rows = Judged(), self.service.decoder(self.visible.definition), sendable(self.visible)
        arrived_ms = time.time_ns() // 1_000_000
        index = 0
        await self.work.begin()
        for start, message in messages:
            if message:
                outcome = await self._decode(decoder, message, arrived_ms)
                row = outcome.row if isinstance(outcome, Excluded) else outcome
                if rows is not None and isinstance(row, Accepted) and not rows.allow(row):
                    # Kept where others would see it, it would be a way to tell them something.
                    judged.reject(index, rows.rejection, message, 0)
                elif isinstance(row, Accepted):
                    judged.send(message, decoder.key(row))
                    if isinstance(outcome, Excluded):
                        judged.reject(index, outcome, message, 0)
                        judged.excluded += 1
                elif isinstance(outcome, Rejection):
                    if self.broken is not None:
                        await self.broken(start, message, outcome)
                    judged.reject(index, outcome, message, self.service.refusals.most)
                index += 1
            if self.work.is_over:
                await self.work.pause()
        return judged

    async def _decode(self, decoder: Decoder, message: bytes, arrived_ms: int) -> Accepted | Rejection:
        if not _LARGE_BYTES < len(message) <= LARGEST:
            return decoder.decode(message, arrived_ms)
        plan = self.service.plan_text(self.visible.definition)
        asked = functools.partial(decode_by_plan, plan, message, arrived_ms)
        limiter = self.service.judging
        try:
            outcome = await anyio.to_process.run_sync(asked, limiter=limiter)
        except anyio.BrokenWorkerProcess:
            outcome = await anyio.to_thread.run_sync(asked, limiter=limiter)
        await self.work.begin()
        return outcome


async def send_judged(request: Request, definition: Definition, judged: Judged) -> None:
    """Returns once Kafka has what is good. Raises ProblemError, and TopicError if Kafka does not take it."""
    service = service_of(request)
    service.allowances.count_messages(asker_of(request), judged.accepted + judged.rejections, judged.size)
    kept = service.refusals.keep(definition.topic, judged.samples)
    service.metrics.refusals_kept.labels(definition.name).inc(kept)
    if judged.sent:
        await service.producer.send(definition.topic, judged.sent, judged.keys)
    service.metrics.batch.labels(definition.name).observe(judged.accepted + judged.rejections)
    service.metrics.messages.labels(definition.name, "accepted").inc(judged.accepted)
    service.metrics.messages.labels(definition.name, "rejected").inc(judged.rejections)
