"""Answers that take long: the one before is given while a newer one is made, so nobody waits for each commit."""

from __future__ import annotations

import asyncio

from starlette.requests import Request

from query.answer_json import Encoded
from query.answers import RowsAnswer
from query.record_questions import RecordQuestion
from web.asking.questions import ask, check_length, told
from web.edge.lanes import nothing_more
from web.service import service_of

PATIENCE_SECONDS = 0.15
"""How long whoever begins a newer answer waits for it, where there is one of before."""


async def ask_renewed(request: Request, question: RecordQuestion) -> tuple[Encoded[RowsAnswer], bool]:
    """As `ask`; and whether a newer answer is being made, which one who asks again is given.

    Only the first who asks something waits as long as it takes. Of each question one newer answer is made at a time.
    """
    service = service_of(request)
    earlier = service.queries.lately(question)
    if earlier is None or earlier.tag == service.queries.tag(question):
        return (await ask(request, question))[0], False
    check_length(request, question)
    # Its asker may be gone before it is made.
    patient = Request(request.scope, nothing_more)
    making = service.renewals.begin(question, lambda: _made(patient, question))
    if making is not None:
        await asyncio.wait({making}, timeout=PATIENCE_SECONDS)
        if making.done():
            return making.result(), False
    told(request, question, earlier)
    return earlier, True


async def _made(request: Request, question: RecordQuestion) -> Encoded[RowsAnswer]:
    return (await ask(request, question))[0]
