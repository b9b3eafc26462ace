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
from streams.errors import TopicError
from streams.form import Form
from streams.reasons import Rejection
from web.access.away import problem_for
from web.asking.sending import send_message
from web.asking.sending_once import claimed, send_once
from web.edge.problems import ProblemError
from web.page.posted import Posted, posted
from web.pages.forms.filling import Filling
from web.pages.forms.opened import PREFIX, REVIEW, THANKS, Opened, Place, opened
from web.pages.forms.opening import closed as closed_by
from web.pages.forms.person import once
from web.pages.forms.wording import wording


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
            return form.page(None, "", notice=_told(form, claim))
    filling = form.filling(str(uuid.uuid4()), {})
    return form.page(filling, filling.places[0])


async def step_form(request: Request) -> Response:
    """On to the next page, back, the same in another language, or send."""
    given = await posted(request)
    form = opened(request, given.text("to") or given.text("lang"))
    filling = _filling(form, given)
    if closed := closed_by(form.form, datetime.now(UTC), form.words):
        return form.page(filling, REVIEW, 403, closed=closed)
    if form.form.once and not form.person:
        return form.page(filling, REVIEW, 403, notice=form.words.own_link)
    to, at = given.text("go"), _place(form.form, given.text("at"))
    if given.text("to"):
        return form.page(filling, REVIEW if at is None else at)
    if to == "back":
        before = filling.before(len(form.form.pages) if at is None else at)
        return form.page(filling, filling.places[0] if before is None else before)
    if at is not None:
        problems = filling.problems(at) if filling.asks(at) else {}
        following = filling.next(at)
        place: Place = at if problems else REVIEW if following is None else following
        return form.page(filling, place, 422 if problems else 200, problems=problems)
    wrong = filling.first_wrong
    if wrong is not None:
        return form.page(filling, wrong, 422, problems=filling.problems(wrong))
    return await _send(request, form, filling)


async def _send(request: Request, form: Opened, filling: Filling) -> Response:
    async def send(submission: str) -> Rejection | None:
        message = replace(filling, id=submission).message(time.time_ns() // 1_000_000)
        return await send_message(request, form.visible, message)

    try:
        if form.form.once:
            outcome = await send_once(request, form.stream, once(form.person), filling.id, send)
        else:
            outcome = await send(filling.id)
    except (TopicError, LakeError, TooSlowError) as error:
        away = problem_for(request, error)
        return form.page(filling, REVIEW, away.status, away.headers, away=away.detail)
    if isinstance(outcome, Claim):
        return form.page(filling, REVIEW, 409, notice=_told(form, outcome))
    return form.page(filling, THANKS) if outcome is None else _refused(form, filling, outcome)


def _told(form: Opened, claim: Claim) -> str:
    """Why a person cannot send it again."""
    return form.words.being_sent if claim.held is Held.BUSY else form.words.already


def _refused(form: Opened, filling: Filling, rejection: Rejection) -> Response:
    field, place = rejection.field or "", filling.place_of(rejection.field)
    if place is None:
        return form.page(filling, REVIEW, 422, away=f"This cannot be taken: {field} is {rejection.reason}.")
    said = wording(rejection.reason, form.visible.definition.fields.get(field), form.words)
    return form.page(filling, place, 422, problems={field: said})


def _filling(form: Opened, given: Posted) -> Filling:
    try:
        id_ = str(uuid.UUID(given.text("id")))
    except ValueError:
        raise ProblemError("unparseable", "The form has lost its id; load the page again.") from None
    texts = {name: given.secret(PREFIX + name) for name in (question.field for question in form.form.questions)}
    return form.filling(id_, {name: text for name, text in texts.items() if text})


def _place(form: Form, text: str) -> int | None:
    """The page that was sent; None: the review."""
    if text == REVIEW:
        return None
    if text.isascii() and text.isdigit() and len(text) <= 4 and int(text) < len(form.pages):
        return int(text)
    raise ProblemError("unparseable", "The form does not say which of its pages was sent; load it again.")
