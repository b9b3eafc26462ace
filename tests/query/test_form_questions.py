"""Statements about the answers to a form: one for all questions; values are bound; what they give is read."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from query.form_questions import Answered, FormAsked, Kind, form_answers, form_statement
from query.record_questions import RecordQuestion, record_statement
from query.requests import Step
from query.visible import Visible
from streams.definition import Definition
from streams.form import Question
from tests.golden import check_golden
from tests.query.lake_views import at
from tests.query.recorded import FIELDS, record_view, recorded
from tests.query.test_statements import GOLDEN, shown

FIELDS_ASKED = {
    **FIELDS,
    "views": {"type": "integer", "min": 0, "max": 20},
    "size": {"type": "string", "values": ["s", "l"]},
}
SHOP: Definition = recorded(fields=FIELDS_ASKED)
QUESTIONS = [
    Question(field="site", label="Which?", choices={"a'b": "A", "c": "C"}),
    *(Question(field=name, label=name) for name in ("views", "engaging", "Revenue", "seen", "visitor", "size")),
]
ASKED = FormAsked(
    at("2 10:00"),
    at("4 00:00"),
    Step.DAY,
    ZoneInfo("Europe/Zurich"),
    (("engaging", ("true",)), ("size", ("s", "l"))),
    "Ü%",
    ("site", "views"),
)


def test_one_statement_asks_all_questions() -> None:
    made = form_statement(SHOP, QUESTIONS, ASKED)
    question = RecordQuestion(Visible(SHOP), ASKED.start, ASKED.end, (), made.columns, made.body, made.values)
    check_golden(GOLDEN / "record_questions" / "form.sql", shown(record_statement(SHOP, record_view(), question)))


def test_a_value_that_a_field_cannot_have_is_refused() -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - it says nothing; the request before it has the words
        form_statement(SHOP, QUESTIONS, replace(ASKED, where=(("views", ("many",)),)))


def test_rows_are_read_by_kind() -> None:
    midnight = datetime(2026, 3, 3, tzinfo=UTC)
    row = [
        7,
        {str(int(midnight.timestamp())): 7},
        {"c\x1e2": 3, "\x1f\x1e2": 1},
        {"c": 4, "\x1f": 1},
        {"1": 1, "2": 3},
        {"true": 5},
        *({"5.0E-1": 2.0, "7.0": 1.0}, 3, 2.7, [0.5, 0.5, 7.0], 0.5, 7.0),
        *(2, "2026-03-02 10:00", "2026-03-03 11:30"),
        *(2, ["newest", "older"]),
        None,
    ]
    answers = form_answers(SHOP, QUESTIONS, ASKED, [row])
    assert answers.submissions == 7
    assert answers.moments == {datetime(2026, 3, 2, 23, tzinfo=UTC): 7}
    assert answers.crossed == {("c", "2"): 3, ("\x1f", "2"): 1}
    assert answers.by == {
        "site": Answered(Kind.CHOICE, 5, {"c": 4, "\x1f": 1}),
        "views": Answered(Kind.WHOLE, 4, {1: 1, 2: 3}, (1.75, 1.0, 2.0, 2.0, 1.0, 2.0)),
        "engaging": Answered(Kind.CHOICE, 5, {"true": 5}),
        "Revenue": Answered(Kind.NUMBER, 3, {0.5: 2.0, 7.0: 1.0}, (2.7, 0.5, 0.5, 7.0, 0.5, 7.0)),
        "seen": Answered(Kind.TIME, 2, first="2026-03-02 10:00", last="2026-03-03 11:30"),
        "visitor": Answered(Kind.TEXT, 2, texts=("newest", "older")),
        "size": Answered(Kind.CHOICE),
    }


def test_no_row_is_no_answer() -> None:
    nothing = form_answers(SHOP, QUESTIONS, ASKED, [])
    assert (nothing.submissions, {each.number for each in nothing.by.values()}) == (0, {0})
