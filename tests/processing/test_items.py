"""Results as rows: each says which fields it is about, and nothing tells of a field that it does not name."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime

import pytest

from processing.items import items, rows_of
from processing.sight import Sight, seen
from processing.store import Run, RunState, Step
from tests.processing.test_sight import steps

__all__ = ["steps"]
READ = ("Hours", "Mark", "school", "student", "repeats")


@pytest.mark.parametrize("hidden", READ)
def test_a_row_tells_of_no_field_that_it_does_not_name(steps: dict[str, Step], hidden: str) -> None:
    told = 0
    for step in steps.values():
        for each in items(step, READ):
            if hidden not in each.fields:
                told += 1
                assert hidden not in re.findall(r"\w+", str(each.detail)), (step.name, each.name)
                assert each.detail is None or "naive" not in each.detail or each.detail["naive"] is None
    assert told


def test_rows_are_what_pages_show(steps: dict[str, Step]) -> None:
    """To who sees no single messages, and to who does."""
    for name, listed in (("correlations", "pairs"), ("differences", "differences"), ("drift", "columns")):
        found = [each for each in items(steps[name], READ) if each.name != "passed over" and each.fields]
        for sight, shown in (
            (Sight(), [each.result for each in found]),
            (Sight(detail=True), [e.detail for e in found]),
        ):
            whole = seen(steps[name], sight).result or {}
            assert [{key: (each or {})[key] for key in whole[listed][0]} for each in shown] == whole[listed]
    numbers = [each for each in items(steps["descriptives"], READ) if each.name == "number"]
    assert [(each.result or {})["least"] for each in numbers] == [None, None]
    assert all((each.detail or {})["least"] is not None for each in numbers)


def test_what_few_rows_say_has_no_result(steps: dict[str, Step]) -> None:
    found = steps["descriptives"].result or {}
    few = Step("descriptives", {**found, "together": [["Hours", "Mark", 3], ["Hours", "school", 30]]}, "", 0.1)
    told = {each.fields: each.result for each in items(few, READ) if each.name == "missing together"}
    assert told == {("Hours", "Mark"): None, ("Hours", "school"): {"rows": 30}}


def test_a_problem_is_about_the_fields_that_it_names() -> None:
    [item] = items(Step("prediction", None, "Mark cannot be predicted: Hours alone tells it", 0.1), READ)
    assert (item.name, item.fields, item.result, item.detail) == ("problem", ("Hours", "Mark"), None, None)


def test_every_row_says_what_it_was_made_by(steps: dict[str, Step]) -> None:
    begun = datetime(2026, 3, 1, tzinfo=UTC)
    run = Run(7, "study", "marks", 99, "d", "p", "c", 3, begun, "ann", RunState.RUNNING, 300, 200, steps=steps)
    rows = [*rows_of(run, READ, begun)]
    assert {row["step"] for row in rows} == {*steps}
    told = {
        (row["run"], row["snapshot"], row["definition"], row["declaration"], row["code"], row["seed"]) for row in rows
    }
    assert told == {(7, 99, "d", "p", "c", 3)}
    assert all(json.loads(row["detail"]) for row in rows if row["problem"] is None)
