"""One message that a page sends: judged and sent as those are that come by `POST /v1/streams/{stream}/messages`."""

from __future__ import annotations

import time

from starlette.requests import Request

from query.visible import Visible
from streams.decoder import Excluded
from streams.reasons import Rejection
from web.access.scopes import asker_of
from web.asking.sendable import sendable
from web.service import service_of


async def send_message(request: Request, visible: Visible, message: bytes) -> Rejection | None:
    """Send it and wait until Kafka has it, or say why it is not accepted; what is excluded goes there all the same.

    Raises ProblemError, and TopicError if Kafka does not take it.
    """
    service, asker, definition = service_of(request), asker_of(request), visible.definition
    service.refuse_unsendable(asker, definition)
    decoder = service.decoder(definition)
    async with service.intake.hold() as held:
        await held.grow(len(message))
        outcome = decoder.decode(message, time.time_ns() // 1_000_000)
        service.allowances.count_messages(asker, 1, len(message))
        if isinstance(outcome, Rejection) and not isinstance(outcome, Excluded):
            service.metrics.messages.labels(definition.name, "rejected").inc()
            return outcome
        row, rows = outcome.row if isinstance(outcome, Excluded) else outcome, sendable(visible)
        if rows is not None and not rows.allow(row):
            return rows.rejection
        await service.producer.send(definition.topic, [message], [decoder.key(row)])
    service.metrics.messages.labels(definition.name, "accepted").inc()
    return None
