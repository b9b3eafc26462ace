"""What the window page and its CSV show: the answer, marked with what changed since and with the time compared with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.requests import Request

from database.replays import Publication
from query.changes import Changes, changes_between
from query.errors import FieldProblem, InvalidRequestError
from query.requests import WindowRequest
from streams.definition import Definition
from web.asking.questions import answer_in_thread, content_of
from web.page.table import Column, sorted_groups
from web.page.times import moment_of
from web.pages.window.columns import QUANTILES, columns_of
from web.pages.window.compared import COMPARISONS, Compared, beside, compared_span
from web.pages.window.form import WindowForm
from web.pages.window.known import KnownAt, known_at, marked

__all__ = ["WindowFound", "find", "question_of"]

Group = Mapping[str, Any]


@dataclass(frozen=True)
class WindowFound:
    """The answer's JSON; its groups, sorted, each with `since` and `before` if asked for; and all columns."""

    content: dict[str, Any]
    groups: Sequence[Group]
    columns: tuple[Column, ...]
    known: KnownAt | None
    compared: Compared | None
    cached: bool
    seconds: float


def question_of(definition: Definition, asked: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """A question with the quantiles that the page shows."""
    if any(measure.quantiles for measure in definition.measures.values()):
        return [*asked, ("quantiles", ",".join(f"{level:g}" for level in QUANTILES))]
    return asked


async def find(
    request: Request, definition: Definition, form: WindowForm, now: datetime, published: Sequence[Publication] = ()
) -> WindowFound:
    """Ask what a form without problems asks. Raises QueryError."""
    asked = WindowRequest.parse(definition, question_of(definition, form.question()))
    answer, content, seconds = await answer_in_thread(request, asked)
    groups, known, compared = content["groups"], None, None
    if form.known is not None:
        later = await _groups(request, asked.known_at(None))
        changes = changes_between(groups, later, form.by)
        known = _known(form.known, content["known_until"], form, published, len(groups), changes)
        groups = marked(groups, changes, form.by)
    if form.compare:
        other = _other(definition, form, now)
        then = await _groups(request, other)
        groups, gone = beside(groups, then, form.by)
        compared = Compared(COMPARISONS[form.compare], other.start, other.end, then, gone)
    columns = columns_of(definition, form.by, every=True, since=known is not None)
    ordered = sorted_groups(groups, columns, form.sort)
    return WindowFound(content, ordered, columns, known, compared, answer.cached, seconds)


async def _groups(request: Request, asked: WindowRequest) -> list[dict[str, Any]]:
    content = await content_of(request, asked)
    return content["groups"]  # type: ignore[no-any-return]


def _known(
    asked: datetime,
    until: str | None,
    form: WindowForm,
    published: Sequence[Publication],
    groups: int,
    changes: Changes,
) -> KnownAt:
    shown = moment_of(until, form.zone) if until else None
    return known_at(asked.astimezone(form.zone), shown, published, groups, changes)


def _other(definition: Definition, form: WindowForm, now: datetime) -> WindowRequest:
    """The question of the time compared with. Raises InvalidRequestError if that is before the calendar."""
    try:
        start, end = compared_span(form.compare, *form.bounds, now, form.zone)
        return WindowRequest.parse(definition, form.asked(start, end))
    except (ValueError, OverflowError, InvalidRequestError) as error:
        raise InvalidRequestError([FieldProblem("compare", "goes back too far")]) from error
