"""`/forms/{stream}`: a form, a page at a time, then all answers once more, from where they are sent.

Nothing is kept here: each step brings all answers with it. Its id tells a submission that is sent again.
"""

from __future__ import annotations

import time
import uuid
from dataclasses import replace
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response

from access.claims import Claim, Held
from database.errors import LakeError
from query.errors import TooSlowError
from query.form_versions import new_submission
from streams.errors import TopicError
from streams.reasons import Rejection
from web.asking.access import in_submission
from web.asking.sending import send_message
from web.asking.sending_once import claimed, send_once
from web.edge.problems import ProblemError
from web.page.posted import Posted, posted
from web.pages.forms.filling import Filling
from web.pages.forms.opened import REVIEW, THANKS, Opened, opened
from web.pages.forms.opening import closed as closed_by
from web.pages.forms.person import once
from web.pages.forms.stepping import filled, not_sent, refused, stepped

OWN = "own"
"""What a form brings along whose submissions can be changed: the key of its id, which nobody gets for another's."""


async def form_page(request: Request) -> Response:
    """The first page of a form that nobody has begun, with the id of what will be sent."""
    form = opened(request)
    if closed := closed_by(form.form, datetime.now(UTC), form.words):
        return form.page(None, "", 403, closed=closed)
    if form.form.once:
        if not form.person:
            return form.page(None, "", 403, notice=form.words.own_link)
        claim = await claimed(request, form.stream, once(form.person))
        if claim is not None:
            return await _told(request, form, None, claim, 200)
    id_, form = await _new(request, form)
    filling = form.filling(id_, {})
    return form.page(filling, filling.places[0])


async def step_form(request: Request) -> Response:
    """On to the next page, back, the same in another language, or send."""
    given = await posted(request)
    form = opened(request, given.text("to") or given.text("lang"))
    form = replace(form, carried={OWN: given.text(OWN)} if form.form.edits else {})
    filling = filled(form, given, _id(given))
    if closed := closed_by(form.form, datetime.now(UTC), form.words):
        return form.page(filling, REVIEW, 403, closed=closed)
    if form.form.once and not form.person:
        return form.page(filling, REVIEW, 403, notice=form.words.own_link)
    return stepped(form, filling, given) or await _send(request, form, filling)


async def _send(request: Request, form: Opened, filling: Filling) -> Response:
    sent = filling.id

    async def send(submission: str) -> Rejection | None:
        nonlocal sent
        sent = submission
        message = replace(filling, id=submission).message(time.time_ns() // 1_000_000)
        return await send_message(request, form.visible, message)

    try:
        if form.form.edits and not await _is_own(request, form, filling.id):
            sent, form = await _new(request, form)
            filling = replace(filling, id=sent)
        if form.form.once:
            outcome = await send_once(request, form.stream, once(form.person), filling.id, send)
        else:
            outcome = await send(filling.id)
        if outcome is None:
            return form.page(replace(filling, id=sent), THANKS, change=await _change(request, form, sent))
        if isinstance(outcome, Claim):
            return await _told(request, form, filling, outcome, 409)
    except (TopicError, LakeError, TooSlowError, ProblemError) as error:
        return not_sent(request, form, filling, error)
    return refused(form, filling, outcome)


async def _told(request: Request, form: Opened, filling: Filling | None, claim: Claim, status: int) -> Response:
    """Why a person cannot send it again, and where what was sent can be changed."""
    busy = claim.held is Held.BUSY
    change = "" if busy else await _change(request, form, claim.submission)
    notice = form.words.being_sent if busy else form.words.already
    return form.page(filling, REVIEW, status, notice=notice, change=change)


async def _new(request: Request, form: Opened) -> tuple[str, Opened]:
    """An id that nobody has, and the form that brings its key along if what is sent can be changed."""
    if form.form.edits is None:
        return str(uuid.uuid4()), form
    id_ = new_submission(datetime.now(UTC))
    return id_, replace(form, carried={OWN: await _key(request, form, id_)})


async def _is_own(request: Request, form: Opened, submission: str) -> bool:
    """Whether the id was made for this form as it was opened."""
    key = await in_submission(request, lambda store: store.form_keys.read(form.stream, form.carried[OWN]))
    return key is not None and key.submission == submission


async def _change(request: Request, form: Opened, submission: str) -> str:
    """Where what was sent can be changed; empty if it cannot."""
    if form.form.edits is None:
        return ""
    return form.answers_address(submission, await _key(request, form, submission))


async def _key(request: Request, form: Opened, submission: str) -> str:
    return await in_submission(request, lambda store: store.form_keys.of_submission(form.stream, submission))


def _id(given: Posted) -> str:
    try:
        return str(uuid.UUID(given.text("id")))
    except ValueError:
        raise ProblemError("unparseable", "The form has lost its id; load the page again.") from None
