"""What the window page and its CSV show: the answer, marked with what changed since and with the time compared with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request

from database.replays import Publication
from query.answers import WindowAnswer
from query.changes import changes_between
from query.errors import FieldProblem, InvalidRequestError, NotKeptError
from query.requests import WindowRequest, keeps_quantiles
from query.visible import Visible
from streams.definition import Definition
from web.asking.questions import ask
from web.page.table import Column, sorted_groups
from web.pages.window.columns import QUANTILES, Shown, columns_of
from web.pages.window.compared import COMPARISONS, Compared, beside, compared_span
from web.pages.window.form import WindowForm
from web.pages.window.known import KnownAt, known_at


@dataclass(frozen=True)
class WindowResult:
    """The answer; its groups, sorted, each with what belongs to it; and all columns."""

    answer: WindowAnswer
    shown: Sequence[Shown]
    columns: tuple[Column[Shown], ...]
    known: KnownAt | None
    compared: Compared | None
    cached: bool
    seconds: float


def question_of(definition: Definition, form: WindowForm) -> list[tuple[str, str]]:
    """The parameters of the API that ask what the page asks."""
    quantiles = [("quantiles", ",".join(f"{level:g}" for level in QUANTILES))] if keeps_quantiles(definition) else []
    return [*form.question(), *quantiles]


async def find(
    request: Request, visible: Visible, form: WindowForm, now: datetime, published: Sequence[Publication] = ()
) -> WindowResult:
    """Ask what a form without problems asks. Raises QueryError."""
    quantiles = QUANTILES if keeps_quantiles(visible.shown) else ()
    asked = WindowRequest(visible, *form.bounds, form.by, form.filters, form.known, quantiles)
    kept, seconds = await ask(request, asked)
    answer, known, compared = kept.answer, None, None
    shown = [Shown(group) for group in answer.groups]
    if form.known is not None:
        later, _ = await ask(request, asked.known_at(None))
        changes = changes_between(answer.groups, later.answer.groups)
        until = answer.source.known_until and answer.source.known_until.astimezone(form.zone)
        known = known_at(form.known.astimezone(form.zone), until, published, len(shown), changes)
        shown = [Shown(group, changes.changed.get(group.key)) for group in answer.groups]
    if form.compare:
        other = _other(visible, form, now)
        try:
            then, _ = await ask(request, other)
        except NotKeptError as error:
            raise InvalidRequestError([FieldProblem("compare", f"goes back too far: {error}")]) from error
        shown, gone = beside(shown, then.answer.groups)
        label, shortest = COMPARISONS[form.compare], then.answer.covered.shortest
        compared = Compared(label, other.start, other.end, then.answer.groups, gone, shortest)
    columns = columns_of(visible.shown, form.by, every=True, since=known is not None, compared=compared is not None)
    ordered = sorted_groups(shown, columns, form.sort)
    return WindowResult(answer, ordered, columns, known, compared, kept.cached, seconds)


def _other(visible: Visible, form: WindowForm, now: datetime) -> WindowRequest:
    """The question of the time compared with. Raises InvalidRequestError if that is before the calendar."""
    try:
        start, end = compared_span(form.compare, *form.bounds, now, form.zone)
        return WindowRequest(visible, start, end, form.by, form.filters, form.known)
    except (ValueError, OverflowError, InvalidRequestError) as error:
        raise InvalidRequestError([FieldProblem("compare", "goes back too far")]) from error
