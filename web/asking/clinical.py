"""The numbers of clinical records, asked of records. Each raises what `ask` does."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from starlette.requests import Request

from query.errors import FieldProblem
from query.record_questions import RecordQuestion
from query.requests import Filters, of_moment, refuse
from query.visible import Visible
from systems.clinical.numbers import Admissions, LabResults, admissions_of, lab_results_of
from systems.clinical.statements import ADMISSIONS, LAB_RESULTS, Asked, Made, statement
from web.asking.questions import ask, check_span


async def admissions(request: Request, visible: Visible, asked: Asked) -> Admissions:
    """Admissions in a window, each once."""
    made = _made(request, ADMISSIONS, visible, asked)
    return admissions_of(made, await _rows(request, visible, asked, made), asked.zone)


async def lab_results(request: Request, visible: Visible, asked: Asked) -> LabResults:
    """Lab results in a window, each once."""
    made = _made(request, LAB_RESULTS, visible, asked)
    return lab_results_of(made, await _rows(request, visible, asked, made), asked.zone)


def _made(request: Request, stream: str, visible: Visible, asked: Asked) -> Made:
    refuse(_of_window(asked))
    check_span(request, asked.start, asked.end)
    return statement(stream, asked, [*visible.shown.fields], datetime.now(UTC))


def _of_window(asked: Asked) -> Iterator[FieldProblem]:
    wrong = [*of_moment("start", asked.start), *of_moment("end", asked.end)]
    yield from wrong
    if not wrong and asked.start >= asked.end:
        yield FieldProblem("end", "must be after start")


async def _rows(request: Request, visible: Visible, asked: Asked, made: Made) -> list[tuple[object, ...]]:
    where: Filters = (("site", asked.sites),) if asked.sites else ()
    question = RecordQuestion(visible, made.start, made.end, where, made.columns, made.body, made.values)
    return [*(await ask(request, question))[0].answer.rows]
