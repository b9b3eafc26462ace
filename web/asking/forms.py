"""What was answered to the questions of a form, asked of records. It raises what `ask` does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request

from query.errors import FieldProblem
from query.form_questions import FormAnswers, FormAsked, form_answers, form_statement
from query.record_questions import RecordQuestion
from query.record_requests import RecordsRequest
from query.requests import of_moment, refuse
from query.visible import Visible
from streams.form import Question
from web.asking.questions import check_span
from web.asking.renewed import ask_renewed


@dataclass(frozen=True, slots=True)
class Counted:
    """Answers as they were complete `until` a moment; `renewing`: newer ones are being counted."""

    answers: FormAnswers
    until: datetime | None
    renewing: bool


async def answered(request: Request, visible: Visible, questions: Sequence[Question], asked: FormAsked) -> Counted:
    """Of all questions, which are of shown fields, in one statement. Single answers are among them."""
    refuse(_of_window(asked))
    check_span(request, asked.start, asked.end)
    # It judges filters and scope as the page of records does, which lists what is counted here.
    RecordsRequest(visible, asked.start, asked.end, asked.where)
    made = form_statement(visible.shown, questions, asked)
    question = RecordQuestion(visible, asked.start, asked.end, (), made.columns, made.body, made.values)
    told, renewing = await ask_renewed(request, question)
    answers = form_answers(visible.shown, questions, asked, told.answer.rows)
    return Counted(answers, told.answer.source.complete_until, renewing)


def _of_window(asked: FormAsked) -> Iterator[FieldProblem]:
    wrong = [*of_moment("start", asked.start), *of_moment("end", asked.end)]
    yield from wrong
    if not wrong and asked.start >= asked.end:
        yield FieldProblem("end", "must be after start")
