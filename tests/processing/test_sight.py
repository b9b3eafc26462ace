"""What is left of results for who does not see single messages, or not every field."""

from __future__ import annotations

import re
from typing import Any

import pytest

from analysis.descriptives import Describing
from processing.definition import Process
from processing.report import headline
from processing.sight import EVERYTHING, FEWEST, WITHHELD, Sight, seen
from processing.steps import Given, compute
from processing.store import Step
from tests.processing.made import observed, process

ROWS = 300


@pytest.fixture(scope="module")
def steps() -> dict[str, Step]:
    """All that a process gives, of which the naive guess is by a column of its own."""
    asked: Process = process()
    rows = observed(ROWS)
    describing = Describing()
    describing.add(rows)
    described = describing.result()
    first = Given(asked, rows, described, None)
    given = Given(asked, rows, described, compute("descriptives", first))
    return {name: Step(name, compute(name, given), "", 0.1) for name in asked.steps}


def named(value: Any) -> set[str]:
    return {*re.findall(r"\w+", str(value))}


def test_everything_is_shown_to_who_sees_everything(steps: dict[str, Step]) -> None:
    assert {name: seen(step, EVERYTHING) for name, step in steps.items()} == steps


@pytest.mark.parametrize("hidden", ["Hours", "Mark", "school", "student", "repeats"])
@pytest.mark.parametrize("detail", [True, False])
def test_a_hidden_field_is_in_no_result(steps: dict[str, Step], hidden: str, detail: bool) -> None:
    for name, step in steps.items():
        shown = seen(step, Sight(detail=detail, hidden=frozenset([hidden])))
        assert hidden not in named(shown.result), name
        assert hidden not in headline(shown)
        assert (shown.result is None) == (shown.problem == WITHHELD)
    assert hidden in named([step.result for step in steps.values()])


def test_what_needs_no_hidden_field_stays(steps: dict[str, Step]) -> None:
    sight = Sight(detail=True, hidden=frozenset(["student"]))
    assert {name for name, step in steps.items() if seen(step, sight).result is None} == set()
    assert seen(steps["clusters"], sight) == steps["clusters"]
    complete = (seen(steps["descriptives"], sight).result or {})["complete"]
    assert complete is None
    without_mark = Sight(detail=True, hidden=frozenset(["Mark"]))
    assert {name for name, step in steps.items() if seen(step, without_mark).result is None} == {
        "differences", "prediction", "clusters",
    }  # fmt: skip


def test_few_rows_are_told_to_who_sees_single_ones(steps: dict[str, Step]) -> None:
    found = steps["clusters"].result or {}
    few = {**found["clusters"][0], "rows": FEWEST - 1}
    small = Step("clusters", {**found, "clusters": [few, *found["clusters"][1:]]}, "", 0.1)
    of_many = seen(small, Sight()).result or {}
    assert [bool(each["centre"]) for each in of_many["clusters"]] == [False, *[True] * (len(found["clusters"]) - 1)]
    assert seen(small, Sight(detail=True)) == small
    described = (seen(steps["descriptives"], Sight()).result or {})["numbers"]
    assert [len(each["quantiles"]) for each in described] == [5, 5]
    scarce = {**(steps["descriptives"].result or {})}
    scarce["numbers"] = [{**each, "count": 99} for each in scarce["numbers"]]
    few_numbers = (seen(Step("descriptives", scarce, "", 0.1), Sight()).result or {})["numbers"]
    assert [each["quantiles"] for each in few_numbers] == [[], []]


def test_reasons_that_name_a_hidden_field_are_withheld() -> None:
    leak = Step("prediction", None, "Mark cannot be predicted honestly: Hours alone tells 100.0% of it", 0.1)
    assert seen(leak, Sight(hidden=frozenset(["Hours"]))).problem == WITHHELD
    assert seen(leak, Sight(hidden=frozenset(["Hour"]))) == leak
