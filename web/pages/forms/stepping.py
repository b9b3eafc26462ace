"""From one page of a form to the next: what was sent with a step, and where it leads."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from streams.form import Form
from streams.reasons import Rejection
from web.access.away import problem_for
from web.edge.problems import ProblemError
from web.page.posted import Posted
from web.pages.forms.filling import Filling
from web.pages.forms.opened import PREFIX, REVIEW, Opened, Place
from web.pages.forms.wording import wording


def filled(form: Opened, given: Posted, submission: str) -> Filling:
    """All answers so far, which each step brings along."""
    texts = {name: given.secret(PREFIX + name) for name in (question.field for question in form.form.questions)}
    return form.filling(submission, {name: text for name, text in texts.items() if text})


def stepped(form: Opened, filling: Filling, given: Posted) -> Response | None:
    """The next page, the one before, or the same in another language; None: all is answered, and it is to be sent.

    Raises ProblemError where it is not told which page was sent.
    """
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
    return None if wrong is None else form.page(filling, wrong, 422, problems=filling.problems(wrong))


def not_sent(request: Request, form: Opened, filling: Filling, error: Exception) -> Response:
    """All answers, which can be sent again: an engine was away, or too much was asked.

    Raises again what says that this asker may not.
    """
    away = problem_for(request, error)
    if isinstance(error, ProblemError) and away.status not in (429, 503):
        raise error
    return form.page(filling, REVIEW, away.status, away.headers, away=away.detail)


def refused(form: Opened, filling: Filling, rejection: Rejection) -> Response:
    """The page with the answer that was not taken after all."""
    field, place = rejection.field or "", filling.place_of(rejection.field)
    if place is None:
        return form.page(filling, REVIEW, 422, away=f"This cannot be taken: {field} is {rejection.reason}.")
    said = wording(rejection.reason, form.visible.definition.fields.get(field), form.words)
    return form.page(filling, place, 422, problems={field: said})


def _place(form: Form, text: str) -> int | None:
    """The page that was sent; None: the review."""
    if text == REVIEW:
        return None
    if text.isascii() and text.isdigit() and len(text) <= 4 and int(text) < len(form.pages):
        return int(text)
    raise ProblemError("unparseable", "The form does not say which of its pages was sent; load it again.")
