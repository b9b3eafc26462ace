"""`/forms/{stream}`: a form, a page at a time, then all answers once more, from where they are sent.

Nothing is kept here: each step brings all answers with it. Its id tells a submission that is sent again.
"""

from __future__ import annotations

import time
import uuid
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from access.grants import Action
from query.visible import Visible
from streams.errors import TopicError
from streams.form import Form
from web.access.away import problem_for
from web.access.scopes import visible_of
from web.asking.sending import send_message
from web.edge.problems import ProblemError
from web.page.posted import Posted, posted
from web.page.templating import page_response
from web.pages.forms.filling import Filling
from web.pages.forms.opening import closed as closed_by
from web.pages.forms.wording import wording

REVIEW = "review"
"""The place after the last page: all answers once more."""

_PREFIX = "a."
_NOT_SENT = "Your answers were not sent, and are still on this page. Send them again in a moment: they count once."


async def form_page(request: Request) -> Response:
    """The first page of a form that nobody has begun, with the id of what will be sent."""
    visible, form = _form(request)
    if closed := closed_by(form, datetime.now(UTC)):
        return _page(visible, form, None, "", 403, closed=closed)
    filling = Filling(visible.definition, form, str(uuid.uuid4()), {})
    return _page(visible, form, filling, filling.places[0])


async def step_form(request: Request) -> Response:
    """On to the next page, back, or send."""
    visible, form = _form(request)
    given = await posted(request)
    filling = _filling(visible, form, given)
    if closed := closed_by(form, datetime.now(UTC)):
        return _page(visible, form, filling, REVIEW, 403, closed=closed)
    to, at = given.text("go"), _place(form, given.text("at"))
    if to == "back":
        before = filling.before(len(form.pages) if at is None else at)
        return _page(visible, form, filling, filling.places[0] if before is None else before)
    if at is not None:
        problems = filling.problems(at) if filling.asks(at) else {}
        following = filling.next(at)
        place = at if problems else REVIEW if following is None else following
        return _page(visible, form, filling, place, 422 if problems else 200, problems=problems)
    wrong = filling.first_wrong
    if wrong is not None:
        return _page(visible, form, filling, wrong, 422, problems=filling.problems(wrong))
    return await _send(request, visible, form, filling)


async def _send(request: Request, visible: Visible, form: Form, filling: Filling) -> Response:
    try:
        rejection = await send_message(request, visible, filling.message(time.time_ns() // 1_000_000))
    except TopicError as error:
        away = problem_for(request, error)
        return _page(visible, form, filling, REVIEW, away.status, away.headers, away=f"{away.detail} {_NOT_SENT}")
    if rejection is None:
        return _page(visible, form, filling, "thanks")
    field, place = rejection.field or "", filling.place_of(rejection.field)
    said = wording(rejection.reason, visible.definition.fields.get(field))
    if place is None:
        return _page(visible, form, filling, REVIEW, 422, away=f"This cannot be taken: {field} is {rejection.reason}.")
    return _page(visible, form, filling, place, 422, problems={field: said})


def _form(request: Request) -> tuple[Visible, Form]:
    visible = visible_of(request, request.path_params["stream"], Action.SEND)
    if visible.definition.form is None:
        raise ProblemError("not-found", f"{visible.definition.title} has no form.")
    return visible, visible.definition.form


def _filling(visible: Visible, form: Form, given: Posted) -> Filling:
    try:
        id_ = str(uuid.UUID(given.text("id")))
    except ValueError:
        raise ProblemError("unparseable", "The form has lost its id; load the page again.") from None
    texts = {name: given.secret(_PREFIX + name) for name in (question.field for question in form.questions)}
    return Filling(visible.definition, form, id_, {name: text for name, text in texts.items() if text})


def _place(form: Form, text: str) -> int | None:
    """The page that was sent; None: the review."""
    if text == REVIEW:
        return None
    if text.isascii() and text.isdigit() and len(text) <= 4 and int(text) < len(form.pages):
        return int(text)
    raise ProblemError("unparseable", "The form does not say which of its pages was sent; load it again.")


def _page(
    visible: Visible,
    form: Form,
    filling: Filling | None,
    place: int | str,
    status: int = 200,
    headers: Any = None,
    *,
    problems: dict[str, str] | None = None,
    away: str = "",
    closed: str = "",
) -> Response:
    page = form.pages[place] if isinstance(place, int) else None
    questions = filling.shown(page) if filling and page else []
    here = {question.field for question in questions}
    return page_response(
        "pages/forms/form.html",
        status,
        {**(headers or {}), "Cache-Control": "no-store", "Vary": "Cookie"},
        title=visible.definition.title,
        stream=visible.definition.name,
        fields=visible.definition.fields,
        form=form,
        filling=filling,
        place=place,
        page=page,
        questions=questions,
        elsewhere={name: text for name, text in filling.texts.items() if name not in here} if filling else {},
        labels={question.field: question.label for question in form.questions},
        problems=problems or {},
        away=away,
        closed=closed,
        prefix=_PREFIX,
        offered=lambda values: [(value, value) for value in values],
        may_see=Action.DETAIL in visible.scope.actions and visible.definition.records is not None,
    )
