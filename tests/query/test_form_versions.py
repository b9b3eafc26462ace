"""Submissions that were changed: results count the newest version, and all of them are there for their own link."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest

from iceberg.lake_view import LakeView
from query.form_questions import FormAsked, form_answers, form_statement
from query.form_versions import new_submission, version_question, versions_in
from query.record_questions import RecordQuestion, record_statement
from query.requests import EARLIEST, Step
from query.visible import Visible
from tests.golden import check_golden
from tests.query.lake_views import at, lake_view
from tests.query.recorded import DuckTable, record_view
from tests.query.test_statements import GOLDEN, shown
from tests.streams.changed_forms import CHANGED

ASKED = FormAsked(at("2 00:00"), at("4 00:00"), Step.DAY, ZoneInfo("UTC"), (), "")
SUBMISSION = "0195a6d4-0000-7000-8000-000000000007"


def table(*rows: tuple[str, str | None, str, int]) -> DuckTable:
    """A record of each submission, version, school and age."""
    duck = DuckTable(CHANGED)
    sent = pa.array([at("2 10:00")] * len(rows), pa.timestamp("us", "UTC"))
    texts = {"id": [row[0] for row in rows], "version": [row[1] for row in rows], "school": [row[2] for row in rows]}
    nothing = pa.array([None] * len(rows), pa.string())
    columns: dict[str, Any] = {
        "partition": pa.array([0] * len(rows), pa.int32()),
        "offset": pa.array(range(len(rows))),
        "arrived": pa.array([at("2 10:00") + timedelta(minutes=place) for place in range(len(rows))], sent.type),
        "event_time": sent,
        **{name: pa.array(values, pa.string()) for name, values in texts.items()},
        "age": pa.array([row[3] for row in rows], pa.int64()),
        "edited_by": nothing,
        "edit_reason": nothing,
        "definition_digest": nothing,
    }
    duck.insert("asked.accepted", pa.table(columns))
    return duck


def rows(duck: DuckTable, question: RecordQuestion) -> list[list[Any]]:
    statement = record_statement(CHANGED, view(), question)
    assert statement is not None
    return duck.rows(statement.sql, statement.values)[0]


def view() -> LakeView:
    return replace(lake_view("asked", panes=None), definition=CHANGED, records_snapshot=44)


def counted(duck: DuckTable) -> tuple[int, dict[Any, float]]:
    assert CHANGED.form is not None
    made = form_statement(CHANGED, CHANGED.form.questions, ASKED)
    question = RecordQuestion(Visible(CHANGED), ASKED.start, ASKED.end, (), made.columns, made.body, made.values)
    answers = form_answers(CHANGED, CHANGED.form.questions, ASKED, rows(duck, question))
    return answers.submissions, dict(answers.by["school"].counts)


def test_the_newest_version_counts() -> None:
    duck = table(
        ("a", "1", "GP", 15), ("b", "1", "GP", 16), ("a", "2", "MS", 15), ("a", "10", "GP", 17), ("a", "9", "MS", 17),
        ("c", "x", "MS", 15), ("d", None, "MS", 15),
    )  # fmt: skip
    assert counted(duck) == (4, {"GP": 2, "MS": 2})


def test_statements_render_as_golden() -> None:
    check_golden(
        GOLDEN / "record_questions" / "versions.sql",
        shown(record_statement(CHANGED, view(), version_question(CHANGED, SUBMISSION))),
    )
    question = RecordQuestion(
        Visible(CHANGED), ASKED.start, ASKED.end, (), ("age",), "x as (select age from records) select * from x"
    )
    check_golden(GOLDEN / "record_questions" / "newest.sql", shown(record_statement(CHANGED, view(), question)))
    early = record_view(missing=frozenset({"version"}))
    statement = record_statement(CHANGED, early, question)
    assert statement is not None
    assert "newest_version" not in statement.sql


def test_all_versions_are_told_in_their_order() -> None:
    mine = str(uuid.UUID(int=7))
    duck = table((mine, "1", "GP", 15), ("b", "1", "GP", 16), (mine, "10", "MS", 17), (mine, "2", "GP", 16))
    found = [*versions_in(CHANGED, rows(duck, version_question(CHANGED, mine)))]
    assert [(each.number, each.values["age"]) for each in found] == [(1, 15), (2, 16), (10, 17)]
    assert {each.sent for each in found} == {at("2 10:00")}


def test_an_id_tells_since_when_it_is_looked_for() -> None:
    now = datetime(2026, 3, 2, 10, tzinfo=UTC)
    made = uuid.UUID(new_submission(now))
    assert (made.version, made.variant) == (7, uuid.RFC_4122)
    assert version_question(CHANGED, str(made)).start == now - timedelta(days=1)
    assert version_question(CHANGED, str(uuid.UUID(int=7))).start == EARLIEST
    assert len({new_submission(now) for _ in range(1000)}) == 1000


@pytest.mark.parametrize("submission", ["ffffffff-ffff-7fff-bfff-ffffffffffff", "00000000-0000-7000-8000-000000000000"])
def test_any_id_can_be_looked_for(submission: str) -> None:
    assert rows(table(("a", "1", "GP", 15)), version_question(CHANGED, submission)) == []
