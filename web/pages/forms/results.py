"""`/forms/{stream}/results`: what was answered to each question, counted as it arrives."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from access.grants import Action
from query.errors import NotReadyError, QueryError
from query.form_questions import FormAnswers
from query.record_formats import TITLES
from query.requests import Step
from query.visible import Visible
from streams.form import Question
from systems.merchants.ranges import moments
from web.access.away import told_on_page
from web.access.scopes import visible_of
from web.asking.forms import Counted, answered
from web.edge.problems import Problem, ProblemError
from web.page.granted import alternatives_in_words
from web.page.record_filters import filterable
from web.page.remembered import remember_zone, remembered_zone
from web.page.templating import page_response
from web.page.times import RANGES as ALL_RANGES
from web.page.times import span
from web.pages.forms.spreads import columns, crossed, share_of, spread, worded
from web.pages.forms.view import RANGES, View, crossable, read_view


async def results_page(request: Request) -> Response:
    """Counts, spreads, a table of two questions, and columns over time, of the records that the asker may see."""
    visible = visible_of(request, request.path_params["stream"], Action.DETAIL)
    questions = _questions(visible)
    zone, pairs = remembered_zone(request), request.query_params.multi_items()
    view = read_view(visible.shown, questions, pairs, datetime.now(UTC), zone)
    problems, away, waiting = {**view.form.problems, **view.filters.problems}, None, False
    if view.form.submitted and not problems:
        response: Response = RedirectResponse(view.url(), 302)
        remember_zone(request, response, view.form.zone)
        return response
    counted = None
    if not problems:
        try:
            counted = await answered(request, visible, questions, view.asked)
        except NotReadyError:
            waiting = True
        except QueryError as error:
            problems, away = told_on_page(request, error)
    return _page(visible, questions, view, problems, away, counted, waiting=waiting)


def _questions(visible: Visible) -> list[Question]:
    """Those of fields that are shown."""
    form = visible.definition.form
    if form is None:
        raise ProblemError("not-found", "This stream has no form.")
    return [each for each in form.questions if each.field in visible.shown.fields]


def _page(
    visible: Visible,
    questions: list[Question],
    view: View,
    problems: dict[str, str],
    away: Problem | None,
    counted: Counted | None,
    *,
    waiting: bool = False,
) -> Response:
    definition, answers = visible.shown, counted.answers if counted else None
    asking, rules = {each.field: each for each in questions}, definition.fields
    return page_response(
        "pages/forms/results.html",
        422 if problems else away.status if away else 200,
        {**((away and away.headers) or {}), "Vary": "Cookie", "Cache-Control": "private, no-store"},
        title=f"Results: {definition.title}",
        definition=definition,
        may_send=Action.SEND in visible.scope.actions,
        view=view,
        form=view.form,
        ranges={key: ALL_RANGES[key] for key in RANGES},
        span=span(view.form.length) if view.form.length else "",
        problems=problems,
        away=away,
        waiting=waiting,
        answers=answers,
        renewing=_clock(counted.until, view) if counted and counted.renewing and counted.until else "",
        shown=_shown(view, asking, rules, answers) if answers and answers.submissions else None,
        crossable=crossable(definition, questions),
        filterable=[*filterable(definition)],
        labels={name: each.label for name, each in asking.items()},
        said=lambda name, value: worded(asking[name], rules[name], value) if name in asking else value,
        share_of=share_of,
        hidden=len(visible.definition.form.questions) - len(questions) if visible.definition.form else 0,
        rows_seen="" if visible.scope.all_rows else alternatives_in_words(visible.scope),
        formats=TITLES,
    )


def _shown(view: View, asking: dict[str, Question], rules: Any, answers: FormAnswers) -> dict[str, Any]:
    steps = moments(*view.form.bounds, view.step, view.form.zone)
    table = None
    if view.asked.crossed:
        down, across = ((asking[name], rules[name]) for name in view.asked.crossed)
        table = crossed(down, across, answers.crossed)
    return {
        "spreads": [spread(each, rules[name], answers.by[name]) for name, each in asking.items()],
        "columns": columns(answers, steps, {at: _words(at, view) for at in steps}),
        "table": table,
    }


def _clock(at: datetime, view: View) -> str:
    return f"{at.astimezone(view.form.zone):%H:%M:%S}"


def _words(at: datetime, view: View) -> str:
    local = at.astimezone(view.form.zone)
    if view.step is Step.HOUR:
        return f"{local.day} {local:%b, %H:%M}"
    return f"{local:%B %Y}" if view.step is Step.MONTH else f"{local.day} {local:%b %Y}"
